"""Finding rulebooks by id, and keeping their compiled plans.

A rulebook that was compiled once is kept as JSON in the user's cache directory, under the SHA-256 of its bytes and a
fingerprint of this engine. A replay then needs neither pydantic nor YAML, whose imports alone would take longer than a
small replay; therefore this module imports nothing but the bare system.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import Plan

_KEPT = 200  # plans kept in the cache; the oldest go first
_HEAD = 4096  # bytes in which the id and the version of a rulebook stand as a rule

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Found(NamedTuple):
    """A rulebook file: its id, its version and where it is."""

    id: str
    version: str
    path: str


def places(search: Iterable[str] = ()) -> list[str]:
    """The files and directories in which rulebooks are looked for, in order.

    Those given, then `rulesets` of the working directory, then the ones that come with the package.
    """
    installed = os.path.join(_PACKAGE, "data", "rulesets")
    own = installed if os.path.isdir(installed) else os.path.join(os.path.dirname(_PACKAGE), "rulesets")
    result: list[str] = []
    for place in (*search, "rulesets", own):
        if os.path.exists(place) and not any(os.path.samefile(place, other) for other in result):
            result.append(place)
    return result


def listing(search: Iterable[str] = ()) -> Iterator[Found]:
    """Every rulebook in these places, in the order in which they are looked for; a file without an id is none."""
    for place in places(search):
        for path in _files(place):
            found = _identity(path)
            if found is not None:
                yield found


def find(id: str, search: Iterable[str] = (), version: str | None = None, digest: str | None = None) -> str | None:
    """The path of the rulebook with this id; None where there is none.

    Among several, the one whose bytes have the SHA-256 `digest`, else the one of this `version`, else the highest version
    in the first of the places that has any.
    """
    places_of: list[list[Found]] = []
    for place in places(search):
        found = [f for f in (_identity(path) for path in _files(place)) if f is not None and f.id == id]
        if found:
            places_of.append(sorted(found, key=lambda f: _order(f.version), reverse=True))
    candidates = [f for found in places_of for f in found]
    if digest is not None:
        for candidate in candidates:
            if sha256(_read(candidate.path)).hexdigest() == digest:
                return candidate.path
    chosen = next((f for f in candidates if f.version == version), candidates[0] if candidates else None)
    return chosen.path if chosen else None


def plan_of(path: str) -> Plan:
    """The compiled plan of a rulebook file, from the cache where it is there.

    Raises `RulesetError` with every diagnostic where the rulebook has errors, and OSError where it cannot be read.
    """
    data = _read(path)
    kept, plan = _kept(data)
    if plan is None:
        plan = _compile(data, path)
        if kept:
            _keep(kept, plan)
    plan["file"] = path
    return plan


def kept_plan(path: str) -> Plan | None:
    """The plan of a rulebook file where it is in the cache, else None. Raises OSError where the file cannot be read."""
    _, plan = _kept(_read(path))
    if plan is not None:
        plan["file"] = path
    return plan


def _kept(data: bytes) -> tuple[str | None, Plan | None]:
    """Where the plan of a rulebook with these bytes is kept, None without a cache, and the plan if it is there."""
    digest = sha256(data).hexdigest()
    directory = cache_directory()
    kept = os.path.join(directory, f"{digest[:32]}-{_engine()[:16]}.json") if directory else None
    return kept, _restore(kept, digest) if kept else None


def cache_directory() -> str | None:
    """Where plans are kept; None where the environment says SCORING_ENGINE_CACHE=off."""
    chosen = os.environ.get("SCORING_ENGINE_CACHE")
    if chosen:
        return None if chosen.lower() in ("off", "0", "no", "false") else chosen
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "scoring-engine") if os.path.isabs(base) else None


def _read(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _files(place: str) -> list[str]:
    """The YAML files of a place: itself, or all beneath it by name."""
    if not os.path.isdir(place):
        return [place]
    result = []
    for directory, inner, names in os.walk(place):
        inner.sort()
        result += [os.path.join(directory, name) for name in sorted(names) if name.endswith((".yaml", ".yml"))]
    return result


def _identity(path: str) -> Found | None:
    """The id and version in a rulebook's file, read from the lines `id:` and `version:` without parsing the rest."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(_HEAD)
            found = _entries(head[: head.rfind(b"\n") + 1] if len(head) == _HEAD else head)
            if len(found) < 2:
                found = _entries(head + stream.read())
    except OSError:
        return None
    return Found(found["id"], found.get("version", ""), path) if found.get("id") else None


def _entries(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").removeprefix("\ufeff").splitlines():
        key, colon, rest = line.partition(":")
        if colon and key in ("id", "version") and key not in found:
            value = rest.strip()
            quoted = value[:1] in ("'", '"')
            found[key] = value[1:].partition(value[0])[0] if quoted else value.partition(" #")[0].rstrip()
    return found


def _order(version: str) -> list[tuple[int, str]]:
    """Versions by their numbers: 2024.10 after 2024.9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in version.replace("-", ".").split(".")]


def _engine() -> str:
    """A fingerprint of the code that makes plans, so that a plan of other code is never used."""
    parts = []
    open_directories = [os.path.dirname(os.path.abspath(__file__))]
    while open_directories:
        directory = open_directories.pop()
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    if entry.name.endswith(".py"):
                        stat = entry.stat()
                        parts.append(f"{entry.name}:{stat.st_size}:{stat.st_mtime_ns}")
                    elif entry.is_dir() and entry.name != "__pycache__":
                        open_directories.append(entry.path)
        except OSError:
            parts.append(directory)
    return sha256("\n".join(sorted(parts)).encode()).hexdigest()


def _restore(file: str, digest: str) -> Plan | None:
    """A kept plan; None where there is none, or where it is not what was kept."""
    try:
        data = _read(file)
    except OSError:
        return None
    seal, _, body = data.partition(b"\n")
    if sha256(body).hexdigest().encode() != seal:
        return None
    plan: Plan = json.loads(body)
    return plan if plan["sha256"] == digest else None


def _keep(file: str, plan: Plan) -> None:
    """Keep a plan. A cache that cannot be written is no error: the next run compiles again."""
    body = json.dumps(plan, ensure_ascii=False, separators=(",", ":")).encode()
    directory = os.path.dirname(file)
    unfinished = f"{file}.{os.getpid()}"
    try:
        os.makedirs(directory, exist_ok=True)
        with open(unfinished, "wb") as stream:
            stream.write(sha256(body).hexdigest().encode() + b"\n" + body)
        os.replace(unfinished, file)
        with os.scandir(directory) as entries:
            kept = sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.is_file())
        for _, old in kept[:-_KEPT]:
            os.remove(old)
    except OSError:
        return


def _compile(data: bytes, path: str) -> Plan:
    from scoring_engine.ruleset.checking import compiled

    plan: Any = compiled(data, path)
    # Through JSON, so that a plan is the same whether it comes from the cache or not.
    restored: Plan = json.loads(json.dumps(plan, ensure_ascii=False))
    return restored
