"""The JSON Schema of the language, for editors that check and complete a rulebook while it is written.

It is generated from the models. What the models accept besides their full form (a text where a mapping is expected, a
list of names for a mapping) is said here, as pydantic cannot know it. The schema accepts every file that the loader
accepts; that exactly one of some entries must be given, and whether names exist, only `check` can tell.
"""

from __future__ import annotations

from typing import Any

from scoring_engine.ruleset.lint.worked import EXPECTED, GIVEN
from scoring_engine.ruleset.models import Ruleset

Schema = dict[str, Any]

# ECMA regular expressions know no Unicode letters without a flag that not every editor sets.
_NAME = "^[A-Za-z_\\u0080-\\uffff][A-Za-z0-9_\\u0080-\\uffff-]*$"

_TEXT: Schema = {"type": ["string", "number"]}
_NAMES: Schema = {"type": "array", "items": _TEXT, "uniqueItems": True}

# Short forms of a whole entry: model → what it may be besides a mapping.
SHORT: dict[str, list[Schema]] = {
    "Label": [{"type": "string", "description": "the same text in both languages"}],
    "Param": [{"type": ["string", "number", "boolean"]}, {"type": "array"}],
    "DataField": [{"$ref": "#/$defs/DataField/anyOf/0/properties/type"}],
    "Span": [{"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2, "description": "first and last day"}],
    "Round": [{"type": "integer", "minimum": 0, "maximum": 9, "description": "places"}],
    "Column": [{"type": ["string", "number"], "description": "a formula over the columns of this row"}],
    "Link": [{"type": ["string", "number"], "description": "a measure of the contestant"}],
    "Quota": [{"type": ["string", "number"], "description": "the number"}],
    "Condition": [
        {"type": ["string", "number"], "description": "one comparison: field OP literal, field in [..], has(field)"},
        {"type": "array", "items": {"$ref": "#/$defs/Condition"}, "description": "all of them"},
    ],
}

# Short forms of single entries: (model, entry) → what it may be besides its full form.
SHORT_ENTRIES: dict[tuple[str, str], Schema] = {
    ("Column", "where"): _TEXT,
    ("Rows", "where"): _TEXT,
    ("Rows", "by"): _NAMES,
    ("Projection", "where"): _TEXT,
    ("Link", "where"): _TEXT,
    ("Consequence", "bar"): _TEXT,
    ("Consequence", "for"): _TEXT,
    ("DataField", "one_of"): _NAMES,
    ("Param", "one_of"): _NAMES,
    ("Stage", "grades"): _NAMES,
    ("Deductions", "reasons"): _NAMES,
}


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a rulebook file."""
    generated = Ruleset.model_json_schema(by_alias=True)
    definitions: dict[str, Schema] = {}
    for name, definition in sorted(generated.pop("$defs").items()):
        entry = _tidy(definition)
        properties: dict[str, Schema] = entry["properties"]
        if name == "Consequence":
            properties["of"] = {"description": "short for `to` of a bar", **_TEXT}
        if name == "Example":  # only to complete what is typed: what stands in them is free here
            properties["given"]["properties"] = {part: {} for part in GIVEN}
            properties["expect"]["properties"] = {part: {} for part in EXPECTED}
        for (model, key), form in SHORT_ENTRIES.items():
            if model == name:
                properties[key] = {"anyOf": [_without_help(properties[key]), form], **_help(properties[key])}
        description = _help(entry)
        entry.pop("description", None)
        definitions[name] = (
            {"title": name, **description, "anyOf": [entry, *SHORT[name]]} if name in SHORT else {"title": name, **description, **entry}
        )
    root = _tidy(generated)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rulebook, ruleset/1", **root, "$defs": definitions}


def _help(entry: Schema) -> Schema:
    return {"description": entry["description"]} if "description" in entry else {}


def _without_help(entry: Schema) -> Schema:
    return {key: value for key, value in entry.items() if key != "description"}


def _tidy(node: Any) -> Any:
    """The node as an editor should see it: no generated titles and empty defaults, numbers welcome where text is."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    result: Schema = {}
    for key, value in node.items():
        if key == "title" and isinstance(value, str):
            continue
        if key == "default" and value in (None, "", [], {}):
            continue
        if key == "properties":
            result[key] = {name: _tidy(entry) for name, entry in value.items()}
        elif key == "patternProperties":
            (result["additionalProperties"],) = (_tidy(entry) for entry in value.values())
        elif key == "propertyNames":
            result[key] = {"pattern": _NAME}
        elif key == "pattern":
            result[key] = _NAME
        elif key == "description":
            result[key] = " ".join(value.split())
        else:
            result[key] = _tidy(value)
    if result.get("type") == "string" and not result.keys() & {"enum", "const", "pattern"}:
        result["type"] = ["string", "number"]
    if result.get("type") == "number" and isinstance(result.get("default"), str):
        result["default"] = int(result["default"])
    return result
