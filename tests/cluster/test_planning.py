"""How large parts are, and where they end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.cluster import planning


@given(total=st.integers(1, 10**12), processors=st.integers(1, 300))
def test_parts_are_equal_and_as_many_for_each_processor(total: int, processors: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(planning, "processors", lambda: processors)
        size = planning.size_for(total)
    assert planning.LEAST <= size <= planning.SIZE
    parts = -(-total // size)
    if size > planning.LEAST:
        assert parts <= -(-parts // processors) * processors  # the last round has work for all
        assert parts * size - total < parts
    if total > processors * planning.SIZE:
        assert size > planning.FEW // 2
