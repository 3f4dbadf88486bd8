"""Whatever the room for one contest takes has, byte for byte, the files that the general bulk replay writes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.presets import names, preset
from scoring_engine.ruleset import store
from scoring_engine.ruleset.checking import check
from scoring_engine.season.examples import events_of
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


def tried(place: Path, text: str, form: str, rulebooks: list[str], lang: str = "en") -> str:
    """Why the log with this text is not taken, "" where it is."""
    log = place / f"log.{form}"
    log.write_bytes(text.encode(errors="surrogateescape"))
    return why_not(log, rulebooks, lang)


@given(RANDOMS, st.sampled_from(["jsonl", "csv"]), st.sampled_from(["en", "zh"]))
@settings(max_examples=80)
def test_random_contests(place: Path, r: Random, form: str, lang: str) -> None:
    book, path = rulebook(r, place)
    tried(place, making.text(making.contests(r, book), form, r), form, [path], lang)


@given(RANDOMS, st.sampled_from(["jsonl", "csv"]))
@settings(max_examples=60)
def test_odd_events(place: Path, r: Random, form: str) -> None:
    book, path = rulebook(r, place)
    events = making.contests(r, book)
    for _ in range(6):
        log = making.text(making.odd(r, events), form, r)
        tried(place, making.odd_text(r, log) if r.random() < 0.3 else log, form, [path])


@given(RANDOMS, st.booleans())
@settings(max_examples=60)
def test_logs_and_tables_of_parquet(place: Path, r: Random, odd: bool) -> None:
    pytest.importorskip("pyarrow")
    book, path = rulebook(r, place)
    events = making.contests(r, book)
    log = place / "log.parquet"
    making.parquet(making.odd(r, events) if odd else events, str(log))
    why_not(log, [path])


# ---- the rulebooks and logs of the project ----------------------------------------------------------------------------------


ROOT = Path(__file__).parents[2]

TAKEN = {
    "rulesets/examples/bridge_pairs.yaml": 1,
    "rulesets/examples/cricket_league.yaml": 1,
    "rulesets/examples/diving.yaml": 2,
    "rulesets/examples/election.yaml": 1,
    "rulesets/examples/football_league.yaml": 3,
    "rulesets/examples/icpc.yaml": 1,
    "rulesets/examples/recitation.yaml": 1,
    "rulesets/examples/weightlifting.yaml": 1,
    "rulesets/talk_contest.yaml": 4,
}
"""How many of the worked examples of a rulebook the room takes at least."""


@pytest.mark.parametrize("rulebook", sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "rulesets").glob("**/*.yaml")))
def test_worked_examples_of_all_rulebooks(place: Path, rulebook: str) -> None:
    path = str(ROOT / rulebook)
    loaded, plan, _ = check(path)
    assert plan is not None
    assert loaded.ruleset is not None
    taken = 0
    for example in loaded.ruleset.tests:
        if not example.given.get("params"):
            events = list(events_of(example.given, plan, example.stage))
            taken += not tried(place, "".join(map(line, events)), "jsonl", [path])
    assert taken >= TAKEN.get(rulebook, 0)


def line(event: object) -> str:
    """An event of an example as a line, its numbers as they were written."""
    return json.dumps(event, ensure_ascii=False, default=said).replace(QUOTED[0], "").replace(QUOTED[1], "") + "\n"


def said(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else NUMBER.format(value)


NUMBER = "\ue000{}\ue001"
QUOTED = ('"\ue000', '\ue001"')


@pytest.mark.parametrize("log", sorted(path.name for path in (ROOT / "sample_events").glob("*.jsonl")))
def test_sample_logs(place: Path, log: str) -> None:
    why = tried(place, (ROOT / "sample_events" / log).read_text(encoding="utf-8", errors="surrogateescape"), "jsonl", [])
    assert not why or log != "talk.jsonl", why


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", names())
def test_presets(place: Path, name: str, lang: str) -> None:
    made = preset(name, name, lang)
    path = place / f"{name}.yaml"
    path.write_text(made.rulebook, encoding="utf-8")
    why = tried(place, made.log, "csv", [str(path)])
    assert not why or name != "panel", why


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_the_contest_of_the_benchmarks(place: Path, form: str) -> None:
    """What the room is for: 20 contestants, 7 judges and 5 criteria."""
    r = Random(1)
    rulebook = str(ROOT / "benchmarks" / "panel.yaml")
    maker = making.Maker(r, {"stages": {"final": {"sheet": {"marks": making.SHEETS[0], "criteria": {key: {} for key in "abcde"}}}}})
    maker.add("opened", ruleset="panel", stage="final", version="1")
    for number in range(7):
        maker.add("judge", judge=f"J{number}")
    for number in range(20):
        maker.add("contestant", contestant=f"P{number}", name=f"Contestant {number}")
    for number in range(700):
        cell = {"judge": f"J{number % 7}", "contestant": f"P{number // 35}", "criterion": "abcde"[number // 7 % 5]}
        maker.add("score", **cell, value=maker.value(cell["criterion"]))
    assert tried(place, making.text(maker.events, form), form, [rulebook]) == ""


def test_most_random_contests_are_taken(place: Path) -> None:
    """The room cannot quietly hand everything over."""
    taken = 0
    for seed in range(60):
        r = Random(seed)
        book, path = rulebook(r, place)
        taken += not tried(place, making.text(making.contests(r, book), "jsonl", r), "jsonl", [path])
    assert taken > 50
