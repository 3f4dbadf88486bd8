"""`scoring-engine explain`: why a result is what it is, down to the events."""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import LOG, lang, local

EXISTING = click.Path(exists=True, dir_okay=False)


@click.command(
    "explain",
    help=local(
        "Explain a contestant's result: every number down to the events, what decided the rank, every rule that holds or does not, "
        "what was carried. Or, with --above A B, why A is above B."
    ),
)
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=LOG)
@click.option("--contestant", metavar="X", help=local("whose result is explained: an id, or a name that nobody else has"))
@click.option("--above", metavar="A B", nargs=2, help=local("why A is above B"))
@click.option("--competition", metavar="C", multiple=True, help=local("only in this competition; may be given again"))
@click.option("--ruleset", "rulesets", metavar="FILE", multiple=True, type=EXISTING, help=local("a rulebook, as for replay"))
@click.option("--until", metavar="SEQ|TIME", help=local("the state after the event SEQ, or at TIME (2024-10-11T11:05:00+08:00)"))
@click.option("--format", "form", type=click.Choice(["text", "html", "json"]), default="text", help=local("the form of the explanation"))
@lang
def command(
    logs: tuple[str, ...],
    contestant: str | None,
    above: tuple[str, str] | None,
    competition: tuple[str, ...],
    rulesets: tuple[str, ...],
    until: str | None,
    form: str,
    lang: str,
) -> int:
    """Replays the logs and prints the explanation."""
    import json
    import shutil

    from scoring_engine.events.reading import read
    from scoring_engine.messages import Message
    from scoring_engine.review.explanation import Explainer
    from scoring_engine.season.replay import replay

    if (contestant is None) == (above is None):
        raise click.UsageError(Message("give --contestant X or --above A B").say(lang))
    explainer = Explainer(replay(read(logs), rulesets or None, until=until, engine="columnar", lang=lang))
    cells = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if above is not None:
        from scoring_engine.review.above import above as between
        from scoring_engine.review.above import text as above_text

        first, second = map(explainer.id_of, above)
        found = between(explainer, first, second, competition[0] if competition else None)
        shown = above_text(found, lang, cells)
    else:
        from scoring_engine.review.text import text

        found = explainer.explain(explainer.id_of(contestant or ""), competition)
        shown = text(found, lang, cells)
    if form == "json":
        shown = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    elif form == "html":
        from scoring_engine.review.page import page

        shown = page(found, lang)
    sys.stdout.write(shown)
    return 0
