"""Syntax errors of YAML in plain words, at the line that is to be mended.

The parser stops where it can no longer make sense of the text, which is often a line or more behind the mistake: after a
missing colon, a quote that is not closed, a line with one blank too many. So the lines before are looked at too.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic

_ENTRY = re.compile(r"""\s*(?:- +)*(?:[^\s'"#\[{&*!|>%@`-][^#'"]*?|'[^']*'|"[^"]*"|-[^\s]*?):(?:\s|$)""")
_ITEM = re.compile(r"\s*-(?:\s|$)")
_MEANT = re.compile(r"[ -]*[\w.-]+(：|:(?=[^\s:]))")  # an entry with a Chinese colon, or without the blank behind it
_OPENS = re.compile(r":\s*(#.*)?$")  # nothing but a comment behind the name: entries or items follow
_MAYBE_BEFORE = ("mapping values are not allowed", "expected key", "<block end>", "document start")

# What libyaml says → which of its places it is about, and the words of a person who writes rulebooks.
_NEITHER = ("this line is neither an entry (name: value) nor part of a list", "is a colon missing, or a space behind it?")
_PROBLEMS: list[tuple[str, str, str, str]] = [
    ("cannot start any token", "problem", 'a text cannot begin with "{char}"', "quote the text"),
    (
        "mapping values are not allowed",
        "problem",
        "a second colon in this line, or the line is indented too far",
        'quote a text that holds ": "',
    ),
    (
        "could not find expected ':'",
        "context",
        "this line is neither an entry (name: value) nor part of a list",
        "is a colon missing, or a space behind it?",
    ),
    ("unexpected end of stream", "context", "the quote that begins here is not closed", "close it with the same quote"),
    ("unexpected document separator", "context", "the quote that begins here is not closed", "close it with the same quote"),
    ("unknown escape character", "problem", "an unknown escape in double quotes", "use single quotes for a text with backslashes"),
    ("',' or ']'", "context", "the list that begins here is not closed, or a comma is missing in it", "close it with ]"),
    ("',' or '}'", "context", "the mapping that begins here is not closed, or a comma is missing in it", "close it with }}"),
    (
        "did not find expected key",
        "problem",
        "this line does not fit into the entries around it",
        "check its indentation, and the quotes before it",
    ),
    (
        "expected <block end>",
        "problem",
        "this line does not fit into the entries around it",
        "check its indentation, and the quotes before it",
    ),
    (
        "did not find expected '-' indicator",
        "problem",
        "this line does not fit into the list around it",
        "begin it with - or check its indentation",
    ),
    ("block sequence entries are not allowed", "problem", "a list cannot begin here", "begin it on a new line, or write [a, b]"),
    ("undefined alias", "problem", "this alias stands for nothing", "give the anchor & before it, or quote a text that begins with *"),
    ("alphabetic or numeric character", "problem", 'a text cannot begin with "*" or "&"', "quote the text"),
    ("block scalar", "context", "the text block that begins here is not readable", "put | or > at the end of the line and indent the text"),
]


class _Place(NamedTuple):
    line: int
    column: int


def syntax(error: Any, text: str, file: str, quote: Any = None, bracket: Any = None) -> Diagnostic:
    """The diagnostic of a parser's error.

    `quote`: where the text before it began, if that is in quotes and goes over several lines. `bracket`: where the innermost
    list or mapping in brackets began that is still open.
    """
    problem = str(error.problem or error.context or "")
    lines = text.split("\n")
    message, help, mark = Message("this is not valid YAML: {problem}", {"problem": problem}), None, error.problem_mark
    for part, where, said, advice in _PROBLEMS:
        if part in problem:
            mark = (error.context_mark if where == "context" else None) or mark
            message, help = Message(said), Message(advice)
            break
    place = _within(lines, mark or error.context_mark)
    source = lines[place.line]
    if "{char}" in message.text:
        message = Message(message.text, {"char": source[place.column : place.column + 1]})
    if "\t" in source[: place.column + 1]:
        place = _Place(place.line, source.index("\t"))
        message, help = Message("a tab in the indentation"), Message("indent with spaces")
    elif quote is not None:
        place = _Place(quote.line, quote.column)
        message = Message("the quote that begins here ends only in line {line}", {"line": str(_last_quote(error, lines) + 1)})
        help = Message("close it with the same quote")
    elif "node content" in problem and bracket is not None and bracket.line < place.line:
        place = _Place(bracket.line, bracket.column)
        message, help = Message("the bracket that begins here is not closed"), Message("close it with ] or }}")
    elif any(part in problem for part in _MAYBE_BEFORE) and not _ENTRY.match(source[: place.column] + " "):
        if (before := _not_an_entry(lines, place.line)) is not None:
            place, message, help = _Place(before, 0), Message(_NEITHER[0]), Message(_NEITHER[1])
        elif (odd := _odd_one(lines, place.line)) is not None:
            place, message = _Place(odd, 0), Message("this line is not indented as those around it")
            help = Message("indent all entries of a list or mapping alike")
    return _diagnostic(file, lines, place, message, help)


def _diagnostic(file: str, lines: list[str], place: _Place, message: Message, help: Message | None) -> Diagnostic:
    source, column = lines[place.line], place.column
    if match := _MEANT.match(source):
        column = match.start(1)
        help = Message('write ": " (an English colon and a space) between a name and its value')
    elif source[column - 1 : column] == "\\":  # the parsers differ in whether the backslash belongs to it
        column -= 1
    elif column == 0 and not source.startswith("\t"):
        column = _indent(source)
    return Diagnostic("E115", "error", file, place.line + 1, column + 1, 1, message, help)


def _within(lines: list[str], mark: Any) -> _Place:
    """A place that the text has: the parser may point behind its end."""
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    while line > 0 and (line >= len(lines) or not lines[line].strip()):
        line, column = line - 1, 0
    return _Place(line, column)


def _last_quote(error: Any, lines: list[str]) -> int:
    mark = error.problem_mark or error.context_mark
    return min(mark.line, len(lines) - 1) if mark is not None else 0


def _not_an_entry(lines: list[str], line: int) -> int | None:
    """A line before, where it is neither an entry nor an item, so that the parser took it for text that goes on."""
    before = _content(lines, range(line - 1, -1, -1))
    while before is not None and not _ENTRY.match(lines[before]) and not _ITEM.match(lines[before]):
        inside = next((i for i in range(before - 1, -1, -1) if lines[i].strip() and _indent(lines[i]) < _indent(lines[before])), None)
        if inside is None or _OPENS.search(lines[inside]):
            return before
        before = inside  # it belongs to the text of that line
    return None


def _odd_one(lines: list[str], line: int) -> int | None:
    """A single line whose indentation differs from that of its neighbours, where the parser blames the neighbour behind it."""
    theirs = _indent(lines[line])
    above = _content(lines, range(line - 1, -1, -1))
    deeper: list[int] = []
    while above is not None and _indent(lines[above]) > theirs:
        deeper.append(above)
        above = _content(lines, range(above - 1, -1, -1))
    if above is None:
        return deeper[-1] if deeper else None
    behind = next((i for i in range(line + 1, len(lines)) if _is_content(lines[i]) and _indent(lines[i]) <= theirs), None)
    several = behind is not None and _indent(lines[behind]) == theirs  # the line that is blamed has others like it behind
    over = _content(lines, range(above - 1, -1, -1))
    same = next((i for i in range(above - 1, -1, -1) if _is_content(lines[i]) and _indent(lines[i]) <= theirs), None)
    sibling = same is not None and _indent(lines[same]) == theirs
    first_below = over is not None and _OPENS.search(lines[over]) is not None and _indent(lines[over]) <= _indent(lines[above])
    if deeper:
        level = min(_indent(lines[i]) for i in deeper)
        top = [i for i in deeper if _indent(lines[i]) == level]
        if len(top) == 1 and (several or (level % 2 and not theirs % 2)):
            return top[0]
        return above if several and _indent(lines[above]) < theirs and (first_below or sibling) else None
    if _indent(lines[above]) == theirs or _OPENS.search(lines[above]):
        return None
    between = over is not None and _indent(lines[over]) == theirs
    return above if between or (several and (first_below or sibling)) else None


def _content(lines: list[str], numbers: range) -> int | None:
    """The first of these lines that is neither empty nor a comment."""
    return next((i for i in numbers if _is_content(lines[i])), None)


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
