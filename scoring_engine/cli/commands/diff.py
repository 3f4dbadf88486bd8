"""`scoring-engine diff`: what would be different; nothing is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from scoring_engine.cli.options import lang, local

if TYPE_CHECKING:
    from scoring_engine.review.difference import Difference

EXISTING = click.Path(exists=True, dir_okay=False)


@click.command(
    "diff",
    help=local(
        "Compare two results of a log and write nothing: under another rulebook (--against), at two moments (--until A B), "
        "without a judge, an event or a contestant (--without), with other parameters (--set). Each difference is shown with "
        "the rule that is responsible."
    ),
)
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--ruleset", "rulesets", metavar="FILE", multiple=True, type=EXISTING, help=local("a rulebook, as for replay"))
@click.option("--against", metavar="FILE", multiple=True, type=EXISTING, help=local("the rulebook of the other side; may be given again"))
@click.option("--until", metavar="A B", nargs=2, help=local("the states after two events (seq) or at two times"))
@click.option(
    "--without",
    metavar="KIND=ID",
    multiple=True,
    help=local("leave out judge=ID, event=ID or contestant=ID; may be given again"),
)
@click.option("--competition", metavar="C", help=local("leave out only in this competition"))
@click.option(
    "--set",
    "settings",
    metavar="PARAM=VALUE",
    multiple=True,
    help=local("another value of a parameter: params.leading=5, cash=[3000, 2000], leading@2024-06-01=5; may be given again"),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=local("the form of the comparison"))
@lang
def command(
    logs: tuple[str, ...],
    rulesets: tuple[str, ...],
    against: tuple[str, ...],
    until: tuple[str, str] | None,
    without: tuple[str, ...],
    competition: str | None,
    settings: tuple[str, ...],
    form: str,
    lang: str,
) -> int:
    """Replays both sides and prints what differs."""
    import json
    import shutil

    from scoring_engine.messages import Message

    if not (against or until or without or settings):
        raise click.UsageError(Message("say what is to be different: --against, --until, --without or --set").say(lang))
    found = compared(logs, rulesets, against, until, without, competition, settings, lang).json()
    if form == "json":
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        return 0
    from scoring_engine.review.difference_text import text

    sys.stdout.write(text(found, lang, shutil.get_terminal_size().columns if sys.stdout.isatty() else None))
    return 0


def compared(
    logs: tuple[str, ...],
    rulesets: tuple[str, ...],
    against: tuple[str, ...],
    until: tuple[str, str] | None,
    without: tuple[str, ...],
    competition: str | None,
    settings: tuple[str, ...],
    lang: str,
) -> Difference:
    """Both sides, replayed."""
    from scoring_engine.events.reading import read
    from scoring_engine.review import variants
    from scoring_engine.review.difference import Difference
    from scoring_engine.season.replay import replay

    log = read(logs)
    first, second = until or (None, None)
    before = replay(log, rulesets or None, until=first, engine="columnar", lang=lang)
    other = variants.without(log, [variants.parse_without(text) for text in without], competition) if without else log
    books = list(against or rulesets)
    if settings:
        parsed = [variants.parse_setting(text) for text in settings]
        after = replay(other, books or None, until=second, engine="columnar", lang=lang)
        plans = variants.with_settings(variants.plans_of(after), parsed)
        return Difference(before, replay(other, plans, until=second, engine="columnar", lang=lang))
    return Difference(before, replay(other, books or None, until=second, engine="columnar", lang=lang))
