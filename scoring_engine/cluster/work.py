"""One part: its events in, its files out.

The files of a part stand in a folder of its own, which gets its name when all of them are whole: whoever finds the folder
finds the part done, and computing a part twice leaves it as it is.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.cluster import conflicts
from scoring_engine.cluster.folders import remove
from scoring_engine.cluster.manifest import digest_of
from scoring_engine.cluster.parts import DIGESTS, Done, Failure, Job, Named, Task, number_of
from scoring_engine.cluster.seasons import links, together
from scoring_engine.events.fast import read_part
from scoring_engine.messages import Message
from scoring_engine.report.bulk import save_columns
from scoring_engine.season.columns import tables

if TYPE_CHECKING:
    from scoring_engine.decisions.agreement import Engine
    from scoring_engine.events.fast import Part
    from scoring_engine.events.log import Log
    from scoring_engine.ruleset.plan import Plan
    from scoring_engine.season.columns import ColumnTable
    from scoring_engine.season.opening import Plans
    from scoring_engine.season.result import Replay

NOTE = "done.json"
"""The file of a part's folder that says what `Done` says."""


def ready(files: Sequence[str], form: str) -> None:
    """Imports what the parts of these files need: once, before copies of this process are made, each of which would import it by itself."""
    endings = {os.path.splitext(path.lower())[1] for path in files}
    readers = {".parquet": "parquet", ".csv": "csv"}
    modules = [f"events.fast.{readers.get(ending, 'jsonl')}" for ending in endings]
    modules += ["season.replay", "season.lists", "season.standings", "season.digests", "report.files"]
    for module in modules:
        import_module(f"scoring_engine.{module}")
    if form == "parquet":
        import_module("scoring_engine.events.arrow").load()


def work(job: Job, task: Task) -> Done:
    """Computes the part and writes its files, unless they are there.

    What is wrong with single competitions is in `Done.failures`; the others are computed.

    Raises:
        OSError: the files cannot be written.
    """
    folder = os.path.join(job.folder, task.name)
    if os.path.isdir(folder):
        return read_note(folder)
    began = time.monotonic()
    own = f"{folder}.{os.urandom(6).hex()}"  # another worker may be at the same part
    os.makedirs(own, exist_ok=True)
    try:
        done = _compute(job, task, own)
        done = done._replace(seconds=round(time.monotonic() - began, 3), memory=_memory())
        _write_note(own, done)
        _take_place(own, folder)
    finally:
        with suppress(OSError):
            remove(own)
        gc.collect()  # a replay holds on to itself; waiting for the collector's turn would keep several parts in memory
    return done


def _compute(job: Job, task: Task, folder: str) -> Done:
    failures: list[Failure] = []
    file = dict(zip(job.files, job.logs, strict=True)).get(task.pieces[0].path, ", ".join(job.logs))
    log: Log | None
    unsure: list[Part] = []
    try:
        log = read(job, task, unsure)
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:
        log = _saved(task, error, failures)
    if log is None:
        return Done(task.number, 0, 0, 0, (), (), True, True, (), 0, 0, 0, tuple(f._replace(file=file) for f in failures))
    if job.parts > 1:
        conflicts.leave(log, folder)
    here, numbered = {name for name in log.competition.texts if name}, bool(log.size and not log.loose)
    own = job.gathered or not log.loose or all(r.seq is None or r.rule == conflicts.CONFLICT for r in log.rejected)
    rejected_of = {rejection.competition for rejection in log.rejected if rejection.competition}
    if job.until is not None:
        log = log.until(job.until)
    events = log.size
    log, shadowed = _shadow(log, job, failures)
    competitions = rejected = 0
    rulesets: set[Named] = set()
    missing: set[Named] = set()
    digests: list[bytes] = []
    layouts: set[str] = set()
    for index, replay in enumerate(_replays(log, job, job.engine, failures, missing)):
        _trace(replay, job, task)
        into = folder if index == 0 else os.path.join(folder, f"more-{index}")
        os.makedirs(into, exist_ok=True)
        found = tables(replay)
        save_columns(found, into, job.form)
        layouts.add(_layout(found))
        digests += map(digest_of, *zip(*replay.digests, strict=True)) if replay.digests else ()
        competitions += len(replay.opened)
        rejected += len(replay.rejections)
        rulesets.update(replay.rulesets)
    with open(os.path.join(folder, DIGESTS), "wb") as out:
        out.write(b"".join(digests))
    return Done(
        number=task.number,
        events=events,
        competitions=competitions,
        rejected=rejected,
        names=tuple(map(number_of, sorted(here | rejected_of))),
        outward=tuple(sorted(set(links(log)[1]) - here)),
        numbered=numbered,
        quotes=all(map(_closed, unsure)),
        own=own,
        rulesets=tuple(sorted(rulesets)),
        shadowed=shadowed,
        seconds=0,
        memory=0,
        failures=tuple(failure._replace(file=file) for failure in failures),
        missing=tuple(sorted(missing)),
        layout=layouts.pop() if len(layouts) == 1 else "",
        loose=log.loose,
        last=log.last,
    )


def read(job: Job, task: Task, unsure: list[Part] | None = None) -> Log:
    """The log of the task; `unsure` gets those of its pieces at whose end a quotation mark may be open.

    Raises:
        InputError: it cannot be read.
    """
    logs = [read_part(piece, unsure) for piece in task.pieces]
    if job.gathered:
        from scoring_engine.cluster.buckets import Origin

        origin = Origin(job.logs)
        for log in logs:
            origin.number(log)
    if len(logs) == 1:
        return logs[0]
    from scoring_engine.events.assembly import assemble, parts_of

    return assemble(*parts_of(logs))


def _saved(task: Task, error: Exception, failures: list[Failure]) -> Log | None:
    """What can be read of a part that cannot be read as a whole: of Parquet the competitions that no corrupt page touches, unless
    some may feed others, which would then be computed without what is lost. None where there is nothing."""
    from scoring_engine.events.assembly import assemble, parts_of

    if len(task.pieces) > 1 or not task.pieces[0].path.endswith(".parquet"):
        failures.append(Failure("", (), said(error)))
        return None
    from scoring_engine.cluster.tables import runs

    piece = task.pieces[0]
    starts, names = runs(piece.path)
    inside = [n for n in range(len(names)) if piece.start <= starts[n] < piece.end]
    logs, lost = [], []
    for n in inside:
        try:
            log = read_part(piece._replace(start=int(starts[n]), end=int(starts[n + 1])))
        except Exception:
            lost.append(names[n])
        else:
            log.line += int(starts[n]) - piece.start
            logs.append(log)
    if any(links(log)[0] for log in logs):
        logs, lost = [], [names[n] for n in inside]
    failures.append(Failure("", tuple(lost), said(error)))
    if not logs:
        return None
    log = assemble(*parts_of(logs))
    log.loose = sum(one.loose for one in logs)
    return log


def _replays(log: Log, job: Job, engine: Engine, failures: list[Failure], missing: set[Named]) -> Iterator[Replay]:
    """The replay of the log; where it fails, replays of ever smaller parts of it, so that only what fails is left out."""
    from scoring_engine.season.replay import replay

    plans = _plans(job, missing)
    waiting = [log]
    while waiting:
        one = waiting.pop(0)
        try:
            done = replay(one, plans, engine=engine, lang=job.lang)
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception as error:
            halves = _halves(one)
            if not halves:
                failures.append(Failure("", tuple(name for name in one.competition.texts if name), said(error)))
            waiting[:0] = halves
        else:
            yield done


def _plans(job: Job, missing: set[Named]) -> Plans:
    """The rulebooks given, and those found by the id that an opening names; which are not there is added to `missing`."""
    from scoring_engine.ruleset import store
    from scoring_engine.season.opening import Plans

    def find(id: str, version: str, digest: str) -> Plan | None:
        if (id, version, digest) in job.found:
            return job.found[id, version, digest]
        path = store.find(id, (), version or None, digest or None) if job.search else None
        if path is None:
            missing.add((id, version, digest))
            return None
        return store.plan_of(path)

    return Plans({plan["id"]: plan for plan in job.rulesets}, find)


def _halves(log: Log) -> list[Log]:
    """The log in two, competitions that feed one another together; nothing where it cannot be divided."""
    log.competition = log.competition.compact()
    component = together(log)
    groups = np.unique(component)
    if groups.size < 2:
        return []
    first = np.append(component < groups[groups.size // 2], True)[log.competition.codes]  # a line without competition: the first
    rest = log.select(~first)
    rest.rejected = []
    return [log.select(first), rest]


def _shadow(log: Log, job: Job, failures: list[Failure]) -> tuple[Log, int]:
    """Has durable-rules decide a sample of the competitions too. The log without those in which the engines disagree, and how
    many were looked at."""
    if job.shadow is None or "opened" not in log.frames:
        return log, 0
    from scoring_engine.cluster.sample import ranks

    names = log.competition.texts
    opened = np.unique(log.competition.codes[log.frames["opened"].rows])
    chosen = opened[ranks([names[code] for code in opened.tolist()], job.seed) <= np.uint64(job.shadow)]
    if not chosen.size:
        return log, 0
    component = together(log)
    of_sample = np.append(np.isin(component, component[chosen]), False)
    sample = log.select(of_sample[log.competition.codes])
    sample.rejected = []
    apart: list[Failure] = []
    for _ in _replays(sample, job, "both", apart, set()):
        pass
    failures += apart
    if apart:
        lost = {name for failure in apart for name in failure.competitions}
        keep = np.array([name not in lost for name in names] + [True], bool)
        log = log.select(keep[log.competition.codes])
    return log, chosen.size


def _trace(replay: Replay, job: Job, task: Task) -> None:
    """Says of what was rejected where it stood before it was unpacked or sorted into parts."""
    if job.gathered and replay.rejections:
        from scoring_engine.cluster.buckets import Origin

        origin = Origin(job.logs)
        replay.rejections = [origin.of(rejection) for rejection in replay.rejections]
    elif replay.rejections:
        named = dict(zip(job.files, job.logs, strict=True))
        replay.rejections = conflicts.counted_on(replay.rejections, task.pieces[0], named)
        if job.files != job.logs:
            replay.rejections = [rejection._replace(file=named.get(rejection.file, rejection.file)) for rejection in replay.rejections]


def _closed(piece: Part) -> bool:
    """Whether a piece of CSV has an even number of quotation marks."""
    with open(piece.path, "rb") as file:
        file.seek(piece.start)
        left, count = piece.end - piece.start, 0
        while left > 0 and (block := file.read(min(left, 1 << 20))):
            count += block.count(b'"')
            left -= len(block)
    return count % 2 == 0


def said(error: Exception) -> Message:
    """What a failure says to a person."""
    message = getattr(error, "message", None)
    if isinstance(message, Message):
        return message
    if isinstance(error, OverflowError):
        text = "a number grew beyond what is computed exactly ({problem}); look for a mark with too many digits"
        return Message(text, {"problem": str(error)})
    if callable(say := getattr(error, "say", None)):
        return Message("{problem}", {"problem": str(say())})
    return Message("{problem}", {"problem": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"})


def _memory() -> int:
    """The most memory that this process has held, in bytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _take_place(own: str, folder: str) -> None:
    """Gives the finished folder its name; another worker that was faster with the same part has the same files there."""
    try:
        os.rename(own, folder)
    except OSError:
        if not os.path.isdir(folder):
            raise


def _layout(found: Mapping[str, ColumnTable]) -> str:
    """What is the same for tables with the same columns."""
    columns = [(name, [(info.name, info.kind, info.places) for info in table.columns]) for name, table in found.items()]
    return f"{number_of(repr(columns)):x}"


def _write_note(folder: str, done: Done) -> None:
    with open(os.path.join(folder, NOTE), "w", encoding="utf-8") as file:
        file.write(json.dumps(done._asdict(), ensure_ascii=False))  # at once: `json.dump` would write number by number


def read_note(folder: str) -> Done:
    """What was written of a part that is done."""
    with open(os.path.join(folder, NOTE), encoding="utf-8") as file:
        given = json.load(file)
    failures = tuple(Failure(file, tuple(names), Message(*message)) for file, names, message in given.pop("failures"))
    rulesets, missing = (tuple((id, version, digest) for id, version, digest in given.pop(name)) for name in ("rulesets", "missing"))
    names, outward = tuple(given.pop("names")), tuple(given.pop("outward"))
    return Done(**given, names=names, outward=outward, rulesets=rulesets, missing=missing, failures=failures)
