"""The pages: which path shows which template to which role, and what is printed.

A page is a shell in the reader's language with the texts of its scripts as data; what it shows comes through the API. Only what is
printed is filled in here, from the scene that the API reads from, too.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from scoring_engine.live import printing, wording
from scoring_engine.live.refusals import Refusal
from scoring_engine.messages import LANGUAGES, Message, default_language, translate

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.types import Scope

    from scoring_engine.live.access import Session
    from scoring_engine.live.app import Request
    from scoring_engine.live.scene import Scene

HERE = os.path.dirname(os.path.abspath(__file__))

HOME = {"judge": "/judge", "timekeeper": "/timekeeper", "head": "/head", "organizer": "/console", "screen": "/screen", "auditor": "/head"}
"""Role → the page that its link leads to."""

_READERS = ("head", "organizer", "auditor")
VISITORS: dict[str, tuple[str, ...]] = {
    "judge": ("judge", "head"),
    "timekeeper": ("timekeeper", "organizer"),
    "head": _READERS,
    "console": ("organizer",),
    "screen": ("screen", *_READERS),
    "summary": _READERS,
    "sheets": _READERS,
    "certificates": _READERS,
    "cards": ("organizer",),
}
"""Page → the roles that it is for; what the page may ask for is decided by the API."""

PRINTED = ("summary", "sheets", "certificates")


class Pages:
    """The pages of one server. `banner`: it is reached over a network without encryption, and the pages say so."""

    STATIC = os.path.join(HERE, "static")
    PATHS = {  # noqa: RUF012  (never changed)
        "/": "entry",
        "/judge": "judge",
        "/timekeeper": "timekeeper",
        "/head": "head",
        "/console": "console",
        "/screen": "screen",
        "/print/summary": "summary",
        "/print/sheets": "sheets",
        "/print/cards": "cards",
        "/print/certificates": "certificates",
    }

    def __init__(self, banner: bool = False) -> None:
        self.banner = banner

    def language(self, scope: Scope) -> str:
        """The reader's language: chosen on a page, else as the browser asks for, else that of the server."""
        headers: dict[bytes, str] = {name: value.decode("latin-1") for name, value in scope["headers"]}
        for part in headers.get(b"cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == "lang" and value in LANGUAGES:
                return value
        for part in headers.get(b"accept-language", "").lower().split(","):
            wished = part.partition(";")[0].strip()[:2]
            if wished in LANGUAGES:
                return wished
        return default_language()

    async def send(self, request: Request, name: str) -> None:
        """Answer with a page, or with the way to the right one."""
        session = request.session
        wished = request.query.get("lang", "")
        if wished in LANGUAGES:
            cookie = f"lang={wished}; Path=/; Max-Age=31536000; SameSite=Lax".encode()
            rest = {key: value for key, value in request.query.items() if key != "lang"}
            path = quote(str(request.scope["path"])) + (f"?{urlencode(rest)}" if rest else "")
            await self._redirect(request, path, [(b"set-cookie", cookie)])
            return
        if name != "entry" and session is None:
            await self._redirect(request, "/")
            return
        if session is not None and name in VISITORS and session.role not in VISITORS[name]:
            await self._redirect(request, HOME[session.role])
            return
        import asyncio

        body = await asyncio.to_thread(self._page, request, name)
        await _html(request, body)

    async def worker(self, request: Request) -> None:
        """The service worker."""
        with open(os.path.join(self.STATIC, "sw.js"), "rb") as file:
            body = file.read()
        await _send(request, 200, body, b"text/javascript; charset=utf-8", [])

    def _page(self, request: Request, name: str) -> bytes:
        lang = self.language(request.scope)
        session = request.session
        competition = request.competition() if session is not None else ""
        scene = request.app.room.scene(competition) if session is not None else None
        more: dict[str, Any] = {}
        open_to = _competitions(request, lang)
        kept = {key: value for key, value in request.query.items() if key != "lang"}
        if open_to and competition:
            kept["competition"] = competition

        def at(path: str) -> str:
            """The address of a page for the competition in view, where the session is not for one alone."""
            return f"{path}?{urlencode({'competition': competition})}" if open_to and competition else path

        if name in PRINTED:
            if scene is None:
                raise Refusal(404, "no-competition", Message("no competition is open yet; the organizer opens one first"))
            more = getattr(printing, name)(scene, lang, request.query)
        page = _environment().get_template(f"{name}.html").render(
            _=lambda text, **args: translate(text, lang).format_map(args),
            lang=lang,
            name=name,
            at=at,
            there=f"{quote(str(request.scope['path']))}?{urlencode(kept)}{'&' if kept else ''}lang=",
            competitions=open_to,
            competition_id=competition,
            banner=self.banner,
            session=session,
            home=at(HOME[session.role]) if session is not None else "/",
            title=scene.info.name or scene.info.id if scene is not None else "",
            data=_data(lang, session, scene, competition, open_to),
            **more,
        )  # fmt: skip
        return page.encode()

    async def _redirect(self, request: Request, path: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        await _send(request, 303, b"", b"text/plain", [(b"location", path.encode()), *(headers or [])])


def _competitions(request: Request, lang: str) -> list[dict[str, str]]:
    """The competitions of the ledger, for a session that is not for one of them alone: id and title."""
    session = request.session
    if session is None or session.competition:
        return []
    found = request.app.contest.snapshot.result.competitions
    stages = {one.id: one.labels.get(lang) or one.stage for one in found}
    return [{"id": one.id, "title": f"{one.name or one.id} · {stages[one.id]}"} for one in found]


def _data(lang: str, session: Session | None, scene: Scene | None, competition: str, competitions: list[dict[str, str]]) -> str:
    """What a page's scripts are given, as JSON that can stand in a page."""
    me = None
    if session is not None:
        person = next((j for j in scene.judges if j.id == session.judge), None) if scene is not None and session.judge else None
        me = {
            "role": session.role,
            "judge": session.judge,
            "competition": competition,
            "name": person.name if person is not None else session.name,
            "unit": person.unit if person is not None else "",
        }
    names = {} if scene is None or session is None or session.role == "judge" else printing.names(scene, lang)
    chain = [] if scene is None else [link["name"] for link in scene.stage["ranking"]["by"]]
    words = {"texts": wording.texts(lang), "names": {**wording.names(lang), **names}}
    everywhere = session is not None and not session.competition
    value = {"lang": lang, "me": me, "everywhere": everywhere, "competitions": competitions, "chain": chain, **words}
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026").replace("\u2028", "\\u2028")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(os.path.join(HERE, "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


async def _html(request: Request, body: bytes) -> None:
    await _send(request, 200, body, b"text/html; charset=utf-8", [])


async def _send(request: Request, status: int, body: bytes, kind: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    start = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers]
    await request.send({"type": "http.response.start", "status": status, "headers": start})
    await request.send({"type": "http.response.body", "body": body})
