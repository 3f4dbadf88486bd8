"""XLSX and other workbooks.

The cells come from calamine, which gives number cells as floats; `typed` turns them back into decimals (why that is exact stands
in the package's docstring). What calamine does not tell (formulas, percentages, leading zeros, errors) is read from the file's
own XML.
"""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from xml.etree import ElementTree

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.season.importing.findings import Findings, Place
from scoring_engine.season.importing.sheets import BLANK, Cell, Range, Row, Sheet


class Extra(NamedTuple):
    """What the XML tells of a cell beyond its value."""

    formula: bool = False
    error: str = ""
    format: str = ""


_NOTHING = Extra()


def read(path: str, only: tuple[str, ...], findings: Findings) -> list[Sheet]:
    """The visible sheets of a workbook that hold anything, or those named.

    Raises:
        InputError: it cannot be read, or has no sheet of a name given.
        ModuleNotFoundError: python-calamine is not installed.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(path)
        listed = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    except FileNotFoundError as error:
        raise InputError(Message("{file}: there is no such file; check the path", {"file": path})) from error
    except (CalamineError, OSError) as error:
        raise InputError(
            Message(
                "{file} cannot be read as a workbook ({problem}); open it in a spreadsheet program and save it as .xlsx",
                {"file": path, "problem": str(error)},
            )
        ) from error
    names = [sheet.name for sheet in listed]
    for name in only:
        if name not in names:
            raise InputError(
                Message("{file} has no sheet “{name}”; it has {names}", {"file": path, "name": name, "names": ", ".join(names)})
            )
    extras = _extras(path)
    sheets = []
    for sheet in listed:
        if only and sheet.name not in only:
            continue
        if not only and sheet.visible != SheetVisibleEnum.Visible:
            findings.note(
                Place(path, sheet.name), "hidden-sheet", sheet.name, Message("the sheet is hidden and was left out; name it with --sheet")
            )
            continue
        loaded = book.get_sheet_by_name(sheet.name)
        values = loaded.to_python(skip_empty_area=False)
        merged = [(top, left, bottom, right) for (top, left), (bottom, right) in loaded.merged_cell_ranges or []]
        rows = _rows(values, extras.get(sheet.name, {}), merged)
        if rows or only:
            sheets.append(Sheet(path, sheet.name, rows, merged))
    return sheets


def _rows(values: list[list[Any]], extras: dict[tuple[int, int], Extra], merged: list[Range]) -> list[Row]:
    rows = [
        Row(number + 1, [cell(value, extras.get((number, column), _NOTHING)) for column, value in enumerate(line)])
        for number, line in enumerate(values)
    ]
    for top, left, bottom, right in merged:
        if top >= len(rows):
            continue
        whole = rows[top].cell(left)
        for row in rows[top : bottom + 1]:
            row.cells.extend([BLANK] * (right + 1 - len(row.cells)))
            for column in range(left, right + 1):
                if (row.line - 1, column) != (top, left) and not row.cells[column].text:
                    row.cells[column] = whole._replace(merged=True)
    while rows and rows[-1].blank:
        rows.pop()
    return rows


def cell(value: Any, extra: Extra) -> Cell:
    """A cell from what calamine gives for it."""
    if extra.error:
        return Cell(extra.error, "error", extra.formula)
    if isinstance(value, bool):
        return Cell("true" if value else "false", "boolean", extra.formula)
    if isinstance(value, (int, float)):
        return Cell(typed(value), "number", extra.formula, format=extra.format)
    if isinstance(value, datetime):
        return Cell(value.isoformat(), "time", extra.formula)
    if isinstance(value, date):
        return Cell(value.isoformat(), "date", extra.formula)
    if isinstance(value, (time, timedelta)):
        return Cell(str(value), "clock", extra.formula)
    text = str(value)
    return Cell(text, "text", extra.formula) if text else BLANK


def typed(value: int | float) -> str:
    """The decimal that a number cell shows, in plain notation: 92.5, 7, 420000000000000000."""
    return format(Decimal(repr(value)), "f").removesuffix(".0")


# --- what the XML tells ---------------------------------------------------------------------------------------------------

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BUILT_IN = {9: "0%", 10: "0.00%"}


def _extras(path: str) -> dict[str, dict[tuple[int, int], Extra]]:
    """For each sheet of an XLSX file the cells with something to tell; nothing for other kinds of workbooks."""
    try:
        with zipfile.ZipFile(path) as archive:
            formats = _formats(archive)
            return {name: _cells(archive, part, formats) for name, part in _parts(archive).items()}
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError):
        return {}


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The XML file of each sheet."""
    links = {link.get("Id", ""): link.get("Target", "") for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
    found = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = links.get(sheet.get(_LINK, ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in archive.namelist():
            found[sheet.get("name", "")] = part
    return found


def _formats(archive: zipfile.ZipFile) -> list[str]:
    """For each cell style "%" or "000" where numbers are shown so, else ""."""
    if "xl/styles.xml" not in archive.namelist():
        return []
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    codes = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in styles.iter(f"{_MAIN}numFmt")} | _BUILT_IN
    styled = styles.find(f"{_MAIN}cellXfs")
    return [] if styled is None else [_format(codes.get(int(style.get("numFmtId", "0")), "")) for style in styled]


def _format(code: str) -> str:
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code)
    if "%" in bare:
        return "%"
    return bare if re.fullmatch("0{2,}", bare) else ""


def _cells(archive: zipfile.ZipFile, part: str, formats: list[str]) -> dict[tuple[int, int], Extra]:
    found: dict[tuple[int, int], Extra] = {}
    with archive.open(part) as stream:
        for _, node in ElementTree.iterparse(stream):
            if node.tag == f"{_MAIN}c":
                style = int(node.get("s") or 0)
                error = (node.findtext(f"{_MAIN}v") or "") if node.get("t") == "e" else ""
                extra = Extra(node.find(f"{_MAIN}f") is not None, error, formats[style] if style < len(formats) else "")
                if extra != _NOTHING and (place := _place(node.get("r") or "")) is not None:
                    found[place] = extra
            elif node.tag == f"{_MAIN}row":
                node.clear()
    return found


def _place(name: str) -> tuple[int, int] | None:
    """C7 as (6, 2)."""
    match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", name)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1
