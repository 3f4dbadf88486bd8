"""An open rule engine for scoring and ranking competitions: rulebook and log of events in, ranked tables out.

>>> import scoring_engine
>>> result = scoring_engine.replay("sample_events/talk.jsonl")        # doctest: +SKIP
>>> result.standings[["rank", "name", "total"]]                       # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scoring_engine.api import Result, replay

__all__ = ["Result", "replay"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`replay` and `Result`, imported when they are asked for, so that the command line starts at once."""
    if name in __all__:
        from scoring_engine import api

        return getattr(api, name)
    raise AttributeError(name)
