"""Where competitions are opened, and what they feed: found without reading the events between."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.cluster.seasons import components, targets
from scoring_engine.cluster.text import Text, cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

BLOCK = 1 << 18
"""Bytes that are searched at a time: so few stay in the cache."""

WORD = b"opened"
"""Stands in every opening event, in JSON between quotation marks."""

_decode = json.JSONDecoder().decode


class Opening(NamedTuple):
    """An opening event: its byte, or row, in the file, the competition, and what the field `feeds` says, as text or as a value of
    JSON ("" where it has none)."""

    position: int
    competition: str
    feeds: Any


class Links(NamedTuple):
    """The competitions of files in the order of their openings.

    position   int64 (n,), where each is opened in its file
    name       int64 (n,), the number of its id
    first      int64 (n,), equal for competitions that feed one another, directly or through others
    """

    position: Ints
    name: Ints
    first: Ints


def links(found: Iterator[Opening], number: Callable[[str], int] = hash) -> Links:
    """Which of the competitions belong together. `number` gives an id its number; two with the same one would only stay together."""
    position, name, sender, target = [], [], [], []
    last, fed = None, []  # competitions that stand one after the other mostly feed the same ones
    for at, competition, feeds in found:
        position.append(at)
        name.append(number(competition))
        if feeds:
            if feeds != last:
                last, fed = feeds, list(map(number, targets(feeds)))
            sender += [name[-1]] * len(fed)
            target += fed
    names = np.array(name, np.int64)
    every, place = np.unique(np.concatenate((names, np.array(sender, np.int64), np.array(target, np.int64))), return_inverse=True)
    n, m = len(name), len(sender)
    label = components(every.size, place[n : n + m], place[n + m :])
    return Links(np.array(position, np.int64), names, every[label[place[:n]]])


def of_text(text: Text) -> Iterator[Opening]:
    """The openings of a file of JSON Lines or CSV."""
    place = {name: n for n, name in enumerate(text.names)}
    word = WORD if text.header else b'"' + WORD + b'"'
    with open(text.path, "rb") as file:  # what is read through a map of the file would count as memory of this process
        start = file.seek(text.start)
        while block := file.read(BLOCK):
            block += file.readline()
            at = block.find(word)
            while at >= 0:
                begin = block.rfind(b"\n", 0, at) + 1
                stop = block.find(b"\n", at)
                stop = len(block) if stop < 0 else stop
                event = _of_csv(block[begin:stop], place) if text.header else _of_json(block[begin:stop])
                if event is not None:
                    yield Opening(start + begin, *event)
                at = block.find(word, stop)
            start += len(block)


def _of_json(line: bytes) -> tuple[str, Any] | None:
    """The competition and feeds of a line that is an opening."""
    try:
        event = _decode(line.decode())
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("kind") != "opened" or not isinstance(event.get("competition"), str):
        return None
    return event["competition"], event.get("feeds") or ""


def _of_csv(line: bytes, place: dict[str, int]) -> tuple[str, str] | None:
    """The same of a record of CSV whose fields stand at these places."""
    row = cells(line) or ()
    kind, competition, feeds = (
        row[at] if 0 <= (at := place.get(name, -1)) < len(row) else None for name in ("kind", "competition", "feeds")
    )
    return None if kind != "opened" or competition is None else (competition, feeds or "")


def of_table(path: str) -> Iterator[Opening]:
    """The openings of a Parquet file.

    Raises:
        InputError: it cannot be read.
    """
    from scoring_engine.cluster.tables import coded, end_of
    from scoring_engine.events.arrow import columns

    said = end_of(path).names
    wanted = [name for name in ("kind", "competition", "feeds") if name in said]
    row = 0
    for batch in columns(path, wanted, 1 << 17) if "kind" in wanted else ():
        values = {name: coded(batch[name]) for name in wanted}
        kinds, texts = values["kind"]
        rows = np.flatnonzero(kinds == texts.index("opened")) if "opened" in texts else np.zeros(0, np.int64)
        competition, feeds = (_texts(values[name], rows) if name in values else [""] * rows.size for name in ("competition", "feeds"))
        for at, name, fed in zip(rows.tolist(), competition, feeds, strict=True):
            yield Opening(row + at, name, fed)
        row += kinds.size


def _texts(column: tuple[NDArray[np.int32], list[str]], rows: Ints) -> list[str]:
    codes, texts = column
    return [texts[code] if code >= 0 else "" for code in codes[rows].tolist()]


def ends(of: Links) -> Ints:
    """The openings (indices) before which the log can be cut: nothing before them feeds, or is fed from, anything after."""
    order = np.argsort(of.position, kind="stable")
    _, inverse = np.unique(of.first[order], return_inverse=True)
    last = np.zeros(inverse.max(initial=-1) + 1, np.int64)
    np.maximum.at(last, inverse, np.arange(inverse.size))
    reach = np.maximum.accumulate(last[inverse])
    return order[np.flatnonzero(reach[:-1] == np.arange(inverse.size - 1)) + 1]
