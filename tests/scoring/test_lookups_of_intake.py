"""What intake looks up: the codes of texts, people on a roll, columns by runs, rows by two keys. All ways say the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.events.log import Column
from scoring_engine.scoring.intake.effective import Source, Values
from scoring_engine.scoring.intake.roll import Roll, Runs
from scoring_engine.scoring.ranking.classes import WORST, by_both
from scoring_engine.scoring.vectors import Lexicon, lengths

words = st.text("abc", max_size=2)


def ints(values: object) -> np.ndarray:
    return np.array(values, np.int64).reshape(-1)


@given(st.lists(st.lists(words, max_size=6), max_size=5))
def test_codes_are_numbers_in_the_order_in_which_texts_come(lists: list[list[str]]) -> None:
    lexicon, one_by_one = Lexicon(), Lexicon()
    for texts in lists:
        assert lexicon.codes(texts).tolist() == [one_by_one.code(text) for text in texts]
        assert lexicon.texts == one_by_one.texts == list(dict.fromkeys(text for some in lists for text in some))[: len(lexicon.texts)]
        assert lexicon.decode(lexicon.codes(iter(texts))) == texts


@given(
    people=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=14),
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 5)), min_size=1, max_size=20),
    listed=st.booleans(),
    ordered=st.booleans(),
)
def test_people_are_found_by_runs_as_one_by_one(
    people: list[tuple[int, int]], rows: list[tuple[int, int]], listed: bool, ordered: bool
) -> None:
    entered = list(dict.fromkeys(sorted(people) if ordered else people))
    on_list = entered if listed else entered[::2]
    here, codes = ints([p[0] for p in entered]), ints([p[1] for p in entered])
    roll = Roll(4, here, codes, np.arange(len(entered)), (ints([p[0] for p in on_list]), ints([p[1] for p in on_list])))
    slots = {person: slot for slot, person in enumerate(on_list)}
    found = [slots.get(row, -1 if row not in entered else None) for row in rows]

    competition, raw = ints([row[0] for row in rows]), np.array([row[1] for row in rows], np.int32)
    lexicon = Lexicon()
    given = Values(Source([str(n) for n in range(6)], None, lexicon, {}), raw)
    starts = np.flatnonzero(np.append(True, competition[1:] != competition[:-1]))
    runs = Runs(starts, competition[starts], lengths(starts, competition.size))
    assert runs.each.tolist() == competition.tolist()
    by_runs = roll.find_all(runs, given).tolist()
    assert by_runs == roll.find(competition, given.codes).tolist()
    for slot, expected, row in zip(by_runs, found, rows, strict=True):
        assert slot == expected if expected is not None else slot >= len(on_list)
        assert slot < 0 or (roll.competition[slot] == row[0] and roll.latest[row[0]] >= roll._since[slot])


@given(st.lists(st.integers(-1, 5), max_size=8), st.integers(1, 12), st.booleans())
def test_texts_that_no_row_uses_are_left_out(codes: list[int], times: int, numeric: bool) -> None:
    texts = list("abcdef")
    column = Column(np.repeat(np.array(codes, np.int32), times), texts, np.arange(6) % 2 == 0 if numeric else None)
    compact = column.compact()
    assert compact.decode() == column.decode()
    assert compact.texts == [text for code, text in enumerate(texts) if code in codes]
    assert not numeric or compact.numeric is not None
    assert compact.numeric is None or compact.numeric.tolist() == [texts.index(text) % 2 == 0 for text in compact.texts]


wide = st.integers(0, 3) | st.sampled_from([-(2**40), 2**30, 2**62, int(WORST)])


@given(st.lists(st.tuples(st.integers(0, 4), wide), max_size=12))
def test_rows_are_put_in_order_by_two_columns(rows: list[tuple[int, int]]) -> None:
    order = by_both(ints([row[0] for row in rows]), ints([row[1] for row in rows])).tolist()
    assert sorted(order) == list(range(len(rows)))
    assert [rows[row] for row in order] == sorted(rows)
