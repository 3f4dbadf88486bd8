"""The tables of one contest as the bytes of their files, with its digest; see `season.digests` and `season.forms`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from scoring_engine.season import forms
from scoring_engine.single.numbers import fixed, kept
from scoring_engine.single.ranks import leading
from scoring_engine.single.rules import decisions
from scoring_engine.single.table import Contest, Row
from scoring_engine.single.unsure import Unsure

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import MeasurePlan


class Files(NamedTuple):
    """The bytes of each table, by its name, and the competition's id and digest."""

    tables: dict[str, bytes]
    id: str
    digest: str


def files(contest: Contest, name: str, pinned: bool, state: str, lang: str) -> Files:
    """All tables of a computed contest; `name` as its opening gives it, `pinned` whether that names the rulebook's version or hash,
    `lang` the language of notices."""
    plan, stage = contest.plan, contest.stage
    measures = forms.measures_shown(stage)
    standings = _standings(contest, measures)
    given = [(contest.id, who, rule, kind, what, value, "", ref, "granted", "") for who, rule, kind, what, value, ref in decisions(contest)]
    columns = [*forms.LEADING, *(measure["name"] for measure in measures)]
    notices = sorted({(code, who, message.say(lang)) for code, who, message in contest.notices})
    head = (contest.id, plan["id"], plan["version"], plan["sha256"], stage["id"], state)
    lines: list[Sequence[str | int | None]] = [
        [forms.DIGEST, *head],
        ["standings", *columns],
        *standings,
        ["decisions", *forms.DECISIONS[:-1]],
        *(row[:-1] for row in given),
        ["rejected", *forms.DIGEST_REJECTED],
        ["notices", *forms.DIGEST_NOTICES],
        *(notice[:2] for notice in notices),
    ]
    digest = sha256(b"".join(map(forms.json_line, lines))).hexdigest()
    about = {
        "id": contest.id,
        "name": name,
        "stage": stage["id"],
        "ruleset": plan["id"],
        "version": plan["version"],
        "sha256": plan["sha256"],
        "pinned": "true" if pinned else "false",
        "state": state,
        "note": "",
        "digest": digest,
    }
    tables = {
        "standings": _csv(columns, standings),
        "decisions": _csv(forms.DECISIONS, given),
        "rejected": _csv(forms.REJECTED, ()),
        "notices": _csv(forms.NOTICES, [(contest.id, *notice) for notice in notices]),
        "competitions": _csv(forms.COMPETITIONS, [[about[column] for column in forms.COMPETITIONS]]),
    }
    return Files(tables, contest.id, digest)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> bytes:
    lines = (forms.csv_line(["" if value is None else str(value) for value in row]) for row in rows)
    return (forms.csv_line(columns) + "".join(lines)).encode()


def _standings(contest: Contest, measures: Sequence[MeasurePlan]) -> list[list[str | int | None]]:
    """The rows of the standings: by group, the ranked in their order, then the others by what keeps them out."""
    stage = contest.stage
    after = {name: turn for turn, name in enumerate(forms.AFTER)}

    def place(row: Row) -> tuple[str, bool, int]:
        return row["@scope"], row["rank"] is None, after[row["status"]] if row["rank"] is None else row["@position"][0]

    named = {measure["name"]: measure for measure in stage["measures"]}
    total = named.get("total" if "total" in named else leading(contest) or "")
    shown = [total, *measures]
    return [
        [
            contest.id,
            stage["id"],
            row["@scope"],
            row["contestant"],
            row["name"],
            None if row["rank"] is None else row["rank"][0],
            row["status"],
            *(cells := [None if measure is None else _shown(contest, row, measure) for measure in shown])[:1],
            row["decided_by"],
            *cells[1:],
        ]
        for row in sorted(contest.tables["contestants"].rows, key=place)
    ]


def _shown(contest: Contest, row: Row, measure: MeasurePlan) -> str | None:
    """A measure as people read it."""
    if measure["kind"] == "time" or measure["name"] not in row:
        raise Unsure("a measure that is a time")
    value = row[measure["name"]]
    if value is None or type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    places = forms.places_shown(contest.stage, measure["places"])
    return forms.decimal_text(kept((fixed(value, places), 1))[0], places)
