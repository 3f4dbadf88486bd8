"""The group of all commands, and what a command line that click has read comes to."""

from __future__ import annotations

import gettext
import os
from collections.abc import Sequence
from importlib import import_module

import click

from scoring_engine.cli.language import language
from scoring_engine.cli.options import LANGUAGE_HELP, WORDS, local, put_into
from scoring_engine.locale import CATALOGUE, FOLDER
from scoring_engine.messages import LANGUAGES, Message

# The commands and the modules that hold them. A module is imported when its command is asked for, and none of them
# imports numpy, pandas, pydantic or durable-rules before its command runs.
NAMES = (
    "demo", "replay", "serve", "explain", "diff", "judges",
    "verify", "report", "template", "new", "check", "test", "rulesets", "schema", "reference", "log", "completion",
)  # fmt: skip
COMMANDS = {name: f"scoring_engine.cli.commands.{name}" for name in NAMES}
COMMANDS["import"] = "scoring_engine.cli.commands.import_"  # a module cannot have the name of a Python keyword


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, the most used first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        put_into(language(), command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with a suggestion for a misspelt name."""
        if not args[0].startswith("-") and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, 1)
            unknown = Message('there is no command "{name}"; scoring-engine --help lists them', {"name": args[0]})
            guess = Message('there is no command "{name}"; did you mean "{near}"?', {"name": args[0], "near": "".join(near)})
            ctx.fail((guess if near else unknown).say(language()))
        if ctx.resilient_parsing:  # the shell completes: what else is offered depends on the words before the cursor
            ctx.meta[WORDS] = tuple(args)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """As click does it, but a reader that went away is told from other errors of the system."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error


class ReaderGone(Exception):  # noqa: N818  (it is no error of this program)
    """Nobody reads the output any more."""


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=local("Scores and ranks competitions: a rulebook (YAML) and a log of events in, ranked tables and decisions out."),
)
@click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False, help=LANGUAGE_HELP)  # `listen` has heard it already
@click.version_option(package_name="scoring-engine", message="%(prog)s %(version)s")
def cli() -> None:
    """The group of all commands."""


def _teach_click(lang: str) -> None:
    """Has click say its own words ("Usage", "Options", "Error") from the catalogue of `lang`; they are among its templates."""
    os.environ["LANGUAGE"] = lang
    gettext.bindtextdomain(CATALOGUE, FOLDER)
    gettext.textdomain(CATALOGUE)


def run(args: Sequence[str]) -> object:
    """Runs the command line `args`; what a command returned, or the exit code of a command line that is wrong.

    Raises:
        KeyboardInterrupt: somebody does not want to go on. BrokenPipeError: the reader of the output went away.
        Whatever else goes wrong in a command.
    """
    _teach_click(language())
    put_into(language(), cli)
    try:
        return cli.main(args, prog_name="scoring-engine", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        raise KeyboardInterrupt from error
    except ReaderGone as error:
        raise BrokenPipeError from error
