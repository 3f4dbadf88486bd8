"""What is computed at a time, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from scoring_engine.decisions.agreement import Engine
    from scoring_engine.events.fast import Part
    from scoring_engine.messages import Message
    from scoring_engine.ruleset.plan import Plan

Named: TypeAlias = "tuple[str, str, str]"
"""Id, version and SHA-256 of a rulebook; "" where the version or the SHA-256 is not named."""

TABLES = ("standings", "decisions", "rejected", "notices", "competitions")
"""The tables of a result, each a file of every part."""

DIGESTS = "digests"
"""The file of a part with 32 bytes for each competition: see `manifest.digest_of`."""


class Task(NamedTuple):
    """Whole competitions, and all that feed one another.

    pieces   where their events stand; more than one where a log of several forms was sorted first (see `buckets`)
    """

    number: int
    pieces: tuple[Part, ...]

    @property
    def name(self) -> str:
        """The name of the part's folder."""
        return f"part-{self.number:05}"


class Job(NamedTuple):
    """What is the same for all parts.

    logs      the log, as it was named
    files     and the files in which it is read
    gathered  whether the parts are files of `buckets`
    folder    where a part leaves its folder of files
    form      csv or parquet
    rulesets  compiled plans of the rulebooks that were given
    found     compiled plans of others, by the (id, version, SHA-256) that openings name
    parts     how many they are
    search    whether further rulebooks are looked for where a part is computed; else they are in `Done.missing`
    until     the state after this event or moment, None for the end
    engine    what decides
    shadow    competitions whose rank (see `sample`) is at most this one are decided by durable-rules as well; None: none
    seed      makes the ranks
    """

    logs: tuple[str, ...]
    files: tuple[str, ...]
    folder: str
    form: Literal["csv", "parquet"]
    rulesets: tuple[Plan, ...]
    until: str | None
    lang: str
    engine: Engine = "columnar"
    shadow: int | None = None
    seed: int = 0
    gathered: bool = False
    found: Mapping[Named, Plan] = {}
    parts: int = 1
    search: bool = True


class Failure(NamedTuple):
    """Competitions that could not be computed, and why."""

    file: str
    competitions: tuple[str, ...]
    message: Message


class Done(NamedTuple):
    """What is known of a part when its files are written.

    names      a number for each competition of the part, of its id, be it only of a rejected line; equal ids have equal numbers
    outward    competitions that are fed from here and are not here
    numbered   some of its events have a seq of their own
    quotes     the part ends where a record ends: each line of it is one, or its number of quotation marks is even
    rulesets   (id, version, SHA-256) of the rulebooks used
    shadowed   competitions that durable-rules has decided as well
    missing    (id, version, SHA-256) of rulebooks that were not at hand, as openings name them
    memory     most memory that the process has held, in bytes
    loose      deliveries that have none, and get one where they stand; those after `Job.until` too
    last       the highest seq of the others
    own        no line that was rejected has a seq of its own where others get theirs, so that all are counted on alike
    layout     what tells whether the tables have the columns of those of another part; "" where the part has none, or its pieces differ
    """

    number: int
    events: int
    competitions: int
    rejected: int
    names: tuple[int, ...]
    outward: tuple[str, ...]
    numbered: bool
    quotes: bool
    rulesets: tuple[Named, ...]
    shadowed: int
    seconds: float
    memory: int
    failures: tuple[Failure, ...] = ()
    missing: tuple[Named, ...] = ()
    layout: str = ""
    loose: int = 0
    own: bool = True
    last: int = 0


def number_of(competition: str) -> int:
    """64 bits of the SHA-256 of a competition's id."""
    return int.from_bytes(sha256(competition.encode(errors="surrogatepass")).digest()[:8], "little", signed=True)
