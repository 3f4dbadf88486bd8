"""Ranking: a chain of links that part level contestants, the rank numbers, and who is first and last.

    history = [start(groups)]
    history.append(by_keys(history[-1], [total]))
    history.append(by_countback(history[-1], owner, value))
    standing = settle(history, ties="competition", unresolved="pending")
    ranked, away = places(groups, history[-1], absent)

Plain numpy arrays in and out; nothing is known of rulebooks or events. Arrays are int64 unless said otherwise, smaller
keys are better, and every function gives the same result whatever the order of the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scoring_engine.scoring.words import PLACES

from .classes import WORST, by_keys, level, start
from .last import places
from .standing import Standing, settle

if TYPE_CHECKING:
    from .among import by_mini_table
    from .lists import by_countback, by_sorted_list, codes_within
    from .lots import by_lot, by_recorded
    from .majority import by_majority, by_places_within, by_position

__all__ = [
    "PLACES",
    "WORST",
    "Standing",
    "by_countback",
    "by_keys",
    "by_lot",
    "by_majority",
    "by_mini_table",
    "by_places_within",
    "by_position",
    "by_recorded",
    "by_sorted_list",
    "codes_within",
    "level",
    "places",
    "settle",
    "start",
]

_RARER = {
    "among": ("by_mini_table",),
    "lists": ("by_countback", "by_sorted_list", "codes_within"),
    "lots": ("by_lot", "by_recorded"),
    "majority": ("by_majority", "by_places_within", "by_position"),
}


def __getattr__(name: str) -> Any:
    """Load a rarer link when it is first asked for: most chains compare measures only, and a replay is to start fast."""
    from importlib import import_module

    for module, names in _RARER.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
