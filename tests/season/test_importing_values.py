"""What stands in a cell becomes an exact value, or a fault that says what to do."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.season.importing import values
from scoring_engine.season.importing.faults import FAULTS, Fault
from scoring_engine.season.importing.fields import Target
from scoring_engine.season.importing.sheets import Cell
from scoring_engine.season.importing.workbook import Extra, cell

NUMBER = Target("value", "number", True, ("value",), {}, Decimal(0), Decimal(100), Decimal("0.5"))
FREE = Target("value", "number", False, ("value",), {})
ID = Target("contestant", "id", True, ("contestant",), {})
TEXT = Target("note", "text", False, ("note",), {})


def taken(stands: Cell | str, target: Target, zone: str = "") -> Any:
    return values.read(Cell(stands) if isinstance(stands, str) else stands, target, zone).value


def fault(stands: Cell | str, target: Target, zone: str = "") -> str:
    with pytest.raises(Fault) as caught:
        taken(stands, target, zone)
    assert caught.value.message.say("en")  # every argument of the template is given
    return caught.value.rule


def notes(stands: Cell | str, target: Target) -> list[str]:
    return [rule for rule, _ in values.read(Cell(stands) if isinstance(stands, str) else stands, target).notes]


@given(st.decimals(-(10**9), 10**9, places=6).filter(lambda d: len(d.normalize().as_tuple().digits) <= 15))
def test_a_decimal_of_up_to_15_digits_comes_back_from_its_float_as_typed(typed: Decimal) -> None:
    assert taken(cell(float(typed), Extra()), FREE) == typed


@given(st.integers(0, 2**53 - 1))
def test_a_whole_number_below_2_to_the_53_comes_back_as_typed(typed: int) -> None:
    assert taken(cell(float(typed), Extra()), ID) == str(typed)


@pytest.mark.parametrize("number", [2.0**53, 4.2e17, 3.7e17, 1e300])
def test_a_longer_number_is_reported_and_not_mangled(number: float) -> None:
    assert fault(cell(number, Extra()), ID) == "long-number"
    assert fault(cell(number, Extra()), FREE) == "long-number"


def test_a_computed_number_shows_itself_by_its_digits() -> None:
    assert fault(cell(0.1 + 0.2, Extra()), FREE) == "digits"  # 0.30000000000000004
    assert fault(cell(275 / 3, Extra()), FREE) == "digits"  # 91.66666666666667
    assert taken(cell(91.6666666666667, Extra()), FREE) == Decimal("91.6666666666667")  # 15 digits can be typed


@pytest.mark.parametrize(
    ("stands", "rule"),
    [
        ("92,5", "comma"),
        ("1,000", "comma"),
        ("九十二", "chinese-numeral"),
        ("92.5分", "unit"),
        ("9.25E+1", "scientific"),
        ("缺考", "not-a-number"),
        ("nan", "not-a-number"),
        ("1/2", "not-a-number"),
        ("92..5", "not-a-number"),
        ("", "not-a-number"),
        ("-1", "below"),
        ("100.5", "above"),
        ("92.3", "step"),
    ],
)
def test_what_is_no_mark_is_said_with_a_remedy(stands: str, rule: str) -> None:
    assert fault(stands, NUMBER) == rule


@pytest.mark.parametrize(
    ("stands", "sort"), [("９２．５", "full-width"), (" 92.5 ", "spaces"), ("92.5\u3000", "spaces"), ("\ufeff92.5", "spaces")]
)
def test_what_can_only_mean_one_thing_is_taken_and_said(stands: str, sort: str) -> None:
    assert taken(stands, NUMBER) == Decimal("92.5")
    assert sort in notes(stands, NUMBER)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("九十二", "92"),
        ("九十二点五", "92.5"),
        ("十", "10"),
        ("一百零三", "103"),
        ("两千", "2000"),
        ("八", "8"),
        ("九十二分", None),
        ("甲", None),
    ],
)
def test_numbers_in_characters_are_recognised_for_the_remedy(written: str, number: str | None) -> None:
    assert values.chinese(written) == number


def test_cells_that_a_spreadsheet_program_changed() -> None:
    assert fault(Cell("2024-03-02", "date"), NUMBER) == "date-for-number"  # 3-2 was typed
    assert fault(Cell("01:30:00", "clock"), NUMBER) == "date-for-number"
    assert fault(Cell("2024-03-02", "date"), ID) == "date-for-text"
    assert fault(Cell("#DIV/0!", "error"), NUMBER) == "error-cell"
    assert fault(Cell("0.925", "number", format="%"), NUMBER) == "percentage"
    assert fault(Cell("92.5", "number", formula=True), NUMBER) == "formula"
    assert fault(Cell("92.5", "number", merged=True), NUMBER) == "merged"
    assert fault("4.2E+17", ID) == "scientific"
    assert taken("4.2E+17", TEXT) == "4.2E+17"


def test_characters_that_cannot_be_seen() -> None:
    for text in ("a\x00b", "a\x07", "\ud800"):
        assert fault(text, TEXT) == "character"
    assert taken("two\nlines", TEXT) == "two\nlines"


def test_ids_typed_as_numbers_keep_what_is_seen() -> None:
    assert taken(Cell("7", "number"), ID) == "7"
    assert taken(Cell("7", "number", format="000"), ID) == "007"
    assert taken("Ｖ０７", ID) == "V07"
    assert taken("Ｖ０７", TEXT) == "Ｖ０７"


def test_dates() -> None:
    day = Target("day", "date", False, ("day",), {})
    for written in (
        "2024-10-11",
        "2024/10/11",
        "2024.10.11",
        "2024年10月11日",
        Cell("2024-10-11", "date"),
        Cell("2024-10-11T09:00:00", "time"),
    ):
        assert taken(written, day) == "2024-10-11"
    assert fault(Cell("45576", "number"), day) == "date-as-number"
    with pytest.raises(Fault, match="date-as-number") as caught:
        taken(Cell("45576", "number"), day)
    assert "2024-10-11" in caught.value.message.say("en")  # 1899-12-30 + 45576 days
    for written in ("11/10/2024", "10-11", "2024-02-30", "昨天"):
        assert fault(written, day) == "not-a-date"


def test_times_need_an_offset() -> None:
    at = Target("at", "time", False, ("at",), {})
    assert taken("2024-10-11T09:31:02+08:00", at) == "2024-10-11T09:31:02+08:00"
    assert taken("2024/10/11 9:31", at, "+08:00") == "2024-10-11T09:31:00+08:00"
    assert taken(Cell("2024-10-11T09:31:00", "time"), at, "+08:00") == "2024-10-11T09:31:00+08:00"
    assert fault("2024-10-11 09:31", at) == "no-zone"
    assert fault("2024-10-11", at, "+08:00") == "no-time-of-day"
    assert fault("2024-10-11 25:00", at, "+08:00") == "not-a-time"


def test_choices_truths_lists_and_links() -> None:
    phase = Target("phase", "id", True, ("phase",), {"before": ("练前",), "after": ("练后",)})
    assert [taken(word, phase) for word in ("before", "练后", "Before ")] == ["before", "after", "before"]
    assert fault("中间", phase) == "one-of"
    passed = Target("passed", "boolean", False, ("passed",), {})
    assert [taken(word, passed) for word in ("是", "true", "1", "√", "否", "FALSE", "0")] == [True, True, True, True, False, False, False]
    assert fault("也许", passed) == "not-a-boolean"
    several = Target("several", "list", False, ("several",), {})
    assert taken("0 0 1.5", several) == [0, 0, Decimal("1.5")]
    assert taken('["a", 2]', several) == ["a", 2]
    links = Target("feeds", "object", False, ("feeds",), {})
    assert taken("village=v-1；town=t-1", links) == {"village": "v-1", "town": "t-1"}
    assert fault("village", links) == "not-an-object"
    assert fault("{village", links) == "json"


def test_every_fault_has_a_remedy_or_says_what_is_admitted() -> None:
    assert all(message.text and not message.args for message in FAULTS.values())


@given(st.text(max_size=30), st.sampled_from(["number", "integer", "boolean", "date", "time", "list", "object", "id", "text"]))
def test_no_text_makes_it_fail_otherwise_than_by_a_fault(text: str, type: str) -> None:
    with contextlib.suppress(Fault):
        values.read(Cell(text), Target("x", type, False, ("x",), {}), "+08:00")
