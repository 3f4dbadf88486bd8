"""Cells, formulas and parameters of a derivation as JSON has them."""

from __future__ import annotations

from typing import Any

from scoring_engine.review.derivation import Cell, Derivation, Node
from scoring_engine.review.exact import exact, rounded, shown
from scoring_engine.review.reader import Reader
from scoring_engine.scoring.batch import day_number

Json = dict[str, Any]


def cell_json(reader: Reader, cell: Cell, event: Json | None) -> Json:
    """A cell: what it is, its value exactly and as shown, its formula, and the event behind it."""
    result: Json = {"id": cell.id, "table": cell.table, "key": cell.key, "column": cell.column, "value": exact(cell.value)}
    result["shown"] = shown(cell.value, cell.places)
    if cell.line:
        result["line"] = cell.line
    if cell.node is not None:
        result["node"] = node_json(cell.node)
    if event is not None:
        result["event"] = event
    if cell.table == "contestants":
        for plan in reader.stage["measures"]:
            if plan["name"] == cell.column:
                result |= {"ref": plan["ref"], "unit": plan["unit"], "show": plan["show"]}
                about = reader.stage["rounding"]["places"]
                if plan["places"] is None and not isinstance(cell.value, (str, bool)) and cell.value is not None:
                    result["about"] = rounded(cell.value, about)
    return result


def params_json(reader: Reader, index: int, derivation: Derivation) -> list[Json]:
    """The parameters and table entries that went in, with clause, unit and the day from which they hold."""
    found = []
    for (kind, name, *keys), node in derivation.params.items():
        one: Json = {"kind": kind, "name": name, "keys": keys, "value": exact(node.value)}
        if kind == "param":
            plan = reader.batch.plan["params"][name]
            starts = [start for start, _ in plan["values"] if not start or day_number(start) <= int(reader.batch.days[index])]
            one |= {"ref": plan["ref"], "unit": plan["unit"], "open": plan["open"], "label": dict(plan["label"]), "line": plan["line"]}
            one["since"] = starts[-1] if starts else ""
        found.append(one)
    return found


def node_json(node: Node) -> Json:
    """A node as JSON has it."""
    result: Json = {"do": node.do, "name": node.name, "value": exact(node.value)}
    if node.cell:
        result["cell"] = node.cell
        result["shown"] = shown(node.value, node.info.get("places"))
        result["table"] = node.info["table"]
    else:
        result |= node.info
    if node.parts:
        result["parts"] = [node_json(part) for part in node.parts]
    if node.items:
        result["items"] = [
            {"key": one.key, "state": one.state}
            | ({} if one.node is None else {"node": node_json(one.node)})
            | ({} if one.seq is None else {"seq": one.seq})
            for one in node.items
        ]
    return result
