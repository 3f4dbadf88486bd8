"""What the shell offers to complete: ids of rulebooks, and those in the logs that the command line names.

Pressing Tab must not take longer than typing: of a log only the first bytes are looked at, and nothing but the bare system is
imported. What cannot be read completes to nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from click.shell_completion import CompletionItem

FIRST = 1 << 20
"""Bytes of a log in which ids are looked for."""


def rulebooks(incomplete: str) -> list[CompletionItem]:
    """The ids of the rulebooks at hand that begin like it, and files by the shell's own means."""
    from scoring_engine.ruleset.store import listing

    ids = sorted({found.id for found in listing() if found.id.startswith(incomplete)})
    return [*(CompletionItem(id) for id in ids), CompletionItem(incomplete, type="file")]


def ids(field: str, words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """The values of `field`, competition or contestant, that begin like it, in the logs among the words of a command line."""
    logs = [word for word in words if not word.startswith("-") and not word.endswith((".yaml", ".yml"))]
    return [CompletionItem(id) for id in sorted({id for path in logs for id in _ids(path, field) if id.startswith(incomplete)})]


def _ids(path: str, field: str) -> Iterable[str]:
    """The values of a field at the beginning of a log, JSON lines or CSV; `feeds` and the like are not looked into."""
    if not os.path.isfile(path):  # standard input or a ledger
        return ()
    try:
        with open(path, "rb") as stream:
            head = stream.read(FIRST)
    except OSError:
        return ()
    if len(head) == FIRST:
        head = head[: head.rfind(b"\n")]  # the last line is cut
    text = head.decode("utf-8", "replace")
    if path.lower().endswith(".csv"):
        import csv

        return {row.get(field) or "" for row in csv.DictReader(text.removeprefix("\ufeff").splitlines())} - {""}
    return set(re.findall(rf'"{field}": ?"([^"\\]+)"', text))
