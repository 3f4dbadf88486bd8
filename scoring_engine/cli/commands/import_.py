"""`scoring-engine import`: the rows of a spreadsheet as events of a log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from scoring_engine.cli.options import File, OutFile, Rulebook, lang, local
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.season.importing.findings import Finding
    from scoring_engine.season.importing.layout import Wide

SHOWN = 10
"""Findings of one sort that are printed without --full."""


@click.command(
    "import",
    help=local(
        "Turn the rows of FILE (.csv or .xlsx) into events and add them to a log. Columns are found by their headers, Chinese or English: "
        "the fields of the event, the labels of the rulebook, or their identifiers. What cannot be read is listed with its cell, the rest "
        "is imported. Importing a file twice changes nothing; a row that says otherwise than the log is listed and changes nothing either."
    ),
)
@click.argument("file", metavar="FILE", type=File())
@click.option(
    "--ruleset",
    metavar="RULEBOOK",
    required=True,
    type=Rulebook(),
    help=local("the rulebook: a file, or the id of one that comes with the program"),
)
@click.option(
    "--kind",
    metavar="KIND",
    default="",
    help=local(
        "of the events: contestant, judge, score, absent … or a kind of record of the rulebook; left out for a workbook made by template, "
        "whose sheets are all read"
    ),
)
@click.option("--stage", metavar="STAGE", default="", help=local("of the rulebook; that of the competition in the log when left out"))
@click.option(
    "--competition", metavar="ID", default="", help=local("of the rows that do not say it; the only one of the log when left out")
)
@click.option(
    "--out",
    metavar="LOG",
    default="",
    type=OutFile(),
    help=local("the log, a .jsonl file; nothing is written when left out"),
)
@click.option("--append", is_flag=True, help=local("add to a log that is there"))
@click.option(
    "--roster",
    metavar="LOG",
    multiple=True,
    type=File(),
    help=local("a further log whose contestants and judges are known; may be given again"),
)
@click.option("--enter", is_flag=True, help=local("enter contestants and judges whom the rows name by their ids and the log does not know"))
@click.option("--sheet", "sheets", metavar="NAME", multiple=True, help=local("a sheet of the workbook; all that are visible when left out"))
@click.option(
    "--header", metavar="LINE", type=click.IntRange(1), default=None, help=local("the line of the header; looked for when left out")
)
@click.option(
    "--map",
    "mapped",
    metavar="COLUMN=FIELD",
    multiple=True,
    help=local(
        "the field of a column; - leaves it out, -a changes the sign, a|b takes other texts than numbers for b; COLUMN#2 is the second"
    ),
)
@click.option(
    "--wide",
    "wide",
    metavar="FIELD=COLUMN,…",
    multiple=True,
    help=local("columns of marks whose headers are the values of FIELD, such as judge=J*; FIELD:GIVES=… where they do not give value"),
)
@click.option("--set", "constants", metavar="FIELD=VALUE", multiple=True, help=local("a value that is the same for all rows"))
@click.option(
    "--zone", metavar="+HH:MM", default="", help=local("the offset from UTC of times that are written without one, such as +08:00")
)
@click.option(
    "--amend", metavar="REASON", default="", help=local("where the sheet says otherwise than the log, amend the log for this reason")
)
@click.option("--by", metavar="NAME", default="", help=local("who answers for the amendments"))
@click.option("--full", is_flag=True, help=local("print every finding, however many there are"))
@lang
def command(
    file: str,
    ruleset: str,
    kind: str,
    stage: str,
    competition: str,
    out: str,
    append: bool,
    roster: tuple[str, ...],
    enter: bool,
    sheets: tuple[str, ...],
    header: int | None,
    mapped: tuple[str, ...],
    wide: tuple[str, ...],
    constants: tuple[str, ...],
    zone: str,
    amend: str,
    by: str,
    full: bool,
    lang: str,
) -> int:
    """Imports the file and says what came of it; returns 1 where something was not taken."""
    from scoring_engine.season.importing.run import Request, run

    if bool(amend) != bool(by):
        raise click.UsageError(Message("--amend and --by go together: an amendment has a reason and somebody who answers for it").say(lang))
    columns = dict(_pair(text, lang) for text in mapped)
    spread = [_wide(text, lang) for text in wide]
    same = dict(_pair(text, lang) for text in constants)
    request = Request(
        file, ruleset, kind, out, stage, competition, append, roster, enter, sheets, columns, spread, same, header or 0, zone, amend, by
    )
    outcome = run(request)
    for line in listed(outcome.findings, full, lang):
        print(line, file=sys.stderr)
    counts = {"new": str(len(outcome.events)), "known": str(outcome.known), "errors": str(outcome.errors), "out": out}
    if out:
        said = Message("{new} events added to {out}, {known} were there already, {errors} things not taken", counts)
    else:
        said = Message("{new} events could be read, {errors} things not; nothing was written, --out LOG names the log to add to", counts)
    print(said.say(lang))
    return int(outcome.errors > 0)


def listed(findings: list[Finding], full: bool, lang: str) -> list[str]:
    """The findings as lines, errors first; of each sort only the first ones unless `full`."""
    from scoring_engine.ruleset.diagnostics import SEVERITIES

    lines: list[str] = []
    counted: dict[tuple[str, str], int] = {}
    for finding in sorted(findings, key=lambda finding: finding.severity != "error"):
        sort = (finding.severity, finding.rule)
        counted[sort] = counted.get(sort, 0) + 1
        if full or counted[sort] <= SHOWN:
            lines.append(f"{SEVERITIES[finding.severity].say(lang)}[{finding.rule}] {finding.say(lang)}")
    for (_, rule), count in counted.items():
        if count > SHOWN and not full:
            more = {"count": str(count - SHOWN), "rule": rule}
            lines.append(Message("… and {count} more of [{rule}]; --full lists them", more).say(lang))
    return lines


def _pair(text: str, lang: str) -> tuple[str, str]:
    left, equals, right = text.rpartition("=") if text.count("=") == 1 else text.partition("=")
    if not (left.strip() and equals and right.strip()):
        raise click.UsageError(Message("“{value}” is not written as NAME=VALUE", {"value": text}).say(lang))
    return left.strip(), right.strip()


def _wide(text: str, lang: str) -> Wide:
    from scoring_engine.season.importing.layout import Wide

    fields, columns = _pair(text, lang)
    key, _, value = fields.partition(":")
    return Wide(key, value or "value", tuple(column.strip() for column in columns.split(",") if column.strip()))
