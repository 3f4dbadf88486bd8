"""The application: which path does what, for whom.

Everything of a request that is not about its own path (host, origin, headers, what refusals look like) is in `guard`; who may do
what is in `roles`; what is seen is in `views`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from scoring_engine.live import views
from scoring_engine.live.access import Access, Session
from scoring_engine.live.blockers import blockers, publication
from scoring_engine.live.drawing import draw_events
from scoring_engine.live.following import Follower
from scoring_engine.live.guard import MEGABYTE, Guard, answer, answering, body_of, json_of
from scoring_engine.live.hub import VIEWERS, Hub, Key
from scoring_engine.live.pages import Pages
from scoring_engine.live.panel import panel
from scoring_engine.live.paper import Paper
from scoring_engine.live.preview import difference
from scoring_engine.live.refusals import Refusal, both, forbidden, malformed
from scoring_engine.live.roles import EVERYWHERE, extent
from scoring_engine.live.room import Room
from scoring_engine.live.roster import events_of
from scoring_engine.live.scene import Scene
from scoring_engine.live.show import reveal
from scoring_engine.live.writing import stamped, written
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Receive, Scope, Send

    from scoring_engine.live.contest import Answer, Contest

COOKIE = "scoring"
EVENTS = 1000
"""Events of one request at most."""
SKEW = 120
"""Seconds by which a device's clock may be off before it is told."""

Handler: TypeAlias = "Callable[[Request], Awaitable[None]]"


class Request:
    """A request with its session and the means to answer it."""

    __slots__ = ("app", "path", "query", "receive", "scope", "send", "session")

    def __init__(self, app: Live, scope: Scope, receive: Receive, send: Send) -> None:
        self.app = app
        self.scope = scope
        self.receive = receive
        self.send = send
        self.path: dict[str, Any] = scope.get("path_params", {})
        query = scope.get("query_string", b"")
        self.query = dict(parse_qsl(query.decode("latin-1"))) if query else {}
        self.session = app.session_of(scope)
        scope["state"] = {**scope.get("state", {}), "session": self.session}

    async def json(self) -> dict[str, Any]:
        """The body, an object.

        Raises:
            Refusal: it is none.
        """
        kind = dict(self.scope["headers"]).get(b"content-type", b"")
        if not kind.startswith(b"application/json"):
            raise Refusal(415, "content-type", Message("send application/json"))
        value = json_of(await body_of(self.scope, self.receive))
        if not isinstance(value, dict):
            raise malformed("an object is expected")
        return value

    def may(self, action: str) -> Session:
        """The session, if its role may take the action.

        Raises:
            Refusal: there is no session, or it may not.
        """
        if self.session is None:
            raise _unknown()
        if extent(self.session.role, action) is None:
            raise forbidden(action)
        return self.session

    def competition(self) -> str:
        """The competition that the request is about: that of the session, else the one asked for, else the one opened last."""
        session = self.session
        asked = self.query.get("competition", "")
        if session is not None and session.competition:
            if asked and asked != session.competition:
                raise forbidden(asked)
            return session.competition
        return asked or self.app.latest()

    async def reply(self, value: Any = None, status: int = 200, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        """Answer with JSON; with nothing where there is no value."""
        await answer(self.send, 204 if value is None and status == 200 else status, value, headers or [])


class Live:
    """The application around a contest."""

    def __init__(self, contest: Contest, *, tls: bool = False, hosts: tuple[str, ...] = (), base: str = "", banner: bool = False) -> None:
        self.contest = contest
        self.access = Access(contest.store)
        self.room = Room(contest)
        self.paper = Paper(contest.store)
        self.tls = tls
        self.base = base
        self.pages = Pages(banner)
        self.hub: Hub | None = None
        contest.listener = lambda _: self.stir()
        self.access.ended = self.look
        self._others = self._starlette()
        self.asgi: ASGIApp = Guard(self._routed, hosts, tls)

    async def _routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starlette finds the way, but for the one path that is asked for thousands of times a second."""
        if scope["type"] == "http" and scope["path"] == "/api/events" and scope["method"] == "POST":
            await post_events(Request(self, scope, receive, send))
        else:
            await self._others(scope, receive, send)

    def stir(self) -> None:
        """Have new frames made."""
        hub = self.hub
        if hub is not None:
            hub.stir()

    def look(self) -> None:
        """Have all who watch see whether they still may."""
        hub = self.hub
        if hub is not None:
            hub.look()

    def latest(self) -> str:
        """The competition opened last; "" where none is."""
        competitions = self.contest.snapshot.result.competitions
        return competitions[-1].id if competitions else ""

    def session_of(self, scope: Scope) -> Session | None:
        """The session that a request's cookie names."""
        for name, value in scope["headers"]:
            if name == b"cookie":
                for part in value.decode("latin-1").split(";"):
                    key, _, token = part.strip().partition("=")
                    if key == self.cookie:
                        return self.access.session(token)
        return None

    @property
    def cookie(self) -> str:
        """The name of the cookie; under TLS one that only this host can set."""
        return f"__Host-{COOKIE}" if self.tls else COOKIE

    def cookie_header(self, token: str) -> tuple[bytes, bytes]:
        """The header that sets the cookie, or takes it away where the token is ""."""
        secure = "; Secure" if self.tls else ""
        age = "; Max-Age=0" if not token else ""
        return (b"set-cookie", f"{self.cookie}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{age}".encode())

    def view(self, key: Key) -> views.View:
        """What a role sees of a competition."""
        competition = key.competition or self.latest()  # who came before the opening sees what is opened
        scene = self.room.scene(competition)
        show = self.room.shows.of(competition)
        if scene is None:
            state: views.View = {"competition": key.competition, "state": "none"}
        elif key.role == "judge":
            state = views.judge_state(scene, key.judge, show)
        elif key.role == "timekeeper":
            state = views.timekeeper_state(scene, show)
        elif key.role == "screen":
            state = views.screen_state(scene, self.room.frozen(competition), show)
        else:
            state = views.desk_state(scene, show)
        fault = self.contest.snapshot.fault
        return {**state, "role": key.role, "fault": None if fault is None else both(fault)}

    def _starlette(self) -> Starlette:
        def route(path: str, handler: Handler, *methods: str) -> Route:
            return Route(path, _Endpoint(self, handler), methods=list(methods))

        routes: list[Any] = [
            route("/api/events", get_events, "GET"),
            route("/api/session", post_session, "POST"),
            route("/api/leave", post_leave, "POST"),
            route("/api/me", get_me, "GET"),
            route("/api/sheet", get_sheet, "GET"),
            route("/api/state", get_state, "GET"),
            route("/api/stream", get_stream, "GET"),
            route("/api/panel/{contestant:path}", get_panel, "GET"),
            route("/api/blockers", get_blockers, "GET"),
            route("/api/confirm", post_confirm, "POST"),
            route("/api/publish", post_publish, "POST"),
            route("/api/links", get_links, "GET"),
            route("/api/links", post_links, "POST"),
            route("/api/links/{id}", delete_link, "DELETE"),
            route("/api/preview", post_preview, "POST"),
            route("/api/setup", get_setup, "GET"),
            route("/api/setup", post_setup, "POST"),
            route("/api/verify", get_verify, "GET"),
            route("/api/current", post_current, "POST"),
            route("/api/reveal", post_reveal, "POST"),
            route("/api/freeze", post_freeze, "POST"),
            route("/api/order", post_order, "POST"),
            route("/api/roster", post_roster, "POST"),
            route("/api/paper", get_paper, "GET"),
            route("/api/paper", post_paper, "POST"),
            route("/export/{name}", get_export, "GET"),
            *(route(path, self._page(name), "GET") for path, name in Pages.PATHS.items()),
            route("/sw.js", get_worker, "GET"),
        ]
        if os.path.isdir(Pages.STATIC):
            routes.append(Mount("/static", StaticFiles(directory=Pages.STATIC)))

        @asynccontextmanager
        async def life(_: Starlette) -> AsyncIterator[None]:
            self.hub = Hub(self.view)
            follower = Follower(self.contest, self.access, self.room.shows, self.stir) if self.contest.store.shared else None
            yield
            if follower is not None:
                await asyncio.to_thread(follower.stop)
            hub, self.hub = self.hub, None
            await hub.close()

        return Starlette(routes=routes, lifespan=life)

    def _page(self, name: str) -> Handler:
        async def page(request: Request) -> None:
            await self.pages.send(request, name)

        return page


class _Endpoint:
    """A path as an ASGI application that Starlette calls as it is."""

    def __init__(self, app: Live, handler: Handler) -> None:
        self.app = app
        self.handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await answering(scope, send, lambda sending: self.handler(Request(self.app, scope, receive, sending)))


def _unknown() -> Refusal:
    text = "you are not signed in here; open your link again, or ask the organizer for a new one"
    return Refusal(401, "no-session", Message(text))


async def _scene(request: Request) -> Scene:
    """The competition that a request is about, with everything that was stored before the request came."""
    scene = await asyncio.to_thread(request.app.room.settled_scene, request.competition())
    if scene is None:
        raise Refusal(404, "no-competition", Message("no competition is open yet; the organizer opens one first"))
    return scene


# -- signing in ------------------------------------------------------------------------------------------------------------


async def post_session(request: Request) -> None:
    """{secret, pin} → a session. The secret is what stands behind the # of the link."""
    given = await request.json()
    secret, pin = given.get("secret"), given.get("pin")
    if not isinstance(secret, str) or not isinstance(pin, str) or len(secret) > 200 or len(pin) > 40:
        raise malformed("secret, pin")
    address = (request.scope.get("client") or ("?",))[0]
    token = await asyncio.to_thread(request.app.access.exchange, secret, pin.strip(), address)
    await request.reply(headers=[request.app.cookie_header(token)])


async def post_leave(request: Request) -> None:
    """Sign out."""
    if request.session is not None:
        await asyncio.to_thread(request.app.access.leave, request.session)
    await request.reply(headers=[request.app.cookie_header("")])


async def get_me(request: Request) -> None:
    """Who I am here."""
    session = request.session
    if session is None:
        raise _unknown()
    scene = await asyncio.to_thread(request.app.room.settled_scene, request.competition())
    person = next((j for j in scene.judges if j.id == session.judge), None) if scene is not None else None
    await request.reply(
        {
            "role": session.role,
            "judge": session.judge,
            "name": person.name if person is not None else session.name,
            "unit": person.unit if person is not None else "",
            "competition": request.competition(),
            "title": scene.info.name if scene is not None else "",
            "lang": request.app.pages.language(request.scope),
            "insecure": request.app.pages.banner,
            "clock": _now(),
        }
    )


# -- events ----------------------------------------------------------------------------------------------------------------


async def post_events(request: Request) -> None:
    """{events: [{id, kind, …}], whole?, clock?} → {results: [{id, status, seq, rule, field, message}], head, clock}."""
    given = await request.json()
    events = given.get("events")
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise malformed("events: a list of objects")
    if len(events) > EVENTS:
        raise Refusal(413, "oversized", Message("more than {most} events at a time", {"most": str(EVENTS)}))
    session = request.session
    if session is None:
        raise _unknown()
    competition = request.competition()
    now = datetime.now().astimezone()
    told = now.isoformat(timespec="milliseconds")
    ready, results = stamped(request.app.room, session, competition, events, told)
    answers = await request.app.contest.post([one for _, one in ready], whole=given.get("whole") is True)
    for (place, _), one in zip(ready, answers, strict=True):
        results[place] = one
    if len(ready) == len(events) == 0:
        raise malformed("events: none")
    if any(event.get("kind") == "opened" for _, event in ready):
        await asyncio.to_thread(request.app.contest.settled)  # what is sent next is for this competition
    written(request.scope, session, [one for one in results if one is not None])
    shown = [_shown(one) for one in results if one is not None]
    await request.reply({"results": shown, "head": request.app.contest.head, "clock": told, **_notice(given.get("clock"), now)})


def _shown(one: Answer) -> dict[str, Any]:
    message = None if one.message is None else both(one.message)
    return {"id": one.id, "status": one.status, "seq": one.seq, "rule": one.rule, "field": one.field, "message": message}


def _notice(told: Any, now: datetime) -> dict[str, Any]:
    """A word where the device's clock differs much from the server's: events get the server's."""
    try:
        off = (datetime.fromisoformat(told) - now).total_seconds() if isinstance(told, str) else 0.0
    except (ValueError, TypeError, OverflowError):
        return {}
    if abs(off) <= SKEW:
        return {}
    text = "the clock of this device is {seconds} seconds off; nothing is lost by it, the server's time counts"
    return {"notice": both(Message(text, {"seconds": f"{off:+.0f}"}))}


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


async def get_events(request: Request) -> None:
    """?after=SEQ&limit=N → the newest events of the log after a number: {events, head}."""
    request.may("export")
    after, limit = _whole(request.query.get("after", "0")), _whole(request.query.get("limit", "200"))
    listed = await asyncio.to_thread(lambda: list(request.app.contest.store.read(after)))
    shown = [event for event in listed if event["competition"] == request.competition()]
    await request.reply({"events": shown[-min(limit, 5000) :], "head": request.app.contest.head})


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise malformed("a whole number is expected")
    return int(text)


# -- looking ---------------------------------------------------------------------------------------------------------------


async def get_sheet(request: Request) -> None:
    """The sheet to fill in; for an organizer who types in a paper sheet, ?judge= whose."""
    session = request.may("sheet")
    scene = await _scene(request)
    if extent(session.role, "sheet") == "all":
        judge = request.query.get("judge", "") if session.role == "organizer" else ""
        session = session._replace(judge=judge)
    show = request.app.room.shows.of(scene.info.id)
    await request.reply(await asyncio.to_thread(views.sheet, scene, session, show))


def _key(request: Request) -> Key:
    session = request.may("state")
    kind = session.role if session.role in ("judge", "timekeeper", "screen") else "desk"
    if request.query.get("as") == "screen" and kind == "desk":
        kind = "screen"
    return Key(request.competition(), kind, session.judge if kind == "judge" else "")


async def get_state(request: Request) -> None:
    """What the role sees now, everything included that was stored before; ?as=screen for what the screen sees."""
    key = _key(request)
    await asyncio.to_thread(request.app.contest.settled)
    await request.reply(await asyncio.to_thread(request.app.view, key))


async def get_stream(request: Request) -> None:
    """The same whenever it changes, as server-sent events `state`."""
    key, session, hub = _key(request), request.session, request.app.hub
    assert session is not None
    assert hub is not None
    if hub.viewers >= VIEWERS:
        raise Refusal(503, "crowded", Message("too many pages are watching; close some"), 10)
    await hub.stream(key, lambda: request.app.access.alive(session), request.receive, request.send)


async def get_panel(request: Request) -> None:
    """All marks of a contestant, which are left out, how far they lie apart, and what still blocks."""
    request.may("panel")
    scene = await _scene(request)
    contestant = str(request.path["contestant"])
    if contestant not in scene.names:
        raise Refusal(404, "unknown-contestant", Message("“{value}” is not on the list", {"value": contestant[:40]}))
    found = await asyncio.to_thread(panel, scene, contestant)
    blocking = [blocker.shown() for blocker in blockers(scene) if blocker.contestant == contestant]
    await request.reply({**found, "blockers": blocking})


async def get_blockers(request: Request) -> None:
    """Why the result cannot be confirmed, and why it cannot be published."""
    request.may("blockers")
    scene = await _scene(request)
    await request.reply({"confirm": [b.shown() for b in blockers(scene)], "publish": [b.shown() for b in publication(scene)]})


async def post_preview(request: Request) -> None:
    """{events} → what they would change, see `preview`."""
    session = request.may("preview")
    events = (await request.json()).get("events")
    if not isinstance(events, list) or not events or not all(isinstance(event, dict) for event in events) or len(events) > EVENTS:
        raise malformed("events: a list of objects")
    ready, results = stamped(request.app.room, session, request.competition(), events, _now())
    refused = [_shown(one) for one in results if one is not None]
    before, after, rejected = await asyncio.to_thread(request.app.contest.replayed_with, [event for _, event in ready])
    changes = await asyncio.to_thread(difference, before, after, rejected)
    await request.reply({**changes, "refused": [*refused, *changes["refused"]]})


# -- confirming ------------------------------------------------------------------------------------------------------------


async def post_confirm(request: Request) -> None:
    """{accept?: [codes of soft blockers]} → lock and confirm, or 409 with everything that stands in the way."""
    session = request.may("write:confirmed")
    await _conclude(request, session, "confirmed", await request.json())


async def post_publish(request: Request) -> None:
    """The same for publication; the two engines that decide must agree on the result."""
    session = request.may("write:published")
    given = await request.json()
    await asyncio.to_thread(request.app.contest.verified)
    await _conclude(request, session, "published", given)


async def _conclude(request: Request, session: Session, kind: str, given: Mapping[str, Any]) -> None:
    accepted = given.get("accept", [])
    if not isinstance(accepted, list):
        raise malformed("accept: a list of codes")
    room, competition = request.app.room, request.competition()
    outcome = await asyncio.to_thread(room.conclude, session, competition, kind, {str(code) for code in accepted}, _now())
    if any(one.status == "rejected" for one in outcome):
        await request.reply({"results": [_shown(one) for one in outcome]}, 409)
        return
    await request.reply({"results": [_shown(one) for one in outcome], "head": request.app.contest.head})


# -- the organizer ---------------------------------------------------------------------------------------------------------


async def get_setup(request: Request) -> None:
    """What can be opened: the rulebooks with their stages and fields, and what is open."""
    request.may("setup")
    await request.reply(await asyncio.to_thread(request.app.room.setup))


async def post_setup(request: Request) -> None:
    """{competition?, ruleset?, stage?, name?, date?, seed?, fields?} → open a competition: {competition, results}."""
    session = request.may("setup")
    given = await request.json()
    fields = given.get("fields") or {}
    if not isinstance(fields, dict):
        raise malformed("fields: an object")
    named = {name: given[name] for name in ("ruleset", "stage", "name", "date", "seed", "feeds") if given.get(name)}
    competition = str(given.get("competition") or f"{datetime.now():%Y%m%d-%H%M%S}")
    event = {"id": f"opened-{competition}", "kind": "opened", "competition": competition, **fields, **named}
    ready, results = stamped(request.app.room, session, competition, [event], _now())
    answers = await request.app.contest.post([one for _, one in ready]) if ready else []
    shown = [_shown(one) for one in (*(one for one in results if one is not None), *answers)]
    await asyncio.to_thread(request.app.contest.settled)
    await request.reply({"competition": competition, "results": shown})


async def get_verify(request: Request) -> None:
    """Check the chain of the ledger and that both engines decide alike: {seq, hash, ok, digest, problem}."""
    request.may("export")
    await request.reply(await asyncio.to_thread(request.app.room.verified))


async def get_links(request: Request) -> None:
    """All links, without what is secret."""
    request.may("links")
    await request.reply({"links": request.app.access.links()})


async def post_links(request: Request) -> None:
    """{role, judge?, name?, competition?} → {id, url, pin, qr}: a link that works once. It cannot be shown again.

    competition   "" for all of the ledger, where the role can look at several; the one in view when left out
    """
    session = request.may("links")
    given = await request.json()
    role, judge, name = (str(given.get(field) or "") for field in ("role", "judge", "name"))
    scene = await asyncio.to_thread(request.app.room.settled_scene, request.competition())
    if judge and (scene is None or judge not in [person.id for person in scene.judges]):
        raise Refusal(400, "unknown-judge", Message("“{value}” is not on the list of judges; enter the judge first", {"value": judge[:40]}))
    reach = request.competition()
    if given.get("competition") == "":
        if session.competition or judge or role not in EVERYWHERE:
            text = "only a link for {roles} that names no judge can be for all competitions, and only who may see all gives it"
            raise Refusal(400, "one-competition", Message(text, {"roles": ", ".join(EVERYWHERE)}))
        reach = ""
    issued = await asyncio.to_thread(request.app.access.issue, role, reach, judge, name[:80])
    url = f"{_base(request)}/#{issued.fragment}"
    named = {"role": role, "judge": judge, "name": name, "competition": reach}
    await request.reply({"id": issued.id, "url": url, "pin": issued.pin, "qr": qr(url), **named}, 201)


def _base(request: Request) -> str:
    """The address under which others reach the server."""
    if request.app.base:
        return request.app.base
    host = dict(request.scope["headers"]).get(b"host", b"").decode("latin-1")
    return f"{'https' if request.app.tls else 'http'}://{host}"


def qr(text: str) -> str:
    """A QR code as a data address of an SVG picture."""
    import segno

    return str(segno.make(text, error="m").svg_data_uri(scale=4, border=2))


async def delete_link(request: Request) -> None:
    """Revoke a link and whatever it was exchanged for."""
    request.may("links")
    await asyncio.to_thread(request.app.access.revoke, str(request.path["id"]))
    await request.reply()


async def post_current(request: Request) -> None:
    """{contestant}: who is on; "" or null for nobody."""
    request.may("current")
    who = (await request.json()).get("contestant") or ""
    scene = await _scene(request)
    if who and who not in scene.names:
        raise Refusal(400, "unknown-contestant", Message("“{value}” is not on the list", {"value": str(who)[:40]}))
    await _show(request, scene, {"current": who})


async def post_reveal(request: Request) -> None:
    """{ranking?: hidden | live | steps, steps?, contestant?, revealed?}: what the screen shows."""
    request.may("reveal")
    scene = await _scene(request)
    wish = await request.json()
    await _show(request, scene, reveal(request.app.room.shows.of(scene.info.id), wish, set(scene.names)))


async def post_freeze(request: Request) -> None:
    """{frozen: true | false}: whether the screen sees only what was stored until now."""
    request.may("freeze")
    frozen = (await request.json()).get("frozen")
    if not isinstance(frozen, bool):
        raise malformed("frozen: true or false")
    scene = await _scene(request)
    await _show(request, scene, {"freeze": request.app.contest.head if frozen else None})


async def _show(request: Request, scene: Scene, changes: dict[str, Any]) -> None:
    show = await asyncio.to_thread(lambda: request.app.room.shows.change(scene.info.id, **changes))
    request.app.stir()
    await request.reply(show._asdict())


async def post_order(request: Request) -> None:
    """{purpose?: order | lot} → draw by the recorded seed: {drawn: [contestants in order], results}."""
    session = request.may("order")
    purpose = str((await request.json()).get("purpose") or "order")
    scene = await _scene(request)
    events = draw_events(scene, purpose)
    ready, _ = stamped(request.app.room, session, scene.info.id, events, _now())
    answers = await request.app.contest.post([event for _, event in ready], whole=True) if ready else []
    scene = await _scene(request)
    listed = sorted((row for row in scene.contestants if row[purpose]), key=lambda row: int(row[purpose]))
    await request.reply({"drawn": [row["id"] for row in listed], "results": [_shown(one) for one in answers]})


async def post_roster(request: Request) -> None:
    """?kind=contestant|judge&name=FILE with the file as body → {results, known, findings}; ?dry=1 stores nothing."""
    session = request.may("roster")
    data = await body_of(request.scope, request.receive, 10 * MEGABYTE)
    scene = await _scene(request)
    kind, name = request.query.get("kind", "contestant"), request.query.get("name", "")
    events, known, findings = await asyncio.to_thread(events_of, scene, kind, name, data)
    ready, results = stamped(request.app.room, session, scene.info.id, events, _now())
    refused = [one for one in results if one is not None]
    dry = request.query.get("dry") == "1"
    answers = [] if dry or not ready else await request.app.contest.post([event for _, event in ready])
    shown = [_shown(one) for one in (*refused, *answers)]
    await request.reply({"events": [event for _, event in ready] if dry else [], "results": shown, "known": known, "findings": findings})


async def get_paper(request: Request) -> None:
    """?judge=J&key.NAME=VALUE … → what was typed of these paper sheets, see `paper`."""
    request.may("paper")
    scene = await _scene(request)
    keys = {name: request.query.get(f"key.{name}", "") for name in scene.keys}
    await request.reply(await asyncio.to_thread(request.app.paper.look, scene, request.query.get("judge", ""), keys))


async def post_paper(request: Request) -> None:
    """{id, judge, keys, marks, comments, submit} → an entry, compared with those before; {judge, keys, discard: true} begins anew."""
    session = request.may("paper")
    given = await request.json()
    scene = await _scene(request)
    paper, room = request.app.paper, request.app.room
    if given.get("discard") is True:
        judge, keys = given.get("judge"), given.get("keys") or {}
        if not isinstance(judge, str) or not isinstance(keys, dict):
            raise malformed("judge, keys")
        await request.reply(await asyncio.to_thread(paper.discard, scene, judge, keys))
        return
    await request.reply(await asyncio.to_thread(paper.enter, room, scene, session, given, _now()))


# -- files -----------------------------------------------------------------------------------------------------------------


async def get_export(request: Request) -> None:
    """log.jsonl, log.csv, standings.csv, decisions.csv, rejected.csv, notices.csv, result.json, result.xlsx."""
    request.may("export")
    name = str(request.path["name"])
    kind, data = await asyncio.to_thread(request.app.room.exported, name, request.app.pages.language(request.scope))
    headers = [
        (b"content-type", kind.encode()), (b"content-length", str(len(data)).encode()),
        (b"content-disposition", f'attachment; filename="{name}"'.encode()),
    ]  # fmt: skip
    await request.send({"type": "http.response.start", "status": 200, "headers": headers})
    await request.send({"type": "http.response.body", "body": data})


async def get_worker(request: Request) -> None:
    """The service worker, at the root so that it serves all pages."""
    await request.app.pages.worker(request)
