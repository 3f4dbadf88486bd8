"""The newest frame for everybody who watches, by server-sent events.

Viewers who may see the same share a channel. A frame is made and encoded once a channel, only where somebody watches, and not more
often than `FRAME`; who is slow gets the newest frame when the line is free and none of those between. A line that takes nothing for
`STALLED` seconds is cut; the page comes back by itself when it can.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from starlette.types import Receive, Send

    from scoring_engine.live.views import View

FRAME = 0.1
"""Seconds between two frames of a channel, at least."""
STALLED = 20.0
BEAT = 15.0
"""Seconds between signs of life, so that neither side keeps a dead line."""
VIEWERS = 2000
"""Lines at most."""

log = logging.getLogger("scoring_engine.live")


class Key(NamedTuple):
    """Who sees the same: a role of a competition, and for judges the judge."""

    competition: str
    role: str
    judge: str


class Channel:
    """The newest frame for one key, and those who wait for the next."""

    __slots__ = ("changed", "data", "frame", "version", "viewers")

    def __init__(self) -> None:
        self.data = b""
        self.frame = b""
        self.version = 0
        self.viewers: set[Viewer] = set()
        self.changed = asyncio.Event()

    def put(self, data: bytes) -> None:
        """Set the newest frame; the same again is nothing new."""
        if data != self.data:
            self.data = data
            self.version += 1
            self.frame = b"event: state\nid: %d\ndata: %s\n\n" % (self.version, data)
            self.wake()

    def wake(self) -> None:
        """Have all viewers look."""
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


class Viewer:
    """One line. `since` is when the frame that is being sent was begun, 0 where none is."""

    __slots__ = ("beat", "since", "task")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task
        self.since = 0.0
        self.beat = False


class Hub:
    """All channels. Used from the event loop; `stir` from anywhere."""

    def __init__(self, view: Callable[[Key], View]) -> None:
        self._view = view
        self._channels: dict[Key, Channel] = {}
        self._dirty = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._tasks = [asyncio.create_task(self._pump()), asyncio.create_task(self._watch())]
        self.viewers = 0

    def stir(self) -> None:
        """Something has changed; may be called from any thread."""
        with suppress(RuntimeError):  # the loop has just been closed: nobody watches any more
            self._loop.call_soon_threadsafe(self._dirty.set)

    def look(self) -> None:
        """A session may have ended: all viewers see whether they may still watch; may be called from any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for channel in self._channels.values():
            channel.wake()

    async def close(self) -> None:
        """Cut all lines."""
        for task in self._tasks:
            task.cancel()
        for channel in self._channels.values():
            for viewer in channel.viewers:
                viewer.task.cancel()

    async def stream(self, key: Key, alive: Callable[[], bool], receive: Receive, send: Send) -> None:
        """Send the frames of a channel until the viewer goes, or `alive` says that it may not watch any more."""
        channel = self._channels.setdefault(key, Channel())
        task = asyncio.current_task()
        assert task is not None
        viewer = Viewer(task)
        channel.viewers.add(viewer)
        self.viewers += 1
        gone = asyncio.create_task(_left(receive, task))
        started = False
        try:
            if not channel.frame:
                await self._make([key])
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            started = True
            await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
            await self._frames(channel, viewer, alive, send)
            await send({"type": "http.response.body", "body": b"event: closed\ndata: {}\n\n", "more_body": False})
        except asyncio.CancelledError:
            if not started:
                raise
        finally:
            gone.cancel()
            channel.viewers.discard(viewer)
            self.viewers -= 1
            if not channel.viewers and self._channels.get(key) is channel:
                del self._channels[key]

    async def _frames(self, channel: Channel, viewer: Viewer, alive: Callable[[], bool], send: Send) -> None:
        seen = 0
        while alive():
            if seen != channel.version:
                seen, body = channel.version, channel.frame
            elif viewer.beat:
                body = b": \n\n"
            else:
                await channel.changed.wait()
                continue
            viewer.beat = False
            viewer.since = self._loop.time()
            await send({"type": "http.response.body", "body": body, "more_body": True})
            viewer.since = 0.0

    async def _pump(self) -> None:
        """Make new frames whenever something has changed."""
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            began = self._loop.time()
            await self._make(list(self._channels))
            await asyncio.sleep(max(0.0, FRAME - (self._loop.time() - began)))

    async def _make(self, keys: list[Key]) -> None:
        """Make the frames of channels, outside the event loop."""
        for key in keys:
            try:
                data = await self._loop.run_in_executor(None, lambda key=key: encoded(self._view(key)))  # type: ignore[misc]
            except Exception:
                log.exception("no frame for %s", key)
                continue
            if key in self._channels:
                self._channels[key].put(data)

    async def _watch(self) -> None:
        """Cut lines that take nothing, and give signs of life."""
        beat = self._loop.time()
        while True:
            await asyncio.sleep(2.0)
            now = self._loop.time()
            beating = now - beat >= BEAT
            beat = now if beating else beat
            for channel in list(self._channels.values()):
                for viewer in list(channel.viewers):
                    viewer.beat = viewer.beat or beating
                    if viewer.since and now - viewer.since > STALLED:
                        log.warning("a viewer takes nothing for %d s; its line is cut", STALLED)
                        viewer.task.cancel()
                if beating:
                    channel.wake()


async def _left(receive: Receive, task: asyncio.Task[Any]) -> None:
    """Wait until the viewer goes, then end the task that sends."""
    while (await receive())["type"] != "http.disconnect":
        pass
    task.cancel()


def encoded(value: Any) -> bytes:
    """A value as JSON in UTF-8."""
    return _encoder.encode(value).encode("utf-8", "replace")


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
