"""The values that a rulebook admits, and what they are called: of fields, keys, parameters, windows and grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import LabelPlan, Plan, StagePlan


def values(stage: StagePlan, plan: Plan) -> dict[str, dict[str, LabelPlan]]:
    """The labels of the values that the columns of a stage can have, by the column's name; of a parameter under `params.NAME`.

    Where two columns of one name call a value differently, it keeps its own name.
    """
    found: dict[str, dict[str, LabelPlan]] = {}
    clashing: set[tuple[str, str]] = set()
    for column, named in _declared(stage, plan):
        known = found.setdefault(column, {})
        for value, label in named.items():
            if known.setdefault(value, label) != label:
                clashing.add((column, value))
    for column, value in clashing:
        del found[column][value]
    return found


def _declared(stage: StagePlan, plan: Plan) -> Iterator[tuple[str, Mapping[str, LabelPlan]]]:
    sheet = stage["sheet"]
    fields = [*stage["fields"].items(), *stage["roster"].items()]
    if sheet is not None:
        yield "criterion", {name: criterion["label"] for name, criterion in sheet["criteria"].items()}
        fields += sheet["keys"].items()
    for record in stage["records"]:
        fields += plan["records"][record]["fields"].items()
    for name, field in fields:
        if field["one_of"]:
            yield name, field["one_of"]
    for name, param in plan["params"].items():
        if param["one_of"]:
            yield f"params.{name}", param["one_of"]
    for name, window in plan["windows"].items():
        yield name, {row[0]: row[3] for row in window["rows"]}
    yield "grade", stage["grades"]
