"""`scoring-engine schema`: the JSON Schema of rulebooks or events, for editors and other programs."""

from __future__ import annotations

import json
import sys

import click

from scoring_engine.cli.options import _


@click.command("schema", help=_("Print the JSON Schema. Of rulebooks (default) or of events, for editors and other programs."))
@click.argument("what", type=click.Choice(["ruleset", "events"]), default="ruleset")
def command(what: str) -> int:
    """Prints the schema."""
    if what == "ruleset":
        from scoring_engine.ruleset.schema import schema
    else:
        from scoring_engine.events.schema import schema
    sys.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n")
    return 0
