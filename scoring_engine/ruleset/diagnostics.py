"""Diagnostics: what is wrong in a rulebook, where, and what to do about it.

Reading, compiling and linting collect diagnostics instead of stopping at the first one, so that a person sees all of
them in one run, in the order of the lines. Codes: E1xx the file and its YAML, E2xx the shape of an entry, E3xx names and
formulas, L2xx lints.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple

from scoring_engine.messages import Message, translate

Severity = Literal["error", "warning"]

SEVERITIES = {"error": Message("error"), "warning": Message("warning"), "note": Message("note")}
"""How severe a finding is → how that is said; a note is for the findings of an import."""

_WINDOW = 160  # columns of a source line that are shown; a longer one is cut around the caret


class Position(NamedTuple):
    """A stretch of a line: line and column count from 1, columns and length in characters."""

    line: int
    column: int
    length: int


class Diagnostic(NamedTuple):
    """One finding, with its place in the file."""

    code: str
    severity: Severity
    file: str
    line: int
    column: int
    length: int
    message: Message
    help: Message | None = None


class RulesetError(Exception):
    """A rulebook that cannot be used; carries every diagnostic of the run and the text of the files for rendering."""

    def __init__(self, diagnostics: Iterable[Diagnostic], texts: Mapping[str, str] | None = None) -> None:
        self.diagnostics = ordered(diagnostics)
        self.texts = dict(texts or {})
        super().__init__(self.say())

    def say(self, lang: str = "en") -> str:
        """All diagnostics as text in the language `lang`."""
        return render(self.diagnostics, self.texts, lang)


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics by file, line and column, each once."""
    seen: set[tuple[object, ...]] = set()
    result = []
    for d in sorted(diagnostics, key=lambda d: (d.file, d.line, d.column, d.code)):
        identity = (d.file, d.line, d.column, d.code, d.message.say())
        if identity not in seen:
            seen.add(identity)
            result.append(d)
    return result


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error and not merely a warning."""
    return any(d.severity == "error" for d in diagnostics)


def render(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str] | None = None, lang: str = "en") -> str:
    """The diagnostics as text for a terminal.

    Each is `file:line:column: error[E201]: …`, then the line of the file with a caret under the place where `texts`
    (file → its text) has it, then a line `help: …` where there is one.
    """
    lines = {file: text.split("\n") for file, text in (texts or {}).items()}
    return "\n".join(_one(d, lines.get(d.file, []), lang) for d in diagnostics)


def _one(d: Diagnostic, lines: list[str], lang: str) -> str:
    parts = [f"{printable(d.file)}:{d.line}:{d.column}: {SEVERITIES[d.severity].say(lang)}[{d.code}]: {printable(d.message.say(lang))}"]
    margin = " " * len(str(d.line))
    if 0 < d.line <= len(lines) and (source := lines[d.line - 1].rstrip("\r")).strip():
        before, marked, after = _cut(source, d.column - 1, d.length)
        parts.append(f" {d.line} | {before}{marked}{after}")
        parts.append(f" {margin} | {' ' * width(before)}{'^' * max(1, width(marked))}")
    if d.help is not None:
        parts.append(f" {margin} = {translate('help', lang)}: {printable(d.help.say(lang))}")
    return "\n".join(parts)


def _cut(source: str, start: int, length: int) -> tuple[str, str, str]:
    """The source line before, under and after the caret, each printable, a long line cut on both sides."""
    start = min(max(start, 0), len(source))
    end = min(len(source), start + max(length, 1))
    before, marked, after = source[:start], source[start:end], source[end:]
    if len(source) > _WINDOW:
        half = _WINDOW // 3
        before = before if len(before) <= half else "…" + before[-half:]
        marked = marked if len(marked) <= half else marked[:half] + "…"
        after = after if len(after) <= half else after[:half] + "…"
    return printable(before), printable(marked), printable(after)


def printable(text: str) -> str:
    """The text with control characters made visible, so that a file cannot steer the terminal; a tab becomes a space."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c == "\t" else f"\\x{ord(c):02x}" for c in text)


def width(text: str) -> int:
    """The columns that a text takes on a terminal: Chinese characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def suggest(name: str, names: Collection[str]) -> str | None:
    """The name of `names` that `name` was probably meant to be; None where nothing is near."""
    from difflib import get_close_matches

    folded = {n.casefold().replace("_", "-"): n for n in names}
    wanted = name.casefold().replace("_", "-")
    # A short name has few characters to agree in: ratio 0.5 admits one wrong character out of two (数量 for 数目).
    near = get_close_matches(wanted, folded, 1, 0.5 if len(wanted) <= 3 else 0.6)
    return folded[near[0]] if near else None


def did_you_mean(name: str, names: Collection[str], most: int = 12) -> Message | None:
    """Help for an unknown name: the nearest one that exists, else the list of those that do (where it is short)."""
    if near := suggest(name, names):
        return Message('did you mean "{name}"?', {"name": near})
    if 0 < len(names) <= most:
        return Message("one of {names}", {"names": ", ".join(names)})
    return None
