"""What a workbook made by `template` says of itself: for which rulebook it was made, and what each of its sheets is for.

It stands on a hidden sheet, a line each: format, ruleset, version, sha256, stage, then `sheet`, its kind of event, its name and
a defined name that points to it, which spreadsheet programs keep when a sheet is renamed.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from typing import NamedTuple
from xml.etree import ElementTree

from scoring_engine.messages import Message
from scoring_engine.ruleset.loader import Loaded
from scoring_engine.season.importing.findings import Findings, Place

SHEET = "_template"
"""The hidden sheet."""

FORMAT = "template/1"
LINES = ("format", "ruleset", "version", "sha256", "stage")
"""What stands in its first lines."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Stamp(NamedTuple):
    """What the hidden sheet says.

    lines    name → text, those of `LINES`
    sheets   kind of event → name of the sheet, as it is now
    """

    file: str
    lines: Mapping[str, str]
    sheets: Mapping[str, str]

    def place(self, line: str) -> Place:
        """Where something stands."""
        return Place(self.file, SHEET, LINES.index(line) + 1, 1)


def read(path: str, findings: Findings) -> Stamp | None:
    """The stamp of a workbook; None for any other file. A sheet that is gone, or has another name now, is said.

    Raises:
        ModuleNotFoundError: python-calamine is not installed.
    """
    pointed = _pointed(path)
    if pointed is None:
        return None
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    rows = [[str(value) for value in row] for row in book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)]
    lines = {row[0]: row[1] for row in rows if row[0] in LINES}
    sheets = {}
    for number, row in enumerate(rows, start=1):
        if row[0] != "sheet" or len(row) < 4:
            continue
        kind, name = row[1], row[2]
        now = pointed.get(row[3], name)
        place = Place(path, SHEET, number, 2)
        if now not in book.sheet_names:
            findings.error(place, "no-sheet", name, Message("the sheet “{name}” of the template is not there any more", {"name": name}))
            continue
        sheets[kind] = now
        if now != name:
            message = Message("the sheet “{name}” of the template is called “{now}” now; it was read all the same")
            findings.note(place, "renamed-sheet", now, message._replace(args={"name": name, "now": now}))
    return Stamp(path, lines, sheets)


def compare(stamp: Stamp, loaded: Loaded, findings: Findings) -> None:
    """Say where the workbook was made for another rulebook, or for another version of it, than it is read with."""
    ruleset = loaded.valid()
    said = {name: stamp.lines.get(name, "") for name in LINES}
    args = {"made": said["ruleset"], "version": said["version"], "id": ruleset.id, "now": ruleset.version}
    if said["format"] != FORMAT:
        message = Message("the template has the form {value}, which this program does not know", {"value": said["format"]})
        findings.error(stamp.place("format"), "template-format", said["format"], message)
    if said["ruleset"] != ruleset.id:
        message = Message("the sheets were made for the rulebook {made}, and are read with {id}; make them anew, or name {made}", args)
        findings.error(stamp.place("ruleset"), "template-ruleset", said["ruleset"], message)
    elif said["version"] != ruleset.version:
        message = Message(
            "the sheets were made for version {version} of {id}, which is at {now} now; compare their columns with a new template", args
        )
        findings.error(stamp.place("version"), "template-version", said["version"], message)
    elif said["sha256"] != loaded.sha256:
        message = Message("the rulebook {id}@{now} was changed since the sheets were made", args)
        findings.note(stamp.place("sha256"), "template-changed", said["sha256"], message)


def _pointed(path: str) -> dict[str, str] | None:
    """Defined name → sheet that it points to; None where the file is no workbook with the hidden sheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            root = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, OSError):
        return None
    if all(sheet.get("name") != SHEET for sheet in root.iter(f"{_MAIN}sheet")):
        return None
    found = {}
    for name in root.iter(f"{_MAIN}definedName"):
        match = re.fullmatch(r"(?:'((?:[^']|'')+)'|([^'!]+))!.*", name.text or "")
        if match is not None:
            found[name.get("name", "")] = (match[1] or match[2]).replace("''", "'")
    return found
