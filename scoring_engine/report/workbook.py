"""A result as a workbook: values and no formulas, so that what is printed or sent on is what was computed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scoring_engine.messages import Message
from scoring_engine.report.tables import Shown, Tables
from scoring_engine.report.words import heading, say
from scoring_engine.report.xlsx import Book, blocks
from scoring_engine.season.words import STATES

if TYPE_CHECKING:
    from scoring_engine.season.result import Competition, Replay

MOST_SHEETS = 100
"""Competitions that get a sheet each; of more, those of a stage share one."""

SIGNED = (Message("Scorer:"), Message("Verifier:"), Message("Supervisor:"), Message("Head judge:"), Message("Date:"))
"""Who signs the printed table."""

def save(replay: Replay, folder: str, lang: str, files: Sequence[str] = ()) -> str:
    """Write result.xlsx into `folder` (made where it is not there) and return its path. `files` are the log's files.

    Raises:
        ModuleNotFoundError: XlsxWriter is not installed.
    """
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "result.xlsx")
    _Result(replay, lang, files).book.save(path)
    return path


class _Result:
    """The workbook of a result."""

    def __init__(self, replay: Replay, lang: str, files: Sequence[str]) -> None:
        self.replay = replay
        self.lang = lang
        self.tables = Tables(replay, lang)
        self.book = Book(lang, self.say(Message("Result")))
        self.summary()
        for title, competitions in self.parts():
            self.sheet(title, title, self.tables.standings([one.id for one in competitions]), SIGNED)
        everything = [one.id for one in replay.competitions]
        for name, shown in (
            (Message("Decisions"), self.tables.decisions(everything)),
            (Message("Rejected events"), self.tables.rejected()),
            (Message("Notices"), self.tables.notices()),
        ):
            if not shown.names:
                shown = Shown(["-"], [self.say(Message("none"))], [False], [])
            self.sheet(self.say(name), self.say(name), shown)
        self.sources(files)

    def say(self, message: Message) -> str:
        return message.say(self.lang)

    def parts(self) -> list[tuple[str, list[Competition]]]:
        """What stands on each sheet of standings, and its title."""
        if len(self.replay.competitions) <= MOST_SHEETS:
            return [(one.name or one.id, [one]) for one in self.replay.competitions]
        stages: dict[str, list[Competition]] = {}
        for one in self.replay.competitions:
            stages.setdefault(one.stage, []).append(one)
        return [(alike[0].label(self.lang), alike) for alike in stages.values()]

    def sheet(self, name: str, title: str, shown: Shown, signed: Sequence[Message] = ()) -> None:
        """A table on a sheet, or on several where it is longer than one can be."""
        for rows in blocks(shown.rows):
            sheet = self.book.sheet(name)
            self.book.table(sheet, shown.headings, shown.numeric, rows)
            self.book.printed(sheet, title, (" " * 20).join(map(self.say, signed)))

    def summary(self) -> None:
        """A line for each competition."""
        standings = self.replay.standings
        at, rank = (standings.names.index(name) for name in ("competition", "rank"))
        entered = dict.fromkeys((one.id for one in self.replay.competitions), 0)
        ranked = dict(entered)
        for row in standings.rows:
            entered[row[at]] += 1
            ranked[row[at]] += row[rank] is not None
        names = ("competition", "name", "stage", "ruleset", "entered", "ranked")
        headings = [*(heading(name, self.lang) for name in names), self.say(Message("state")), heading("note", self.lang)]
        rows = [
            [
                one.id,
                one.name,
                one.label(self.lang),
                f"{one.ruleset}@{one.version}",
                str(entered[one.id]),
                str(ranked[one.id]),
                say(STATES, one.state, self.lang),
                one.note,
            ]
            for one in self.replay.competitions
        ]
        title = self.say(Message("Summary"))
        self.sheet(title, title, Shown(list(headings), headings, [False] * 4 + [True] * 2 + [False] * 2, rows))

    def sources(self, files: Sequence[str]) -> None:
        """What the result was made of, by which anyone can make it again."""
        rows = [[self.say(Message("log")), os.path.basename(file), ""] for file in files]
        rows.append([self.say(Message("log")), self.say(Message("SHA-256 of the canonical form")), self.replay.log_sha256])
        rows += [[self.say(Message("ruleset")), f"{id}@{version}", sha256] for id, version, sha256 in self.replay.rulesets]
        rows.append([self.say(Message("ruleset")), self.say(Message("SHA-256 of all together")), self.replay.ruleset_sha256])
        rows.append([self.say(Message("result")), self.say(Message("digest")), self.replay.digest])
        headings = [self.say(Message("source")), heading("name", self.lang), "SHA-256"]
        title = self.say(Message("Sources"))
        self.sheet(title, title, Shown(headings, headings, [False] * 3, rows))
