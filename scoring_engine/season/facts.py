"""From scored tables to what decisions ask: facts as typed columns, and the literals that are in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring_engine.decisions.agreement import Environment
from scoring_engine.decisions.facts import Facts, Field, ratio
from scoring_engine.decisions.literals import Resolve
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.evaluate import evaluate
from scoring_engine.scoring.lookups import entries_of
from scoring_engine.scoring.tables import Table, group_rows, pack
from scoring_engine.scoring.vectors import Ints, Text, Truth, Vector, places_of

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import DecisionPlan, Expr


def field_of(vector: Vector, lexicon_texts: list[str], *, time: bool = False) -> Field:
    """A column as decisions see it."""
    ok = vector.present
    if isinstance(vector, Text):
        return Field("text", np.where(ok, vector.codes, 0), ok, 0, lexicon_texts)
    if isinstance(vector, Truth):
        return Field("truth", vector.values, ok)
    if isinstance(vector.den, int):
        places = places_of(vector.den)
        if places is not None:
            return Field("time" if time else "number", vector.num.astype(np.int64), ok, places)
        den: Ints = np.full(vector.size, vector.den, np.int64)
    else:
        den = vector.den.astype(np.int64)
    return ratio(vector.num.astype(np.int64), den, ok)


class _Fields(Mapping[str, Field]):
    """The columns of a table as decisions see them, each made when somebody asks for it. Texts are there from the beginning: to
    make one may teach the lexicon new ones, by whose codes people are known."""

    def __init__(self, table: Table, texts: list[str], times: set[str]) -> None:
        self._columns = table.columns
        self._texts = texts
        self._times = times
        self._made = {name: field_of(vector, texts) for name, vector in self._columns.items() if isinstance(vector, Text)}

    def __getitem__(self, name: str) -> Field:
        if name not in self._made:
            self._made[name] = field_of(self._columns[name], self._texts, time=name in self._times)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def facts_of(batch: Batch, table: Table) -> Facts:
    """The rows of a table as facts; `scope` is the ranking group of the row's contestant."""
    plan = batch.stage["tables"].get(table.name)
    times = {name for name, column in plan["columns"].items() if column["kind"] == "time"} if plan else set()
    # what is shown beside a consequence is a column of a step only
    times |= {step["name"] for step in batch.stage["steps"] if step["table"] == table.name and step.get("kind") == "time"}
    texts = batch.lexicon.texts
    fields = _Fields(table, texts, times)
    nobody = Field("text", np.zeros(table.size, np.int64), np.zeros(table.size, bool), 0, texts)
    scope = group_rows(table, batch.stage["ranking"]["within"]).index if table.name == "contestants" else None
    return Facts(table.competition, fields.get("contestant", nobody), None, fields, scope)


def environments(batch: Batch, facts: Facts, decisions: Sequence[DecisionPlan]) -> list[Environment]:
    """The rows of `facts` put together where every parameter that the conditions read has the same value."""
    values: dict[str, InForce] = {}
    for decision in decisions:
        for alternative in decision["alternatives"]:
            for leaf in alternative:
                for operand in _operands(leaf["operand"]):
                    if repr(operand) not in values:
                        values[repr(operand)] = _in_force(operand, batch)
    if not values:
        return [Environment(_nothing_to_resolve)]
    _, first, kind = np.unique(pack([value.kind for value in values.values()]), return_index=True, return_inverse=True)
    resolvers = [_resolver({key: value.literal(competition) for key, value in values.items()}) for competition in first.tolist()]
    if len(resolvers) == 1:
        return [Environment(resolvers[0])]
    of_rows = kind.reshape(-1)[facts.competition]
    rows = np.split(np.argsort(of_rows, kind="stable"), np.cumsum(np.bincount(of_rows, minlength=len(resolvers)))[:-1])
    return [Environment(resolvers[number], rows[number]) for number in np.argsort(first).tolist()]


class InForce(NamedTuple):
    """What an operand stands for in each competition: `kind` int64, equal where it is the same, and the literal of a competition."""

    kind: Ints
    literal: Callable[[int], Expr]


def _resolver(in_force: Mapping[str, Expr]) -> Resolve:
    """Looks an operand up among the values in force."""
    return lambda expr: in_force[repr(expr)]


def _nothing_to_resolve(expr: Expr) -> Expr:
    raise LookupError(repr(expr))


def _operands(operand: Expr | None) -> list[Expr]:
    """The operands that are no literals."""
    if operand is None or operand[0] in ("num", "text", "bool", "time", "none"):
        return []
    if operand[0] == "list":
        return [found for item in operand[1:] for found in _operands(item)]
    return [operand]


def _in_force(operand: Expr, batch: Batch) -> InForce:
    """The values of an operand; a list or mapping parameter is the list of its entries."""
    lists = [(entries_of(value), where) for value, where in batch.dated(batch.plan["params"][operand[1]]["values"])]
    if operand[2] or not lists or any(entries is None for entries, _ in lists):
        vector = evaluate(operand, batch.tables["competition"], batch)
        return InForce(_kinds(vector), lambda competition: _literal(vector.take(np.array([competition])), batch.lexicon.texts))
    kind = np.zeros(len(batch.competitions), np.int64)
    literals: list[Expr] = [["list"]]
    for entries, where in lists:
        kind[slice(None) if where is None else where] = len(literals)
        literals.append(["list", *(entries or [])])
    return InForce(kind, lambda competition: literals[kind[competition]])


def _kinds(vector: Vector) -> Ints:
    """Integers from 0 that are equal where the values are."""
    if isinstance(vector, Text):
        return np.where(vector.present, vector.codes + 1, 0)
    if isinstance(vector, Truth):
        return np.where(vector.present, vector.values + 1, 0).astype(np.int64)
    if vector.places is None:
        raise TypeError("a parameter in a condition must be a plain decimal")
    _, kind = np.unique(np.where(vector.present, vector.num, 0), return_inverse=True)
    return kind.reshape(vector.size) * 2 + vector.present


def _literal(vector: Vector, texts: list[str]) -> Expr:
    """The one value of a column as a literal."""
    if not vector.present[0]:
        return ["none"]
    if isinstance(vector, Text):
        return ["text", texts[int(vector.codes[0])]]
    if isinstance(vector, Truth):
        return ["bool", bool(vector.values[0])]
    return ["num", int(vector.num[0]), vector.places]
