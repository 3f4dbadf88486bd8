"""Tables as columns say and spell what the same values say as rows: against the csv and json modules and decimal."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.scoring.vectors import Lexicon
from scoring_engine.season import spelling
from scoring_engine.season.columns import ColumnTable, DecimalColumn, ResultColumn, TextColumn, WholeColumn, stacked, text_column
from scoring_engine.season.result import ColumnInfo
from scoring_engine.season.spelling import Spelled, Stacked

PLAIN = st.sampled_from(["", "P1", "清河村", "two words", "null", "\x7f"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["", '"', "a,b", "two\nlines", "清河村", "\r", "\x01\x7f", "\\", "x" * 400]
)
NUMBERS = st.integers(-(10**18), 10**18) | st.sampled_from([0, 5, -5, 9, 10, 99, 100, -1, 2**32 - 1, 2**32, 2**63 - 1, 1 - 2**63])
PLACES = st.integers(0, 9)


def decimal(num: int, places: int) -> str:
    """The number with all of its places, by the decimal module."""
    return f"{Decimal(num).scaleb(-places):.{places}f}"


def columns(rows: list[tuple[str | None, int | None, int | None, int]]) -> list[ResultColumn]:
    texts = text_column([row[0] or "" for row in rows])
    there = np.array([row[0] is not None for row in rows], bool)
    whole = np.array([row[1] or 0 for row in rows], np.int64)
    num = np.array([row[2] or 0 for row in rows], np.int64)
    ok = np.array([row[2] is not None for row in rows], bool)
    places = np.array([row[3] for row in rows], np.int64)
    return [
        TextColumn(np.where(there, texts.codes, -1), texts.texts),
        WholeColumn(whole, np.array([row[1] is not None for row in rows], bool)),
        DecimalColumn(num, places, ok),
        DecimalColumn(num, 3, ok),
    ]


Row = tuple[str | None, int | None, int | None, int]


def rows(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[Row]]:
    """Some rows, all with texts like these; often several that are alike."""
    row: st.SearchStrategy[Row] = st.tuples(st.none() | texts, st.none() | NUMBERS, st.none() | NUMBERS, PLACES)
    full: st.SearchStrategy[Row] = st.tuples(texts, NUMBERS, NUMBERS, PLACES)
    alike = st.tuples(row, st.integers(1, 5)).map(lambda pair: [pair[0]] * pair[1])
    return alike | st.lists(row, min_size=1, max_size=40) | st.lists(full, min_size=1, max_size=40)


@settings(deadline=None)
@given(rows(PLAIN) | rows(TEXTS), st.randoms())
def test_rows_are_spelled_as_the_csv_and_json_modules_spell_them(rows: list[Row], random: Random) -> None:
    expected = [
        (text, whole, None if num is None else decimal(num, places), None if num is None else decimal(num, 3))
        for text, whole, num, places in rows
    ]
    group = sorted(random.choices(range(9), k=len(rows)))
    table = ColumnTable([ColumnInfo(name) for name in "abcd"], columns(rows))
    assert table.rows == expected
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerows(expected)
    lines: dict[int, bytes] = {}
    for number, row in zip(group, expected, strict=True):
        lines[number] = lines.get(number, b"") + json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    spelled = Spelled(table.arrays, np.array(group))
    for _ in range(2):  # what is spelled for one serves the other too, whichever is asked for first
        assert spelled.groups() == lines
        assert spelled.csv().decode() == line.getvalue()
    assert table.spelled.csv().decode() == line.getvalue()
    assert table.spelled.groups() == {0: b"".join(lines.values())}


@settings(deadline=None)
@given(st.lists(st.tuples(rows(PLAIN) | rows(TEXTS), st.sets(st.integers(1, 3)), st.booleans()), min_size=1, max_size=4), st.randoms())
def test_tables_under_each_other_are_spelled_as_one(tables: list[tuple[list[Row], set[int], bool]], random: Random) -> None:
    """A table may lack columns, which CSV has empty and JSON has not; and in JSON it may have other columns than in CSV."""
    numbers = list(range(200))
    random.shuffle(numbers)
    parts, lines, whole = [], {}, []
    for rows, lacking, other in tables:
        group = sorted(numbers.pop() for _ in rows)
        arrays = columns(rows)
        cells = list(zip(*(array.values() for array in arrays), strict=True))
        given = [None if number in lacking else array for number, array in enumerate(arrays)]
        there = [2, 0] if other else [number for number in range(4) if number not in lacking]
        parts.append(Spelled(given, np.array(group), [arrays[number] for number in there] if other else None))
        for number, row in zip(group, cells, strict=True):
            shown = [row[number] for number in there]
            lines[number] = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            whole.append((number, [None if number in lacking else cell for number, cell in enumerate(row)]))
    whole.sort(key=lambda pair: pair[0])
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerows(row for _, row in whole)
    one = Spelled([text_column(["" if row[n] is None else str(row[n]) for _, row in whole]) for n in range(4)], np.arange(len(whole)))
    stacked = Stacked(parts, lambda: one)
    assert stacked.csv().decode() == line.getvalue()
    assert stacked.groups() == lines
    for part in parts:
        if part.plain:
            assert part.csv() == b"".join(part.csv_groups().values())


def test_texts_that_a_lexicon_learns_later_change_nothing() -> None:
    lexicon = Lexicon()
    names, notes = TextColumn(lexicon.codes(["a", "b"]), lexicon.texts), TextColumn(lexicon.codes(["c", "d"]), lexicon.texts)
    spelled = Spelled([names, notes], np.zeros(2, np.int64), [names])
    assert spelled.groups() == {0: b'["a"]\n["b"]\n'}
    lexicon.codes("efgh,")
    assert spelled.csv() == b"a,c\nb,d\n"


def test_the_texts_of_numbers_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelling, "KNOWN", 7)
    for start in range(0, 100, 10):
        numbers = DecimalColumn(np.arange(start, start + 10), 16, np.ones(10, bool))
        assert Spelled([numbers], np.zeros(10, np.int64)).csv().decode() == "".join(f"{decimal(n, 16)}\n" for n in range(start, start + 10))
        assert len(spelling._known(16)) == 7


def test_an_empty_table_has_no_rows() -> None:
    none = np.zeros(0, np.int64)
    table = Spelled([text_column([]), WholeColumn(none)], none)
    assert (table.groups(), table.csv()) == ({}, b"")


def test_columns_of_different_kinds_become_texts_and_those_without_values_take_the_kind_of_the_others() -> None:
    lexicon = Lexicon()
    number = DecimalColumn(np.array([925, 7]), 1, np.array([True, False]))
    finer = DecimalColumn(np.array([9251]), 2, np.array([True]))
    nothing = TextColumn(np.array([-1, -1]), [])
    both = stacked([number, nothing, finer], lexicon)
    assert isinstance(both, DecimalColumn)
    assert both.values() == ["92.5", None, None, None, "92.51"]
    assert both.scaled(2).tolist() == [9250, 0, 0, 0, 9251]
    mixed = stacked([number, text_column(["DNF"])], lexicon)
    assert isinstance(mixed, TextColumn)
    assert mixed.values() == ["92.5", None, "DNF"]
    with pytest.raises(OverflowError):
        DecimalColumn(np.array([10**18]), 0, np.array([True])).scaled(1)
