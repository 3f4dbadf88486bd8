"""What the commands share: their language and their common options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import click

from scoring_engine.cli.files import no_text, unreadable
from scoring_engine.cli.language import ask, language
from scoring_engine.messages import LANGUAGES, Message, translate

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from scoring_engine.season.result import Replay

Engine = Literal["rete", "columnar", "both"]
Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

WORDS = "scoring_engine.words"
"""Where a context keeps the words before the cursor while a shell completes."""


def local(text: str) -> str:
    """Marks a help text for the catalogue: it is put into the language of the command line when it is shown."""
    return text


BRIEF = 58
"""Columns that a list of commands leaves for what is said of one, in a terminal of 80."""

_english: dict[object, str] = {}
"""Command or option → its help as it is written."""


def put_into(lang: str, command: click.Command) -> None:
    """Has a command, those within it and their options give help in `lang`."""
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    for part in (command, *command.params):
        if isinstance(part, (click.Command, click.Option)) and part.help:
            part.help = translate(_english.setdefault(part, part.help), lang)
        if isinstance(part, click.Command):
            part.short_help = _brief(part.help or "") if lang == "zh" else None
    for one in inner:
        put_into(lang, one)


def _brief(text: str) -> str:
    """What a list of commands says of one, in Chinese, which has no blanks for click to cut at: the first sentence, or its beginning."""
    sentence = text.partition("。")[0]
    while sum(2 if letter > "\u2e7f" else 1 for letter in sentence) > BRIEF:
        shorter = sentence[: max(map(sentence.rfind, "，；：、（"))]
        if not shorter or shorter == sentence:
            break
        sentence = shorter
    return sentence


def _remember(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    # Kept beyond the command, so that main() reports a failure in the same language.
    if value is not None:
        ask(value)
    return language()


class File(click.Path):
    """A file to be read, or with `log` - for standard input and the URL of a ledger too; what it cannot be read for is said at once."""

    def __init__(self, log: bool = False) -> None:
        super().__init__(dir_okay=False, allow_dash=log)
        self.log = log

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; the command line fails where it cannot be read."""
        path = os.fspath(value)
        if self.log and (path == "-" or "://" in path):
            return path
        problem = unreadable(path) or (no_text(path) if self.log else None)
        if problem is not None:
            self.fail(problem.say(language()), param, ctx)
        return path


class Rulebook(File):
    """A rulebook: a file, or the id of one that is at hand; its value is the path."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path of the rulebook."""
        path = os.fspath(value)
        if not os.path.exists(path) and not path.endswith((".yaml", ".yml")) and os.sep not in path:
            from scoring_engine.ruleset.store import find

            found = find(path)
            if found is None:
                self.fail(_no_rulebook(path).say(language()), param, ctx)
            return found
        return super().convert(path, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The ids of the rulebooks at hand, and files."""
        from scoring_engine.cli.completing import rulebooks

        return rulebooks(incomplete)


class Moment(click.types.StringParamType):
    """The number of an event or a time; an option is none, and stands there where one was forgotten."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The moment as it is written."""
        if value.startswith("--"):
            text = "{option} stands where the number of an event or a time is due"
            self.fail(Message(text, {"option": value}).say(language()), param, ctx)
        return str(value)


class OutFile(click.Path):
    """A file to be written, in a folder that is there."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; the command line fails where its folder is missing."""
        path = os.fspath(value)
        folder = os.path.dirname(path) or "."
        if os.path.isdir(path):
            self.fail(Message("{file} is a folder; give the name of a file", {"file": path}).say(language()), param, ctx)
        if not os.path.isdir(folder):
            self.fail(Message("there is no folder {folder}; make it first", {"folder": folder}).say(language()), param, ctx)
        return path


class OutFolder(click.Path):
    """A folder to write into; it is made where there is none."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; the command line fails where a file is in its place."""
        path = os.fspath(value)
        if os.path.exists(path) and not os.path.isdir(path):
            self.fail(Message("{file} is a file; give the name of a folder", {"file": path}).say(language()), param, ctx)
        return path


def _no_rulebook(name: str) -> Message:
    from difflib import get_close_matches

    from scoring_engine.ruleset.store import listing

    ids = sorted({found.id for found in listing()})
    for near in get_close_matches(name, ids, 1):
        return Message("there is no rulebook “{value}”; did you mean “{near}”?", {"value": name, "near": near})
    return Message("there is no rulebook “{value}”; give its file, or one of the ids that scoring-engine rulesets lists", {"value": name})


def warn(result: Replay, lang: str) -> None:
    """Says on standard error what is to be known of the engines that decided."""
    from scoring_engine.report.season import warnings

    for warning in warnings(result, lang):
        print(warning, file=sys.stderr)


LANGUAGE_HELP = local("language of tables and messages; that of the environment when left out")

lang: Decorator = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    callback=_remember,
    is_eager=True,
    help=LANGUAGE_HELP,
)

logs: Decorator = click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=File(log=True))

rulesets: Decorator = click.option(
    "--ruleset",
    "rulesets",
    metavar="RULEBOOK",
    multiple=True,
    type=Rulebook(),
    help=local(
        "a rulebook, a file or an id, for the competitions that name its id; may be given again; "
        "those that come with the program when left out"
    ),
)

until: Decorator = click.option(
    "--until", metavar="SEQ|TIME", type=Moment(), help=local("the state after the event SEQ, or at TIME (2024-10-11T11:05:00+08:00)")
)

full: Decorator = click.option("--full", is_flag=True, help=local("print every table and line, however many there are"))

engine: Decorator = click.option(
    "--engine",
    type=click.Choice(get_args(Engine)),
    default="both",
    show_default=True,
    help=local("what decides: durable-rules, the columnar evaluator, or both, which must agree"),
)


def competitions(text: str) -> Decorator:
    """The option --competition, which may be given again; `text` says what for."""
    return click.option("--competition", "competitions", metavar="ID", multiple=True, help=text, shell_complete=_competitions)


def form(*forms: str) -> Decorator:
    """The option --format with these forms, the first when left out."""
    return click.option(
        "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help=local("the form of what is printed")
    )


def contestants(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The contestants of the logs before the cursor, to be completed."""
    from scoring_engine.cli.completing import ids

    return ids("contestant", ctx.meta.get(WORDS, ()), incomplete)


def _competitions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from scoring_engine.cli.completing import ids

    return ids("competition", ctx.meta.get(WORDS, ()), incomplete)
