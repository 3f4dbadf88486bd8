"""Holding a rulebook against the models, and saying in plain words where it does not fit.

Wrong entries do not hide the rest: they are mended (a misspelt name) or left out, so that names, formulas and rules of
what remains are checked in the same run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic, did_you_mean, suggest
from scoring_engine.ruleset.loader import Loaded, step
from scoring_engine.ruleset.models import Ruleset
from scoring_engine.ruleset.source import Node, Path, nothing, position

LOST = "?"  # stands in for a text that is missing
_MOST_ERRORS = 500  # of one round; more than that is another kind of file
_ROUNDS = 8  # mending one thing can uncover the next


def validate(loaded: Loaded, root: Node) -> None:
    """Validate the tree; sets `ruleset`, `lost` and adds to `diagnostics` of `loaded`."""
    empty = list(_empty(loaded, root))
    loaded.diagnostics += empty
    said = {(d.line, d.column) for d in empty}
    renamed: set[Path] = set()
    lost: set[str] = set()
    for attempt in range(_ROUNDS):
        try:
            loaded.ruleset = Ruleset.model_validate(root.plain())
            break
        except ValidationError as error:
            errors = error.errors(include_url=False)
            if len(errors) > _MOST_ERRORS:
                loaded.diagnostics += [_diagnostic(loaded, e) for e in errors[:_MOST_ERRORS]]
                message = Message("{count} more entries do not fit; this is hardly a rulebook", {"count": str(len(errors) - _MOST_ERRORS)})
                loaded.diagnostics.append(loaded.diagnostic("E211", loaded.positions.key(errors[_MOST_ERRORS]["loc"]), message))
                break
            # After the first round only what a wrong name had hidden is new; the rest follows from the mending.
            new = [e for e in errors if attempt == 0 or any(e["loc"][: len(path)] == path for path in renamed)]
            unknown: list[Path] = [e["loc"] for e in errors if e["type"] == "extra_forbidden"]
            meant: set[Path] = {(*path[:-1], name) for path in unknown if (name := _meant(path))}
            found = [_diagnostic(loaded, e) for e in new if e["type"] != "missing" or e["loc"] not in meant]
            loaded.diagnostics += [d for d in found if (d.line, d.column) not in said]
            said |= {(d.line, d.column) for d in found}
            renamed |= meant
            if not _mend(root, errors, lost):
                break
    loaded.lost = frozenset(lost)


def _empty(loaded: Loaded, root: Node) -> Iterable[Diagnostic]:
    """Entries without a value. In worked examples `name:` with nothing behind it stands for a missing value."""
    for path, node, key in root.walk():
        if key is None or not nothing(node):
            continue
        where, args = position(key), {"key": str(path[-1])}
        if node.start.offset == key.end.offset:  # {en: first, second}
            yield loaded.diagnostic("E209", where, Message('"{key}" has no value', args), Message("quote a text with a comma in it"))
        elif path[0] != "tests":
            yield loaded.diagnostic(
                "E209", where, Message('nothing stands behind "{key}:"', args), Message("give a value, or delete the line")
            )


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
        names = _names(_model(path[:-1]))
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
        help = Message("here are {names}", {"names": ", ".join(given)}) if len(given) > 1 else None
        return loaded.diagnostic("E207", where, Message(context["template"], context["args"]), help)
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
    """Mend or leave out what the errors are about; False where nothing more can be done.

    A misspelt name gets the name that was meant. What must be there and is not, or is wrong, gets something to stand in
    for it. The rest is left out. Names that go with it, or that stand in, are added to `lost`.
    """
    done = False
    # The innermost entry is changed by the node, not by its path: leaving out one list item moves those behind it.
    by_kind = sorted(errors, key=lambda error: bool(error["type"] != "extra_forbidden"))  # a name that is found is not missing
    work = [(error, _innermost(root, _target(error))) for error in by_kind]
    for error, (parent, node, path) in work:
        kind: str = error["type"]
        given = error["ctx"]["given"] if kind == "entry" else []
        if node.kind == "map" and kind == "extra_forbidden":
            done |= _rename(node, str(error["loc"][-1]), _names(_model(error["loc"][:-1])), lost)
        elif node.kind == "map" and kind == "missing":
            if error["loc"][-1] not in node.value:
                done |= _stand_in(node, str(error["loc"][-1]), expected(error["loc"]), lost)
        elif node.kind == "map" and len(present := [name for name in given if name in node.value]) > 1:
            for name in present[1:]:
                done |= _drop(node, node.value[name][1], lost)
        elif parent is not None and parent.kind == "map" and (name := str(path[-1])) in _required(_model(path[:-1])):
            done |= _stand_in(parent, name, expected(path), lost)
        elif parent is not None:
            done |= _drop(parent, node, lost)
    return done


def _target(error: Any) -> Path:
    """The path of the entry that is to change."""
    path: Path = error["loc"]
    return path[:-1] if error["type"] in ("extra_forbidden", "missing") or path[-1:] == ("[key]",) else path


def _innermost(root: Node, path: Path) -> tuple[Node | None, Node, Path]:
    """The innermost written node on a path of the models, the node that holds it, and its path."""
    parent: Node | None = None
    node, depth = root, 0
    for i, part in enumerate(path):
        if (found := step(node, part)) is not None:
            parent, node, depth = node, found[1], i + 1
    return parent, node, path[:depth]


def _model(path: Path) -> type[BaseModel] | None:
    model = expected(path)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _names(model: type[BaseModel] | None) -> list[str]:
    return list(fields(model)) if model else []


def _meant(path: Path) -> str | None:
    """The entry that an unknown one was probably meant to be."""
    return suggest(str(path[-1]), _names(_model(path[:-1])))


def _required(model: type[BaseModel] | None) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items() if info.is_required()} if model else set()


def _rename(parent: Node, key: str, names: list[str], lost: set[str]) -> bool:
    if key not in parent.value:
        return False
    near = suggest(key, names)
    if near is None or near in parent.value:
        return _drop(parent, parent.value[key][1], lost)
    parent.value[near] = parent.value.pop(key)
    return True


def _stand_in(parent: Node, key: str, wanted: Any, lost: set[str]) -> bool:
    """Put something of the wanted type where a value is missing or wrong."""
    old_key, old = parent.value.get(key, (None, None))
    meant = False
    if get_origin(wanted) is Literal:
        admitted = get_args(wanted)
        value: Any = suggest(str(old.value), admitted) if old is not None and old.kind == "scalar" else None
        meant = value is not None
        value = value or admitted[0]
    elif _bare(wanted) in (int, Decimal):
        value = 1
    elif wanted is str:
        value = LOST
    else:
        value = {}
    if old is not None and (old.value == value or (value == {} and old.kind == "map")):
        return False  # it did not help the last time
    start, end = (old or parent).start, (old or parent).end
    node = Node("map" if value == {} else "scalar", value, start, end)
    parent.value[key] = (old_key or node, node)
    if not meant:
        lost.add(LOST)
        lost.update(_defined("", old) if old is not None else ())
    return True


def _drop(parent: Node, node: Node, lost: set[str]) -> bool:
    """Leave a node out."""
    if parent.kind == "list" and any(item is node for item in parent.value):
        parent.value = [item for item in parent.value if item is not node]
        lost.update(_defined("", node))
        return True
    gone = [key for key, (_, value) in parent.value.items() if value is node] if parent.kind == "map" else []
    for key in gone:
        del parent.value[key]
        lost.update(_defined(key, node))
    return bool(gone)


def _defined(key: str, node: Node) -> set[str]:
    """The names that an entry defines, itself and inside of it."""
    return {key, *(str(path[-1]) for path, _, inner in node.walk() if inner is not None)} - {""}
