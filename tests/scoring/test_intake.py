"""Intake: each wrong event is rejected with the rule it broke, and everything else goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.events.reading import read
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.season.contests import RULEBOOK

Event = dict[str, Any]

SETUP: list[Event] = [
    {"kind": "opened", "ruleset": "plain-contest", "stage": "final"},
    {"kind": "contestant", "contestant": "a"},
    {"kind": "contestant", "contestant": "b"},
    {"kind": "judge", "judge": "j"},
    {"kind": "judge", "judge": "k"},
]


def mark(contestant: str = "a", judge: str = "j", criterion: str = "content", value: Any = 80, **more: Any) -> Event:
    return {"kind": "score", "contestant": contestant, "judge": judge, "criterion": criterion, "value": value, **more}


def run(*events: Event) -> Replay:
    log = [{"seq": n, "id": f"e{n}", "competition": "c", **event} for n, event in enumerate((*SETUP, *events), 1)]
    return replay(read(log), [str(RULEBOOK)])


def rejections(result: Replay) -> list[tuple[str, str, str]]:
    return [(r.id, r.field, r.rule) for r in result.rejections]


def panel(result: Replay, contestant: str, criterion: str) -> str | None:
    """The panel value of one line of the sheet, through the measure of a contestant who has only that line: none here, so the table."""
    batch = result.settled[0].scored.batch
    table = batch.tables["panel"]
    names = zip(
        batch.lexicon.decode(table.columns["contestant"].codes), batch.lexicon.decode(table.columns["criterion"].codes), strict=True
    )  # type: ignore[union-attr]
    row = list(names).index((contestant, criterion))
    value = table.columns["value"]
    return str(value.num[row] / value.den) if value.present[row] else None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("event", "field", "rule"),
    [
        (mark("x"), "contestant", "unknown-contestant"),
        (mark(judge="x"), "judge", "unknown-judge"),
        (mark(criterion="x"), "criterion", "unknown-criterion"),
        (mark(value=101), "value", "range"),
        (mark(value=-1), "value", "range"),
        (mark(value=80.25), "value", "places"),
        (mark(value=80.3), "value", "step"),
        (mark(value="80"), "value", "value-is-text"),
        (mark(value=None), "value", "missing-field"),
        (mark(colour="red"), "colour", "unknown-field"),
        ({"kind": "deduction", "contestant": "a", "value": 1, "reason": "whim"}, "reason", "one-of"),
        ({"kind": "deduction", "contestant": "a", "value": -1, "reason": "overtime"}, "value", "range"),
        ({"kind": "deduction", "contestant": "a", "value": 1}, "reason", "missing-field"),
        ({"kind": "record", "record": "lecture", "contestant": "a"}, "record", "unknown-record"),
        ({"kind": "amended", "event": "nothing", "value": 1, "reason": "r", "by": "h"}, "event", "unknown-event"),
        ({"kind": "voided", "event": "e99", "reason": "r"}, "event", "unknown-event"),
        ({"kind": "absent", "contestant": "x", "reason": "ill"}, "contestant", "unknown-contestant"),
        ({"kind": "ruling", "event": "e1", "upheld": True, "reason": "r"}, "event", "unknown-event"),
        ({"kind": "opened", "ruleset": "plain-contest", "stage": "final"}, "competition", "already-opened"),
        ({"kind": "draw", "contestant": "a", "value": 1, "purpose": "fun"}, "purpose", "one-of"),
    ],
)
def test_a_wrong_event_is_rejected_and_the_rest_goes_on(event: Event, field: str, rule: str) -> None:
    result = run(event, mark("b"))
    assert rejections(result) == [("e6", field, rule)]
    assert panel(result, "b", "content") == "80.0"


def test_an_event_of_a_competition_that_is_not_open_is_rejected() -> None:
    assert rejections(run({**mark(), "competition": "other"})) == [("e6", "competition", "not-opened")]


def test_an_unknown_rulebook_and_an_unknown_stage_are_named() -> None:
    events = [{"seq": 1, "id": "e1", "competition": "c", "kind": "opened", "ruleset": "nowhere", "stage": "final"}]
    assert [(r.field, r.value, r.rule) for r in replay(read(events)).rejections] == [("ruleset", "nowhere", "unknown-ruleset")]
    events[0] |= {"ruleset": "plain-contest", "stage": "semi"}
    assert [(r.field, r.value, r.rule) for r in replay(read(events), [str(RULEBOOK)]).rejections] == [("stage", "semi", "unknown-stage")]


def test_who_is_entered_later_was_not_known_before() -> None:
    result = run(mark("late"), {"kind": "contestant", "contestant": "late"}, mark("late"))
    assert rejections(result) == [("e6", "contestant", "unknown-contestant")]
    assert panel(result, "late", "content") == "80.0"


def test_the_later_mark_of_a_cell_counts() -> None:
    assert panel(run(mark(value=80), mark(value=90)), "a", "content") == "90.0"


def test_an_amendment_replaces_a_void_takes_out_and_a_voided_void_brings_back() -> None:
    amended = {"kind": "amended", "event": "e6", "value": 70, "reason": "typo", "by": "head"}
    void = {"kind": "voided", "event": "e6", "reason": "wrong sheet"}
    assert panel(run(mark(), amended), "a", "content") == "70.0"
    assert panel(run(mark(), void), "a", "content") is None
    assert panel(run(mark(), void, {"kind": "voided", "event": "e7", "reason": "it was right"}), "a", "content") == "80.0"
    # an amendment can be voided too
    assert panel(run(mark(), amended, {"kind": "voided", "event": "e7", "reason": "no"}), "a", "content") == "80.0"


def test_a_wrong_amendment_leaves_the_mark_as_it_was() -> None:
    result = run(mark(), {"kind": "amended", "event": "e6", "value": 1000, "reason": "typo", "by": "head"})
    assert rejections(result) == [("e7", "value", "range")]
    assert panel(result, "a", "content") == "80.0"


def test_locks_submissions_and_their_opposites() -> None:
    lock, unlock = {"kind": "locked", "contestant": "a"}, {"kind": "unlocked", "contestant": "a"}
    assert rejections(run(lock, mark())) == [("e7", "contestant", "locked")]
    assert rejections(run({"kind": "locked"}, mark("b"))) == [("e7", "contestant", "locked")]
    assert rejections(run(lock, unlock, mark())) == []
    handed_in = {"kind": "submitted", "judge": "j", "contestant": "a"}
    returned = {"kind": "returned", "judge": "j", "contestant": "a", "reason": "check"}
    assert rejections(run(handed_in, mark())) == [("e7", "judge", "submitted")]
    assert rejections(run(handed_in, mark(judge="k"))) == []
    assert rejections(run(handed_in, returned, mark())) == []
    # a correction with a reason passes a lock
    amended = {"kind": "amended", "event": "e6", "value": 70, "reason": "ruling", "by": "head"}
    assert panel(run(mark(), lock, amended), "a", "content") == "70.0"


def test_recusal_excludes_marks_before_and_after() -> None:
    recused = {"kind": "recused", "judge": "j", "contestant": "a"}
    after = run(recused, mark(), mark(judge="k", value=60))
    assert rejections(after) == [("e7", "judge", "recused")]
    assert panel(after, "a", "content") == "60.0"
    before = run(mark(), mark(judge="k", value=60), recused)
    assert panel(before, "a", "content") == "60.0"
    assert "recused-mark" in [row["code"] for row in before.notices.records()]
    everywhere = run({"kind": "recused", "judge": "j"}, mark("b"))
    assert rejections(everywhere) == [("e7", "judge", "recused")]


def test_a_recused_judge_is_not_waited_for(tmp_path: Path) -> None:
    rulebook = tmp_path / "waiting.yaml"
    text = RULEBOOK.read_text(encoding="utf-8").replace("judge: exclude", "judge: wait, recused: exclude")
    rulebook.write_text(text, encoding="utf-8")
    sheets = [mark(contestant, "j", criterion) for contestant in "ab" for criterion in ("content", "form", "manner")]
    recusals = [{"kind": "recused", "judge": "k", "contestant": "a", "reason": "kin"}, {"kind": "recused", "judge": "k", "reason": "ill"}]
    for recusal, waiting in ((recusals[:1], ["b"]), (recusals[1:], []), (recusals, []), ([], ["a", "b"])):
        log = [{"seq": n, "id": f"e{n}", "competition": "c", **event} for n, event in enumerate((*SETUP, *recusal, *sheets), 1)]
        rows = replay(read(log), [str(rulebook)]).standings.records()
        assert sorted(row["contestant"] for row in rows if row["status"] == "unscored") == waiting


def test_an_entry_may_be_amended_to_another_id() -> None:
    result = run({"kind": "amended", "event": "e2", "contestant": "z", "reason": "misspelt", "by": "head"}, mark("z"), mark("b"))
    assert sorted(row["contestant"] for row in result.standings.records()) == ["b", "z"]
    assert result.rejections == []


def test_statuses_close_the_sheet_until_reinstated() -> None:
    absent = {"kind": "absent", "contestant": "a", "reason": "did not come"}
    assert rejections(run(absent, mark())) == [("e7", "contestant", "status")]
    result = run(absent, {"kind": "reinstated", "contestant": "a", "reason": "was late"}, mark())
    assert rejections(result) == []
    # 0 and not yet are two things: a has one line of three and is not scored, not 0
    assert {row["contestant"]: row["status"] for row in result.standings.records()} == {"a": "unscored", "b": "unscored"}


def test_zero_is_a_mark() -> None:
    result = run(*(mark("a", criterion=c, value=0) for c in ("content", "form", "manner")))
    rows = {row["contestant"]: (row["status"], row["total"], row["rank"]) for row in result.standings.records()}
    assert rows == {"a": ("ranked", "0.00", 1), "b": ("unscored", None, None)}


def test_an_open_objection_is_noted_until_it_is_ruled_on() -> None:
    objection = {"kind": "objection", "contestant": "a", "reason": "mark of j"}
    assert [row["code"] for row in run(objection).notices.records()] == ["open-objection"]
    assert run(objection, {"kind": "ruling", "event": "e6", "upheld": False, "reason": "as marked"}).notices.rows == []


def test_the_pin_of_another_rulebook_is_said() -> None:
    opened = {"seq": 1, "id": "e1", "competition": "c", "kind": "opened", "ruleset": "plain-contest", "stage": "final"}
    assert not replay(read([opened | {"version": "0"}]), [str(RULEBOOK)]).competitions[0].pinned
    assert "0" in replay(read([opened | {"version": "0"}]), [str(RULEBOOK)]).competitions[0].note
    assert replay(read([opened | {"version": "1"}]), [str(RULEBOOK)]).competitions[0].pinned


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.sampled_from(["a", "b", "j", "k", "c", "content", "e6", "overtime", "final", "plain-contest", "tie", "", "２", "9" * 60]),
    st.text(max_size=5),
)


FIELDS = sorted({field.name for kind in KINDS.values() for field in kind.fields} | {"competition", "seq", "at", "extra"})
ANY_EVENT = st.fixed_dictionaries({"kind": st.sampled_from(sorted(KINDS))}, optional=dict.fromkeys(FIELDS, SCALARS))


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY_EVENT, max_size=6))
def test_no_event_however_wrong_stops_the_replay(events: list[Event]) -> None:
    result = run(*events)
    assert len(result.standings.rows) >= 2
    assert result.digest


def test_a_list_may_name_people_before_their_own_line_but_not_strangers(tmp_path: Path) -> None:
    rulebook = tmp_path / "pairs.yaml"
    text = RULEBOOK.read_text(encoding="utf-8").replace("  final:\n", "  final:\n    roster: {partner: {type: contestant}}\n", 1)
    rulebook.write_text(text, encoding="utf-8")
    events = [
        {"kind": "opened", "ruleset": "plain-contest", "stage": "final"},
        {"kind": "contestant", "contestant": "a", "partner": "b"},
        {"kind": "contestant", "contestant": "b", "partner": "a"},
        {"kind": "contestant", "contestant": "c", "partner": "nobody"},
    ]
    result = replay(read([{"seq": n, "id": f"e{n}", "competition": "c", **e} for n, e in enumerate(events, 1)]), [str(rulebook)])
    assert rejections(result) == [("e4", "partner", "unknown-contestant")]
    assert [row["contestant"] for row in result.standings.records()] == ["a", "b"]


def test_an_opening_that_is_rejected_is_in_nobodys_way() -> None:
    events = [
        {"kind": "opened"},
        {"kind": "opened", "ruleset": "plain-contest", "stage": "final"},
        {"kind": "opened", "ruleset": "plain-contest", "stage": "final"},
        {"kind": "contestant", "contestant": "a"},
    ]
    result = replay(read([{"seq": n, "id": f"e{n}", "competition": "c", **e} for n, e in enumerate(events, 1)]), [str(RULEBOOK)])
    assert rejections(result) == [("e1", "ruleset", "missing-field"), ("e3", "competition", "already-opened")]
    assert [row["contestant"] for row in result.standings.records()] == ["a"]
