"""What one competition of an explanation calls things, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.formulas import STATE
from scoring_engine.review.layout import broken, columns
from scoring_engine.review.wording import COLUMNS, PLACES, STATUSES, TABLES, TRUTHS, label, said

Json = dict[str, Any]

TRIMMED = {"high": Message("high"), "low": Message("low")}


class Names:
    """The names of one competition; as a function it is the `Name` that formulas ask."""

    def __init__(self, part: Json, explanation: Json, lang: str, cells: int | None) -> None:
        self.contestant: str = explanation.get("contestant", "")
        self.lang = lang
        self.cells = cells
        self._people: dict[str, str] = explanation["people"]
        self._labels: Json = part.get("labels", {})
        values: dict[str, Json] = self._labels.get("values", {})
        self._values = values
        # A computed column has no values of its own; what only one column of the rulebook calls so is meant.
        known: dict[str, list[Json]] = {}
        for named in values.values():
            for value, one in named.items():
                if one not in known.setdefault(value, []):
                    known[value].append(one)
        self._anywhere = {value: found[0] for value, found in known.items() if len(found) == 1}

    def say(self, message: Message) -> str:
        """A message in the reader's language."""
        return message.say(self.lang)

    def __call__(self, table: str, name: str) -> str:
        """What a column of a table is called, a table (`table` is ""), or a value of a column ("=" and the column)."""
        if table == STATE:
            return self.say(TRIMMED[name])
        if table.startswith("="):
            return self.value(table[1:], name)
        if not table:
            own = self._labels["tables"].get(name)
            return label(own, self.lang, name) if own else said(TABLES, name, self.lang)
        measure = self._labels["measures"].get(name) if table == "contestants" else None
        column = label(measure, self.lang, name) if measure else said(COLUMNS, name, self.lang)
        return f"{said(TABLES, table, self.lang)}.{column}" if table == "competition" else column

    def value(self, column: str, value: str) -> str:
        """What a value of a column is called."""
        own = self._values.get(column, {}).get(value)
        if own is not None:
            return label(own, self.lang, value)
        words = {"status": STATUSES, "place": PLACES}.get(column, TRUTHS)
        return said(words, value, self.lang) if value in words else label(self._anywhere.get(value), self.lang, value)

    def param(self, name: str) -> str:
        """What a parameter is called."""
        return label(self._labels["params"].get(name), self.lang, name)

    def rule(self, id: str) -> str:
        """What a rule is called."""
        return label(self._labels["rules"].get(id), self.lang, id)

    def person(self, id: str) -> str:
        """A person or unit by name and id."""
        name = self._people.get(id)
        return f"{name} ({id})" if name else id

    def wrapped(self, line: str, indent: str) -> Iterator[str]:
        """A line that may be broken."""
        return broken(line, self.cells, indent)

    def listed(self, title: Message, rows: list[list[str]]) -> Iterator[str]:
        """A title and rows under it, their columns under each other; nothing without rows."""
        if rows:
            yield self.say(title)
            for line in columns(rows):
                yield from self.wrapped("  " + line, "      ")

    def place(self, lines: list[int]) -> str:
        """Lines of the rulebook, in braces."""
        return f"{{{self.say(Message('line {line}', {'line': ', '.join(map(str, dict.fromkeys(lines)))}))}}}"
