"""`scoring-engine template`: blank roster and marking sheets for a rulebook."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click

from scoring_engine.cli.options import File, OutFile, Rulebook, lang, local
from scoring_engine.messages import Message


@click.command(
    "template",
    help=local(
        "Write blank sheets for a rulebook into a workbook: roster, judges, marks and records, whose cells admit what the rulebook admits. "
        "Fill them on a screen or on paper; import reads the filled workbook. With --log what is entered already is filled in: the "
        "roster, the judges, and a line for each of their marks."
    ),
)
@click.option(
    "--ruleset",
    metavar="RULEBOOK",
    required=True,
    type=Rulebook(),
    help=local("the rulebook: a file, or the id of one that comes with the program"),
)
@click.option("--stage", metavar="STAGE", default="", help=local("of the rulebook; needed where it has several"))
@click.option(
    "--log", "logs", metavar="LOG", multiple=True, type=File(log=True), help=local("fill in what this log knows; may be given again")
)
@click.option("--competition", metavar="C", default="", help=local("of the log; needed where it has several under the rulebook"))
@click.option("--out", metavar="FILE", required=True, type=OutFile(), help=local("the workbook, a .xlsx file"))
@click.option("--rows", metavar="N", type=click.IntRange(1, 10_000), default=50, show_default=True, help=local("blank lines of each sheet"))
@lang
def command(ruleset: str, stage: str, logs: tuple[str, ...], competition: str, out: str, rows: int, lang: str) -> int:
    """Writes the workbook and names its sheets."""
    from scoring_engine.report.template import save

    if not out.lower().endswith(".xlsx"):
        raise click.UsageError(Message("{file} is no name of a workbook; end it in .xlsx", {"file": out}).say(lang))
    given: Mapping[str, Sequence[Mapping[str, str]]] = {}
    if logs:
        from scoring_engine.events.reading import read
        from scoring_engine.report.prefilling import prefilled
        from scoring_engine.ruleset.store import plan_of
        from scoring_engine.season.replay import replay

        plan = plan_of(ruleset)
        known = prefilled(replay(read(logs), [ruleset], engine="columnar", lang=lang), plan["id"], competition, stage)
        stage, given = known.stage, known.rows
    names = save(ruleset, stage, out, lang, rows, given)
    print(Message("wrote {files}", {"files": f"{out} ({', '.join(names)})"}).say(lang), file=sys.stderr)
    return 0
