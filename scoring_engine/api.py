"""The engine from Python: a log in, pandas DataFrames out.

import scoring_engine

result = scoring_engine.replay("contest.jsonl", ruleset="talk_contest.yaml")
result.standings        # one row a contestant: rank, status, total, decided_by, a column a measure
result.decisions        # awards, bonus, bars, grades, each with its rule and clause
result.rejected         # events that were not admitted, with the reason
result.digest           # SHA-256 that anybody who replays the same log gets
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from scoring_engine.decisions.agreement import Engine
    from scoring_engine.events.log import Log
    from scoring_engine.season.result import Competition, Replay

Path = str | os.PathLike[str]


class Result:
    """A replayed log. Decimals in the tables are `decimal.Decimal`, ranks nullable integers."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay

    @cached_property
    def standings(self) -> pd.DataFrame:
        """One row a contestant: competition, stage, scope, contestant, name, rank, status, total, decided_by, measures."""
        return self.replay.standings.frame()

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """One row a consequence: competition, contestant, rule, consequence, name, value, to, ref, status, note."""
        return self.replay.decisions.frame()

    @cached_property
    def rejected(self) -> pd.DataFrame:
        """One row an event that was not admitted: line, id, field, value, rule, reason, file, seq, competition."""
        return self.replay.rejected.frame()

    @cached_property
    def notices(self) -> pd.DataFrame:
        """What a person should know: competition, code, contestant, text."""
        return self.replay.notices.frame()

    @property
    def competitions(self) -> list[Competition]:
        """The competitions of the log and the rulebook each was replayed under."""
        return self.replay.competitions

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical result."""
        return self.replay.digest

    def to_json(self) -> str:
        """All of the result as JSON."""
        return self.replay.to_json()


def replay(
    log: Path | Sequence[Path] | bytes | Iterable[Mapping[str, Any]] | Log,
    ruleset: Path | Sequence[Path] | None = None,
    until: int | str | None = None,
    engine: Engine = "both",
    lang: str = "en",
) -> Result:
    """Replay a log of events.

    log       a path or several of JSONL or CSV, the text or bytes of one, dicts (an event each), or a `Log`
    ruleset   a rulebook file or several; rulebooks that the log names and that are not given are found by id
    until     a sequence number or an ISO time: the state after it
    engine    what decides: "rete", "columnar", or "both", which must agree
    lang      "en" or "zh", for reasons

    Raises:
        InputError: a file cannot be read.
        RulesetError: a rulebook has errors; it carries all of them.
    """
    from scoring_engine.events.log import Log
    from scoring_engine.events.reading import read
    from scoring_engine.season.replay import replay as run

    given = [ruleset] if isinstance(ruleset, (str, os.PathLike)) else list(ruleset or [])
    events = log if isinstance(log, Log) else read(log)
    return Result(run(events, [os.fspath(path) for path in given], until=until, engine=engine, lang=lang))
