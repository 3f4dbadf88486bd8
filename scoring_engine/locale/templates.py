"""Finds the message templates in the package's source, without running it.

A template is what reaches the first argument of `Message`, `translate` or `local`: a string there, or one that gets there through a
variable, a table, or a parameter of a function that is called with it. Found by reading the syntax trees, so a template
need not be marked in any way where it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Makers: TypeAlias = dict[str, set[int]]
"""Name of a function or method → the places (self not counted) of its arguments that are templates."""

FIRST: Makers = {"Message": {0}, "translate": {0}, "local": {0}}


def templates(package: Path) -> list[tuple[str, str]]:
    """Every template with the module that it is in, in the order of the modules and lines, each once a module."""
    trees = {path.relative_to(package).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(package.rglob("*.py"))}
    makers = _makers(list(trees.values()))
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for module, tree in trees.items():
        for scope, call in _calls(tree):
            for argument in _arguments(call, makers):
                for node in _strings(argument, scope, tree):
                    key = (str(node.value), module)
                    found[key] = min(found.get(key, (node.lineno, node.col_offset)), (node.lineno, node.col_offset))
    return [(text, module) for text, module in sorted(found, key=lambda key: (key[1], found[key]))]


def _makers(trees: list[ast.Module]) -> Makers:
    """`FIRST` and every function that hands one of its parameters on to one of these."""
    makers = {name: set(places) for name, places in FIRST.items()}
    grown = True
    while grown:
        grown = False
        for tree in trees:
            for scope, call in _calls(tree):
                for argument in _arguments(call, makers):
                    if scope is not None and isinstance(argument, ast.Name) and argument.id in (names := _parameters(scope)):
                        places = makers.setdefault(scope.name, set())
                        grown |= names.index(argument.id) not in places
                        places.add(names.index(argument.id))
    return makers


def _calls(tree: ast.AST, scope: Function | None = None) -> Iterator[tuple[Function | None, ast.Call]]:
    """Every call with the innermost function that it stands in."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield scope, node
        yield from _calls(node, node if isinstance(node, Function) else scope)


def _parameters(function: Function) -> list[str]:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _arguments(call: ast.Call, makers: Makers) -> Iterator[ast.expr]:
    """The arguments of the call that are templates."""
    function = call.func
    name = function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    for place in makers.get(name, ()):
        if place < len(call.args):
            yield call.args[place]


def _strings(node: ast.expr, scope: Function | None, tree: ast.Module, depth: int = 4) -> Iterator[ast.Constant]:
    """The strings that an argument may be."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and node.value:
            yield node
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body, scope, tree, depth)
        yield from _strings(node.orelse, scope, tree, depth)
    elif isinstance(node, ast.Subscript):
        for entry in _entries(node.value, scope, tree, depth):
            yield from _strings(entry, scope, tree, depth)
    elif isinstance(node, ast.Name) and depth:
        for value in _values(node.id, scope, tree, depth - 1):
            yield from _strings(value, scope, tree, depth - 1)


def _values(name: str, scope: Function | None, tree: ast.Module, depth: int) -> Iterator[ast.expr]:
    """What the name stands for in its function or in the module: what is assigned to it, or what it runs through."""
    for node in ast.walk(scope) if scope else tree.body:
        if isinstance(node, ast.Assign):
            pairs = [(target, [node.value]) for target in node.targets]
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            pairs = [(node.target, [node.value])]
        elif isinstance(node, ast.For | ast.comprehension):
            pairs = [(node.target, list(_entries(node.iter, scope, tree, depth)))]
        else:
            continue
        for target, values in pairs:
            if isinstance(target, ast.Name) and target.id == name:
                yield from values
            elif isinstance(target, ast.Tuple):
                names = [part.id if isinstance(part, ast.Name) else "" for part in target.elts]
                if name in names:
                    for value in values:
                        yield from _parts(value, names.index(name), scope, tree, depth)
    if scope is not None:
        yield from _values(name, None, tree, depth)


def _parts(value: ast.expr, place: int, scope: Function | None, tree: ast.Module, depth: int) -> Iterator[ast.expr]:
    """The part of a tuple that goes to that place."""
    if isinstance(value, ast.Tuple | ast.List) and place < len(value.elts):
        yield value.elts[place]
    elif isinstance(value, ast.Subscript):
        for entry in _entries(value.value, scope, tree, depth):
            yield from _parts(entry, place, scope, tree, depth)


def _entries(table: ast.expr, scope: Function | None, tree: ast.Module, depth: int) -> Iterator[ast.expr]:
    """The entries of a list, tuple or dict, written out or under a name."""
    if isinstance(table, ast.List | ast.Tuple | ast.Set):
        yield from table.elts
    elif isinstance(table, ast.Dict):
        yield from table.values
    elif isinstance(table, ast.Name) and depth:
        for value in _values(table.id, scope, tree, depth - 1):
            yield from _entries(value, scope, tree, depth - 1)
    elif isinstance(table, ast.Call) and isinstance(table.func, ast.Attribute) and table.func.attr in ("items", "values"):
        yield from (
            ast.Tuple([table.func.value, entry]) if table.func.attr == "items" else entry
            for entry in _entries(table.func.value, scope, tree, depth)
        )
