"""Which competitions there are, and in which order they are computed: against a plain walk through the links."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.events.reading import read
from scoring_engine.ruleset import store
from scoring_engine.scoring.intake.effective import effective
from scoring_engine.scoring.vectors import Lexicon
from scoring_engine.season.opening import Openings, Plans, SeasonError, batches, levels, openings
from scoring_engine.season.replay import replay
from tests.season.contests import RULEBOOK as PLAIN
from tests.season.linked import RULEBOOK as LINKED

PLANS = [store.plan_of(str(path)) for path in (PLAIN, LINKED)]
STAGES = ["group", "village", "town", "year-end"]

Event = dict[str, Any]


def opened(name: str, stage: str = "group", **fields: Any) -> Event:
    return {"id": f"open-{name}", "competition": name, "kind": "opened", "ruleset": "linked-season", "stage": stage, **fields}


def numbered(*events: Event) -> list[Event]:
    return [{"seq": seq, "id": f"e{seq}", **event} for seq, event in enumerate(events, 1)]


def look(events: list[Event]) -> Openings:
    lexicon = Lexicon()
    log = read(events)
    facts, rejected = effective(log, lexicon)
    found = openings(log, facts, lexicon, Plans({plan["id"]: plan for plan in PLANS}, lambda *_: None), rejected)
    assert rejected == []
    return found


def faults(events: list[Event]) -> list[tuple[str, str, str]]:
    return [(r.id, r.field, r.rule) for r in replay(read(events), PLANS, engine="columnar").rejections]


@st.composite
def seasons(draw: st.DrawFn) -> tuple[list[Event], dict[str, list[str]], dict[str, str]]:
    """Competitions that feed some of those opened before them; who feeds whom, and the stage of each."""
    size = draw(st.integers(1, 12))
    feeds: dict[str, list[str]] = {}
    events, stages = [], {}
    for number in range(size):
        name = f"c{number}"
        feeds[name] = draw(st.lists(st.sampled_from([*feeds, "elsewhere"]), max_size=3, unique=True))
        stages[name] = draw(st.sampled_from(STAGES))
        events.append(opened(name, stages[name], feeds={f"link{n}": target for n, target in enumerate(feeds[name])}))
    return numbered(*draw(st.permutations(events))), feeds, stages


@settings(deadline=None)
@given(seasons())
def test_levels_are_the_longest_ways_and_batches_follow_them(made: tuple[list[Event], dict[str, list[str]], dict[str, str]]) -> None:
    events, feeds, stages = made

    def longest(name: str) -> int:
        return max((1 + longest(other) for other, targets in feeds.items() if name in targets), default=0)

    found = look(events)
    assert found.ids == [event["competition"] for event in events]
    level = levels(found)
    assert dict(zip(found.ids, level.tolist(), strict=True)) == {name: longest(name) for name in feeds}
    groups = [[found.ids[i] for i in members.tolist()] for members in batches(found, level)]
    assert sorted(name for group in groups for name in group) == sorted(feeds)
    kinds = [{(longest(name), stages[name]) for name in group} for group in groups]
    assert all(len(kind) == 1 for kind in kinds)
    assert len({kind.pop() for kind in kinds}) == len(groups)
    order = [longest(group[0]) for group in groups]
    assert order == sorted(order)
    position = {name: n for n, name in enumerate(found.ids)}
    assert all(group == sorted(group, key=position.__getitem__) for group in groups)
    first = {level: [position[group[0]] for group in groups if longest(group[0]) == level] for level in order}
    assert all(starts == sorted(starts) for starts in first.values())


def test_a_circle_is_named() -> None:
    events = numbered(opened("a", feeds={"x": "b"}), opened("b", feeds={"x": "c"}), opened("c", feeds={"x": "a"}), opened("d"))
    with pytest.raises(SeasonError, match="a, b, c"):
        levels(look(events))
    with pytest.raises(SeasonError, match="a;"):
        levels(look(numbered(opened("a", feeds={"x": "a"}))))


def test_links_are_named_by_an_object_or_after_the_stages_that_a_list_leads_to() -> None:
    found = look(
        numbered(
            opened("a", feeds={"own name": "v", "b": "t"}),
            opened("b", feeds=["t", "v", "unknown"]),
            opened("c", feeds="v t"),
            opened("d", feeds=["v", "w"]),
            opened("v", "village"),
            opened("w", "village"),
            opened("t", "town"),
        )
    )

    def links(name: str) -> dict[str, str | None]:
        mine = found.links.sender == found.ids.index(name)
        pairs = zip(found.links.name[mine].tolist(), found.links.target[mine].tolist(), strict=True)
        return {found.links.names[link]: None if target < 0 else found.ids[target] for link, target in pairs}

    assert links("a") == {"own name": "v", "b": "t"}
    assert links("b") == {"town": "t", "village": "v", "unknown": None}
    assert links("c") == {"village": "v", "town": "t"}
    assert links("d") == {"village": "w"}  # of two at one stage the last is meant
    assert links("v") == {}
    assert [found.ids[i] if i >= 0 else i for i in found.targets("village").tolist()] == [-2, "v", "v", "w", -2, -2, -2]


def test_openings_that_open_nothing_say_why_and_so_do_the_events_of_their_competitions() -> None:
    events = numbered(
        opened("a"),
        opened("b", ruleset="nobody-knows"),
        opened("c", "no-such-stage"),
        opened("d", stage=None),
        opened("a") | {"id": "again"},
        opened("e", feeds={"x": 3}),
        {"competition": "b", "kind": "judge", "judge": "J"},
        {"competition": "never", "kind": "voided", "event": "nothing", "reason": "test"},
        {"competition": "a", "kind": "judge", "judge": "J"},
    )
    assert faults(events) == [
        ("open-b", "ruleset", "unknown-ruleset"),
        ("open-c", "stage", "unknown-stage"),
        ("open-d", "stage", "missing-field"),
        ("again", "competition", "already-opened"),
        ("open-e", "feeds", "not-feeds"),
        ("e7", "competition", "not-opened"),
        ("e8", "event", "unknown-event"),  # once, though its competition was not opened either
    ]


def test_an_amended_opening_counts_with_its_last_admitted_form_and_from_then_on() -> None:
    def amended(name: str, **fields: Any) -> Event:
        return {"competition": name, "kind": "amended", "event": f"open-{name}", "reason": "test", "by": "x", **fields}

    events = numbered(
        opened("a", date="2024-05-01", feeds={"x": "b"}),
        opened("b"),
        amended("a", date="2024-06-01", stage="village"),
    )
    found = look(events)
    assert found.ids == ["b", "a"]
    assert [found.choices[n].stage for n in found.choice.tolist()] == ["group", "village"]
    assert found.day.tolist() == [-1, 19875]  # 2024-06-01 is so many days after 1970-01-01
    assert faults([*events, amended("b", stage="nowhere") | {"seq": 4, "id": "e4"}]) == [("e4", "stage", "unknown-stage")]


def test_the_day_is_the_date_given_or_that_on_the_writers_wall() -> None:
    late = "2024-05-01T23:30:00-05:00"  # it is 2 May in Greenwich already
    found = look(numbered(opened("a", at=late), opened("b", at=late, date="2024-05-03"), opened("c"), opened("d", at=late, date="soon")))
    assert found.day.tolist() == [19844, 19846, -1, 19844]


def test_competitions_with_the_same_number_come_in_the_order_of_their_ids() -> None:
    found = look([opened("b") | {"seq": 1, "id": "x"}, opened("a") | {"seq": 1, "id": "y"}, opened("0") | {"seq": 2, "id": "a"}])
    assert found.ids == ["a", "b", "0"]


def test_each_competition_has_the_state_that_it_has_reached() -> None:
    events = numbered(
        *(opened(name) for name in "abc"),
        *({"competition": name, "kind": "confirmed", "by": "head"} for name in "bc"),
        {"competition": "c", "kind": "published", "by": "head"},
    )
    result = replay(read(events), PLANS, engine="columnar")
    assert {one.id: one.state for one in result.competitions} == {"a": "open", "b": "confirmed", "c": "published"}
