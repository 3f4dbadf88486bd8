"""Which column gives which field.

What the headers do not settle is said on the command line: `--map` for a single column, `--wide` for columns that all give the
same field while their headers are values of another (a column a judge).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.season.importing.fields import CHECK, Shape
from scoring_engine.season.importing.findings import Findings, Place
from scoring_engine.season.importing.header import Header, bare, find
from scoring_engine.season.importing.roster import Roster
from scoring_engine.season.importing.sheets import Row, Sheet
from scoring_engine.season.importing.values import fold

IGNORE = "-"

_JUDGE = re.compile(r"(评委|裁判|judge|j)\s*[a-z]?\d{1,3}(号)?", re.IGNORECASE)


class Wide(NamedTuple):
    """Columns that give the field `value`; their headers, which match one of `patterns`, are the value of the field `key`."""

    key: str
    value: str
    patterns: tuple[str, ...]


class Wishes(NamedTuple):
    """What the command line says of the columns.

    mapped     header → field; "-" to leave the column out, "-field" for a number with the other sign, "a|b" where what is no
               number goes to the field b. "header#2" is the second column of that header
    constants  field → text
    header     line of the header, 0 to look for it
    """

    mapped: Mapping[str, str] = {}
    wide: Sequence[Wide] = ()
    constants: Mapping[str, str] = {}
    header: int = 0

    @property
    def headers(self) -> list[str]:
        """The headers and patterns that it names."""
        return [*self.mapped, *(pattern for wide in self.wide for pattern in wide.patterns)]


class Given(NamedTuple):
    """A column that gives a field.

    other     the field for what is no number, "" where there is none
    fixed     fields whose values the header tells
    negated   a number counts with the other sign
    """

    column: int
    header: str
    field: str
    other: str = ""
    fixed: tuple[tuple[str, str], ...] = ()
    negated: bool = False


class Layout(NamedTuple):
    """The columns of a sheet in their order, how many the header has, and the rows under it."""

    columns: list[Given]
    width: int
    rows: list[Row]


class Finder:
    """Finds the layout of sheets. `used` are the headers of the command line that stand above some column."""

    def __init__(self, shape: Shape, wishes: Wishes, roster: Roster, findings: Findings) -> None:
        self.shape = shape
        self.wishes = wishes
        self.roster = roster
        self.findings = findings
        self.used: set[str] = set()
        self.words = words(shape)
        _fields_exist(shape, wishes)

    def layout(self, sheet: Sheet) -> Layout | None:
        """The layout of a sheet; None, and a finding, where there is nothing in it or no header is found."""
        if all(row.blank for row in sheet.rows):
            self.findings.error(Place(sheet.file, sheet.name), "empty", "", Message("there is nothing in it"))
            return None
        header = find(sheet, self._known, self.wishes.header)
        if header is None:
            self._no_header(sheet)
            return None
        for row in sheet.rows:
            if row.line < header.line and not row.blank:
                message = Message("the row is above the header and was left out")
                self.findings.note(Place(sheet.file, sheet.name, row.line), "above-header", _text(row), message)
        width = max(column for column, parts in enumerate(header.names) if parts) + 1
        return Layout(self._columns(sheet, header), width, [row for row in sheet.rows if row.line >= header.after])

    def _no_header(self, sheet: Sheet) -> None:
        names = ["/".join(dict.fromkeys(target.labels)) for target in self.shape.targets.values() if target.name[0] != CHECK]
        first = next(row for row in sheet.rows if not row.blank)
        message = Message(
            "no row of it is a header ({seen}); the fields are {names}. Name the field of a column with --map “column=field”",
            {"seen": _text(first)[:200], "names": ", ".join(names)},
        )
        self.findings.error(Place(sheet.file, sheet.name), "header", "", message)

    def _known(self, text: str) -> bool:
        """Whether a text can be the header of a column."""
        if not text:
            return False
        folded = (fold(text), fold(bare(text)))
        mapped = any(fold(_name(header)[0]) in folded for header in self.wishes.mapped)
        wide = any(fnmatchcase(text, pattern) for one in self.wishes.wide for pattern in one.patterns)
        return mapped or wide or any(word in self.words for word in folded) or bool(self._spread((text,)))

    def _columns(self, sheet: Sheet, header: Header) -> list[Given]:
        found: list[Given] = []
        unclear: list[tuple[int, tuple[str, ...]]] = []
        counted: dict[str, int] = {}
        for column, parts in enumerate(header.names):
            text = " / ".join(parts)
            if not text:
                continue
            counted[text] = counted.get(text, 0) + 1
            given = self._given(column, parts, counted[text])
            if given is None:
                unclear.append((column, parts))
            elif given.field != IGNORE:
                found.append(given)
        self._say_twice(sheet, header, counted)
        self._told_twice(found)
        spreads = "value" not in {given.field for given in found if not given.fixed}
        unused: list[str] = []
        for column, parts in unclear:
            fixed = self._spread(parts) if spreads else ()
            if fixed:
                found.append(Given(column, " / ".join(parts), "value", "", fixed))
            else:
                unused.append(" / ".join(parts))
        if unused:
            names = {"names": ", ".join(unused), "name": unused[0]}
            message = Message("columns that name no field were left out: {names}. Name the field of one with --map “{name}=field”", names)
            self.findings.note(Place(sheet.file, sheet.name, header.line), "unused-column", "", message)
        return sorted(found)

    def _given(self, column: int, parts: tuple[str, ...], occurrence: int) -> Given | None:
        """What a column gives: as the command line says, or as its header tells; None where neither does."""
        text = " / ".join(parts)
        wish = self._wish(text, occurrence)
        if wish == IGNORE:
            return Given(column, text, IGNORE)
        if wish is not None:
            field, _, other = wish.removeprefix("-").partition("|")
            return Given(column, text, _target(self.shape, field), _target(self.shape, other), negated=wish[0] == "-")
        for wide in self.wishes.wide:
            for pattern in wide.patterns:
                if fnmatchcase(parts[-1], pattern):
                    self.used.add(pattern)
                    return Given(column, text, wide.value, "", ((wide.key, parts[-1]),))
        whole = "".join(parts)
        for name in dict.fromkeys((whole, parts[-1], parts[0], bare(whole), bare(parts[-1]))):
            if (fields := self.words.get(fold(name))) is not None:
                return Given(column, text, min(fields)[1])
        return None

    def _wish(self, text: str, occurrence: int) -> str | None:
        """What --map says of a header, of its n-th column where it stands above several."""
        for header, field in self.wishes.mapped.items():
            name, number = _name(header)
            if fold(name) in (fold(text), fold(bare(text))) and number in (0, occurrence):
                self.used.add(header)
                return field
        return None

    def _say_twice(self, sheet: Sheet, header: Header, counted: Mapping[str, int]) -> None:
        for name, count in counted.items():
            if count > 1:
                message = Message(
                    "“{name}” stands above {count} columns; a row is read where they agree. Name one of them with --map “{name}#2=field”",
                    {"name": name, "count": str(count)},
                )
                self.findings.note(Place(sheet.file, sheet.name, header.line), "duplicate-header", name, message)

    def _told_twice(self, found: list[Given]) -> None:
        """Of two columns for the contestant, as 编号 and 选手, the one that does not speak of a number tells the name."""
        name = _target(self.shape, "name")
        ids = [i for i, given in enumerate(found) if given.field == "contestant"]
        if len(ids) == 2 and name in self.shape.targets and name not in {given.field for given in found}:
            plain = [i for i in ids if not re.search(r"号|码|id|no\.?$|number|code", found[i].header, re.IGNORECASE)]
            if len(plain) == 1:
                found[plain[0]] = found[plain[0]]._replace(field=name)

    # --- columns of marks ---

    def _spread(self, parts: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """What the header of a column of marks tells: the criterion, the judge, or both."""
        if self.shape.kind != "score":
            return ()
        if len(parts) == 1:
            alone = self._criterion(parts[0]) or self._judge(parts[0])
            if alone:
                return alone
            parts = [part for part in re.split(r"\s*[/|·:：_\-]\s*|\s+", parts[0], maxsplit=1) if part]
        if len(parts) == 2:
            for first, second in (parts, parts[::-1]):
                judge, criterion = self._judge(first), self._criterion(second)
                if judge and criterion:
                    return (*judge, *criterion)
        return ()

    def _criterion(self, text: str) -> tuple[tuple[str, str], ...]:
        folded = {fold(text), fold(bare(text))}
        target = self.shape.targets.get("criterion")
        for name, labels in target.one_of.items() if target else ():
            if folded & {fold(word) for word in (name, *labels)}:
                return (("criterion", name),)
        return ()

    def _judge(self, text: str) -> tuple[tuple[str, str], ...]:
        return (("judge", text),) if _JUDGE.fullmatch(text) or self.roster.anywhere("judge", text) else ()


def _fields_exist(shape: Shape, wishes: Wishes) -> None:
    """Every field named on the command line exists.

    Raises:
        InputError: one does not.
    """
    named = [part.removeprefix("-") for target in wishes.mapped.values() for part in target.split("|")]
    named += [*wishes.constants, *(name for wide in wishes.wide for name in (wide.key, wide.value))]
    for name in named:
        if name and name not in shape.targets and f"{CHECK}{name}" not in shape.targets and not shape.open:
            names = ", ".join(target for target in shape.targets if target[0] != CHECK)
            raise InputError(Message("there is no field “{name}” here; the fields are {names}", {"name": name, "names": names}))


def words(shape: Shape) -> dict[str, list[tuple[int, str]]]:
    """Word → the fields that it can mean, with how strongly: 0 its identifier, 1 a label, 2 a roster field that only checks."""
    words: dict[str, list[tuple[int, str]]] = {}
    for target in shape.targets.values():
        for number, label in enumerate(target.labels):
            strength = 2 if target.name[0] == CHECK else int(number > 0)
            words.setdefault(fold(label), []).append((strength, target.name))
    return words


def _name(header: str) -> tuple[str, int]:
    """A header of the command line, and which column of that name is meant: 0 for each."""
    match = re.fullmatch(r"(.+)#(\d+)", header)
    return (match[1], int(match[2])) if match else (header, 0)


def _target(shape: Shape, name: str) -> str:
    return CHECK + name if name and name not in shape.targets and CHECK + name in shape.targets else name


def _text(row: Row) -> str:
    return " ".join(cell.text.strip() for cell in row.cells if cell.text.strip() and not cell.merged)
