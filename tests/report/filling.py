"""Workbooks read and filled by hand, with nothing of the program's own."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def parts(path: Path) -> dict[str, str]:
    """Sheet → its part of the file."""
    with zipfile.ZipFile(path) as archive:
        links = {link.get("Id"): link.get("Target") for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
        sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        return {sheet.get("name", ""): f"xl/{links[sheet.get(LINK)]}" for sheet in sheets}


def part(path: Path, sheet: str) -> str:
    """The XML of a sheet."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(parts(path)[sheet]).decode()


def filled(path: Path, to: Path, rows: Mapping[str, Sequence[Sequence[str | int | float | None]]], renamed: Mapping[str, str] = {}) -> Path:
    """The workbook with rows typed under the headers of some sheets, as a person would: cells get values, all else stays.

    renamed   sheet → new name, as a spreadsheet program renames it: defined names that point to it follow
    """
    named = {parts(path)[name]: lines for name, lines in rows.items()}
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(to, "w") as out:
        for name in archive.namelist():
            text = archive.read(name)
            if name in named:
                text = _typed(text.decode(), named[name]).encode()
            if name == "xl/workbook.xml":
                book = text.decode()
                for old, new in renamed.items():
                    book = (
                        book.replace(f'name="{old}"', f'name="{new}"').replace(f">{old}!", f">{new}!").replace(f">'{old}'!", f">'{new}'!")
                    )
                text = book.encode()
            out.writestr(name, text)
    return to


def _typed(xml: str, lines: Sequence[Sequence[str | int | float | None]]) -> str:
    for row, line in enumerate(lines, start=2):
        for column, value in enumerate(line):
            if value is None:
                continue
            place = f"{chr(ord('A') + column)}{row}"
            if isinstance(value, str):
                cell = f'<c r="{place}"\\g<1> t="inlineStr"><is><t>{escape(value)}</t></is></c>'
            else:
                cell = f'<c r="{place}"\\g<1>><v>{value}</v></c>'
            xml, count = re.subn(rf'<c r="{place}"( s="\d+")?/>', cell, xml)  # the cell's format stays
            assert count == 1, place
    return xml
