"""`scoring-engine reference`: the whole language on one page."""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import lang, local


@click.command("reference", help=local("Print the language reference. The whole ruleset language on one page, in Markdown."))
@lang
def command(lang: str) -> int:
    """Prints the page."""
    from scoring_engine.ruleset.reference import page

    sys.stdout.write(page())
    return 0
