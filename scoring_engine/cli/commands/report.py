"""`scoring-engine report`: a result as pages that open from a folder."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from scoring_engine.cli.options import Engine, OutFolder, competitions, engine, lang, local, logs, rulesets, until
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.season.result import Replay


@click.command(
    "report",
    help=local(
        "Write a result as pages into a folder: ranked tables, every contestant's explanation, pictures of marks and of ranks from "
        "stage to stage, in Chinese and English. They need no server and no network; open index.html. With --pdf the summaries of "
        "scores with lines to sign, and certificates, are written as PDF."
    ),
)
@logs
@click.option("--out", metavar="DIR", required=True, type=OutFolder(), help=local("the folder; it is made where there is none"))
@rulesets
@until
@click.option("--pdf", is_flag=True, help=local("write summaries of scores and certificates as PDF instead"))
@competitions(local("only this competition, of PDF; may be given again"))
@engine
@lang
def command(
    logs: tuple[str, ...],
    out: str,
    rulesets: tuple[str, ...],
    until: str | None,
    pdf: bool,
    competitions: tuple[str, ...],
    engine: Engine,
    lang: str,
) -> int:
    """Replays the logs once for each language and writes the pages."""
    from scoring_engine.cli.progress import Progress
    from scoring_engine.events.reading import read
    from scoring_engine.report.site.pages import EXPLAINED, save
    from scoring_engine.season.replay import replay

    with Progress(lang) as progress:
        progress.reading()
        log = read(logs)
        if pdf:
            result = replay(log, rulesets or None, until=until, engine=engine, lang=lang, step=progress.computing)
            progress.step(Message("setting pages"))
            files = _paper(result, out, competitions, lang)
            print(Message("wrote {files}", {"files": ", ".join(files)}).say(lang), file=sys.stderr)
            return 0
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


def _paper(result: Replay, folder: str, competitions: tuple[str, ...], lang: str) -> list[str]:
    """Writes what goes on paper and returns the files."""
    import os

    from scoring_engine.report.paper import content
    from scoring_engine.report.paper.printed import save
    from scoring_engine.review.explanation import Explainer

    for name in competitions:
        Explainer(result).part(name)  # a name that nobody has is said
    os.makedirs(folder, exist_ok=True)
    files = [save("summary", content.summaries(result, lang, competitions), os.path.join(folder, "summary.pdf"), lang)]
    certificates = content.certificates(result, lang, competitions)
    if certificates["certificates"]:
        files.append(save("certificates", certificates, os.path.join(folder, "certificates.pdf"), lang))
    return files
