"""`scoring-engine judges`: who judged how, and how near the places are."""

from __future__ import annotations

import click

from scoring_engine.cli.options import competitions, form, full, lang, local, logs, rulesets, until
from scoring_engine.messages import Message


@click.command(
    "judges",
    help=local(
        "Statistics of the judges: severity, spread, agreement, marks left out, preference for the own unit; and the single marks that "
        "would change a prize or the last place. Findings flag, they change nothing."
    ),
)
@logs
@competitions(local("only this competition; may be given again"))
@rulesets
@until
@full
@form("text", "html", "json")
@lang
def command(
    logs: tuple[str, ...],
    competitions: tuple[str, ...],
    rulesets: tuple[str, ...],
    until: str | None,
    full: bool,
    form: str,
    lang: str,
) -> int:
    """Replays the logs and prints the statistics."""
    from scoring_engine.cli.progress import Progress
    from scoring_engine.cli.showing import show
    from scoring_engine.events.reading import read
    from scoring_engine.review.explanation import Explainer
    from scoring_engine.review.judging import judging
    from scoring_engine.review.judging_page import page
    from scoring_engine.review.judging_text import text
    from scoring_engine.season.replay import replay

    with Progress(lang) as progress:
        progress.reading()
        log = read(logs)
        explainer = Explainer(replay(log, rulesets or None, until=until, engine="columnar", lang=lang, step=progress.computing))
        found = judging(explainer, competitions, lambda done, total: progress.step(Message("looking at the marks"), done, total))
    show(found, form, lambda _: text(found, lang, full or bool(competitions)), lambda: page(found, lang))
    return 0
