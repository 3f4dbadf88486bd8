"""`scoring-engine explain`: why a result is what it is, down to the events."""

from __future__ import annotations

import click

from scoring_engine.cli.options import competitions, contestants, form, lang, local, logs, rulesets, until


@click.command(
    "explain",
    help=local(
        "Explain a contestant's result: every number down to the events, what decided the rank, every rule that holds or does not, "
        "what was carried. Or, with --above A B, why A is above B."
    ),
)
@logs
@click.option(
    "--contestant",
    metavar="X",
    shell_complete=contestants,
    help=local("whose result is explained: an id, or a name that nobody else has"),
)
@click.option("--above", metavar="A B", nargs=2, shell_complete=contestants, help=local("why A is above B"))
@competitions(local("only in this competition; may be given again"))
@rulesets
@until
@form("text", "html", "json")
@lang
def command(
    logs: tuple[str, ...],
    contestant: str | None,
    above: tuple[str, str] | None,
    competitions: tuple[str, ...],
    rulesets: tuple[str, ...],
    until: str | None,
    form: str,
    lang: str,
) -> int:
    """Replays the logs and prints the explanation."""
    from scoring_engine.cli.progress import Progress
    from scoring_engine.cli.showing import show
    from scoring_engine.events.reading import read
    from scoring_engine.messages import Message
    from scoring_engine.review.above import above as between
    from scoring_engine.review.above import text as above_text
    from scoring_engine.review.explanation import Explainer
    from scoring_engine.review.page import page
    from scoring_engine.review.text import text
    from scoring_engine.season.replay import replay

    if (contestant is None) == (above is None):
        raise click.UsageError(Message("give --contestant X or --above A B").say(lang))
    if above is not None and len(competitions) > 1:
        raise click.UsageError(Message("two contestants are compared in one competition: give --competition once").say(lang))
    with Progress(lang) as progress:
        progress.reading()
        log = read(logs)
        explainer = Explainer(replay(log, rulesets or None, until=until, engine="columnar", lang=lang, step=progress.computing))
        progress.step(Message("explaining"))
        if above is not None:
            first, second = map(explainer.id_of, above)
            found = between(explainer, first, second, competitions[0] if competitions else None)
        else:
            found = explainer.explain(explainer.id_of(contestant or ""), competitions)
    as_text = text if above is None else above_text
    show(found, form, lambda cells: as_text(found, lang, cells), lambda: page(found, lang))
    return 0
