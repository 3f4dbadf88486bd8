"""What a log knows already, for sheets that are to be filled: the competition, who takes part, who judges, and whose marks are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.review.exact import exact
from scoring_engine.review.reader import Reader
from scoring_engine.review.sources import Sources

if TYPE_CHECKING:
    from scoring_engine.season.result import Replay

Rows = list[dict[str, str]]
"""Field → text, a mapping a row."""


NONE = Message("the log has no such competition under {ruleset}; it has {names}")
SEVERAL = Message("name one with --competition: {names}")


class Prefilled(NamedTuple):
    """The stage of a competition, and rows by the kinds of events that they are of."""

    stage: str
    rows: Mapping[str, Rows]


def prefilled(replay: Replay, ruleset: str, competition: str = "", stage: str = "") -> Prefilled:
    """The rows of a competition, "" for the only one that the log has under the rulebook with the id `ruleset` (and the stage).

    Raises:
        InputError: there is no such competition, or more than one.
    """
    fitting = [one for one in replay.competitions if one.ruleset == ruleset and stage in ("", one.stage) and competition in ("", one.id)]
    if len(fitting) != 1:
        names = ", ".join(one.id for one in (fitting or replay.competitions)[:12])
        words = SEVERAL if fitting else NONE
        raise InputError(words._replace(args={"ruleset": ruleset, "names": names}))
    [chosen] = fitting
    settled = next(one for one in replay.settled if chosen.id in one.scored.batch.competitions)
    reader, index = Reader(settled), settled.scored.batch.competitions.index(chosen.id)
    return Prefilled(chosen.stage, dict(_rows(reader, index, chosen.id)))


def _rows(reader: Reader, index: int, competition: str) -> Any:
    yield "opened", [_opened(reader, competition)]
    contestants = _table(reader, index, "contestants", ("contestant", "name", *reader.stage["roster"]))
    yield "contestant", contestants
    if reader.stage["sheet"] is None:
        return
    judges = _table(reader, index, "judges", ("judge", "name", "unit", "role"))
    yield "judge", judges
    yield "score", _marks(reader, index, contestants, judges)


def _opened(reader: Reader, competition: str) -> dict[str, str]:
    """What the opening event says."""
    sources = Sources(reader.log)
    code = reader.log.competition.texts.index(competition)
    frame = reader.log.frames["opened"]
    rows = [row for row in frame.rows.tolist() if reader.log.competition.codes[row] == code]
    said = {name: sources.field(rows[0], name) for name in frame.columns} if rows else {}
    return {"competition": competition} | {name: text for name, text in said.items() if text}


def _table(reader: Reader, index: int, table: str, names: tuple[str, ...]) -> Rows:
    """The rows of a table, those of `names` that it has."""
    columns = [name for name in dict.fromkeys(names) if name in reader.table(table).columns]
    rows = ({name: exact(reader.cell(table, name, row)) for name in columns} for row in reader.rows_of(table, index))
    return [{name: text for name, text in row.items() if text} for row in rows]


def _marks(reader: Reader, index: int, contestants: Rows, judges: Rows) -> Rows:
    """A line for each contestant, key and judge who is not recused; contestants together, as sheets of paper lie."""
    sheet = reader.stage["sheet"]
    assert sheet is not None
    keys = {name: list(key["one_of"]) for name, key in sheet["keys"].items() if key["one_of"]}
    recused = _recused(reader, index)
    lines = []
    for contestant in contestants:
        for judge in judges:
            if recused & {(judge["judge"], contestant["contestant"]), (judge["judge"], "")}:
                continue
            who = {"contestant": contestant["contestant"], "@name": contestant.get("name", ""), "judge": judge["judge"]}
            lines += [who | dict(zip(keys, key, strict=True)) for key in product(*keys.values())]
    return lines


def _recused(reader: Reader, index: int) -> set[tuple[str, str]]:
    """Judge and contestant, "" for every one."""
    desk = reader.scored.desk
    facts = desk.facts.get("recused")
    if facts is None:
        return set()
    decode = reader.batch.lexicon.decode
    pairs = zip(desk.competition(facts).tolist(), decode(facts.codes("judge")), decode(facts.codes("contestant")), strict=True)
    return {(judge, contestant) for competition, judge, contestant in pairs if competition == index}
