"""The bulk form of `replay`: what it says while it runs and at its end."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Literal

from scoring_engine.cli.progress import Progress
from scoring_engine.cluster import bulk
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.cluster.parts import Done, Task
    from scoring_engine.decisions.agreement import Engine

SHOWN = 10
"""Failures that are said on standard error; all of them are in the manifest."""


def replay(
    logs: Sequence[str],
    rulesets: Sequence[str],
    out: str,
    form: Literal["csv", "parquet"],
    on: str,
    until: str | None,
    engine: Engine,
    shadow: int,
    seed: int,
    lang: str,
) -> int:
    """Replays the logs part by part into the folder `out`; returns the exit code."""
    if shadow:
        from scoring_engine.decisions import rete

        if not (usable := rete.available()):
            text = "durable-rules cannot be used here ({reason}); the columnar engine decides alone"
            print(Message(text, {"reason": usable.reason}).say(lang), file=sys.stderr)
            shadow = 0
    with ExitStack() as stack:
        stack.enter_context(_asked_to_end())
        said = Said(lang, stack)
        manifest = bulk.run(
            logs, out, form, rulesets=rulesets, on=on, until=until, engine=engine, shadow=shadow, seed=seed, lang=lang, tell=said.tell
        )
    for line in _end(manifest, out, lang):
        print(line, file=sys.stderr)
    return 1 if manifest["failed"] or not manifest["competitions"] else 0


SELDOM = 0.1
"""Seconds for which the line of progress stays as it is: of a hundred thousand parts not each is counted from the first."""


class Said:
    """The line of progress: how much is done, how fast, and how long the rest will take.

    It begins with the first part that is done: the processes that compute are made before it starts a thread.
    """

    def __init__(self, lang: str, stack: ExitStack) -> None:
        self.lang = lang
        self.stack = stack
        self.began = self.last = time.monotonic()
        self.line: Progress | None = None

    def tell(self, dones: Mapping[int, Done], tasks: Sequence[Task]) -> None:
        """Called as parts are done."""
        now = time.monotonic()
        if self.line is None:
            self.line = self.stack.enter_context(Progress(self.lang))
        elif now - self.last < SELDOM and len(dones) < len(tasks):
            return
        self.last = now
        events = sum(done.events for done in dones.values())
        spent = now - self.began
        left = spent * (len(tasks) - len(dones)) / len(dones)
        values = {"events": f"{events:,}", "rate": f"{events / spent:,.0f}", "left": f"{left:.0f}"}
        self.line.step(Message("{events} events, {rate} a second, about {left} s left", values), len(dones), len(tasks))


@contextmanager
def _asked_to_end() -> Iterator[None]:
    """Has the process, when it is asked to end, end as by Ctrl-C: what it was writing is taken away."""

    def end(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(manifest: Mapping[str, Any], out: str, lang: str) -> Iterator[str]:
    """What is said when all is done."""
    for failure in manifest["failed"][:SHOWN]:
        names = ", ".join(failure["competitions"][:8]) or "–"
        text = Message("{file}: {competitions}: {problem}", {"file": failure["file"], "competitions": names, "problem": failure["message"]})
        yield text.say(lang)
    if len(manifest["failed"]) > SHOWN:
        more = str(len(manifest["failed"]) - SHOWN)
        yield Message("{count} more failures are listed in manifest.json", {"count": more}).say(lang)
    counts = {name: f"{manifest[name]:,}" for name in ("events", "competitions", "rejected")}
    yield Message(
        "wrote {folder}: {competitions} competitions of {events} events, {rejected} not admitted", {"folder": out, **counts}
    ).say(lang)
    if not manifest["competitions"]:
        yield Message("the log has no competition that could be replayed; it needs an event opened that is admitted").say(lang)
