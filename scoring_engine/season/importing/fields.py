"""What a row can give: the fields of one kind of event under one stage of a rulebook, with all the words that name them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from scoring_engine.events.errors import InputError
from scoring_engine.events.vocabulary import ENVELOPE, KINDS, Field
from scoring_engine.messages import Message
from scoring_engine.ruleset.models import Criterion, DataField, Label, Ruleset, Stage

IDENTITY = ("contestant", "judge")
"""Types whose values are ids, which a sheet may also give as names."""

NOT_IMPORTED = ("seq", "kind", "device", "n")
"""Fields of the envelope that the ledger or the device gives; a column 序号 is the number of a row and nothing else."""

_CARRYING = ("advanced", "amended")
"""Kinds with fields that neither the vocabulary nor the stage declares: what is carried along, or corrected."""

CHECK = "@"
"""Stands before a roster field that a row of another kind tells so that its contestant can be found, or made sure of."""

_WORDS = {
    "contestant": ("选手编号", "编号", "参赛号", "参赛编号", "号码", "选手号", "contestant id", "contestant no", "no.", "number"),
    "judge": ("评委编号", "裁判", "judge id"),
    "name": ("姓名", "名称", "选手姓名", "队名"),
    "value": ("得分", "分数", "成绩", "评分", "score", "points"),
    "reason": ("事由", "说明"),
    "role": ("角色", "评委职责"),
    "competition": ("场次", "比赛"),
    "criterion": ("项目", "评分项目"),
}
"""Words that people put above a column, beside the labels of the vocabulary and of the rulebook."""


class Target(NamedTuple):
    """A field that a column can give.

    type        one of those of the vocabulary and of the rulebook's fields; "id" is a text that names something
    labels      the words that name it, its identifier first
    one_of      the values admitted and their labels, empty for any
    low … places   bounds of a number, None for none
    known       "contestant" or "judge" where the value is the id of one that must have been entered
    """

    name: str
    type: str
    required: bool
    labels: tuple[str, ...]
    one_of: Mapping[str, tuple[str, ...]]
    low: Decimal | None = None
    high: Decimal | None = None
    step: Decimal | None = None
    places: int | None = None
    known: str = ""


class Shape(NamedTuple):
    """One kind of event as rows can give it.

    kind       of the event; record for all kinds of records
    record     the kind of record, "" for other events
    key        the fields that tell one event from another, None where only all that it says does
    targets    by name
    criteria   the lines of the score sheet
    open       whether fields that nobody declared may be given
    ruleset    the rulebook
    """

    kind: str
    record: str
    key: tuple[str, ...] | None
    targets: dict[str, Target]
    criteria: Mapping[str, Criterion]
    stage: Stage
    open: bool
    ruleset: Ruleset


_KEYS: dict[str, tuple[str, ...]] = {
    "opened": (),
    "contestant": ("contestant",),
    "judge": ("judge",),
    "draw": ("contestant", "purpose"),
    "score": ("judge", "contestant", "criterion"),
    "recused": ("judge", "contestant"),
    "submitted": ("judge", "contestant"),
    "bonus": ("contestant", "source", "rule"),
    "advanced": ("contestant", "source"),
    "barred": ("contestant", "source", "rule"),
    "ruling": ("event",),
    "voided": ("event",),
    **dict.fromkeys(("excused", "absent", "withdrawn", "disqualified", "reinstated"), ("contestant",)),
}


def shape(ruleset: Ruleset, stage_name: str, kind: str) -> Shape:
    """The fields of events of `kind`, a kind of the vocabulary or a kind of record of the rulebook.

    Raises:
        InputError: there is no such stage or kind.
    """
    stage = ruleset.stages.get(stage_name)
    if stage is None:
        names = {"name": stage_name, "names": ", ".join(ruleset.stages)}
        raise InputError(Message("the rulebook has no stage “{name}”; it has {names}", names))
    record = kind if kind in ruleset.records and (kind not in KINDS or kind == "record") else ""
    if not record and (kind not in KINDS or kind == "record"):
        names = {"name": kind, "names": ", ".join((*(name for name in KINDS if name != "record"), *stage.records))}
        raise InputError(Message("there is no kind of event or record “{name}”; there are {names}", names))
    if record and record not in stage.records:
        names = {"name": record, "names": ", ".join(stage.records) or "–"}
        raise InputError(Message("this stage admits no records “{name}”; it admits {names}", names))
    envelope = [_declared(field) for field in ENVELOPE if field.name not in NOT_IMPORTED]
    if record:
        fields, key = _record_fields(ruleset, record), tuple(ruleset.records[record].key) or None
    else:
        fields, key = _kind_fields(stage, kind), _KEYS.get(kind)
    if kind == "score" and stage.sheet is not None:
        key = ("judge", "contestant", *stage.sheet.keys, "criterion")
    checks = [] if kind in ("contestant", "opened", "judge") else _checks(stage)
    targets = {target.name: target for target in (*checks, *envelope, *fields)}
    criteria = stage.sheet.criteria if kind == "score" and stage.sheet else {}
    return Shape("record" if record else kind, record, key, targets, criteria, stage, kind in _CARRYING, ruleset)


def _kind_fields(stage: Stage, kind: str) -> list[Target]:
    """The fields of a kind of the vocabulary, and those that the stage declares for it."""
    found = []
    for field in KINDS[kind].fields:
        target = _declared(field)
        if field.name == "contestant":
            target = target._replace(
                labels=(*target.labels, *_labels(stage.contestant)), known="" if kind == "contestant" else "contestant"
            )
        elif field.name == "judge":
            target = target._replace(known="" if kind == "judge" else "judge")
            if kind == "judge":  # in a list of judges a number is theirs
                target = target._replace(labels=(*target.labels, "编号", "号码", "no.", "number"))
        elif field.name == "role":
            target = target._replace(one_of={"head": ("评委组长", "组长", "主任评委", "head judge"), "judge": ("评委", "judge")})
        elif field.name == "criterion" and stage.sheet is not None:
            target = target._replace(one_of={name: _labels(c.label) for name, c in stage.sheet.criteria.items()})
        elif field.name == "reason" and kind == "deduction" and stage.deductions is not None and stage.deductions.reasons:
            target = target._replace(type="id", one_of={name: _labels(label) for name, label in stage.deductions.reasons.items()})
        elif field.name == "value" and kind == "deduction" and stage.deductions is not None:
            target = target._replace(high=stage.deductions.most, places=stage.deductions.places)
        found.append(target)
    more: Mapping[str, DataField] = {}
    if kind == "opened":
        more = stage.fields
    elif kind == "contestant":
        more = stage.roster
    elif kind == "score" and stage.sheet is not None:
        more = stage.sheet.keys
    return [*found, *(_field(name, field) for name, field in more.items())]


def _record_fields(ruleset: Ruleset, record: str) -> list[Target]:
    declared = ruleset.records[record]
    found = [_field(name, field) for name, field in declared.fields.items()]
    for field in KINDS["record"].fields:
        if field.name == "judge" or (field.name == "contestant" and declared.contestant != "none"):
            required = field.name == "contestant" and declared.contestant == "required"
            found.append(_declared(field)._replace(required=required, known=field.name))
    return found


def _checks(stage: Stage) -> list[Target]:
    """Name and roster fields as a row of another kind may tell them beside, or in place of, the id."""
    name = Target(f"{CHECK}name", "text", False, ("name", "名称", *_WORDS["name"]), {})
    return [name, *(_field(n, f)._replace(name=CHECK + n, required=False) for n, f in stage.roster.items())]


def _declared(field: Field) -> Target:
    """A field of the vocabulary."""
    type = (
        "id"
        if field.name in ("contestant", "judge", "criterion", "competition", "id", "ruleset", "stage", "event", "source")
        else field.type
    )
    words = (field.name, field.en, field.zh, *_WORDS.get(field.name, ()))
    one_of: dict[str, tuple[str, ...]] = dict.fromkeys(field.one_of, ())
    low = None if field.least is None else Decimal(field.least)
    return Target(field.name, type if not one_of else "id", field.required and field.name != "id", words, one_of, low)


def _field(name: str, field: DataField) -> Target:
    """A field that the rulebook declares."""
    type = {"decimal": "number", "contestant": "id", "judge": "id"}.get(field.type, field.type)
    one_of = {value: _labels(label) for value, label in (field.one_of or {}).items()}
    known = field.type if field.type in IDENTITY else ""
    places = {"decimal": field.places, "integer": 0}.get(field.type)
    return Target(
        name, "id" if one_of and type == "text" else type, field.required, (name, *_labels(field.label)), one_of,
        field.low, field.high, field.step, places, known,
    )  # fmt: skip


def _labels(label: Label | None) -> tuple[str, ...]:
    return () if label is None else tuple(dict.fromkeys(text for text in (label.zh, label.en) if text))


def marks(shape: Shape, criterion: str, value: Target) -> Target:
    """The field `value` of a score with the bounds of its line of the sheet."""
    line = shape.criteria.get(criterion)
    sheet = shape.stage.sheet
    bounds = (line and line.marks) or (sheet and sheet.marks)
    return value if not bounds else value._replace(low=bounds.low, high=bounds.high, step=bounds.step)
