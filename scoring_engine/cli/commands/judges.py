"""`scoring-engine judges`: who judged how, and how near the places are."""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import competitions, form, full, lang, local, logs, rulesets, until


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
@form("text", "json")
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
    import json

    from scoring_engine.events.reading import read
    from scoring_engine.review.explanation import Explainer
    from scoring_engine.review.judging import judging
    from scoring_engine.review.judging_text import text
    from scoring_engine.season.replay import replay

    explainer = Explainer(replay(read(logs), rulesets or None, until=until, engine="columnar", lang=lang))
    found = judging(explainer, competitions)
    shown = json.dumps(found, ensure_ascii=False, indent=1) + "\n" if form == "json" else text(found, lang, full or bool(competitions))
    sys.stdout.write(shown)
    return 0
