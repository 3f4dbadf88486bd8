"""The formula parser: trees and places worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.ruleset.formula import AGGREGATES, FUNCTIONS, FormulaError, Node, names_in, parse


def shape(node: Node) -> object:
    """A tree without its places: operators and calls as lists, leaves as they are written in a plan."""
    match node.kind:
        case "num":
            return node.value
        case "name":
            return node.value
        case "text":
            return f"'{node.value}'"
        case "truth":
            return node.value
        case "none":
            return None
        case "dot":
            return [".", shape(node.args[0]), node.value]
        case "op" | "call":
            return [node.value, *map(shape, node.args)]
        case _:
            return [node.kind, *map(shape, node.args)]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1", (1, 0)),
        ("92.50", (925, 1)),
        ("10.0", (10, 0)),
        ("-3.25", (-325, 2)),
        ("a + b * c", ["+", "a", ["*", "b", "c"]]),
        ("a - b - c", ["-", ["-", "a", "b"], "c"]),
        ("(a + b) / 2", ["/", ["+", "a", "b"], (2, 0)]),
        ("-a * b", ["*", ["neg", "a"], "b"]),
        ("a - -b", ["-", "a", ["neg", "b"]]),
        ("not a and b or c", ["or", ["and", ["not", "a"], "b"], "c"]),
        ("not a == b", ["not", ["==", "a", "b"]]),
        ("a + 1 >= b and c != 'x'", ["and", [">=", ["+", "a", (1, 0)], "b"], ["!=", "c", "'x'"]]),
        ("kind in [a, 'b c', 3]", ["in", "kind", ["list", "a", "'b c'", (3, 0)]]),
        ("kind not in [a]", ["not", ["in", "kind", ["list", "a"]]]),
        ("rank in params.places", ["in", "rank", [".", "params", "places"]]),
        ("side.points", [".", "side", "points"]),
        ("params.cash[rank]", ["index", [".", "params", "cash"], "rank"]),
        ("scales.goe[element.code, value]", ["index", [".", "scales", "goe"], [".", "element", "code"], "value"]),
        ("params.rules[season].win", [".", ["index", [".", "params", "rules"], "season"], "win"]),
        ("sum(side.points where side.won)", ["sum", [".", "side", "points"], ["where", [".", "side", "won"]]]),
        ("if(a, 1, none)", ["if", "a", (1, 0), None]),
        ("least(a, b, c)", ["least", "a", "b", "c"]),
        ("true == false", ["==", True, False]),
        ("进度 * 权重 / 100", ["/", ["*", "进度", "权重"], (100, 0)]),
        ('name == "it\'s"', ["==", "name", "'it's'"]),
    ],
)
def test_trees(text: str, tree: object) -> None:
    assert shape(parse(text)) == tree


def test_a_hyphen_belongs_to_the_longest_name_that_exists() -> None:
    assert shape(parse("last-pending", {"last-pending"})) == "last-pending"
    assert shape(parse("total-deductions", {"last-pending"})) == ["-", "total", "deductions"]
    assert shape(parse("a-b-c", {"a-b"})) == ["-", "a-b", "c"]
    assert shape(parse("a - b", {"a-b"})) == ["-", "a", "b"]
    assert shape(parse("params.rank-bonus[1]", {"rank-bonus"})) == ["index", [".", "params", "rank-bonus"], (1, 0)]
    assert shape(parse("a-1")) == ["-", "a", (1, 0)]


def places(node: Node, text: str) -> dict[str, str]:
    """What every name, operation and call of a formula covers in its text."""
    found = {f"{node.kind} {node.value}": text[node.at : node.end]}
    for arg in node.args:
        found |= places(arg, text)
    return found


def test_nodes_know_where_they_were_written() -> None:
    text = "round( merit / 100 , 2 ) - sum(fault.points where fault.grave)"
    found = places(parse(text), text)
    assert found["op -"] == text
    assert found["call round"] == "round( merit / 100 , 2 )"
    assert found["op /"] == "merit / 100"
    assert found["name merit"] == "merit"
    assert found["call sum"] == "sum(fault.points where fault.grave)"
    assert found["dot points"] == "fault.points"
    assert found["where None"] == "where fault.grave"


def test_brackets_belong_to_what_they_hold() -> None:
    text = "2 * (a + b)"
    found = places(parse(text), text)
    assert found["op +"] == "(a + b)"


def test_names_in_the_order_of_the_text() -> None:
    assert [node.value for node in names_in(parse("b + sum(t.x where a) * params.p[c]"))] == ["b", "t", "a", "params", "c"]


WHERE = "a condition belongs into an aggregate, as in sum(x where y), or into an entry where: of its own"


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        # « » mark the place that is to be blamed
        ("a +«»", "the formula ends too early", None),
        ("a «b»", '"b" is not expected here', "an operator is missing in front of it, or quotes around a text of several words"),
        ("a «=» b", '"=" cannot stand in a formula', 'write "=="'),
        ("a «≥» 3", '"≥" cannot stand in a formula', 'write ">="'),
        ("round«（»a, 2)", '"（" cannot stand in a formula', 'write "("'),
        ("a «&&» b", '"&&" cannot stand in a formula', 'write "and"'),
        ("a «<>» b", '"<>" is no operator', 'write "!="'),
        ("a «%» b", '"%" is no operator', "write / 100 for per cent, mod(a, b) for the rest of a division"),
        ("a«^»2", '"^" is no operator', "write power(x, y)"),
        ("a *«*» 2", '"*" is not expected here', "write power(x, y)"),
        ("a «AND» b", '"AND" is not expected here', 'write "and"'),
        ("«sun»(a.b)", 'there is no function "sun"', 'did you mean "sum"?'),
        ("«(»a + b", '"(" is not closed', '")" is missing'),
        ("sum«(»a.b", '"(" is not closed', '")" is missing'),
        ("params.x«[»1", '"[" is not closed', '"]" is missing'),
        ("a == «'x»", "the quote is not closed", None),
        ("a < b «<» c", "comparisons cannot be chained", "write a < b and b < c"),
        ("a in «3»", 'a list is missing after "in"', 'write the values in brackets: x in ["a", "b"]'),
        ("a in «[]»", "the list is empty", None),
        ("at > «2024-08-10»", "a date stands in quotes", 'write "2024-08-10"'),
        ("code == «3F»", "a name cannot begin with a digit", "put a text in quotes: '3F'"),
        ("«1234567890123456789»", "the number has more than 18 digits", None),
        ("a.«»", "a name is missing after the dot", None),
        ("a «where» b", '"where" is not expected here', WHERE),
        ("«»", "the formula is empty", None),
        ("a + «)»", '")" is not expected here', None),
        ("1«,»000", '"," is not expected here', None),
    ],
)  # fmt: skip
def test_errors_say_what_where_and_what_to_do(text: str, message: str, help: str | None) -> None:
    before, _, rest = text.partition("«")
    blamed, _, after = rest.partition("»")
    with pytest.raises(FormulaError) as caught:
        parse(before + blamed + after)
    error = caught.value
    assert error.message.say() == message
    assert (None if error.help is None else error.help.say()) == help
    if blamed:
        assert (before + blamed + after)[error.at : error.end] == blamed


def test_a_formula_of_any_size_does_not_exhaust_the_stack() -> None:
    for text in ("(" * 5000 + "a" + ")" * 5000, "+".join("a" * 5000), "not " * 5000 + "a", "a" + "[b" * 5000, "-" * 9000 + "a"):
        with pytest.raises(FormulaError):
            parse(text)


@given(st.text(alphabet="ab1. +-*/()[],'\"<>=!&≥（ \n\t字where in not and sum if round params", max_size=60))
def test_no_text_raises_anything_else(text: str) -> None:
    at, end, said = 0, len(text), "fine"
    try:
        node = parse(text)
        at, end = node.at, node.end
    except FormulaError as error:
        at, end, said = error.at, error.end, error.message.say()
    assert 0 <= at <= end <= len(text) + 1
    assert said


def test_every_function_has_a_sentence_and_an_example_that_parses() -> None:
    for function in FUNCTIONS.values():
        assert function.doc
        assert not function.doc.endswith(".")
        assert any(node.value == function.name for node in _calls(parse(function.example)))
    for aggregate in AGGREGATES.values():
        assert any(node.value == aggregate.name for node in _calls(parse(aggregate.example)))


def _calls(node: Node) -> list[Node]:
    return [*([node] if node.kind == "call" else []), *(call for arg in node.args for call in _calls(arg))]


def test_the_kernel_knows_every_function() -> None:
    from scoring_engine.scoring.functions import _FUNCTIONS

    # roundings and band are nodes of their own in a plan
    assert set(FUNCTIONS) - {"round", "floor", "ceiling", "truncate", "band"} <= set(_FUNCTIONS)
