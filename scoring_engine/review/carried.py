"""What competitions sent to one another on account of one person, read from both ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scoring_engine.decisions.outcomes import Outcome
from scoring_engine.review.exact import exact
from scoring_engine.review.reader import Reader
from scoring_engine.review.rules import honoured
from scoring_engine.ruleset.plan import LabelPlan
from scoring_engine.season.carrying import SENT
from scoring_engine.season.opening import Openings

Json = dict[str, Any]

TABLES = {"bonus": "bonuses", "barred": "barred", "advanced": "advanced"}
"""The table of the receiver in which each kind arrives."""

ENVELOPE = ("contestant", "source", "rule", "stage", "seq", "at")


def arrives_as(outcome: Outcome) -> str | None:
    """As what a consequence arrives in another competition: bonus, barred or advanced; None where it stays."""
    return SENT.get(outcome.plan["kind"])


def received(reader: Reader, competition: int, contestant: str) -> list[Json]:
    """What arrived for a contestant: kind, the competition and rule that it is from, and what it says."""
    found = []
    for kind, name in TABLES.items():
        table = reader.table(name)
        for row in reader.rows(name, competition, contestant=contestant):
            values = {column: reader.cell(name, column, row) for column in table.columns if not column.startswith("@")}
            one: Json = {"kind": kind, "from": exact(values.get("source")), "rule": exact(values.get("rule"))}
            if "stage" in values:
                one["stage"] = exact(values["stage"])
            one["values"] = {column: exact(v) for column, v in values.items() if column not in ENVELOPE and v is not None}
            seq = reader.seq(name, row)
            found.append(one | ({} if seq is None else {"seq": seq}))
    return found


class Links:
    """Which competition each competition names under which link, as the replay understood their opening events."""

    def __init__(self, opened: Openings) -> None:
        self._feeds: dict[str, dict[str, str]] = {}
        links = zip(*(column.tolist() for column in (opened.links.sender, opened.links.name, opened.links.target)), strict=True)
        for sender, name, target in links:
            if target >= 0:
                self._feeds.setdefault(opened.ids[sender], {})[opened.links.names[name]] = opened.ids[target]

    def target(self, source: str, link: str) -> str | None:
        """The competition that a link leads to; None where it leads nowhere that was opened."""
        return self._feeds.get(source, {}).get(link)

    def feeds(self) -> dict[str, list[str]]:
        """The competitions that each competition feeds."""
        return {source: list(targets.values()) for source, targets in self._feeds.items()}


def sent(
    reader: Reader, links: Links, competition: int, outcomes: Iterable[tuple[int, Outcome]], honours: Mapping[str, LabelPlan]
) -> list[Json]:
    """What went out: kind, link, whom for, and the competition in which it arrived (None where the link leads nowhere)."""
    source = reader.batch.competitions[competition]
    found: dict[tuple[str, str, str, str], Json] = {}
    for i, one in outcomes:
        link, kind = one.plan["to"], arrives_as(one)
        if one.status != "granted" or not link or kind is None:
            continue
        value = reader.settled.outcomes.text(i) or None
        entry: Json = {"kind": kind, "to": link, "target": links.target(source, link), "recipient": one.recipient, "rule": one.rule}
        if value is not None:
            entry["value"] = "-" + value if one.plan["kind"] == "deduction" else value
        if one.plan["honours"]:
            entry |= honoured(one.plan["honours"], honours)
        found.setdefault((one.rule, kind, link, one.recipient), entry)
    return list(found.values())
