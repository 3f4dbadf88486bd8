"""People as codes: contestants, and those whom a row's roster fields name, in one numbering."""

from __future__ import annotations

import re

import numpy as np

from scoring_engine.decisions.facts import Field, Ints

SEPARATORS = str.maketrans(dict.fromkeys(",;，、；", " "))

SEVERAL = re.compile(r"[\s,;，、；\[]")
"""What a text that names several people has in it."""


class People:
    """One numbering of ids for columns that may have different lists of texts.

    texts   the id of each code; the list of the first column, which is not copied unless it has to grow
    """

    __slots__ = ("_base", "_codes", "texts")

    def __init__(self, base: list[str]) -> None:
        self.texts = self._base = base
        self._codes: dict[str, int] | None = None

    def code(self, text: str) -> int:
        """The code of an id, made when it is new."""
        if self._codes is None:
            self._codes = dict(zip(reversed(self._base), range(len(self._base) - 1, -1, -1), strict=True))
            self.texts = list(self._base)
        code = self._codes.setdefault(text, len(self.texts))
        if code == len(self.texts):
            self.texts.append(text)
        return code

    def codes(self, field: Field) -> Ints:
        """The codes (int64[n]) of a text column, -1 where missing."""
        if field.texts is self._base:
            return np.where(field.ok, field.values, -1).astype(np.int64)
        used, back = np.unique(np.where(field.ok, field.values, -1), return_inverse=True)
        known = np.array([self.code(field.texts[code]) if code >= 0 else -1 for code in used.tolist()], np.int64)
        return known[back.reshape(-1)] if len(used) else np.zeros(0, np.int64)

    def named(self, field: Field) -> tuple[Ints, Ints, Ints]:
        """Everybody whom a text column names: (row, position within the row, code), by row and position.

        A text may name several, parted by spaces or commas, or be a JSON list. Missing and empty ones name nobody.
        """
        used, back = np.unique(np.where(field.ok, field.values, -1), return_inverse=True)
        groups = [self._group(field, code) if code >= 0 else [] for code in used.tolist()]
        many = np.array([len(group) for group in groups], np.int64)
        start = np.cumsum(many) - many
        everybody = np.array([code for group in groups for code in group], np.int64)
        kind = back.reshape(-1)
        counts = many[kind] if len(used) else np.zeros(0, np.int64)
        rows = np.repeat(np.arange(len(kind), dtype=np.int64), counts)
        position = np.arange(len(rows), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        return rows, position, everybody[start[kind[rows]] + position] if len(rows) else np.zeros(0, np.int64)

    def _group(self, field: Field, code: int) -> list[int]:
        """Those whom one text of a column names. Where it is one id of the first column's list its code is known."""
        text = field.texts[code]
        if field.texts is self._base and text and SEVERAL.search(text) is None:
            return [code]
        return [self.code(one) for one in ids(text)]


def ids(text: str) -> list[str]:
    """The ids that a text names, each once."""
    if text.startswith("["):
        import json

        return list(dict.fromkeys(str(item) for item in json.loads(text)))
    return list(dict.fromkeys(text.translate(SEPARATORS).split()))
