"""The types of values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from scoring_engine.messages import Label

WORDS: dict[str, Label] = {
    "number": {"zh": "数", "en": "a number"},
    "text": {"zh": "文本", "en": "a text"},
    "truth": {"zh": "真假值", "en": "true or false"},
    "time": {"zh": "时间", "en": "a time"},
    "list": {"zh": "列表", "en": "a list"},
    "mapping": {"zh": "映射", "en": "a mapping"},
    "mixed": {"zh": "不同种类的值", "en": "mixed"},
}
"""Kind of value → how it is said."""

ANYTHING: Label = {"zh": "任意值", "en": "anything"}


class Type(NamedTuple):
    """The type of a value.

    kind     number, text, truth, time; list (a column that holds a list); any (see ANY and ENTRY)
    places   decimals of a fixed-point number; None for an exact ratio and where they are not known
    rounded  the number comes as it is from a declared rounding point, or is written out
    names    "contestant" or "judge" where a text is the id of one
    values   the texts that are possible, where they are known
    open     others than `values` are possible too: those of a parameter, which may change
    """

    kind: str
    places: int | None = None
    rounded: bool = False
    names: str = ""
    values: frozenset[str] | None = None
    open: bool = False

    @property
    def known(self) -> frozenset[str] | None:
        """The texts of which one must stand there; None where others are possible."""
        return None if self.open else self.values

    @property
    def word(self) -> Label:
        """The kind in words."""
        return WORDS.get(self.kind, ANYTHING)


ANY = Type("any")
"""The type of what is wrong, and of a missing value: it fits everywhere, so that one mistake is one diagnostic."""
ENTRY = Type("any", open=True)
"""The type of an entry of a list that an event brings along: a number or a text, as it comes."""
TEXT = Type("text")
TRUTH = Type("truth")
TIME = Type("time")
RATIO = Type("number")
CONTESTANT = Type("text", names="contestant")
JUDGE = Type("text", names="judge")

MOST_PLACES = 18


def number(places: int | None, rounded: bool = False) -> Type:
    """A number with so many decimals; beyond what int64 holds they are not kept."""
    return Type("number", places if places is None or places <= MOST_PLACES else None, rounded)


def texts(values: Iterable[str]) -> Type:
    """A text that is one of `values`."""
    return Type("text", values=frozenset(values))


def joined(types: Iterable[Type]) -> Type | None:
    """The type of a value that may come from any of several; None where they are of different kinds."""
    result: Type | None = None
    for one in types:
        if result is None or result.kind == "any":
            result = one
        elif one.kind != "any":
            if one.kind != result.kind:
                return None
            result = _both(result, one)
    return result or ANY


def _both(a: Type, b: Type) -> Type:
    places = None if a.places is None or b.places is None else max(a.places, b.places)
    values = None if a.values is None or b.values is None else a.values | b.values
    # A parameter beside a field with a list of values that holds the parameter's own speaks the words of that list.
    same = a.open != b.open and a.values is not None and b.values is not None and (a.values <= b.values if a.open else b.values <= a.values)
    return Type(a.kind, places, a.rounded and b.rounded, a.names if a.names == b.names else "", values, (a.open or b.open) and not same)
