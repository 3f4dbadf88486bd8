"""A replayed season as text for a terminal: each competition's table, then decisions, rejected events and notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from scoring_engine.messages import Message
from scoring_engine.report.align import aligned
from scoring_engine.report.words import CONSEQUENCES, STATUSES, heading, say

if TYPE_CHECKING:
    from scoring_engine.season.result import ColumnInfo, Competition, Replay, Table

Row = tuple[Any, ...]

FEW = 3  # a stage of more competitions than this is summarised, one line a competition
LINES = 60  # a longer list is cut; both only unless everything is asked for

# Columns of the standings that say where a row belongs rather than what the contestant achieved.
PLACE = ("competition", "stage", "scope", "contestant", "name", "rank", "status", "decided_by")


def season(replay: Replay, lang: str = "en", full: bool = False) -> str:
    """The whole result as text. `full` shows every competition's table and every line."""
    stages: dict[str, list[Competition]] = {}
    for competition in replay.competitions:
        stages.setdefault(competition.stage, []).append(competition)
    standings = _by_competition(replay.standings)
    decisions = _by_competition(replay.decisions)
    parts: list[Iterator[str]] = []
    for competitions in stages.values():
        if full or len(competitions) <= FEW:
            for competition in competitions:
                rows = standings.get(competition.id, [])
                parts.append(_competition(competition, replay.standings, rows, lang))
                parts.append(_decisions(replay.decisions, decisions.get(competition.id, []), lang, full))
        else:
            parts.append(_stage(competitions, replay.standings, standings, lang, full))
            parts.append(_counts(replay.decisions, [row for c in competitions for row in decisions.get(c.id, [])], lang))
    parts += [_rejected(replay.rejected, lang, full), _notices(replay.notices, lang, full), _seal(replay, lang)]
    return "\n".join(line for part in parts for line in part) + "\n"


def _by_competition(table: Table) -> dict[str, list[Row]]:
    at = _position(table, "competition")
    found: dict[str, list[Row]] = {}
    for row in table.rows:
        found.setdefault(row[at], []).append(row)
    return found


def _position(table: Table, name: str) -> int:
    return table.names.index(name)


def _competition(competition: Competition, table: Table, rows: Sequence[Row], lang: str) -> Iterator[str]:
    """A competition's own table."""
    yield _title(" · ".join(dict.fromkeys(filter(None, (competition.name, competition.id)))))
    yield _basis([competition], lang)
    names = table.names
    if not rows:
        yield Message("no contestants").say(lang)
        yield ""
        return
    rank, status, scope, decided = (names.index(name) for name in ("rank", "status", "scope", "decided_by"))
    scoped = len({row[scope] for row in rows}) > 1
    measures = [i for i, name in enumerate(names) if name not in PLACE and any(row[i] not in (None, "") for row in rows)]
    # The total repeats the first measure of the ranking chain: shown once, under the measure's own name.
    total = names.index("total")
    measures = [i for i in measures if i != total] if any(_same(rows, total, i) for i in measures if i != total) else measures
    parted = any(row[decided] not in (None, "") for row in rows)
    chosen = [rank, names.index("contestant"), names.index("name"), *([scope] if scoped else []), *measures, *([decided] if parted else [])]
    shown = [[_cell(row[i]) for i in chosen] for row in rows]
    for line, row in zip(shown, rows, strict=True):
        if row[rank] in (None, ""):
            line[0] = say(STATUSES, row[status], lang)
        elif row[status] != "ranked":
            line[0] += f" {say(STATUSES, row[status], lang)}"
    headers = [_heading(table.columns[i], lang) for i in chosen]
    yield from aligned(headers, shown, [_numeric(table.columns[i]) for i in chosen])
    yield ""


def _same(rows: Sequence[Row], one: int, other: int) -> bool:
    return all(row[one] == row[other] for row in rows)


def _stage(
    competitions: Sequence[Competition], table: Table, standings: dict[str, list[Row]], lang: str, full: bool
) -> Iterator[str]:
    """A stage of many competitions: one line each."""
    yield _title(Message("{stage}: {n} competitions", {"stage": competitions[0].label(lang), "n": str(len(competitions))}).say(lang))
    yield _basis(competitions, lang)
    rank, name, contestant, total = (_position(table, column) for column in ("rank", "name", "contestant", "total"))
    lines = []
    for competition in competitions[: None if full else LINES]:
        rows = standings.get(competition.id, [])
        ranked = [row for row in rows if row[rank] not in (None, "")]
        first = [row for row in ranked if str(row[rank]) == "1"]
        leaders = "、".join(row[name] or row[contestant] for row in first[:3]) + ("…" if len(first) > 3 else "")
        lines.append([competition.id, competition.name, str(len(rows)), str(len(ranked)), leaders, _cell(first[0][total]) if first else ""])
    headers = [heading(name, lang) for name in ("competition", "name", "entered", "ranked", "first", "total")]
    yield from aligned(headers, lines, [False, False, True, True, False, True])
    yield from _more(len(competitions) - len(lines), lang)
    yield ""


def _basis(competitions: Sequence[Competition], lang: str) -> str:
    """The rulebooks that the competitions stand on, and what is to be known about them."""
    parts = []
    for c in {(c.ruleset, c.version, c.sha256, c.pinned, c.note): c for c in competitions}.values():
        pinned = Message("pinned by the log") if c.pinned else Message("not pinned by the log")
        parts.append(" ".join(filter(None, (f"{c.ruleset}@{c.version} ({c.sha256[:12]}, {pinned.say(lang)})", c.note))))
    return Message("ruleset {rulesets}", {"rulesets": "; ".join(parts)}).say(lang)


def _decisions(table: Table, rows: Sequence[Row], lang: str, full: bool) -> Iterator[str]:
    """The decisions of one competition."""
    if not rows:
        return
    names = table.names
    chosen = [i for i, name in enumerate(names) if name != "competition" and any(row[i] not in (None, "") for row in rows)]
    shown = []
    for row in rows[: None if full else LINES]:
        cells = [_cell(row[i]) for i in chosen]
        for j, i in enumerate(chosen):
            if names[i] in ("consequence", "status"):
                cells[j] = say(CONSEQUENCES if names[i] == "consequence" else STATUSES, cells[j], lang)
        shown.append(cells)
    yield _subtitle(Message("Decisions").say(lang))
    yield from aligned([_heading(table.columns[i], lang) for i in chosen], shown, [_numeric(table.columns[i]) for i in chosen])
    yield from _more(len(rows) - len(shown), lang)
    yield ""


def _counts(table: Table, rows: Sequence[Row], lang: str) -> Iterator[str]:
    """How often each rule of a summarised stage had which consequence."""
    if not rows:
        return
    columns = [_position(table, name) for name in ("rule", "consequence", "name", "status", "ref")]
    counts = Counter(tuple(_cell(row[i]) for i in columns) for row in rows)
    lines = [
        [rule, say(CONSEQUENCES, kind, lang), name, say(STATUSES, status, lang), str(n), ref]
        for (rule, kind, name, status, ref), n in counts.items()
    ]
    headers = [heading(name, lang) for name in ("rule", "consequence", "name", "status", "times", "ref")]
    yield _subtitle(Message("Decisions").say(lang))
    yield from aligned(headers, lines, [False, False, False, False, True, False])
    yield ""


def _rejected(table: Table, lang: str, full: bool) -> Iterator[str]:
    """The events that were not admitted."""
    if not table.rows:
        return
    yield _title(Message("{n} events rejected", {"n": str(len(table.rows))}).say(lang))
    yield from _listed(table, lang, full)


def first_rejected(replay: Replay, lang: str) -> str:
    """The first event that was not admitted, as one line."""
    table = replay.rejected
    row = {name: _cell(value) for name, value in zip(table.names, table.rows[0], strict=True)}
    return Message("{file}:{line}: event {id} is not admitted: {reason}", row).say(lang)


def _notices(table: Table, lang: str, full: bool) -> Iterator[str]:
    """What a person should know about the result."""
    if not table.rows:
        return
    yield _title(Message("Notices").say(lang))
    yield from _listed(table, lang, full)


def _listed(table: Table, lang: str, full: bool) -> Iterator[str]:
    rows = table.rows if full else table.rows[:LINES]
    chosen = [i for i, _ in enumerate(table.columns) if any(row[i] not in (None, "") for row in rows)]
    shown = [[_cell(row[i]) for i in chosen] for row in rows]
    yield from aligned([heading(table.columns[i].name, lang) for i in chosen], shown, [_numeric(table.columns[i]) for i in chosen])
    yield from _more(len(table.rows) - len(rows), lang)
    yield ""


def _seal(replay: Replay, lang: str) -> Iterator[str]:
    """What the result is made of, in one line a person can compare."""
    yield Message("log {log} · result {digest}", {"log": replay.log_sha256[:16], "digest": replay.digest[:16]}).say(lang)


def _more(left: int, lang: str) -> Iterator[str]:
    if left > 0:
        yield Message("… and {n} more; --full shows all", {"n": str(left)}).say(lang)


def _title(text: str) -> str:
    return f"━━ {text} ━━"


def _subtitle(text: str) -> str:
    return f"── {text} ──"


def _heading(column: ColumnInfo, lang: str) -> str:
    label = column.label and column.label["zh" if lang == "zh" else "en"]
    return label or heading(column.name, lang)


def _numeric(column: ColumnInfo) -> bool:
    return column.kind in ("integer", "number")


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
