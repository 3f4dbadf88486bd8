"""Intake of many competitions: amendments and voids as plain Python lays them over, and whole replays that no way of finding changes."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.events.reading import read
from scoring_engine.scoring import grids
from scoring_engine.scoring.intake.desk import last_variants
from scoring_engine.scoring.intake.effective import Facts, effective
from scoring_engine.scoring.vectors import Lexicon
from scoring_engine.season.replay import replay
from tests.scoring.test_tables_and_grids import WAYS, looked_up_by
from tests.season.contests import RULEBOOK, contests, written

Event = dict[str, Any]

FIELDS = ("contestant", "criterion", "value", "note")


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Marks, and amendments and voids of anything before them."""
    events: list[Event] = []
    for n in range(draw(st.integers(1, 14))):
        kind = "score" if not events else draw(st.sampled_from(["score", "score", "amended", "amended", "voided"]))
        given = draw(st.sets(st.sampled_from(FIELDS)))
        fields: Event = {name: draw(st.sampled_from(["a", "b"])) for name in given}
        if "value" in given:
            fields["value"] = draw(st.sampled_from([1, 2, "1", "2"]))
        targets = [event["id"] for event in events if kind == "voided" or event["kind"] != "voided"]
        about = {} if kind == "score" else {"event": draw(st.sampled_from(targets)), "reason": "r", "by": "h"}
        events.append({"seq": n, "id": f"e{n}", "competition": "c", "kind": kind, **about, **({} if kind == "voided" else fields)})
    return events


def variants(events: list[Event]) -> list[tuple[int, int, Event]]:
    """Position of the last event that counts in it, position of the mark, and the fields, of each variant of each mark that stands."""
    place = {event["id"]: n for n, event in enumerate(events)}
    standing = dict.fromkeys(place, True)
    for event in reversed(events):
        if event["kind"] == "voided" and standing[event["id"]]:
            standing[event["event"]] = False
    rows = []
    for event in events:
        if event["kind"] != "score" or not standing[event["id"]]:
            continue
        fields = {name: event[name] for name in FIELDS if name in event}
        rows.append((place[event["id"]], place[event["id"]], dict(fields)))
        for change in events:
            root = change
            while root["kind"] == "amended":
                root = events[place[root["event"]]]
            if change["kind"] == "amended" and standing[change["id"]] and root is event:
                fields |= {name: change[name] for name in FIELDS if name in change}
                rows.append((place[change["id"]], place[event["id"]], dict(fields)))
    return sorted(rows, key=lambda row: row[0])


def rows_of(scores: Facts, lexicon: Lexicon) -> list[tuple[int, int, Event]]:
    """What `variants` says, as intake has it."""
    found = []
    for row in range(scores.size):
        fields: Event = {}
        for name, values in scores.columns.items():
            if values.codes[row] >= 0:
                text = lexicon.texts[values.codes[row]]
                fields[name] = text if name != "value" or (values.text is not None and values.text[row]) else int(text)
        found.append((int(scores.position[row]), int(scores.root[row]), fields))
    return found


@settings(max_examples=300)
@given(logs())
def test_amendments_are_laid_over_the_events_they_amend(events: list[Event]) -> None:
    lexicon = Lexicon()
    facts, rejected = effective(read(events), lexicon)
    assert rejected == []
    assert sorted(rows_of(facts["score"], lexicon), key=lambda row: row[0]) == variants(events)


@settings(max_examples=300)
@given(logs(), logs(), st.randoms(use_true_random=False), st.sampled_from(["x", "y"]))
def test_of_the_admitted_variants_of_a_mark_the_last_counts(first: list[Event], second: list[Event], random: Any, name: str) -> None:
    """In two competitions whose events are mixed, and in one of them taken by itself."""
    order = {
        "x": [event | {"competition": "x"} for event in first],
        "y": [event | {"competition": "y"} | {key: f"y{event[key]}" for key in ("id", "event") if key in event} for event in second],
    }
    turns = ["x"] * len(first) + ["y"] * len(second)
    random.shuffle(turns)
    events = [order[turn].pop(0) | {"seq": n} for n, turn in enumerate(turns)]
    log, lexicon = read(events), Lexicon()
    scores = effective(log, lexicon)[0].get("score")
    if scores is None:
        return
    one = scores.of_competitions(log, np.array([log.competition.texts.index(name)]))
    expected = variants(events)
    for facts, rows in ((scores, expected), (one, [row for row in expected if events[row[0]]["competition"] == name])):
        assert sorted(rows_of(facts, lexicon), key=lambda row: row[0]) == rows
        ok = np.array([random.random() < 0.7 for _ in range(facts.size)], bool)
        admitted = {int(position) for position in facts.position[ok]}
        last = {root: position for position, root, _ in rows if position in admitted}
        assert facts.position[last_variants(facts, ok)].tolist() == sorted(last.values())


@settings(max_examples=40, deadline=None)
@given(contests(), contests(), st.randoms(use_true_random=False), st.booleans())
def test_no_way_of_finding_changes_a_result(first: list[Event], second: list[Event], random: Any, own_ids: bool) -> None:
    """Two competitions in one log, their events mixed, their people of the same or of different names."""
    events = []
    for name, contest in (("x", first), ("y", second)):
        for event in contest:
            event = {key: f"{name}{value}" if key in ("id", "event") else value for key, value in event.items()}
            if own_ids:
                event |= {key: f"{name}-{event[key]}" for key in ("contestant", "judge") if key in event}
            events.append((random.random() if name == "y" else len(events) / 40, event | {"competition": name}))
    order = {"x": [e for _, e in events if e["competition"] == "x"], "y": [e for _, e in events if e["competition"] == "y"]}
    mixed = []
    for _, event in sorted(events, key=lambda one: one[0]):
        mixed.append(order[event["competition"]].pop(0) | {"seq": len(mixed) + 1})
    log = read(written(mixed))
    digests = {}
    for way in WAYS:
        with looked_up_by(way):
            digests[way] = replay(log, [str(RULEBOOK)], engine="columnar").digest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grids, "layout", lambda *_: None)
        digests["segments"] = replay(log, [str(RULEBOOK)], engine="columnar").digest
    random.shuffle(mixed)
    digests["shuffled"] = replay(read(written(mixed + mixed[:3])), [str(RULEBOOK)], engine="columnar").digest
    assert len(set(digests.values())) == 1, digests


def panels(competitions: int) -> list[Event]:
    """Panels of seven for twenty contestants, some marks amended."""
    draw = np.random.default_rng(7)
    events: list[Event] = []
    for c in range(competitions):
        name, head = f"C{c}", {"competition": f"C{c}"}
        events.append({**head, "kind": "opened", "ruleset": "plain-contest", "stage": "final"})
        events += [{**head, "kind": "judge", "judge": f"J{j}"} for j in range(7)]
        events += [{**head, "kind": "contestant", "contestant": f"P{p}", "name": f"{name} {p}"} for p in range(20)]
        for p in range(20):
            for j in range(7):
                for line in ("content", "form", "manner"):
                    mark = {"contestant": f"P{p}", "judge": f"J{j}", "criterion": line, "value": int(draw.integers(60, 100))}
                    events.append({**head, "kind": "score", **mark, "id": f"{name}-{p}-{j}-{line}"})
            events.append({**head, "kind": "amended", "event": f"{name}-{p}-3-form", "value": 70, "reason": "misread", "by": "head"})
    return [{"seq": n, "id": f"e{n}", **event} for n, event in enumerate(events, 1)]


def test_memory_follows_the_events() -> None:
    def peak(competitions: int) -> int:
        log = read(panels(competitions))
        replay(log, [str(RULEBOOK)], engine="columnar")
        tracemalloc.start()
        try:
            replay(log, [str(RULEBOOK)], engine="columnar")
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(40) <= 4 * peak(10)
