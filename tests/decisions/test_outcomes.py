"""What follows from rules that hold, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from rules_by_hand import always, facts, gives, said, sent, settled, told

from scoring_engine.decisions import facts as f
from scoring_engine.decisions.facts import Facts, Field
from scoring_engine.decisions.outcomes import Conflict
from scoring_engine.decisions.quotas import QuotaError


def town(ranks: list[int | None], ids: str = "abcdefghij", **columns: Field) -> Facts:
    """Contestants of one competition with their ranks; all of the ranked make up a quota's whole."""
    fields = {"rank": f.number(ranks), "whole": f.truth([rank is not None for rank in ranks])}
    return facts(fields | columns, subject=list(ids[: len(ranks)]))


def notes(outcomes: object) -> list[str]:
    return [o.note.say() if o.note else "" for o in outcomes]  # type: ignore[attr-defined]


# ---- order, values, recipients -------------------------------------------------------------------------------------------


def test_outcomes_come_by_competition_row_rule_and_consequence() -> None:
    table = facts({"rank": f.number([1, 1, 2])}, competition=[1, 0, 0], subject=["x", "a", "b"])
    table.order = np.array([0, 2, 1])  # in competition 0, b stands before a
    rules = [always("one", gives("award", "first"), gives("flag", "seen")), always("two", gives("title", "skilled"))]
    assert [(o.competition, o.recipient, o.rule, o.position) for o in settled(rules, table)] == [
        *((0, "b", "one", 0), (0, "b", "one", 1), (0, "b", "two", 0)),
        *((0, "a", "one", 0), (0, "a", "one", 1), (0, "a", "two", 0)),
        *((1, "x", "one", 0), (1, "x", "one", 1), (1, "x", "two", 0)),
    ]


def test_values_carry_the_places_of_their_column() -> None:
    table = town([1, 2], cash=f.number([3000, 2000]), points=f.number([15, 5], places=1))
    rules = [always("top", gives("cash", column="cash"), gives("bonus", column="points", to="year-end"))]
    outcomes = settled(rules, table)
    assert told(outcomes) == [
        ("a", "cash", "3000", "granted"),
        ("a", "bonus", "1.5", "granted"),
        ("b", "cash", "2000", "granted"),
        ("b", "bonus", "0.5", "granted"),
    ]
    assert [(o.value, o.places, o.plan["to"], o.table, o.row) for o in outcomes][1] == (15, 1, "year-end", "contestants", 0)


def test_a_consequence_is_for_those_whom_roster_fields_name() -> None:
    table = town([1, 2, 3], secretary=f.text(["s1", "s2", None]), deputies=f.text(["d1, d2", '["d3","d4"]', "d5、d5 d6"]))
    rules = [always("leaders", gives("award", "certificate", whom=["secretary", "deputies"]))]
    outcomes = settled(rules, table)
    assert [(o.contestant, o.recipient) for o in outcomes] == [
        *(("a", "s1"), ("a", "d1"), ("a", "d2")),
        *(("b", "s2"), ("b", "d3"), ("b", "d4")),
        *(("c", "d5"), ("c", "d6")),
    ]
    [notice] = outcomes.notices
    assert (notice.code, notice.contestant, notice.rule) == ("no-recipient", "c", "leaders")


def test_a_missing_value_is_never_zero() -> None:
    table = town([1, 2], cash=f.number([3000, None]))
    outcomes = settled([always("top", gives("cash", column="cash"))], table)
    assert told(outcomes) == [("a", "cash", "3000", "granted"), ("b", "cash", "", "pending")]
    outcomes = settled([always("top", gives("cash", column="cash"))], table, rulings=said([(0, "top", "b", True, 5005, "office", "text")]))
    assert told(outcomes) == [("a", "cash", "3000", "granted"), ("b", "cash", "500.5", "granted")]
    outcomes = settled([always("top", gives("cash", column="cash"))], table, rulings=said([(0, "top", "b", True, None, "office", "text")]))
    assert told(outcomes)[1] == ("b", "cash", "", "pending")  # granted, but nobody said how much


def test_several_rows_of_one_person_give_amounts_each_time_and_honours_once() -> None:
    talks = facts({"points": f.number([1, 2, 3])}, subject=["b", "a", "b"])
    rules = [always("talk", gives("bonus", column="points"), gives("award", "speaker"), table="talks")]
    outcomes = settled(rules, town([2, 1]), talks=talks)
    assert told(outcomes) == [  # a stands before b among the contestants
        ("a", "bonus", "2", "granted"),
        ("a", "award speaker", "", "granted"),
        ("b", "bonus", "1", "granted"),
        ("b", "award speaker", "", "granted"),
        ("b", "bonus", "3", "granted"),
    ]


# ---- decisions of people -------------------------------------------------------------------------------------------------


def test_what_must_be_approved_waits_for_the_decision() -> None:
    table = town([1, 2, 3], points=f.number([3, 2, 1]))
    rules = [always("top", gives("bonus", column="points", approve="town committee"))]
    spoken = said([(0, "top", "a", False, None, "Li", "absent"), (0, "top", "b", True, 15, "Li", "half of it")])
    outcomes = settled(rules, table, rulings=spoken)
    assert told(outcomes) == [("a", "bonus", "3", "refused"), ("b", "bonus", "1.5", "granted"), ("c", "bonus", "1", "pending")]
    assert notes(outcomes) == ["refused by Li: absent", "granted by Li: half of it", "awaits the approval of town committee"]
    assert outcomes.notices == []


def test_the_last_decision_counts_and_one_that_was_not_asked_for_is_told() -> None:
    rules = [always("top", gives("award", "first", approve="office")), always("plain", gives("award", "second"))]
    spoken = said(
        [
            (0, "top", "a", False, None, "Li", "no"),
            (0, "top", "a", None, None, "Wu", "yes after all"),
            (0, "plain", "a", False, None, "Li", "no"),
            (0, "top", "z", True, None, "Li", "who?"),
            (0, "another", "a", True, None, "Li", "of another stage"),
        ]
    )
    outcomes = settled(rules, town([1]), rulings=spoken)
    assert [(o.rule, o.status) for o in outcomes] == [("top", "granted"), ("plain", "granted")]
    assert notes(outcomes)[0] == "granted by Wu: yes after all"
    assert [(n.code, n.rule, n.contestant) for n in outcomes.notices] == [
        ("decision-not-asked", "plain", "a"),
        ("decision-not-asked", "top", "z"),
    ]


def test_a_question_is_pending_until_it_is_answered() -> None:
    rules = [always("objection", gives("ask", "how much"))]
    assert told(settled(rules, town([1]))) == [("a", "ask how much", "", "pending")]
    answered = settled(rules, town([1]), rulings=said([(0, "objection", "a", True, 25, "Li", "agreed")]))
    assert told(answered) == [("a", "ask how much", "2.5", "granted")]


def test_a_decision_about_a_recipient_comes_before_one_about_the_row() -> None:
    table = town([1], leaders=f.text(["s d"]))
    rules = [always("top", gives("cash", whom=["leaders"], approve="office"))]
    spoken = said([(0, "top", "s", False, None, "Li", "not he"), (0, "top", "a", True, None, "Li", "the village")])
    assert [(o.recipient, o.status) for o in settled(rules, table, rulings=spoken)] == [("s", "refused"), ("d", "granted")]


def test_a_shared_rank_asks_where_the_rulebook_says_so() -> None:
    table = town([1, 2, 2, 4], cash=f.number([3000, 2000, 2000, 0]))
    rules = [always("top", gives("cash", column="cash", if_tied="ask"))]
    assert [row[3] for row in told(settled(rules, table))] == ["granted", "pending", "pending", "granted"]
    decided = settled(rules, table, rulings=said([(0, "top", "c", True, 15000, "Li", "shared")]))
    assert told(decided)[1:3] == [("b", "cash", "2000", "pending"), ("c", "cash", "1500", "granted")]
    apart = town([1, 1], cash=f.number([5, 5]))
    apart.scope = np.array([0, 1])  # two divisions: nobody is level with anybody
    assert [row[3] for row in told(settled(rules, apart))] == ["granted", "granted"]


# ---- bars ----------------------------------------------------------------------------------------------------------------


def test_a_bar_touches_what_it_names_and_nothing_else() -> None:
    table = town([1, 2, 3], last=f.truth([False, False, True]), cash=f.number([30, 20, 10]))
    rules = [
        always("top", gives("award", "excellent"), gives("award", "certificate"), gives("title", "skilled"), gives("bonus", column="cash")),
        always("last", gives("bar", "excellent, title", honours=["excellent", "title"])),
    ]
    outcomes = settled(rules, table)
    third = [(row[1], row[3]) for row in told(outcomes) if row[0] == "c"]
    assert third == [
        ("award excellent", "barred"),
        ("award certificate", "granted"),
        ("title skilled", "barred"),  # named by its kind
        ("bonus", "granted"),
        ("bar excellent, title", "granted"),
    ]
    assert {row[3] for row in told(outcomes) if row[0] != "c"} == {"granted"}
    assert notes(outcomes)[-5:-2] == ["barred from excellent by last", "", "barred from title by last"]


def test_a_bar_that_is_sent_on_does_not_count_here() -> None:
    table = town([1, 2], last=f.truth([False, True]))
    rules = [always("all", gives("award", "excellent")), always("last", gives("bar", "", honours=["excellent"], to="year-end"))]
    assert {(row[1], row[3]) for row in told(settled(rules, table))} == {("award excellent", "granted"), ("bar", "granted")}


def test_a_bar_counts_only_once_it_is_approved() -> None:
    table = town([1])
    rules = [always("all", gives("award", "excellent")), always("veto", gives("bar", "", honours=["excellent"], approve="office"))]
    assert [row[3] for row in told(settled(rules, table))] == ["granted", "pending"]
    assert [row[3] for row in told(settled(rules, table, rulings=said([(0, "veto", "a", True, None, "Li", "grave")])))] == [
        "barred",
        "granted",
    ]


def test_a_carried_bar_beats_approval_and_names_its_source() -> None:
    rules = [always("best", gives("title", "advanced unit", approve="office"))]
    carried = sent(
        [(0, "a", "advanced unit", "town-final", "last"), (0, "b", "honours", "town-final", "last"), (1, "b", "advanced unit", "x", "y")]
    )
    outcomes = settled(rules, town([1, 2]), carried=carried, rulings=said([(0, "best", "a", True, None, "Li", "yes")]))
    assert [row[3] for row in told(outcomes)] == ["barred", "pending"]
    assert notes(outcomes)[0] == "barred from advanced unit by last of town-final"


def test_in_a_small_field_the_bar_leaves_the_cash_and_the_organizer_is_told() -> None:
    # three villages: the third is rewarded and last at once
    table = town([1, 2, 3], last=f.truth([False, False, True]), cash=f.number([3, 2, 1]), leaders=f.text(["s1 d1", "s2 d2", "s3 d3"]))
    rules = [
        always("top", gives("cash", column="cash", whom=["leaders"])),
        always("last", gives("bar", "", honours=["honours"], to="year-end")),
    ]
    outcomes = settled(rules, table)
    assert [row for row in told(outcomes) if row[1] == "cash"][-2:] == [("s3", "cash", "1", "granted"), ("d3", "cash", "1", "granted")]
    assert [(n.code, n.contestant) for n in outcomes.notices] == [("cash-of-the-barred", "c")]
    refused = settled(rules, table, rulings=said([(0, "top", "c", False, None, "office", "last is last")]))
    assert [row[3] for row in told(refused) if row[0] in ("s3", "d3")] == ["refused", "refused"]
    assert refused.notices == []


# ---- quotas --------------------------------------------------------------------------------------------------------------


def quota_of(number: int, ranks: list[int | None], mode: str = "floor", by: str = "count", places: int = 0, **columns: Field) -> list[str]:
    table = town(ranks, size=f.number([number] * len(ranks), places), **columns)
    return [row[3] for row in told(settled([always("best", gives("title", "t", quota=(by, "size", mode)))], table))]


def test_places_go_by_rank_and_a_tie_at_the_edge_never_exceeds_them() -> None:
    assert quota_of(2, [3, 1, 2, 4]) == ["refused", "granted", "granted", "refused"]
    assert quota_of(2, [1, 2, 2, 4]) == ["granted", "pending", "pending", "refused"]
    assert quota_of(3, [1, 2, 2, 4]) == ["granted", "granted", "granted", "refused"]
    assert quota_of(1, [1, 1, 1]) == ["pending"] * 3
    assert quota_of(0, [1, 2]) == ["refused"] * 2
    assert quota_of(5, [1, 2]) == ["granted"] * 2
    assert quota_of(2, [None, 1, None]) == ["pending", "granted", "pending"]  # those without a rank come last, level


def test_the_rounding_of_a_share() -> None:
    ten = list(range(1, 11))
    # 25 % of 10 is 2.5; 24.9 % is 2.49; 20 % is 2
    assert quota_of(25, ten, "floor", "share").count("granted") == 2
    assert quota_of(25, ten, "half_up", "share").count("granted") == 3
    assert quota_of(249, ten, "half_up", "share", 1).count("granted") == 2
    assert quota_of(249, ten, "ceiling", "share", 1).count("granted") == 3
    assert quota_of(20, ten, "ceiling", "share").count("granted") == 2
    assert quota_of(-20, ten, "floor", "share").count("granted") == 0
    # a third of nine at 33.333 % is 2.99997
    assert quota_of(33333, list(range(1, 10)), "floor", "share", 3).count("granted") == 2


def test_the_whole_is_who_counts_not_who_asks() -> None:
    # four of five are eligible; 50 % are 2 places, though three ask for one
    table = town([1, 2, 3, 4, 5], size=f.number([50] * 5), best=f.truth([True, True, True, False, False]))
    table.fields["whole"] = f.truth([True, True, True, True, None])
    assert [row[3] for row in told(settled([always("best", gives("title", "t", quota=("share", "size", "floor")))], table))] == [
        *("granted", "granted", "refused")
    ]


def test_a_place_passes_on_from_the_barred_and_the_refused() -> None:
    table = town([1, 2, 3, 4], size=f.number([2] * 4))
    rules = [always("best", gives("title", "t", quota=("count", "size", "floor"), approve="office"))]
    spoken = said([(0, "best", "b", False, None, "Li", "no")])
    outcomes = settled(rules, table, carried=sent([(0, "a", "t", "town", "last")]), rulings=spoken)
    assert [row[3] for row in told(outcomes)] == ["barred", "refused", "pending", "pending"]
    assert notes(outcomes)[2:] == ["awaits the approval of office"] * 2


def test_people_decide_about_the_edge() -> None:
    table = town([1, 2, 2, 2, 5], size=f.number([3] * 5))
    rules = [always("best", gives("title", "t", quota=("count", "size", "floor")))]

    def after(*rows: tuple[str, bool]) -> list[str]:
        return [r[3] for r in told(settled(rules, table, rulings=said([(0, "best", who, grant, None, "Li", "") for who, grant in rows])))]

    assert after(("b", True)) == ["granted", "granted", "pending", "pending", "refused"]
    assert after(("b", True), ("c", True)) == ["granted", "granted", "granted", "refused", "refused"]
    assert after(("b", False)) == ["granted", "refused", "granted", "granted", "refused"]
    assert after(("b", False), ("c", False)) == ["granted", "refused", "refused", "granted", "granted"]
    assert after(("b", True), ("c", True), ("d", True)) == ["granted", "pending", "pending", "pending", "refused"]
    # nobody asks about the first and the last
    outcomes = settled(rules, table, rulings=said([(0, "best", "a", False, None, "Li", ""), (0, "best", "e", True, None, "Li", "")]))
    assert [r[3] for r in told(outcomes)] == ["granted", "pending", "pending", "pending", "refused"]
    assert [n.code for n in outcomes.notices] == ["decision-not-asked"] * 2


def test_a_quota_of_its_own_within_each_group_and_competition() -> None:
    table = facts(
        {
            "rank": f.number([1, 2, 1, 2, 1, 2]),
            "whole": f.truth([True] * 6),
            "size": f.number([1, 1, 2, 2, 1, 1]),
            "kind": f.text(["x", "x", "y", "y", "x", "x"]),
        },
        competition=[0, 0, 0, 0, 1, 1],
    )
    rules = [always("best", gives("title", "t", quota=("count", "size", "floor", "kind")))]
    assert [row[3] for row in told(settled(rules, table))] == ["granted", "refused", "granted", "granted", "granted", "refused"]


def test_a_quota_that_cannot_be_counted() -> None:
    table = town([1, 2], size=f.number([1, 2]))
    with pytest.raises(QuotaError, match="best"):
        settled([always("best", gives("title", "t", quota=("count", "size", "floor")))], table)
    table = town([1, 2], size=f.number([None, None]))
    outcomes = settled([always("best", gives("title", "t", quota=("count", "size", "floor")))], table)
    assert [row[3] for row in told(outcomes)] == ["pending", "pending"]
    table = town([1, 2], size=f.number([9, 9]))
    outcomes = settled([always("best", gives("title", "t", quota=("count", "size", "floor")))], table)
    assert [n.code for n in outcomes.notices] == ["quota-exceeds-field"]
    assert settled([always("best", gives("title", "t", quota=("count", "size", "floor")))], town([], size=f.number([]))).notices == []


# ---- grades --------------------------------------------------------------------------------------------------------------

GRADES = ["excellent", "good", "fair"]


def graded(outcomes: object) -> list[tuple[str, str, str]]:
    return [(o.recipient, o.plan["name"], o.status) for o in outcomes]  # type: ignore[attr-defined]


def test_the_best_grade_that_is_open() -> None:
    table = town([1, 2, 3, 4], top=f.truth([True, True, True, False]), size=f.number([1] * 4))
    rules = [
        always("base", gives("grade", "fair")),
        always("top", gives("grade", "excellent", quota=("count", "size", "floor"))),
        always("middle", gives("grade", "good", quota=("count", "size", "floor"))),
    ]
    # a is barred from excellent: b takes the one place; good goes to a; c finds both full
    outcomes = settled(rules, table, GRADES, carried=sent([(0, "a", "excellent", "town", "last")]))
    assert graded(outcomes) == [
        *(("a", "excellent", "barred"), ("a", "good", "granted")),
        *(("b", "excellent", "granted"),),
        *(("c", "fair", "granted"), ("c", "excellent", "refused"), ("c", "good", "refused")),
        *(("d", "fair", "granted"), ("d", "good", "refused")),
    ]


def test_a_tie_at_the_edge_of_a_grade_leaves_the_next_grade_meanwhile() -> None:
    table = town([1, 2, 2], size=f.number([2] * 3))
    rules = [always("base", gives("grade", "good")), always("top", gives("grade", "excellent", quota=("count", "size", "floor")))]
    assert graded(settled(rules, table, GRADES)) == [
        *(("a", "excellent", "granted"),),
        *(("b", "good", "granted"), ("b", "excellent", "pending")),
        *(("c", "good", "granted"), ("c", "excellent", "pending")),
    ]
    decided = settled(rules, table, GRADES, rulings=said([(0, "top", "b", True, None, "Li", "")]))
    assert graded(decided)[1:] == [("b", "excellent", "granted"), ("c", "good", "granted"), ("c", "excellent", "refused")]


def test_a_grade_that_awaits_approval_holds_its_place() -> None:
    table = town([1, 2], size=f.number([1] * 2))
    rules = [
        always("base", gives("grade", "good")),
        always("top", gives("grade", "excellent", quota=("count", "size", "floor"), approve="office")),
    ]
    assert graded(settled(rules, table, GRADES)) == [("a", "excellent", "pending"), ("b", "good", "granted"), ("b", "excellent", "refused")]
    refused = settled(rules, table, GRADES, rulings=said([(0, "top", "a", False, None, "Li", "")]))
    assert graded(refused) == [("a", "good", "granted"), ("a", "excellent", "refused"), ("b", "excellent", "pending")]


def test_a_second_way_to_the_same_grade() -> None:
    table = town([1, 2], size=f.number([1] * 2), honoured=f.truth([True, True]))
    rules = [
        always("top", gives("grade", "excellent", quota=("count", "size", "floor"))),
        always("honoured", gives("grade", "excellent")),
    ]
    assert [(o.recipient, o.rule, o.status) for o in settled(rules, table, GRADES)] == [
        ("a", "top", "granted"),
        ("b", "honoured", "granted"),
    ]


# ---- contradictions ------------------------------------------------------------------------------------------------------


def test_two_rungs_of_one_ladder_are_a_conflict() -> None:
    table = town([1, 2], one=f.truth([True, True]), two=f.truth([False, True]), r1=f.number([1, 1]), r2=f.number([20, 20], places=1))
    rules = [
        always("one", gives("step", "ladder", column="r1", line=11), line=10),
        always("two", gives("step", "ladder", column="r2", line=21), line=20),
    ]
    with pytest.raises(Conflict) as caught:
        settled(rules, table)
    assert caught.value.rules == [("one", 11), ("two", 21)]
    assert caught.value.contestant == "b"
    table.fields["r2"] = f.number([10, 10], places=1)  # 1.0 is 1
    assert [row[3] for row in told(settled(rules, table))] == ["granted"] * 3
    table.fields["r2"] = f.number([20, 20], places=1)
    other = [rules[0], always("two", gives("step", "another", column="r2"))]
    assert len(settled(other, table)) == 3


def test_two_ways_to_advance_are_two_advances() -> None:
    table = town([1])
    rules = [always("one", gives("advance", to="final", carry=["total"])), always("two", gives("advance", to="final", carry=[]))]
    assert [row[3] for row in told(settled(rules, table))] == ["granted", "granted"]


def test_amounts_of_several_rules_add_up() -> None:
    table = town([1], x=f.number([5]), y=f.number([7]))
    rules = [always("one", gives("bonus", column="x", to="t")), always("two", gives("bonus", column="y", to="t"))]
    assert [row[2:] for row in told(settled(rules, table))] == [("5", "granted"), ("7", "granted")]


def test_nothing_at_all() -> None:
    assert list(settled([], town([1]))) == []
    assert list(settled([always("r", gives("grade", "good"))], town([]), GRADES)) == []
    assert list(settled([always("r")], town([1]))) == []
    empty = settled([always("r", gives("bar", "", honours=["x"]))], town([]), carried=sent([]), rulings=said([]))
    assert list(empty) == []
