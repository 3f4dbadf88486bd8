"""Which competitions a log holds, under which rulebook and stage each is replayed, and which feeds which.

All of it is columns over the competitions: what a text says (a date, the links, which rulebook is meant) is found out once for
each distinct text, and nothing is done for one competition at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from scoring_engine.events.log import MISSING_TIME
from scoring_engine.messages import Message
from scoring_engine.scoring.batch import day_number
from scoring_engine.scoring.calendar import DAY, parse_time
from scoring_engine.scoring.intake.effective import Facts, reject
from scoring_engine.scoring.tables import pack
from scoring_engine.scoring.vectors import Bools, Ints, Lexicon

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection
    from scoring_engine.ruleset.plan import Plan

NOT_OPENED, NO_LINK = -1, -2
"""Where a link leads when the competition that it names was not opened, and when there is no link of that name."""

NONE = np.zeros(0, np.int64)


class SeasonError(Exception):
    """Competitions that cannot be put into an order: `message` names them."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.say())
        self.message = message


class Choice(NamedTuple):
    """The rulebook and the stage for all openings that name the same ones.

    pinned   the log names the version or the hash of the rulebook, and it is this one
    note     what is to be said about the choice
    """

    plan: Plan
    stage: str
    pinned: bool
    note: Message | None


class Links(NamedTuple):
    """Which competition names which under which link: n links, by sender.

    sender   int64 (n,), index of the competition
    name     int64 (n,), index into `names`
    target   int64 (n,), index of the competition that is named, NOT_OPENED where it was not
    """

    sender: Ints
    name: Ints
    target: Ints
    names: list[str]


class Openings:
    """The n competitions of a log in the order in which they were opened, by (seq, id).

    ids        their ids
    code       int64 (n,), the competition's code in the log
    position   int64 (n,), the event in the log that opened it, or the amendment of it that counts
    choice     int64 (n,) into `choices`: the rulebook and the stage
    day        int64 (n,), days since 1970-01-01, -1 unknown
    name, seed   int64 (n,), codes of the lexicon, -1 where not given
    links      what feeds what
    facts      the events that open them, with the variants of each: what intake looks at, and not at those that were rejected
    """

    def __init__(self, log: Log, lexicon: Lexicon, rows: Facts, choices: list[Choice], choice: Ints) -> None:
        self._lexicon = lexicon
        self.position = rows.position
        self.code = log.competition.codes[rows.position].astype(np.int64)
        self.ids = list(map(log.competition.texts.__getitem__, self.code.tolist()))
        self.choices = choices
        self.choice = choice
        self.day = _days(log, rows, lexicon)
        self.name = rows.codes("name")
        self.seed = rows.codes("seed")
        self.links = Links(NONE, NONE, NONE, [])
        self.facts = rows

    def __len__(self) -> int:
        return self.code.size

    @cached_property
    def id_codes(self) -> Ints:
        """int64 (n,), the ids as codes of the lexicon."""
        return self._lexicon.codes(self.ids)

    def seeds(self, members: Ints) -> list[str | None]:
        """The seeds of some competitions, None where the opening gives none."""
        codes = self.seed[members]
        return [text or None for text in self._lexicon.decode(codes)] if (codes >= 0).any() else [None] * members.size

    def targets(self, link: str) -> Ints:
        """For each competition the index of the one to which its link `link` leads, NOT_OPENED or NO_LINK where there is none."""
        found = np.full(len(self), NO_LINK, np.int64)
        if link in self.links.names:
            mine = self.links.name == self.links.names.index(link)
            found[self.links.sender[mine]] = self.links.target[mine]
        return found


def openings(log: Log, facts: Mapping[str, Facts], lexicon: Lexicon, plans: Plans, rejected: list[Rejection]) -> Openings:
    """The competitions of the log. What does not open one, and the events of competitions that were not opened, is rejected:
    `rejected` holds what `effective` rejected and grows."""
    known = facts.get("opened", Facts("opened", NONE, NONE, {}))
    rows = known
    choices, choice = _choose(log, rows, lexicon, plans, rejected)
    if (choice < 0).any():
        rows, choice = rows.take(choice >= 0), choice[choice >= 0]
    competition = log.competition.codes[rows.position]
    first = np.full(len(log.competition.texts), -1, np.int64)  # what is rejected opens nothing, and is in nobody's way
    first[competition[::-1]] = rows.root[::-1]
    own = first[competition] == rows.root
    if not own.all():
        rejected += [_twice(log, position) for position in rows.position[~own].tolist()]
        rows, choice, competition = rows.take(own), choice[own], competition[own]
    feeds = _feeds(log, rows, lexicon, rejected)
    last = np.full(len(log.competition.texts), -1, np.int64)
    last[competition] = np.arange(rows.size)  # of the variants of an opening the last one counts
    _reject_strays(log, last >= 0, rejected)
    order = last[last >= 0]
    order = order[_by_seq_and_id(log, rows.position[order])]
    if order.size == rows.size and (order[1:] > order[:-1]).all():
        counting = rows  # as they stand in the log
    else:
        counting, choice = rows.take(order), choice[order]
    opened = Openings(log, lexicon, counting, choices, choice)
    opened.facts = rows
    opened.links = _links(opened, feeds, counting.codes("feeds"))
    return opened


def _by_seq_and_id(log: Log, position: Ints) -> Ints:
    """The order of openings: by seq, and by the competition's id where two have the same."""
    seq = log.seq[position]
    order = np.argsort(seq, kind="stable")
    same = seq[order][1:] == seq[order][:-1]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        texts, codes = log.competition.texts, log.competition.codes[position]
        order[tied] = sorted(order[tied].tolist(), key=lambda row: (int(seq[row]), texts[codes[row]]))
    return order


# --- rulebook and stage -------------------------------------------------------------------------------------------------------


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


class _Fault(NamedTuple):
    """What is wrong with an opening: field, value, rule that it breaks, and what to do."""

    field: str
    value: str
    rule: str
    message: Message


def _choose(log: Log, rows: Facts, lexicon: Lexicon, plans: Plans, rejected: list[Rejection]) -> tuple[list[Choice], Ints]:
    """The choices, and the one of each opening; -1 (and a rejection) where the rulebook or the stage is not known."""
    named = [rows.codes(name) for name in ("ruleset", "stage", "version", "sha256")]
    first, kind = _kinds(named)
    made = [_choice(plans, *lexicon.decode(np.array([codes[row] for codes in named]))) for row in first.tolist()]
    choices = [one for one in made if isinstance(one, Choice)]
    place = np.cumsum([isinstance(one, Choice) for one in made], dtype=np.int64) - 1
    faulty = np.array([isinstance(one, _Fault) for one in made], bool)
    place[faulty] = -1
    for row in np.flatnonzero(faulty[kind]).tolist():
        fault = made[kind[row]]
        assert isinstance(fault, _Fault)
        rejected.append(reject(log, int(rows.position[row]), *fault))
    return choices, place[kind]


def _kinds(columns: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The rows that say something for the first time, and for each row which of them says the same."""
    size = columns[0].size
    differing = [column for column in columns if (column[1:] != column[:-1]).any()]
    if not differing:
        return np.arange(min(size, 1)), np.zeros(size, np.int64)
    _, first, kind = np.unique(pack([column + 1 for column in differing]), return_index=True, return_inverse=True)
    return first, kind.reshape(size)


def _choice(plans: Plans, ruleset: str, stage: str, version: str, sha256: str) -> Choice | _Fault:
    """What openings that say this are replayed under."""
    if not ruleset or not stage:
        name = "stage" if ruleset else "ruleset"
        return _Fault(name, "", "missing-field", Message("the field {field} is missing; give it", {"field": name}))
    plan, note = plans.of(ruleset, stage, version, sha256)
    if plan is None:
        text = "there is no rulebook “{value}”; put its file into a folder rulesets beside you, or name it with --ruleset"
        return _Fault("ruleset", ruleset, "unknown-ruleset", Message(text, {"value": ruleset}))
    if stage not in plan["stages"]:
        args = {"ruleset": plan["id"], "value": stage, "stages": ", ".join(plan["stages"])}
        return _Fault("stage", stage, "unknown-stage", Message("the rulebook {ruleset} has no stage “{value}”; it has {stages}", args))
    agrees = version in ("", plan["version"]) and sha256 in ("", plan["sha256"])
    if not agrees and note is None:
        note = Message(
            "replayed under {id}@{version} ({sha}), the log pins {pinned}",
            {
                "id": plan["id"],
                "version": plan["version"],
                "sha": plan["sha256"][:12],
                "pinned": " ".join(filter(None, (version, sha256[:12]))),
            },
        )
    return Choice(plan, stage, agrees and note is None and bool(version or sha256), note)


def _twice(log: Log, position: int) -> Rejection:
    return reject(
        log, position, "competition", "", "already-opened",
        Message("this competition was opened before; amend or void the first opening instead"),
    )  # fmt: skip


def _reject_strays(log: Log, is_open: Bools, rejected: list[Rejection]) -> None:
    """Events of competitions that were not opened, but for those that are rejected already."""
    codes = log.competition.codes
    if is_open.all() and (codes.size == 0 or codes.min() >= 0):
        return
    said = {rejection.id for rejection in rejected}
    texts = [*log.competition.texts, ""]
    stray = ~np.append(is_open, False)[codes]
    if "opened" in log.frames:
        stray[log.frames["opened"].rows] = False
    messages: dict[int, Message] = {}
    text = "the competition “{value}” is not open; its event opened is missing or was rejected"
    for position in np.flatnonzero(stray).tolist():
        if said and log.id[position] in said:
            continue
        code = int(codes[position])
        message = messages.get(code)
        if message is None:
            message = messages[code] = Message(text, {"value": texts[code]})
        rejected.append(reject(log, position, "competition", texts[code], "not-opened", message))


def _days(log: Log, rows: Facts, lexicon: Lexicon) -> Ints:
    """Each competition's day: its date, else the day on which it was opened."""
    at, offset = log.of("at", rows.position), log.of("offset", rows.position)
    days = np.where(at == MISSING_TIME, -1, (at + offset) // DAY)
    dates = rows.codes("date")
    first, kind = _kinds([dates])
    texts = lexicon.decode(dates[first])
    given = [day_number(text) if text and parse_time(text) is not None else None for text in texts]
    if not any(day is not None for day in given):
        return days
    known = np.array([day is not None for day in given], bool)
    return np.where(known[kind], np.array([day or 0 for day in given], np.int64)[kind], days)


# --- links --------------------------------------------------------------------------------------------------------------------


def _feeds(log: Log, rows: Facts, lexicon: Lexicon, rejected: list[Rejection]) -> dict[int, dict[str, str]]:
    """The links that each distinct `feeds` says, by its code; an opening with other things in `feeds` has none, and a rejection."""
    codes = rows.codes("feeds")
    if not (codes >= 0).any():
        return {}
    decoder = json.JSONDecoder()
    feeds: dict[int, dict[str, str]] = {}
    broken = []
    for code in np.flatnonzero(np.bincount(codes[codes >= 0])).tolist():
        links = _named(lexicon.texts[code], decoder)
        if links is None:
            broken.append(code)
        else:
            feeds[code] = links
    message = Message("feeds must be an object of link → competition, or a list of competitions")
    for row in np.flatnonzero(np.isin(codes, broken)).tolist() if broken else ():
        rejected.append(reject(log, int(rows.position[row]), "feeds", lexicon.texts[codes[row]], "not-feeds", message))
    return feeds


def _named(text: str, decoder: json.JSONDecoder) -> dict[str, str] | None:
    """What a text says of links: name → competition, names of a plain list beginning with #; None where it says something else."""
    feeds: Any
    try:
        feeds, end = decoder.raw_decode(text)
        feeds = feeds if end == len(text) else decoder.decode(text)
    except ValueError:
        feeds = text.split()
    except RecursionError:
        return None
    if isinstance(feeds, list):
        feeds = {f"#{n}": target for n, target in enumerate(feeds)}
    return feeds if isinstance(feeds, dict) and all(isinstance(target, str) for target in feeds.values()) else None


def _links(opened: Openings, feeds: Mapping[int, Mapping[str, str]], codes: Ints) -> Links:
    """The links of all competitions. A plain list names its links after the stages of the competitions that they lead to."""
    if not feeds:
        return Links(NONE, NONE, NONE, [])
    used, kind = np.unique(np.where(codes >= 0, codes, -1), return_inverse=True)
    place = {name: index for index, name in enumerate(opened.ids)}
    stages = [opened.choices[choice].stage for choice in opened.choice.tolist()]
    names: dict[str, int] = {}
    name: list[int] = []
    target: list[int] = []
    counts = np.zeros(used.size, np.int64)
    for number, code in enumerate(used.tolist()):
        links: dict[str, int] = {}
        for link, to in feeds.get(code, {}).items():
            index = place.get(to, NOT_OPENED)
            links[link if link[:1] != "#" else stages[index] if index >= 0 else to] = index
        counts[number] = len(links)
        name += [names.setdefault(link, len(names)) for link in links]
        target += links.values()
    many = counts[kind.reshape(len(opened))]
    sender = np.repeat(np.arange(len(opened)), many)
    entry = np.arange(sender.size) + np.repeat((np.cumsum(counts) - counts)[kind.reshape(len(opened))] - np.cumsum(many) + many, many)
    return Links(sender, np.array(name, np.int64)[entry], np.array(target, np.int64)[entry], list(names))


def levels(opened: Openings) -> Ints:
    """The level of each competition: one more than the highest of those that feed it.

    Raises:
        SeasonError: some feed one another in a circle; the message names them.
    """
    size = len(opened)
    known = opened.links.target >= 0
    if not known.any():
        return np.zeros(size, np.int64)
    edges = np.unique(opened.links.sender[known] * size + opened.links.target[known])
    sender, target = np.divmod(edges, max(size, 1))
    counts = np.bincount(sender, minlength=size)
    start = np.cumsum(counts) - counts
    waiting = np.bincount(target, minlength=size)
    level = np.full(size, -1, np.int64)
    ready = np.flatnonzero(waiting == 0)
    number = 0
    while ready.size:
        level[ready] = number
        many = counts[ready]
        out = np.arange(int(many.sum())) + np.repeat(start[ready] - np.cumsum(many) + many, many)
        reached, times = np.unique(target[out], return_counts=True)
        waiting[reached] -= times
        ready = reached[waiting[reached] == 0]
        number += 1
    if (level < 0).any():
        circle = ", ".join(opened.ids[i] for i in np.flatnonzero(level < 0)[:8].tolist())
        raise SeasonError(Message("competitions feed one another in a circle: {names}; correct the links in feeds", {"names": circle}))
    return level


def batches(opened: Openings, level: Ints) -> list[Ints]:
    """The competitions (indices, ascending) in the order of computation, those of one level, rulebook and stage together."""
    together: dict[tuple[str, str], int] = {}
    kinds = [together.setdefault((choice.plan["sha256"], choice.stage), len(together)) for choice in opened.choices]
    kind = np.array(kinds, np.int64)[opened.choice]
    if len(together) == 1 and not level.any():
        return [np.arange(len(opened))] if len(opened) else []
    _, first, group = np.unique(level * (len(together) + 1) + kind, return_index=True, return_inverse=True)
    members = np.split(np.argsort(group.reshape(len(opened)), kind="stable"), np.cumsum(np.bincount(group.reshape(-1)))[:-1])
    order = np.lexsort((first, level[first])).tolist()
    return [members[number] for number in order]


def local_index(log: Log, opened: Openings, members: Ints) -> Ints:
    """For each competition code of the log its place in the batch, -1 for others."""
    local = np.full(len(log.competition.texts), -1, np.int64)
    local[opened.code[members]] = np.arange(members.size)
    return local
