"""`scoring-engine diff`: what would be different; nothing is written."""

from __future__ import annotations

import click

from scoring_engine.cli.options import Moment, Rulebook, competitions, form, lang, local, logs, rulesets
from scoring_engine.messages import Message


@click.command(
    "diff",
    help=local(
        "Compare two results of a log and write nothing: under another rulebook (--against), at two moments (--until A B), "
        "without a judge, an event or a contestant (--without), with other parameters (--set). Each difference is shown with "
        "the rule that is responsible."
    ),
)
@logs
@rulesets
@click.option(
    "--against", metavar="RULEBOOK", multiple=True, type=Rulebook(), help=local("the rulebook of the other side; may be given again")
)
@click.option("--until", metavar="A B", nargs=2, type=Moment(), help=local("the states after two events (seq) or at two times"))
@click.option(
    "--without",
    metavar="KIND=ID",
    multiple=True,
    help=local("leave out judge=ID, event=ID or contestant=ID; may be given again"),
)
@competitions(local("leave out only in this competition; may be given again"))
@click.option(
    "--set",
    "settings",
    metavar="PARAM=VALUE",
    multiple=True,
    help=local("another value of a parameter: params.leading=5, cash=[3000, 2000], leading@2024-06-01=5; may be given again"),
)
@form("text", "html", "json")
@lang
def command(
    logs: tuple[str, ...],
    rulesets: tuple[str, ...],
    against: tuple[str, ...],
    until: tuple[str, str] | None,
    without: tuple[str, ...],
    competitions: tuple[str, ...],
    settings: tuple[str, ...],
    form: str,
    lang: str,
) -> int:
    """Replays both sides and prints what differs."""
    from scoring_engine.cli.progress import Progress
    from scoring_engine.cli.showing import show
    from scoring_engine.events.reading import read
    from scoring_engine.review import variants
    from scoring_engine.review.difference import Difference
    from scoring_engine.review.difference_page import page
    from scoring_engine.review.difference_text import text
    from scoring_engine.season.replay import replay

    if not (against or until or without or settings):
        raise click.UsageError(Message("say what is to be different: --against, --until, --without or --set").say(lang))
    with Progress(lang) as progress:
        progress.reading()
        log = read(logs)
        first, second = until or (None, None)
        before = replay(log, rulesets or None, until=first, engine="columnar", lang=lang, step=progress.computing)
        other = variants.without(log, [variants.parse_without(one) for one in without], competitions) if without else log
        books = against or rulesets
        after = replay(other, books or None, until=second, engine="columnar", lang=lang, step=progress.computing)
        if settings:
            plans = variants.with_settings(variants.plans_of(after), [variants.parse_setting(one) for one in settings])
            after = replay(other, plans, until=second, engine="columnar", lang=lang, step=progress.computing)
        progress.step(Message("comparing"))
        found = Difference(before, after).json()
    show(found, form, lambda cells: text(found, lang, cells), lambda: page(found, lang))
    return 0
