"""Formulas with the values that went in, as one line: `round(greatest(average 89.90 − overtime 0.5, 0), 2)`.

Works on the nodes of an explanation as JSON has them, so that every form of an explanation says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from scoring_engine.messages import Message

Json = Mapping[str, Any]


class Name(Protocol):
    """What things are called in the language `lang`."""

    lang: str

    def __call__(self, table: str, name: str) -> str:
        """The label of a column of a table; of a table, where `table` is ""; of a value of the column C, where `table` is "=C"."""


class Plain:
    """Everything by the name that it has in the rulebook."""

    lang = "en"

    def __call__(self, table: str, name: str) -> str:
        """The name."""
        return name


SIGNS = {"*": "×", "-": "−"}
BINDING = {"or": 1, "and": 2, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4, "+": 5, "-": 5, "*": 6, "/": 6}
ATOM = 9
LEAVES = ("cell", "param", "scale", "literal", "missing")
STATE = "=state"
"""The table under whose name the label of a state (high, low) is asked for."""

plain = Plain()


def worked(node: Json, name: Name = plain) -> str:
    """The formula with its values. Only the branch of an `if` that was taken is written, see `reasons`."""
    return _write(node, name)[0]


def reasons(node: Json, name: Name = plain) -> Iterator[str]:
    """The conditions that chose the branches of a formula, with their values."""
    if node["do"] == "if":
        condition = node["parts"][0]
        text = worked(condition, name)
        yield text if condition["value"] == "true" else f"not ({text})"
    parts = node.get("parts", ())
    for part in parts[1:] if node["do"] == "if" else parts:
        yield from reasons(part, name)


def is_leaf(node: Json | None) -> bool:
    """Whether a formula only names a value: another cell, a parameter, a constant."""
    return node is None or (node["do"] in LEAVES and not any(not is_leaf(part) for part in node.get("parts", ())))


def core(node: Json) -> tuple[Json | None, Json]:
    """The rounding point around a formula, None where there is none, and what is rounded; branches not taken do not count."""
    rounding = None
    while node["do"] in ("round", "if", "else"):
        rounding = rounding or (node if node["do"] == "round" else None)
        node = node["parts"][0 if node["do"] == "round" else -1]
    return rounding, node


def bare(node: Json) -> Json:
    """A product without a factor that is 1."""
    if node["do"] == "op" and node["name"] == "*":
        for one, other in (node["parts"], reversed(node["parts"])):
            if other["do"] in LEAVES and other["value"] == "1":
                return bare(one)
    return node


def item(one: Json, name: Name = plain) -> str:
    """One row of an aggregate: `J1 92.5`, `[J3 97.0 high]`."""
    label = "/".join(keyed(column, text, name) for column, text in one["key"].items())
    node = bare(one["node"]) if "node" in one else None
    if node is None:
        text = label
    elif node["do"] in ("cell", "literal"):
        text = f"{label} {value(node, name)}".strip()
    else:
        inner = _write(node, name)[0]
        text = f"{label}: {inner}" if label else inner
    if one["state"] == "in":
        return text
    return f"[{text}]" if one["state"] == "over" else f"[{text} {name(STATE, one['state'])}]"


def keyed(column: str, text: str, name: Name) -> str:
    """What tells a row from others: `J1`, `policy`; a number says of what, `round=3`."""
    return f"{column}={text}" if text[:1].isdigit() and text.replace(".", "").isdigit() else name(f"={column}", text)


def value(node: Json, name: Name = plain) -> str:
    """The value of a node as it is written in formulas; – where it is missing."""
    if node["value"] is None:
        return "–"
    text = str(node.get("shown") or node["value"])
    if text.lstrip("-")[:1].isdigit():
        return minus(text)
    return name(f"={'params.' if node['do'] == 'param' else ''}{node['name']}", text)


def minus(text: str) -> str:
    """A number below 0 with the sign that formulas have."""
    return "−" + text[1:] if text.startswith("-") and text[1:2].isdigit() else text


def _write(node: Json, name: Name) -> tuple[str, int]:
    """The text and how strongly it binds."""
    do, parts = node["do"], node.get("parts", ())
    if do == "cell":
        column = name(node.get("table", ""), node["name"])
        return f"{column} {value(node, name)}", ATOM
    if do in ("param", "scale"):
        keys = f"[{', '.join(node['keys'])}]" if node["keys"] else ""
        return f"{name('params' if do == 'param' else 'scales', node['name'])}{keys} {value(node, name)}", ATOM
    if do == "literal":
        return (node["name"] or value(node, name)), ATOM
    if do == "missing":
        return f"{node['name']} –", ATOM
    if do == "op":
        return _operation(node, name)
    if do == "not":
        return f"not {_within(parts[0], 3, name)}", 3
    if do == "neg":
        return f"−{_within(parts[0], 7, name)}", 5
    if do == "round":
        own = node["mode"] in ("floor", "ceiling", "truncate")
        places = "" if own and not node["places"] else f", {node['places']}"
        mode = "" if own or node["mode"] == "half_up" else f", {node['mode']}"
        return f"{node['mode'] if own else 'round'}({worked(parts[0], name)}{places}{mode})", ATOM
    if do in ("if", "else"):
        return _write(parts[-1], name)
    if do == "band":
        return f"{node['name']}({worked(parts[0], name)}) {value(node, name)}", ATOM
    if do == "agg":
        return _aggregate(node, name), ATOM
    if do == "place":
        args = {"place": value(node), "better": str(node["better"]), "rows": str(node["rows"]), "own": worked(parts[0], name)}
        return Message("place {place} ({better} of {rows} better than {own})", args).say(name.lang), ATOM
    if do == "keep":
        args = {"kept": value(node, name), "own": worked(parts[0], name), "rows": str(node["rows"])}
        return Message("kept {kept} ({own}, of {rows})", args).say(name.lang), ATOM
    called = ", ".join(worked(part, name) for part in parts)
    return (f"{called}[{value(node, name)}]" if do == "index" else f"{node['name']}({called})"), ATOM


def _operation(node: Json, name: Name) -> tuple[str, int]:
    op = node["name"]
    binding = BINDING[op]
    simple = bare(node)
    if simple is not node:
        return _write(simple, name)
    left, right = node["parts"]
    # a − (b − c), a / (b / c): the right side of what does not associate needs its own parentheses
    text = f"{_within(left, binding, name)} {SIGNS.get(op, op)} {_within(right, binding + (op in ('-', '/') or binding == 4), name)}"
    return text, binding


def _within(node: Json, binding: int, name: Name) -> str:
    text, own = _write(node, name)
    return text if own >= binding else f"({text})"


def _aggregate(node: Json, name: Name) -> str:
    op, items = node["name"], node.get("items", ())
    table = name("", node["table"])
    if op == "distinct":
        return Message("{n} different of {rows} {table}", {"n": value(node), "rows": str(node["rows"]), "table": table}).say(name.lang)
    if items and (op not in ("any", "all") or len(items) <= 12):
        return f"{op}({', '.join(item(one, name) for one in items)})"
    if node.get("parts"):
        args = {"op": op, "table": table, "value": worked(node["parts"][0], name)}
        return Message("{op} of no {table}: {value}", args).say(name.lang)
    return Message("{op} of {table} {value}", {"op": op, "table": table, "value": value(node, name)}).say(name.lang)
