"""`scoring-engine report`: a result as pages that open from a folder."""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import Engine, OutFolder, engine, lang, local, logs, rulesets, until
from scoring_engine.messages import Message


@click.command(
    "report",
    help=local(
        "Write a result as pages into a folder: ranked tables, every contestant's explanation, pictures of marks and of ranks from "
        "stage to stage, in Chinese and English. They need no server and no network; open index.html."
    ),
)
@logs
@click.option("--out", metavar="DIR", required=True, type=OutFolder(), help=local("the folder; it is made where there is none"))
@rulesets
@until
@engine
@lang
def command(logs: tuple[str, ...], out: str, rulesets: tuple[str, ...], until: str | None, engine: Engine, lang: str) -> int:
    """Replays the logs once for each language and writes the pages."""
    from scoring_engine.cli.progress import Progress
    from scoring_engine.events.reading import read
    from scoring_engine.report.site.pages import EXPLAINED, save
    from scoring_engine.season.replay import replay

    with Progress(lang) as progress:
        progress.reading()
        log = read(logs)
        written = save(
            lambda one: replay(log, rulesets or None, until=until, engine=engine, lang=one, step=progress.computing),
            out,
            lang,
            lambda done, total: progress.step(Message("writing pages"), done, total),
        )
    if not log.size:
        print(Message("the log has no events").say(lang), file=sys.stderr)
        return 1
    print(Message("wrote {n} pages; open {first}", {"n": str(written.pages), "first": written.first}).say(lang), file=sys.stderr)
    if not written.explained:
        more = Message("more than {n} contestants: their explanations were left out; explain --contestant X gives one")
        print(more._replace(args={"n": str(EXPLAINED)}).say(lang), file=sys.stderr)
    return 0
