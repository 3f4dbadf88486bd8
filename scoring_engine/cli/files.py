"""Whether a file that a command line names can be read, and what to do where it cannot."""

from __future__ import annotations

import os

from scoring_engine.messages import Message


def unreadable(path: str) -> Message | None:
    """Why a file cannot be read, and what to do; None where it can."""
    file = {"file": path}
    if os.path.isdir(path):
        return Message("{file} is a folder; name the files in it", file)
    if not os.path.exists(path):
        near = _near(path)
        if near is not None:
            return Message("{file}: there is no such file; did you mean {near}?", file | {"near": near})
        return Message("{file}: there is no such file; check the path", file)
    if not os.access(path, os.R_OK):
        return Message("{file}: no permission to read it; ask its owner", file)
    return None


_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f")


def no_text(path: str) -> Message | None:
    """Why a file whose name ends like that of a log is none: it is a workbook or something else that is not read line by line."""
    if not path.lower().endswith((".jsonl", ".ndjson", ".json", ".csv")):
        return None
    with open(path, "rb") as stream:
        head = stream.read(1024)
    if head[:4] == b"PK\x03\x04":
        return Message("{file} is a workbook under another name; let it end in .xlsx, and import it", {"file": path})
    # A slip of the pen spoils a line, and the lines around it count; a tenth of control characters is no slip.
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls * 10 > len(head) and head[:2] not in (b"\xff\xfe", b"\xfe\xff") and not head.startswith(b"SQLite format 3"):
        return Message("{file} is no text; a log is a .jsonl or .csv file, a line an event", {"file": path})
    return None


def _near(path: str) -> str | None:
    """A file of the same sort beside it whose name is much like it."""
    from difflib import get_close_matches

    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(name)
    try:
        stems = [other.removesuffix(suffix) for other in os.listdir(folder or ".") if other.endswith(suffix)]
    except OSError:
        return None
    return next((os.path.join(folder, near + suffix) for near in get_close_matches(stem, stems, 1, 0.7)), None)
