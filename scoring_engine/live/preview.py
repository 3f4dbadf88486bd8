"""What events would change before they are written: the replay of the log against the replay of the log with them.

Everything that follows is compared, in all competitions of the ledger: ranks, totals, awards and other decisions, bars, what is
carried to other competitions, and so the year-end result, where its competition is in the same ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scoring_engine.live.refusals import both
from scoring_engine.messages import LANGUAGES
from scoring_engine.report.labels import Labels

if TYPE_CHECKING:
    from scoring_engine.events.rejection import Rejection
    from scoring_engine.season.result import Replay

CARRIED = ("bonus", "barred", "advanced")


def difference(before: Replay, after: Replay, refused: Iterable[Rejection]) -> dict[str, Any]:
    """{refused, standings, decisions, carried, rejected, titles, people}: what is different.

    standings   competition, contestant, name and changes {column: [before, after]}; before or after null where there was no row
    decisions   competition, contestant, rule, consequence, name, label, before and after: {status, value, note} or null
    carried     kind, to, contestant, source, rule, before and after value or null
    rejected    events of the ledger that would not count any more, and those that would count again, with the reason
    titles      competition → what it is called; people: competition → contestant → name
    """
    return {
        "refused": [
            {"id": r.id, "rule": r.rule, "field": r.field, "message": both(r.message)} for r in refused
        ],
        "standings": _standings(before, after),
        "decisions": _decisions(before, after),
        "carried": _carried(before, after),
        "rejected": _rejected(before, after),
        "titles": {one.id: one.name or one.id for one in after.competitions},
        "people": _people(before, after),
    }  # fmt: skip


def _people(before: Replay, after: Replay) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in (*before.standings.records(), *after.standings.records()):
        found.setdefault(row["competition"], {})[row["contestant"]] = row["name"] or row["contestant"]
    return found


def _standings(before: Replay, after: Replay) -> list[dict[str, Any]]:
    def keyed(replay: Replay) -> dict[tuple[str, str], Mapping[str, Any]]:
        return {(row["competition"], row["contestant"]): row for row in replay.standings.records()}

    old, new = keyed(before), keyed(after)
    found = []
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key, {}), new.get(key, {})
        changes = {name: [was.get(name), now.get(name)] for name in dict.fromkeys((*now, *was)) if was.get(name) != now.get(name)}
        if changes:
            found.append({"competition": key[0], "contestant": key[1], "name": (now or was)["name"], "changes": changes})
    return found


def _decisions(before: Replay, after: Replay) -> list[dict[str, Any]]:
    names = ("competition", "contestant", "rule", "consequence", "name", "to")

    def keyed(replay: Replay) -> dict[tuple[Any, ...], dict[str, Any]]:
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in replay.decisions.records():
            found[tuple(row[name] for name in names)] = {name: row[name] for name in ("status", "value", "note")}
        return found

    old, new = keyed(before), keyed(after)
    labels = {lang: Labels(after, lang) for lang in LANGUAGES}
    found = []
    for key in dict.fromkeys((*new, *old)):
        if old.get(key) != new.get(key):
            named = dict(zip(names, key, strict=True))
            label = {lang: _label(words, named) for lang, words in labels.items()}
            found.append({**named, "label": label, "before": old.get(key), "after": new.get(key)})
    return found


def _label(labels: Labels, decision: Mapping[str, Any]) -> str:
    """What the rulebook calls a decision: the rule, and the award or the like where it has a name of its own."""
    rule = labels.rule(decision["competition"], decision["rule"])
    outcome = labels.outcome(decision["competition"], decision["name"]) if decision["name"] else ""
    return " · ".join(dict.fromkeys(filter(None, (rule, outcome))))


def _carried(before: Replay, after: Replay) -> list[dict[str, Any]]:
    names = ("kind", "to", "contestant", "source", "rule")

    def keyed(replay: Replay) -> dict[tuple[Any, ...], Any]:
        return {tuple(row[name] for name in names): {"value": row["value"]} for row in replay.carried()}

    old, new = keyed(before), keyed(after)
    return [
        {**dict(zip(names, key, strict=True)), "before": old.get(key), "after": new.get(key)}
        for key in dict.fromkeys((*new, *old))
        if old.get(key) != new.get(key)
    ]


def _rejected(before: Replay, after: Replay) -> list[dict[str, Any]]:
    old = {r.id: r for r in before.rejections}
    new = {r.id: r for r in after.rejections if r.file != "<events>"}
    return [
        {"id": id, "kind": (new.get(id) or old[id]).kind, "counts": id not in new, "message": both((new.get(id) or old[id]).message)}
        for id in dict.fromkeys((*new, *old))
        if (id in old) != (id in new)
    ]
