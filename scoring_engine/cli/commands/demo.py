"""`scoring-engine demo`: the sample logs that come with the program, replayed."""

from __future__ import annotations

import os
import sys

import click

from scoring_engine.cli.options import full, lang, local, warn
from scoring_engine.messages import Message

FIRST = "season.jsonl"  # the sample that is replayed where not all are asked for


@click.command("demo", help=local("Replay a sample season. It comes with the program; its tables are printed."))
@click.option("--all", "every", is_flag=True, help=local("replay every sample"))
@full
@lang
def command(every: bool, full: bool, lang: str) -> int:
    """Replays the season, or every log of the folder, and prints how to do the same by hand."""
    from scoring_engine.events.reading import read
    from scoring_engine.report.season import season
    from scoring_engine.season.replay import replay

    folder = samples()
    logs = sorted((name for name in os.listdir(folder) if name.endswith((".jsonl", ".csv"))), key=lambda name: (name != FIRST, name))
    for name in logs if every else logs[:1]:
        path = os.path.join(folder, name).removeprefix(os.getcwd() + os.sep)
        result = replay(read([path]), lang=lang)
        warn(result, lang)
        sys.stdout.write(f"$ scoring-engine replay {path}\n\n{season(result, lang, full)}\n")
    if not every and len(logs) > 1:
        sys.stdout.write(Message("{n} more samples: scoring-engine demo --all", {"n": str(len(logs) - 1)}).say(lang) + "\n")
    return 0


def samples() -> str:
    """The folder of sample logs: in the installed package, else beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    installed = os.path.join(package, "data", "sample_events")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "sample_events")
