"""The process of one contest: it imports neither numpy nor pydantic nor YAML, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from scoring_engine.cluster import bulk
from scoring_engine.ruleset import store
from tests.single import making
from tests.single.ways import contents

HEAVY = ("numpy", "pydantic", "ruamel", "yaml", "pandas", "pyarrow", "click")

PROGRAM = """
import sys
from scoring_engine import process
from scoring_engine.cli.main import main
process.take()  # as main() does, which would end it before it says anything
code = main(sys.argv[1:])
print(code, *sorted(set(sys.modules) & set({heavy!r})))
"""


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a rulebook in the cache and a contest of some 700 events under it."""
    monkeypatch.setenv("SCORING_ENGINE_CACHE", str(tmp_path / "cache"))
    stage = {
        "sheet": {"marks": making.SHEETS[0], "comment": "none", "criteria": {name: {"weight": 10} for name in "abc"}},
        "panel": {"trim": {"high": 1, "low": 1, "from": 5}, "then": "mean"},
        "missing": {"judge": "exclude", "absent": "unranked", "withdrawn": "unranked"},
        "rounding": {"places": 2, "mode": "half_up"},
        "measures": {"total": "sum(panel.weight * panel.value) / 30"},
        "ranking": {"by": ["total"], "unresolved": "shared"},
    }
    book = {"format": "ruleset/1", "id": "chance", "version": "1", "source": {"id": "x", "title": "x"}, "stages": {"final": stage}}
    (tmp_path / "book.yaml").write_text(json.dumps(book), encoding="utf-8")
    maker = making.Maker(Random(4), book)
    maker.add("opened", ruleset="chance", stage="final")
    for number in range(7):
        maker.add("judge", judge=f"J{number}")
    for number in range(40):
        maker.add("contestant", contestant=f"P{number}")
    for number in range(40 * 7 * 3):
        cell = {"judge": f"J{number % 7}", "contestant": f"P{number // 7 % 40}", "criterion": "abc"[number // 280]}
        maker.add("score", **cell, value=maker.value(cell["criterion"]))
    (tmp_path / "log.jsonl").write_text(making.text(maker.events, "jsonl"), encoding="utf-8")
    return tmp_path


def replayed(folder: Path, out: str, log: str = "log.jsonl", form: str = "csv") -> str:
    """What the process that replays the log says at its end: the exit code, and what it has imported that takes long."""
    command = ["replay", str(folder / log), "--ruleset", str(folder / "book.yaml"), "--out", str(folder / out), "--format", form]
    program = PROGRAM.format(heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, env=os.environ, check=True)
    return done.stdout.strip()


def test_a_contest_is_replayed_without_what_takes_long_to_import(cached: Path) -> None:
    first = replayed(cached, "first")  # the rulebook is not in the cache: the general engine, which keeps it there
    assert "numpy" in first
    assert "pydantic" in first
    assert replayed(cached, "second") == "0"
    assert contents(cached / "first") == contents(cached / "second")


def test_what_an_earlier_replay_left_is_replaced(cached: Path) -> None:
    store.plan_of(str(cached / "book.yaml"))
    assert replayed(cached, "out") == "0"
    (cached / "out" / "mine.txt").write_text("kept")
    before = contents(cached / "out")
    log = cached / "log.jsonl"
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    assert replayed(cached, "out") == "0"
    after = contents(cached / "out")
    assert before.keys() == after.keys()
    assert before["manifest.json"] != after["manifest.json"]
    assert after["mine.txt"] == b"kept"


def test_parquet_needs_no_numpy_where_all_is_plain(cached: Path) -> None:
    """And what is not goes to the general engine, with a pyarrow that knows nothing of numpy."""
    pytest.importorskip("pyarrow", "18")
    store.plan_of(str(cached / "book.yaml"))
    events = [json.loads(line) for line in (cached / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    making.parquet(events, str(cached / "log.parquet"))
    assert replayed(cached, "plain", "log.parquet", "parquet") == "0 pyarrow"
    assert replayed(cached, "csv", "log.parquet") == "0 pyarrow"
    assert replayed(cached, "expected") == "0"
    making.parquet([*events, {"id": "odd", "kind": "oddity", "competition": events[0]["competition"]}], str(cached / "odd.parquet"))
    assert replayed(cached, "odd", "odd.parquet", "parquet").startswith("0 numpy pyarrow")
    made = {out: json.loads((cached / out / "manifest.json").read_text()) for out in ("plain", "csv", "expected", "odd")}
    assert made["plain"]["digest"] == made["csv"]["digest"] == made["expected"]["digest"] != made["odd"]["digest"]
    assert [made[out]["rejected"] for out in made] == [0, 0, 0, 1]
    first, second = contents(cached / "csv"), contents(cached / "expected")
    assert {name: first[name] for name in first if name != "manifest.json"} == {n: second[n] for n in second if n != "manifest.json"}


AFTERWARDS = """
import sys
from scoring_engine.cluster import bulk
bulk.run([sys.argv[1]], sys.argv[2], "csv", rulesets=[sys.argv[3]])
import pyarrow
print(pyarrow.array([1, 2]).to_numpy().tolist())
"""


def test_a_program_that_replays_parquet_has_a_whole_pyarrow_afterwards(cached: Path) -> None:
    pytest.importorskip("pyarrow", "18")
    store.plan_of(str(cached / "book.yaml"))
    events = [json.loads(line) for line in (cached / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    making.parquet(events, str(cached / "log.parquet"))
    given = [str(cached / name) for name in ("log.parquet", "out", "book.yaml")]
    done = subprocess.run([sys.executable, "-c", AFTERWARDS, *given], capture_output=True, text=True, env=os.environ)
    assert (done.returncode, done.stdout) == (0, "[1, 2]\n"), done.stderr
    assert replayed(cached, "expected") == "0"
    made = [json.loads((cached / out / "manifest.json").read_text())["digest"] for out in ("out", "expected")]
    assert made[0] == made[1]


def test_the_command_itself_needs_no_numpy_for_parquet(cached: Path) -> None:
    pytest.importorskip("pyarrow", "18")
    store.plan_of(str(cached / "book.yaml"))
    events = [json.loads(line) for line in (cached / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    making.parquet(events, str(cached / "log.parquet"))
    code = "import atexit, sys\natexit.register(lambda: print('numpy' in sys.modules))\nfrom scoring_engine.cli.main import main\nmain()"
    command = ["replay", str(cached / "log.parquet"), "--ruleset", str(cached / "book.yaml"), "--format", "parquet", "--out"]
    done = subprocess.run([sys.executable, "-c", code, *command, str(cached / "out")], capture_output=True, text=True, env=os.environ)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def test_what_goes_wrong_in_the_room_is_done_by_the_general_engine(cached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> None:
        raise KeyError("a slip")

    store.plan_of(str(cached / "book.yaml"))
    monkeypatch.setattr("scoring_engine.single.replay", broken)
    monkeypatch.delenv("SCORING_ENGINE_DEBUG", raising=False)
    manifest = bulk.run([str(cached / "log.jsonl")], str(cached / "out"), "csv", rulesets=[str(cached / "book.yaml")])
    assert manifest["competitions"] == 1
    monkeypatch.setenv("SCORING_ENGINE_DEBUG", "1")
    with pytest.raises(KeyError):
        bulk.run([str(cached / "log.jsonl")], str(cached / "again"), "csv", rulesets=[str(cached / "book.yaml")])
