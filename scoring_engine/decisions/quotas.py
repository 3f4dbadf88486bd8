"""Quotas: how many places there are, and who gets them.

Places go by rank. A block of level rows at the edge of the quota is left out as a whole, so a tie never exceeds it; whoever
may not have a place is not among the candidates, so the place passes on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scoring_engine.decisions.facts import Bools, Facts, Field, Ints
from scoring_engine.messages import Message
from scoring_engine.scoring.vectors import dense

UNRANKED = 2**63 - 1


class QuotaError(ValueError):
    """A quota that cannot be counted. `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.say())
        self.message = message


class Places(NamedTuple):
    """The places of one quota.

    group   int64[n], group of each row of the contestants (its competition and the columns `within`)
    seats   int64[groups], how many there are
    known   bool[groups], False where the quota's number is missing
    whole   int64[groups], how many make up the whole
    """

    group: Ints
    seats: Ints
    known: Bools
    whole: Ints


class Filled(NamedTuple):
    """What became of candidates.

    inside   bool[m], has a place
    edge     bool[m], level with others across the last place: nobody of them has it
    left     int64[m], the places left for an edge; the number of places for all others
    """

    inside: Bools
    edge: Bools
    left: Ints


def places(quota: dict[str, Any], facts: Facts, rule: str) -> Places:
    """The places of the quota (`OutcomePlan.quota`) of a consequence of the rule `rule`, over all contestants.

    Raises QuotaError where the number differs within a group, OverflowError where a share does not fit into 64 bits.
    """
    keys = [facts.competition, *(key for name in quota["within"] for key in _keys(facts.fields[name]))]
    group = dense(keys, facts.size)
    groups = int(group.max(initial=-1)) + 1
    of = facts.fields[quota["of"]]
    whole = np.bincount(group[of.ok & of.values.astype(np.bool_)], minlength=groups).astype(np.int64)
    number = facts.fields[quota["column"]]
    rows = np.flatnonzero(number.ok)
    known = np.bincount(group[rows], minlength=groups) > 0
    value = np.zeros(groups, np.int64)
    value[group[rows]] = number.values[rows]
    if (value[group[rows]] != number.values[rows]).any():
        raise QuotaError(Message("the quota of {rule} must be one number for all of its group; it changes from row to row", {"rule": rule}))
    scale = 10**number.places
    if quota["by"] == "share":
        if int(np.abs(value).max(initial=0)) * int(whole.max(initial=0)) > UNRANKED // 4:
            raise OverflowError(f"the quota of {rule}")
        value, scale = value * whole, scale * 100
    return Places(group, np.maximum(rounded(value, scale, quota["round"]), 0), known, whole)


def rounded(value: Ints, scale: int, mode: str) -> Ints:
    """`value / scale` as whole numbers: floor, ceiling, or half_up (a half away from zero for what is positive)."""
    if mode == "floor":
        return value // scale
    if mode == "ceiling":
        return -(-value // scale)
    return (2 * value + scale) // (2 * scale)


def fill(group: Ints, rank: Ints, settled: Bools, seats: Ints) -> Filled:
    """Who of m candidates gets one of the `seats[group]` places.

    rank     int64[m], smaller is better, `UNRANKED` for none
    settled  bool[m], a person decided for this candidate: he comes before those who are level with him
    """
    order = np.lexsort((~settled, rank, group))
    ordered = [key[order] for key in (group, rank, settled)]
    size = len(order)
    new_group = np.ones(size, np.bool_)
    new_group[1:] = ordered[0][1:] != ordered[0][:-1]
    new_block = new_group.copy()
    for key in ordered[1:]:
        new_block[1:] |= key[1:] != key[:-1]
    at = np.arange(size, dtype=np.int64)
    first = np.maximum.accumulate(np.where(new_group, at, 0))
    starts = np.flatnonzero(new_block)
    block = np.cumsum(new_block) - 1
    ends = np.append(starts[1:], size)
    before = (starts[block] - first) if size else at  # candidates of the group that come before the block
    until = (ends[block] - first) if size else at
    there = seats[ordered[0]]
    inside, edge, left = np.zeros(size, np.bool_), np.zeros(size, np.bool_), np.zeros(size, np.int64)
    inside[order] = until <= there
    edge[order] = (until > there) & (before < there)
    left[order] = np.where((until > there) & (before < there), there - before, there)
    return Filled(inside, edge, left)


def _keys(field: Field) -> list[Ints]:
    """Integer columns that are equal where the values are; missing is a value of its own."""
    return [field.ok.astype(np.int64), np.where(field.ok, field.values, 0).astype(np.int64)]
