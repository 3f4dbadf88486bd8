"""Versions of results: which one replaces which, what a replacing one changes, and which ones no longer stand.

A confirmed or published result is what the log gave at that moment. It is stale where the log as it is now gives something else and
nobody has confirmed or published the competition since; what made it so may lie in a competition that feeds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from scoring_engine.events.log import Log
from scoring_engine.review.carried import Links
from scoring_engine.review.difference import Difference
from scoring_engine.review.sources import Sources
from scoring_engine.season.result import Replay

Json = dict[str, Any]
Play = Callable[[int | None], Replay]
"""Replays the log until a sequence number; None: all of it."""

KINDS = ("confirmed", "published")
SILENT = ("confirmed", "published", "locked", "unlocked", "submitted", "returned", "objection", "ruling")
"""Kinds of events that change no number by themselves."""


class Version(NamedTuple):
    """A result that was confirmed or published. `replaces` is the version it takes the place of, "" for none."""

    competition: str
    kind: str
    version: str
    replaces: str
    seq: int
    at: str | None


def versions(log: Log) -> list[Version]:
    """All versions of all competitions, in the order of the log."""
    sources = Sources(log)
    rows = sorted(row for kind in KINDS if kind in log.frames for row in log.frames[kind].rows.tolist())
    return [
        Version(
            log.competition.texts[log.competition.codes[row]],
            log.kind.texts[log.kind.codes[row]],
            sources.field(row, "version") or "",
            sources.field(row, "replaces") or "",
            int(log.seq[row]),
            sources.moment(row),
        )
        for row in rows
    ]


def history(play: Play, log: Log, step: Callable[[int, int], None] | None = None) -> list[Json]:
    """The versions that replace another one, with what they change; and those that no longer stand, with what is different now.

    `step` is told how many versions were looked at, and how many there are.
    """
    now = play(None)
    listed = versions(log)
    versioned = list({(one.competition, one.version): one for one in listed}.values())  # confirmed, then published: one version
    latest = list({one.competition: one for one in listed}.values())
    upstream = _upstream(now)
    found = []
    for number, one in enumerate((*versioned, *latest)):
        if step is not None:
            step(number, len(versioned) + len(latest))
        if number < len(versioned):
            before = _replaced(listed, one) if one.replaces else None
            if before is not None:
                found.append(one._asdict() | {"stale": False, "differs": _between(play(before.seq), play(one.seq), one.competition)})
            continue
        because = _touched(log, one.seq, upstream.get(one.competition, {one.competition}))
        if because:
            differs = _between(play(one.seq), now, one.competition)
            if differs["standings"] or differs["decisions"]:
                found.append(one._asdict() | {"stale": True, "because": because, "differs": differs})
    return found


def _replaced(listed: Sequence[Version], one: Version) -> Version | None:
    """The last event that confirmed or published the version that another one replaces."""
    earlier = [v for v in listed if v.competition == one.competition and v.seq < one.seq and v.version == one.replaces]
    return earlier[-1] if earlier else None


def _between(before: Replay, after: Replay, competition: str) -> Json:
    """What two replays say differently of one competition."""
    whole = Difference(before, after).json()
    return {name: [entry for entry in whole[name] if entry["competition"] == competition] for name in ("standings", "decisions")} | {
        "names": whole["names"]
    }


def _upstream(replay: Replay) -> dict[str, set[str]]:
    """For each competition itself and all that feed it, directly or through others."""
    feeds = Links(replay.opened).feeds()
    found: dict[str, set[str]] = {}
    for one in replay.settled:  # in the order of computation: what feeds comes before what is fed
        for name in one.scored.batch.competitions:
            mine = found.setdefault(name, set()) | {name}
            found[name] = mine
            for target in feeds.get(name, ()):
                found.setdefault(target, set()).update(mine)
    return found


def moment_of(log: Log, sha256: str) -> int | None:
    """The confirmed or published version after which the log had this digest; None where it never had."""
    for seq in sorted({one.seq for one in versions(log)}, reverse=True):
        if log.until(seq).sha256() == sha256:
            return seq
    return None


def _touched(log: Log, seq: int, competitions: set[str]) -> list[str]:
    """Those of the competitions in which anything happened after an event that can change a number."""
    codes = [code for code, name in enumerate(log.competition.texts) if name in competitions]
    silent = [code for code, name in enumerate(log.kind.texts) if name in SILENT]
    later = (log.seq > seq) & np.isin(log.competition.codes, codes) & ~np.isin(log.kind.codes, silent)
    return [log.competition.texts[code] for code in dict.fromkeys(log.competition.codes[later].tolist())]
