"""One pydantic model a kind of event, made from the vocabulary: for programs that write events, and for the JSON Schema.

Reading a log does not pass through here: it is done over whole columns (`reading`), and what a ruleset admits is for intake.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    create_model,
)

from scoring_engine.events import vocabulary
from scoring_engine.events.vocabulary import ENVELOPE, KINDS


class Event(BaseModel):
    """What every event shares. Fields left out are None; `model_dump(exclude_none=True)` is what `reading.read` takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Open(Event):
    """An event to which the ruleset may add fields."""

    model_config = ConfigDict(extra="allow")


def _no_text(value: Any) -> Any:
    if isinstance(value, (str, bool)):
        raise ValueError("a number is written without quotes")
    return value


_TYPES: dict[str, Any] = {
    "text": Annotated[StrictStr, Field(min_length=1)],
    "number": Annotated[Decimal, BeforeValidator(_no_text)],
    "integer": StrictInt,
    "boolean": StrictBool,
    "time": AwareDatetime,
    "date": date,
    "list": list[Any],
    "object": dict[str, Any] | list[Any],
}


@cache
def model(kind: str) -> type[Event]:
    """The model of a kind of event.

    Raises:
        KeyError: there is no such kind.
    """
    entry = KINDS[kind]
    fields = {field.name: field for field in (*ENVELOPE, *entry.fields)}
    definitions: dict[str, Any] = {name: _definition(field) for name, field in fields.items()}
    definitions["kind"] = _definition(fields["kind"]._replace(one_of=(kind,)))
    return create_model(entry.name.title(), __base__=_Open if entry.open else Event, __doc__=entry.doc, **definitions)


def _definition(field: vocabulary.Field) -> tuple[Any, Any]:
    kind: Any = Literal[field.one_of] if field.one_of else _TYPES[field.type]
    if field.type == "number":
        kind = Annotated[kind, WithJsonSchema({"type": "number"} if field.least is None else {"type": "number", "minimum": field.least})]
    info = Field(
        default=... if field.required else None,
        ge=field.least,
        title=field.en,
        description=field.doc,
        json_schema_extra={"x-label": {"en": field.en, "zh": field.zh}},
    )
    return (kind if field.required else kind | None), info


def event(fields: Mapping[str, Any]) -> Event:
    """The event with these fields, of the kind that they name.

    Raises:
        KeyError: there is no such kind.
        pydantic.ValidationError: a field is missing, unknown or of the wrong type.
    """
    return model(str(fields.get("kind"))).model_validate(dict(fields))


def schema() -> dict[str, Any]:
    """The JSON Schema of an event: one of the kinds, told apart by `kind`."""
    definitions = {}
    for kind, entry in KINDS.items():
        own = model(kind).model_json_schema()
        own["properties"] = {name: _without_null(field) for name, field in own["properties"].items()}
        definitions[kind] = own | {"title": entry.en, "x-label": {"en": entry.en, "zh": entry.zh}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "event",
        "description": "One line of a log of events.",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in KINDS],
        "$defs": definitions,
    }


def _without_null(entry: dict[str, Any]) -> dict[str, Any]:
    """The schema of an optional field: it is left out where there is no value."""
    kept = [choice for choice in entry.get("anyOf", []) if choice.get("type") != "null"]
    rest = {key: value for key, value in entry.items() if key not in ("anyOf", "default")}
    return rest | (kept[0] if len(kept) == 1 else {"anyOf": kept} if kept else {})
