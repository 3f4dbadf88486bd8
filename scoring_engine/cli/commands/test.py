"""`scoring-engine test`: do the worked examples in a rulebook come out as written?"""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import Engine, Rulebook, engine, lang, local
from scoring_engine.messages import Message


@click.command("test", help=local("Run the worked examples of rulebooks. Values and reasons must come out as they are written there."))
@click.argument("files", metavar="RULEBOOK...", nargs=-1, required=True, type=Rulebook())
@engine
@lang
def command(files: tuple[str, ...], engine: Engine, lang: str) -> int:
    """Runs the examples of each file; returns 1 where one of them fails."""
    from scoring_engine.season.examples import run

    wrong = 0
    for file in files:
        verdicts = list(run(file, engine=engine))
        for verdict in verdicts:
            for failure in verdict.failures:
                print(f"{file}:{verdict.line}: {verdict.name}: {failure.say(lang)}", file=sys.stderr)
        failed = sum(bool(verdict.failures) for verdict in verdicts)
        counts = {"file": file, "passed": str(len(verdicts) - failed), "failed": str(failed)}
        print(Message("{file}: {passed} examples as written, {failed} not", counts).say(lang))
        wrong += failed
    return int(wrong > 0)
