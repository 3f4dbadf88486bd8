"""`scoring-engine new`: a rulebook to start from, with comments, and a sample log that can be replayed at once."""

from __future__ import annotations

import os
import re
import sys

import click

from scoring_engine.cli.options import OutFolder, lang, local
from scoring_engine.messages import Message
from scoring_engine.presets import names

NAME = re.compile(r"[\w-]+")
"""What may be both a file's name and a rulebook's id."""


@click.command(
    "new",
    help=local(
        "Start a rulebook: NAME.yaml from a preset, with comments in the language of --lang, and NAME.csv, a sample log to replay. "
        "Change them step by step; check and test say whether they still fit together."
    ),
)
@click.argument("name", metavar="NAME", required=False)
@click.option("--preset", type=click.Choice(names()), default="panel", show_default=True, help=local("what the rulebook begins as"))
@click.option("--list", "listed", is_flag=True, help=local("list the presets"))
@click.option("--out", metavar="DIR", type=OutFolder(), default=".", help=local("the folder; the one at hand when left out"))
@lang
def command(name: str | None, preset: str, listed: bool, out: str, lang: str) -> int:
    """Writes both files, neither where one of them is there, and prints what to do next."""
    from scoring_engine.presets import preset as made
    from scoring_engine.presets import purpose

    if listed:
        width = max(map(len, names()))
        for one in names():
            print(f"{one:<{width}}  {purpose(one, lang)}")
        return 0
    if name is None:
        raise click.UsageError(Message("give the new rulebook a NAME, or --list to see the presets").say(lang))
    if not NAME.fullmatch(name):
        problem = Message("“{name}” can be no name; take letters, digits and hyphens, the folder goes into --out", {"name": name})
        raise click.UsageError(problem.say(lang))
    files = [os.path.join(out, name + suffix).removeprefix("." + os.sep) for suffix in (".yaml", ".csv")]
    for file in files:
        if os.path.lexists(file):
            print(Message("{file} is there already; take another name", {"file": file}).say(lang), file=sys.stderr)
            return 1
    os.makedirs(out, exist_ok=True)
    texts = made(preset, name, lang)
    for file, text in zip(files, (texts.rulebook, "\ufeff" + texts.log), strict=True):  # spreadsheet programs want the mark
        with open(file, "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    print(Message("wrote {files}", {"files": ", ".join(files)}).say(lang), file=sys.stderr)
    rulebook, log = files
    print(f"scoring-engine check {rulebook}\nscoring-engine test {rulebook}\nscoring-engine replay {log} --ruleset {rulebook}")
    return 0
