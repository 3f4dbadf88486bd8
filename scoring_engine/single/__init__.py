"""One small contest, or a few, in plain Python: no numpy, no pydantic, no YAML, so that it takes less time than starting these would.

The same results as the general engine gives, byte for byte, by the same idea as `events.fast`: the room takes only what it vouches
for, and hands everything else to the general engine before anything is written. It vouches for a small log in which intake would
admit every event without a word, its competitions all of one stage and none of them feeding another, under a rulebook whose compiled
plan is in the cache and whose formulas, links and consequences are in the tables of these modules. What one of them does not know
raises `Unsure`; to widen the room is to add an entry to a table, and a case to the tests that compare all written bytes.

    reading    the lines of a log, each a sound event
    intake     the events as base tables, in their order
    formulas   a compiled expression as a function of a row, over `numbers`
    steps      the steps of the plan, with `ranks` for the ranking
    rules      what follows for whom
    files      the tables as bytes, and the digest
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Plan
    from scoring_engine.single.reading import Event

LARGEST = {".jsonl": 1 << 19, ".csv": 1 << 18, ".parquet": 1 << 16}
"""Bytes of a log that is read here, by its ending; of a larger one the arrays of the general engine make more than they cost."""


def is_small(log: str) -> bool:
    """Whether it is worth while to look at the log here."""
    try:
        return os.path.getsize(log) <= LARGEST.get(os.path.splitext(log)[1], -1)
    except OSError:
        return False


class Replayed:
    """What comes of a log: how many events it has, the rulebook, the bytes of each table's file, (id, digest) of each competition."""

    __slots__ = ("digests", "events", "files", "plan")

    def __init__(self, events: int, plan: Plan, files: dict[str, bytes], digests: list[tuple[str, str]]) -> None:
        self.events = events
        self.plan = plan
        self.files = files
        self.digests = digests


def replay(log: str, rulesets: Sequence[str], lang: str = "en", form: str = "csv") -> Replayed:
    """Replays the log; nothing is written.

    rulesets   paths of the rulebooks that were given
    lang       the language of notices
    form       of the files: csv or parquet

    Raises:
        Unsure: it is not for this room.
    """
    from scoring_engine.single.intake import Admitted, standing
    from scoring_engine.single.reading import read
    from scoring_engine.single.unsure import Unsure

    events = read(log)
    together: dict[str, list[Event]] = {}
    for event in events:
        together.setdefault(event.competition, []).append(event)
    admitted = sorted((Admitted(id, *standing(own)) for id, own in together.items()), key=lambda one: one.opened.seq)
    books = [_rulebook(said, rulesets) for said in dict.fromkeys(one.named for one in admitted)]
    plan, stage = books[0]
    if len({(book["sha256"], name) for book, name in books}) > 1:
        raise Unsure("contests of different stages")
    contests = [(one, one.contest(plan, plan["stages"][stage])) for one in admitted]
    from scoring_engine.single.files import files, tables
    from scoring_engine.single.steps import compute

    parts = []
    for one, contest in contests:
        compute(contest)
        parts.append(tables(contest, one.state, lang))
    digests = [(one.id, str(part["competitions"][0][-1])) for (one, _), part in zip(contests, parts, strict=True)]
    return Replayed(len(events), plan, files(plan["stages"][stage], parts, form), digests)


def _rulebook(named: tuple[str, ...], rulesets: Sequence[str]) -> tuple[Plan, str]:
    """The rulebook that openings name by id, stage, version and SHA-256, and the stage; of those given, else found."""
    from scoring_engine.ruleset import store
    from scoring_engine.single.unsure import Unsure

    id, stage, version, sha256 = named
    try:
        given = [store.kept_plan(path) for path in rulesets]
        if None in given:
            raise Unsure("a rulebook that is not in the cache")
        found = {plan["id"]: plan for plan in given if plan is not None}
        plan = found.get(id)
        if plan is None and not given:
            path = store.find(id, (), version or None, sha256 or None)
            plan = None if path is None else store.kept_plan(path)
    except OSError as error:
        raise Unsure("a rulebook that cannot be read") from error
    if plan is None or stage not in plan["stages"]:
        raise Unsure("no such rulebook, or stage")
    if version not in ("", plan["version"]) or sha256 not in ("", plan["sha256"]):
        raise Unsure("another version of the rulebook")
    return plan, stage
