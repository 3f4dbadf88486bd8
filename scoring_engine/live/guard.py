"""What every request must pass, and what every answer carries.

    host      the name that the request was made to is this server's, an IP address or localhost (a page of a stranger whose name
              suddenly leads here, DNS rebinding, is refused)
    origin    what changes something comes from a page of this server: Sec-Fetch-Site and Origin say so, and one of them must be there
    size      a body is read up to a limit and within a time
    headers   a strict Content-Security-Policy without inline script or style, and the like

Every refusal is logged with who, what and why; secrets are in none of it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scoring_engine.live.hub import encoded
from scoring_engine.live.refusals import Refusal, both, malformed
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.types import Message as Part

MEGABYTE = 1 << 20
READING = 30.0
"""Seconds within which a body must be here."""

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]

log = logging.getLogger("scoring_engine.live")


class Guard:
    """Stands before the application.

    hosts    further names by which the server may be called
    tls      whether it is reached by https
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), tls: bool = False) -> None:
        self.app = app
        self.hosts = frozenset(name.lower() for name in hosts)
        self.tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(part: Part) -> None:
            if part["type"] == "http.response.start":
                given = {name for name, _ in part["headers"]}
                part["headers"] = [*part["headers"], *[pair for pair in HEADERS if pair[0] not in given]]
            await send(part)

        async def work(sending: Send) -> None:
            headers = dict(scope["headers"])
            self._host(headers)
            if scope["method"] not in SAFE:
                self._origin(headers)
            await self.app(scope, receive, sending)

        await answering(scope, dressed, work)

    def _host(self, headers: dict[bytes, bytes]) -> None:
        name, is_address = _name(headers.get(b"host", b""))
        if not (name == "localhost" or name in self.hosts or is_address):
            text = "this server is not called {name}; use the address that it printed, or start it with --host {name}"
            raise Refusal(421, "host", Message(text, {"name": name[:60] or "–"}))

    def _origin(self, headers: dict[bytes, bytes]) -> None:
        site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
        wrong = site is not None and site != b"same-origin"
        if origin is not None:
            scheme = b"https://" if self.tls else b"http://"
            wrong |= origin.lower() != scheme + headers.get(b"host", b"").lower()
        if wrong or (site is None and origin is None):
            raise Refusal(403, "origin", Message("this request does not come from a page of this server; open the page again"))


async def answering(scope: Scope, send: Send, work: Callable[[Send], Awaitable[None]]) -> None:
    """Do some work that answers a request; what it refuses, or where it fails, is answered and logged here."""
    started = False

    async def watched(part: Part) -> None:
        nonlocal started
        started = True
        await send(part)

    try:
        await work(watched)
    except Refusal as refusal:
        tell(scope, refusal)
        if not started:
            later = [(b"retry-after", str(refusal.after).encode())] if refusal.after else []
            await answer(send, refusal.status, refusal.body(), later)
    except (asyncio.CancelledError, ConnectionError):
        raise
    except Exception as error:
        said = getattr(error, "message", None)
        known = isinstance(said, Message)  # an error with a message is about what was sent
        if not known:
            log.exception("%s %s", scope["method"], scope["path"])
        failed = Message("the server failed ({problem}); nothing was stored", {"problem": type(error).__name__})
        message = said if isinstance(said, Message) else failed
        if not started:
            await answer(send, 400 if known else 500, {"rule": "input" if known else "failed", "message": both(message)})


@lru_cache(100)
def _name(host: bytes) -> tuple[str, bool]:
    """The host without its port, and whether it is an address."""
    name = ""
    try:
        name = (urlsplit(f"//{host.decode('latin-1')}").hostname or "").lower()
        ipaddress.ip_address(name)
    except ValueError:
        return name, False
    return name, True


async def answer(send: Send, status: int, value: Any = None, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Send JSON, or nothing where `value` is None."""
    body = b"" if value is None else encoded(value)
    kind = [] if value is None else [(b"content-type", b"application/json; charset=utf-8")]
    length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*kind, *length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def body_of(scope: Scope, receive: Receive, most: int = MEGABYTE) -> bytes:
    """The body of a request.

    Raises:
        Refusal: it is larger than `most` bytes, takes too long, or breaks off.
    """
    length = dict(scope["headers"]).get(b"content-length", b"")
    if length.isdigit() and int(length) > most:
        raise _oversized(most)
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        try:
            async with asyncio.timeout(READING):
                part = await receive()
        except TimeoutError:
            raise Refusal(408, "slow", Message("the request did not arrive in time; try again")) from None
        if part["type"] == "http.disconnect":
            raise malformed("it broke off")
        parts.append(part.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _oversized(most)
        more = part.get("more_body", False)
    return b"".join(parts)


def _oversized(most: int) -> Refusal:
    text = "the request is larger than {most} kB; send less at a time"
    return Refusal(413, "oversized", Message(text, {"most": str(most // 1024)}))


def json_of(body: bytes) -> Any:
    """The JSON value of a body; numbers with a point are Decimal.

    Raises:
        Refusal: it is none, or gives a key twice.
    """
    try:
        return _decoder.decode(body.decode())
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise malformed(str(error)[:120].replace("{", "(").replace("}", ")")) from None


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is given twice")
    return value


_decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_distinct)


def tell(scope: Scope, refusal: Refusal) -> None:
    """Log a refusal."""
    client = scope.get("client") or ("?",)
    session = scope.get("state", {}).get("session") if isinstance(scope.get("state"), dict) else None
    who = f"{session.role} {session.name}" if session is not None else "-"
    log.warning("refused %s %s %s from %s (%s): %s", refusal.status, scope["method"], scope["path"], client[0], who, refusal.rule)
