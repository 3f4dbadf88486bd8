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


def competitions(logs: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """The competitions of the logs that begin like it."""
    return _items(logs, "competition", incomplete)


def contestants(logs: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """The contestants of the logs whose ids begin like it."""
    return _items(logs, "contestant", incomplete)


def _items(logs: Iterable[str], field: str, incomplete: str) -> list[CompletionItem]:
    found = sorted({id for path in logs for id in _ids(path, field) if id.startswith(incomplete)})
    return [CompletionItem(id) for id in found]


def _ids(path: str, field: str) -> Iterable[str]:
    """The values of a field at the beginning of a log, JSON lines or CSV; `feeds` and the like are not looked into."""
    if not os.path.isfile(path):  # standard input or a ledger
        return ()
    try:
        with open(path, "rb") as stream:
            text = stream.read(FIRST).decode("utf-8", "replace")
    except OSError:
        return ()
    if path.lower().endswith(".csv"):
        import csv

        lines = text.removeprefix("\ufeff").splitlines()
        return {row.get(field) or "" for row in csv.DictReader(lines[:-1] or lines)} - {""}
    return set(re.findall(rf'"{field}": ?"([^"\\]+)"', text))
