"""Which competitions a log holds, under which rulebook and stage each is replayed, and which feeds which."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from scoring_engine.events.log import MISSING_TIME
from scoring_engine.messages import Message
from scoring_engine.ruleset.plan import Plan
from scoring_engine.scoring.batch import day_number
from scoring_engine.scoring.calendar import DAY, parse_time
from scoring_engine.scoring.intake.effective import Facts, reject
from scoring_engine.scoring.vectors import Ints, Lexicon

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection


class SeasonError(Exception):
    """Competitions that cannot be put into an order: `message` names them."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.say())
        self.message = message


class Opened(NamedTuple):
    """A competition as its `opened` event gives it. `code` is its code in the log; `day` in days since 1970, -1 unknown."""

    id: str
    code: int
    position: int
    name: str
    plan: Plan
    stage: str
    day: int
    seed: str | None
    feeds: dict[str, str]
    pinned: bool
    note: Message | None


def openings(log: Log, facts: dict[str, Facts], lexicon: Lexicon, plans: Plans, rejected: list[Rejection]) -> list[Opened]:
    """The competitions of the log in the order in which they were opened; events of others are rejected."""
    opened: dict[int, Opened] = {}
    known = facts.get("opened")
    if known is not None:
        texts = {
            name: lexicon.decode(known.codes(name)) for name in ("ruleset", "stage", "version", "sha256", "name", "date", "feeds", "seed")
        }
        first: dict[int, int] = {}
        for row, (position, root) in enumerate(zip(known.position.tolist(), known.root.tolist(), strict=True)):
            code = int(log.competition.codes[position])
            if first.setdefault(code, root) != root:
                rejected.append(_twice(log, position))
                continue
            made = _open(log, position, code, {name: column[row] for name, column in texts.items()}, plans, rejected)
            if made is not None:
                opened[code] = made
    _reject_strays(log, opened, rejected)
    return sorted(opened.values(), key=lambda o: (int(log.seq[o.position]), o.id))


Find: TypeAlias = "Callable[[str, str, str], Plan | None]"
"""Finds a rulebook by its id, preferring the version and the SHA-256 that are named ("": any); None where there is none."""


class Plans:
    """The rulebooks at hand: those given by hand first, then those found by id."""

    def __init__(self, given: Mapping[str, Plan], find: Find) -> None:
        self._given = dict(given)
        self._find = find
        self._found: dict[tuple[str, str, str], Plan | None] = {}

    def of(self, ruleset: str, stage: str, version: str, sha256: str) -> tuple[Plan | None, Message | None]:
        """The rulebook for a competition, and what is to be said about the choice."""
        if ruleset in self._given:
            return self._given[ruleset], None
        if len(self._given) == 1:
            only = next(iter(self._given.values()))
            if stage in only["stages"]:
                return only, Message("replayed under {other} instead of {own}, which the log names", {"other": only["id"], "own": ruleset})
        key = (ruleset, version, sha256)
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key], None


def _twice(log: Log, position: int) -> Rejection:
    return reject(
        log, position, "competition", "", "already-opened",
        Message("this competition was opened before; amend or void the first opening instead"),
    )  # fmt: skip


def _open(log: Log, position: int, code: int, field: dict[str, str], plans: Plans, rejected: list[Rejection]) -> Opened | None:
    """The opening at `position`, None (and a rejection) where its rulebook or stage is not known."""
    if not field["ruleset"] or not field["stage"]:
        name = "stage" if field["ruleset"] else "ruleset"
        rejected.append(reject(log, position, name, "", "missing-field", Message("the field {field} is missing; give it", {"field": name})))
        return None
    plan, note = plans.of(field["ruleset"], field["stage"], field["version"], field["sha256"])
    if plan is None:
        message = Message(
            "there is no rulebook “{value}”; put its file into a folder rulesets beside you, or name it with --ruleset",
            {"value": field["ruleset"]},
        )
        rejected.append(reject(log, position, "ruleset", field["ruleset"], "unknown-ruleset", message))
        return None
    if field["stage"] not in plan["stages"]:
        message = Message(
            "the rulebook {ruleset} has no stage “{value}”; it has {stages}",
            {"ruleset": plan["id"], "value": field["stage"], "stages": ", ".join(plan["stages"])},
        )
        rejected.append(reject(log, position, "stage", field["stage"], "unknown-stage", message))
        return None
    agrees = (not field["version"] or field["version"] == plan["version"]) and (not field["sha256"] or field["sha256"] == plan["sha256"])
    if not agrees and note is None:
        note = Message(
            "replayed under {id}@{version} ({sha}), the log pins {pinned}",
            {
                "id": plan["id"],
                "version": plan["version"],
                "sha": plan["sha256"][:12],
                "pinned": " ".join(filter(None, (field["version"], field["sha256"][:12]))),
            },
        )
    return Opened(
        id=log.competition.texts[code],
        code=code,
        position=position,
        name=field["name"],
        plan=plan,
        stage=field["stage"],
        day=_day(log, position, field["date"]),
        seed=field["seed"] or None,
        feeds=_feeds(log, position, field["feeds"], rejected),
        pinned=agrees and note is None and bool(field["version"] or field["sha256"]),
        note=note,
    )


def _day(log: Log, position: int, date: str) -> int:
    """The competition's day: its date, else the day on which it was opened."""
    if date and parse_time(date) is not None:
        return day_number(date)
    at = int(log.at[position])
    return -1 if at == MISSING_TIME else (at + int(log.offset[position])) // DAY


def _feeds(log: Log, position: int, text: str, rejected: list[Rejection]) -> dict[str, str]:
    """The links of the competition: name → competition. A plain list names the links after the stages they lead to."""
    if not text:
        return {}
    try:
        feeds = json.loads(text)
    except ValueError:
        feeds = text.split()
    if isinstance(feeds, dict) and all(isinstance(target, str) for target in feeds.values()):
        return feeds
    if isinstance(feeds, list) and all(isinstance(target, str) for target in feeds):
        return {f"#{n}": target for n, target in enumerate(feeds)}
    message = Message("feeds must be an object of link → competition, or a list of competitions")
    rejected.append(reject(log, position, "feeds", text, "not-feeds", message))
    return {}


def _reject_strays(log: Log, opened: dict[int, Opened], rejected: list[Rejection]) -> None:
    """Events of competitions that were not opened."""
    is_open = np.zeros(len(log.competition.texts) + 1, bool)
    is_open[list(opened)] = True
    for position in np.flatnonzero(~is_open[log.competition.codes]).tolist():
        if any(r.id == log.id[position] for r in rejected[-1:]) or log.kind.texts[log.kind.codes[position]] == "opened":
            continue
        message = Message("the competition “{value}” is not open; its event opened is missing or was rejected",
                          {"value": log.competition.texts[log.competition.codes[position]]})  # fmt: skip
        rejected.append(reject(log, position, "competition", log.competition.texts[log.competition.codes[position]], "not-opened", message))


def resolve_lists(opened: list[Opened]) -> list[Opened]:
    """Links given as a plain list, named after the stage of the competition that they lead to."""
    stage = {o.id: o.stage for o in opened}
    return [
        o._replace(feeds={stage.get(target, target) if link.startswith("#") else link: target for link, target in o.feeds.items()})
        for o in opened
    ]


def levels(opened: list[Opened]) -> list[list[int]]:
    """The competitions (indices) in levels, each after all that feed it.

    Raises:
        SeasonError: some feed one another in a circle; the message names them.
    """
    index = {o.id: i for i, o in enumerate(opened)}
    targets = [[index[t] for t in dict.fromkeys(o.feeds.values()) if t in index] for o in opened]
    waiting = np.zeros(len(opened), np.int64)
    for out in targets:
        for target in out:
            waiting[target] += 1
    result, ready = [], np.flatnonzero(waiting == 0).tolist()
    done = 0
    while ready:
        result.append(ready)
        done += len(ready)
        following = []
        for i in ready:
            for target in targets[i]:
                waiting[target] -= 1
                if waiting[target] == 0:
                    following.append(target)
        ready = sorted(following)
    if done < len(opened):
        circle = ", ".join(opened[i].id for i in np.flatnonzero(waiting > 0).tolist()[:8])
        raise SeasonError(Message("competitions feed one another in a circle: {names}; correct the links in feeds", {"names": circle}))
    return result


def batches(opened: list[Opened]) -> list[list[int]]:
    """The competitions in the order of computation, those of one level, rulebook and stage together."""
    result: list[list[int]] = []
    for level in levels(opened):
        together: dict[tuple[str, str], list[int]] = {}
        for i in level:
            together.setdefault((opened[i].plan["sha256"], opened[i].stage), []).append(i)
        result += together.values()
    return result


def local_index(log: Log, opened: list[Opened], members: list[int]) -> Ints:
    """For each competition code of the log its place in the batch, -1 for others."""
    local = np.full(len(log.competition.texts), -1, np.int64)
    local[[opened[i].code for i in members]] = np.arange(len(members))
    return local
