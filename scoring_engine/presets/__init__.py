"""Rulebooks to start from, each with a sample log, and the texts of both languages in one file.

A preset is NAME.yaml with NAME.csv. In both, `{中文|English}` stands for the text of the language asked for, and `{id}` for the id of
the new rulebook; the first comment of the rulebook says what it is for.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

FOLDER = os.path.dirname(os.path.abspath(__file__))

_CHOICE = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")


class Preset(NamedTuple):
    """A rulebook and its sample log, in one language."""

    rulebook: str
    log: str


def names() -> list[str]:
    """The presets by name."""
    return sorted(name.removesuffix(".yaml") for name in os.listdir(FOLDER) if name.endswith(".yaml"))


def purpose(name: str, lang: str) -> str:
    """What a preset is for: the first comment of its rulebook."""
    return preset(name, name, lang).rulebook.partition("\n")[0].removeprefix("# ")


def preset(name: str, id: str, lang: str) -> Preset:
    """A preset with the id of the new rulebook, its comments and names in the language `lang`."""
    return Preset(*(_said(_text(name + suffix), id, lang) for suffix in (".yaml", ".csv")))


def _text(file: str) -> str:
    with open(os.path.join(FOLDER, file), encoding="utf-8") as stream:
        return stream.read()


def _said(text: str, id: str, lang: str) -> str:
    chosen = 1 if lang == "zh" else 2
    return _CHOICE.sub(lambda found: found[chosen], text).replace("{id}", id)
