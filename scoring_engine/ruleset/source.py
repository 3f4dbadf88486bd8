"""A YAML file as a tree of nodes that know where they were written.

Plain `yaml.safe_load` is not used because it changes what a person wrote: `on` becomes true, `12:30` becomes 750, `1.10`
becomes 1.1, a second entry of the same name silently wins. Here a plain scalar is a whole number, a decimal (exact, with
its places), `true`, `false`, `null`, or text; keys are always text. Tags are not admitted, aliases are, within bounds.

The tree is built from the parser's events with a stack of its own, so that nothing in a file can exhaust the memory or
the interpreter's stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic, Position, Severity

Path = tuple[str | int, ...]

MAX_BYTES = 8_000_000
MAX_DEPTH = 40
MAX_NODES = 400_000  # with aliases written out
MAX_DIGITS = 40

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+")
# Characters that YAML does not admit, and those that it would count as line ends although editors do not.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_CUT_OFF = re.compile(r"[ \t]+#(?=[^\s#])")


class Mark(NamedTuple):
    """A place in the text: line and column from 0, offset from the beginning, all in characters."""

    line: int
    column: int
    offset: int


class Node:
    """A scalar, a list or a mapping, with the place where it was written.

    value   for a scalar the value (int, Decimal, bool, None, str), for a list its nodes, for a mapping key → (key node, node)
    flow    a list or mapping in brackets
    size    number of nodes in it, aliases written out
    """

    __slots__ = ("end", "flow", "kind", "quoted", "size", "start", "value")

    def __init__(self, kind: str, value: Any, start: Mark, end: Mark) -> None:
        self.kind = kind
        self.value = value
        self.start = start
        self.end = end
        self.flow = False
        self.quoted = False
        self.size = 1

    def plain(self) -> Any:
        """The node as plain Python values."""
        if self.kind == "map":
            return {key: node.plain() for key, (_, node) in self.value.items()}
        if self.kind == "list":
            return [node.plain() for node in self.value]
        return self.value

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Node, Node | None]]:
        """Every node below this one with its path and, where it is the value of an entry, the node of its key."""
        if self.kind == "map":
            for key, (key_node, node) in self.value.items():
                yield (*path, key), node, key_node
                yield from node.walk((*path, key))
        elif self.kind == "list":
            for i, node in enumerate(self.value):
                yield (*path, i), node, None
                yield from node.walk((*path, i))


class Stop(Exception):  # noqa: N818  (control flow: reading cannot go on)
    """Reading cannot go on after this diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic.message.say())


def decode(data: bytes, file: str) -> tuple[str, list[Diagnostic]]:
    """The text of a file with plain line ends; raises `Stop` where it is not UTF-8 text or is too large."""

    def at(line: int, column: int, code: str, message: Message, help: Message | None = None, severity: Severity = "error") -> Diagnostic:
        return Diagnostic(code, severity, file, line, column, 1, message, help)

    found = []
    if len(data) > MAX_BYTES:
        message = Message("the file has {size} bytes; a rulebook has at most {most}", {"size": str(len(data)), "most": str(MAX_BYTES)})
        raise Stop(at(1, 1, "E101", message))
    save = Message("save the file as UTF-8")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Stop(at(1, 1, "E102", Message("the file is UTF-16 text, not UTF-8"), save))
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        found.append(
            at(1, 1, "E103", Message("the file begins with a byte order mark (BOM)"), Message("save it as UTF-8 without BOM"), "warning")
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
        message = Message("this is not UTF-8 text (byte {byte})", {"byte": f"{data[error.start]:02x}"})
        if _is_chinese(data):
            message = Message("this is not UTF-8 text; it looks like GB18030 (GBK)")
        raise Stop(at(line, column, "E102", message, save)) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if match := _FORBIDDEN.search(text):
        start = text.rfind("\n", 0, match.start())
        message = Message("a character that a rulebook cannot hold: U+{code}", {"code": f"{ord(match.group()):04X}"})
        raise Stop(at(text.count("\n", 0, match.start()) + 1, match.start() - start, "E104", message, Message("delete it")))
    return text, found


def _is_chinese(data: bytes) -> bool:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def read(text: str, file: str) -> tuple[Node | None, list[Diagnostic]]:
    """The tree of a YAML text, with all that is wrong with it; no tree where it cannot be read."""
    import yaml

    reader = _Reader(text, file)
    try:
        # The C parser reads a rulebook in a tenth of the time; some installations are without it.
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        from scoring_engine.ruleset.syntax import syntax

        bracket = next((node.start for node in reversed(reader.open) if node.flow), None)
        reader.found.append(syntax(error, text, file, reader.quote, bracket))
        return None, reader.found
    except Stop as stop:
        reader.found.append(stop.diagnostic)
        return None, reader.found
    if reader.root is None:
        return None, [
            Diagnostic("E105", "error", file, 1, 1, 1, Message("the file is empty"), Message("a rulebook begins with format: ruleset/1"))
        ]
    return reader.root, reader.found


class _Reader:
    """Takes the parser's events and builds the tree."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.root: Node | None = None
        self.found: list[Diagnostic] = []
        self.open: list[Node] = []  # lists and mappings that have not ended
        self.keys: list[Node | None] = []  # the key that waits for its value, for each of them
        self.anchors: dict[str, Node | None] = {}  # None while the anchored node has not ended
        self.names: list[str | None] = []
        self.documents = 0
        self.quote: Mark | None = None  # where the text before began, if it is in quotes and goes over several lines

    def report(self, code: str, node: Node, message: Message, help: Message | None = None, severity: Severity = "error") -> Diagnostic:
        where = position(node)
        diagnostic = Diagnostic(code, severity, self.file, where.line, where.column, where.length, message, help)
        self.found.append(diagnostic)
        return diagnostic

    def stop(self, code: str, node: Node, message: Message, help: Message | None = None) -> Stop:
        self.report(code, node, message, help)
        return Stop(self.found.pop())

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        start = Mark(event.start_mark.line, event.start_mark.column, event.start_mark.index)
        end = Mark(event.end_mark.line, event.end_mark.column, event.end_mark.index)
        self.quote = start if start.line != end.line and self.text[start.offset : start.offset + 1] in ("'", '"') else None
        if kind == "ScalarEvent":
            self.add(self.scalar(event, start, end), event.anchor)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            node = Node("map", {}, start, end) if kind == "MappingStartEvent" else Node("list", [], start, end)
            node.flow = bool(event.flow_style)
            self.tag(event, node)
            if len(self.open) >= MAX_DEPTH:
                raise self.stop("E110", node, Message("more than {most} levels inside each other", {"most": str(MAX_DEPTH)}))
            if event.anchor:
                self.anchors[event.anchor] = None
            self.names.append(event.anchor)
            self.open.append(node)
            self.keys.append(None)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            node = self.open.pop()
            self.keys.pop()
            node.end = end
            self.add(node, self.names.pop())
        elif kind == "AliasEvent":
            self.alias(event.anchor, Node("scalar", None, start, end))
        elif kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                node = Node("scalar", None, start, end)
                raise self.stop(
                    "E106", node, Message("a second document begins here; a rulebook is one document"), Message("delete this line")
                )

    def tag(self, event: Any, node: Node) -> None:
        if event.tag is not None:
            self.report(
                "E107", node, Message("tags such as {tag} are not part of the language", {"tag": event.tag}), Message("quote a text")
            )

    def scalar(self, event: Any, start: Mark, end: Mark) -> Node:
        node = Node("scalar", event.value, start, end)
        node.quoted = not event.implicit[0]
        self.tag(event, node)
        if node.quoted or event.tag is not None:
            return node
        node.value = self.resolve(event.value, node)
        if isinstance(node.value, str) and start.line == end.line and (match := _CUT_OFF.match(self.text, end.offset)):
            line = Node("scalar", "", start, Mark(end.line, end.column + match.end() - end.offset, match.end()))
            self.report(
                "E111",
                line,
                Message("the text ends before the #, what follows is a comment"),
                Message("quote the whole text, or put a space behind the # if a comment is meant"),
                "warning",
            )
        return node

    def resolve(self, text: str, node: Node) -> Any:
        """The value of a plain scalar."""
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if (whole := _WHOLE.fullmatch(text)) or _DECIMAL.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self.report("E112", node, Message("a number has at most {most} digits", {"most": str(MAX_DIGITS)}), Message("quote a text"))
                return 0
            return int(text) if whole else Decimal(text)
        return text

    def alias(self, name: str, node: Node) -> None:
        if name not in self.anchors:
            raise self.stop("E113", node, Message("*{name} stands for nothing: no &{name} comes before it", {"name": name}))
        target = self.anchors[name]
        if target is None:
            raise self.stop("E113", node, Message("*{name} stands inside of what it stands for", {"name": name}))
        self.add(target, None, node)

    def add(self, node: Node, anchor: str | None, written: Node | None = None) -> None:
        """Put a node where it belongs; `written` is the place of the alias that stands for it."""
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.size += node.size
        if parent.size > MAX_NODES:
            raise self.stop("E114", written or node, Message("the rulebook has more than {most} entries", {"most": str(MAX_NODES)}))
        if parent.kind == "list":
            parent.value.append(node)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = self.key(node, written)
        else:
            self.keys[-1] = None
            name = key.value
            if name in parent.value:
                first = position(parent.value[name][0]).line
                self.report(
                    "E108",
                    key,
                    Message('"{key}" is here twice; it was already given in line {line}', {"key": name, "line": str(first)}),
                    Message("delete or rename one of them"),
                )
            elif name == "<<" and not key.quoted:
                self.report(
                    "E107",
                    key,
                    Message("<< is not part of the language"),
                    Message("write the entries out, or use an alias for a whole entry"),
                )
            else:
                parent.value[name] = (key, node)

    def key(self, node: Node, written: Node | None) -> Node:
        """The node of a key, its value the text as written."""
        place = written or node
        key = Node("scalar", self.text[place.start.offset : place.end.offset], place.start, place.end)
        if node.kind != "scalar":
            self.report("E109", place, Message("a list or mapping cannot be the name of an entry"), Message("is a quote missing?"))
        elif node.quoted or written is not None:
            key.value = str(node.value)
            key.quoted = True
        elif not key.value.strip():
            self.report("E109", place, Message("an entry without a name"))
        return key


def nothing(node: Node) -> bool:
    """Whether nothing at all is written where a value belongs."""
    return node.kind == "scalar" and node.value is None and node.start.offset == node.end.offset


def position(node: Node) -> Position:
    """Where a node begins, and how much of that line it takes; a block list or mapping takes one character."""
    if node.start.line == node.end.line and (node.kind == "scalar" or node.flow):
        length = node.end.column - node.start.column
    elif node.kind == "map" and node.value and not node.flow:
        key = next(iter(node.value.values()))[0]
        length = key.end.column - key.start.column
    else:
        length = 1
    return Position(node.start.line + 1, node.start.column + 1, max(1, length))
