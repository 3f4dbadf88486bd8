"""What is being done, for somebody who waits at a terminal: a line on standard error that goes away when all is done.

Nothing is shown where standard error is no terminal, nor of what is done within `PATIENCE` seconds; rich is imported only then.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scoring_engine.messages import Message

if TYPE_CHECKING:
    from threading import Timer
    from types import TracebackType

    from rich.progress import Progress as Bar

PATIENCE = 0.7
"""Seconds that nobody minds to wait without a sign."""


class Progress:
    """The line, as a context: `with Progress(lang) as progress: …`.

    `step` says what is being done, and how much of it is done where that is known. It may be called from any thread, as often as
    one likes: the line is drawn a few times a second.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._what = ""
        self._done = 0
        self._total: int | None = None
        self._bar: Bar | None = None
        self._timer: Timer | None = None

    def step(self, what: Message, done: int = 0, total: int | None = None) -> None:
        """Say what is being done: `done` of `total` parts of it, None where nobody knows how many there are."""
        self._what, self._done, self._total = what.say(self.lang), done, total
        if self._bar is not None:
            self._draw()

    def reading(self) -> None:
        """Say that logs are being read."""
        self.step(Message("reading the log"))

    def computing(self, done: int, total: int) -> None:
        """Say how many of the stages of a season are computed."""
        self.step(Message("computing the stages"), done, total)

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from threading import Lock, Timer

            self._lock = Lock()
            self._timer = Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._timer is None:
            return
        self._timer.cancel()
        with self._lock:  # a timer that is just drawing is waited for, and one that has not begun finds the line closed
            self._timer = None
            if self._bar is not None:
                self._bar.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        bar = Bar(*columns, console=Console(stderr=True), transient=True)
        bar.add_task("", total=None)
        with self._lock:
            if self._timer is None:
                return
            bar.start()
            self._bar = bar
        self._draw()

    def _draw(self) -> None:
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], description=self._what, completed=self._done, total=self._total)
