"""Parameters and look-up tables: an entry for each row, found once for each different key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring import arithmetic
from scoring_engine.scoring.choosing import merged
from scoring_engine.scoring.entries import entry_of
from scoring_engine.scoring.evaluator import NODES, Evaluator
from scoring_engine.scoring.shown import key_texts
from scoring_engine.scoring.tables import key_ints, pack
from scoring_engine.scoring.vectors import (
    Bools,
    Number,
    Text,
    Truth,
    Vector,
    constant,
    nothing,
    parse_decimal,
)

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Expr


def _param(e: Evaluator, expr: Expr) -> Vector:
    result: Vector = nothing(e.table.size)
    lacking = np.ones(e.table.size, bool)
    for value, competitions in e.batch.dated(e.batch.plan["params"][expr[1]]["values"]):
        vector = _looked_up(e, value, expr[2] if len(expr) > 2 else [], f"params.{expr[1]}")
        if competitions is None:
            return vector
        rows = competitions[e.table.competition]
        result = merged(rows, vector, result)
        lacking &= ~rows
    message = Message("{name} has no value in force on the day of the competition; date one earlier", {"name": f"params.{expr[1]}"})
    e.note("not-in-force", lacking, message)
    return result


def _scale(e: Evaluator, expr: Expr) -> Vector:
    return _looked_up(e, e.batch.plan["scales"][expr[1]], expr[2], f"scales.{expr[1]}")


def _index(e: Evaluator, expr: Expr) -> Vector:
    """`list column [ n ]`: the column holds lists as JSON."""
    base = e(expr[1])
    index = e(expr[2][0])
    if not isinstance(base, Text):
        return nothing(e.table.size)
    import json

    result: Vector = nothing(e.table.size)
    for code in np.unique(base.codes[base.codes >= 0]).tolist():
        items = json.loads(e.batch.lexicon.texts[code], parse_float=str, parse_int=str)
        entry = ["list", *(_literal(str(item)) for item in items)]
        rows = base.codes == code
        part = _entries(e, entry, [index.mask(rows)], "list")
        result = merged(rows, part, result)
    return result


def _literal(text: str) -> Expr:
    """A value written as text: a number where it is one."""
    number = parse_decimal(text)
    return ["text", text] if number is None else ["num", *number]


def _looked_up(e: Evaluator, value: Any, index: Sequence[Expr], name: str) -> Vector:
    """The entry of a (nested) list or mapping that the index expressions name."""
    return e(value) if not index else _entries(e, value, [e(i) for i in index], name)


def _entries(e: Evaluator, value: Any, keys: Sequence[Vector], name: str) -> Vector:
    present = np.ones(e.table.size, bool)
    for key in keys:
        present &= key.present
    packed = np.where(present, pack([key_ints([key])[0] - _lowest(key) for key in keys]), -1)
    distinct, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    texts = [key_texts(e.batch, key.take(first)) for key in keys]
    entries: list[Expr | None] = []
    for i, code in enumerate(distinct.tolist()):
        entries.append(None if code < 0 else entry_of(value, [column[i] for column in texts]))
    result = _assembled(e, entries).take(inverse.reshape(e.table.size))
    absent = np.array([entry is None for entry in entries], bool)[inverse.reshape(e.table.size)] & present
    if absent.any() and not e.quiet:
        row = int(np.flatnonzero(absent)[0])
        wanted = ", ".join(column[int(inverse.reshape(e.table.size)[row])] for column in texts)
        e.note(
            "no-entry",
            absent,
            Message("{name} has no entry for {key}; add it to the rulebook or give a default with else(…)", {"name": name, "key": wanted}),
        )
    return result


def _lowest(key: Vector) -> int:
    """What makes number keys non-negative for packing."""
    if isinstance(key, Number) and key.size:
        ints = key_ints([key])[0]
        return min(0, int(ints.min()))
    return 0


def _assembled(e: Evaluator, entries: Sequence[Expr | None]) -> Vector:
    """Literal entries as a column."""
    kinds = {entry[0] for entry in entries if entry is not None}
    ok = np.array([entry is not None for entry in entries], bool)
    if kinds == {"text"}:
        return Text(np.array([-1 if entry is None else e.batch.lexicon.code(entry[1]) for entry in entries], np.int64))
    if kinds == {"bool"}:
        return Truth(np.array([entry is not None and bool(entry[1]) for entry in entries], bool), ok)
    if kinds <= {"num"}:
        places = max((entry[2] for entry in entries if entry is not None), default=0)
        ints = [0 if entry is None else entry[1] * 10 ** (places - entry[2]) for entry in entries]
        return Number(np.array(ints, np.int64), 10**places, ok)
    raise TypeError(f"entries of different kinds: {', '.join(sorted(kinds))}")


def entries_of(value: Any) -> list[Expr] | None:
    """What is in a list, or the keys of a mapping; None for a single value."""
    if value[0] == "map":
        return [["text", key] for key in value[1]]
    return list(value[1:]) if value[0] == "list" else None


def _band(e: Evaluator, expr: Expr) -> Vector:
    """The entry of the largest key that is not above the value."""
    value = e.number(expr[2])
    result: Vector = nothing(e.table.size)
    found = np.zeros(e.table.size, bool)
    for mapping, competitions in _mappings(e, expr[1]):
        rows = np.ones(e.table.size, bool) if competitions is None else competitions[e.table.competition]
        for threshold, entry in _thresholds(mapping):
            reached = rows & arithmetic.compare(">=", value, constant(threshold[0], e.table.size, threshold[1])).true
            found |= reached
            result = merged(reached, e(entry), result)
    e.note(
        "no-entry",
        value.present & ~found,
        Message("{name} has no band as low as the value; add one to the rulebook", {"name": f"{expr[1][0]}s.{expr[1][1]}"}),
    )
    return result


def _mappings(e: Evaluator, node: Expr) -> list[tuple[Any, Bools | None]]:
    """The mappings that a param or scale node leads to, each with the competitions for which it is in force (None: all)."""
    keys = [str(index[1]) for index in node[2]]
    if node[0] == "scale":
        return [(entry_of(e.batch.plan["scales"][node[1]], keys), None)]
    return [(entry_of(value, keys), competitions) for value, competitions in e.batch.dated(e.batch.plan["params"][node[1]]["values"])]


def _thresholds(mapping: Any) -> list[tuple[tuple[int, int], Expr]]:
    """The numeric keys of a mapping in ascending order, with their entries."""
    keys = [(parsed, entry) for key, entry in (mapping[1] if mapping else {}).items() if (parsed := parse_decimal(key)) is not None]
    most = max((places for (_, places), _ in keys), default=0)
    return sorted(keys, key=lambda item: item[0][0] * 10 ** (most - item[0][1]))


NODES.update(param=_param, scale=_scale, index=_index, band=_band)
