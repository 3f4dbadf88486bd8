"""`scoring-engine rulesets`: the rulebooks at hand."""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import lang, local


@click.command(
    "rulesets",
    help=local("List the rulebooks at hand. Those of the folder rulesets here, and those that come with the program."),
)
@lang
def command(lang: str) -> int:
    """Prints a line a rulebook."""
    from scoring_engine.report.align import aligned
    from scoring_engine.report.words import heading
    from scoring_engine.ruleset.diagnostics import RulesetError
    from scoring_engine.ruleset.store import listing, plan_of

    rows, failed = [], False
    for found in listing():
        try:
            plan = plan_of(found.path)
        except RulesetError as error:
            failed = True
            print(error.say(lang), file=sys.stderr)
            continue
        label = plan["label"]["en" if lang == "en" else "zh"]
        rows.append([f"{plan['id']}@{plan['version']}", label, " ".join(plan["stages"]), found.path])
    headers = [heading(name, lang) for name in ("ruleset", "name", "stages", "file")]
    sys.stdout.write("\n".join(aligned(headers, rows, [False] * 4)) + "\n")
    return int(failed)
