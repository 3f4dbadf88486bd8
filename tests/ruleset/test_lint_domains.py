"""A few values stand for all: whatever the comparisons, they see the same cases as the whole domain does."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.ruleset.lint.domains import Comparison, Domain, Value, representatives, shown

OPS = ("==", "!=", "<", "<=", ">", ">=")


def quarters(low: int, high: int) -> st.SearchStrategy[Fraction]:
    return st.integers(low * 4, high * 4).map(lambda n: Fraction(n, 4))


def comparisons(constants: st.SearchStrategy[Value]) -> st.SearchStrategy[list[Comparison]]:
    one = st.builds(lambda op, value: Comparison(op, (value,)), st.sampled_from(OPS), constants)
    several = st.lists(constants, min_size=1, max_size=3).map(lambda values: Comparison("in", tuple(values)))
    return st.lists(st.one_of(one, several, st.sampled_from([Comparison("has"), Comparison("lacks")])), min_size=1, max_size=4)


def cases(tests: list[Comparison], values: list[Value]) -> set[tuple[bool, ...]]:
    return {tuple(test.holds(value) for test in tests) for value in values}


@given(comparisons(quarters(-2, 12)), st.integers(-1, 3), st.integers(4, 9), st.booleans())
def test_whole_numbers(tests: list[Comparison], low: int, high: int, missing: bool) -> None:
    domain = Domain("number", Fraction(low), Fraction(high), Fraction(1), None, missing)
    everything: list[Value] = [Fraction(n) for n in range(low, high + 1)]
    assert cases(tests, representatives(domain, tests)) == cases(tests, everything + [None] * missing)


@given(comparisons(quarters(-2, 12)), quarters(-1, 3), quarters(4, 9))
def test_any_number(tests: list[Comparison], low: Fraction, high: Fraction) -> None:
    domain = Domain("number", low, high, None, None, False)
    # All comparisons are with quarters: eighths between the bounds show every case.
    everything: list[Value] = [Fraction(n, 8) for n in range(int(low * 8), int(high * 8) + 1)]
    assert cases(tests, representatives(domain, tests)) == cases(tests, everything)


@given(comparisons(quarters(-2, 12)))
def test_unbounded_whole_numbers(tests: list[Comparison]) -> None:
    domain = Domain("number", Fraction(1), None, Fraction(1), None, False)
    assert cases(tests, representatives(domain, tests)) == cases(tests, [Fraction(n) for n in range(1, 20)])


@given(comparisons(st.sampled_from(["a", "b", "c"])))
def test_texts(tests: list[Comparison]) -> None:
    tests = [test for test in tests if test.op not in ("<", "<=", ">", ">=")]
    assert cases(tests, representatives(Domain("text"), tests)) == cases(tests, ["a", "b", "c", "d", None])
    known = Domain("text", texts=("a", "b"), missing=False)
    assert cases(tests, representatives(known, tests)) == cases(tests, ["a", "b"])


@given(comparisons(st.dates().map(lambda day: day.isoformat())))
def test_times(tests: list[Comparison]) -> None:
    constants = sorted({str(value) for test in tests for value in test.values})
    between: list[Value] = ["0000", *constants, *(f"{day}T12:00" for day in constants)]
    assert cases(tests, representatives(Domain("time", missing=False), tests)) == cases(tests, between)


def test_what_is_compared_tells_the_kind_of_an_unknown_column() -> None:
    unknown = Domain("any")
    assert any(Comparison("==", (Fraction(3),)).holds(value) for value in representatives(unknown, [Comparison("==", (Fraction(3),))]))
    assert any(Comparison("==", (True,)).holds(value) for value in representatives(unknown, [Comparison("==", (True,))]))


def test_a_missing_value_satisfies_only_lacks() -> None:
    assert Comparison("lacks").holds(None)
    assert not any(Comparison(op, (Fraction(1),)).holds(None) for op in (*OPS, "in"))
    assert not Comparison("has").holds(None)


def test_values_as_people_write_them() -> None:
    written = [shown(value) for value in (Fraction(3), Fraction(-5, 2), Fraction(1, 20), Fraction(1, 3), None, True, "x")]
    assert written == ["3", "-2.5", "0.05", "1/3", "none", "true", "x"]
