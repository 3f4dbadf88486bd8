"""Access: links that are used once, the sessions they are exchanged for, and what keeps guessing out.

A link is an id and a secret of 256 bits in the fragment of an address (a fragment is never sent to a server and stands in no
log), and a PIN that is told apart from it. The exchange wants both. What is kept is an Argon2 hash of secret and PIN, and a
SHA-256 of the secret alone, which nobody can guess backwards: it is compared first, in constant time, so that a stranger can
neither make the server compute Argon2 nor use up anybody's tries. Wrong PINs count only for who holds the card; after a few the
card pauses, longer each time, and never closes for good.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from scoring_engine.live.refusals import Refusal
from scoring_engine.live.roles import ROLES, Role
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from argon2 import PasswordHasher

TRIES = 5
"""Wrong PINs before a card pauses."""
PAUSE = 30
"""Seconds of the first pause; each further wrong PIN doubles it, up to `LONGEST`."""
LONGEST = 900
STRANGERS = 30
"""Wrong links a minute from one address before it is told to wait. A right one is let in all the same."""
LIFETIME = 3 * 86400
"""Seconds that a session lives."""
KEY = "live/access"

T = TypeVar("T")


class Keep(Protocol):
    """Where access is kept: texts by key, beside the log and no part of it."""

    def get(self, key: str) -> str | None:
        """The text kept under `key`."""
        ...

    def put(self, key: str, value: str | None) -> None:
        """Keep a text, durably."""
        ...

    def replace(self, key: str, old: str | None, new: str | None) -> bool:
        """Keep a text, durably, where `old` is kept now; whether it was."""
        ...


class Session(NamedTuple):
    """Who is on the other side.

    id      hash of the token, which only the browser has
    judge   id of the judge, "" where the role is not a judge's
    name    what is written as `by` into events
    """

    id: str
    link: str
    role: Role
    judge: str
    competition: str
    name: str
    since: float


class Issued(NamedTuple):
    """A new link: its id, the fragment of the address, the PIN. The only time that both are known here."""

    id: str
    fragment: str
    pin: str


class Access:
    """Links and sessions. Every change is kept before it is answered; methods may be called from any thread.

    Several servers may share what is kept: a change is made to what is kept at that moment, and `reload` takes in what others made.

    ended    called whenever sessions may have ended
    """

    def __init__(self, keep: Keep, clock: Callable[[], float] = time.time) -> None:
        self.ended: Callable[[], None] = lambda: None
        self._keep = keep
        self._clock = clock
        self._lock = RLock()
        self._hashing = RLock()
        self._strangers: dict[str, tuple[float, int]] = {}
        self._trying: dict[str, float] = {}
        self._text: str | None = None
        self._links: dict[str, dict[str, Any]] = {}
        self._sessions: dict[str, Session] = {}
        self.reload()

    def reload(self) -> bool:
        """Take in what another server has kept; whether there was anything."""
        text = self._keep.get(KEY)
        with self._lock:
            if text == self._text:
                return False
            self._take(text)
        self.ended()
        return True

    def _take(self, text: str | None) -> None:
        kept = json.loads(text or "{}")
        self._text, self._links = text, kept.get("links", {})
        self._sessions = {s[0]: Session(*s) for s in kept.get("sessions", [])}

    def issue(self, role: str, competition: str = "", judge: str = "", name: str = "", pin: str = "") -> Issued:
        """A new link for a role.

        Raises:
            Refusal: there is no such role, or a judge's link names no judge.
        """
        if role not in ROLES:
            raise Refusal(400, "unknown-role", Message("there is no role “{role}”", {"role": role}))
        if role == "judge" and not judge:
            raise Refusal(400, "no-judge", Message("a judge's link must name the judge"))
        id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        pin = pin or f"{secrets.randbelow(10**6):06d}"
        link = {
            "role": role, "judge": judge, "competition": competition, "name": name or judge or role,
            "check": sha256(secret.encode()).hexdigest(), "hash": _hasher().hash(secret + pin),
            "made": self._clock(), "used": 0, "revoked": 0, "wrong": 0, "until": 0,
        }  # fmt: skip
        self._change(lambda: self._links.update({id: link}))
        return Issued(id, f"{id}.{secret}", pin)

    def exchange(self, fragment: str, pin: str, address: str) -> str:
        """The token of a new session for a link and its PIN.

        Raises:
            Refusal: wrong, used, revoked or pausing; the answer to a stranger does not tell which links there are.
        """
        id, _, secret = fragment.partition(".")
        self.reload()
        with self._lock:
            link = self._links.get(id)
            check = link["check"] if link else "0" * 64
            if not hmac.compare_digest(check, sha256(secret.encode()).hexdigest()) or link is None:
                raise self._stranger(address)
            self._open(link)
            wait = max(link["until"], self._trying.get(id, 0)) - self._clock()
            if wait > 0:
                raise Refusal(429, "pause", _PAUSED._replace(args={"seconds": str(int(wait) + 1)}), int(wait) + 1)
            self._trying[id] = self._clock() + 1  # one try at a time; Argon2 runs without holding up others
        right = self._verify(link["hash"], secret + pin)
        token = secrets.token_urlsafe(32)

        def enter() -> Refusal | None:
            link = self._links[id]
            if not right:
                return self._wrong_pin(link)
            self._open(link)
            link["used"] = self._clock()
            session = Session(_hash(token), id, link["role"], link["judge"], link["competition"], link["name"], self._clock())
            self._sessions[session.id] = session
            return None

        with self._lock:
            self._trying.pop(id, None)
            refusal = self._change(enter)
        if refusal is not None:
            raise refusal
        return token

    def session(self, token: str) -> Session | None:
        """The session of a token, None where there is none (any more)."""
        session = self._sessions.get(_hash(token)) if token else None
        if session is None or self._clock() - session.since > LIFETIME:
            return None
        return session

    def alive(self, session: Session) -> bool:
        """Whether a session still holds; a stream asks before each frame."""
        return session.id in self._sessions and self._clock() - session.since <= LIFETIME

    def leave(self, session: Session) -> None:
        """End a session."""
        self._change(lambda: self._sessions.pop(session.id, None))
        self.ended()

    def revoke(self, id: str) -> None:
        """Close a link and end the session it was exchanged for.

        Raises:
            Refusal: there is no such link.
        """
        self._change(lambda: self._close(id))
        self.ended()

    def _close(self, id: str) -> None:
        if id not in self._links:
            raise Refusal(404, "unknown-link", Message("there is no such link"))
        self._links[id]["revoked"] = self._clock()
        for session in [s for s in self._sessions.values() if s.link == id]:
            del self._sessions[session.id]

    def revoke_unused(self, role: str) -> None:
        """Close the links of a role that nobody has used, as those printed by an earlier start."""

        def change() -> None:
            for id, link in self._links.items():
                if link["role"] == role and not link["used"] and not link["revoked"]:
                    self._close(id)

        self._change(change)

    def links(self) -> list[dict[str, Any]]:
        """All links without anything secret, the newest first; state is open, used, revoked."""
        listed = []
        for id, link in sorted(self._links.items(), key=lambda item: -item[1]["made"]):
            state = "revoked" if link["revoked"] else "used" if link["used"] else "open"
            shown = {name: link[name] for name in ("role", "judge", "competition", "name", "made", "used", "wrong")}
            listed.append({"id": id, **shown, "state": state})
        return listed

    def _open(self, link: dict[str, Any]) -> None:
        """Only who holds the secret learns that a link was used or revoked."""
        if link["revoked"]:
            raise Refusal(401, "revoked", Message("this link was revoked; ask the organizer for a new one"))
        if link["used"]:
            raise Refusal(401, "used", Message("this link was used already, it works once; ask the organizer for a new one"))

    def _wrong_pin(self, link: dict[str, Any]) -> Refusal:
        link["wrong"] += 1
        over = link["wrong"] - TRIES
        link["until"] = self._clock() + (min(PAUSE * 2**over, LONGEST) if over >= 0 else 0)
        if over < 0:
            return Refusal(401, "wrong-pin", Message("the PIN is not right; it stands on the card or the organizer tells it"))
        wait = int(link["until"] - self._clock()) + 1
        return Refusal(429, "pause", _PAUSED._replace(args={"seconds": str(wait)}), wait)

    def _stranger(self, address: str) -> Refusal:
        """The answer to a link that is none, and the count of those from an address."""
        minute = self._clock() // 60
        if len(self._strangers) > 10_000:
            self._strangers.clear()
        since, count = self._strangers.get(address, (minute, 0))
        count = count + 1 if since == minute else 1
        self._strangers[address] = (minute, count)
        if count > STRANGERS:
            return Refusal(429, "too-many", Message("too many wrong links from here; wait a minute"), 60)
        return Refusal(401, "unknown-link", Message("this link is not known here; scan the card again, or ask the organizer for a new one"))

    def _verify(self, hash: str, text: str) -> bool:
        from argon2.exceptions import Argon2Error, InvalidHashError

        with self._hashing:  # one at a time: each takes 64 MB
            try:
                return _hasher().verify(hash, text)
            except (Argon2Error, InvalidHashError):
                return False

    def _change(self, change: Callable[[], T]) -> T:
        """Make a change to what is kept now, and keep it; once more where another server was faster."""
        with self._lock:
            while True:
                self.reload()
                done = change()
                now = self._clock()
                self._sessions = {id: s for id, s in self._sessions.items() if now - s.since <= LIFETIME}
                text = json.dumps({"links": self._links, "sessions": [list(s) for s in self._sessions.values()]})
                try:
                    kept = self._keep.replace(KEY, self._text, text)
                except BaseException:
                    self._take(self._text)  # what was not kept was not done
                    raise
                if kept:
                    self._text = text
                    return done


_PAUSED = Message("too many wrong PINs; try again in {seconds} seconds, or ask the organizer for a new card")


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()
