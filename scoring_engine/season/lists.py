"""The tables beside the standings, as columns: decisions, notices, events that were not admitted, and the competitions themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.decisions.outcomes import PLAIN
from scoring_engine.decisions.words import STATUSES
from scoring_engine.messages import Message
from scoring_engine.scoring.tables import pack
from scoring_engine.scoring.vectors import Ints, Lexicon
from scoring_engine.season.columns import ColumnTable, TextColumn, WholeColumn, text_column
from scoring_engine.season.forms import COMPETITIONS, DECISIONS, DIGEST_NOTICES, NOTICES, REJECTED, STATES
from scoring_engine.season.heads import WHOLE
from scoring_engine.season.result import ColumnInfo
from scoring_engine.season.spelling import Spelled

if TYPE_CHECKING:
    from scoring_engine.events.log import Log
    from scoring_engine.events.rejection import Rejection
    from scoring_engine.scoring.intake.effective import Facts
    from scoring_engine.season.opening import Openings
    from scoring_engine.season.settled import Settled


def decisions(settled: Sequence[Settled], opened: Openings, lexicon: Lexicon, lang: str) -> ColumnTable:
    """The decisions of all competitions, in their order and that of the outcomes: a row for each honour of a bar."""
    infos = [ColumnInfo(name, None, "number" if name == "value" else "text") for name in DECISIONS]
    parts = [_decisions(one, opened, lang) for one in settled if len(one.outcomes)]
    if not parts:
        return ColumnTable.empty(infos)
    whole = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    order = np.argsort(whole[0], kind="stable")
    competition, *arrays = whole[0][order], *(TextColumn(codes[order], lexicon.texts) for codes in whole[1:])

    def spelled() -> Spelled:
        """In JSON, of which digests are made, there are no notes."""
        lists = arrays[:-1]
        noted = (arrays[-1].codes != lexicon.code("")).any()
        return Spelled(arrays, competition, lists) if noted else Spelled([*lists, None], competition)

    return ColumnTable(infos, arrays, spelled)


def _decisions(one: Settled, opened: Openings, lang: str) -> list[Ints]:
    """Index of the competition, and the codes of each column."""
    out, lexicon = one.outcomes, one.scored.batch.lexicon
    plans = [consequence.plan for consequence in out.consequences]
    refs = {decision["id"]: decision["ref"] for decision in out.decisions}
    rules = [out.rule(number) for number in range(len(plans))]
    names = [plan["honours"] or [plan["name"]] for plan in plans]
    many = np.array([len(each) for each in names], np.int64)
    entries = np.repeat(np.arange(len(out)), many[out.consequence])
    consequence = out.consequence[entries]
    first = (np.cumsum(many) - many)[consequence]
    turn = np.arange(entries.size) - np.repeat(np.cumsum(many[out.consequence]) - many[out.consequence], many[out.consequence])
    competition = one.members[out.competition[entries]]

    def words(texts: Iterable[str]) -> Ints:
        return lexicon.codes(texts)[consequence]

    return [
        competition,
        opened.id_codes[competition],
        one.codes(out.recipient)[entries],
        words(rules),
        words(plan["kind"] for plan in plans),
        lexicon.codes(name for each in names for name in each)[first + turn],
        _values(one)[entries],
        words(plan["to"] or "" for plan in plans),
        words(refs[rule] for rule in rules),
        lexicon.codes(STATUSES)[out.status[entries]],
        _notes(one, lang)[entries],
    ]


def _values(one: Settled) -> Ints:
    """The code of the value of each outcome as people read it, found once for each distinct value."""
    out, lexicon = one.outcomes, one.scored.batch.lexicon
    codes = np.full(len(out), -1, np.int64)
    for number, consequence in enumerate(out.consequences):
        if consequence.plan["column"] is not None:
            entries = out.of(number)
            field = one.field(number)
            there = entries[out.valued[entries] if field.kind == "number" else field.ok[out.row[entries]]]
            shown = out.value[there] if field.kind == "number" else field.values[out.row[there]].astype(np.int64)
            _, first, back = np.unique(shown, return_index=True, return_inverse=True)
            said = [one.value(entry) or "" for entry in there[first].tolist()]
            codes[there] = lexicon.codes(said)[back.reshape(there.size)]
    return codes


def _notes(one: Settled, lang: str) -> Ints:
    """The code of what is said of each outcome: why it has its status, or whose result it is; each text made once."""
    out, lexicon = one.outcomes, one.scored.batch.lexicon
    other = np.where((out.recipient == out.contestant) | (out.why != PLAIN), -1, out.contestant + 1)
    if (out.why == PLAIN).all() and other.max() < 0:
        return np.full(len(out), lexicon.code(""), np.int64)
    key = pack([out.why.astype(np.int64), out.detail, out.consequence, out.status.astype(np.int64), other + 1])
    _, first, back = np.unique(key, return_index=True, return_inverse=True)
    said = []
    for entry in first.tolist():
        note = out.note(entry)
        if note is None and other[entry] >= 0:
            note = Message("for the result of {contestant}", {"contestant": out.person(int(out.contestant[entry]))})
        said.append("" if note is None else note.say(lang))
    return lexicon.codes(said)[back.reshape(len(out))]


def notices(settled: Sequence[Settled], opened: Openings, lexicon: Lexicon, lang: str) -> ColumnTable:
    """What a person should know: competition, code, contestant and the text, each once."""
    infos = [ColumnInfo(name) for name in NOTICES]
    parts: list[list[Ints]] = []
    for one in settled:
        for notice in one.scored.batch.notices:
            who = np.where(notice.contestant < 0, lexicon.code(""), notice.contestant)
            words = lexicon.codes((notice.code, notice.message.say(lang)))
            parts.append([one.members[notice.competition], np.full(who.size, words[0]), who, np.full(who.size, words[1])])
    if not parts:
        return ColumnTable.empty(infos)
    competition, code, who, text = (np.concatenate(column) for column in zip(*parts, strict=True))
    key = pack([competition, *(_alphabetical(codes, lexicon) for codes in (code, who, text))])
    _, rows = np.unique(key, return_index=True)
    arrays = [TextColumn(codes, lexicon.texts) for codes in (opened.id_codes[competition[rows]], code[rows], who[rows], text[rows])]
    lists = [arrays[NOTICES.index(name)] for name in DIGEST_NOTICES]
    return ColumnTable(infos, arrays, lambda: Spelled(arrays, competition[rows], lists))


def _alphabetical(codes: Ints, lexicon: Lexicon) -> Ints:
    """Integers that sort as the texts of the codes do."""
    distinct, back = np.unique(codes, return_inverse=True)
    texts = lexicon.decode(distinct)
    turn = {text: n for n, text in enumerate(sorted(texts))}
    return np.array([turn[text] for text in texts], np.int64)[back.reshape(codes.size)]


def rejected(rejections: Sequence[Rejection], lang: str) -> ColumnTable:
    """The events that were not admitted."""
    infos = [ColumnInfo(name, None, "integer" if name in WHOLE else "text") for name in REJECTED]
    if not rejections:
        return ColumnTable.empty(infos)
    said: dict[int, str] = {}  # a message is shared by many events, and saying it costs more than all else here
    for r in rejections:
        if id(r.message) not in said:
            said[id(r.message)] = r.message.say(lang)
    rows: list[tuple[Any, ...]] = [
        (r.line, r.id, r.field, r.value, r.rule, said[id(r.message)], r.file, r.seq, r.competition) for r in rejections
    ]
    arrays: list[TextColumn | WholeColumn] = []
    for name, values in zip(REJECTED, zip(*rows, strict=True), strict=True):
        if name in ("line", "seq"):
            num = np.array([value or 0 for value in values], np.int64)
            arrays.append(WholeColumn(num, np.array([value is not None for value in values], bool)))
        else:
            arrays.append(text_column(values))
    return ColumnTable(infos, arrays)


def states(log: Log, facts: Mapping[str, Facts], opened: Openings) -> Ints:
    """How far each competition has come, as an index into `STATES`."""
    state = np.zeros(len(opened), np.int64)
    for number, kind in enumerate(STATES):
        if number and kind in facts:
            reached = np.zeros(len(log.competition.texts), bool)
            reached[log.competition.codes[facts[kind].position]] = True
            state[reached[opened.code]] = number
    return state


def competitions(opened: Openings, state: Ints, lexicon: Lexicon, lang: str, digests: Sequence[str]) -> ColumnTable:
    """The competitions, the rulebook each was replayed under, and the digest of its result."""
    chosen = [
        (
            one.stage,
            one.plan["id"],
            one.plan["version"],
            one.plan["sha256"],
            "true" if one.pinned else "false",
            "" if one.note is None else one.note.say(lang),
        )
        for one in opened.choices
    ]
    codes = lexicon.codes(["", *STATES, *(text for column in zip(*chosen, strict=True) for text in column)])
    stage, ruleset, version, sha256, pinned, note = codes[1 + len(STATES) :].reshape(6, -1)[:, opened.choice]
    name = np.where(opened.name < 0, codes[0], opened.name)
    columns = (opened.id_codes, name, stage, ruleset, version, sha256, pinned, codes[1:][state], note)
    arrays = [*(TextColumn(column, lexicon.texts) for column in columns), TextColumn(np.arange(len(opened)), list(digests))]
    return ColumnTable([ColumnInfo(name) for name in COMPETITIONS], arrays)
