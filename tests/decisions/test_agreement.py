"""Both engines decide and must agree; environments, samples, and what a disagreement tells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rules_by_hand import facts, leaf, num, rule

from scoring_engine.decisions import facts as f
from scoring_engine.decisions import rete
from scoring_engine.decisions.agreement import Disagreement, Environment, decide

LEADING = [rule("leading", [leaf("rank", "<=", ["param", "leading", []])]), rule("last", [leaf("rank", "==", num(4))])]
needs_rete = pytest.mark.skipif(not rete.available(), reason=f"durable-rules cannot be used here: {rete.available().reason}")


def everywhere(value: int) -> list[Environment]:
    return [Environment(lambda expr: num(value))]


@pytest.mark.parametrize("engine", ["columnar", pytest.param("rete", marks=needs_rete), pytest.param("both", marks=needs_rete)])
def test_each_engine_gives_the_same(engine: Any) -> None:
    decided = decide(LEADING, facts({"rank": f.number([1, 2, 3, 4, None])}), everywhere(3), engine)
    assert decided.masks["leading"].tolist() == [True, True, True, False, False]
    assert decided.masks["last"].tolist() == [False, False, False, True, False]
    assert decided.engines == (("rete", "columnar") if engine == "both" else (engine,))
    assert decided.notice is None


def test_each_environment_has_its_own_values_of_parameters() -> None:
    # in force: 1 for the rows of competition 0, 3 for those of competition 1
    table = facts({"rank": f.number([1, 3, 2, 1, 2])}, competition=[0, 1, 0, 1, 1])
    environments = [Environment(lambda _: num(1), np.array([0, 2])), Environment(lambda _: num(3), np.array([1, 3, 4]))]
    decided = decide(LEADING, table, environments, "columnar")
    assert decided.masks["leading"].tolist() == [True, True, False, True, True]


def test_nothing_to_decide() -> None:
    assert decide([], facts({"rank": f.number([1])}), everywhere(1)).masks == {}
    assert decide(LEADING, facts({"rank": f.number([])}), everywhere(1)).masks["last"].tolist() == []


@needs_rete
def test_the_disagreement_names_rule_row_and_values(monkeypatch: pytest.MonkeyPatch) -> None:
    table = facts({"rank": f.number([1, 25, 3], places=0)}, competition=[4, 5, 5], subject=["a", "b", "c"])
    real = rete.masks

    def wrong(*args: Any) -> Any:
        found = real(*args)
        found["leading"] = ~found["leading"]
        return found

    monkeypatch.setattr(rete, "masks", wrong)
    with pytest.raises(Disagreement) as caught:
        decide(LEADING, table, [Environment(lambda _: num(2), np.array([1, 2]))])
    error = caught.value
    assert (error.rule, error.row, error.competition, error.contestant) == ("leading", 1, 5, "b")
    assert error.answers == {"rete": True, "columnar": False}
    assert error.values == {"rank": "25"}
    assert error.count == 2
    assert "nothing may be published" in str(error)


@needs_rete
@pytest.mark.parametrize(("sample", "looked_at"), [(0, []), (1, [1]), (2, [0, 2]), (3, [0, 1, 2]), (9, [0, 1, 2]), (None, [0, 1, 2])])
def test_in_bulk_a_sample_of_the_competitions_is_checked(monkeypatch: pytest.MonkeyPatch, sample: int | None, looked_at: list[int]) -> None:
    seen: list[int] = []
    real = rete.masks

    def watching(rules: Any, table: Any) -> Any:
        seen.extend(table.competition.tolist())
        return real(rules, table)

    monkeypatch.setattr(rete, "masks", watching)
    table = facts({"rank": f.number([1, 2, 1, 2, 1, 2])}, competition=[0, 0, 1, 1, 2, 2])
    decided = decide(LEADING, table, everywhere(1), "both", sample)
    assert decided.masks["leading"].tolist() == [True, False] * 3
    assert sorted(set(seen)) == looked_at
