"""Blank sheets for a stage of a rulebook: roster, judges, marks and whatever else it records, to be filled on a screen or on paper.

Each sheet is a kind of event and each column one of its fields, under a header that `import` understands; the marks have a
column for each line of the score sheet. Cells admit what the rulebook admits. A hidden sheet says for which rulebook the
workbook was made (see `season.importing.stamp`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine.events.errors import InputError
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.messages import Message
from scoring_engine.report.xlsx import Book, text_width
from scoring_engine.ruleset.loader import load
from scoring_engine.season.importing.fields import CHECK, Shape, Target, marks, shape
from scoring_engine.season.importing.layout import words
from scoring_engine.season.importing.stamp import FORMAT, LINES, SHEET
from scoring_engine.season.importing.values import fold

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

NOT_ASKED = ("id", "by", "competition", "ruleset", "stage", "version", "sha256", "feeds", "seed")
"""Fields that the import gives, or that links between competitions need and a blank sheet does not."""

TIMED = ("record",)
"""Kinds whose events say when they happened."""

LONGEST_LIST = 255
"""Characters that a list of choices of a cell may have."""

SIGNED = (Message("Judge:"), Message("Scorer:"), Message("Verifier:"), Message("Date:"))
TITLES = {
    "opened": Message("Competition"),
    "contestant": Message("Roster"),
    "judge": Message("Judges"),
    "score": Message("Marks"),
    "deduction": Message("Deductions"),
}


class Column(NamedTuple):
    """A column of a sheet: its header, what it gives, and a hint of what is admitted."""

    header: str
    target: Target
    hint: str


def save(ruleset: str, stage: str, path: str, lang: str, rows: int, given: Mapping[str, Sequence[Mapping[str, str]]] = {}) -> list[str]:
    """Write the blank sheets for a stage of the rulebook file `ruleset` with `rows` lines each; returns the names of the sheets.

    given   what is filled in already: kind of event → rows, each field → text; the blank lines come below

    Raises:
        InputError: the rulebook has no such stage, or several and none is named.
        RulesetError: the rulebook has errors.
        ModuleNotFoundError: XlsxWriter is not installed.
    """
    loaded = load(ruleset)
    rulebook = loaded.valid()
    if not stage and len(rulebook.stages) > 1:
        raise InputError(Message("the rulebook has several stages; name one with --stage: {names}", {"names": ", ".join(rulebook.stages)}))
    stage = stage or next(iter(rulebook.stages))
    shapes = _shapes(loaded, stage)
    label = rulebook.stages[stage].label
    titles = (label and (label.zh if lang == "zh" else label.en)) or stage
    book = Book(lang, titles)
    made = _Template(book, f"{titles} · {rulebook.id}@{rulebook.version}", rows, given)
    for kind, shaped in shapes.items():
        made.sheet(kind, shaped)
    lines = (FORMAT, rulebook.id, rulebook.version, loaded.sha256, stage)
    made.stamp(lines)
    book.save(path)
    return list(made.names.values())


def _shapes(loaded: Any, stage: str) -> dict[str, Shape]:
    """The kinds of events that the stage records, each with the fields that a row can give."""
    ruleset = loaded.valid()
    opened = shape(ruleset, stage, "opened")
    kinds = ["contestant"]
    if opened.stage.sheet is not None:
        kinds += ["judge", "score"]
    if opened.stage.deductions is not None:
        kinds.append("deduction")
    kinds += [record for record in opened.stage.records if record not in KINDS]
    return {"opened": opened} | {kind: shape(ruleset, stage, kind) for kind in kinds}


class _Template:
    """The workbook being made. `names` are the sheets by their kinds."""

    def __init__(self, book: Book, title: str, rows: int, given: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        self.given = given
        self.book = book
        self.lang = book.lang
        self.title = title
        self.rows = rows
        self.names: dict[str, str] = {}
        self.ids: dict[str, str] = {}

    def say(self, message: Message) -> str:
        return message.say(self.lang)

    def sheet(self, kind: str, shaped: Shape) -> None:
        """The sheet of a kind: its header, blank lines, and what each cell admits."""
        name = self.say(TITLES[kind]) if kind in TITLES else _label(shaped.ruleset.records[kind].label, self.lang) or kind
        sheet = self.book.sheet(name)
        self.names[kind] = sheet.get_name()
        columns = list(self.columns(shaped))
        given = self.given.get(kind, [])
        lines = 1 if kind == "opened" else len(given) + self.rows
        for row in range(1, lines + 1):
            sheet.set_row(row, 20)
        for number, column in enumerate(columns):
            texts = [row.get(column.target.name, "") for row in given]
            sheet.write_string(0, number, column.header, self.book.header)
            sheet.set_column(number, number, min(max(*map(text_width, (column.header, *texts)), 7) + 3, 30))
            style = self.style(column.target)
            for row in range(1, lines + 1):
                self.fill(sheet, row, number, texts[row - 1] if row <= len(texts) else "", column.target, style)
            self.admitted(sheet, column, number, lines, kind)
        sheet.set_row(0, 32)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        self.book.printed(sheet, f"{self.title} · {name}", (" " * 20).join(map(self.say, SIGNED)))
        self.book.book.define_name(f"_template_{len(self.names)}", f"='{self.names[kind].replace(chr(39), chr(39) * 2)}'!$A$1")
        if kind in ("contestant", "judge"):
            at = next(n for n, column in enumerate(columns) if column.target.name == kind)
            letter = chr(ord("A") + at)
            self.ids[kind] = f"='{self.names[kind].replace(chr(39), chr(39) * 2)}'!${letter}$2:${letter}${lines + 1}"

    def fill(self, sheet: Worksheet, row: int, column: int, text: str, target: Target, style: Any) -> None:
        """A cell: what is known already as a person would type it, or blank."""
        if not text:
            sheet.write_blank(row, column, None, style)
        elif target.type in ("number", "integer") and _NUMBER.fullmatch(text):
            sheet.write_number(row, column, Decimal(text), style)
        elif target.type == "date":
            sheet.write_datetime(row, column, datetime.fromisoformat(text), style)
        elif target.type == "boolean":
            yes = text == "true"
            sheet.write_string(row, column, ("是" if yes else "否") if self.lang == "zh" else text, style)
        else:
            sheet.write_string(row, column, self.word(text, target.one_of[text]) if text in target.one_of else text, style)

    def stamp(self, lines: Iterable[str]) -> None:
        """The hidden sheet."""
        sheet = self.book.sheet(SHEET)
        rows: list[tuple[str, ...]] = [*zip(LINES, lines, strict=True)]
        rows += [("sheet", kind, name, f"_template_{n}") for n, (kind, name) in enumerate(self.names.items(), start=1)]
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
        sheet.very_hidden()

    def columns(self, shaped: Shape) -> Iterable[Column]:
        """The columns of a sheet: who, further coordinates, then values; of marks one for each line of the score sheet."""
        known = words(shaped)
        used: set[str] = set()
        for target in self.targets(shaped):
            yield Column(self.header(target, known, used), target, "")
        value = shaped.targets.get("value")
        for criterion, line in shaped.criteria.items():
            assert value is not None
            target = marks(shaped, criterion, value)
            named = _label(line.label, self.lang), _label(line.label, "en"), criterion
            header = next((text for text in named if text and fold(text) not in known and fold(text) not in used), criterion)
            used.add(fold(header))
            span = f"{_plain(target.low)}–{_plain(target.high)}" if target.low is not None and target.high is not None else ""
            brackets = f"（{span}）" if self.lang == "zh" else f" ({span})"
            yield Column(header + (brackets if span else ""), target, _label(line.help, self.lang))

    def targets(self, shaped: Shape) -> Iterable[Target]:
        """The fields that have a column of their own, in an order in which people fill them."""
        asked = {name: target for name, target in shaped.targets.items() if name not in NOT_ASKED}
        if shaped.kind == "opened":
            asked = {"competition": shaped.targets["competition"], **asked}
        if shaped.kind not in TIMED:
            asked.pop("at", None)
        if shaped.criteria:
            asked = {name: target for name, target in asked.items() if name not in ("criterion", "value")}
        first = [name for name in ("competition", "contestant", f"{CHECK}name", "judge", "name") if name in asked]
        if "contestant" not in asked:
            first = [name for name in first if name != f"{CHECK}name"]
        if "judge" in asked and not asked["judge"].required:
            first.remove("judge")
        rest = [name for name in asked if name not in first and name[0] != CHECK and name != "at"]
        return [asked[name] for name in (*first, *rest, *(["at"] if "at" in asked else []))]

    def header(self, target: Target, known: Mapping[str, list[tuple[int, str]]], used: set[str]) -> str:
        """The first of a field's words in the reader's language by which the import finds it, and nothing else, again."""
        texts = sorted(target.labels, key=lambda text: _chinese(text) != (self.lang == "zh"))
        clear = (text for text in texts if min(known[fold(text)])[1] == target.name and fold(text) not in used)
        header = next(clear, target.name)
        used.add(fold(header))
        return header

    # --- what cells admit --------------------------------------------------------------------------------------------------

    def style(self, target: Target) -> Any:
        """The format of blank cells: ids and texts stay as they are typed."""
        formats = {"number": "General", "integer": "0", "date": "yyyy-mm-dd"}
        return self.book.format(num_format=formats.get(target.type, "@"), border=1, border_color="#808080")

    def admitted(self, sheet: Worksheet, column: Column, number: int, lines: int, kind: str) -> None:
        """Have the cells of a column admit what the rulebook admits, and say it where something else is typed."""
        rule = self.validation(column.target, f"{_letters(number)}2", kind)
        if rule is None:
            return
        title, hint = column.header[:32], column.hint[:255]
        options = {"ignore_blank": True, "error_title": title, **rule}
        if hint:
            options |= {"input_title": title, "input_message": hint}
        sheet.data_validation(1, number, lines, number, options)

    def validation(self, target: Target, cell: str, kind: str) -> dict[str, Any] | None:
        """What a cell admits, in the words of XlsxWriter; None for anything."""
        if target.known and target.known != kind and target.known in self.ids:
            return {"validate": "list", "source": self.ids[target.known], "error_type": "warning", "error_message": self.say(NOT_ENTERED)}
        if target.one_of:
            texts = [self.word(value, labels) for value, labels in target.one_of.items()]
            if len(",".join(texts)) <= LONGEST_LIST and not any("," in text for text in texts):
                return {"validate": "list", "source": texts, "error_message": self.say(ONE_OF)}
            return None
        if target.type == "boolean":
            words_of = ["是", "否"] if self.lang == "zh" else ["true", "false"]
            return {"validate": "list", "source": words_of, "error_message": self.say(ONE_OF)}
        if target.type == "date":
            message = self.say(Message("Write a day, such as 2024-10-11."))
            return {"validate": "custom", "value": f"=ISNUMBER({cell})", "error_message": message}
        if target.type in ("number", "integer"):
            return self.number(target, cell)
        return None

    def number(self, target: Target, cell: str) -> dict[str, Any]:
        """Range and step. A step is compared to a millionth of it, because a spreadsheet computes in binary."""
        step = target.step or (Decimal(1).scaleb(-target.places) if target.places is not None else None)
        if target.type == "integer":
            step = target.step or Decimal(1)
        tests = [f"ISNUMBER({cell})"]
        said = []
        if target.low is not None:
            tests.append(f"{cell}>={_plain(target.low)}")
            said.append(Message("from {low}", {"low": _plain(target.low)}))
        if target.high is not None:
            tests.append(f"{cell}<={_plain(target.high)}")
            said.append(Message("to {high}", {"high": _plain(target.high)}))
        if step is not None:
            steps = f"({cell}-{_plain(target.low or Decimal(0))})/{_plain(step)}"
            tests.append(f"ABS({steps}-ROUND({steps},0))<0.000001")
            said.append(Message("in steps of {step}", {"step": _plain(step)}))
        message = self.say(Message("Write a number in digits {bounds}.", {"bounds": " ".join(map(self.say, said))}))
        return {"validate": "custom", "value": f"=AND({','.join(tests)})", "error_message": message}

    def word(self, value: str, labels: Iterable[str]) -> str:
        """What a person chooses in place of a value."""
        return min((*labels, value), key=lambda text: _chinese(text) != (self.lang == "zh"))


_NUMBER = re.compile(r"-?\d+(\.\d+)?")
NOT_ENTERED = Message("This id is not on its sheet. Keep it all the same?")
ONE_OF = Message("Choose one of the list.")


def _label(label: Any, lang: str) -> str:
    return "" if label is None else label.zh if lang == "zh" else label.en


def _chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _letters(column: int) -> str:
    from scoring_engine.season.importing.findings import letters

    return letters(column)
