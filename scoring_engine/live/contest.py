"""The running competition: a ledger, the log read from it, and the latest result.

Events come in from many requests at once. One thread, the writer, takes all that wait, has intake look at them together, appends
those that are admitted to the ledger in one transaction, and only then answers. Where other servers write to the same ledger it
first reads what they have written, and what it appends is stored only if nothing has come after that. Another, the refresher,
replays the log whenever it has grown and hands the result on; while it works more events may arrive, and the next turn takes them
all. What is shown is therefore at every moment the replay of a beginning of the ledger, and soon of all of it.
"""

from __future__ import annotations

import asyncio
import json
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scoring_engine.events.ledger.errors import GrownError
from scoring_engine.events.log import Log
from scoring_engine.events.notation import NestingError, OversizeError, json_text
from scoring_engine.events.objects import RefusedError, members
from scoring_engine.events.reading import IN_MEMORY, read
from scoring_engine.live.intake import MARKS, REACHING_BACK, refusals
from scoring_engine.live.refusals import Refusal
from scoring_engine.messages import Message
from scoring_engine.ruleset import store as rulebooks
from scoring_engine.season.opening import Plans
from scoring_engine.season.replay import replay

if TYPE_CHECKING:
    from scoring_engine.events.ledger.store import Store
    from scoring_engine.events.rejection import Rejection
    from scoring_engine.ruleset.plan import Plan
    from scoring_engine.season.result import Replay

Event = dict[str, Any]

LEDGER = "ledger"
"""What rejections call the place of events that are in the log."""

UNSAID = frozenset(("seq", "at", "by", "device", "n"))
"""Fields that do not count when two deliveries of an event are compared: what the server or the device adds on the way."""

OFF_LINE = UNSAID | {"id", "kind", "value"}
"""Fields of a mark that do not say which line of which sheet it is for."""

BATCH = 2000
"""Events that are looked at together at most."""

QUIET, QUIETEST, SHARE, GATHERING = 0.001, 0.004, 0.125, 5
"""What comes together is looked at and committed together, so that all who press in the same instant wait for one commit: the first
to come is held until nothing has come for a moment, `SHARE` of what the last commit took but between `QUIET` and `QUIETEST` seconds,
and at most for `GATHERING` such moments."""

TURNS = 50
"""How often events are looked at anew because another server has written before they could be stored."""

MANY, CALM, LONGEST = 10, 8, 2.0
"""Where more than so many events are new in a replay, the next one waits so many times as long as that took, at most so many
seconds, or until somebody asks for a result."""


class Answer(NamedTuple):
    """What became of an event: accepted, duplicate or rejected; with a message where there is something to say."""

    id: str
    status: str
    seq: int | None = None
    rule: str = ""
    field: str = ""
    message: Message | None = None


class Snapshot(NamedTuple):
    """A result and the log that it is the replay of.

    seq     of the last event in it, 0 of an empty log
    fault   why there is no newer result: the log holds something that cannot be computed
    """

    seq: int
    log: Log
    result: Replay
    fault: Message | None = None


class Known(NamedTuple):
    """What is kept of each event of the ledger: its number, and whom it is about. What it says is in the ledger."""

    seq: int
    kind: str
    judge: str
    contestant: str
    by: str


class Moved(Exception):  # noqa: N818  (nothing is wrong; whoever asked looks again)
    """The ledger holds more than what the request was made in view of."""


class _Waiting(NamedTuple):
    """Events of one request. `whole`: all of them or none. `expected`: only where the ledger's last event has this number."""

    events: list[Event]
    whole: bool
    expected: int | None
    answer: Future[list[Answer]] | asyncio.Future[list[Answer]]


class Contest:
    """A competition that runs. Methods may be called from any thread."""

    def __init__(self, store: Store, plans: Sequence[Plan], listener: Callable[[Snapshot], None] | None = None) -> None:
        self.store = store
        self.plans = list(plans)
        self.listener = listener
        self._finder = Plans({plan["id"]: plan for plan in plans}, _find)
        self._lock = threading.Lock()
        self._fresh = threading.Condition()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        events = [dict(event) for event in store.read()]
        self._known = {str(event["id"]): _known(event, int(event["seq"])) for event in events}
        self._log = _based(read(events))
        self._pending: list[Log] = []
        self._control = _without_marks(self._log)
        self._head = int(events[-1]["seq"]) if events else 0
        self._marks: dict[tuple[Any, ...], tuple[Any, str]] = {}
        for event in events:
            self._note_mark(event)
        self._dirty, self._asked = threading.Event(), threading.Event()
        self._stopped = False
        self._took = 0.0
        self.snapshot = self._replayed(self._head, self._log)
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._write, self._refresh)]
        for thread in self._threads:
            thread.start()

    @property
    def head(self) -> int:
        """The number of the last event in the ledger."""
        return self._head

    def log(self) -> Log:
        """The log of everything that is in the ledger."""
        with self._lock:
            if self._pending:
                self._log = Log.concat([self._log, *self._pending])
                self._pending = []
            return self._log

    def known(self, id: str) -> Known | None:
        """What is known of an event of the ledger."""
        return self._known.get(id)

    async def post(self, events: Sequence[Mapping[str, Any]], whole: bool = False) -> list[Answer]:
        """As `submit`, from an event loop: all requests that are answered together wake it once."""
        if self._stopped:
            raise _closed()
        answer: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._queue.put(_Waiting([dict(event) for event in events], whole, None, answer))
        return await answer

    def submit(self, events: Sequence[Mapping[str, Any]], whole: bool = False, expected: int | None = None) -> Future[list[Answer]]:
        """Hand in events; the answers come when what is admitted is durable.

        whole      all events or none: where one is rejected the others are not stored either
        expected   the number of the ledger's last event that the request was made in view of

        The future raises Refusal where the ledger cannot be written, Moved where it does not end with `expected`.
        """
        answer: Future[list[Answer]] = Future()
        if self._stopped:
            answer.set_exception(_closed())
        else:
            self._queue.put(_Waiting([dict(event) for event in events], whole, expected, answer))
        return answer

    def settled(self, seq: int | None = None, timeout: float = 10.0) -> Snapshot:
        """The first snapshot that holds the event `seq` (None: all that are in the ledger now), or the latest when time is up."""
        wanted = self._head if seq is None else seq
        if self.snapshot.seq < wanted:
            self._asked.set()
        with self._fresh:
            self._fresh.wait_for(lambda: self.snapshot.seq >= wanted or self._stopped, timeout)
        return self.snapshot

    def digest(self) -> str:
        """The digest of the result of everything in the ledger, as anybody gets it who replays the exported log."""
        return self.settled().result.digest

    def replayed_with(self, events: Sequence[Mapping[str, Any]]) -> tuple[Replay, Replay, list[Rejection]]:
        """The result now, the result with `events` appended, and what intake says of these. Nothing is stored."""
        log = self.log()
        batch = read([{**event, "seq": self._head + n} for n, event in enumerate(events, 1)])
        after = replay(Log.concat([log, batch]), self.plans, engine="columnar")
        return replay(log, self.plans, engine="columnar"), after, [r for r in after.rejections if r.file == IN_MEMORY]

    def until(self, seq: int) -> Replay:
        """The result as it was after the event `seq`."""
        return replay(self.log().until(seq), self.plans, engine="columnar")

    def verified(self) -> Replay:
        """The result by both deciding engines; they must agree.

        Raises:
            Disagreement: they do not.
        """
        return replay(self.log(), self.plans, engine="both")

    def close(self) -> None:
        """Finish what waits and stop."""
        self._queue.put(None)
        self._threads[0].join(30)
        self._stopped = True
        self._dirty.set()
        self._asked.set()
        with self._fresh:
            self._fresh.notify_all()
        self._threads[1].join(30)

    # the writer

    def _write(self) -> None:
        while not self._stopped:
            waiting = self._taken()
            if waiting is None:
                self._stopped = True
                left: list[_Waiting] = []
                while not self._queue.empty():
                    left += filter(None, [self._queue.get()])
                _reply(left, [_closed()] * len(left))
                return
            self._answer([one for one in waiting if one.expected is None])
            for one in waiting:
                if one.expected is not None:
                    self._answer([one])

    def _answer(self, waiting: list[_Waiting]) -> None:
        """Decide on the events of requests and answer these."""
        for turn in range(TURNS):
            try:
                self._catch_up()
                if any(one.expected not in (None, self._head) for one in waiting):
                    raise Moved
                _reply(waiting, self._decide(waiting))
                return
            except GrownError as error:
                if turn == TURNS - 1:
                    _reply(waiting, [_unwritten(error)] * len(waiting))
            except Exception as error:  # whatever it is, somebody waits for an answer
                told = error if isinstance(error, (Refusal, Moved)) else _unwritten(error)
                _reply(waiting, [told] * len(waiting))
                return

    def _catch_up(self) -> None:
        """Take in what other servers have written to the ledger."""
        if not self.store.shared:
            return
        events = [dict(event) for event in self.store.read(self._head)]
        if events:
            for event in events:
                self._note_mark(event)
            self._take_in(_based(read(events)), {str(event["id"]): _known(event, int(event["seq"])) for event in events})

    def _taken(self) -> list[_Waiting] | None:
        """Everything that waits or comes together with it, at least one; None when it is time to stop."""
        first = self._queue.get()
        if first is None:
            return None
        quiet = min(max(QUIET, SHARE * self._took), QUIETEST)
        end = time.monotonic() + GATHERING * quiet
        waiting, count, silent = [first], len(first.events), False
        while count < BATCH:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                if silent or time.monotonic() >= end:
                    break
                # Not get(timeout=…): where its time is over before it has looked again it waits for ever (CPython's SimpleQueue).
                time.sleep(quiet)
                silent = True
                continue
            silent = False
            if more is None:
                self._queue.put(None)
                break
            waiting.append(more)
            count += len(more.events)
        return waiting

    def _decide(self, waiting: list[_Waiting]) -> list[list[Answer]]:
        """Answer the events of all requests, after appending those that are admitted."""
        answers: list[list[Answer | None]] = []
        new: list[tuple[int, int, Event]] = []
        fresh: dict[str, Event] = {}
        again: list[tuple[int, int, str]] = []
        for i, one in enumerate(waiting):
            row: list[Answer | None] = [None] * len(one.events)
            for j, event in enumerate(one.events):
                id = event.get("id")
                known = self._known.get(id) if isinstance(id, str) else None
                before = fresh.get(id) if isinstance(id, str) and known is None else None
                if known is not None and self._says(known.seq, event):
                    row[j] = Answer(str(id), "duplicate", known.seq)
                elif before is not None and _content(before) == _content(event):
                    again.append((i, j, str(id)))
                elif known is not None or before is not None:
                    row[j] = Answer(str(id), "rejected", None, "id-conflict", "id", _CONFLICT._replace(args={"value": str(id)}))
                else:
                    if isinstance(id, str):
                        fresh[id] = event
                    new.append((i, j, event))
            answers.append(row)
        while True:
            refused, parsed = self._refused([event for _, _, event in new])
            broken = {i for i, row in enumerate(answers) if waiting[i].whole and any(a and a.status == "rejected" for a in row)}
            broken |= {new[k][0] for k in refused if waiting[new[k][0]].whole}
            for k, rejection in refused.items():
                i, j, event = new[k]
                answers[i][j] = Answer(_id(event), "rejected", None, rejection.rule, rejection.field, rejection.message)
            dropped = set(refused) | {k for k, (i, _, _) in enumerate(new) if i in broken}
            for k in dropped - set(refused):
                i, j, event = new[k]
                answers[i][j] = Answer(_id(event), "rejected", None, "together", "", _TOGETHER)
            if not dropped:
                break
            new = [entry for k, entry in enumerate(new) if k not in dropped]
        self._append(new, answers, parsed)
        for i, j, id in again:
            answers[i][j] = Answer(id, "duplicate", self._known[id].seq) if id in self._known else self._like(answers, id)
        return [[answer or Answer("", "rejected") for answer in row] for row in answers]

    def _says(self, seq: int, event: Event) -> bool:
        """Whether an event says what the ledger's event `seq` says."""
        return _content(json.loads(self.store.body(seq), parse_float=Decimal)) == _content(event)

    def _like(self, answers: list[list[Answer | None]], id: str) -> Answer:
        """The answer that the same event got earlier in the batch."""
        return next(answer for row in answers for answer in row if answer is not None and answer.id == id)

    def _refused(self, events: list[Event]) -> tuple[dict[int, Rejection], Log | None]:
        """Those of the events that intake does not admit, by their place, of several reasons the first; and the events as a log
        where all are admitted and were looked at together.

        An event that reaches back (a void, an amendment) is looked at after those before it and before those behind it, so that the
        answer to an event does not depend on what happens to come together with it.
        """
        refused: dict[int, Rejection] = {}
        passed: list[int] = []
        parts = _parts(events)
        parsed: Log | None = None
        for part in parts:
            found, parsed = self._refused_of([events[k] for k in passed], [events[k] for k in part])
            refused |= {part[k]: rejection for k, rejection in found.items()}
            passed += [k for k in part if k not in refused]
        return refused, parsed if len(parts) == 1 and not refused else None

    def _refused_of(self, passed: list[Event], part: list[Event]) -> tuple[dict[int, Rejection], Log]:
        """Those of `part` that intake does not admit after the log and `passed`, by their place; and all of these as a log."""
        together = [*passed, *part]
        batch = read([{**event, "seq": self._head + n} for n, event in enumerate(together, 1)])
        reaching = any(event.get("kind") in REACHING_BACK for event in together)
        log = Log.concat([self.log() if reaching else self._control, batch])
        try:
            found = refusals(log, self.plans, self._finder)
            if any(event.get("kind") == "opened" for event in part):
                replay(log, self.plans, engine="columnar")  # competitions may be linked in a circle
        except Exception as error:
            if len(part) > 1:
                alone = (self._refused_of(passed, [event])[0].get(0) for event in part)
                return {k: one for k, one in enumerate(alone) if one is not None}, batch
            message = getattr(error, "message", None)
            known = message if isinstance(message, Message) else _FAULT._replace(args={"problem": f"{type(error).__name__}: {error}"})
            return {0: _uncomputable(part[0], known)}, batch
        refused: dict[int, Rejection] = {}
        for rejection in found:
            if rejection.file == IN_MEMORY and rejection.line > len(passed):
                refused.setdefault(rejection.line - 1 - len(passed), rejection)
        return refused, batch

    def _append(self, new: list[tuple[int, int, Event]], answers: list[list[Answer | None]], parsed: Log | None) -> None:
        """Append the events to the ledger, then to the log. `parsed` are the events as intake has seen them, where it has seen them
        together: they are taken as they are if the ledger gave them the numbers and times that they had there."""
        if not new:
            return
        events = [event for _, _, event in new]
        began = time.monotonic()
        appended = self.store.append(events, self._head if self.store.shared else None)
        self._took = time.monotonic() - began
        as_seen = parsed is not None and parsed.seq.tolist() == [one.seq for one in appended] and all("at" in event for event in events)
        stored = [] if as_seen else [{**event, "seq": one.seq, "at": one.at} for event, one in zip(events, appended, strict=True)]
        batch = _based(parsed if as_seen and parsed is not None else read(stored))
        known = {}
        for (i, j, event), one in zip(new, appended, strict=True):
            answers[i][j] = Answer(one.id, "accepted", one.seq, message=self._note_mark(event))
            known[one.id] = _known(event, one.seq)
        self._take_in(batch, known)

    def _take_in(self, batch: Log, known: dict[str, Known]) -> None:
        """Take events of the ledger into the log, the last of which is the ledger's last."""
        control = None if MARKS.issuperset(batch.kind.texts) else _without_marks(batch)
        with self._lock:
            self._pending.append(batch)
            if control is not None:
                self._control = Log.concat([self._control, control])
            self._known |= known
            self._head = max(self._head, *(one.seq for one in known.values()))
        self._dirty.set()

    def _note_mark(self, event: Event) -> Message | None:
        """Remember the latest mark of each line of each sheet and the device that it came from; what to say of one that takes the
        place of another device's."""
        if event.get("kind") != "score":
            return None
        line, device, given = _line(event), str(event.get("device") or ""), event.get("value")
        value, other = self._marks.get(line, (None, ""))
        self._marks[line] = given, device
        if not other or other == device or value == given:
            return None
        return Message("this mark takes the place of {value}, which was given on another device", {"value": str(value)})

    # the refresher

    def _refresh(self) -> None:
        while True:
            self._dirty.wait()
            self._dirty.clear()
            if self._stopped:
                return
            began = time.perf_counter()
            head = self._head
            log = self.log()
            snapshot = self._replayed(max(head, int(log.seq[-1]) if log.size else 0), log)
            fresh = snapshot.seq - self.snapshot.seq
            with self._fresh:
                self.snapshot = snapshot
                self._fresh.notify_all()
            if self.listener is not None:
                self.listener(snapshot)
            # Marks go before tables: while many come in, most of the time is theirs.
            spent = time.perf_counter() - began
            if fresh > MANY:
                self._asked.wait(min(CALM * spent, LONGEST))
            self._asked.clear()

    def _replayed(self, seq: int, log: Log) -> Snapshot:
        try:
            return Snapshot(seq, log, replay(log, self.plans, engine="columnar").made())
        except Exception as error:  # the ledger stays what it is; people go on marking and are told
            message = getattr(error, "message", None)
            fault = message if isinstance(message, Message) else _FAULT._replace(args={"problem": f"{type(error).__name__}: {error}"})
            old = getattr(self, "snapshot", None)
            return Snapshot(seq, log, replay(read([]), self.plans).made() if old is None else old.result, fault)


_CONFLICT = Message("the id {value} belongs to another event, which counts; give this one an id of its own")
_TOGETHER = Message("it was sent together with an event that was not admitted; nothing of the two was stored")
_FAULT = Message("the tables cannot be computed: {problem}; marks are stored all the same")


def _reply(waiting: Sequence[_Waiting], outcomes: Sequence[list[Answer] | Exception]) -> None:
    """Give the answers; those of one event loop all in one go."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[list[Answer]], list[Answer] | Exception]]] = {}
    for one, outcome in zip(waiting, outcomes, strict=True):
        if isinstance(one.answer, asyncio.Future):
            loops.setdefault(one.answer.get_loop(), []).append((one.answer, outcome))
        elif isinstance(outcome, Exception):
            one.answer.set_exception(outcome)
        else:
            one.answer.set_result(outcome)
    for loop, answers in loops.items():
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_wake, answers)


def _wake(answers: list[tuple[asyncio.Future[list[Answer]], list[Answer] | Exception]]) -> None:
    for future, outcome in answers:
        if future.done():  # who asked has gone
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _parts(events: list[Event]) -> list[list[int]]:
    """The places of events that are looked at together: those that reach back alone, others as many as follow one another."""
    parts: list[list[int]] = []
    alone = True
    for k, event in enumerate(events):
        reaching = event.get("kind") in REACHING_BACK
        if alone or reaching:
            parts.append([])
        parts[-1].append(k)
        alone = reaching
    return parts


def _find(ruleset: str, version: str, sha256: str) -> Plan | None:
    path = rulebooks.find(ruleset, (), version or None, sha256 or None)
    return None if path is None else rulebooks.plan_of(path)


def _based(log: Log) -> Log:
    """The log with events that are said to come from the ledger."""
    log.files = [LEDGER] * max(1, len(log.files))
    return log


def _without_marks(log: Log) -> Log:
    kinds = np.array([kind in MARKS for kind in log.kind.texts] + [False], bool)
    return log.select(~kinds[log.kind.codes])


def _id(event: Mapping[str, Any]) -> str:
    return str(event.get("id", ""))


def _line(event: Mapping[str, Any]) -> tuple[Any, ...]:
    """The line of a sheet that a mark is for."""
    return tuple(sorted([(name, str(value)) for name, value in event.items() if name not in OFF_LINE]))


def _known(event: Mapping[str, Any], seq: int) -> Known:
    return Known(seq, str(event["kind"]), *[str(event.get(name) or "") for name in ("judge", "contestant", "by")])


def _content(event: Mapping[str, Any]) -> str | None:
    """What an event says as canonical JSON, so that two deliveries of it can be compared; None where it holds what none may."""
    try:
        said = members(event)
        return json_text({name: value for name, value in said.items() if name not in UNSAID and value is not None and value != ""})
    except (RefusedError, OversizeError, NestingError):
        return None


def _uncomputable(event: Event, message: Message) -> Rejection:
    from scoring_engine.events.rejection import Rejection

    competition, kind = (str(event.get(name, "")) for name in ("competition", "kind"))
    return Rejection(IN_MEMORY, 1, None, _id(event), competition, kind, "", "", "replay", message)


def _unwritten(error: Exception) -> Refusal:
    problem = str(getattr(error, "strerror", None) or error) or type(error).__name__
    message = getattr(error, "message", None)
    if isinstance(message, Message):
        return Refusal(503, "ledger", message)
    text = "the ledger cannot be written ({problem}); nothing was stored. Your page keeps what you entered and sends it again"
    return Refusal(503, "ledger", Message(text, {"problem": problem}))


def _closed() -> Refusal:
    return Refusal(503, "closing", Message("the server is being stopped; your page keeps what you entered and sends it again"))
