"""Quotas and grades against brute force, and what must not change anything."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_by_hand import always, facts, gives, said, sent, settled

from scoring_engine.decisions import facts as f
from scoring_engine.decisions.facts import Facts

GRADES = ["excellent", "good", "fair"]
MODES = {
    "floor": lambda x: x.numerator // x.denominator,
    "ceiling": lambda x: -(-x.numerator // x.denominator),
    "half_up": lambda x: (x + Fraction(1, 2)).numerator // (x + Fraction(1, 2)).denominator,
}

Person = dict[str, Any]


@st.composite
def fields(draw: st.DrawFn) -> tuple[list[Person], list[dict[str, Any]], dict[tuple[str, str], bool], set[tuple[str, str]]]:
    """People with ranks and groups, ways to grades with quotas, recorded decisions, bars."""
    size = draw(st.integers(1, 9))
    people = [
        {
            "id": f"p{i}",
            "competition": draw(st.integers(0, 1)),
            "rank": draw(st.none() | st.integers(1, 4)),
            "group": draw(st.sampled_from(["x", "y", None])),
            "whole": draw(st.sampled_from([True, True, False, None])),
        }
        for i in range(size)
    ]
    people.sort(key=lambda p: p["competition"])
    ways = []
    for i in range(draw(st.integers(1, 4))):
        quota = draw(
            st.none()
            | st.fixed_dictionaries(
                {
                    "by": st.sampled_from(["count", "share"]),
                    "number": st.integers(-1, 130).map(lambda n: Fraction(n, 2)) | st.integers(0, 3).map(Fraction),
                    "mode": st.sampled_from(sorted(MODES)),
                    "within": st.booleans(),
                }
            )
        )
        holds = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        ways.append(
            {
                "id": f"way{i}",
                "grade": draw(st.sampled_from(GRADES)),
                "quota": quota,
                "approve": draw(st.booleans()) and draw(st.booleans()),
                "holds": holds,
            }
        )
    decided = {
        (way["id"], person["id"]): draw(st.booleans()) for way in ways for person in people if draw(st.sampled_from([False, False, True]))
    }
    barred = {(person["id"], grade) for person in people for grade in GRADES if draw(st.sampled_from([False] * 6 + [True]))}
    return people, ways, decided, barred


def table_of(people: list[Person], ways: list[dict[str, Any]]) -> Facts:
    columns = {
        "rank": f.number([p["rank"] for p in people]),
        "whole": f.truth([p["whole"] for p in people]),
        "group": f.text([p["group"] for p in people]),
    }
    for way in ways:
        columns[way["id"]] = f.truth(way["holds"])
        if way["quota"]:
            columns[way["id"] + "/quota"] = f.number([int(way["quota"]["number"] * 10)] * len(people), 1)
    return facts(columns, competition=[p["competition"] for p in people], subject=[p["id"] for p in people])


def rules_of(ways: list[dict[str, Any]]) -> Any:
    rules = []
    for way in ways:
        quota = way["quota"]
        plan = (quota["by"], way["id"] + "/quota", quota["mode"], *(["group"] if quota["within"] else [])) if quota else None
        rules.append(always(way["id"], gives("grade", way["grade"], quota=plan, approve="office" if way["approve"] else None)))
    return rules


def outcomes_of(people: list[Person], ways: list[dict[str, Any]], decided: Any, barred: Any) -> Any:
    where = {p["id"]: p["competition"] for p in people}
    return settled(
        rules_of(ways),
        table_of(people, ways),
        GRADES,
        sent([(where[who], who, grade, "elsewhere", "r") for who, grade in sorted(barred)]),
        said([(where[who], way, who, grant, None, "Li", "") for (way, who), grant in decided.items()]),
    )


def plainly(people: list[Person], ways: list[dict[str, Any]], decided: Any, barred: Any) -> dict[tuple[str, str], str]:
    """(person, way) → status, one competition, group and person at a time."""
    status: dict[tuple[str, str], str] = {}
    holding: dict[str, str] = {}
    row = {person["id"]: i for i, person in enumerate(people)}
    for grade in GRADES:
        mine = [way for way in ways if way["grade"] == grade]
        for way in mine:
            ask = [p for p in people if way["holds"][row[p["id"]]] and p["id"] not in holding]
            for p in ask:
                if (p["id"], grade) in barred:
                    status[p["id"], way["id"]] = "barred"
                elif way["approve"]:
                    word = decided.get((way["id"], p["id"]))
                    status[p["id"], way["id"]] = "pending" if word is None else "granted" if word else "refused"
                else:
                    status[p["id"], way["id"]] = "granted"
            waiting = [p for p in ask if status[p["id"], way["id"]] in ("granted", "pending")]
            edge: set[str] = set()
            if way["quota"]:
                within = way["quota"]["within"]
                for group in {(p["competition"], p["group"] if within else "") for p in people}:
                    members = [p for p in people if (p["competition"], p["group"] if within else "") == group]
                    seats = Fraction(way["quota"]["number"])
                    if way["quota"]["by"] == "share":
                        seats = seats * sum(p["whole"] is True for p in members) / 100
                    edge |= seat([p for p in waiting if p in members], max(MODES[way["quota"]["mode"]](seats), 0), way, decided, status)
            for p in waiting:
                if status[p["id"], way["id"]] in ("granted", "pending") and p["id"] not in edge:
                    holding[p["id"]] = way["id"]
                    for other in mine[: mine.index(way)]:  # refused on another way to the same grade: of no interest any more
                        if status.get((p["id"], other["id"])) in ("refused", "pending"):
                            del status[p["id"], other["id"]]
    return status


def seat(waiting: list[Person], seats: int, way: dict[str, Any], decided: Any, status: dict[tuple[str, str], str]) -> set[str]:
    """Give the places of one group, block by block; returns those whom a tie at the edge leaves waiting."""
    blocks = sorted({p["rank"] if p["rank"] is not None else 10**9 for p in waiting})
    for rank in blocks:
        block = [p for p in waiting if (p["rank"] if p["rank"] is not None else 10**9) == rank]

        def word(p: Person) -> Any:
            return decided.get((way["id"], p["id"]))

        if way["approve"]:  # who is approved already comes before who awaits it
            parts = [[p for p in block if word(p)], [p for p in block if not word(p)]]
        elif 0 < seats < len(block):  # a tie at the edge: people may have decided
            for p in block:
                if word(p) is False:
                    status[p["id"], way["id"]] = "refused"
            parts = [[p for p in block if word(p)], [p for p in block if word(p) is None]]
        else:
            parts = [block]
        for part in filter(None, parts):
            if len(part) <= seats:
                seats -= len(part)
                continue
            after = [p for p in waiting if (p["rank"] if p["rank"] is not None else 10**9) > rank]
            rest = [p for later in parts[parts.index(part) + 1 :] for p in later] + after
            for p in part:
                status[p["id"], way["id"]] = "pending" if seats else "refused"
            for p in rest:
                status[p["id"], way["id"]] = "refused"
            return {p["id"] for p in part} if seats else set()
    return set()


def by_person(outcomes: Any) -> dict[tuple[str, str], str]:
    return {(o.recipient, o.rule): o.status for o in outcomes}


@settings(max_examples=1000, deadline=None)
@given(fields())
def test_grades_and_quotas_are_those_of_brute_force(case: Any) -> None:
    assert by_person(outcomes_of(*case)) == plainly(*case)


@settings(max_examples=500, deadline=None)
@given(fields())
def test_no_quota_is_ever_exceeded_and_nobody_has_two_grades(case: Any) -> None:
    people, ways, _, barred = case
    found = by_person(outcomes_of(*case))
    granted = [key for key, status in found.items() if status == "granted"]
    assert len({who for who, _ in granted}) == len(granted)
    assert not {(who, way["grade"]) for who, rule in granted for way in ways if way["id"] == rule} & barred
    for way in ways:
        if not (quota := way["quota"]):
            continue
        for group in {(p["competition"], p["group"] if quota["within"] else "") for p in people}:
            inside = [p for p in people if (p["competition"], p["group"] if quota["within"] else "") == group]
            most = quota["number"]
            if quota["by"] == "share":
                most = most * sum(p["whole"] is True for p in inside) / 100
            assert sum((p["id"], way["id"]) in granted for p in inside) <= max(MODES[quota["mode"]](most), 0)


@settings(max_examples=300, deadline=None)
@given(fields(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case: Any, random: Any) -> None:
    people, ways, decided, barred = case
    at = list(range(len(people)))
    random.shuffle(at)
    turned = [people[i] for i in at]
    turned_ways = [way | {"holds": [way["holds"][i] for i in at]} for way in ways]
    assert by_person(outcomes_of(turned, turned_ways, decided, barred)) == by_person(outcomes_of(*case))


@settings(max_examples=300, deadline=None)
@given(fields())
def test_a_competition_does_not_depend_on_those_computed_with_it(case: Any) -> None:
    people, ways, decided, barred = case
    alone: dict[tuple[str, str], str] = {}
    for competition in (0, 1):
        at = [i for i, p in enumerate(people) if p["competition"] == competition]
        ids = {people[i]["id"] for i in at}
        some = [way | {"holds": [way["holds"][i] for i in at]} for way in ways]
        words = {key: grant for key, grant in decided.items() if key[1] in ids}
        alone |= by_person(outcomes_of([people[i] for i in at], some, words, {b for b in barred if b[0] in ids})) if at else {}
    assert alone == by_person(outcomes_of(*case))


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-(10**8), 10**8), st.integers(1, 10**6)), min_size=1),
    st.integers(0, 9),
    st.integers(-(10**12), 10**12),
)
def test_ratios_compare_as_fractions_do(pairs: list[tuple[int, int]], places: int, literal: int) -> None:
    numerators, denominators = (np.array(column) for column in zip(*pairs, strict=True))
    field = f.ratio(numerators, denominators, np.ones(len(pairs), bool), places)
    wanted = Fraction(literal, 10**places)
    for value, (numerator, denominator) in zip(field.values.tolist(), pairs, strict=True):
        exact, shown = Fraction(numerator, denominator), Fraction(value, 10**field.places)
        assert (shown < wanted, shown == wanted) == (exact < wanted, exact == wanted)
