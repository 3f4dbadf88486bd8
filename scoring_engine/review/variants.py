"""Other logs and other rulebooks to compare with: without a judge, an event or a contestant, with other parameters.

Nothing is written; a variant is a log with fewer events, or a plan compiled from the same file with other values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.ruleset.loader import Loaded
    from scoring_engine.ruleset.plan import Plan
    from scoring_engine.scoring.vectors import Bools
    from scoring_engine.season.result import Replay

LEFT_OUT = ("judge", "event", "contestant")


class Left(NamedTuple):
    """What is left out of a log: `kind` judge, event or contestant, and its id."""

    kind: str
    id: str


class Setting(NamedTuple):
    """Another value of a parameter. `ruleset` is the id of the rulebook, "" for every one that has it; `keys` lead to an entry of a
    list or mapping; `since` is the day from which it holds, "" for every day."""

    ruleset: str
    name: str
    keys: tuple[str, ...]
    since: str
    value: Any


# --- without ------------------------------------------------------------------------------------------------------------


def parse_without(text: str) -> Left:
    """`judge=J3`, `event=talk-2024/0107` (an id or a seq), `contestant=V07`.

    Raises:
        InputError: it is none of these.
    """
    kind, equals, id = text.partition("=")
    if not equals or kind.strip() not in LEFT_OUT or not id.strip():
        raise InputError(Message("“{text}” does not say what to leave out; write judge=ID, event=ID or contestant=ID", {"text": text}))
    return Left(kind.strip(), id.strip())


def without(log: Log, left: Iterable[Left], competitions: Sequence[str] = ()) -> Log:
    """The log without what is left out, in these competitions or in all; what amends, voids or rules on a missing event goes with it.

    Raises:
        InputError: no event is of the judge, contestant or id.
    """
    gone = np.zeros(log.size, bool)
    within = np.ones(log.size, bool)
    if competitions:
        codes = [code for code, name in enumerate(log.competition.texts) if name in competitions]
        within = np.isin(log.competition.codes, codes)
    for one in left:
        mask = within & (_event(log, one.id) if one.kind == "event" else _naming(log, one.kind, one.id))
        if not mask.any():
            args = {"kind": one.kind, "id": one.id, "where": ", ".join(competitions)}
            if competitions:
                raise InputError(Message("no event of {where} has the {kind} “{id}”; check the ids", args))
            raise InputError(Message("no event of the log has the {kind} “{id}”; check the id", args))
        gone |= mask
    return log.select(~_with_followers(log, gone))


def _naming(log: Log, field: str, id: str) -> Bools:
    """The events whose field names somebody."""
    mask = np.zeros(log.size, bool)
    for frame in log.frames.values():
        column = frame.columns.get(field)
        if column is not None:
            codes = [code for code, text in enumerate(column.texts) if text == id]
            mask[frame.rows] |= np.isin(column.codes, codes)
    return mask


def _event(log: Log, id: str) -> Bools:
    """The event with an id, or those with a sequence number."""
    mask = np.array([name == id for name in log.id], bool)
    return mask if mask.any() or not id.isdigit() else log.seq == int(id)


def _with_followers(log: Log, gone: Bools) -> Bools:
    """What is gone, and every event that is about one that is gone."""
    frames = [(frame, frame.columns["event"]) for frame in log.frames.values() if "event" in frame.columns]
    while True:
        ids = {log.id[at] for at in np.flatnonzero(gone).tolist()}
        before = int(gone.sum())
        for frame, column in frames:
            codes = [code for code, text in enumerate(column.texts) if text in ids]
            gone[frame.rows] |= np.isin(column.codes, codes)
        if int(gone.sum()) == before:
            return gone


# --- other parameters ---------------------------------------------------------------------------------------------------

_SETTING = re.compile(
    r"(?:(?P<ruleset>[\w-]+):)?(?:params\.)?(?P<name>[^\W\d]\w*)(?P<keys>(?:\.[\w-]+|\[[^\[\]]+\])*)(?:@(?P<since>\d{4}-\d\d-\d\d))?=(?P<value>.*)",
    re.DOTALL,
)


def parse_setting(text: str) -> Setting:
    """`params.leading=5`, `cash=[3000, 2000]`, `grade_least.excellent=90`, `leading@2024-06-01=5`, `year-end:bonus_cap=3`.

    Raises:
        InputError: it is nothing like these.
    """
    found = _SETTING.fullmatch(text.strip())
    if found is None or not found["value"].strip():
        example = "params.leading=5, params.cash=[3000, 2000], params.leading@2024-06-01=5"
        raise InputError(Message("“{text}” sets no parameter; write it like {example}", {"text": text, "example": example}))
    keys = tuple(key.strip("'\" ") for key in re.findall(r"\.([\w-]+)|\[([^\[\]]+)\]", found["keys"]) for key in key if key)
    return Setting(found["ruleset"] or "", found["name"], keys, found["since"] or "", _value(found["value"].strip()))


def _value(text: str) -> Any:
    """A value as a rulebook would have it: numbers exact, lists, mappings."""
    from scoring_engine.ruleset.diagnostics import RulesetError, has_errors
    from scoring_engine.ruleset.source import read

    node, found = read(text + "\n", "--set")
    if node is None or has_errors(found):
        raise RulesetError(found, {"--set": text})
    return node.plain()


def with_settings(plans: Sequence[Plan], settings: Sequence[Setting]) -> list[Plan]:
    """The plans with other values of their parameters, each compiled again from its file.

    Raises:
        InputError: none of the rulebooks has such a parameter, or an entry that is not there is set.
        RulesetError: the value does not go with what reads it.
    """
    from scoring_engine.ruleset.loader import load
    from scoring_engine.ruleset.overriding import with_params

    for one in settings:
        if not any(_concerns(one, plan) for plan in plans):
            names = sorted({name for plan in plans if one.ruleset in ("", plan["id"]) for name in plan["params"]})
            raise InputError(_unknown(one.name, names))
    result = []
    for plan in plans:
        mine = [one for one in settings if _concerns(one, plan)]
        if mine:
            loaded = load(plan["file"])
            for one in mine:
                loaded = _set(loaded, one)
            plan = with_params(loaded, {}) | {"file": plan["file"]}
        result.append(plan)
    return result


def _concerns(one: Setting, plan: Plan) -> bool:
    return one.ruleset in ("", plan["id"]) and one.name in plan["params"]


def _set(loaded: Loaded, one: Setting) -> Loaded:
    """The rulebook with one parameter set."""
    from copy import copy

    from scoring_engine.ruleset.models import Param

    ruleset = loaded.valid()
    param = ruleset.params[one.name]
    dated: dict[str, Any] = {"": param.value} if param.values is None else dict(param.values)
    if one.since:
        in_force = max((day for day in dated if day <= one.since), default=None)
        base = None if in_force is None else dated[in_force]
        dated[one.since] = _entry(base, one.keys, one.value, one)
        if "" in dated:  # what held on every day holds until then
            dated["0001-01-01"] = dated.pop("")
    else:
        dated = {day: _entry(value, one.keys, one.value, one) for day, value in dated.items()}
    whole = param.model_dump(exclude={"value", "values"}, by_alias=True)
    entry = {"value": dated[""]} if "" in dated else {"values": dict(sorted(dated.items()))}
    other = copy(loaded)
    other.ruleset = ruleset.model_copy(update={"params": dict(ruleset.params) | {one.name: Param.model_validate(whole | entry)}})
    return other


def _entry(base: Any, keys: tuple[str, ...], value: Any, one: Setting) -> Any:
    """`base` with the entry that `keys` lead to replaced; lists count from 1."""
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(base, Mapping):
        known = {str(name): name for name in base}
        if key in known:
            return {name: _entry(old, rest, value, one) if str(name) == key else old for name, old in base.items()}
        raise InputError(_unknown(f"{one.name}[{key}]", [f"{one.name}[{name}]" for name in known]))
    if isinstance(base, (list, tuple)) and key.isdigit() and 1 <= int(key) <= len(base):
        return [_entry(old, rest, value, one) if number == int(key) else old for number, old in enumerate(base, 1)]
    raise InputError(Message("params.{name} has no entry {key}", {"name": one.name, "key": key}))


def _unknown(name: str, names: Sequence[str]) -> Message:
    from scoring_engine.ruleset.diagnostics import suggest

    near = suggest(name, names)
    if near is not None:
        return Message("no rulebook of the log has the parameter “{name}”; did you mean “{near}”?", {"name": name, "near": near})
    return Message("no rulebook of the log has the parameter “{name}”; there are {others}", {"name": name, "others": ", ".join(names[:20])})


def plans_of(replay: Replay) -> list[Plan]:
    """The rulebooks of a replay.

    Raises:
        InputError: it used two versions of one rulebook.
    """
    found: dict[str, Plan] = {}
    for one in replay.settled:
        plan = one.scored.batch.plan
        if found.setdefault(plan["id"], plan)["sha256"] != plan["sha256"]:
            raise InputError(Message("the log uses several versions of {id}; name one with --ruleset", {"id": plan["id"]}))
    return list(found.values())
