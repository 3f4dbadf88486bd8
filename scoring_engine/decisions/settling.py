"""From matches to outcomes, in an order in which nothing can race.

1. Every consequence of every row for which its rule holds, once for each person it is for. What waits for a person's decision
   (`approve`, `ask`, `if_tied: ask`, a value that the rulebook does not give) is settled by the decisions recorded so far,
   and pending without one.
2. Bars, of this competition and carried here from others. They touch what they name, whatever points were given.
3. Quotas, and grades from the best to the last: a person gets the best grade that a rule grants, that no bar closes and in
   whose quota a place is left. Who is barred or refused takes up no place.

The same input gives the same outcomes in the same order, and rules that contradict each other raise `Conflict`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.decisions.bars import close
from scoring_engine.decisions.collecting import Tables, collect
from scoring_engine.decisions.discretion import Discretion
from scoring_engine.decisions.facts import Bools, Facts, Ints
from scoring_engine.decisions.outcomes import (
    ASKED,
    AWAITS,
    DECIDED,
    EDGE,
    FULL,
    GRANTED,
    MEETS_BAR,
    NO_QUOTA,
    NO_VALUE,
    PENDING,
    PLAIN,
    REFUSED,
    TIED,
    Carried,
    Conflict,
    Notice,
    Outcomes,
    Rulings,
)
from scoring_engine.decisions.people import People
from scoring_engine.decisions.quotas import UNRANKED, Places, fill, places
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import DecisionPlan

EXCLUSIVE = ("step",)
"""Kinds of which a person can have one value only: the rung of a ladder."""


def settle(
    decisions: Sequence[DecisionPlan],
    tables: Tables,
    grades: Sequence[str] = (),
    carried: Carried | None = None,
    rulings: Rulings | None = None,
) -> Outcomes:
    """The outcomes of the rules `decisions`, which are in the order of the rulebook.

    tables    the facts that the rules look at and the rows for which they hold (`agreement.decide`)
    grades    from the best to the last
    carried   bars from other competitions
    rulings   decisions of people about rules
    Raises Conflict where rules contradict each other for a person, QuotaError where a quota cannot be counted, OverflowError.
    """
    out = Outcomes(decisions, list(tables))
    people = People(next(iter(tables.values()))[0].subject.texts if tables else [])
    collect(out, tables, people)
    discretion = Discretion(out, rulings, people)
    _questions(out, tables, discretion)
    close(out, carried, people)
    superseded = _grades_and_quotas(out, tables, discretion, grades)
    _cash_of_the_barred(out, discretion)
    out.keep(~superseded)
    _contradictions(out)
    discretion.unused()
    return out


def _questions(out: Outcomes, tables: Tables, discretion: Discretion) -> None:
    """What waits for a person: a value that is not there, a shared rank, an approval, a question."""
    plans = [consequence.plan for consequence in out.consequences]
    valueless = out.where([plan["column"] is not None for plan in plans]) & ~out.valued
    tied = out.where([plan["if_tied"] == "ask" for plan in plans])
    awaits = out.where([plan["approve"] is not None for plan in plans])
    asked = out.where([plan["kind"] == "ask" for plan in plans])
    if tied.any():
        tied &= _level(out, tables)
    for entries, why in ((valueless, NO_VALUE), (tied, TIED), (awaits, AWAITS), (asked, ASKED)):
        discretion.settle(np.flatnonzero(entries).astype(np.int64), why)
    out.mark(valueless & ~out.valued & (out.status == GRANTED), PENDING, NO_VALUE)  # granted, but nobody said how much


def _level(out: Outcomes, tables: Tables) -> Bools:
    """The entries whose row shares its rank with another row of its ranking group."""
    result = np.zeros(len(out), np.bool_)
    for number, name in enumerate(out.tables):
        facts, mine = tables[name][0], out.table == number
        if "rank" in facts.fields and mine.any():
            result[mine] = _shared(facts)[out.row[mine]]
    return result


def _shared(facts: Facts) -> Bools:
    """The rows whose rank another row of the same ranking group has too."""
    rank = facts.fields["rank"]
    rows = np.flatnonzero(rank.ok)
    rows = rows[np.lexsort((rank.values[rows], facts.scope[rows], facts.competition[rows]))]
    above, below = rows[:-1], rows[1:]
    same = np.ones(len(above), np.bool_)
    for key in (rank.values, facts.scope, facts.competition):
        same &= key[above] == key[below]
    shared = np.zeros(facts.size, np.bool_)
    shared[above[same]] = shared[below[same]] = True
    return shared


# ---- quotas and grades -----------------------------------------------------------------------------------------------------


def _grades_and_quotas(out: Outcomes, tables: Tables, discretion: Discretion, grades: Sequence[str]) -> Bools:
    """Give places to candidates. Returns the entries (bool[n]) of grades below, or beside, the one that a person has."""
    superseded = np.zeros(len(out), np.bool_)
    for number, consequence in enumerate(out.consequences):
        if consequence.plan["quota"] is not None and consequence.plan["kind"] != "grade":
            _allot(out, number, out.of(number), tables, discretion)
    has: Ints = np.zeros(0, np.int64)
    for grade in grades:
        numbers = [n for n, c in enumerate(out.consequences) if (c.plan["kind"], c.plan["name"]) == ("grade", grade)]
        for number in numbers:
            entries = out.of(number)
            graded = np.isin(out.key(out.recipient, entries), has)
            superseded[entries[graded]] = True
            entries = entries[~graded]
            if out.consequences[number].plan["quota"] is not None:
                _allot(out, number, entries, tables, discretion)
            got = (out.status[entries] == GRANTED) | ((out.status[entries] == PENDING) & ~np.isin(out.why[entries], (EDGE, NO_QUOTA)))
            has = np.union1d(has, out.key(out.recipient, entries[got]))
            for other in numbers[: numbers.index(number)]:  # what did not give him this grade before is beside the point now
                before = out.of(other)
                without = ~np.isin(out.status[before], (GRANTED, PENDING)) | np.isin(out.why[before], (EDGE, NO_QUOTA))
                superseded[before[without & np.isin(out.key(out.recipient, before), out.key(out.recipient, entries[got]))]] = True
    return superseded


def _allot(out: Outcomes, number: int, entries: Ints, tables: Tables, discretion: Discretion) -> None:
    """Give the places of the quota of the consequence `number` to its entries that are still granted or pending."""
    consequence = out.consequences[number]
    assert consequence.plan["quota"] is not None
    facts = tables[consequence.table][0]
    quota = places(consequence.plan["quota"], facts, out.rule(number))
    entries = entries[np.isin(out.status[entries], (GRANTED, PENDING))]
    group = quota.group[out.row[entries]]
    discretion.settle(entries[~quota.known[group]], NO_QUOTA)
    entries = entries[quota.known[group]]
    if consequence.plan["quota"]["by"] == "count":
        _too_many_places(out, number, facts, quota, entries)
    approved = np.full(len(entries), consequence.plan["approve"] is not None)
    settled = approved & discretion.granted(entries)
    heard = approved.copy()
    candidate = np.ones(len(entries), np.bool_)
    while True:
        at = np.flatnonzero(candidate)
        mine = entries[at]
        filled = fill(quota.group[out.row[mine]], _ranks(out, facts, mine), settled[at], quota.seats)
        fresh = at[filled.edge & discretion.decided(mine) & ~heard[at]]
        if not len(fresh):
            break
        heard[fresh] = True
        settled[fresh] = discretion.granted(entries[fresh])
        candidate[fresh] = settled[fresh]
        discretion.used[discretion.ruling[entries[fresh]]] = True
    chosen = entries[heard & ~approved]
    out.mark(chosen, REFUSED, DECIDED, discretion.ruling[chosen])
    out.status[entries[heard & ~approved & settled]] = GRANTED
    outside = ~filled.inside & ~filled.edge
    out.mark(mine[filled.edge], PENDING, EDGE, filled.left[filled.edge])
    out.mark(mine[outside], REFUSED, FULL, filled.left[outside])


def _ranks(out: Outcomes, facts: Facts, entries: Ints) -> Ints:
    """The rank of each entry's row, `UNRANKED` where it has none."""
    rank = facts.fields.get("rank")
    rows = out.row[entries]
    return np.full(len(rows), UNRANKED) if rank is None else np.where(rank.ok[rows], rank.values[rows], UNRANKED).astype(np.int64)


def _too_many_places(out: Outcomes, number: int, facts: Facts, quota: Places, entries: Ints) -> None:
    """A notice for each group with more places than contestants who make up the whole."""
    rule = out.rule(number)
    group = quota.group[out.row[entries]]
    vacant = np.flatnonzero(quota.seats[group] > quota.whole[group])
    groups, first = np.unique(group[vacant], return_index=True)
    for number, entry in zip(groups.tolist(), entries[vacant[first]].tolist(), strict=True):
        args = {"rule": rule, "places": str(quota.seats[number]), "whole": str(quota.whole[number])}
        text = Message("the quota of {rule} has {places} places for a field of {whole}; some stay vacant", args)
        out.notices.append(Notice(int(facts.competition[out.row[entry]]), "quota-exceeds-field", "", rule, text))


# ---- what rules do to each other -------------------------------------------------------------------------------------------


def _cash_of_the_barred(out: Outcomes, discretion: Discretion) -> None:
    """Cash to a contestant who is barred in the same competition, here or elsewhere: the organizer decides; a notice says so."""
    kinds = [consequence.plan["kind"] for consequence in out.consequences]
    barred = out.where([kind == "bar" for kind in kinds]) & (out.status != REFUSED)
    paid = np.flatnonzero(out.where([kind == "cash" for kind in kinds]) & (out.status == GRANTED) & (out.contestant >= 0)).astype(np.int64)
    paid = paid[np.isin(out.key(out.contestant, paid), out.key(out.contestant, barred))]
    heard = discretion.decided(paid)
    discretion.settle(paid[heard & (out.why[paid] == PLAIN)], MEETS_BAR)
    paid = paid[~heard]
    out.mark(paid, GRANTED, MEETS_BAR)
    decision = np.array([consequence.decision for consequence in out.consequences], np.int64)[out.consequence[paid]]
    _, first = np.unique(out.key(out.contestant, paid) * len(out.decisions) + decision, return_index=True)
    for i in paid[np.sort(first)].tolist():
        rule, contestant = out.rule(int(out.consequence[i])), out.person(int(out.contestant[i]))
        args = {"rule": rule, "contestant": contestant}
        text = Message("{contestant} gets cash by {rule} and is barred from honours at once; the organizer decides about the cash", args)
        out.notices.append(Notice(int(out.competition[i]), "cash-of-the-barred", contestant, rule, text))


def _contradictions(out: Outcomes) -> None:
    """Raise Conflict where rules give a person different values of what he can have once."""
    slots: dict[tuple[str, str, str | None], list[int]] = {}
    for number, consequence in enumerate(out.consequences):
        plan = consequence.plan
        if plan["kind"] in EXCLUSIVE:
            slots.setdefault((plan["kind"], plan["name"], plan["to"]), []).append(number)
    for (kind, name, to), numbers in slots.items():
        for one, other in combinations(numbers, 2):
            if out.consequences[one].decision != out.consequences[other].decision:
                _compare(out, one, other, kind, name or to or "")


def _compare(out: Outcomes, one: int, other: int, kind: str, name: str) -> None:
    """Raise Conflict where two consequences of different rules give the same person different values."""
    sides = []
    for number in (one, other):
        entries = out.of(number)
        entries = entries[np.isin(out.status[entries], (GRANTED, PENDING)) & out.valued[entries]]
        sides.append((out.key(out.recipient, entries), entries))
    both = np.intersect1d(sides[0][0], sides[1][0])
    for key in both.tolist():
        texts = [{out.text(i) for i in entries[keys == key].tolist()} for keys, entries in sides]
        if len(texts[0] | texts[1]) > 1:
            entry = int(sides[0][1][sides[0][0] == key][0])
            rules = [(out.rule(number), out.consequences[number].plan["line"]) for number in (one, other)]
            raise Conflict(kind, name, out.person(int(out.recipient[entry])), int(out.competition[entry]), rules)
