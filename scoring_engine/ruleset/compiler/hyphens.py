"""The names with a hyphen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scoring_engine.ruleset.models import DataField, Ruleset


def hyphened(ruleset: Ruleset) -> frozenset[str]:
    """Every name and key of the rulebook that has a hyphen, so that formulas can read it as one name."""
    found = {"last-pending"}

    def add(names: Iterable[object]) -> None:
        found.update(name for name in map(str, names) if "-" in name)

    def keys(value: object) -> None:
        if isinstance(value, Mapping):
            add(value)
            for entry in value.values():
                keys(entry)
        elif isinstance(value, list):
            for entry in value:
                keys(entry)
        else:
            add([value])

    def fields(entries: Mapping[str, DataField]) -> None:
        add(entries)
        for entry in entries.values():
            add(entry.one_of or ())

    add(ruleset.params)
    for param in ruleset.params.values():
        keys(param.value if param.values is None else list(param.values.values()))
    keys(ruleset.scales)
    add((*ruleset.records, *ruleset.windows, *ruleset.stages))
    for record in ruleset.records.values():
        fields(record.fields)
    for window in ruleset.windows.values():
        add(window.spans or ())
    for stage in ruleset.stages.values():
        fields(stage.fields)
        fields(stage.roster)
        add((*stage.measures, *stage.rows, *stage.grades))
        for rows in stage.rows.values():
            add((*rows.columns, *(rows.by or ())))
            for part in rows.each or ():
                add(part.set)
        if stage.sheet:
            add(stage.sheet.criteria)
            fields(stage.sheet.keys)
        if stage.deductions:
            add(stage.deductions.reasons)
    return frozenset(found)
