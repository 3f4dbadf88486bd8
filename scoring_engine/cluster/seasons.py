"""Which competitions belong together because they feed one another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring_engine.events.log import Log


def targets(feeds: Any) -> list[str]:
    """The competitions that the field `feeds` of an opening names, given as text or as a value of JSON."""
    given = feeds
    if isinstance(feeds, str):
        try:
            given = json.loads(feeds)
        except ValueError:
            given = feeds.split()
    if isinstance(given, dict):
        given = list(given.values())
    return [name for name in given if isinstance(name, str)] if isinstance(given, list) else []


def links(log: Log) -> tuple[list[str], list[str]]:
    """Who feeds whom: the senders and, in step, the competitions that they feed; of openings as they were and as amended."""
    senders: list[str] = []
    fed: list[str] = []
    for kind in ("opened", "amended"):
        frame = log.frames.get(kind)
        if frame is None or "feeds" not in frame.columns:
            continue
        column = frame.columns["feeds"]
        given = np.flatnonzero(column.codes >= 0)
        named = {code: targets(column.texts[code]) for code in np.unique(column.codes[given]).tolist()}
        by = log.competition.codes[frame.rows[given]]
        for sender, code in zip(by.tolist(), column.codes[given].tolist(), strict=True):
            for target in named[code] if sender >= 0 else ():
                senders.append(log.competition.texts[sender])
                fed.append(target)
    return senders, fed


def components(count: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of `count` competitions the lowest number of those that it is linked with, directly or through others.

    first, second   int64, the two ends of each link
    """
    label = np.arange(count, dtype=np.int64)
    while True:
        least = np.minimum(label[first], label[second])
        following = label.copy()
        for ends in (first, second):  # the label of an end goes to its representative too, so that whole trees move at once
            np.minimum.at(following, ends, least)
            np.minimum.at(following, label[ends], least)
        while (shorter := following[following]).tobytes() != following.tobytes():
            following = shorter
        if (following == label).all():
            return label
        label = following


def together(log: Log) -> NDArray[np.int64]:
    """For each competition of the log, by its code, the component that it belongs to."""
    place = {name: code for code, name in enumerate(log.competition.texts)}
    senders, fed = links(log)
    pairs = [(place[a], place[b]) for a, b in zip(senders, fed, strict=True) if b in place]
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    return components(len(place), ends[:, 0], ends[:, 1])
