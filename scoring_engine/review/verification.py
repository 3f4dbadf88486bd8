"""Verifying a result: the same log under the same rulebooks gives the same rows and the same digest, or the first difference is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scoring_engine.events.errors import InputError
from scoring_engine.events.log import Log
from scoring_engine.messages import Message
from scoring_engine.season.result import FORMAT, Replay

Json = dict[str, Any]

VERIFIED = "verify/1"
"""The form of what verifying finds."""

Play = Callable[[int | None], Replay]
Step = Callable[[int, int], None]

COMPETITION = ("id", "stage", "ruleset", "version", "sha256", "state")
TABLES = {"standings": (), "decisions": ("note",), "rejected": ("reason", "file", "line"), "notices": ("text",)}
"""The tables of a result, and the columns of each that depend on the language or on how files lie: they are no part of the digest."""


class Check:
    """One thing compared. `first` says where it differs first: a place, what the result has, what was computed."""

    def __init__(self, what: str, said: str, computed: str, first: Sequence[str] = ()) -> None:
        self.what = what
        self.said = said
        self.computed = computed
        self.first = list(first)

    @property
    def same(self) -> bool:
        """Whether both agree."""
        return not self.first and self.said == self.computed

    def json(self) -> Json:
        """The check as JSON."""
        result: Json = {"what": self.what, "same": self.same, "said": self.said, "computed": self.computed}
        return result | ({"first": self.first} if self.first else {})


def verified(result: Mapping[str, Any], play: Play, log: Log, *, whole: bool = True, step: Step | None = None) -> Json:
    """The checks of a result against its log, the versions that replace others or no longer stand, and where the log is another
    one, the moment at which it was the one that the result is of.

    play    replays the log until a sequence number, None: all of it
    whole   whether the log is all that there is, or itself the state at some moment
    step    is told how many replays are done, and how many there are
    """
    from functools import cache

    from scoring_engine.review.versions import history, moment_of

    played = cache(play)
    found: Json = {
        "format": VERIFIED,
        "checks": [one.json() for one in checks(result, played(None))],
        "versions": history(played, log, step),
    }
    if whole and result["log"] != log.sha256():
        found["moment"] = moment_of(log, result["log"])
    return found


def any_different(found: Json) -> bool:
    """Whether a check failed."""
    return any(not one["same"] for one in found["checks"])


def read_result(path: str) -> Json:
    """A result file as `replay --format json` or `--out` writes it.

    Raises:
        InputError: it cannot be read, or is no result.
    """
    try:
        with open(path, encoding="utf-8-sig") as file:
            found = json.load(file)
    except OSError as error:
        raise InputError(Message("{file}: {problem}", {"file": path, "problem": error.strerror or str(error)})) from error
    except ValueError as error:
        raise InputError(Message("{file} is no JSON; give the result.json that replay --out writes", {"file": path})) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        said = str(found.get("format", "–")) if isinstance(found, dict) else "–"
        text = "{file} is no result of the form {wanted} (it says {said}); give the result.json that replay --out writes"
        raise InputError(Message(text, {"file": path, "wanted": FORMAT, "said": said}))
    for name in ("ruleset", "log", "digest"):
        if not isinstance(found.get(name), str):
            raise InputError(Message("{file} lacks the digest “{name}”; it was cut or edited", {"file": path, "name": name}))
    for name in ("rulesets", "competitions", *TABLES):
        rows = found.get(name)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InputError(Message("{file} has no table “{name}”; it was cut or edited", {"file": path, "name": name}))
    return found


def checks(result: Mapping[str, Any], replay: Replay) -> Iterator[Check]:
    """Rulebooks, log, competitions, every table, and the digest, in this order: the first that differs explains the rest."""
    yield Check("rulesets", result["ruleset"], replay.ruleset_sha256, _rulesets(result, replay))
    yield Check("log", result["log"], replay.log_sha256)
    computed = json.loads(replay.to_json())
    for name in ("competitions", *TABLES):
        said, found = _rows(name, result), _rows(name, computed)
        yield Check(name, str(len(said)), str(len(found)), _first(name, said, found))
    yield Check("result", result["digest"], replay.digest)


def _rulesets(result: Mapping[str, Any], replay: Replay) -> list[str]:
    """The first rulebook that is another."""
    said = {str(one.get("id")): one for one in result["rulesets"]}
    found = {id: {"version": version, "sha256": sha256} for id, version, sha256 in replay.rulesets}
    for id in dict.fromkeys((*said, *found)):
        one, other = (f"{side[id].get('version')} {str(side[id].get('sha256'))[:12]}" if id in side else "–" for side in (said, found))
        if one != other or (id in said and id in found and said[id].get("sha256") != found[id]["sha256"]):
            return [id, one, other]
    return []


def _rows(name: str, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table as far as they are part of the digest."""
    if name == "competitions":
        return [{column: row.get(column) for column in COMPETITION} for row in result[name]]
    rows = [{column: value for column, value in row.items() if column not in TABLES[name]} for row in result[name]]
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True)) if name in ("rejected", "notices") else rows


def _first(name: str, said: Sequence[Json], found: Sequence[Json]) -> list[str]:
    """The first row and column that differ: place, what the result has, what was computed."""
    for number, (one, other) in enumerate(zip(said, found, strict=False), 1):
        for column in dict.fromkeys((*one, *other)):
            if one.get(column) != other.get(column):
                return [f"{_place(name, number, other)}, {column}", _said(one.get(column)), _said(other.get(column))]
    if len(said) != len(found):
        number = min(len(said), len(found)) + 1
        rows = [_place(name, number, side[number - 1]) if len(side) >= number else "–" for side in (said, found)]
        return [f"{name} {number}", *rows]
    return []


def _place(name: str, number: int, row: Mapping[str, Any]) -> str:
    named = " ".join(str(row[column]) for column in ("competition", "contestant", "rule", "code", "id") if row.get(column))
    return f"{name} {number} ({named})"


def _said(value: Any) -> str:
    return "–" if value is None else str(value)
