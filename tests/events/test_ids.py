"""Ids as bytes in pieces, in an order of their own, say the same as a list of texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.events import words
from scoring_engine.events.ids import Ids, joined, ordered, positions, repeated, take

LETTERS = "abé0"
HASHES = words.hashes
texts = st.text(LETTERS, min_size=1, max_size=12)


def of(ids: list[str]) -> Ids:
    """The ids as a reader packs them."""
    width = -(-max(len(id.encode()) for id in ids) // 8) * 8
    return Ids(np.array([id.encode() for id in ids], f"S{width}"))


def whole(pieces: list[list[str]], order: list[int]) -> Ids:
    """The ids of the pieces in an order."""
    found = ordered(joined([of(piece) for piece in pieces]), np.array(order, np.int64))
    assert isinstance(found, Ids)
    return found


@st.composite
def arranged(draw: st.DrawFn, *, unique: bool) -> tuple[list[list[str]], list[int]]:
    """Pieces of ids, and an order of all of them."""
    all_of_them = draw(st.lists(texts, min_size=1, max_size=30, unique=unique))
    ends = sorted(draw(st.sets(st.integers(1, len(all_of_them)), max_size=3)) | {len(all_of_them)})
    pieces = [all_of_them[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return pieces, draw(st.permutations(range(len(all_of_them))))


@pytest.fixture(params=[2**64 - 1, 3 << 62, 0], ids=["good", "often the same", "all the same"])
def hashing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of which only some bits tell anything, made of few ids at a time."""
    monkeypatch.setattr("scoring_engine.events.ids.BLOCK", 4)
    monkeypatch.setattr(words, "hashes", lambda columns: HASHES(columns) & np.uint64(request.param))


@pytest.mark.usefixtures("hashing")
@given(given=arranged(unique=False))
def test_repeated(given: tuple[list[list[str]], list[int]]) -> None:
    pieces, order = given
    ids = [id for piece in pieces for id in piece]
    assert repeated(whole(pieces, order)) == (len(set(ids)) < len(ids)) == repeated(ids)


@pytest.mark.usefixtures("hashing")
@given(given=arranged(unique=True), names=st.lists(texts | st.just("a long one that nobody has \0"), max_size=8), data=st.data())
def test_positions(given: tuple[list[list[str]], list[int]], names: list[str], data: st.DataObject) -> None:
    pieces, order = given
    ids = [id for piece in pieces for id in piece]
    ids = [ids[row] for row in order]
    names = names + data.draw(st.lists(st.sampled_from(ids), max_size=8))
    expected = [ids.index(name) if name in ids else -1 for name in names]
    assert positions(whole(pieces, order), names).tolist() == positions(ids, names).tolist() == expected


@given(given=arranged(unique=False), data=st.data())
def test_what_is_looked_at(given: tuple[list[list[str]], list[int]], data: st.DataObject) -> None:
    pieces, order = given
    ids = [id for piece in pieces for id in piece]
    ids = [ids[row] for row in order]
    rows = data.draw(st.lists(st.integers(0, len(ids) - 1), max_size=8))
    some = data.draw(st.lists(st.sampled_from(range(len(ids))), unique=True, max_size=8))
    assert [whole(pieces, order)[row] for row in range(-len(ids), len(ids))] == ids + ids
    assert whole(pieces, order) == ids
    assert list(take(whole(pieces, order), np.array(rows, np.int64))) == [ids[row] for row in rows]
    assert list(ordered(whole(pieces, order), np.array(some, np.int64))) == [ids[row] for row in some]
    one = whole(pieces, order)
    hashes = one.hashes.tolist()
    assert sorted(one.ordered(np.arange(len(ids))[::-1]).hashes.tolist()) == sorted(hashes)
    assert one.packed.size == len(ids)
    assert one.hashes.tolist() == words.hashes(one.words().T).tolist()
