"""What all workbooks share: the same bytes for the same content, cells that keep exact values, and sheets that print on A4."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

A4 = 9
DIGITS = 15
"""Significant digits that a spreadsheet keeps of a number."""
LONGEST = 32_767
"""Characters that a cell holds."""
MOST_ROWS = 1_048_576
NARROWEST, WIDEST = 6, 46
PAGE = 150
"""Columns of a typewriter that A4 across has in letters that are still read well; wider tables break their longer texts."""
LEAST = 18
"""No column is made narrower than this for the sake of the page."""
LINE = 15
"""Points of a line."""
LOOKED_AT = 2000
"""Rows by which the widths of columns are chosen."""

_DECIMAL = re.compile(r"-?\d+(?:\.(\d+))?")
_FIXED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # when a workbook was made would make every one different


class Book:
    """A workbook being made.

    Raises:
        ModuleNotFoundError: XlsxWriter is not installed.
    """

    def __init__(self, lang: str, title: str) -> None:
        from xlsxwriter import Workbook

        self.lang = lang
        self._bytes = BytesIO()
        font = {"font_name": "Microsoft YaHei" if lang == "zh" else "Calibri", "font_size": 10}
        self.book: Workbook = Workbook(
            self._bytes,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_format_properties": font},
        )
        self.book.set_properties({"title": title, "created": _FIXED})
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._names: set[str] = set()

    def format(self, **properties: Any) -> Format:
        """A cell format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    @property
    def header(self) -> Format:
        """The format of a header cell."""
        return self.format(bold=True, bg_color="#DCE6F1", border=1, text_wrap=True, valign="vcenter", align="center")

    @property
    def text(self) -> Format:
        """The format of a cell of text: shown as typed, whatever it looks like."""
        return self.format(num_format="@", border=1, border_color="#BFBFBF", text_wrap=True, valign="vcenter", indent=1)

    def number(self, places: int) -> Format:
        """The format of a number that is shown with `places` decimals."""
        return self.format(num_format="0" + ("." + "0" * places if places else ""), border=1, border_color="#BFBFBF", valign="vcenter")

    def sheet(self, name: str) -> Worksheet:
        """A new sheet whose name is as near to `name` as spreadsheets admit and no other sheet's."""
        return self.book.add_worksheet(self._free(name))

    def _free(self, name: str) -> str:
        bare = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip().strip("'")[:31] or "-"
        free, n = bare, 1
        while free.lower() in self._names or free.lower() == "history":  # spreadsheets keep the name History for themselves
            n += 1
            free = f"{bare[: 31 - len(str(n)) - 3]} ({n})"
        self._names.add(free.lower())
        return free

    def cell(self, sheet: Worksheet, row: int, column: int, value: str, numeric: bool) -> None:
        """Write a value: a decimal that a spreadsheet keeps exactly as a number with its places, any other as text."""
        match = _DECIMAL.fullmatch(value) if numeric else None
        if match is not None and len(value.lstrip("-0.").replace(".", "")) <= DIGITS:
            sheet.write_number(row, column, Decimal(value), self.number(len(match[1] or "")))  # a Decimal is written digit by digit
        elif value:
            sheet.write_string(row, column, value if len(value) <= LONGEST else value[: LONGEST - 1] + "…", self.text)
        else:
            sheet.write_blank(row, column, None, self.text)

    def table(self, sheet: Worksheet, headings: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]) -> None:
        """Write a table whose header is the first row, frozen, repeated on each printed page, and with filters."""
        widths = column_widths(headings, rows)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, self.header)
            sheet.set_column(column, column, widths[column])
        for line, row in enumerate(rows, start=1):
            # Not every program makes a row as high as what breaks in it, so it is said how high it is.
            lines = max((-(-text_width(value) // (width - 1)) for value, width in zip(row, widths, strict=True)), default=1)
            if lines > 1:
                sheet.set_row(line, LINE * lines)
            for column, value in enumerate(row):
                self.cell(sheet, line, column, value, numeric[column])
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if rows and headings:
            sheet.autofilter(0, 0, len(rows), len(headings) - 1)

    def printed(self, sheet: Worksheet, title: str, signed: str = "") -> None:
        """Have a sheet print on A4 across, as wide as the page, with its title above and the page number below."""
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L&B{_plain(title, 200)}")
        sheet.set_footer(f"&L{_plain(signed, 200)}&R&P / &N")

    def save(self, path: str) -> None:
        """Write the workbook to a file beside `path`, which then takes its place."""
        self.book.close()
        folder, name = os.path.split(path)
        part = os.path.join(folder, f".{name}.{os.getpid()}.part")
        try:
            with open(part, "wb") as file:
                file.write(self._bytes.getvalue())
            os.replace(part, path)
        except BaseException:
            if os.path.exists(part):
                os.unlink(part)
            raise


def text_width(text: str) -> int:
    """Columns of a typewriter that the longest line of a text takes: two for a Chinese character."""
    return max((sum(1 + (east_asian_width(c) in "WF") for c in line) for line in text.splitlines()), default=0)


def column_widths(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is: as its longest text, at most `WIDEST` unless a single word is longer; together no wider than a page,
    as far as breaking the longer texts can bring that about."""
    widths, words = [], []
    for column, heading in enumerate(headings):
        texts = [heading, *(row[column] for row in rows[:LOOKED_AT])]
        word = max((text_width(word) for text in texts for word in text.split() if word.isascii()), default=0)
        words.append(max(word + 3, NARROWEST))
        widths.append(min(max(max(map(text_width, texts)) + 3, NARROWEST), max(WIDEST, words[-1])))
    while sum(widths) > PAGE:
        widest = max(range(len(widths)), key=lambda column: widths[column] - max(LEAST, words[column]))
        if widths[widest] <= max(LEAST, words[widest]):
            break
        widths[widest] -= 1
    return widths


def blocks(rows: Sequence[Sequence[str]]) -> Iterable[Sequence[Sequence[str]]]:
    """The rows in parts that fit on a sheet under a header; one part without rows where there are none."""
    for start in range(0, max(len(rows), 1), MOST_ROWS - 1):
        yield rows[start : start + MOST_ROWS - 1]


def _plain(text: str, most: int) -> str:
    """A text for a page header, in which & begins a command."""
    return text[:most].replace("&", "&&")
