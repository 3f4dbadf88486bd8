"""The whole of a bulk replay: plan, compute, find out whether the plan held, put together.

While it runs, the folder asked for holds a folder `.replay` with the plan and the parts that are done. A second run with the
same logs, rulebooks and options goes on from there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from scoring_engine.cluster.folders import remove
from scoring_engine.cluster.manifest import earlier
from scoring_engine.cluster.parts import Done, Job, Named, Task
from scoring_engine.messages import Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scoring_engine.decisions.agreement import Engine
    from scoring_engine.ruleset.plan import Plan

    Ints = NDArray[np.int64]

FOLDER = ".replay"
PLAN, UNPACKED, GATHERED, LOCK = "plan.json", "unpacked", "gathered", "lock"

Tell = Callable[[Mapping[int, Done], Sequence[Task]], None]


class BulkError(Exception):
    """A bulk replay that cannot go on: `message` says why and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.say())
        self.message = message


class Scattered(Exception):  # noqa: N818  (what a plan finds out, not a fault)
    """The plan did not hold: a competition stands in two parts, one part feeds another, or events of two parts share an id.

    sharing   int64, two columns: the numbers of competitions that share ids, in pairs
    """

    def __init__(self, sharing: Sequence[Ints] = ()) -> None:
        super().__init__()
        self.sharing = sharing


def run(
    logs: Sequence[str],
    out: str,
    form: Literal["csv", "parquet"],
    *,
    rulesets: Sequence[str] = (),
    on: str = "",
    until: str | None = None,
    engine: Engine = "columnar",
    shadow: int = 0,
    seed: int = 0,
    lang: str = "en",
    tell: Tell = lambda dones, tasks: None,
) -> dict[str, Any]:
    """Replays the logs part by part and writes the tables into `out`.

    logs      paths of .jsonl, .csv and .parquet files, together one log; .gz, ledgers and - (standard input) are unpacked first
    form      csv or parquet
    on        where the parts are computed: local[N], dask://HOST:PORT, or "" for this machine
    shadow    so many competitions are decided by durable-rules too, and must agree; `seed` chooses them
    tell      is called as parts are done

    Returns the manifest.

    Raises:
        InputError: a log cannot be read. RulesetError: a rulebook has errors. BulkError: the run cannot go on.
        OSError: the files cannot be written.
    """
    far = "://" in on
    if far:  # what a worker is told must mean the same there
        out, logs = os.path.abspath(out), [path if "://" in path or path == "-" else os.path.abspath(path) for path in logs]
    else:
        workers(on)
    earlier(out)  # before anything is computed or written
    os.makedirs(out, exist_ok=True)
    folder = os.path.join(out, FOLDER)
    os.makedirs(folder, exist_ok=True)
    with _Alone(folder):
        manifest = None
        if engine == "columnar" and not (shadow or far or os.path.exists(os.path.join(folder, PLAN))):
            from scoring_engine.cluster import alone

            manifest = alone.replay(logs, folder, form=form, rulesets=rulesets, until=until, lang=lang)
        if manifest is None:
            job = Job(tuple(logs), (), folder, form, (), until, lang, engine, None, seed, search=not far)
            manifest = _in_parts(logs, out, job, rulesets, on, shadow, tell)
    remove(folder)
    return manifest


def _in_parts(logs: Sequence[str], out: str, job: Job, rulesets: Sequence[str], on: str, shadow: int, tell: Tell) -> dict[str, Any]:
    """Plans the parts, has them computed until the plan holds, and puts them together; returns the manifest."""
    from scoring_engine.cluster.sources import unpacked
    from scoring_engine.ruleset import store

    job = job._replace(rulesets=tuple(store.plan_of(path) for path in rulesets))
    plan = _Plan(job.folder, _identity(logs, job, shadow))
    files = unpacked(logs, os.path.join(job.folder, UNPACKED))
    job = job._replace(files=tuple(files))
    if job.search:  # the parts are computed here
        from scoring_engine.cluster.work import ready

        ready(files, job.form)
    if plan.tasks is None:
        plan.make(files)
    if shadow:
        from scoring_engine.cluster.sample import limit

        job = job._replace(shadow=limit(files, shadow, job.seed))
    sharing: Sequence[Ints] = ()
    tries = 0
    while True:
        try:
            dones = _compute(job._replace(gathered=plan.gathered), plan.tasks or (), on, tell)
            break
        except Scattered as found:  # as it stood, by openings, by all that feeds; and by ids at any time
            if tries == 3:
                text = "{files}: the log cannot be sorted into whole competitions; replay it in memory, without {option}"
                raise BulkError(Message(text, {"files": ", ".join(logs), "option": "--out"})) from found
            tries += 1
            sharing = found.sharing or sharing
            plan.gather(files, thorough=plan.gathered, sharing=sharing)
    from scoring_engine.cluster.finishing import finish

    return finish(job._replace(gathered=plan.gathered), out, plan.tasks or (), dones, logs)


def _identity(logs: Sequence[str], job: Job, shadow: int) -> dict[str, Any]:
    """What a run that goes on must have in common with the one that was interrupted."""
    inputs = [[path, *_state(path)] for path in logs]
    rulesets = [plan["sha256"] for plan in job.rulesets]
    options = [job.form, job.until, job.lang, job.engine, shadow, job.seed]
    return {"inputs": inputs, "rulesets": rulesets, "options": options}


def _state(path: str) -> list[int | str]:
    """What changes when a file does; of what is no file nothing is known, and it counts as changed."""
    if not os.path.isfile(path):
        return [os.urandom(8).hex()]
    state = os.stat(path)
    return [state.st_size, state.st_mtime_ns]


class _Plan:
    """The parts of a log, kept in a folder so that an interrupted run can go on.

    tasks      None until they are made
    gathered   whether the log was sorted into files first
    """

    def __init__(self, folder: str, what: dict[str, Any]) -> None:
        self.folder = folder
        self.what = what
        self.tasks: list[Task] | None = None
        self.gathered = False
        try:
            with open(os.path.join(folder, PLAN), encoding="utf-8") as file:
                kept = json.load(file)
            if kept["what"] == what:
                self.tasks, self.gathered = _tasks(kept["tasks"]), kept["gathered"]
        except (OSError, ValueError, KeyError):
            pass
        done = [] if self.tasks is None else [task.name for task in self.tasks]
        self._empty(*([PLAN, UNPACKED, GATHERED, *done] if done else ()))

    def make(self, logs: Sequence[str]) -> None:
        """Plans as if competitions stood together; where it shows at once that they do not, `gather`s."""
        from scoring_engine.cluster import planning

        self.tasks = planning.plan(logs)
        if self.tasks is None:
            self.gather(logs)
        else:
            self._keep()

    def gather(self, logs: Sequence[str], thorough: bool = False, sharing: Sequence[Ints] = ()) -> None:
        """Sorts the log into files of whole competitions; what was computed so far is worth nothing."""
        from scoring_engine.cluster.buckets import gather

        self._empty(UNPACKED)
        self.tasks, self.gathered = gather(logs, os.path.join(self.folder, GATHERED), thorough, sharing), True
        self._keep()

    def _keep(self) -> None:
        rows = [[t.number, [[p.path, p.start, p.end, p.header.decode("latin-1"), p.numbered] for p in t.pieces]] for t in self.tasks or ()]
        path = os.path.join(self.folder, PLAN)
        with open(f"{path}.part", "w", encoding="utf-8") as file:
            json.dump({"what": self.what, "gathered": self.gathered, "tasks": rows}, file)
        os.replace(f"{path}.part", path)

    def _empty(self, *kept: str) -> None:
        """Removes what is in the folder, but for the names in `kept`."""
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if name not in (LOCK, *kept):
                remove(path) if os.path.isdir(path) else os.unlink(path)


def _tasks(rows: Sequence[Any]) -> list[Task]:
    from scoring_engine.events.fast import Part

    return [
        Task(number, tuple(Part(path, start, end, header.encode("latin-1"), numbered=has) for path, start, end, header, has in pieces))
        for number, pieces in rows
    ]


def _compute(job: Job, tasks: Sequence[Task], on: str, tell: Tell) -> dict[int, Done]:
    """All parts, by number.

    Raises:
        Scattered: the plan did not hold.
    """
    dones: dict[int, Done] = {}
    seen: set[int] = set()

    def take(done: Done) -> None:
        dones[done.number] = done
        if len(dones) <= 4:  # what does not stand together shows early; all of it is looked at in the end
            if not seen.isdisjoint(done.names):
                raise Scattered
            seen.update(done.names)
        if not (done.quotes and (done.own or len(tasks) < 2)):
            raise Scattered
        tell(dones, tasks)

    def again(changed: Sequence[tuple[Job, Task]]) -> None:
        for one, task in changed:
            given[task.number] = one, task
            remove(os.path.join(job.folder, task.name))
            del dones[task.number]
        if changed:
            seen.clear()
            _run(changed, take, on)

    job = job._replace(parts=len(tasks))
    given = {task.number: (job, task) for task in tasks}
    _run(list(given.values()), take, on)
    if not job.gathered:
        again([(job, task) for task in _lacking(tasks, dones)])
        if job.until is not None:
            from scoring_engine.cluster.until import of_parts

            ends = of_parts(job.until, tasks, dones)
            again([(one._replace(until=ends[task.number]), task) for one, task in given.values() if ends[task.number] != job.until])
    missing = {named for done in dones.values() for named in done.missing}
    found = _found(missing) if not job.search else {}
    again([(one._replace(found=found), task) for one, task in given.values() if not found.keys().isdisjoint(dones[task.number].missing)])
    _check(dones)
    _check_ids(job, [task for _, task in given.values()])
    return dones


def _lacking(tasks: Sequence[Task], dones: Mapping[int, Done]) -> list[Task]:
    """The parts whose events have no seq while others of their file, which stand in other parts, have one: to be read accordingly."""
    numbered = {task.pieces[0].path for task in tasks if dones[task.number].numbered}
    lacking = [task for task in tasks if dones[task.number].loose and task.pieces[0].path in numbered]
    return [task._replace(pieces=tuple(piece._replace(numbered=True) for piece in task.pieces)) for task in lacking]


def _run(given: Sequence[tuple[Job, Task]], take: Callable[[Done], None], on: str) -> None:
    if "://" in on:
        from scoring_engine.cluster import on_dask

        on_dask.run(given, take, on)
    else:
        from scoring_engine.cluster import local
        from scoring_engine.cluster.work import work

        local.run(given, work, take, workers(on))


def _found(missing: set[Named]) -> dict[Named, Plan]:
    """The rulebooks that are at hand here, of those that were not where the parts were computed."""
    from scoring_engine.ruleset import store

    paths = {named: store.find(named[0], (), named[1] or None, named[2] or None) for named in missing}
    return {named: store.plan_of(path) for named, path in paths.items() if path is not None}


def workers(on: str) -> int:
    """How many processes compute: as many as asked for, else one for each processor.

    Raises:
        BulkError: `on` is nothing that is known.
    """
    from scoring_engine.cluster.planning import processors

    if on in ("", "local"):
        return processors()
    if on.startswith("local[") and on.endswith("]") and on[6:-1].isdigit() and int(on[6:-1]):
        return int(on[6:-1])
    raise BulkError(Message("“{value}” says no place to compute; write local[4], dask://HOST:PORT or tls://HOST:PORT", {"value": on}))


def _check(dones: Mapping[int, Done]) -> None:
    """Whether each competition stands in one part only, and none is fed from another part.

    Raises:
        Scattered: it is not so.
    """
    import numpy as np

    from scoring_engine.cluster.parts import number_of

    if len(dones) < 2:
        return
    names = np.sort(np.concatenate([np.array(done.names, np.int64) for done in dones.values()]))
    if (names[1:] == names[:-1]).any():
        raise Scattered
    fed = {target for done in dones.values() for target in done.outward}
    if fed and np.isin(np.array([number_of(target) for target in fed], np.int64), names).any():
        raise Scattered


def _check_ids(job: Job, tasks: Sequence[Task]) -> None:
    """Whether each id stands in one part only.

    Raises:
        Scattered: it is not so.
    """
    if len(tasks) < 2:
        return
    from scoring_engine.cluster import conflicts
    from scoring_engine.cluster.work import read

    again = conflicts.shared(os.path.join(job.folder, task.name) for task in tasks)
    if again.size:
        raise Scattered(conflicts.pairs((read(job, task) for task in tasks), again))


class _Alone:
    """Keeps two replays from writing into one folder at the same time."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        self.file = open(os.path.join(self.folder, LOCK), "w")
        try:
            import fcntl

            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except OSError:
            self.file.close()
            text = "another replay is writing into {folder}; wait for it, or name another folder"
            raise BulkError(Message(text, {"folder": os.path.dirname(self.folder)})) from None

    def __exit__(self, *failed: object) -> None:
        self.file.close()
