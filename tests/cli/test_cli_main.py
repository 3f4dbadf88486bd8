from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from scoring_engine.cli.failure import explain
from scoring_engine.cli.group import COMMANDS, LazyGroup
from scoring_engine.cli.main import main
from scoring_engine.messages import Message

ROOT = Path(__file__).parents[2]


def run(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scoring_engine", *args],
        cwd=ROOT,
        env=os.environ | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"} | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def raising(error: BaseException) -> click.Command:
    @click.command("demo")
    def command() -> None:
        raise error

    return command


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    monkeypatch.setattr(LazyGroup, "get_command", lambda self, ctx, name: raising(error))
    monkeypatch.delenv("SCORING_ENGINE_DEBUG", raising=False)
    monkeypatch.setenv("SCORING_ENGINE_LANG", "en")
    return main(["demo"])


def test_help_imports_nothing_slow():
    code = (
        "import sys, json\nfrom scoring_engine.cli.main import main\ncode = main(['--help'])\n"
        "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    assert not {"numpy", "pandas", "pydantic", "durable", "durable_rules_engine", "yaml"} & set(modules)
    for name in COMMANDS:
        assert f"  {name} " in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name):
    done = run(name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: scoring-engine {name}")
    assert done.stderr == ""


USAGE = [["replay"], ["replay", "no such file"], ["replay", "--engine", "x", "README.md"], ["repaly"], ["--wrong"]]


@pytest.mark.parametrize("args", USAGE)
def test_wrong_usage_is_2_with_a_line_and_no_traceback(args):
    done = run(*args)
    assert done.returncode == 2
    assert "Error:" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_misspelt_command_is_suggested():
    assert 'there is no command "repaly"; did you mean "replay"?' in run("repaly").stderr


class Spoken(Exception):  # noqa: N818
    def say(self, lang: str) -> str:
        return Message("marks.jsonl: there is no such file").say(lang)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Spoken(), "marks.jsonl: there is no such file\n"),
        (PermissionError(13, "Permission denied", "out/a.csv"), "out/a.csv: no permission; ask its owner, or take another place\n"),
        (OverflowError("total of V07"), "A number grew beyond what is computed exactly (total of V07)."),
        (MemoryError(), "Not enough memory for this input."),
        (ModuleNotFoundError("No module named 'xlsx'", name="xlsx"), "The package xlsx is not installed; pip install xlsx adds it.\n"),
        (KeyError("x"), "The program failed: KeyError: 'x'\n"),
    ],
)
def test_failures_are_lines_for_a_person(error, said, monkeypatch, capsys):
    assert failing(monkeypatch, error) == 1
    out, err = capsys.readouterr()
    assert err.startswith(said)
    assert out == ""
    assert "Traceback" not in err


def test_an_unexpected_failure_says_how_to_see_where(monkeypatch, capsys):
    failing(monkeypatch, ZeroDivisionError("a\nb"))
    assert "SCORING_ENGINE_DEBUG=1" in capsys.readouterr().err
    monkeypatch.setenv("SCORING_ENGINE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["demo"])


def test_ctrl_c_is_130(monkeypatch, capsys):
    assert failing(monkeypatch, KeyboardInterrupt()) == 130
    assert capsys.readouterr().err.strip() == "stopped"


def test_a_reader_that_goes_away_is_no_failure():
    done = subprocess.run(
        f"{sys.executable} -m scoring_engine schema | sleep 0; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.returncode == 141


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_from_the_beginning_is_no_failure(closed, tmp_path):
    (tmp_path / "log.jsonl").write_text("{}\n")
    for command, code in ((["rulesets"], 0), (["replay", "log.jsonl", "--out", "out", "--format", "csv"], 1)):
        line = f'PYTHONPATH="{ROOT}" "{sys.executable}" -m scoring_engine {" ".join(command)} {closed}'
        done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == code
        assert "Traceback" not in done.stderr
        assert done.stdout == "" or closed == "2>&-"
    assert (tmp_path / "out" / "manifest.json").exists()


def test_output_is_utf8_whatever_the_terminal_claims():
    done = subprocess.run(
        [sys.executable, "-m", "scoring_engine", "--help"],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "SCORING_ENGINE_LANG": "zh"},
        capture_output=True,
    )
    assert done.returncode == 0
    assert "赛" in done.stdout.decode("utf-8")


def test_the_language_asked_for_is_that_of_the_failure_too(monkeypatch):
    assert explain(MemoryError(), "en") != explain(MemoryError(), "zh")


ENDING = {
    "what was registered for the end is done": "import atexit\natexit.register(lambda: print('done'))",
    "a thread is waited for": "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.3), print('done'))).start()",
    "a profiler may say what it saw": "import atexit, sys\natexit.register(lambda: print('done'))\nsys.setprofile(lambda *seen: None)",
    "output that is nowhere read is lost in peace": "import os, sys\nprint('done', flush=True)\nos.close(2)",
}

if hasattr(sys, "monitoring"):
    ENDING["a tool that monitors may say what it saw"] = (
        "import os, sys\nsys.monitoring.use_tool_id(3, 'looks on')\n"
        "class Last:\n    def __del__(self, write=os.write): write(1, b'done')\nlast = Last()"
    )


@pytest.mark.parametrize("before", ENDING.values(), ids=list(ENDING))
def test_the_process_ends_at_once_but_not_before_its_time(before):
    code = f"{before}\nimport sys\nfrom scoring_engine.cli.main import main\nsys.argv[1:] = ['rulesets']\nsys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "done" in done.stdout
    assert "rulesets/" in done.stdout
    assert done.stderr == ""


def test_a_profile_of_the_command_is_written(tmp_path):
    profile = tmp_path / "profile"
    command = [sys.executable, "-m", "cProfile", "-o", str(profile), "-m", "scoring_engine", "rulesets"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert profile.exists()


def test_an_interpreter_that_shall_stay_stays():
    command = [sys.executable, "-i", "-m", "scoring_engine", "rulesets"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, input="print('still', 'here')\n")
    assert "still here" in done.stdout
