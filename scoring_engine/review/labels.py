"""What the rulebook calls things: measures, criteria, parameters, and the values that its fields admit."""

from __future__ import annotations

from typing import Any

from scoring_engine.review.reader import Reader
from scoring_engine.ruleset.admitted import values

Json = dict[str, Any]


def labels(reader: Reader) -> Json:
    """The labels of a batch: measures, criteria, the contestant, parameters, records, rules; values: column → value → label."""
    stage, plan = reader.stage, reader.batch.plan
    sheet = stage["sheet"]
    return {
        "measures": {measure["name"]: dict(measure["label"]) for measure in stage["measures"]},
        "criteria": {} if sheet is None else {name: dict(criterion["label"]) for name, criterion in sheet["criteria"].items()},
        "contestant": dict(stage["contestant"]),
        "params": {name: dict(param["label"]) for name, param in plan["params"].items()},
        "tables": {name: dict(plan["records"][name]["label"]) for name in stage["records"] if name in plan["records"]},
        "rules": {decision["id"]: dict(decision["label"]) for decision in stage["decisions"]},
        "values": {column: {value: dict(label) for value, label in named.items()} for column, named in values(stage, plan).items()},
    }
