"""Whatever the room for one contest takes has, byte for byte, the files that the general bulk replay writes."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.ruleset import store
from tests.single import making
from tests.single.ways import why_not

RANDOMS = st.integers(0, 10**9).map(Random)


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCORING_ENGINE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for logs and rulebooks."""
    return tmp_path_factory.mktemp("logs")


def rulebook(r: Random, place: Path) -> tuple[making.Fields, str]:
    """A random rulebook and its file."""
    book = making.rulebook(r)
    path = place / "chance.yaml"
    path.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
    store.plan_of(str(path))
    return book, str(path)


def tried(place: Path, text: str, form: str, rulebooks: list[str]) -> str:
    """Why the log with this text is not taken, "" where it is."""
    log = place / f"log.{form}"
    log.write_bytes(text.encode(errors="surrogatepass"))
    return why_not(log, rulebooks)


@given(RANDOMS, st.sampled_from(["jsonl", "csv"]))
@settings(max_examples=150)
def test_random_contests(place: Path, r: Random, form: str) -> None:
    book, path = rulebook(r, place)
    tried(place, making.text(making.Maker(r, book).make(), form), form, [path])


@given(RANDOMS, st.sampled_from(["jsonl", "csv"]))
@settings(max_examples=60)
def test_odd_events(place: Path, r: Random, form: str) -> None:
    book, path = rulebook(r, place)
    events = making.Maker(r, book).make()
    for _ in range(6):
        log = making.text(making.odd(r, events), form)
        tried(place, making.odd_text(r, log) if r.random() < 0.3 else log, form, [path])
