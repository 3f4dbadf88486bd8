"""`scoring-engine schema`: the JSON Schema of rulebooks or events, for editors and other programs."""

from __future__ import annotations

import json
import sys

import click

from scoring_engine.cli.options import lang, local


@click.command("schema", help=local("Print the JSON Schema. Of rulebooks (default) or of events, for editors and other programs."))
@click.argument("what", type=click.Choice(["ruleset", "events"]), default="ruleset")
@lang
def command(what: str, lang: str) -> int:
    """Prints the schema."""
    if what == "ruleset":
        from scoring_engine.ruleset.schema import schema as made
    else:
        from scoring_engine.events.models import schema as made
    sys.stdout.write(json.dumps(made(), ensure_ascii=False, indent=2) + "\n")
    return 0
