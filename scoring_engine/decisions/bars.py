"""Bars: who may not receive what, by a rule of the same competition or by one of a competition that feeds it."""

from __future__ import annotations

import numpy as np

from scoring_engine.decisions.facts import Ints
from scoring_engine.decisions.outcomes import BARRED, CLOSED, GRANTED, Carried, Outcomes
from scoring_engine.decisions.people import People
from scoring_engine.messages import Message

CLOSABLE = ("award", "certificate", "title", "cash", "bonus", "advance", "grade")
"""Kinds that a bar can close: by their name, or all of a kind by the word for it."""


def close(out: Outcomes, carried: Carried | None, people: People) -> None:
    """Bar every entry that a bar closes.

    A bar with `to` counts where it is sent, not here. A bar that still awaits a decision closes nothing.
    """
    competition, person, word, source, words = _in_force(out, carried, people)
    out.people = people.texts
    if not len(competition):
        return
    size = len(people.texts) + 1
    keys = (competition * len(words) + word) * size + person
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    for number, consequence in enumerate(out.consequences):
        plan = consequence.plan
        if plan["kind"] not in CLOSABLE:
            continue
        for name in dict.fromkeys((plan["kind"], plan["name"])):  # the name last: it is the nearer reason
            if name not in words:
                continue
            entries = out.of(number)
            wanted = (out.competition[entries] * len(words) + words[name]) * size + out.recipient[entries]
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            hit = (keys[at] == wanted) & (out.recipient[entries] >= 0)
            out.mark(entries[hit], BARRED, CLOSED, source[order[at[hit]]])


def _in_force(out: Outcomes, carried: Carried | None, people: People) -> tuple[Ints, Ints, Ints, Ints, dict[str, int]]:
    """Competition, person, word and source (as `Outcomes.detail` has it) of each bar; the codes of the words."""
    words: dict[str, int] = {}
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for number, consequence in enumerate(out.consequences):
        if consequence.plan["kind"] != "bar" or consequence.plan["to"] is not None:
            continue
        entries = out.of(number)
        entries = entries[out.status[entries] == GRANTED]
        for honour in consequence.plan["honours"]:
            code = words.setdefault(honour, len(words))
            args = {"honour": honour, "rule": out.rule(number)}
            out.bar_sources.append(Message("barred from {honour} by {rule}", args))
            parts.append((out.competition[entries], out.recipient[entries], *_same(len(entries), code, len(out.bar_sources) - 1)))
    if carried is not None and len(carried.competition):
        parts.append((carried.competition, people.codes(carried.contestant), *_sources(out, carried, words)))
    if not parts:
        nothing: Ints = np.zeros(0, np.int64)
        return nothing, nothing, nothing, nothing, words
    competition, person, word, source = (np.concatenate(column) for column in zip(*parts, strict=True))
    there = person >= 0
    return competition[there], person[there], word[there], source[there], words


def _sources(out: Outcomes, carried: Carried, words: dict[str, int]) -> tuple[Ints, Ints]:
    """Word and source of each carried bar; behind the sources of the competition's own bars each bar is its own."""
    out.carried = carried
    honour = np.where(carried.honour.ok, carried.honour.values, -1)
    _, first, back = np.unique(honour, return_index=True, return_inverse=True)
    codes = [words.setdefault(carried.honour.show(row), len(words)) for row in first.tolist()]
    return np.array(codes, np.int64)[back.reshape(-1)], len(out.bar_sources) + np.arange(len(honour), dtype=np.int64)


def _same(size: int, code: int, source: int) -> tuple[Ints, Ints]:
    return np.full(size, code, np.int64), np.full(size, source, np.int64)
