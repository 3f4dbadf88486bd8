"""Explanations: everything that made a contestant's result, as plain data that any page or program can show.

The form is versioned (`FORMAT`) and holds only texts, whole numbers, lists and mappings; exact numbers are texts, decimals or
fractions. For each competition of the contestant:

    cells       table, key, column, value (exact), shown (declared places), line; node: the formula as a tree of what went in,
                none for what events or the rulebook say; in an order in which each uses only earlier ones
    measures    ids of the cells of the measures, in the rulebook's order
    ranking     the neighbours above, level and below, with every link of the chain up to the one that decided
    fired, not_fired    rules with the values compared, what follows from them, and what failed by how much
    received, sent      what other competitions sent here, and what went on to them
    through     what rules gave to the contestant for the result of somebody else
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.review.carried import Links, arrives_as, received, sent
from scoring_engine.review.derivation import Cell, Derivation
from scoring_engine.review.derivation_json import cell_json, params_json
from scoring_engine.review.exact import exact, shown
from scoring_engine.review.labels import labels
from scoring_engine.review.links import Order
from scoring_engine.review.reader import Reader
from scoring_engine.review.rules import Rulebook
from scoring_engine.review.sources import Sources
from scoring_engine.ruleset.plan import LabelPlan
from scoring_engine.season.result import Competition, Replay
from scoring_engine.season.standings import scopes

FORMAT = "explain/1"

BRIEF = ("award", "cash", "certificate", "title", "grade")
"""The consequences by which a competition is told in a line."""

Json = dict[str, Any]


class Explainer:
    """Explains a replay, one contestant at a time. What is read once serves all of them."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.readers = [Reader(one) for one in replay.settled]
        self.links = Links(replay.opened)
        self._parts = {
            name: (reader, index) for reader in self.readers for index, name in enumerate(reader.batch.competitions)
        }
        self._rulebooks: dict[int, Rulebook] = {}
        self._orders: dict[int, Order] = {}
        self._scopes: dict[int, list[str]] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._competitions = {one.id: one for one in replay.competitions}
        self.sources = Sources(self.readers[0].log) if self.readers else None

    # --- what there is ---------------------------------------------------------------------------------------------------

    def rulebook(self, reader: Reader) -> Rulebook:
        """The rules of a batch."""
        return self._rulebooks.setdefault(id(reader), self._rulebooks.get(id(reader)) or Rulebook(reader, self.honours))

    @cached_property
    def honours(self) -> dict[str, LabelPlan]:
        """The labels of grades and of what rules give: what a bar closes may be given in another competition."""
        found: dict[str, LabelPlan] = {}
        for reader in self.readers:
            given = {then["name"]: then["label"] for plan in reader.stage["decisions"] for then in plan["then"] if then["name"]}
            found = given | found | reader.stage["grades"]
        return found

    def order(self, reader: Reader) -> Order:
        """The ranking of a batch."""
        return self._orders.setdefault(id(reader), self._orders.get(id(reader)) or Order(reader))

    def part(self, competition: str) -> tuple[Reader, int]:
        """The reader of a competition and its index there.

        Raises:
            InputError: the log has no such competition.
        """
        if competition not in self._parts:
            guess = "the log has no competition “{name}”; did you mean “{near}”?"
            raise InputError(_unknown(guess, "the log has no competition “{name}”; there are {others}", competition, self._parts))
        return self._parts[competition]

    def row(self, reader: Reader, competition: int, contestant: str) -> int | None:
        """The contestant's row in a competition; None where it is not on the list."""
        rows = reader.rows("contestants", competition, contestant=contestant)
        return rows[0] if rows else None

    def competitions_of(self, contestant: str) -> list[str]:
        """The competitions on whose lists the contestant is, or that gave something to it, in the order of the log.

        Raises:
            InputError: nobody has this id.
        """
        found = []
        for one in self.replay.competitions:
            reader, index = self._parts[one.id]
            if self.row(reader, index, contestant) is not None or self.rulebook(reader).outcomes(index, contestant):
                found.append(one.id)
        if not found:
            table = self.replay.standings
            at = table.names.index("contestant")
            guess = "nobody in the log has the id or the name “{name}”; did you mean “{near}”?"
            listed = "nobody in the log has the id or the name “{name}”; there are {others}"
            raise InputError(_unknown(guess, listed, contestant, {row[at]: None for row in table.rows}))
        return found

    def id_of(self, text: str) -> str:
        """The id of a contestant given by its id, or by a name that nobody else has.

        Raises:
            InputError: several have this name.
        """
        table = self.replay.standings
        at, name = table.names.index("contestant"), table.names.index("name")
        if any(row[at] == text for row in table.rows):
            return text
        named = sorted({row[at] for row in table.rows if row[name] == text})
        if len(named) > 1:
            args = {"name": text, "ids": ", ".join(named[:12])}
            raise InputError(Message("several contestants are called “{name}”: {ids}; give the id", args))
        return named[0] if named else text

    # --- explaining ------------------------------------------------------------------------------------------------------

    def explain(self, contestant: str, competitions: Sequence[str] = ()) -> Json:
        """Everything about a contestant, in all its competitions or in those named.

        Raises:
            InputError: there is no such contestant or competition, or it is not in it.
        """
        listed = self.competitions_of(contestant)
        for name in competitions:
            self.part(name)
            if name not in listed:
                args = {"contestant": contestant, "competition": name, "others": ", ".join(listed)}
                raise InputError(Message("{contestant} is not in {competition}; it is in {others}", args))
        parts = [self._part(name, contestant) for name in listed if not competitions or name in competitions]
        return self.header | {
            "contestant": contestant,
            "name": next((part["name"] for part in parts if part["name"]), ""),
            "competitions": parts,
            "people": self._people(parts),
        }

    @cached_property
    def header(self) -> Json:
        """What the explanation is of: the state of the log, its digest, that of the result, the rulebooks."""
        as_of: Json = {}
        if self.sources is not None and self.sources.log.size:
            last = self.sources.log.size - 1
            as_of = {"seq": int(self.sources.log.seq[last]), "at": self.sources.moment(last)}
        return {
            "format": FORMAT,
            "as_of": as_of,
            "log": self.replay.log_sha256,
            "result": self.replay.digest,
            "rulesets": [{"id": i, "version": v, "sha256": s} for i, v, s in self.replay.rulesets],
        }

    def _part(self, competition: str, contestant: str) -> Json:
        """One competition."""
        reader, index = self._parts[competition]
        part = _heading(self._competitions[competition])
        row = self.row(reader, index, contestant)
        rulebook = self.rulebook(reader)
        if row is None:
            through = rulebook.through(index, contestant)
            return part | {"listed": False, "name": "", "through": through} | self._sent(reader, index, contestant)
        derivation = Derivation(reader, index, contestant)
        measures = [derivation.cell("contestants", plan["name"], row).id for plan in reader.stage["measures"]]
        fired, failed = rulebook.of(index, contestant)
        return (
            part
            | {"listed": True}
            | self._result(reader, row)
            | {
                "measures": measures,
                "cells": [cell_json(reader, cell, self._event(competition, cell)) for cell in derivation.cells.values()],
                "params": params_json(reader, index, derivation),
                "labels": labels(reader),
                "ranking": self.ranking(reader, row),
                "fired": fired,
                "not_fired": failed,
                "through": rulebook.through(index, contestant),
                "received": self._received(reader, index, contestant),
                "notices": self._notices(competition, contestant),
            }
            | self._sent(reader, index, contestant)
        )

    def _event(self, competition: str, cell: Cell) -> Json | None:
        """The event behind a cell; None where there is none, or more than one."""
        return None if cell.seq is None or self.sources is None else self.sources.event(competition, cell.seq)

    def _received(self, reader: Reader, index: int, contestant: str) -> list[Json]:
        """What arrived; where it is on account of somebody else, `for` says of whom."""
        entries = received(reader, index, contestant)
        by_sender: dict[tuple[str, str, str | None], list[Json]] = {}
        for entry in entries:
            by_sender.setdefault((entry["kind"], entry["from"] or "", entry["rule"]), []).append(entry)
        for (kind, source, rule), alike in by_sender.items():
            if source not in self._parts:
                continue
            sender, at = self._parts[source]
            outcomes = [
                one
                for _, one in self.rulebook(sender).outcomes(at, contestant)
                if (one.recipient, one.status, arrives_as(one)) == (contestant, "granted", kind)
                and rule in (None, one.rule)
                and self.links.target(source, one.plan["to"] or "") == reader.batch.competitions[index]
            ]
            if len(outcomes) == len(alike):  # they arrive in the order in which they were decided
                for entry, one in zip(alike, outcomes, strict=True):
                    entry |= {"rule": one.rule} | ({"for": one.contestant} if one.contestant not in ("", contestant) else {})
        return entries

    def _sent(self, reader: Reader, index: int, contestant: str) -> Json:
        entries = sent(reader, self.links, index, self.rulebook(reader).outcomes(index, contestant), self.honours)
        return {"sent": [entry | {"there": self.brief(entry["target"], entry["recipient"])} for entry in entries]}

    def brief(self, competition: str | None, contestant: str) -> Json | None:
        """Where somebody came in a competition and what it brought: rank, total, grades, titles and bars; None where it is not in it."""
        if competition is None:
            return None
        reader, index = self._parts[competition]
        row = self.row(reader, index, contestant)
        if row is None:
            return None
        fired, _ = self.rulebook(reader).of(index, contestant)
        given = [
            {"rule": rule["rule"], "line": rule["line"]} | outcome
            for rule in fired
            for outcome in rule["then"]
            if outcome["kind"] in BRIEF and outcome["recipient"] == contestant
        ]
        return self._result(reader, row) | {"given": given}

    def _result(self, reader: Reader, row: int) -> Json:
        """Name, group, rank, status and total."""
        if id(reader) not in self._scopes:
            self._scopes[id(reader)] = scopes(reader.batch)

        def of(column: str) -> str | None:
            return exact(reader.cell("contestants", column, row))

        leading = reader.scored.ranked.leading[reader.competition("contestants", row)]
        names = [plan["name"] for plan in reader.stage["measures"]]
        total = "total" if "total" in names else leading
        value = None if total is None else reader.cell("contestants", total, row)
        return {
            "name": of("name") or "",
            "scope": self._scopes[id(reader)][row],
            "rank": of("rank"),
            "field": of("field"),
            "place": of("place"),
            "status": of("status"),
            "pending": of("pending") == "true",
            "total": None if total is None else {"measure": total, "value": shown(value, reader.places("contestants", total))},
        }

    def ranking(self, reader: Reader, row: int) -> Json:
        """The neighbours and what parted them; for who is not ranked, what is missing."""
        order = self.order(reader)
        if order.place(row) is None:
            return {"ranked": False, "missing": self._missing(reader, row)}
        above, level, below = order.neighbours(row)
        return {
            "ranked": True,
            "above": [self._neighbour(reader, other) | {"links": order.compare(other, row)} for other in above[:1]],
            "level": [self._neighbour(reader, other) for other in level],
            "below": [self._neighbour(reader, other) | {"links": order.compare(row, other)} for other in below[:1]],
            "beside": {"above": len(above), "below": len(below)},
        }

    def _neighbour(self, reader: Reader, row: int) -> Json:
        return {
            name: exact(reader.cell("contestants", column, row))
            for name, column in (("contestant", "contestant"), ("name", "name"), ("rank", "rank"))
        }

    def _missing(self, reader: Reader, row: int) -> list[str]:
        """The measures of the chain that a contestant without a rank does not have."""
        names = [link["measure"] for link in reader.stage["ranking"]["by"] if link["kind"] == "measure" and link["measure"]]
        return [name for name in dict.fromkeys(names) if reader.cell("contestants", name, row) is None]

    def _notices(self, competition: str, contestant: str) -> list[Json]:
        rows = (row for row in self.replay.notices.rows if row[0] == competition and row[2] in (contestant, ""))
        return [{"code": code, "text": text} for _, code, _, text in rows]

    def _people(self, parts: Iterable[Json]) -> dict[str, str]:
        """The names of judges and of everybody who is spoken of."""
        spoken: set[str] = set()
        _texts(parts, spoken)
        found: dict[str, str] = {}
        for part in parts:
            names = self.names_in(part["competition"])
            found |= {id: names[id] for id in spoken & names.keys()}
        return found

    def names_in(self, competition: str) -> dict[str, str]:
        """The names of the judges and contestants of a competition, where they are more than the id."""
        if competition not in self._names:
            reader, index = self._parts[competition]
            pairs = [
                (exact(reader.cell(table, column, row)) or "", exact(reader.cell(table, "name", row)))
                for table, column in (("judges", "judge"), ("contestants", "contestant"))
                for row in reader.rows_of(table, index)
            ]
            self._names[competition] = {id: name for id, name in pairs if name and name != id}
        return self._names[competition]


def _heading(one: Competition) -> Json:
    """What a part says of its competition."""
    return {
        "competition": one.id,
        "title": one.name,
        "stage": one.stage,
        "label": dict(one.labels),
        "ruleset": {"id": one.ruleset, "version": one.version, "sha256": one.sha256, "pinned": one.pinned, "note": one.note},
        "state": one.state,
    }


def _texts(value: Any, found: set[str]) -> None:
    """Add all texts within JSON to `found`."""
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, Mapping):
        for part in value.values():
            _texts(part, found)
    elif isinstance(value, list):
        for part in value:
            _texts(part, found)


def _unknown(guess: str, listed: str, name: str, known: Iterable[str]) -> Message:
    """What is not there, with the nearest that is, or with all."""
    from scoring_engine.ruleset.diagnostics import suggest

    names = list(known)
    near = suggest(name, names)
    if near is not None:
        return Message(guess, {"name": name, "near": near})
    return Message(listed, {"name": name, "others": ", ".join(names[:12]) + (" …" if len(names) > 12 else "")})
