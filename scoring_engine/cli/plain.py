"""The command line of a bulk replay as it is mostly written, read without click, whose import alone takes as long as a small replay.

    replay LOG... [--ruleset FILE]... --out DIR --format csv|parquet

What is written in another way, and whatever is wrong, is left to click, which knows all options and says what to do.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from scoring_engine.cli.files import no_text, unreadable

if TYPE_CHECKING:
    from scoring_engine.decisions.agreement import Engine


class Asked(NamedTuple):
    """What is given to `cli.bulk.replay`: the logs, rulebooks, folder and form of the command line; the rest is what click puts
    where an option is left out."""

    logs: tuple[str, ...]
    rulesets: tuple[str, ...]
    out: str
    form: Literal["csv", "parquet"]
    on: str = ""
    until: str | None = None
    engine: Engine = "columnar"
    shadow: int = 0
    seed: int = 0


def read(args: Sequence[str]) -> Asked | None:
    """What a plain command line asks for; None where it is another one, or something is wrong with it."""
    if args[:1] != ["replay"] or os.name == "nt":  # click opens out wildcards there
        return None
    logs: list[str] = []
    given: dict[str, list[str]] = {"--ruleset": [], "--out": [], "--format": []}
    rest = iter(args[1:])
    for word in rest:
        if word in given:
            given[word].append(next(rest, "-"))
        else:
            logs.append(word)
    rulesets, out, form = given.values()
    if not logs or len(out) != 1 or any(word.startswith("-") or not word for word in (*logs, *rulesets, *out)):
        return None
    if any("://" in log or unreadable(log) or no_text(log) for log in logs) or any(map(unreadable, rulesets)):
        return None
    if os.path.exists(out[0]) and not os.path.isdir(out[0]):
        return None
    if form == ["csv"]:
        return Asked(tuple(logs), tuple(rulesets), out[0], "csv")
    return Asked(tuple(logs), tuple(rulesets), out[0], "parquet") if form == ["parquet"] else None
