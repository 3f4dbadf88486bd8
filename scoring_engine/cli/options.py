"""What the commands share: their language and their common options."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import click

from scoring_engine.messages import LANGUAGES, default_language, translate

if TYPE_CHECKING:
    from scoring_engine.season.result import Replay

Engine = Literal["rete", "columnar", "both"]
Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

_asked: ContextVar[str | None] = ContextVar("_asked", default=None)


def local(text: str) -> str:
    """The text in the language of the environment; for help texts."""
    return translate(text, default_language())


def language() -> str:
    """The language asked for with --lang, else that of the environment."""
    return _asked.get() or default_language()


def forget() -> None:
    """Forgets the language that an earlier command line asked for."""
    _asked.set(None)


def _remember(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    # Kept beyond the command, so that main() reports a failure in the same language.
    _asked.set(value)
    return value or default_language()


class _LogPath(click.Path):
    """A file, - for standard input, or the URL of a ledger, which no file can show to be there."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if "://" in str(value) else super().convert(value, param, ctx)


LOG = _LogPath(exists=True, dir_okay=False, allow_dash=True)
"""The type of an argument that names a log of events."""

def warn(result: Replay, lang: str) -> None:
    """Says on standard error what is to be known of the engines that decided."""
    from scoring_engine.report.season import warnings

    for warning in warnings(result, lang):
        print(warning, file=sys.stderr)


lang: Decorator = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    callback=_remember,
    is_eager=True,
    help=local("language of tables and messages; that of the environment when left out"),
)

engine: Decorator = click.option(
    "--engine",
    type=click.Choice(get_args(Engine)),
    default="both",
    show_default=True,
    help=local("what decides: durable-rules, the columnar evaluator, or both, which must agree"),
)
