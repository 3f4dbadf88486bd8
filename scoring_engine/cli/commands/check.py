"""`scoring-engine check`: is a rulebook sound?"""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import Rulebook, lang, local
from scoring_engine.messages import Message


@click.command("check", help=local("Check rulebooks. Every error and doubt in one run, each with its line and what to do."))
@click.argument("files", metavar="RULEBOOK...", nargs=-1, required=True, type=Rulebook())
@click.option("--strict", is_flag=True, help=local("count doubts as errors"))
@lang
def command(files: tuple[str, ...], strict: bool, lang: str) -> int:
    """Prints the diagnostics of each file; returns 1 where one of them is an error."""
    from scoring_engine.ruleset.checking import check
    from scoring_engine.ruleset.diagnostics import render

    sound = True
    for file in files:
        checked = check(file, strict)
        if checked.diagnostics:
            print(render(checked.diagnostics, {checked.loaded.file: checked.loaded.text}, lang), file=sys.stderr)
        errors = sum(d.severity == "error" for d in checked.diagnostics)
        counts = {"file": file, "errors": str(errors), "warnings": str(len(checked.diagnostics) - errors)}
        print(Message("{file}: {errors} errors, {warnings} warnings", counts).say(lang), flush=True)
        sound &= checked.ok
    return int(not sound)
