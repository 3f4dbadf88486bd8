"""From scored tables to what decisions ask: facts as typed columns, and the literals that are in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scoring_engine.decisions.agreement import Environment
from scoring_engine.decisions.facts import Facts, Field, ratio
from scoring_engine.decisions.literals import Resolve
from scoring_engine.ruleset.plan import DecisionPlan, Expr
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.evaluate import evaluate
from scoring_engine.scoring.lookups import entries_of
from scoring_engine.scoring.tables import Table, group_rows
from scoring_engine.scoring.vectors import Ints, Text, Truth, Vector, places_of


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


def facts_of(batch: Batch, table: Table) -> Facts:
    """The rows of a table as facts; `scope` is the ranking group of the row's contestant."""
    plan = batch.stage["tables"].get(table.name)
    times = {name for name, column in plan["columns"].items() if column["kind"] == "time"} if plan else set()
    # what is shown beside a consequence is a column of a step only
    times |= {step["name"] for step in batch.stage["steps"] if step["table"] == table.name and step.get("kind") == "time"}
    texts = batch.lexicon.texts
    fields = {name: field_of(vector, texts, time=name in times) for name, vector in table.columns.items()}
    nobody = Field("text", np.zeros(table.size, np.int64), np.zeros(table.size, bool), 0, texts)
    scope = group_rows(table, batch.stage["ranking"]["within"]).index if table.name == "contestants" else None
    return Facts(table.competition, fields.get("contestant", nobody), None, fields, scope)


def environments(batch: Batch, facts: Facts, decisions: Sequence[DecisionPlan]) -> list[Environment]:
    """The rows of `facts` put together where every parameter that the conditions read has the same value."""
    values: dict[str, list[Expr]] = {}
    for decision in decisions:
        for alternative in decision["alternatives"]:
            for leaf in alternative:
                for operand in _operands(leaf["operand"]):
                    if repr(operand) not in values:
                        values[repr(operand)] = _in_force(operand, batch)
    if not values:
        return [Environment(_nothing_to_resolve)]
    numbers: dict[str, int] = {}
    kinds = [numbers.setdefault(repr(row), len(numbers)) for row in zip(*values.values(), strict=True)]
    index = np.array(kinds, np.int64)
    return [
        Environment(
            _resolver({key: column[kinds.index(number)] for key, column in values.items()}),
            np.flatnonzero(index[facts.competition] == number),
        )
        for number in range(len(numbers))
    ]


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


def _in_force(operand: Expr, batch: Batch) -> list[Expr]:
    """The literal that an operand stands for in each competition; a list or mapping parameter is the list of its entries."""
    lists = [(entries_of(value), where) for value, where in batch.dated(batch.plan["params"][operand[1]]["values"])]
    if operand[2] or not lists or any(entries is None for entries, _ in lists):
        return _literals(evaluate(operand, batch.tables["competition"], batch), batch.lexicon.texts)
    result: list[Expr] = [["list"]] * len(batch.competitions)
    for entries, where in lists:
        for competition in range(len(result)) if where is None else np.flatnonzero(where).tolist():
            result[competition] = ["list", *(entries or [])]
    return result


def _literals(vector: Vector, texts: list[str]) -> list[Expr]:
    """Each value as a literal."""
    present = vector.present.tolist()
    if isinstance(vector, Text):
        return [["text", texts[code]] if ok else ["none"] for code, ok in zip(vector.codes.tolist(), present, strict=True)]
    if isinstance(vector, Truth):
        return [["bool", bool(value)] if ok else ["none"] for value, ok in zip(vector.values.tolist(), present, strict=True)]
    places = vector.places
    if places is None:
        raise TypeError("a parameter in a condition must be a plain decimal")
    return [["num", value, places] if ok else ["none"] for value, ok in zip(vector.num.tolist(), present, strict=True)]
