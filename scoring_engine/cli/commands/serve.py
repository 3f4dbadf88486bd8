"""`scoring-engine serve`: a contest day from one laptop, with pages for judges, head judge, organizer and the hall."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from scoring_engine.cli.options import File, Rulebook, lang, local
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.live.app import Live

NEEDED = ("starlette", "uvicorn", "jinja2", "argon2", "segno")


@click.command(
    "serve",
    help=local(
        "Run a contest: judges mark on their phones, the head judge confirms, a big screen shows. Prints the organizer's address; "
        "everything else is done there. Every event is kept in the ledger, an SQLite file or a PostgreSQL database."
    ),
)
@click.option(
    "--ruleset",
    "rulesets",
    metavar="RULEBOOK",
    multiple=True,
    required=True,
    type=Rulebook(),
    help=local("the rulebook: a file, or the id of one that comes with the program; may be given again"),
)
@click.option("--ledger", metavar="FILE|URL", required=True, help=local("the ledger; it is made where there is none"))
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help=local("the address to listen on; any but this computer's own needs --tls-cert or --insecure-lan"),
)
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=local("the port to listen on; 0 takes a free one")
)
@click.option(
    "--name", "names", multiple=True, help=local("a further name by which browsers reach this server; the first one stands on the cards")
)
@click.option(
    "--insecure-lan", is_flag=True, help=local("serve a network without TLS: anybody on it can read along; every page says so")
)
@click.option("--tls-cert", metavar="FILE", type=File(), help=local("certificate (PEM)"))
@click.option("--tls-key", metavar="FILE", type=File(), help=local("its key (PEM)"))
@lang
def command(
    rulesets: tuple[str, ...],
    ledger: str,
    host: str,
    port: int,
    names: tuple[str, ...],
    insecure_lan: bool,
    tls_cert: str | None,
    tls_key: str | None,
    lang: str,
) -> int:
    """Serves until it is stopped."""
    missing = _missing()
    if missing:
        text = "to serve a contest, these packages are needed: {names}; pip install 'scoring-engine[serve]' adds them"
        print(Message(text, {"names": ", ".join(missing)}).say(lang), file=sys.stderr)
        return 1
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError(Message("--tls-cert and --tls-key belong together").say(lang))
    if not (_is_own(host) or tls_cert or insecure_lan):
        text = (
            "{host} can be reached by others, and without TLS anybody on the network can read along. Give --tls-cert and --tls-key, "
            "or --insecure-lan where the network is trusted"
        )
        raise click.UsageError(Message(text, {"host": host}).say(lang))
    return _serve(rulesets, ledger, host, port, names, tls_cert, tls_key, lang, not _is_own(host) and not tls_cert)


def _missing() -> list[str]:
    """The packages that are not installed."""
    from importlib.util import find_spec

    return [name for name in NEEDED if find_spec(name) is None]


def _is_own(host: str) -> bool:
    """Whether an address is this computer's own, which nobody else reaches."""
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _serve(
    rulesets: tuple[str, ...],
    ledger: str,
    host: str,
    port: int,
    names: tuple[str, ...],
    cert: str | None,
    key: str | None,
    lang: str,
    open_to_all: bool,
) -> int:
    import logging

    from scoring_engine.events.ledger import open_ledger
    from scoring_engine.live.app import Live
    from scoring_engine.live.contest import Contest
    from scoring_engine.ruleset.store import plan_of

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    plans = [plan_of(path) for path in rulesets]
    if cert and key:
        _check_pair(cert, key)
    listener = _bound(host, port)
    port = listener.getsockname()[1]
    store = open_ledger(ledger, create=True)
    try:
        contest = Contest(store, plans)
        try:
            scheme = "https" if cert else "http"
            shown = names[0] if names else _shown(host)
            base = f"{scheme}://{shown}:{port}"
            live = Live(contest, tls=bool(cert), hosts=(*names, host), base=base, banner=open_to_all)
            _greet(live, base, lang, open_to_all)
            _run(live, listener, cert, key)
        finally:
            contest.close()
    finally:
        store.close()
        listener.close()
    return 0


def _check_pair(cert: str, key: str) -> None:
    """The certificate and its key are read before the server greets.

    Raises:
        InputError: they are none, or no pair.
    """
    import ssl

    from scoring_engine.events.errors import InputError

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except ssl.SSLError as error:
        text = "{cert} and {key} are no certificate with its key in PEM ({problem}); give the two files that belong together"
        raise InputError(Message(text, {"cert": cert, "key": key, "problem": error.reason or "-"})) from error


def _bound(host: str, port: int) -> Any:
    """A socket that listens; the port is taken before the ledger is opened."""
    import errno
    import socket

    from scoring_engine.events.errors import InputError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        text = "cannot listen on {host}, port {port} ({problem}); take another with --port"
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            text = "cannot listen on {host}: this computer has no such address; give one of its own with --host"
        elif error.errno == errno.EADDRINUSE:
            text = "cannot listen on {host}, port {port}: something listens there already; take another with --port"
        raise InputError(Message(text, {"host": host, "port": str(port), "problem": error.strerror or str(error)})) from error
    listener.listen(2048)
    return listener


def _shown(host: str) -> str:
    """The address under which others reach the server."""
    import socket

    if host in ("0.0.0.0", "::"):
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent; the system says which of its addresses it would use
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
        finally:
            probe.close()
    return f"[{host}]" if ":" in host else host


def _greet(live: Live, base: str, lang: str, open_to_all: bool) -> None:
    """Print the organizer's address. Those of earlier starts that nobody used are closed."""
    live.access.revoke_unused("organizer")
    issued = live.access.issue("organizer", name="organizer")
    text = "Organizer: {url}\nPIN: {pin}\nThe address works once; links for judges and others are made there. Ctrl-C stops the server."
    print(Message(text, {"url": f"{base}/#{issued.fragment}", "pin": issued.pin}).say(lang), flush=True)
    if open_to_all:
        text = "WARNING: no TLS. Anybody on this network can read along and act in another's name. Use it only in a network you trust."
        print(Message(text).say(lang), file=sys.stderr, flush=True)


def _run(live: Live, listener: Any, cert: str | None, key: str | None) -> None:
    import gc

    import uvicorn

    sys.setswitchinterval(0.001)  # an answer does not wait for a replay in another thread
    gc.freeze()  # what is here now stays; and what an event leaves behind holds no cycles, so looking for them can be rare
    gc.set_threshold(50_000, 20, 100)
    config = uvicorn.Config(
        live.asgi, ssl_certfile=cert, ssl_keyfile=key, log_level="warning", access_log=False, server_header=False, date_header=True,
        timeout_keep_alive=75, timeout_graceful_shutdown=3, h11_max_incomplete_event_size=32 * 1024, backlog=2048, ws="none",
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])
