"""The vocabulary of events: every kind with its fields, in one place.

What reads, checks, documents or shows events takes it from here: intake, the codecs, the pydantic models and the JSON Schema
(`models`), the headers of tables. It is plain data, cheap to import.
"""

from __future__ import annotations

from typing import NamedTuple

TYPES = ("text", "number", "integer", "boolean", "time", "date", "list", "object")


class Field(NamedTuple):
    """A field of an event.

    type      one of `TYPES`: number is exact decimal, time ISO 8601 with offset, date an ISO day; an object may be given as a list
              where its keys do not matter
    least     smallest number admitted, None for any
    one_of    texts admitted, empty for any
    """

    name: str
    type: str
    required: bool
    en: str
    zh: str
    doc: str
    least: int | None = None
    one_of: tuple[str, ...] = ()


class Kind(NamedTuple):
    """A kind of event. `open`: the ruleset may declare further fields."""

    name: str
    group: str
    en: str
    zh: str
    doc: str
    fields: tuple[Field, ...]
    open: bool = False


GROUPS = {
    "setup": ("set-up", "准备"),
    "marks": ("marks", "评分"),
    "status": ("status", "状态"),
    "control": ("control", "流程"),
    "carried": ("carried between competitions", "结转"),
}
"""Groups of kinds with their English and Chinese labels."""

ENVELOPE = (
    Field("seq", "integer", False, "sequence", "序号", "place in the log, given by the ledger; the order of lines where a file has none"),
    Field("id", "text", True, "event id", "事件编号", "made by the writer; the same id counts once however often it is delivered"),
    Field("at", "time", False, "time", "时间", "when it happened, with the offset of the writer's clock"),
    Field("competition", "text", True, "competition", "赛事", "the competition it belongs to"),
    Field("kind", "text", True, "kind", "事件类型", "what happened: one of the kinds of this vocabulary"),
    Field("by", "text", False, "recorded by", "记录人", "who wrote it"),
    Field("device", "text", False, "device", "设备", "the device it was written on"),
    Field("n", "integer", False, "device count", "设备序号", "the device's own count of its events"),
)
"""The fields that every event may have; they come first in CSV, but for by, device and n, which come last."""


def _contestant(doc: str = "id of the contestant", required: bool = True) -> Field:
    return Field("contestant", "text", required, "contestant", "选手", doc)


def _judge(doc: str = "id of the judge", required: bool = True) -> Field:
    return Field("judge", "text", required, "judge", "评委", doc)


def _reason(required: bool = True) -> Field:
    return Field("reason", "text", required, "reason", "原因", "why, in words")


def _source(doc: str) -> Field:
    return Field("source", "text", False, "from competition", "来源赛事", doc)


_NAME = Field("name", "text", False, "name", "名称", "as shown in tables")
_RULE = Field("rule", "text", False, "rule", "规则", "the rule that gave it")
_WHOM = _contestant("id of the contestant; all of the competition when left out", required=False)
_EVENT = Field("event", "text", True, "event", "所涉事件", "id of the event that is meant")


def _status(name: str, en: str, zh: str, doc: str) -> Kind:
    return Kind(name, "status", en, zh, doc, (_contestant(), _reason()))


_KINDS = (
    Kind(
        "opened", "setup", "opened", "开赛", "Opens a competition and pins its rulebook.",
        (
            Field("ruleset", "text", True, "ruleset", "规则集", "id of the rulebook"),
            Field("stage", "text", True, "stage", "赛段", "the stage of the rulebook that it is held under"),
            Field("version", "text", False, "ruleset version", "规则版本", "version of the rulebook that is meant"),
            Field("sha256", "text", False, "ruleset SHA-256", "规则摘要", "SHA-256 of the rulebook's file"),
            Field("name", "text", False, "name", "名称", "of the competition, as shown in tables"),
            Field("date", "date", False, "date", "日期", "the day that dated parameters go by; the day of `at` when left out"),
            Field("feeds", "object", False, "feeds", "结转至", "link → id of the competition that takes its results; or a list of ids"),
            Field("seed", "text", False, "seed", "随机种子", "text that lots are drawn from"),
        ),
        open=True,
    ),
    Kind("contestant", "setup", "contestant", "选手登记", "Enters a contestant in the roster.", (_contestant(), _NAME), open=True),
    Kind(
        "judge", "setup", "judge", "评委登记", "Enters a judge.",
        (
            _judge(),
            _NAME,
            Field("unit", "text", False, "unit", "单位", "where the judge belongs"),
            Field("role", "text", False, "role", "职责", "head for the head judge", one_of=("head", "judge")),
        ),
    ),
    Kind(
        "draw", "setup", "draw", "抽签", "The outcome of a draw by lot.",
        (
            _contestant(),
            Field("value", "integer", True, "number drawn", "签号", "running order or lot number"),
            Field("purpose", "text", False, "purpose", "用途", "what was drawn for; order when left out", one_of=("order", "lot")),
        ),
    ),
    Kind(
        "score", "marks", "score", "打分", "A judge's mark for a contestant on one criterion.",
        (
            _judge(),
            _contestant(),
            Field("criterion", "text", True, "criterion", "评分项", "the line of the sheet"),
            Field("value", "number", True, "mark", "分值", "the mark"),
        ),
        open=True,
    ),
    Kind(
        "comment", "marks", "comment", "点评", "A judge's words, on a contestant or on the competition.",
        (_judge(required=False), _contestant(required=False), Field("text", "text", True, "text", "内容", "what was said")),
    ),
    Kind(
        "amended", "marks", "amended", "更正", "Corrects an earlier event: the fields given here replace that event's.",
        (
            _EVENT,
            Field("value", "number", False, "new value", "更正值", "the value that counts from now on"),
            _reason(),
            Field("by", "text", True, "corrected by", "更正人", "who answers for the correction"),
        ),
        open=True,
    ),
    Kind("voided", "marks", "voided", "作废", "Takes an earlier event out.", (_EVENT, _reason())),
    Kind(
        "deduction", "marks", "deduction", "扣分", "Points off.",
        (_contestant(), Field("value", "number", True, "points off", "扣分值", "how many, not negative", least=0), _reason()),
    ),
    Kind(
        "record", "marks", "record", "记录", "A countable fact of a kind that the rulebook declares.",
        (
            Field("record", "text", True, "record", "记录类别", "the kind of record"),
            _contestant(required=False),
            _judge(required=False),
        ),
        open=True,
    ),
    Kind("recused", "status", "recused", "回避", "A judge does not judge a contestant.", (_judge(), _WHOM, _reason(required=False))),
    _status("excused", "excused", "请假", "The contestant is away with leave."),
    _status("absent", "absent", "缺考", "The contestant did not come."),
    _status("withdrawn", "withdrawn", "弃权", "The contestant gave up."),
    _status("disqualified", "disqualified", "取消成绩", "The contestant's result is void."),
    _status("reinstated", "reinstated", "恢复资格", "Takes back excused, absent, withdrawn or disqualified."),
    Kind("submitted", "control", "submitted", "提交", "A judge hands in the sheet of a contestant.", (_judge(), _contestant())),
    Kind("returned", "control", "returned", "退回", "A sheet goes back to the judge.", (_judge(), _contestant(), _reason())),
    Kind("locked", "control", "locked", "锁定", "No more marks from here on.", (_WHOM, _reason(required=False))),
    Kind("unlocked", "control", "unlocked", "解锁", "Marks are admitted again.", (_WHOM, _reason(required=False))),
    *(
        Kind(
            name, "control", name, zh, doc,
            (
                Field("version", "integer", False, "result version", "结果版本", "which version of the result"),
                Field("replaces", "integer", False, "replaces version", "替代版本", "the version that it takes the place of"),
            ),
        )
        for name, zh, doc in (
            ("confirmed", "确认", "The result is confirmed by those who answer for it."),
            ("published", "公示", "The result is made public."),
        )
    ),
    Kind("objection", "control", "objection", "异议", "Somebody objects to a result.", (_contestant(required=False), _reason())),
    Kind(
        "ruling", "control", "ruling", "裁定", "The answer to an objection.",
        (
            Field("event", "text", True, "objection", "所涉异议", "id of the objection"),
            Field("upheld", "boolean", True, "upheld", "是否成立", "whether the objection was right"),
            _reason(),
        ),
    ),
    Kind(
        "discretion", "control", "discretion", "酌情决定", "A decision that a rule leaves to people, with who approved it.",
        (
            Field("about", "text", True, "about", "事项", "tie, or the id of the rule that asked"),
            _contestant(required=False),
            Field("value", "number", False, "value", "决定值", "order number among the tied, or amount"),
            Field("grant", "boolean", False, "granted", "是否给予", "whether it is granted"),
            Field("approver", "text", True, "approved by", "批准人", "who approved it"),
            _reason(),
        ),
    ),
    Kind(
        "bonus", "carried", "bonus", "加分", "Points earned in another competition.",
        (_contestant(), Field("value", "number", True, "points", "加分值", "how many"), _source("where it was earned"), _RULE),
    ),
    Kind(
        "advanced", "carried", "advanced", "晋级", "A contestant comes from another competition, with measures that travel along.",
        (_contestant(), _source("where from"), Field("rank", "integer", False, "rank there", "原名次", "rank in that competition")),
        open=True,
    ),
    Kind(
        "barred", "carried", "barred", "不得评先评优", "A contestant is barred from honours by another competition.",
        (
            _contestant(),
            Field("honours", "list", True, "barred from", "限制事项", "the honours that are barred"),
            _source("where it arose"),
            _RULE,
        ),
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Every kind of event by its name."""

COMMON = ("by", "device", "n")
"""Envelope fields that are kept in the frames."""

_TYPES: dict[str, dict[str, str]] = {
    kind.name: {field.name: field.type for field in (*ENVELOPE, *kind.fields)} for kind in _KINDS
}


def field_type(kind: str, field: str) -> str | None:
    """The type of a field that the vocabulary declares; None for one that is left to the ruleset."""
    return _TYPES[kind].get(field)


def field_order(kind: str) -> tuple[str, ...]:
    """The declared fields of a kind in the order in which they are written, without those of the envelope."""
    return tuple(field.name for field in KINDS[kind].fields if field.name not in COMMON)
