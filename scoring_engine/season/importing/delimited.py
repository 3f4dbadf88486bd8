"""CSV files as people save them: UTF-8 with or without a byte order mark, UTF-16, or GB18030; comma, tab or semicolon."""

from __future__ import annotations

import csv
import io

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.season.importing.findings import Findings, Place
from scoring_engine.season.importing.sheets import BLANK, Cell, Row, Sheet

_SEPARATORS = (",", "\t", ";")
_LONGEST = 1 << 24  # characters of one cell; the csv module's own limit is 128 KB


def read(path: str, findings: Findings) -> Sheet:
    """The one sheet of a CSV file. A row's line is the one on which it begins.

    Raises:
        InputError: it cannot be opened, or is in no encoding that is known.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        raise InputError(Message("{file}: {problem}", {"file": path, "problem": error.strerror or str(error)})) from error
    text = _decoded(data, path, findings)
    first, _, rest = text.partition("\n")
    line = 1
    if first[:4].lower() == "sep=" and len(first.strip()) == 5:  # how a spreadsheet program notes what stands between cells
        separator, text, line = first[4], rest, 2
    else:
        separator = max(_SEPARATORS, key=text.lstrip("\r\n").partition("\n")[0].count)
    rows: list[Row] = []
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = line
    try:
        for cells in reader:
            rows.append(Row(line, [Cell(cell) if cell else BLANK for cell in cells]))
            line = before + reader.line_num
    except csv.Error as error:
        place = Place(path, line=line)
        findings.error(
            place,
            "csv",
            "",
            Message(
                "the file cannot be read from here on ({problem}); look for a quotation mark that is not closed", {"problem": str(error)}
            ),
        )
    while rows and rows[-1].blank:
        rows.pop()
    return Sheet(path, "", rows, [])


def _decoded(data: bytes, path: str, findings: Findings) -> str:
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
    elif data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise _unreadable(data, path, error) from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        first = error
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise _unreadable(data, path, first) from first
    findings.note(
        Place(path), "encoding", "GB18030", Message("the file is not in UTF-8; it was read as GB18030. Look whether the names are right")
    )
    return text


def _unreadable(data: bytes, path: str, error: UnicodeDecodeError) -> InputError:
    line = str(data.count(b"\n", 0, error.start) + 1)
    return InputError(
        Message("{file}:{line}: the file is neither in UTF-8 nor in GB18030; save it as “CSV UTF-8”", {"file": path, "line": line})
    )
