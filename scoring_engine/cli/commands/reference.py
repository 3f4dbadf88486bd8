"""`scoring-engine reference`: the whole language on one page, or all that a log can say."""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import lang, local


@click.command(
    "reference", help=local("Print a reference in Markdown: of the ruleset language (default), or of the kinds of events and their fields.")
)
@click.argument("what", metavar="[ruleset|events]", type=click.Choice(["ruleset", "events"]), default="ruleset")
@lang
def command(what: str, lang: str) -> int:
    """Prints the page."""
    if what == "ruleset":
        from scoring_engine.ruleset.reference import page as made
    else:
        from scoring_engine.events.reference import page as made
    sys.stdout.write(made())
    return 0
