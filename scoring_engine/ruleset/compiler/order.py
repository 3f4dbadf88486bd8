"""Tasks in an order in which each comes after all it needs, and the cycles that make this impossible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scoring_engine.ruleset.compiler.report import Reporter, help_with
from scoring_engine.ruleset.compiler.tables import Key, Task

Needs = Mapping[Key, Iterable[Key]]


def components(needs: Needs) -> list[list[Key]]:
    """The strongly connected components, each after those it needs; ties in the order of `needs` (Tarjan, without recursion)."""
    index: dict[Key, int] = {}
    low: dict[Key, int] = {}
    open_keys: list[Key] = []
    is_open: set[Key] = set()
    result: list[list[Key]] = []
    for root in needs:
        if root in index:
            continue
        walk = [(root, iter(needs[root]))]
        index[root] = low[root] = len(index)
        open_keys.append(root)
        is_open.add(root)
        while walk:
            key, rest = walk[-1]
            for other in rest:
                if other not in needs:
                    continue
                if other not in index:
                    index[other] = low[other] = len(index)
                    open_keys.append(other)
                    is_open.add(other)
                    walk.append((other, iter(needs[other])))
                    break
                if other in is_open:
                    low[key] = min(low[key], index[other])
            else:
                walk.pop()
                if walk:
                    above = walk[-1][0]
                    low[above] = min(low[above], low[key])
                if low[key] == index[key]:
                    component = [open_keys.pop()]
                    while component[-1] != key:
                        component.append(open_keys.pop())
                    is_open.difference_update(component)
                    result.append(component[::-1])
    return result


def ordered(tasks: Mapping[Key, Task], reporter: Reporter) -> list[Task]:
    """The tasks in order. Those of a cycle are reported and left out."""
    needs = {key: tuple(task.needs) for key, task in tasks.items()}
    result = []
    for component in components(needs):
        if len(component) == 1 and component[0] not in needs[component[0]]:
            result.append(tasks[component[0]])
        else:
            _report([tasks[key] for key in component], reporter)
    return result


def _report(members: list[Task], reporter: Reporter) -> None:
    """One diagnostic for a cycle, at its first member in the file."""
    members.sort(key=lambda task: reporter.line(task.path))
    keys = {task.key: task for task in members}
    names = dict.fromkeys(_named(keys[key], reporter) for key in _round(keys))
    chain = " → ".join([*names, next(iter(names))])
    rest = [name for name in dict.fromkeys(_named(task, reporter) for task in members) if name not in names]
    help = help_with("take one of them out of the circle")
    if rest:
        text = "these depend on each other: {chain}; and with them {rest}"
        reporter.error("E305", members[0].path, text, help, chain=chain, rest=", ".join(rest))
    elif len(names) == 1:
        reporter.error("E305", members[0].path, "{name} depends on itself", help, name=keys[members[0].key].shown)
    else:
        reporter.error("E305", members[0].path, "these depend on each other: {chain}", help, chain=chain)


def _named(task: Task, reporter: Reporter) -> str:
    return f"{task.shown} (line {reporter.line(task.path)})"


def _round(keys: Mapping[Key, Task]) -> list[Key]:
    """A shortest way from the first member back to itself."""
    start = next(iter(keys))
    before: dict[Key, Key] = {}
    front = [start]
    while front:
        following = []
        for key in front:
            for other in keys[key].needs:
                if other == start:
                    way = [key]
                    while way[-1] != start:
                        way.append(before[way[-1]])
                    return way[::-1]
                if other in keys and other not in before:
                    before[other] = key
                    following.append(other)
        front = following
    return list(keys)
