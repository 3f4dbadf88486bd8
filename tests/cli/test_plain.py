"""The plain command line of a bulk replay, which click does not see, asks for what click would make of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring_engine.cli import bulk, plain
from scoring_engine.cli.group import run

ROOT = Path(__file__).parents[2]
NAMES = ("bulk.replay", "log.jsonl", "book.xlsx", "folder", "rules.yaml", "new", "absent.csv", "-", "", "http://x/y", "--", "x y.csv")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "log.jsonl").write_text("{}\n")
    (tmp_path / "x y.csv").write_text("id\n")
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "bulk.replay").write_text("")
    (tmp_path / "rules.yaml").write_text("id: rules\n")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCORING_ENGINE_LANG", "en")
    return tmp_path


def by_click(args: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> list[object] | None:
    """What click has `cli.bulk.replay` called with; None where it does not come to that."""
    called: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr(bulk, "replay", lambda *given: called.extend(given) or 0)
        run(args)
    return called or None


words = st.one_of(st.sampled_from(NAMES), st.sampled_from(["--ruleset", "--out", "--format", "--full", "--on", "csv", "parquet", "table"]))
ordered = st.permutations([("log.jsonl",), ("--ruleset", "rules.yaml"), ("--out", "new"), ("--format", "csv"), ("x y.csv",)])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=ordered, changed=st.lists(st.tuples(st.integers(0, 8), words), max_size=2), added=st.lists(words, max_size=2))
def test_what_is_read_without_click_is_what_click_reads(
    folder: Path, monkeypatch: pytest.MonkeyPatch, groups: list[tuple[str, ...]], changed: list[tuple[int, str]], added: list[str]
) -> None:
    args = [word for group in groups for word in group]
    for place, word in changed:
        args[place % len(args)] = word
    args = ["replay", *args, *added]
    asked = plain.read(args)
    if asked is not None:
        assert [*asked, "en"] == by_click(args, monkeypatch)
    if not changed and not added:
        assert asked is not None


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["replay"],
        ["replay", "--help"],
        ["demo", "log.jsonl", "--out", "new", "--format", "csv"],
        ["replay", "log.jsonl", "--out", "new"],
        ["replay", "log.jsonl", "--format", "csv"],
        ["replay", "log.jsonl", "--out", "new", "--format", "json"],
        ["replay", "log.jsonl", "--out", "log.jsonl", "--format", "csv"],
        ["replay", "log.jsonl", "--out", "new", "--out", "other", "--format", "csv"],
        ["replay", "log.jsonl", "--out", "new", "--format", "csv", "--lang", "zh"],
        ["replay", "log.jsonl", "--out=new", "--format", "csv"],
        ["replay", "log.jsonl", "--out", "new", "--format"],
        ["replay", "absent.jsonl", "--out", "new", "--format", "csv"],
        ["replay", "log.jsonl", "--ruleset", "no-rulebook", "--out", "new", "--format", "csv"],
        ["replay", "-", "--out", "new", "--format", "csv"],
    ],
)
def test_other_command_lines_are_left_to_click(folder: Path, args: list[str]) -> None:
    assert plain.read(args) is None


def test_a_plain_replay_imports_no_click(folder: Path) -> None:
    log = ROOT / "sample_events" / "talk.jsonl"
    code = (
        "import json, sys\nfrom scoring_engine.cli.main import main\ncode = main(sys.argv[1:])\n"
        "print(json.dumps([code, sorted({'click', 'shutil', 'rich', 'pydantic', 'yaml', 'pandas'} & set(sys.modules))]))"
    )
    args = [sys.executable, "-c", code, "replay", str(log), "--out", "new", "--format", "csv"]
    for _ in range(2):  # the first compiles the rulebook and keeps it
        done = subprocess.run(args, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [0, []]
    assert done.stderr.startswith("wrote new: ")
