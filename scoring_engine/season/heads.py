"""Which columns the standings of a stage have, and what is in them. Plain Python, as `forms`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scoring_engine.season.forms import LEADING, measures_shown, places_shown
from scoring_engine.season.result import ColumnInfo

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import MeasurePlan, StagePlan


WHOLE = ("line", "seq")
"""The columns of rejections that hold whole numbers."""


def measure_columns(stages: Iterable[StagePlan]) -> list[ColumnInfo]:
    """The measures of the stages, each name once, in the order of the rulebooks; places: the most that a stage declares."""
    columns: dict[str, ColumnInfo] = {}
    for stage in stages:
        for measure in measures_shown(stage):
            known = columns.setdefault(measure["name"], ColumnInfo(measure["name"], measure["label"], "number"))
            columns[measure["name"]] = _wider(known, stage, measure)
    return list(columns.values())


def _total_column(stages: Iterable[StagePlan]) -> ColumnInfo:
    """The column `total`: of the measure of that name, or of those that rank."""
    column = ColumnInfo("total", None, "number", 0)
    for stage in stages:
        names = ["total"] if any(measure["name"] == "total" for measure in stage["measures"]) else _leading(stage)
        for measure in stage["measures"]:
            if measure["name"] in names:
                column = _wider(column, stage, measure)
    return column


def _leading(stage: StagePlan) -> list[str | None]:
    """The measures that may be the first to rank a competition: those before the first that always counts, and this one."""
    links = [link for link in stage["ranking"]["by"] if link["kind"] == "measure"]
    always = [number for number, link in enumerate(links) if link["when"] is None]
    return [link["measure"] for link in links[: always[0] + 1 if always else None]]


def _wider(column: ColumnInfo, stage: StagePlan, measure: MeasurePlan) -> ColumnInfo:
    """The column with room for a measure: for the places of its numbers, or for texts."""
    if measure["kind"] != "number" or column.kind != "number":
        return column._replace(kind="text", places=None)
    return column._replace(places=max(column.places or 0, places_shown(stage, measure["places"])))


def columns_of(stages: Sequence[StagePlan]) -> list[ColumnInfo]:
    """The columns of standings that hold competitions of these stages."""
    own = {"rank": ColumnInfo("rank", None, "integer"), "total": _total_column(stages)}
    return [own.get(name, ColumnInfo(name)) for name in LEADING] + measure_columns(stages)
