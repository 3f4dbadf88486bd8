"""The numbers of an explanation as text: rows of marks under the operation that their heading names, then measure by measure.

Every number can be added up again from the lines above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.formulas import bare, core, is_leaf, item, keyed, minus, reasons, worked
from scoring_engine.review.layout import columns
from scoring_engine.review.naming import Names

Json = dict[str, Any]

OPERATIONS = {
    "mean": Message("mean"),
    "sum": Message("sum"),
    "median": Message("median"),
    "min": Message("least"),
    "max": Message("greatest"),
    "product": Message("product"),
}
MODES = {
    "half_up": Message("rounded half up to {places} places"),
    "half_even": Message("rounded half even to {places} places"),
    "truncate": Message("cut off after {places} places"),
    "floor": Message("rounded down to {places} places"),
    "ceiling": Message("rounded up to {places} places"),
}
MARKS = ("marks", "sheets")
"""Tables whose rows are many and all alike: their events are not named one by one."""


class Numbers:
    """The numbers of one competition."""

    def __init__(self, part: Json, names: Names) -> None:
        self.part = part
        self.names = names
        self.by_id: dict[str, Json] = {cell["id"]: cell for cell in part.get("cells", [])}

    def lines(self) -> Iterator[str]:
        """Every number that is more than another number's name."""
        cells = [cell for cell in self.part["cells"] if not is_leaf(cell.get("node"))]
        tables = dict.fromkeys(cell["table"] for cell in cells if cell["table"] not in ("contestants", "competition"))
        for table in tables:
            yield from self.rows(table, [cell for cell in cells if cell["table"] == table])
        yield from self.params()
        for line in columns([self.measure(cell) for cell in self.shown_cells()]):
            yield from self.names.wrapped("├ " + line, "│     ")

    def shown_cells(self) -> list[Json]:
        """The cells of the contestant's and the competition's own rows that get a line, each after those it uses."""
        cells = [cell for cell in self.part["cells"] if cell["table"] in ("contestants", "competition")]
        used = {id for cell in self.part["cells"] for id in _cells_of(cell.get("node"))}
        measures = set(self.part["measures"])
        return [
            cell
            for cell in cells
            if not is_leaf(cell.get("node")) or (cell["id"] in measures and (cell.get("show", True) or cell["id"] in used))
        ]

    def params(self) -> Iterator[str]:
        """The parameters in force."""
        groups: dict[tuple[str, str], list[Json]] = {}
        for one in self.part["params"]:
            groups.setdefault((one["kind"], one["name"]), []).append(one)
        for (kind, name), entries in groups.items():
            first = entries[0]
            values = ", ".join(self.entry(one) for one in entries)
            named = self.names.param(name) if kind == "param" else name
            unit = f" {first['unit']}" if first.get("unit") else ""
            ref = f"  {first['ref']}" if first.get("ref") else ""
            yield from self.names.wrapped(f"├ {kind}s.{name}  {values}{unit}  {named if named != name else ''}{ref}".rstrip(), "│     ")

    def entry(self, one: Json) -> str:
        """An entry of a parameter or look-up table: its keys and its value."""
        keys = "/".join(self.names.value("", key) for key in one["keys"])
        value = self.value(one["value"], f"params.{one['name']}")
        return f"{keys} {value}".strip()

    def value(self, text: str | None, column: str) -> str:
        """A value of a column as it is read: a number, or what a text is called; – where there is none."""
        if text is None:
            return "–"
        return minus(text) if text.lstrip("-")[:1].isdigit() else self.names.value(column, text)

    def measure(self, cell: Json) -> list[str]:
        """Label, value, and formula with clause and line."""
        node = cell.get("node")
        name = self.names(cell["table"], cell["column"])
        value = self.value(cell["shown"], cell["column"])
        if "about" in cell and cell["about"] != cell["value"]:
            value = f"{minus(cell['value'])} ≈ {minus(cell['about'])}"
        formula = "" if node is None else f"= {worked(node, self.names)}"
        notes = "; ".join(dict.fromkeys(reasons(node, self.names))) if node is not None else ""
        because = f"  {self.names.say(Message('as {conditions}', {'conditions': notes}))}" if notes else ""
        events = self.events(node) if node is not None else ""
        return [name, value, f"{formula}{because}{events}{self.place(cell)}"]

    def place(self, cell: Json) -> str:
        """Clause and line of the rulebook."""
        line = self.names.say(Message("line {line}", {"line": str(cell["line"])})) if cell.get("line") else ""
        where = ", ".join(filter(None, (cell.get("ref"), line)))
        return f"  {{{where}}}" if where else ""

    def events(self, node: Json) -> str:
        """The events that went into a formula: seq, who wrote them and why."""
        found: dict[int, str] = {}
        for one in _items_of(node):
            if one.get("seq") is None or one.get("node", {}).get("table") in MARKS:
                continue
            event = self.by_id.get(one.get("node", {}).get("cell", ""), {}).get("event", {})
            found[one["seq"]] = ", ".join(filter(None, (event.get("by"), event.get("text"))))
        if not found:
            return ""
        if any(found.values()):
            return f"  ({'; '.join(self.seq(str(seq)) + (f', {said_by}' if said_by else '') for seq, said_by in found.items())})"
        return f"  ({self.seq(', '.join(map(str, found)) if len(found) <= 4 else f'{min(found)}–{max(found)}')})"

    def seq(self, numbers: str) -> str:
        """Sequence numbers of events."""
        return self.names.say(Message("seq {seq}", {"seq": numbers}))

    def rows(self, table: str, cells: Sequence[Json]) -> Iterator[str]:
        """The rows of a table under a heading that says what is done with what stands in them."""
        names = dict.fromkeys(cell["column"] for cell in cells)
        heads, flat = [], {}
        for name in names:
            operation = {self.operation(cell["node"]) for cell in cells if cell["column"] == name}
            flat[name] = len(operation) == 1 and None not in operation
            if flat[name]:
                lines = sorted({cell["line"] for cell in cells if cell["column"] == name and cell.get("line")})
                heads.append(f"{self.names(table, name)}: {operation.pop()}" + (f"  {self.names.place(lines)}" if lines else ""))
        yield from self.names.wrapped(f"├ {self.names('', table)}" + (f"  {'; '.join(heads)}" if heads else ""), "│     ")
        by_row: dict[tuple[tuple[str, str], ...], list[Json]] = {}
        for cell in cells:
            by_row.setdefault(tuple(cell["key"].items()), []).append(cell)
        lines_of = [self.row(dict(key), of_row, flat) for key, of_row in by_row.items()]
        for line, amended in zip(columns([line for line, _ in lines_of]), [amended for _, amended in lines_of], strict=True):
            yield from self.names.wrapped("│   " + line, "│       ")
            for change in amended:
                yield from self.names.wrapped("│     " + change, "│       ")

    def operation(self, node: Json) -> str | None:
        """What a formula does with rows that are plain values; None for a formula that does more."""
        rounding, inner = core(node)
        items = inner.get("items", ())
        if inner["do"] != "agg" or inner["name"] not in OPERATIONS or not items:
            return None
        if any("node" not in one or bare(one["node"])["do"] != "cell" for one in items):
            return None
        text = self.names.say(OPERATIONS[inner["name"]])
        trim = inner.get("trim")
        if trim and (trim["high"] or trim["low"]):
            args = {name: str(number) for name, number in trim.items()}
            text += self.names.say(Message(", {high} high and {low} low left out from {from} on", args))
        if rounding is not None:
            text += ", " + self.names.say(MODES[rounding["mode"]]._replace(args={"places": str(rounding["places"])}))
        return text

    def row(self, key: dict[str, str], cells: Sequence[Json], flat: dict[str, bool]) -> tuple[list[str], list[str]]:
        """A row of a table: what it is, the first value with what it comes from, then the others; and what was amended in it."""
        named = "/".join(keyed(column, value, self.names) for column, value in key.items() if column != "contestant")
        named = named or key.get("contestant", "")
        first, *others = cells
        formula = self.formula(first, flat[first["column"]])
        rest = "".join(f"; {self.column(cell)} {self.formula(cell, flat[cell['column']])}" for cell in others)
        seqs = sorted(one["seq"] for cell in cells for one in _items_of(cell["node"]) if one.get("seq") is not None)
        events = f"  ({self.seq('–'.join(dict.fromkeys(map(str, (seqs[0], seqs[-1])))))})" if seqs else ""
        amended = [line for cell in cells for line in self.amended(cell["node"])]
        value = self.value(first["shown"], first["column"]) if flat[first["column"]] else self.column(first)
        return [named, value, f"{formula}{rest}{events}"], amended

    def column(self, cell: Json) -> str:
        """A cell of a row: its column and its value."""
        return f"{self.names(cell['table'], cell['column'])} {self.value(cell['shown'], cell['column'])}"

    def formula(self, cell: Json, flat: bool) -> str:
        """The values of a row whose heading says what is done with them, or the formula."""
        node = cell["node"]
        if not flat:
            return f"= {worked(node, self.names)}"
        inner = core(node)[1]
        return "  ".join(item(one, self.names) for one in inner["items"])

    def amended(self, node: Json) -> Iterator[str]:
        """What the values of a row were before they were corrected."""
        for one in _items_of(node):
            event = self.by_id.get(one.get("node", {}).get("cell", ""), {}).get("event", {})
            if event.get("kind") == "amended":
                args = {
                    "what": item(one, self.names),
                    "before": event.get("before", "–"),
                    "seq": str(event["seq"]),
                    "by": event.get("by", "–"),
                    "reason": event.get("reason", "–"),
                }
                yield self.names.say(Message("{what}: corrected, was {before} (seq {seq}, {by}: {reason})", args))


def _items_of(node: Json | None) -> Iterator[Json]:
    """All rows of aggregates within a formula."""
    if node is None:
        return
    for one in node.get("items", ()):
        yield one
        yield from _items_of(one.get("node"))
    for part in node.get("parts", ()):
        yield from _items_of(part)


def _cells_of(node: Json | None) -> Iterator[str]:
    """The ids of all cells within a formula."""
    if node is None:
        return
    if "cell" in node:
        yield node["cell"]
    for part in (*node.get("parts", ()), *(one["node"] for one in node.get("items", ()) if "node" in one)):
        yield from _cells_of(part)
