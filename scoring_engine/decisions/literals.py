"""The engine-neutral form of conditions: leaves bound to the literals in force and to the scale of their columns.

`bind` takes the rules of one table and makes `Rules`: a list of `Comparison`s, each of one column with one plain Python
value, and for each rule its alternatives as lists of them. Both engines evaluate this form. All thinking about
types, decimals and parameters is done here, once, so that an engine only compares integers, texts and truth values:

- numbers are brought to the scale of the column: `x < 92.55` over a column with one decimal is `x < 926` in tenths;
- what no value of the column can satisfy is `never`, what each present value satisfies is `has`;
- parameters are what `resolve` says they are. They may differ from competition to competition (by date, by fields of the
  competition); competitions that share all values are one environment, and rules are bound once for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from scoring_engine.decisions.facts import Field, Kind, decimal
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import DecisionPlan, Expr, Leaf

Resolve: TypeAlias = "Callable[[Expr], Expr]"
"""Gives the literal that an expression stands for: ["num", n, places], ["text", t], ["bool", b], ["time", iso],
["list", literal…] or ["none"]."""

Value = int | str | bool | tuple[int | str | bool, ...] | None

INT64 = range(-(2**63), 2**63)
ORDERED = ("<", "<=", ">", ">=")


class ConditionError(ValueError):
    """A condition that cannot be asked of the facts: `message` says what is wrong, `line` where in the rulebook."""

    def __init__(self, message: Message, line: int) -> None:
        super().__init__(message.say())
        self.message = message
        self.line = line


class Comparison(NamedTuple):
    """One comparison of a column, as both engines see it.

    op      == != < <= > >= with `value` an int (scaled as the column is), a text or a truth value;
            in with `value` a tuple of them; has, lacks, never without a value
    A missing value satisfies `lacks` and nothing else.
    """

    field: str
    op: str
    value: Value = None


class Rules:
    """The rules of one table, bound to one environment.

    ids           of the rules, in the order of the rulebook
    comparisons   all distinct ones
    alternatives  a rule → an alternative → indices into `comparisons`; a rule holds where all those of one alternative do
    leaves        a rule → an alternative → the leaf and the literal that each comparison came from, for explanations
    columns       name of the column → (kind, places) that the comparisons are bound to
    """

    __slots__ = ("alternatives", "columns", "comparisons", "ids", "leaves", "table")

    def __init__(self, table: str) -> None:
        self.table = table
        self.ids: list[str] = []
        self.comparisons: list[Comparison] = []
        self.alternatives: list[list[list[int]]] = []
        self.leaves: list[list[list[tuple[Leaf, Expr]]]] = []
        self.columns: dict[str, tuple[Kind, int]] = {}


def bind(decisions: Sequence[DecisionPlan], columns: Mapping[str, Field], resolve: Resolve | None = None) -> Rules:
    """The rules `decisions`, all of one table, bound to the columns of that table.

    `columns` gives kind and places only; its rows are not looked at. `resolve` is asked for every operand that is not a
    literal already. Raises ConditionError for a column that is not there and for a comparison between kinds.
    """
    rules = Rules(decisions[0]["table"] if decisions else "")
    numbers: dict[Comparison, int] = {}
    for decision in decisions:
        rules.ids.append(decision["id"])
        rules.leaves.append([])
        rules.alternatives.append([])
        for alternative in decision["alternatives"]:
            bound = [(leaf, literal(leaf["operand"], resolve)) for leaf in alternative]
            rules.leaves[-1].append(bound)
            rules.alternatives[-1].append([numbers.setdefault(compare(leaf, value, columns), len(numbers)) for leaf, value in bound])
    rules.comparisons = list(numbers)
    rules.columns = {c.field: (columns[c.field].kind, columns[c.field].places) for c in rules.comparisons}
    return rules


def literal(operand: Expr | None, resolve: Resolve | None) -> Expr:
    """The literal that an operand stands for; ["none"] for the operand of has and lacks."""
    if operand is None:
        return ["none"]
    if operand[0] == "list":
        return ["list", *(literal(item, resolve) for item in operand[1:])]
    if operand[0] in ("num", "text", "bool", "time", "none"):
        return operand
    if resolve is None:
        raise LookupError(f"nothing to resolve {operand} with")
    return resolve(operand)


def compare(leaf: Leaf, value: Expr, columns: Mapping[str, Field]) -> Comparison:
    """The comparison that `leaf` makes with the literal `value` in place of its operand."""
    name, op = leaf["field"], leaf["op"]
    column = columns.get(name)
    if column is None:
        raise ConditionError(Message("`{leaf}` asks for {field}, which the table does not have", _args(leaf)), leaf["line"])
    if op in ("has", "lacks"):
        return Comparison(name, op)
    if op == "in":
        wanted = [_scaled(item, column, leaf, "==") for item in value[1:]] if value[0] == "list" else None
        if wanted is None:
            raise ConditionError(Message("`{leaf}`: the right-hand side of `in` is no list", _args(leaf)), leaf["line"])
        values = dict.fromkeys(v for o, v in wanted if o == "==" and v is not None)
        return Comparison(name, "in", tuple(values)) if values else Comparison(name, "never")
    if op in ORDERED and column.kind in ("text", "truth"):
        raise ConditionError(
            Message("`{leaf}`: {field} is no number and has no order; compare it with == or !=", _args(leaf)), leaf["line"]
        )
    op, scaled = _scaled(value, column, leaf, op)
    return Comparison(name, op, scaled)


def _scaled(value: Expr, column: Field, leaf: Leaf, op: str) -> tuple[str, int | str | bool | None]:
    """Operator and plain value that compare a column as `op` compares it with the literal `value`."""
    node = value[0]
    if node == "none":
        return "never", None
    if column.kind == "number" and node == "num":
        return _number(op, *divmod(value[1] * 10**column.places, 10 ** value[2]))
    if column.kind == "time" and node in ("time", "text"):
        return _number(op, moment(str(value[1])), 0)
    if column.kind == "text" and node == "text":
        return op, str(value[1])
    if column.kind == "truth" and node == "bool":
        return op, bool(value[1])
    raise ConditionError(
        Message("`{leaf}` compares {field}, which is a {kind}, with {value}", _args(leaf) | {"kind": column.kind, "value": show(value)}),
        leaf["line"],
    )


def _number(op: str, value: int, rest: int) -> tuple[str, int | None]:
    """Operator and integer for a comparison with `value` and a bit (0 < rest), for a column of int64."""
    if rest and op in ("==", "!="):
        return ("never" if op == "==" else "has"), None
    if rest and op in ("<", ">="):
        value += 1
    if value in INT64:
        return op, value
    below = value > 0  # the column's values all lie below the literal, or all above it
    met = op == "!=" or (op in ("<", "<=") if below else op in (">", ">="))
    return ("has" if met else "never"), None


def moment(text: str) -> int:
    """An ISO day or time as microseconds since 1970-01-01 of the clock on the wall; an offset changes nothing."""
    return (datetime.fromisoformat(text).replace(tzinfo=None) - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def show(value: Expr) -> str:
    """A literal as a person writes it."""
    if value[0] == "num":
        return decimal(value[1], value[2])
    if value[0] == "bool":
        return "true" if value[1] else "false"
    if value[0] == "list":
        return "[" + ", ".join(show(item) for item in value[1:]) + "]"
    return "none" if value[0] == "none" else str(value[1])


def _args(leaf: Leaf) -> dict[str, str]:
    return {"leaf": leaf["text"], "field": leaf["field"]}
