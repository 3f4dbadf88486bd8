"""What differs between two replays: totals, ranks, what rules grant, what is rejected – each with what is responsible for it.

    standings   contestants whose row differs: column → [before, after]; why: the link of the chain that decides now, the measures
                that differ with clause and line
    decisions   consequences that are new, gone or other than before: why, for one that is gone the conditions that fail now, for
                one that is new those that failed before
    rejected, notices, competitions, rulebooks   what is new and what is gone, what the rulebooks say differently

An empty difference has no entries at all; then both results have the same digest, or differ in nothing but their rulebook or log.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from scoring_engine.decisions.outcomes import Outcome
from scoring_engine.events.errors import InputError
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.reader import Reader
from scoring_engine.review.rulebooks import rulebooks
from scoring_engine.season.result import Replay

FORMAT = "diff/1"

LISTS = ("rulebooks", "competitions", "standings", "decisions", "rejected", "notices")

KEPT = ("competition", "stage", "scope", "contestant", "name")
"""Columns of the standings that say whose row it is."""

Json = dict[str, Any]


class _Given(NamedTuple):
    """A consequence as it came out."""

    one: Outcome
    value: str | None
    json: Json


class Difference:
    """The comparison of two replays."""

    def __init__(self, before: Replay, after: Replay) -> None:
        self.before = Explainer(before)
        self.after = Explainer(after)

    def json(self) -> Json:
        """The whole difference; see the module."""
        return {
            "format": FORMAT,
            "before": _side(self.before),
            "after": _side(self.after),
            "rulebooks": rulebooks(_plans(self.before), _plans(self.after)),
            "competitions": list(self._competitions()),
            "standings": list(self._standings()),
            "decisions": list(self._decisions()),
            "rejected": list(_listed(_rejections(self.before.replay), _rejections(self.after.replay))),
            "notices": list(_listed(_notices(self.before.replay), _notices(self.after.replay))),
            "names": self._names(),
            "titles": {one.id: one.name for x in (self.before, self.after) for one in x.replay.competitions if one.name},
        }

    def _names(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for x in (self.before, self.after):
            table = x.replay.standings
            at, name = table.names.index("contestant"), table.names.index("name")
            found |= {row[at]: row[name] for row in table.rows if row[name] and row[name] != row[at]}
        return found

    def _competitions(self) -> Iterator[Json]:
        """Competitions that only one side has, or that it has in another state or under another rulebook."""
        sides = [{one.id: one for one in x.replay.competitions} for x in (self.before, self.after)]
        for id in dict.fromkeys((*sides[0], *sides[1])):
            one, other = (side.get(id) for side in sides)
            if one is None or other is None:
                yield {"competition": id, "change": "new" if one is None else "gone"}
            elif (changed := {n: [getattr(one, n), getattr(other, n)] for n in ("state", "stage", "ruleset", "version", "sha256")}) and any(
                a != b for a, b in changed.values()
            ):
                yield {"competition": id, "change": "changed", "changed": {n: pair for n, pair in changed.items() if pair[0] != pair[1]}}

    # --- standings ------------------------------------------------------------------------------------------------------

    def _standings(self) -> Iterator[Json]:
        sides = [
            {(row["competition"], row["contestant"]): row for row in x.replay.standings.records()} for x in (self.before, self.after)
        ]
        order = {one.id: n for n, one in enumerate((*self.before.replay.competitions, *self.after.replay.competitions))}
        for key in sorted(dict.fromkeys((*sides[0], *sides[1])), key=lambda key: order[key[0]]):
            one, other = (side.get(key) for side in sides)
            names = [n for n in dict.fromkeys((*(one or {}), *(other or {}))) if n not in KEPT]
            pairs = {n: [(one or {}).get(n), (other or {}).get(n)] for n in names}
            changed = {n: pair for n, pair in pairs.items() if pair[0] != pair[1]}
            if one is not None and other is not None and not changed:
                continue
            said = other or one or {}
            entry: Json = {name: said[name] for name in KEPT}
            entry["change"] = "new" if one is None else "gone" if other is None else "changed"
            entry["changed"] = changed
            if other is not None:
                entry["why"] = self._why_rank(key[0], key[1], changed)
            yield entry

    def _why_rank(self, competition: str, contestant: str, changed: Mapping[str, Any]) -> Json:
        """The measures that differ with clause and line, and the link that decides now."""
        reader, index = self.after.part(competition)
        measures = [
            {"measure": plan["name"], "ref": plan["ref"], "line": plan["line"], "label": dict(plan["label"])}
            for plan in reader.stage["measures"]
            if plan["name"] in changed
        ]
        called = {link["name"]: dict(link["label"]) for link in reader.stage["ranking"]["by"]}
        called |= {plan["name"]: dict(plan["label"]) for plan in reader.stage["measures"]}
        spoken = {*changed, *changed.get("decided_by", ())}
        why: Json = {"measures": measures, "labels": {name: label for name, label in called.items() if name in spoken}}
        row = self.after.row(reader, index, contestant)
        if row is not None and ("rank" in changed or "decided_by" in changed):
            ranking = self.after.ranking(reader, row)
            for side in ("above", "below"):
                for other in ranking.get(side, []):
                    deciding = [link for link in other["links"] if link["outcome"] == "decides"]
                    if deciding:
                        link = {name: deciding[0].get(name) for name in ("link", "index", "line", "kind", "label")}
                        pair = deciding[0]["values"]
                        link["label"] = called.get(link["link"], link["label"])
                        why[side] = link | {"contestant": other["contestant"], "values": pair if side == "below" else pair[::-1]}
            if not ranking["ranked"]:
                why["missing"] = ranking["missing"]
        return why

    # --- decisions ------------------------------------------------------------------------------------------------------

    def _decisions(self) -> Iterator[Json]:
        sides = [_given(self.before), _given(self.after)]
        order = {one.id: n for n, one in enumerate((*self.before.replay.competitions, *self.after.replay.competitions))}
        for key in sorted(dict.fromkeys((*sides[0], *sides[1])), key=lambda key: order[key[0]]):
            one, other = (side.get(key) for side in sides)
            said = other or one
            assert said is not None
            pairs = {
                "value": [None if side is None else side.value for side in (one, other)],
                "status": [None if side is None else side.one.status for side in (one, other)],
                "note": [None if side is None else side.json.get("note") for side in (one, other)],
            }
            if one is not None and other is not None and all(a == b for a, b in pairs.values()):
                continue
            entry: Json = {"competition": key[0], "contestant": said.one.contestant} | said.json
            entry["change"] = "new" if one is None else "gone" if other is None else "changed"
            entry["changed"] = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
            why = self._why(said.one, key[0], one, other)
            yield entry | ({"why": why} if why else {})

    def _why(self, said: Outcome, competition: str, one: _Given | None, other: _Given | None) -> Json | None:
        """For what is gone the conditions that fail now, for what is new those that failed before."""
        if one is not None and other is not None:
            return None
        x = self.before if one is None else self.after
        try:
            reader, index = x.part(competition)
        except InputError:  # the competition is not there on that side
            return {"absent": competition}
        rulebook = x.rulebook(reader)
        if said.rule not in rulebook.decisions:
            return {"no_rule": said.rule}
        if said.contestant and x.row(reader, index, said.contestant) is None:
            return {"not_listed": said.contestant}
        _, failed = rulebook.of(index, said.contestant)
        for rule in failed:
            if rule["rule"] == said.rule:
                return {"failed": rule["failed"], "rows": rule["rows"]}
        return {"holds": True}  # on both sides, but there a better grade was given, or it went to somebody else


def _side(x: Explainer) -> Json:
    return {name: x.header[name] for name in ("as_of", "log", "result", "rulesets")}


def _plans(x: Explainer) -> list[Any]:
    return list({reader.batch.plan["sha256"]: reader.batch.plan for reader in x.readers}.values())


def _given(x: Explainer) -> dict[tuple[Any, ...], _Given]:
    """Every consequence under what names it: competition, rule, row, position, recipient, and its number among equal ones."""
    found: dict[tuple[Any, ...], _Given] = {}
    for reader in x.readers:
        rulebook = x.rulebook(reader)
        for i, one in enumerate(reader.settled.outcomes):
            json = rulebook.described(i, one)
            key: tuple[Any, ...] = (
                reader.batch.competitions[one.competition], one.rule, one.contestant, _row(reader, one), one.position,
                one.plan["kind"], one.plan["name"], one.recipient,
            )  # fmt: skip
            number = 0
            while (*key, number) in found:
                number += 1
            found[*key, number] = _Given(one, json.get("value"), json)
    return found


def _row(reader: Reader, one: Outcome) -> tuple[tuple[str, str], ...]:
    """What names the row of a rule where a contestant has several."""
    if one.table in ("contestants", "competition") or not reader.table(one.table).keys:
        return ()
    return tuple(reader.key(one.table, one.row).items())


def _rejections(replay: Replay) -> dict[Hashable, Json]:
    return {
        (r.id, r.line if not r.id else 0, r.field, r.rule): {
            "competition": r.competition, "seq": r.seq, "id": r.id, "line": r.line, "field": r.field, "value": r.value, "rule": r.rule,
            "reason": r.message.say(replay.lang),
        }
        for r in replay.rejections
    }  # fmt: skip


def _notices(replay: Replay) -> dict[Hashable, Json]:
    return {row[:3]: {"competition": row[0], "code": row[1], "contestant": row[2], "text": row[3]} for row in replay.notices.rows}


def _listed(before: Mapping[Hashable, Json], after: Mapping[Hashable, Json]) -> Iterable[Json]:
    """What only one side has."""
    yield from ({"change": "gone"} | entry for key, entry in before.items() if key not in after)
    yield from ({"change": "new"} | entry for key, entry in after.items() if key not in before)


def is_empty(difference: Json) -> bool:
    """Whether nothing differs."""
    return not any(difference[name] for name in LISTS)
