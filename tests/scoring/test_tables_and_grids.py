"""Tables of cells against sorting: people, moments, cells and panels are found the same way by both, and as plain Python finds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.scoring import vectors
from scoring_engine.scoring.evaluate import evaluate
from scoring_engine.scoring.intake.desk import last_of_equals
from scoring_engine.scoring.intake.marks import Cells
from scoring_engine.scoring.intake.roll import Roll
from scoring_engine.scoring.intake.timeline import Timeline
from scoring_engine.scoring.ranking.classes import by_both
from scoring_engine.scoring.tables import Grid, Table
from scoring_engine.scoring.vectors import Lexicon, Number, Text, distinct_codes

WAYS = {"tables": 10**6, "sorting": -(10**6)}
"""How many cells a table may have besides: with many everything is looked up, with less than none everything is sorted."""


@contextmanager
def looked_up_by(way: str) -> Iterator[None]:
    before = vectors.BESIDE
    vectors.BESIDE = WAYS[way]
    try:
        yield
    finally:
        vectors.BESIDE = before


def ints(values: Any) -> np.ndarray:
    return np.array(values, np.int64)


# codes near one another, far apart, and a few of both
CODES = st.one_of(st.integers(0, 5), st.integers(0, 10**7), st.sampled_from([3, 10**6, 10**6 + 1]))
ENTRIES = st.lists(st.tuples(st.integers(0, 3), CODES), max_size=20)


@pytest.mark.parametrize("way", sorted(WAYS))
@given(ENTRIES, ENTRIES, st.data())
def test_people_are_found_on_their_own_list_and_since_their_first_entry(
    way: str, entries: list[tuple[int, int]], strangers: list[tuple[int, int]], data: st.DataObject
) -> None:
    since: dict[tuple[int, int], int] = {}
    for moment, person in enumerate(entries):
        since.setdefault(person, moment)
    left = [person for person in since if data.draw(st.integers(0, 4))]  # the others' entries were amended to other ids
    wanted = [*since, *strangers, (0, -1)]
    with looked_up_by(way):
        roll = Roll(
            4, ints([c for c, _ in entries]), ints([p for _, p in entries]), np.arange(len(entries)),
            (ints([c for c, _ in left]), ints([p for _, p in left])),
        )  # fmt: skip
        slots = roll.find(ints([c for c, _ in wanted]), ints([p for _, p in wanted]))
    assert roll.size == len(since)
    assert [slot for slot, person in zip(slots.tolist(), wanted, strict=True) if person in since and slot < 0] == []
    assert all((slot >= 0) == (person in since) for slot, person in zip(slots.tolist(), wanted, strict=True))
    place = {person: n for n, person in enumerate(left)}
    number = dict(zip(wanted, slots.tolist(), strict=True))
    assert [number[person] for person in left] == list(place.values())
    assert sorted(number[person] for person in since) == list(range(len(since)))
    for person, moment in since.items():
        slot = ints([number[person]])
        assert not roll.entered(slot, ints([moment]))[0]
        assert roll.entered(slot, ints([moment + 1]))[0]
        assert roll.competition[slot[0]] == person[0]
    for competition in range(4):
        local = sorted(roll.local[number[person]] for person in since if person[0] == competition)
        assert local == list(range(len(local)))
        assert len(local) <= roll.most


SAID = st.lists(st.tuples(st.integers(-1, 9), st.integers(0, 30), st.integers(0, 3)), max_size=12, unique_by=lambda one: one[1])


@pytest.mark.parametrize("way", sorted(WAYS))
@given(SAID, st.lists(st.tuples(st.integers(-1, 9), st.integers(0, 31)), max_size=12))
def test_what_was_said_last_before_a_moment_holds(way: str, said: list[tuple[int, int, int]], asked: list[tuple[int, int]]) -> None:
    def last(key: int, moment: int) -> int:
        before = [(at, value) for own, at, value in said if own == key >= 0 and at < moment]
        return max(before)[1] if before else 7

    with looked_up_by(way):
        line = Timeline(ints([k for k, _, _ in said]), ints([m for _, m, _ in said]), ints([v for _, _, v in said]), 10)
        keys, moments = ints([k for k, _ in asked]), ints([m for _, m in asked])
        assert line.before(keys, moments, 7).tolist() == [last(*one) for one in asked]
        assert line.latest(keys, 7).tolist() == [last(key, 99) for key, _ in asked]
        if line:
            told = {key for key, _, _ in said}
            assert line.known(keys).tolist() == [n for n, key in enumerate(keys.tolist()) if key >= 0 and key in told]
    assert line.at_the_end(1).tolist() == [key for key in range(10) if last(key, 99) == 1]


@pytest.mark.parametrize("way", sorted(WAYS))
@given(st.lists(st.one_of(st.integers(-1, 4), st.integers(0, 2000)), max_size=30))
def test_distinct_codes_and_the_last_of_equals(way: str, codes: list[int]) -> None:
    with looked_up_by(way):
        distinct, place = distinct_codes(ints(codes))
        last = last_of_equals(ints(codes))
    assert distinct.tolist() == sorted(set(codes))
    assert [distinct[n] for n in place] == codes
    assert last.tolist() == sorted(len(codes) - 1 - codes[::-1].index(code) for code in set(codes))


WIDE = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(st.one_of(st.integers(0, 3), WIDE), st.one_of(st.integers(-3, 3), WIDE)), max_size=20))
def test_two_columns_are_sorted_by_one_key_where_it_fits(rows: list[tuple[int, int]]) -> None:
    order = by_both(ints([a for a, _ in rows]), ints([b for _, b in rows]))
    assert [rows[n] for n in order] == sorted(rows)


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=6), max_size=4), st.text(max_size=3))
def test_a_lexicon_gives_each_text_one_code(batches: list[list[str]], single: str) -> None:
    lexicon = Lexicon()
    for batch in batches:
        codes = lexicon.codes(iter(batch))
        assert lexicon.decode(codes) == batch
        assert lexicon.texts[lexicon.code(single)] == single
    assert len(set(lexicon.texts)) == len(lexicon.texts)
    assert lexicon.codes(lexicon.texts).tolist() == list(range(len(lexicon.texts)))
    assert lexicon.decode(ints([-1])) == [""]


# --- panels ---------------------------------------------------------------------------------------------------------------

CONTESTANTS, LINES, JUDGES = 4, 2, 3  # contestants 0 and 1 are of competition 0, the others of competition 1

MARK = st.tuples(st.integers(0, CONTESTANTS - 1), st.integers(0, LINES - 1), st.integers(0, JUDGES - 1), st.integers(-20, 20))


class Stage:
    """As much of a batch as an aggregate looks at."""

    def __init__(self, marks: list[tuple[int, int, int, int]], den: Any, grid: bool) -> None:
        self.notices: list[tuple[str, list[bool]]] = []
        self.competitions = ["x", "y"]
        who = ints([0, 1, 0, 1])  # the two competitions have contestants of the same names
        self.contestants = Table("contestants", ints([0, 0, 1, 1]), {"contestant": Text(who)}, ["contestant"])
        rows = [(p, c) for p in range(CONTESTANTS) for c in range(LINES)]
        self.panel = Table(
            "panel", ints([p // 2 for p, _ in rows]),
            {"contestant": Text(ints([p % 2 for p, _ in rows])), "criterion": Text(ints([5 + c for _, c in rows]))},
            ["contestant", "criterion"],
        )  # fmt: skip
        columns: dict[str, Any] = {
            "contestant": Text(ints([p % 2 for p, _, _, _ in marks])),
            "criterion": Text(ints([5 + c for _, c, _, _ in marks])),
            "judge": Text(ints([8 + j for _, _, j, _ in marks])),
            "value": Number(ints([v for _, _, _, v in marks]), den),
        }
        self.marks = Table("marks", ints([p // 2 for p, _, _, _ in marks]), columns, ["contestant", "criterion", "judge"])
        if grid:
            cells = Cells((JUDGES, CONTESTANTS, LINES), tuple(ints([m[n] for m in marks]) for n in (2, 0, 1)))
            cells.fill(np.arange(len(marks)))
            assert cells.rows.size == len(marks)
            self.marks.grid = cells.grid(("judge", "contestant", "criterion"), CONTESTANTS, np.arange(len(marks)))
            self.contestants.grid = Grid(("contestant",), (CONTESTANTS,))
            self.panel.grid = Grid(("contestant", "criterion"), (CONTESTANTS, LINES))
        self.tables = {"contestants": self.contestants, "panel": self.panel, "marks": self.marks}

    def notice(self, code: str, table: Table, rows: np.ndarray, message: object) -> None:
        if rows.any():
            self.notices.append((code, rows.tolist()))


def aggregate(op: str, on: list[str], trim: dict[str, int] | None, order: str, least: int | None) -> list[Any]:
    where = [] if least is None else [["op", ">=", ["col", "value"], ["num", least, 0]]]
    return [
        "agg",
        {
            "op": op, "table": "marks", "expr": ["bool", True] if op == "count" else ["col", "value"], "where": where,
            "on": [[name, name] for name in on], "within": None, "by": None, "order": order, "best": None, "drop": None,
            "middle": None, "trim": trim, "running": False, "ties": "high", "empty": ["num", 77, 0], "line": 1,
        },
    ]  # fmt: skip


def by_hand(values: list[Fraction], op: str, trim: dict[str, int] | None, order: str) -> Fraction:
    """An aggregate of plain fractions."""
    if trim is not None and len(values) >= trim["from"]:
        ordered = sorted(values, reverse=order == "down")
        values = ordered[trim["high"] : max(len(ordered) - trim["low"], trim["high"])]
    if op == "count":
        return Fraction(len(values))
    if not values:
        return Fraction(77)
    return {"sum": sum, "mean": lambda v: sum(v) / len(v), "min": min, "max": max}[op](values)


TRIM = st.one_of(st.none(), st.fixed_dictionaries({"high": st.integers(0, 2), "low": st.integers(0, 2), "from": st.integers(0, 3)}))


@settings(max_examples=300)
@given(
    st.lists(MARK, max_size=24, unique_by=lambda mark: mark[:3]),
    st.sampled_from(["sum", "mean", "count", "min", "max"]),
    st.sampled_from([["contestant"], ["contestant", "criterion"]]),
    TRIM,
    st.sampled_from(["up", "down"]),
    st.one_of(st.none(), st.integers(-20, 20)),
    st.booleans(),
    st.booleans(),
)
def test_a_panel_is_the_same_on_a_grid_in_segments_and_by_hand(
    marks: list[tuple[int, int, int, int]],
    op: str,
    on: list[str],
    trim: dict[str, int] | None,
    order: str,
    least: int | None,
    thirds: bool,
    of_marks: bool,
) -> None:
    if op not in ("sum", "mean"):
        trim = None
    own = "marks" if of_marks else "panel" if len(on) == 2 else "contestants"
    den: Any = np.full(len(marks), 3, np.int64) if thirds else 10
    found = []
    for grid in (True, False):
        stage = Stage(marks, den, grid)
        table = stage.tables[own]
        value = evaluate(aggregate(op, on, trim, order, least), table, stage)  # type: ignore[arg-type]
        assert isinstance(value, Number)
        assert value.present.all()
        dens = [value.den] * value.size if isinstance(value.den, int) else value.den.tolist()
        found.append(([Fraction(int(n), int(d)) for n, d in zip(value.num, dens, strict=True)], stage.notices))
    assert found[0] == found[1]
    lines = [(p, c) for p in range(CONTESTANTS) for c in range(LINES)]
    rows = {"marks": [mark[:2] for mark in marks], "panel": lines, "contestants": [(p, None) for p in range(CONTESTANTS)]}[own]
    for row, (contestant, line) in enumerate(rows):
        line = line if len(on) == 2 else None
        values = [
            Fraction(v, 3 if thirds else 10)
            for p, c, _, v in marks
            if p == contestant and line in (None, c) and (least is None or Fraction(v, 3 if thirds else 10) >= least)
        ]
        assert found[0][0][row] == by_hand(values, op, trim, order)


@given(st.lists(MARK, max_size=40))
def test_the_later_mark_of_a_cell_counts_however_cells_are_found(marks: list[tuple[int, int, int, int]]) -> None:
    last = {mark[:3]: n for n, mark in enumerate(marks)}
    for name in WAYS:
        with looked_up_by(name):
            cells = Cells((JUDGES, CONTESTANTS, LINES), tuple(ints([m[n] for m in marks]) for n in (2, 0, 1)))
            cells.fill(np.arange(len(marks)))
        assert cells.rows.tolist() == sorted(last.values())
        grid = cells.grid(("judge", "contestant", "criterion"), CONTESTANTS, cells.rows)
        if name == "sorting" and marks:
            assert grid is None
        elif marks:
            assert grid is not None
            assert grid.rows is not None
            cell = dict(np.ndenumerate(grid.rows.reshape(grid.shape)))
            assert {(p, c, j): cells.rows[row] for (j, p, c), row in cell.items() if row >= 0} == last


@given(st.lists(MARK, max_size=24, unique_by=lambda mark: mark[:3]), st.integers(0, CONTESTANTS))
def test_a_grid_knows_the_places_of_rows_and_the_first_of_each_group(marks: list[tuple[int, int, int, int]], listed: int) -> None:
    """Contestants from `listed` on are on no list, and stand nowhere."""
    with looked_up_by("tables"):
        cells = Cells((JUDGES, CONTESTANTS, LINES), tuple(ints([m[n] for m in marks]) for n in (2, 0, 1)))
        cells.fill(np.arange(len(marks)))
        grid = cells.grid(("judge", "contestant", "criterion"), listed, np.arange(len(marks)))
    if grid is None:
        assert not marks
        return
    assert grid.full == (sum(contestant < listed for contestant, _, _, _ in marks) == JUDGES * listed * LINES)
    first, places = grid.first(["contestant", "judge"], len(marks)), grid.places(["contestant", "criterion"], len(marks))
    assert grid.first(["judge"], len(marks)) is None
    if any(contestant >= listed for contestant, _, _, _ in marks):
        assert first is None
        assert places is None
        return
    assert first is not None
    assert places is not None
    expected = {}
    for row, (contestant, _, judge, _) in enumerate(marks):
        expected.setdefault((judge, contestant), row)
    found = {where: row for where, row in np.ndenumerate(first.reshape(JUDGES, listed)) if row >= 0}
    assert found == expected
    assert places.tolist() == [contestant * LINES + line for contestant, line, _, _ in marks]
