"""What stands on paper: plain texts for the templates. Nothing is computed here but which of a judge's values is the highest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scoring_engine.messages import Message
from scoring_engine.report.tables import Tables
from scoring_engine.review.exact import exact, shown
from scoring_engine.review.reader import Reader
from scoring_engine.review.sources import Sources

if TYPE_CHECKING:
    from scoring_engine.season.result import Competition, Replay

Json = dict[str, Any]

SIGNED = (Message("Scorer:"), Message("Verifier:"), Message("Supervisor:"), Message("Head judge:"), Message("Date:"))
CERTIFIED = ("award", "certificate", "title")
"""Consequences that a certificate is printed for."""

NOTED = ("award", "certificate", "title", "grade", "flag")
"""Consequences that stand among the remarks of a summary."""


def summaries(replay: Replay, lang: str, competitions: Sequence[str] = ()) -> Json:
    """The summaries of scores, a table for each competition."""
    tables = Tables(replay, lang)
    chosen = [one for one in replay.competitions if not competitions or one.id in competitions]
    return {
        "title": Message("Summary of scores").say(lang),
        "signed": [message.say(lang) for message in SIGNED],
        "competitions": [_summary(replay, one, tables, lang) for one in chosen],
        "footer": Message("result {digest}", {"digest": replay.digest[:16]}).say(lang),
    }


def _summary(replay: Replay, one: Competition, tables: Tables, lang: str) -> Json:
    """A competition's table: number, running order, the columns of the standings with the judges' sheets before them, remarks."""
    reader, index = _reader(replay, one.id)
    listed = tables.standings([one.id])
    who = listed.names.index("contestant")
    people = listed.names[: 1 + max(listed.names.index(name) for name in ("rank", "contestant", "name", "scope") if name in listed.names)]
    rest = [n for n, name in enumerate(listed.names) if name not in people]
    order = _column(reader, index, "order")
    judges, sheets = _sheets(reader, index)
    remarks = _remarks(replay, one.id, tables)
    notes = any(remarks.get(row[who]) for row in listed.rows)
    head = [Message("no.").say(lang)]
    head += [Message("order").say(lang)] if order else []
    head += [listed.headings[listed.names.index(name)] for name in people if name != "rank"]
    head += judges.values()
    head += [listed.headings[n] for n in rest] + [listed.headings[listed.names.index("rank")]]
    head += [Message("remarks").say(lang)] if notes else []
    rows = []
    for number, row in enumerate(listed.rows, 1):
        id = row[who]
        line = [str(number)] + ([order.get(id, "")] if order else [])
        line += [row[listed.names.index(name)] for name in people if name != "rank"]
        line += [sheets.get((id, judge), "") for judge in judges]
        line += [row[n] for n in rest] + [row[listed.names.index("rank")]]
        rows.append(line + (["、".join(remarks.get(id, [])) if lang == "zh" else ", ".join(remarks.get(id, []))] if notes else []))
    numeric = {text for n, text in enumerate(listed.headings) if listed.numeric[n]} | set(judges.values())
    return {
        "name": one.name or one.id,
        "about": " · ".join(filter(None, (one.label(lang), _day(reader, one.id), f"{one.ruleset}@{one.version}", one.note))),
        "headings": head,
        "numeric": [text in numeric for text in head],
        "rows": rows,
    }


def certificates(replay: Replay, lang: str, competitions: Sequence[str] = ()) -> Json:
    """A certificate for each award, certificate or title that was granted to somebody."""
    tables = Tables(replay, lang)
    found = []
    for one in replay.competitions:
        if competitions and one.id not in competitions:
            continue
        reader, _ = _reader(replay, one.id)
        day = _day(reader, one.id)
        for row in _granted(replay, one.id, CERTIFIED):
            name = tables.people.get(row["contestant"], row["contestant"])
            args = {"competition": one.name or one.id, "what": _called(tables, one.id, row)}
            text = Message("is awarded: {what}, in {competition}.", args)
            found.append({"name": name, "text": text.say(lang), "day": _written(day, lang)})
    return {
        "title": Message("Certificate of honour").say(lang),
        "closing": Message("This certificate is issued in recognition.").say(lang),
        "organizer": Message("(organizer, seal)").say(lang),
        "certificates": found,
    }


# --- where it comes from ----------------------------------------------------------------------------------------------------


def _reader(replay: Replay, competition: str) -> tuple[Reader, int]:
    settled = next(one for one in replay.settled if competition in one.scored.batch.competitions)
    return Reader(settled), settled.scored.batch.competitions.index(competition)


def _column(reader: Reader, index: int, name: str) -> dict[str, str]:
    """A column of the contestants by their ids, as far as it is there."""
    if name not in reader.table("contestants").columns:
        return {}
    rows = reader.rows_of("contestants", index)
    found = {str(reader.cell("contestants", "contestant", row)): exact(reader.cell("contestants", name, row)) for row in rows}
    return {id: text for id, text in found.items() if text}


def _sheets(reader: Reader, index: int) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """The judges, id → name, and what each gave each contestant: the sheet as a whole where the rulebook has it, or its only mark.

    Where a judge gives a contestant several marks that the rulebook does not add up, none of them stands for the rest: no judges.
    """
    tables = reader.batch.tables
    table = next((name for name in ("sheets", "marks") if name in tables and "judge" in tables[name].columns), None)
    if table is None:
        return {}, {}
    found: dict[tuple[str, str], str] = {}
    for row in reader.rows_of(table, index):
        value = reader.cell(table, "value", row)
        key = str(reader.cell(table, "contestant", row)), str(reader.cell(table, "judge", row))
        if key in found:
            return {}, {}
        if isinstance(value, Fraction):
            found[key] = shown(value, reader.places(table, "value")) or ""
    given = {judge for _, judge in found}
    rows = reader.rows_of("judges", index)
    names = {str(reader.cell("judges", "judge", row)): exact(reader.cell("judges", "name", row)) for row in rows}
    return {judge: name or judge for judge, name in names.items() if judge in given}, found


def _day(reader: Reader, competition: str) -> str:
    """The day of a competition as its opening event gives it."""
    code = reader.log.competition.texts.index(competition)
    rows = [row for row in reader.log.frames["opened"].rows.tolist() if reader.log.competition.codes[row] == code]
    return (Sources(reader.log).field(rows[0], "date") or "") if rows else ""


def _written(day: str, lang: str) -> str:
    """An ISO day as it is written on paper."""
    parts = day.split("-")
    return f"{int(parts[0])}年{int(parts[1])}月{int(parts[2])}日" if lang == "zh" and len(parts) == 3 else day


def _granted(replay: Replay, competition: str, kinds: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    for row in replay.decisions.records():
        if row["competition"] == competition and row["status"] == "granted" and row["consequence"] in kinds and row["contestant"]:
            yield row


def _called(tables: Tables, competition: str, row: Mapping[str, Any]) -> str:
    """What somebody was given, or where that has no name the rule that gave it."""
    name = str(row["name"] or "")
    called = tables.labels.outcome(competition, name)
    return called if name and called != row["consequence"] else tables.labels.rule(competition, str(row["rule"]))


def _remarks(replay: Replay, competition: str, tables: Tables) -> dict[str, list[str]]:
    """What stands in the last column of a summary, by contestant."""
    found: dict[str, dict[str, None]] = {}
    for row in _granted(replay, competition, NOTED):
        found.setdefault(row["contestant"], {})[_called(tables, competition, row)] = None
    return {id: list(texts) for id, texts in found.items()}
