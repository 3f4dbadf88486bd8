"""`scoring-engine judges`: who judged how, and how near the places are."""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import lang, local

EXISTING = click.Path(exists=True, dir_okay=False)


@click.command(
    "judges",
    help=local(
        "Statistics of the judges: severity, spread, agreement, marks left out, preference for the own unit; and the single marks that "
        "would change a prize or the last place. Findings flag, they change nothing."
    ),
)
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--competition", metavar="C", multiple=True, help=local("only this competition; may be given again"))
@click.option("--ruleset", "rulesets", metavar="FILE", multiple=True, type=EXISTING, help=local("a rulebook, as for replay"))
@click.option("--until", metavar="SEQ|TIME", help=local("the state after the event SEQ, or at TIME (2024-10-11T11:05:00+08:00)"))
@click.option("--full", is_flag=True, help=local("show all competitions, however many there are"))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=local("the form of the statistics"))
@lang
def command(
    logs: tuple[str, ...],
    competition: tuple[str, ...],
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
    found = judging(explainer, competition)
    shown = json.dumps(found, ensure_ascii=False, indent=1) + "\n" if form == "json" else text(found, lang, full or bool(competition))
    sys.stdout.write(shown)
    return 0
