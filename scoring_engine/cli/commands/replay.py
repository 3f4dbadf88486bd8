"""`scoring-engine replay`: logs of events in, ranked tables and decisions out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from scoring_engine.cli.options import Engine, OutFolder, engine, full, lang, local, logs, rulesets, until, warn
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.season.result import Replay, Table


@click.command(
    "replay",
    help=local(
        "Replay a log of events. LOG are JSONL, CSV or Parquet files (- is standard input), together one log; "
        "the tables of every competition in it are printed. With --out DIR --format csv or parquet a log of any size is replayed "
        "part by part, on all processors or on a cluster: DIR gets standings, decisions, rejected, notices and competitions "
        "(with a digest each) and manifest.json; a run that was interrupted goes on where it was."
    ),
)
@logs
@rulesets
@until
@click.option(
    "--out",
    metavar="DIR",
    type=OutFolder(),
    help=local("write standings.csv, decisions.csv, rejected.csv and result.json there"),
)
@click.option("--bom", is_flag=True, help=local("begin CSV files with a byte order mark, for spreadsheet programs"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "xlsx", "parquet"]),
    help=local(
        "what is printed: tables (default), the standings as CSV, or everything as JSON; with --out, csv and parquet are the form of "
        "the files, and xlsx writes a workbook"
    ),
)
@full
@click.option("--strict", is_flag=True, help=local("stop at the first event that is not admitted"))
@engine
@click.option("--on", metavar="WHERE", help=local("where parts are computed: local[N] (N processes) or dask://HOST:PORT (tls:// with TLS)"))
@click.option(
    "--shadow",
    metavar="N",
    type=click.IntRange(0),
    help=local("with csv and parquet files: have durable-rules decide N competitions too; they must agree"),
)
@click.option("--seed", metavar="N", type=int, default=0, show_default=True, help=local("chooses the competitions of --shadow"))
@click.option("--each", metavar="FIELD", help=local("the standings after each value of a field of the events, such as round"))
@lang
def command(
    logs: tuple[str, ...],
    rulesets: tuple[str, ...],
    until: str | None,
    out: str | None,
    bom: bool,
    form: Literal["table", "csv", "json", "xlsx", "parquet"] | None,
    full: bool,
    strict: bool,
    engine: Engine,
    on: str | None,
    shadow: int | None,
    seed: int,
    each: str | None,
    lang: str,
) -> int:
    """Replays the logs and prints or writes the result."""
    in_parts = form == "parquet" or (form == "csv" and out is not None and each is None) or on is not None or shadow is not None
    if in_parts:
        if out is None or form is None or form not in ("csv", "parquet") or each is not None or bom or strict:
            text = Message("{options} are for files: name the folder with --out DIR and the form with --format csv or parquet, "
                           "and leave out --each, --bom and --strict", {"options": "--format parquet, --on, --shadow"})  # fmt: skip
            raise click.UsageError(text.say(lang))
        from scoring_engine.cli import bulk

        # Each part is decided by columns; durable-rules looks at those of --shadow. Who names an engine gets that one.
        given = click.get_current_context().get_parameter_source("engine") is not click.core.ParameterSource.DEFAULT
        return bulk.replay(logs, rulesets, out, form, on or "", until, engine if given else "columnar", shadow or 0, seed, lang)
    from scoring_engine.cli.progress import Progress
    from scoring_engine.events.reading import read
    from scoring_engine.season.replay import replay

    if form == "xlsx" and (out is None or each is not None):
        raise click.UsageError(Message("--format xlsx writes result.xlsx: name the folder with --out DIR, and leave out --each").say(lang))
    if each is not None:
        from scoring_engine.season.rounds import after_each

        with Progress(lang) as progress:
            progress.reading()
            log = read(logs) if until is None else read(logs).until(until)
            table = after_each(log, each, lambda part: replay(part, rulesets or None, engine=engine, lang=lang, step=progress.computing))
        return rounds(table, out, bom, form, lang)
    with Progress(lang) as progress:
        progress.reading()
        log = read(logs)
        result = replay(log, rulesets or None, until=until, engine=engine, lang=lang, step=progress.computing)
    warn(result, lang)
    if strict and result.rejected.rows:
        from scoring_engine.report.season import first_rejected

        print(first_rejected(result, lang), file=sys.stderr)
        return 1
    if out is not None and form == "xlsx":
        from scoring_engine.report import workbook

        print(Message("wrote {files}", {"files": workbook.save(result, out, lang, logs)}).say(lang), file=sys.stderr)
    elif out is not None:
        from scoring_engine.report.files import save

        files = save(result, out, bom)
        print(Message("wrote {files}", {"files": ", ".join(files)}).say(lang), file=sys.stderr)
    if out is None or form not in (None, "xlsx"):
        show(result, form or "table", lang, full)
    if not result.competitions:
        empty = Message("the log has no competition that could be replayed; it needs an event opened that is admitted")
        print(empty.say(lang), file=sys.stderr)
        return 1
    return 0


def rounds(table: Table, out: str | None, bom: bool, form: str | None, lang: str) -> int:
    """Prints or writes the standings after each value of a field."""
    import os

    from scoring_engine.report.files import table_csv, table_json, write
    from scoring_engine.report.rounds import rounds as shown

    if out is not None:
        os.makedirs(out, exist_ok=True)
        path = os.path.join(out, "rounds.csv")
        write(path, ("\ufeff" if bom else "") + table_csv(table))
        print(Message("wrote {files}", {"files": path}).say(lang), file=sys.stderr)
    if out is None or form is not None:
        text = {"csv": table_csv, "json": table_json}.get(form or "", lambda t: shown(t, lang))(table)
        sys.stdout.write(text)
    return 0


def show(result: Replay, form: str, lang: str, full: bool) -> None:
    """Prints the result in the form `form`."""
    if form == "json":
        sys.stdout.write(result.to_json())
    elif form == "csv":
        from scoring_engine.report.files import table_csv

        sys.stdout.write(table_csv(result.standings))
    else:
        from scoring_engine.report.season import season

        sys.stdout.write(season(result, lang, full))
