"""`scoring-engine demo`: the sample logs that come with the program, replayed."""

from __future__ import annotations

import json
import os
import sys

import click

from scoring_engine.cli.options import lang, local
from scoring_engine.messages import Message


@click.command("demo", help=local("Replay a sample season. It comes with the program; its tables are printed."))
@click.option("--all", "every", is_flag=True, help=local("replay every sample"))
@click.option("--full", is_flag=True, help=local("print every table and line, however many there are"))
@lang
def command(every: bool, full: bool, lang: str) -> int:
    """Replays the samples that `demo.json` among them names, and prints how to do the same by hand."""
    from scoring_engine.events.reading import read
    from scoring_engine.report.season import season
    from scoring_engine.season.replay import replay

    folder = samples()
    with open(os.path.join(folder, "demo.json"), encoding="utf-8") as file:
        logs: list[list[str]] = json.load(file)
    for names in logs if every else logs[:1]:
        paths = [os.path.relpath(os.path.join(folder, name)) for name in names]
        sys.stdout.write(f"$ scoring-engine replay {' '.join(paths)}\n\n")
        sys.stdout.write(season(replay(read(paths), lang=lang), lang, full) + "\n")
    if not every and len(logs) > 1:
        sys.stdout.write(Message("{n} more samples: scoring-engine demo --all", {"n": str(len(logs) - 1)}).say(lang) + "\n")
    return 0


def samples() -> str:
    """The folder of sample logs: in the installed package, else beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    installed = os.path.join(package, "data", "sample_events")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "sample_events")
