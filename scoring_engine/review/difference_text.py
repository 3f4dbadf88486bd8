"""A difference as text: what the rulebooks say differently, then each competition with who moved and what was gained or lost, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from scoring_engine.messages import Message
from scoring_engine.review.difference import is_empty
from scoring_engine.review.layout import broken, columns
from scoring_engine.review.ranking_text import chain
from scoring_engine.review.wording import CONSEQUENCES, STATES, STATUSES, condition, label, line, outcome, said

Json = dict[str, Any]

MARKS = {"new": "+", "gone": "−", "changed": "~"}
WORDS = {
    "rank": Message("rank"),
    "total": Message("total"),
    "status": Message("status"),
    "decided_by": Message("decided by"),
    "state": Message("state"),
    "stage": Message("stage"),
    "ruleset": Message("ruleset"),
    "version": Message("version"),
}
BEFORE = Message("before: {at} (seq {seq}), log {log}, result {result}")
AFTER = Message("after: {at} (seq {seq}), log {log}, result {result}")
NOTHING = Message("no difference")
RULEBOOKS = Message("the rulebooks differ in:")
LISTED = {"rejected": Message("rejected events:"), "notices": Message("notices:")}
FEW = 6
"""Measures of a contestant that are written out; of more their number is said."""


def text(difference: Json, lang: str = "en", cells: int | None = None) -> str:
    """The difference of two replays."""
    return "\n".join(line_ for one in _lines(difference, lang) for line_ in broken(one, cells, "      ")) + "\n"


def _lines(difference: Json, lang: str) -> Iterator[str]:
    if is_empty(difference):
        yield NOTHING.say(lang)
        return
    yield from sides(difference, lang)
    yield summary(difference, lang)
    if difference["rulebooks"]:
        yield ""
        yield RULEBOOKS.say(lang)
        yield from _indented(rulebook(one, lang) for one in difference["rulebooks"])
    for part in parts(difference):
        yield ""
        yield f"━━ {title(part.competition, difference)} ━━  {competition(part.changed, lang)}".rstrip()
        yield from _indented(standing(one, difference["names"], lang) for one in part.standings)
        yield from _indented(decision(one, difference["names"], lang) for one in part.decisions)
    for name, heading in LISTED.items():
        if difference[name]:
            yield ""
            yield heading.say(lang)
            yield from _indented(row(one) for one in difference[name])


def sides(difference: Json, lang: str) -> Iterator[str]:
    """What is compared: of each side the moment, the log and the result."""
    for side, title in (("before", BEFORE), ("after", AFTER)):
        one = difference[side]
        at = str(one["as_of"].get("at") or "–").replace("T", " ")[:16]
        args = {"at": at, "seq": str(one["as_of"].get("seq", "–")), "log": one["log"][:12], "result": one["result"][:12]}
        yield title._replace(args=args).say(lang)


def changes(difference: Json, lang: str) -> Iterator[str]:
    """The lines of one competition's standings and decisions."""
    yield from _indented(standing(one, difference["names"], lang) for one in difference["standings"])
    yield from _indented(decision(one, difference["names"], lang) for one in difference["decisions"])


def _indented(rows: Iterator[list[str]]) -> Iterator[str]:
    for one in columns(list(rows)):
        yield "  " + one


class Part(NamedTuple):
    """What differs in one competition; `changed` where it is itself new, gone or another."""

    competition: str
    changed: Json | None
    standings: list[Json]
    decisions: list[Json]


def parts(difference: Json) -> Iterator[Part]:
    """The competitions in which something differs."""
    standings, decisions = _by_competition(difference["standings"]), _by_competition(difference["decisions"])
    changed = {one["competition"]: one for one in difference["competitions"]}
    for id in dict.fromkeys((*standings, *decisions, *changed)):
        yield Part(id, changed.get(id), standings.get(id, []), decisions.get(id, []))


def title(competition: str, difference: Json) -> str:
    """A competition by its name and id."""
    return " · ".join(dict.fromkeys(filter(None, (difference["titles"].get(competition), competition))))


def _by_competition(entries: Sequence[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for one in entries:
        found.setdefault(one["competition"], []).append(one)
    return found


def summary(difference: Json, lang: str) -> str:
    """How many ranks, totals, awards and so on differ."""
    counts: Counter[str] = Counter()
    for one in difference["standings"]:
        counts.update(WORDS[name].say(lang) for name in ("total", "rank", "status") if name in one["changed"])
    for one in difference["decisions"]:
        counts[said(CONSEQUENCES, one["kind"], lang)] += 1
    listed = ", ".join(f"{word} {n}" for word, n in counts.items())
    return Message("changed: {counts}", {"counts": listed or "–"}).say(lang)


def rulebook(one: Json, lang: str) -> list[str]:
    """What a rulebook says differently: the entry, its values, clause and line."""
    values = f"{one['values'][0] or '–'} → {one['values'][1] or '–'}" if "values" in one else ""
    return [f"{one['ruleset']}: {one['kind']}.{one['name']}", values, f"{one.get('ref', '')}  {line(one.get('line'), lang)}".strip()]


def competition(one: Json | None, lang: str) -> str:
    """What of a competition itself is new, gone or another."""
    if one is None:
        return ""
    if one["change"] != "changed":
        return MARKS[one["change"]]
    pairs = (f"{said(WORDS, name, lang)} {_short(a, lang)} → {_short(b, lang)}" for name, (a, b) in one["changed"].items())
    return ", ".join(pairs)


def _short(value: str, lang: str) -> str:
    return value[:12] if len(value) == 64 else said(STATES, value, lang)


def _person(id: str, names: dict[str, str]) -> str:
    return f"{names[id]} ({id})" if id in names else id


def standing(one: Json, names: dict[str, str], lang: str) -> list[str]:
    """Who moved: what was, what is, and what is responsible."""
    why = one.get("why", {})
    labels = {name: label(of, lang, name) for name, of in why.get("labels", {}).items()}
    changed = dict(one["changed"])
    leading = [name for name in ("status", "rank", "total", "decided_by") if name in changed]
    others = [name for name in changed if name not in leading]
    if one["change"] != "changed":
        leading, others = [name for name in ("status", "rank", "total") if name in changed], []
    texts = [_pair(name, changed[name], labels, lang) for name in (*leading, *others[:FEW])]
    if len(others) > FEW:
        texts.append(Message("{n} more", {"n": str(len(others) - FEW)}).say(lang))
    return [MARKS[one["change"]], _person(one["contestant"], names), ", ".join(texts), _because(why, labels, names, lang)]


def _pair(name: str, pair: Sequence[Any], labels: dict[str, str], lang: str) -> str:
    shown = [said(STATUSES, value, lang) if name == "status" and value else "–" if value is None else str(value) for value in pair]
    if name == "decided_by":
        shown = [labels.get(value, value) for value in shown]
    named = labels.get(name) or said(WORDS, name, lang)
    return f"{named} {shown[0]} → {shown[1]}"


class _Labels:
    """The labels of some measures, for formulas and chains."""

    def __init__(self, labels: dict[str, str], lang: str) -> None:
        self.labels = labels
        self.lang = lang

    def __call__(self, table: str, name: str) -> str:
        return self.labels.get(name, name)


def _because(why: Json, labels: dict[str, str], names: dict[str, str], lang: str) -> str:
    """The measures with clause and line, and the links of the chain that decide now."""
    texts = [" ".join(filter(None, (labels[one["measure"]], one["ref"], line(one["line"], lang)))) for one in why.get("measures", [])[:FEW]]
    for side, template in (("above", Message("below {who}: ")), ("below", Message("above {who}: "))):
        if side in why:
            link = why[side]
            who = template._replace(args={"who": _person(link["contestant"], names)}).say(lang)
            texts.append(who + chain([link | {"outcome": "decides"}], True, _Labels(labels, lang)))
    if why.get("missing"):
        texts.append(Message("not ranked: {measures} missing", {"measures": ", ".join(why["missing"])}).say(lang))
    return "; ".join(texts)


def decision(one: Json, names: dict[str, str], lang: str) -> list[str]:
    """What was gained, lost or changed, by which rule, and why."""
    whom = _person(one["recipient"], names)
    if one["contestant"] != one["recipient"]:
        whom = Message("{who} for {contestant}", {"who": whom, "contestant": _person(one["contestant"], names)}).say(lang)
    shown = outcome(one, lang)
    changed = one["changed"]
    if one["change"] == "changed":
        if "value" in changed:
            before, after = changed["value"]
            shown = outcome({name: value for name, value in one.items() if name != "value"}, lang) + f": {before or '–'} → {after or '–'}"
        if "status" in changed:
            shown += ": " + " → ".join(said(STATUSES, status, lang) for status in changed["status"])
    elif one["status"] != "granted":
        shown += f" [{said(STATUSES, one['status'], lang)}]"
    rule = " ".join(filter(None, (one["rule"], label(one["rule_label"], lang, ""), one["ref"], line(one["rule_line"], lang))))
    return [MARKS[one["change"]], shown, whom, rule, _why(one, lang)]


def _why(one: Json, lang: str) -> str:
    why = one.get("why", {})
    notes = [Message(note["text"], note["args"]).say(lang) for note in one["changed"].get("note", []) if note]
    if "failed" in why:
        failed = "; ".join(condition(leaf, True, lang) for leaf in why["failed"])
        args = {"failed": failed or Message("nothing is recorded that it could hold for").say(lang)}
        gone, new = Message("does not hold now: {failed}", args), Message("did not hold before: {failed}", args)
        return (gone if one["change"] == "gone" else new).say(lang)
    if "not_listed" in why:
        return Message("{contestant} is not on the list", {"contestant": why["not_listed"]}).say(lang)
    if "no_rule" in why:
        return Message("the other rulebook has no such rule").say(lang)
    if "absent" in why:
        return Message("the competition is not there").say(lang)
    if "holds" in why and one["kind"] == "grade":
        return Message("another grade is given").say(lang)
    return " → ".join(notes)


def row(one: Json) -> list[str]:
    """A rejected event, or a notice."""
    names = [name for name in ("competition", "contestant", "id", "field", "value", "code", "rule") if one.get(name)]
    return [MARKS[one["change"]], " · ".join(str(one[name]) for name in names), one.get("reason") or one.get("text") or ""]
