"""Entries of parameters and scales, which are maps and lists in one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring_engine.ruleset.plan import Expr


def entry_of(value: Any, keys: Sequence[str]) -> Expr | None:
    """The entry that `keys` name; lists count from 1."""
    for key in keys:
        if not isinstance(value, list):
            return None
        if value[0] == "map":
            value = value[1].get(key)
        elif value[0] == "list":
            value = value[int(key)] if key.isdigit() and 1 <= int(key) < len(value) else None
        else:
            return None
    return value if isinstance(value, list) else None
