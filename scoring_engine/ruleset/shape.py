"""Holding a rulebook against the models, and saying in plain words where it does not fit.

Wrong entries do not hide the rest: they are mended (a misspelt name) or left out, so that names, formulas and rules of
what remains are checked in the same run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic, did_you_mean, suggest
from scoring_engine.ruleset.loader import Loaded, step
from scoring_engine.ruleset.models import Ruleset
from scoring_engine.ruleset.source import Node, Path

_ROUNDS = 6  # mending one thing can uncover the next


def validate(loaded: Loaded, root: Node) -> None:
    """Validate the tree; sets `ruleset`, `lost` and adds to `diagnostics` of `loaded`."""
    loaded.diagnostics += _empty(loaded, root)
    lost: set[str] = set()
    for attempt in range(_ROUNDS):
        try:
            loaded.ruleset = Ruleset.model_validate(root.plain())
            break
        except ValidationError as error:
            errors = error.errors(include_url=False)
            if attempt == 0:
                loaded.diagnostics += [_diagnostic(loaded, e) for e in errors]
            if not _mend(root, errors, lost):
                break
    loaded.lost = frozenset(lost)


def _empty(loaded: Loaded, root: Node) -> Iterable[Diagnostic]:
    """Entries with nothing behind the colon: a value was forgotten. In worked examples nothing stands for a missing value."""
    for path, node, key in root.walk():
        if key is not None and node.kind == "scalar" and node.value is None and node.start.index == node.end.index and path[0] != "tests":
            message = Message('nothing stands behind "{key}:"', {"key": str(path[-1])})
            yield loaded.diagnostic("E209", loaded.positions.key(path), message, Message("give a value, or delete the line"))


# --- what the models admit at a place -------------------------------------------------------------------------------


def _bare(annotation: Any) -> Any:
    """The annotation without Annotated and without `| None`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            annotation = next(a for a in get_args(annotation) if a is not type(None))
        else:
            return annotation


def fields(model: type[BaseModel]) -> dict[str, Any]:
    """The names of a model's fields as they are written in a file → their annotation."""
    return {info.alias or name: info.annotation for name, info in model.model_fields.items()}


def expected(path: Iterable[str | int]) -> Any:
    """The type that the models admit at a path: a model, `dict`, `list`, Literal or a plain type; None where they do not know it."""
    found: Any = Ruleset
    for part in path:
        found = _bare(found)
        if isinstance(found, type) and issubclass(found, BaseModel):
            found = fields(found).get(str(part))
        elif get_origin(found) is dict:
            found = get_args(found)[1] if part != "[key]" else get_args(found)[0]
        elif get_origin(found) is list:
            found = get_args(found)[0]
        else:
            return None
    return _bare(found)


# --- pydantic's findings in our words -------------------------------------------------------------------------------

_WANTED = {
    "string_type": "expected text, not {found}",
    "int_type": "expected a whole number, not {found}",
    "int_from_float": "expected a whole number, not {found}",
    "is_instance_of": "expected a number, not {found}",
    "decimal_type": "expected a number, not {found}",
    "decimal_parsing": "expected a number, not {found}",
    "bool_type": "expected true or false, not {found}",
    "bool_parsing": "expected true or false, not {found}",
    "list_type": "expected a list, not {found}",
    "dict_type": "expected entries (name: value), not {found}",
    "model_type": "expected entries (name: value), not {found}",
    "model_attributes_type": "expected entries (name: value), not {found}",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be at least {bound}, not {found}"),
    "greater_than": ("gt", "must be more than {bound}, not {found}"),
    "less_than_equal": ("le", "must be at most {bound}, not {found}"),
    "less_than": ("lt", "must be less than {bound}, not {found}"),
}


def shown(value: Any) -> str:
    """A value as it would be written, short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else f'"{value[:39]}…"'
    if isinstance(value, (Mapping, BaseModel)):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    return "null" if value is None else str(value)


def _place(path: Path) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _diagnostic(loaded: Loaded, error: Any) -> Diagnostic:
    path: Path = error["loc"]
    kind: str = error["type"]
    context: dict[str, Any] = error.get("ctx", {})
    found = shown(error["input"])
    at = loaded.positions
    if kind == "extra_forbidden":
        key = str(path[-1])
        parent = expected(path[:-1])
        names = list(fields(parent)) if isinstance(parent, type) and issubclass(parent, BaseModel) else []
        message = Message('"{place}" has no entry "{key}"', {"place": _place(path[:-1]), "key": key})
        if len(path) == 1:
            message = Message('a rulebook has no entry "{key}"', {"key": key})
        return loaded.diagnostic("E201", at.key(path), message, did_you_mean(key, names, 40))
    if kind == "missing":
        message = Message('"{key}" is missing in "{place}"', {"key": str(path[-1]), "place": _place(path[:-1])})
        if len(path) == 1:
            message = Message('a rulebook needs the entry "{key}"', {"key": str(path[-1])})
        return loaded.diagnostic("E202", at.key(path[:-1]), message, _how(path))
    if kind == "entry":
        given = [name for name in context["given"] if at.has((*path, name))]
        where = at.key((*path, given[-1])) if given else at.key(path)
        return loaded.diagnostic("E207", where, Message(context["template"], context["args"]))
    if path and path[-1] == "[key]":
        message = Message('"{name}" cannot be a name: a letter first, then letters, digits, _ or -', {"name": str(path[-2])})
        return loaded.diagnostic("E206", at.key(path[:-1]), message)
    where = at.value(path)
    if kind in _WANTED:
        return loaded.diagnostic("E203", where, Message(_WANTED[kind], {"found": found}), _advice(kind, error["input"]))
    if kind == "literal_error":
        names = [str(name) for name in get_args(expected(path))]
        message = Message("must be one of {names}, not {found}", {"names": ", ".join(names), "found": found})
        near = suggest(str(error["input"]), names)
        return loaded.diagnostic("E204", where, message, Message('did you mean "{name}"?', {"name": near}) if near else None)
    if kind in _BOUNDS:
        bound, template = _BOUNDS[kind]
        return loaded.diagnostic("E205", where, Message(template, {"bound": str(context[bound]), "found": found}))
    if kind == "too_short":
        return loaded.diagnostic("E208", where, Message("must not be empty"))
    return loaded.diagnostic("E210", where, Message("this does not fit: {why}", {"why": str(error["msg"])}))


def _how(path: Path) -> Message | None:
    """How to write a missing entry."""
    wanted = expected(path)
    if get_origin(wanted) is Literal:
        names = " | ".join(str(name) for name in get_args(wanted))
        return Message("add {key}: {names}", {"key": str(path[-1]), "names": names})
    return Message("add {key}: …", {"key": str(path[-1])})


def _advice(kind: str, value: Any) -> Message | None:
    if not isinstance(value, str):
        return Message("quote a text") if kind == "string_type" and isinstance(value, bool) else None
    if "：" in value:
        return Message('write ": " (an English colon and a space) between a name and its value')
    if kind in ("bool_type", "bool_parsing"):
        meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}.get(value.lower(), value.lower())
        return Message("write {value}", {"value": meant}) if meant in ("true", "false") else None
    if kind in ("model_type", "dict_type") and ":" in value:
        return Message("is a space missing behind the colon?")
    if kind == "list_type":
        return Message("write [{value}]", {"value": value})
    return None


# --- mending ---------------------------------------------------------------------------------------------------------


def _mend(root: Node, errors: Iterable[Any], lost: set[str]) -> bool:
    """Mend or leave out what the errors are about; False where nothing more can be done."""
    done = False
    leave: list[tuple[Node, Node]] = []
    for error in errors:
        path: Path = error["loc"]
        if error["type"] == "extra_forbidden" and (parent := _find(root, path[:-1])) is not None and parent.kind == "map":
            key = str(path[-1])
            model = expected(path[:-1])
            names = fields(model) if isinstance(model, type) and issubclass(model, BaseModel) else {}
            near = suggest(key, names)
            entry = parent.value.pop(key, None)
            if entry is not None and near is not None and near not in parent.value:
                parent.value[near] = entry
            elif entry is not None:
                lost.update(_names(key, entry[1]))
            done = done or entry is not None
        elif error["type"] == "missing":
            leave += _above(root, path[:-1])
        else:
            leave += _above(root, path[:-1] if path and path[-1] == "[key]" else path)
    for parent, node in leave:
        if parent.kind == "list" and any(item is node for item in parent.value):
            parent.value = [item for item in parent.value if item is not node]
            lost.update(_names("", node))
            done = True
        elif parent.kind == "map":
            for key in [key for key, (_, value) in parent.value.items() if value is node]:
                del parent.value[key]
                lost.update(_names(key, node))
                done = True
    return done


def _find(root: Node, path: Path) -> Node | None:
    """The node at a path of the models, as near as the file has it."""
    node = root
    for part in path:
        if (found := step(node, part)) is not None:
            node = found[1]
    return node


def _above(root: Node, path: Path) -> list[tuple[Node, Node]]:
    """The innermost written node on the path, with the node that holds it; nothing for the root."""
    parent, node = None, root
    for part in path:
        if (found := step(node, part)) is not None:
            parent, node = node, found[1]
    return [(parent, node)] if parent is not None else []


def _names(key: str, node: Node) -> set[str]:
    """The names that an entry defines, itself and inside of it."""
    return {key, *(str(path[-1]) for path, _, inner in node.walk() if inner is not None)} - {""}
