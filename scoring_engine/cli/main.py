"""The `scoring-engine` command: finds the command asked for and turns whatever goes wrong into a line for a person.

Exit codes: 0 done, 1 invalid input, 2 wrong usage, 130 stopped by Ctrl-C, 141 the reader of the output went away.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

import click

from scoring_engine.cli.options import LANGUAGE_HELP, WORDS, language, listen, local, put_into
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
    if lang == "en" and "gettext" not in sys.modules:
        return
    import gettext

    os.environ["LANGUAGE"] = lang
    gettext.bindtextdomain(CATALOGUE, FOLDER)
    gettext.textdomain(CATALOGUE)


def main(args: Sequence[str] | None = None) -> int:
    """Runs the command line `args` (those of the process when None) and returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal or pipe in another encoding cannot show every name
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # numpy's linear algebra, which nothing here uses, would start a thread a processor as soon as numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # pyarrow's own allocators keep what was freed; the system's gives it back, which parts of Parquet one after the other need.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # A replay makes many objects that live to its end; looking for dead cycles among them at every turn finds nothing.
    gc.set_threshold(200_000, 20, 100)
    args = sys.argv[1:] if args is None else list(args)
    listen(args)
    _teach_click(language())
    put_into(language(), cli)
    try:
        code = cli.main(args, prog_name="scoring-engine", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print(Message("stopped").say(language()), file=sys.stderr)
        return 130
    except (BrokenPipeError, ReaderGone):
        # What is still in the buffer must go somewhere when Python closes the stream at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if os.environ.get("SCORING_ENGINE_DEBUG"):
            raise
        from scoring_engine.cli.failure import explain

        sys.stdout.flush()
        print(explain(error, language()), file=sys.stderr)
        return 1
