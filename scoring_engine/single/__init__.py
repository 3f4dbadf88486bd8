"""One small contest, replayed in plain Python: no numpy, no pydantic, no YAML, so that it takes less time than starting these would.

The same results as the general engine gives, byte for byte, by the same idea as `events.fast`: the room takes only what it vouches
for, and hands everything else to the general engine before anything is written. It vouches for a small log of one competition in
which intake would admit every event without a word, under a rulebook whose compiled plan is in the cache and whose formulas, links
and consequences are in the tables of these modules. What one of them does not know raises `Unsure`; to widen the room is to add an
entry to a table, and a case to the tests that compare all written bytes.

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
    from scoring_engine.single.files import Files
    from scoring_engine.single.reading import Event

LARGEST = 1 << 19
"""Bytes of a log that is read here; of a larger one the arrays of the general engine make more than they cost."""

ENDINGS = (".jsonl", ".csv")


def is_small(log: str) -> bool:
    """Whether it is worth while to look at the log here."""
    try:
        return os.path.splitext(log)[1] in ENDINGS and os.path.getsize(log) <= LARGEST
    except OSError:
        return False


def contest(log: str, rulesets: Sequence[str], lang: str = "en") -> tuple[int, Plan, Files]:
    """How many events the log has, the rulebook that its competition is held under, and the files of the result.

    rulesets   paths of the rulebooks that were given
    lang       the language of notices

    Raises:
        Unsure: it is not for this room.
    """
    from scoring_engine.single.intake import admit, standing
    from scoring_engine.single.reading import is_day, read
    from scoring_engine.single.table import Contest
    from scoring_engine.single.unsure import Unsure

    id, events = read(log)
    alive, roots = standing(events)
    opened = [event for event in alive if event.kind == "opened"]
    if len(opened) != 1:
        raise Unsure("not one opening")
    said = opened[0].fields
    plan, pinned = _rulebook(opened[0], rulesets)
    day = said.get("date", opened[0].at[:10])
    if day and not is_day(day):
        raise Unsure("an odd date")
    one = Contest(id, day, plan, plan["stages"][said["stage"]])
    state = admit(one, alive, roots)
    from scoring_engine.single.files import files
    from scoring_engine.single.steps import compute

    compute(one)
    return len(events), plan, files(one, said.get("name", ""), pinned, state, lang)


def _rulebook(opened: Event, rulesets: Sequence[str]) -> tuple[Plan, bool]:
    """The rulebook that the opening names, and whether it pins it; of those given, else found."""
    from scoring_engine.ruleset import store
    from scoring_engine.single.unsure import Unsure

    said = {name: opened.fields.get(name, "") for name in ("ruleset", "stage", "version", "sha256")}
    try:
        given = [store.kept_plan(path) for path in rulesets]
        if None in given:
            raise Unsure("a rulebook that is not in the cache")
        found = {plan["id"]: plan for plan in given if plan is not None}
        plan = found.get(said["ruleset"])
        if plan is None and not given:
            path = store.find(said["ruleset"], (), said["version"] or None, said["sha256"] or None)
            plan = None if path is None else store.kept_plan(path)
    except OSError as error:
        raise Unsure("a rulebook that cannot be read") from error
    if plan is None or said["stage"] not in plan["stages"]:
        raise Unsure("no such rulebook, or stage")
    if said["version"] not in ("", plan["version"]) or said["sha256"] not in ("", plan["sha256"]):
        raise Unsure("another version of the rulebook")
    return plan, bool(said["version"] or said["sha256"])
