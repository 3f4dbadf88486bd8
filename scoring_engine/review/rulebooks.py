"""What two compiled rulebooks say differently: parameters, measures, chain, decisions; lines and labels do not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scoring_engine.decisions.literals import show
from scoring_engine.ruleset.plan import Plan

Json = dict[str, Any]

SILENT = ("line", "label", "help", "ref", "unit", "open", "clauses", "source", "text")
"""Entries that say where something stands or what it is called, not what holds."""


def rulebooks(before: Iterable[Plan], after: Iterable[Plan]) -> list[Json]:
    """The entries that differ: rulebook, what kind of entry, its name, clause and line; for parameters both values."""
    one, other = {plan["id"]: plan for plan in before}, {plan["id"]: plan for plan in after}
    if one.keys() != other.keys() and len(one) == len(other) == 1:  # one rulebook in place of another
        return list(_between(next(iter(one.values())), next(iter(other.values()))))
    return [entry for id in one.keys() & other.keys() for entry in _between(one[id], other[id])]


def _between(before: Plan, after: Plan) -> Iterator[Json]:
    for kind in ("params", "scales", "records", "windows"):
        yield from _entries(after["id"], kind, before[kind], after[kind])
    for stage in before["stages"].keys() & after["stages"].keys():
        one, other = before["stages"][stage], after["stages"][stage]
        yield from _entries(after["id"], f"{stage}: columns", _columns(one), _columns(other))
        yield from _entries(after["id"], f"{stage}: decisions", _decisions(one), _decisions(other))
        for part in ("sheet", "panel", "ranking", "missing", "deductions", "rounding"):
            if _said(one[part]) != _said(other[part]):
                yield {"ruleset": after["id"], "kind": stage, "name": part, "line": (other[part] or {}).get("line")}


def _columns(stage: Any) -> dict[str, Any]:
    """The steps by what they make; what the compiler adds for itself follows from the rest."""
    steps = [step for step in stage["steps"] if not step.get("name", "").startswith("@")]
    return {f"{step['table']}.{step.get('name', '')}".rstrip("."): step for step in steps}


def _decisions(stage: Any) -> dict[str, Any]:
    return {plan["id"]: plan for plan in stage["decisions"]}


def _entries(ruleset: str, kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Json]:
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if _said(one) == _said(other):
            continue
        said = other if other is not None else one
        entry: Json = {"ruleset": ruleset, "kind": kind, "name": name}
        if isinstance(said, Mapping):
            entry |= {key: said[key] for key in ("ref", "line") if said.get(key)}
        if kind == "params":
            entry["values"] = [_values(one), _values(other)]
        yield entry


def _values(param: Any) -> str | None:
    """A parameter's values as a person writes them."""
    if param is None:
        return None
    return "; ".join(f"{day}: {_literal(value)}" if day and len(param["values"]) > 1 else _literal(value) for day, value in param["values"])


def _literal(value: Any) -> str:
    if value[0] == "map":
        return "{" + ", ".join(f"{key}: {_literal(entry)}" for key, entry in value[1].items()) + "}"
    return "[" + ", ".join(map(_literal, value[1:])) + "]" if value[0] == "list" else show(value)


def _said(value: Any) -> Any:
    """What an entry says, without where it stands and what it is called."""
    if isinstance(value, Mapping):
        return {key: _said(part) for key, part in value.items() if key not in SILENT}
    return [_said(part) for part in value] if isinstance(value, list) else value
