"""Tasks in the order of what they need, held against a plain definition on random graphs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.ruleset.compiler.order import components
from tests.ruleset.compiling import compiled, found, marked, rulebook

GRAPHS = st.integers(1, 9).flatmap(lambda n: st.lists(st.lists(st.integers(0, n), max_size=4), min_size=n, max_size=n))


def reached(needs: dict[tuple[str, str], list[tuple[str, str]]], start: tuple[str, str]) -> set[tuple[str, str]]:
    """All that `start` needs, directly or not."""
    seen: set[tuple[str, str]] = set()
    front = [start]
    while front:
        for key in needs.get(front.pop(), []):
            if key not in seen and key in needs:
                seen.add(key)
                front.append(key)
    return seen


@given(GRAPHS)
def test_components(graph: list[list[int]]) -> None:
    needs = {("t", str(i)): [("t", str(j)) for j in others] for i, others in enumerate(graph)}
    behind = {key: reached(needs, key) for key in needs}
    result = components(needs)
    assert sorted(key for component in result for key in component) == sorted(needs)
    done: set[tuple[str, str]] = set()
    for component in result:
        # together are those, and only those, that need each other
        for key in component:
            assert {other for other in behind[key] if key in behind[other]} | {key} == set(component)
        done |= set(component)
        assert all(behind[key] <= done for key in component)


def test_what_needs_nothing_of_each_other_keeps_the_order_of_the_rulebook() -> None:
    assert components({("t", "c"): [], ("t", "a"): [("t", "b")], ("t", "b"): []}) == [[("t", "c")], [("t", "b")], [("t", "a")]]


def chain(length: int) -> str:
    rows = "      t1: {from: contestants, where: rank <= 90}\n"
    rows += "".join(f"      t{i}: {{from: t{i - 1}, where: rank <= {90 - i}}}\n" for i in range(2, length + 1))
    return rulebook(f"    rows:\n{rows}    measures: {{total: 1, last: 'count(t{length} where t{length}.rank > 0)'}}\n")


def test_many_tables_made_from_each_other() -> None:
    assert compiled(chain(40))["stages"]["s"]["tables"]["t40"]["key"] == ["contestant"]
    text = chain(300).replace("      t41:", "      «t41»:")
    assert [(d.line, d.column, d.length) for d in found(text)] == marked(text)
    assert [d.message.say() for d in found(text)] == ["more than 40 tables are made from each other in a row"]


def test_a_large_rulebook_is_no_burden() -> None:
    measures = "".join(f"      m{i}: {{value: 'm{i + 1} + params.p[rank] * 2', show: false}}\n" for i in range(1500))
    text = rulebook(f"    measures:\n      total: 1\n{measures}      m1500: 0\n", f"params: {{p: {[*range(1, 3001)]}}}\n")
    assert len(compiled(text)["stages"]["s"]["steps"]) == 1503
