"""`scoring-engine log`: checks a ledger, and carries it to a file and back."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from scoring_engine.cli.options import File, OutFile, lang, local
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.events.ledger.verifying import Fault

_head = click.option("--head", metavar="HASH", help=local("a hash that was noted earlier and must be in the chain"))


@click.group("log", help=local("Check a ledger, write it to a file, or make one from a file. LEDGER is a file .db or a URL postgresql://…"))
def command() -> None:
    """The group of the commands for ledgers."""


@command.command(
    "verify",
    help=local(
        "Check that every event of LEDGER is the one that was recorded, that none is missing and none was moved; names the first that is "
        "not. The hash printed stands for all events: noted elsewhere, it shows later, with --head, that they are still the same."
    ),
)
@click.argument("ledger", metavar="LEDGER")
@_head
@lang
def verify(ledger: str, head: str | None, lang: str) -> int:
    """Checks the chain of a ledger."""
    from scoring_engine.events.ledger import open_ledger
    from scoring_engine.events.ledger.verifying import verify

    noted = _hash(head, lang)
    with open_ledger(ledger, readonly=True) as store:
        verdict = verify(store, noted)
        name = store.name
    if verdict.fault is not None:
        print(_broken(name, verdict.fault, lang), file=sys.stderr)
        return 1
    print(_whole(name, verdict.head.seq, verdict.head.hash).say(lang))
    return 0


@command.command(
    "export",
    help=local(
        "Write the events of LEDGER as JSON Lines: a log that can be replayed, and imported again. "
        "A ledger that is not in order is exported too, as it is, and the exit code is then 1."
    ),
)
@click.argument("ledger", metavar="LEDGER")
@click.option("--out", metavar="FILE", type=OutFile(), help=local("where to; standard output when left out"))
@lang
def export(ledger: str, out: str | None, lang: str) -> int:
    """Writes a ledger as JSON Lines."""
    from scoring_engine.events.ledger import open_ledger
    from scoring_engine.events.ledger.transfer import blocks
    from scoring_engine.events.ledger.verifying import verify

    with open_ledger(ledger, readonly=True) as store:
        verdict = verify(store)
        _write(blocks(store), out)
        name = store.name
    if verdict.fault is not None:
        print(_broken(name, verdict.fault, lang), file=sys.stderr)
        return 1
    print(_whole(name, verdict.head.seq, verdict.head.hash).say(lang), file=sys.stderr)
    return 0


@command.command(
    "import",
    help=local(
        "Make LEDGER from the JSON Lines of FILE: all events or, if one of them is missing, moved or no event, none. "
        "Of an exported log comes a ledger with the same hash."
    ),
)
@click.argument("ledger", metavar="LEDGER")
@click.argument("file", metavar="FILE", type=File())
@_head
@lang
def import_(ledger: str, file: str, head: str | None, lang: str) -> int:
    """Makes a ledger from JSON Lines."""
    from scoring_engine.events.ledger import open_ledger
    from scoring_engine.events.ledger.transfer import chained, fill, load

    noted = _hash(head, lang)
    events = load(file)
    if noted is not None and noted not in chained(events):
        text = "{file}: no event has the hash {hash}; this is not the log it was noted for, or one of its events was changed"
        print(Message(text, {"file": file, "hash": noted.hex()}).say(lang), file=sys.stderr)
        return 1
    with open_ledger(ledger, create=True) as store:
        fill(store, events)
        end = store.head()
        name = store.name
    print(_whole(name, end.seq, end.hash).say(lang))
    return 0


def _hash(text: str | None, lang: str) -> bytes | None:
    if text is None:
        return None
    try:
        hash = bytes.fromhex(text)
    except ValueError:
        hash = b""
    if len(hash) != 32:
        problem = Message("“{value}” is no hash of a ledger; it has 64 digits from 0 to f", {"value": text[:80]})
        raise click.UsageError(problem.say(lang))
    return hash


def _whole(name: str, count: int, hash: bytes) -> Message:
    return Message("{file}: {count} events, all in order; hash {hash}", {"file": name, "count": str(count), "hash": hash.hex()})


def _broken(name: str, fault: Fault, lang: str) -> str:
    return Message("{file} is not in order: {problem}", {"file": name, "problem": fault.message.say(lang)}).say(lang)


def _write(blocks: Iterable[bytes], out: str | None) -> None:
    """Writes the blocks; a file is there whole or not at all."""
    if out is None:
        for block in blocks:
            sys.stdout.buffer.write(block)
        sys.stdout.flush()
        return
    import os

    part = f"{out}.part"
    try:
        with open(part, "wb") as file:
            file.writelines(blocks)
        os.replace(part, out)
    except BaseException:
        if os.path.exists(part):
            os.remove(part)
        raise
