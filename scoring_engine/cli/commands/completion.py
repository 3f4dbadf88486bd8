"""`scoring-engine completion`: the few lines that teach a shell to complete this command."""

from __future__ import annotations

import sys

import click

from scoring_engine.cli.options import lang, local

VARIABLE = "_SCORING_ENGINE_COMPLETE"
"""The variable by which the shell asks what could stand at the cursor; it is the one that click looks for."""


@click.command(
    "completion",
    help=local(
        "Print what a shell needs to complete commands, options, ids of rulebooks, competitions and contestants with the Tab key. Once a "
        'session: eval "$(scoring-engine completion bash)"; for good, write it to a file that the shell reads at its start.'
    ),
)
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(["bash", "zsh", "fish"]))
@lang
def command(shell: str, lang: str) -> int:
    """Prints the shell's script."""
    from click.shell_completion import get_completion_class

    from scoring_engine.cli.group import cli

    completion = get_completion_class(shell)
    assert completion is not None  # click has all three
    template = completion(cli, {}, "scoring-engine", VARIABLE)
    # click's own `source()` would run bash to look at its version first.
    sys.stdout.write(template.source_template % template.source_vars() + "\n")
    return 0
