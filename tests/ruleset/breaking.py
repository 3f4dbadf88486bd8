"""Ways to break one line of a rulebook."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from scoring_engine.ruleset import models
from scoring_engine.ruleset.shape import expected, fields
from scoring_engine.ruleset.source import Node, Path, nothing, read


class Break(NamedTuple):
    """A changed text, the line that was broken, and how."""

    text: str
    line: int
    how: str


def breaks(text: str) -> Iterator[Break]:
    """Every entry misspelt, every value of a wrong type, every name in a formula unknown."""
    root, found = read(text, "x.yaml")
    assert root is not None
    assert not found
    for path, node, key in root.walk():
        if path[0] == "tests" and len(path) > 3:
            continue
        model = expected(_spelled(path[:-1]))
        if (
            key is not None
            and not key.quoted
            and isinstance(model, type)
            and issubclass(model, BaseModel)
            and str(path[-1]) in fields(model)
        ):
            yield Break(_put(text, key, f"{key.value}zz"), key.start.line + 1, f"misspelt {_name(path)}")
        yield from _values(text, path, node)


def _spelled(path: Path) -> Path:
    """The path as the models have it: conditions in a list are those of `all`."""
    result: list[str | int] = []
    for part in path:
        if isinstance(part, int) and result and result[-1] == "when":
            result.append("all")
        result.append(part)
    return tuple(result)


def _values(text: str, path: Path, node: Node) -> Iterator[Break]:
    if nothing(node) or (node.kind != "scalar" and not node.flow) or node.start.line != node.end.line:
        return
    line = node.start.line + 1
    wanted = expected(_spelled(path))
    annotation = _annotation(_spelled(path))
    if wanted in (None, Any, models.Param):  # a parameter may be anything
        return
    if get_origin(wanted) is Literal:
        yield Break(_put(text, node, "zz"), line, f"unknown value of {_name(path)}")
    elif wanted in (int, bool, Decimal):
        yield Break(_put(text, node, "zz"), line, f"wrong type of {_name(path)}")
    elif annotation is models.Formula or wanted in (models.Column, models.Condition):
        if node.kind == "scalar":
            yield Break(
                _put(text, node, '"zz + 1"' if wanted is not models.Condition else "zz == 1"), line, f"unknown name in {_name(path)}"
            )
        else:
            yield Break(_put(text, node, "true"), line, f"wrong type of {_name(path)}")
    elif wanted is str:
        yield Break(_put(text, node, "[zz]"), line, f"wrong type of {_name(path)}")
    elif get_origin(wanted) in (list, dict) or (isinstance(wanted, type) and issubclass(wanted, BaseModel)):
        yield Break(_put(text, node, "true"), line, f"wrong type of {_name(path)}")


def _annotation(path: Path) -> Any:
    """The annotation of an entry before it is stripped, to tell formulas from texts."""
    if not path:
        return None
    model = expected(path[:-1])
    if isinstance(model, type) and issubclass(model, BaseModel):
        annotation = fields(model).get(str(path[-1]))
        return models.Formula if models.Formula in get_args(annotation) else annotation
    return models.Formula if isinstance(path[-1], int) and models.Formula in get_args(_list(path[:-1])) else None


def _list(path: Path) -> Any:
    model = expected(path[:-1]) if path else None
    return fields(model).get(str(path[-1])) if isinstance(model, type) and issubclass(model, BaseModel) else None


def _put(text: str, node: Node, new: str) -> str:
    return text[: node.start.offset] + new + text[node.end.offset :]


def _name(path: Path) -> str:
    return ".".join(map(str, path))
