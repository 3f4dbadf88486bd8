"""Completion as click computes it, and as a real bash asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from scoring_engine.cli.commands.completion import VARIABLE
from scoring_engine.cli.group import COMMANDS, cli

ROOT = Path(__file__).parents[2]

LOG = """\
{"id": "1", "kind": "opened", "competition": "talks", "ruleset": "x", "stage": "final"}
{"id": "2", "kind": "opened", "competition": "songs", "ruleset": "x", "stage": "final"}
{"id": "3", "kind": "contestant", "competition": "talks", "contestant": "V01", "name": "陈思远"}
{"id": "4", "kind": "contestant", "competition": "talks", "contestant": "V02"}
{"id": "5", "kind": "contestant", "competition": "songs", "contestant": "W1"}
"""
CSV = "id,kind,competition,contestant\n1,opened,talks,\n2,contestant,talks,V01\n3,contestant,talks,V02\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "log.jsonl").write_text(LOG, encoding="utf-8")
    (tmp_path / "log.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "rulesets").mkdir()
    (tmp_path / "rulesets" / "own.yaml").write_text('format: ruleset/1\nid: own-rules\nversion: "1"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(*args: str) -> list[str]:
    """What is offered for the last of the arguments; words that the shell completes itself (files) are left out."""
    items = BashComplete(cli, {}, "scoring-engine", VARIABLE).get_completions(list(args[:-1]), args[-1])
    return [item.value for item in items if item.type == "plain"]


def test_commands_are_completed():
    assert set(offered("")) == set(COMMANDS)
    assert offered("ver") == ["verify"]
    assert offered("log", "") == ["export", "import", "verify"]


def test_options_and_their_words_are_completed():
    assert "--without" in offered("diff", "log.jsonl", "--")
    assert offered("replay", "log.jsonl", "--format", "x") == ["xlsx"]
    assert offered("replay", "--lang", "") == ["en", "zh"]


def test_ids_of_rulebooks_are_completed(folder: Path):
    assert offered("replay", "log.jsonl", "--ruleset", "own") == ["own-rules"]
    assert {"own-rules", "talk-contest"} <= set(offered("check", ""))


@pytest.mark.parametrize("name", ["log.jsonl", "log.csv"])
def test_contestants_of_the_log_are_completed(folder: Path, name: str):
    assert offered("explain", name, "--contestant", "V") == ["V01", "V02"]
    assert offered("explain", name, "--contestant", "V02") == ["V02"]
    assert offered("explain", name, "--above", "V01", "V") == ["V01", "V02"]


def test_competitions_of_all_logs_are_completed(folder: Path):
    assert offered("explain", "log.jsonl", "--competition", "") == ["songs", "talks"]
    assert offered("judges", "log.csv", "--competition", "") == ["talks"]


def test_a_log_that_is_not_there_completes_to_nothing(folder: Path):
    assert offered("explain", "no.jsonl", "--contestant", "") == []
    assert offered("explain", "-", "--contestant", "") == []


def test_completing_imports_nothing_slow(folder: Path):
    code = (
        "import sys\nfrom click.shell_completion import BashComplete\nfrom scoring_engine.cli.group import cli\n"
        "ask = BashComplete(cli, {}, 'scoring-engine', 'X').get_completions\n"
        "assert ask(['explain', 'log.jsonl', '--contestant'], 'V') and ask(['check'], 'talk')\n"
        "print(sorted({'numpy', 'pandas', 'pydantic', 'yaml', 'durable'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def script(shell: str) -> str:
    command = [sys.executable, "-m", "scoring_engine", "completion", shell]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("shell", "asks"), [("bash", "complete -o nosort"), ("zsh", "#compdef scoring-engine"), ("fish", "complete --no-files")]
)
def test_each_shell_has_its_script(shell: str, asks: str):
    assert asks in script(shell)
    assert f"{VARIABLE}={shell}_complete" in script(shell)


def test_a_real_bash_completes(folder: Path):
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    program = folder / "bin" / "scoring-engine"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m scoring_engine "$@"\n')
    program.chmod(0o755)
    (folder / "completion.bash").write_text(script("bash"))
    asking = """
        source completion.bash
        ask() {
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
            _scoring_engine_completion scoring-engine
            echo "${COMPREPLY[@]}"
        }
        ask scoring-engine ju
        ask scoring-engine explain log.jsonl --contestant V
        ask scoring-engine judges log.csv --competition t
        complete -p scoring-engine
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", asking],
        cwd=folder,
        env=os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    first, second, third, registered = done.stdout.splitlines()
    assert (first, second, third) == ("judges", "V01 V02", "talks")
    assert registered.endswith("-F _scoring_engine_completion scoring-engine")
