"""The derivation of numbers: every value as the formula it comes from with the values that went in, down to the events.

A `Cell` is one column of one row: it holds the formula of its column as a tree of `Node`s whose leaves are other cells,
parameters and constants. `Derivation` walks the plan's expressions for one contestant; rows of other contestants are shown
with their values and not followed further.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from scoring_engine.review.exact import Value, exact
from scoring_engine.review.reader import Member, Reader
from scoring_engine.ruleset.plan import Aggregate, Expr

COUNTING = ("count", "any", "all")
"""Aggregates that need no value of the rows they look at."""

FOLLOWED = 400
"""An aggregate over more rows than this names their number only."""


class Item(NamedTuple):
    """A row that an aggregate looks at.

    key    what tells it from the others; state as in `reader.Member`; node what it contributes (None when it is counted)
    seq    of the event that it was made from
    """

    key: dict[str, str]
    state: str
    node: Node | None
    seq: int | None


class Node(NamedTuple):
    """A part of a formula in one row.

    do      cell param scale literal op not neg call if else round agg place keep band index missing
    name    the operator, function, aggregate, parameter or column
    value   what it is here
    parts   the nodes that went in; of `if` and `else` only those that were looked at
    items   the rows of an aggregate
    cell    the id of the cell of a `cell` node
    info    what else there is to say: places and mode of a rounding point, keys of a parameter, the table of an aggregate …
    """

    do: str
    name: str
    value: Value
    parts: tuple[Node, ...] = ()
    items: tuple[Item, ...] = ()
    cell: str = ""
    info: Mapping[str, Any] = {}


class Cell:
    """One column of one row. `node` is None for what events or the rulebook say, `line` then 0.

    places   declared decimals, None where there are none
    seq      of the event behind it, None where there is none or more than one
    """

    __slots__ = ("column", "id", "key", "line", "node", "places", "row", "seq", "table", "value")

    def __init__(self, id: str, table: str, column: str, row: int, key: dict[str, str], value: Value, places: int | None) -> None:
        self.id = id
        self.table = table
        self.column = column
        self.row = row
        self.key = key
        self.value = value
        self.places = places
        self.node: Node | None = None
        self.line = 0
        self.seq: int | None = None


class Derivation:
    """The cells of one contestant of one competition, in the order in which each uses only earlier ones."""

    def __init__(self, reader: Reader, competition: int, contestant: str) -> None:
        self.reader = reader
        self.competition = competition
        self.contestant = contestant
        self.cells: dict[str, Cell] = {}
        self.params: dict[tuple[str, ...], Node] = {}

    def cell(self, table: str, column: str, row: int) -> Cell:
        """The cell and, before it, all that it comes from."""
        key = self.reader.key(table, row)
        id = self._id(table, row, key) + "." + column
        known = self.cells.get(id)
        if known is not None:
            return known
        cell = Cell(id, table, column, row, key, self.reader.cell(table, column, row), self.reader.places(table, column))
        cell.seq = self.reader.seq(table, row)
        if self.reader.owner(table, row) in (None, self.contestant):
            self._derive(cell)
        self.cells[id] = cell
        return cell

    def _id(self, table: str, row: int, key: dict[str, str]) -> str:
        if self.reader.table(table).keys or table == "competition":
            return f"{table}[{', '.join(key.values())}]" if key else table
        seq = self.reader.seq(table, row)
        return f"{table}#{row if seq is None else seq}"

    def _derive(self, cell: Cell) -> None:
        reader, table = self.reader, self.reader.table(cell.table)
        step = reader.columns.get((cell.table, cell.column))
        if step is not None:
            cell.node, cell.line = self.node(cell.table, step["expr"], cell.row), step["line"]
        elif cell.table == "criteria" and cell.column == "weight" and self.reader.stage["sheet"] is not None:
            plan = self.reader.stage["sheet"]["criteria"][cell.key["criterion"]]
            cell.node, cell.line = self.node(cell.table, plan["weight"], cell.row), plan["line"]
        elif cell.table in reader.made and reader.made[cell.table]["do"] == "filter" and table.origin is not None:
            source, rows = table.origin
            cell.node = self._of(source.name, cell.column, int(rows[cell.row]))
        elif cell.table in reader.made and reader.made[cell.table]["do"] == "stack":
            part, at = reader.part(cell.table, cell.row)
            if cell.column in part["set"]:
                cell.node, cell.line = self.node(part["of"], part["set"][cell.column], at), reader.made[cell.table]["line"]

    # --- nodes --------------------------------------------------------------------------------------------------------

    def node(self, table: str, expr: Expr, row: int) -> Node:
        """An expression of a table in one of its rows."""
        do = expr[0]
        value = self.reader.value(table, expr, row)
        if do == "col":
            return self._of(table, expr[1], row)
        if do in ("ref", "far", "source"):
            other, column, at = self.reader.joined(table, expr, row)
            return self._of(other, column, at) if at >= 0 else Node("missing", f"{other}.{column}", None)
        if do in ("num", "text", "bool", "time", "none"):
            return Node("literal", "", value)
        if do in ("param", "scale"):
            return self._entry(table, expr, row, value)
        if do == "band":
            return Node("band", f"{expr[1][0]}s.{expr[1][1]}", value, (self.node(table, expr[2], row),))
        if do == "index":
            return Node("index", "", value, (self.node(table, expr[1], row), self.node(table, expr[2][0], row)))
        if do == "op":
            right = self._list(expr[3]) if expr[1] == "in" else self.node(table, expr[3], row)
            return Node("op", expr[1], value, (self.node(table, expr[2], row), right))
        if do in ("not", "neg"):
            return Node(do, "", value, (self.node(table, expr[1], row),))
        if do == "round":
            return Node("round", "", value, (self.node(table, expr[1], row),), info={"places": expr[2], "mode": expr[3]})
        if do == "call":
            return self._call(table, expr, row, value)
        return self._aggregate(table, expr, row, value)

    def _of(self, table: str, column: str, row: int) -> Node:
        """A reference to a cell; a column of the compiler's own, which nobody has a name for, stands for its formula."""
        step = self.reader.columns.get((table, column)) if column.startswith("@") else None
        if step is not None and self.reader.owner(table, row) in (None, self.contestant):
            return self.node(table, step["expr"], row)
        cell = self.cell(table, column, row)
        return Node("cell", column, cell.value, cell=cell.id, info={"table": table, "places": cell.places})

    def _list(self, expr: Expr) -> Node:
        if expr[0] == "param":
            return Node("literal", f"params.{expr[1]}", None)
        from scoring_engine.decisions.literals import show

        return Node("literal", show(expr), None)

    def _entry(self, table: str, expr: Expr, row: int, value: Value) -> Node:
        """A parameter or an entry of a look-up table, remembered."""
        indices = tuple(self.node(table, index, row) for index in (expr[2] if len(expr) > 2 else []))
        keys = [exact(index.value) or "-" for index in indices]
        node = Node(expr[0], expr[1], value, indices, info={"keys": keys})
        self.params.setdefault((expr[0], expr[1], *keys), node)
        return node

    def _call(self, table: str, expr: Expr, row: int, value: Value) -> Node:
        name, args = expr[1], expr[2:]
        if name == "if":
            condition = self.node(table, args[0], row)
            return Node("if", "", value, (condition, self.node(table, args[1 if condition.value is True else 2], row)))
        if name == "else":
            first = self.node(table, args[0], row)
            return first if first.value is not None else Node("else", "", value, (first, self.node(table, args[1], row)))
        if name in ("round", "floor", "ceiling", "truncate"):
            places = int(args[1][1]) if len(args) > 1 else 0
            mode = args[2][1] if len(args) > 2 else {"round": "half_up"}.get(name, name)
            return Node("round", "", value, (self.node(table, args[0], row),), info={"places": places, "mode": mode})
        if name == "size":
            return Node("call", name, value, (Node("literal", f"params.{args[0][1]}", None),))
        return Node("call", name, value, tuple(self.node(table, arg, row) for arg in args))

    # --- aggregates -----------------------------------------------------------------------------------------------------

    def _aggregate(self, table: str, expr: Expr, row: int, value: Value) -> Node:
        agg: Aggregate = expr[1]
        members = self.reader.members(table, agg, row)
        other = self.reader.seen(table, agg).table.name
        info: dict[str, Any] = {"table": other, "rows": len(members)}
        if agg["trim"] is not None:  # the best first is the highest, unless small is good
            high, low = (agg["trim"]["high"], agg["trim"]["low"])[:: 1 if agg["order"] == "down" else -1]
            info["trim"] = {"high": high, "low": low, "from": agg["trim"]["from"]}
        if expr[0] == "place":
            return self._place(table, agg, row, value, members)
        if expr[0] == "keep":
            return Node("keep", "", value, (self.node(table, agg["expr"], row),), info=info)
        if not members and agg["empty"] is not None:
            return Node("agg", agg["op"], value, (self.node(table, agg["empty"], row),), info=info)
        if len(members) > FOLLOWED or (agg["op"] in COUNTING and self._foreign(other, members)):
            return Node("agg", agg["op"], value, info=info)
        labels = self._labels(other, members, [their for _, their in agg["on"]])
        items = []
        for (at, state), label in zip(members, labels, strict=True):
            node = None if agg["op"] == "count" else self.node(other, agg["expr"], at)
            items.append(Item(label, state, node, self.reader.seq(other, at)))
        return Node("agg", agg["op"], value, items=tuple(items), info=info)

    def _foreign(self, table: str, members: Sequence[Member]) -> bool:
        """Whether rows of others are counted: there are as many as there are, and none of them is this contestant's business."""
        return any(self.reader.owner(table, at) not in (None, self.contestant) for at, _ in members)

    def _labels(self, table: str, members: Sequence[Member], matched: Sequence[str]) -> list[dict[str, str]]:
        """What tells the rows apart: the parts of their keys that are not the same in all of them."""
        keys = [self.reader.key(table, at) for at, _ in members]
        names = [name for name in dict.fromkeys(name for key in keys for name in key) if name not in matched]
        varying = [name for name in names if len({key.get(name) for key in keys}) > 1] or names[:1]
        return [{name: key[name] for name in varying if name in key} for key in keys]

    def _place(self, table: str, agg: Aggregate, row: int, value: Value, members: Sequence[Member]) -> Node:
        """A place within a group: by what, among how many, and how many are before."""
        own = self.node(table, agg["expr"], row)
        others = [self.reader.value(table, agg["expr"], at) for at, _ in members]
        numbers = [other for other in others if other is not None]
        if own.value is None:
            better = 0
        elif agg["order"] == "down":
            better = sum(other > own.value for other in numbers)  # type: ignore[operator]
        else:
            better = sum(other < own.value for other in numbers)  # type: ignore[operator]
        return Node("place", agg["ties"], value, (own,), info={"table": table, "rows": len(numbers), "better": better})
