"""The vocabulary, and the models made from it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from scoring_engine.events import models
from scoring_engine.events.notation import OversizeError, plain
from scoring_engine.events.reading import read
from scoring_engine.events.vocabulary import ENVELOPE, GROUPS, KINDS, TYPES, field_type
from tests.events.build import NUMBERS, events, is_number, plain_number, score

REQUIRED = {
    "opened": "ruleset stage",
    "contestant": "contestant",
    "judge": "judge",
    "draw": "contestant value",
    "score": "judge contestant criterion value",
    "comment": "text",
    "amended": "event reason by",
    "voided": "event reason",
    "deduction": "contestant value reason",
    "record": "record",
    "recused": "judge",
    "excused": "contestant reason",
    "absent": "contestant reason",
    "withdrawn": "contestant reason",
    "disqualified": "contestant reason",
    "reinstated": "contestant reason",
    "submitted": "judge contestant",
    "returned": "judge contestant reason",
    "locked": "",
    "unlocked": "",
    "confirmed": "",
    "published": "",
    "objection": "reason",
    "ruling": "event upheld reason",
    "discretion": "about approver reason",
    "bonus": "contestant value",
    "advanced": "contestant",
    "barred": "contestant honours",
}


def test_every_kind_has_the_fields_that_it_must() -> None:
    assert {name: {f.name for f in kind.fields if f.required} for name, kind in KINDS.items()} == {
        k: set(v.split()) for k, v in REQUIRED.items()
    }
    assert {name for name, kind in KINDS.items() if kind.open} == {"opened", "contestant", "score", "amended", "record", "advanced"}


def test_everything_has_a_label_in_both_languages() -> None:
    entries = [*KINDS.values(), *ENVELOPE, *(field for kind in KINDS.values() for field in kind.fields)]
    assert all(entry.en and entry.zh and entry.doc for entry in entries)
    assert {kind.group for kind in KINDS.values()} == set(GROUPS)
    for kind in KINDS.values():
        fields = [*(f for f in ENVELOPE if f.name not in {own.name for own in kind.fields}), *kind.fields]
        for names in ([f.name for f in fields], [f.en for f in fields], [f.zh for f in fields]):
            assert len(names) == len(set(names)), kind.name
        assert {field.type for field in fields} <= set(TYPES)


def test_types_of_fields() -> None:
    assert field_type("score", "value") == "number"
    assert field_type("score", "n") == "integer"
    assert field_type("score", "round") is None


def test_the_vocabulary_is_cheap() -> None:
    code = "import sys; before = set(sys.modules); import scoring_engine.events.vocabulary; print(sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", "import typing;" + code], capture_output=True, text=True, check=True).stdout
    assert not any(name in loaded for name in ("pydantic", "numpy", "dataclasses", "json"))


# -- numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-0.000", "0"),
        ("92.50", "92.5"),
        ("9.25e1", "92.5"),
        ("9.25E+01", "92.5"),
        ("925e-1", "92.5"),
        ("1e3", "1000"),
        ("1e-3", "0.001"),
        ("-1.0e-2", "-0.01"),
        ("100", "100"),
        ("10.0", "10"),
        ("1e39", "1" + "0" * 39),
        ("9" * 40, "9" * 40),
        ("1e-40", "0." + "0" * 39 + "1"),
    ],
)
def test_plain_numbers(text: str, value: str) -> None:
    assert plain(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "+1",
        "01",
        "-01",
        ".5",
        "5.",
        "1e",
        "1e+",
        "1.e1",
        "1_0",
        " 1",
        "1 ",
        "٣",
        "１",
        "²",
        "0x1",
        "NaN",
        "Infinity",
        "--1",
        "1e1.5",
        "1,5",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert plain(text) is None
    assert not is_number(text)


@pytest.mark.parametrize("text", ["1e40", "1e-41", "9" * 41, "1" * 10**6, "1e99999999", "-1e-99999999999999999999", "0." + "1" * 41])
def test_what_is_too_long(text: str) -> None:
    with pytest.raises(OversizeError):
        plain(text)


@given(NUMBERS)
def test_plain_numbers_are_exact(number: Decimal) -> None:
    for text in (str(number), f"{number:f}", f"{number:E}", f"{number:.30f}"):
        got = plain(text)
        assert got == plain_number(number)
        assert Decimal(got) == number
        assert plain(got) == got


# -- models ------------------------------------------------------------------------------------------------------------


def test_an_event_made_by_a_program_is_read() -> None:
    event = models.event(score(1, Decimal("92.50"), round=1))
    assert isinstance(event.at, datetime)  # type: ignore[attr-defined]
    log = read([event.model_dump(exclude_none=True)])
    assert log.rejected == []
    assert log.sha256() == read([score(1, Decimal("92.5"), round=1)]).sha256()


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        (score(1, judge=None), "judge"),
        (score(1) | {"value": "92.5"}, "value"),
        (score(1, value=float("nan")), "value"),
        (score(1, value=True), "value"),
        (score(1, judge=3), "judge"),
        (score(1, at="2024-10-11T09:31:02"), "at"),
        ({"id": "a", "competition": "c", "kind": "deduction", "contestant": "V", "value": -1, "reason": "late"}, "value"),
        ({"id": "a", "competition": "c", "kind": "draw", "contestant": "V", "value": 1, "purpose": "fun"}, "purpose"),
        ({"id": "a", "competition": "c", "kind": "locked", "colour": "red"}, "colour"),
        ({"id": "a", "competition": "c", "kind": "ruling", "event": "e", "upheld": "yes", "reason": "r"}, "upheld"),
    ],
)
def test_a_wrong_event_is_refused(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        models.event(fields)
    assert {error["loc"][0] for error in caught.value.errors()} == {where}


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        models.event({"id": "a", "competition": "c", "kind": "scroe"})


def test_the_schema_says_what_the_vocabulary_says() -> None:
    schema = models.schema()
    json.dumps(schema)
    assert set(schema["$defs"]) == set(KINDS)
    for name, kind in KINDS.items():
        own = schema["$defs"][name]
        fields = {field.name: field for field in (*ENVELOPE, *kind.fields)}
        assert set(own["properties"]) == set(fields)
        assert set(own["required"]) == {field.name for field in fields.values() if field.required}
        assert own["additionalProperties"] is kind.open
        assert own["x-label"] == {"en": kind.en, "zh": kind.zh}
        assert own["properties"]["kind"]["const"] == name
        assert all(own["properties"][field.name]["x-label"] == {"en": field.en, "zh": field.zh} for field in fields.values())
    assert schema["$defs"]["score"]["properties"]["value"]["type"] == "number"
    assert schema["$defs"]["deduction"]["properties"]["value"]["minimum"] == 0


@given(events())
def test_what_the_models_admit_is_read_as_it_is(log: list[dict[str, Any]]) -> None:
    admitted = []
    for event in log:
        try:
            admitted.append((event, models.event(event).model_dump(exclude_none=True)))
        except ValidationError:
            continue
    got = read([dumped for _, dumped in admitted])
    assert got.rejected == []
    assert got.sha256() == read([event for event, _ in admitted]).sha256()
