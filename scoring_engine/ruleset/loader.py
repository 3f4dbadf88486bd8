"""Reading a rulebook: from the bytes of a file to a valid `Ruleset` that knows where each entry was written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic, Position, RulesetError, Severity, has_errors, ordered
from scoring_engine.ruleset.source import Node, Stop, decode, nothing, position, read

if TYPE_CHECKING:
    from scoring_engine.ruleset.models import Ruleset


class Positions:
    """Where the entries of a rulebook were written. A path is made of the keys and list indexes from the root down.

    Paths may be those of the models: what only the spelled-out form has (`when.all.0.test` for a list of comparisons,
    `total.value` for a short measure) leads to the nearest thing that the file really holds. Keys are as in the file
    (`from`, not `low`).
    """

    def __init__(self, root: Node | None, text: str) -> None:
        self.root = root
        self.text = text

    def key(self, path: Sequence[str | int]) -> Position:
        """The key of the entry (of a list item its value)."""
        key, node = self.find(path)
        return position(key or node) if node else Position(1, 1, 1)

    def value(self, path: Sequence[str | int]) -> Position:
        """The value of the entry; the key, where the value is empty or begins on a later line."""
        key, node = self.find(path)
        if node is None:
            return Position(1, 1, 1)
        if key is not None and (nothing(node) or (node.kind != "scalar" and not node.flow)):
            return position(key)
        return position(node)

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the entry."""
        return self.key(path).line

    def within(self, path: Sequence[str | int], offset: int, length: int) -> Position:
        """A part of a text, such as a name in a formula: `offset` and `length` count in the text's value."""
        _, node = self.find(path)
        if node is None or node.kind != "scalar":
            return self.value(path)
        value, written = str(node.value), self.text[node.start.offset : node.end.offset]
        part = value[offset : offset + length]
        if not part.strip():
            return self.value(path)
        # Folding and escapes may have changed what stands between, so the same occurrence is looked for.
        at = -1
        for _ in range(value[: offset + length].count(part) or 1):
            at = written.find(part, at + 1)
            if at < 0:
                return self.value(path)
        index = node.start.offset + at
        return Position(self.text.count("\n", 0, index) + 1, index - self.text.rfind("\n", 0, index), length)

    def has(self, path: Sequence[str | int]) -> bool:
        """Whether the file itself has an entry with exactly this path."""
        node = self.root
        for part in path:
            found = step(node, part) if node else None
            if found is None:
                return False
            node = found[1]
        return node is not None

    def find(self, path: Sequence[str | int]) -> tuple[Node | None, Node | None]:
        """The key node (of the innermost entry) and the node at the path, or at as much of it as there is."""
        key: Node | None = None
        node = self.root
        if node is None:
            return None, None
        for part in path:
            if (found := step(node, part)) is not None:
                key, node = found
        return key, node


def step(node: Node, part: str | int) -> tuple[Node | None, Node] | None:
    """The key node and the node of one step down a path; None where the file has nothing there."""
    if node.kind == "map":
        if part == "to" and "bar" in node.value and "of" in node.value:
            part = "of"
        found: tuple[Node, Node] | None = node.value.get(str(part))
        return found
    if node.kind == "list":
        if isinstance(part, int):
            return (None, node.value[part]) if 0 <= part < len(node.value) else None
        # A list of names is short for a mapping with these keys.
        return next(((None, item) for item in node.value if item.kind == "scalar" and str(item.value) == part), None)
    return None


class Loaded:
    """A rulebook as read.

    ruleset       the models; None where too little of it could be understood
    positions     where each entry was written
    text          the text of the file, with plain line ends
    file          its name
    sha256        of the bytes of the file
    diagnostics   what is wrong with it so far, by position
    lost          names of entries that were left out of `ruleset` because they are wrong; that other entries do not
                  find these names is no error of its own
    """

    __slots__ = ("diagnostics", "file", "lost", "positions", "ruleset", "sha256", "text")

    def __init__(self, file: str, sha256: str, text: str = "", root: Node | None = None) -> None:
        self.file = file
        self.sha256 = sha256
        self.text = text
        self.positions = Positions(root, text)
        self.ruleset: Ruleset | None = None
        self.diagnostics: list[Diagnostic] = []
        self.lost: frozenset[str] = frozenset()

    def diagnostic(
        self,
        code: str,
        where: Position | Sequence[str | int],
        message: Message,
        help: Message | None = None,
        severity: Severity = "error",
    ) -> Diagnostic:
        """A diagnostic of this file, at a position or at the value of the entry with this path."""
        place = where if isinstance(where, Position) else self.positions.value(where)
        return Diagnostic(code, severity, self.file, place.line, place.column, place.length, message, help)

    def valid(self) -> Ruleset:
        """The ruleset; raises `RulesetError` with all diagnostics where there are errors."""
        if self.ruleset is None or has_errors(self.diagnostics):
            raise RulesetError(self.diagnostics, {self.file: self.text})
        return self.ruleset


def load(path: str | os.PathLike[str], name: str | None = None) -> Loaded:
    """Read a rulebook file; `name` is how diagnostics call it. Raises nothing: what is wrong is in `diagnostics`."""
    file = os.fspath(path) if name is None else name
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        loaded = Loaded(file, "")
        loaded.diagnostics = [
            loaded.diagnostic("E100", Position(1, 1, 1), Message("cannot be read: {why}", {"why": error.strerror or str(error)}))
        ]
        return loaded
    return load_text(data, file)


def load_text(text: str | bytes, name: str = "<text>") -> Loaded:
    """Read a rulebook from its text or bytes; `name` is how diagnostics call it."""
    from hashlib import sha256

    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    digest = sha256(data).hexdigest()
    try:
        decoded, found = decode(data, name)
    except Stop as stop:
        loaded = Loaded(name, digest)
        loaded.diagnostics = [stop.diagnostic]
        return loaded
    root, more = read(decoded, name)
    loaded = Loaded(name, digest, decoded, root)
    loaded.diagnostics = [*found, *more]
    if root is not None:
        from scoring_engine.ruleset.shape import validate

        validate(loaded, root)
    loaded.diagnostics = ordered(loaded.diagnostics)
    return loaded
