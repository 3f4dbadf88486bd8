"""Messages for people, in English and Chinese.

A `Message` is an English template with its arguments; the template is the key of the gettext catalogue in `locale/`,
so a message is written once, where it arises, and said in the reader's language where it is shown.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypedDict

if TYPE_CHECKING:
    from gettext import NullTranslations

LANGUAGES = ("en", "zh")


class Label(TypedDict):
    """A text in both languages."""

    zh: str
    en: str


class Message(NamedTuple):
    """A template with named places and what fills them: a text, or a label that has one for each language."""

    text: str
    args: Mapping[str, str | Label] = {}

    def say(self, lang: str = "en") -> str:
        """The message in the language `lang` ("en" or "zh")."""
        filled = {name: arg if isinstance(arg, str) else arg["zh" if lang == "zh" else "en"] for name, arg in self.args.items()}
        return translate(self.text, lang).format_map(filled)


def translate(text: str, lang: str) -> str:
    """The template `text` in the language `lang`; the English one where the catalogue has none."""
    return text if lang == "en" else _catalogue(lang).gettext(text)


@cache
def _catalogue(lang: str) -> NullTranslations:
    from gettext import translation

    return translation("scoring_engine", os.path.join(os.path.dirname(__file__), "locale"), [lang], fallback=True)


def default_language() -> str:
    """The language of the environment: "zh" for a Chinese locale, else "en"."""
    for name in ("SCORING_ENGINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
