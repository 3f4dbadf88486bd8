"""The README's example is real: its two files are taken out of it, and its commands print what it shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]


def block(text: str, name: str) -> str:
    """The fenced block after the mark `<!-- name -->`."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```\w*\n(.*?)```\n", text, re.S)
    assert found, f"there is no block {name}"
    return found[1]


def run(command: str, folder: Path, lang: str = "en") -> subprocess.CompletedProcess[str]:
    program, *args = shlex.split(command)
    assert program == "scoring-engine"
    return subprocess.run(
        [sys.executable, "-m", "scoring_engine", *args],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "SCORING_ENGINE_LANG": lang, "SCORING_ENGINE_CACHE": str(folder / "cache")},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def without_hashes(text: str) -> str:
    """The text without the hashes, which change with every change of the result's form."""
    return re.sub(r"\b[0-9a-f]{12,16}\b", "…", text).rstrip("\n")


@pytest.fixture(params=READMES, ids=lambda path: path.name)
def readme(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str, Path]:
    """The text, its language, and a folder that holds its two files."""
    text = request.param.read_text(encoding="utf-8")
    for name in ("short.yaml", "short.csv"):
        (tmp_path / name).write_text(block(text, name), encoding="utf-8")
    return text, "zh" if request.param.name == "README.zh.md" else "en", tmp_path


def test_the_example_prints_what_the_readme_shows(readme):
    text, lang, folder = readme
    shown = block(text, "output")
    command, _, output = shown.partition("\n")
    done = run(command.removeprefix("$ "), folder, lang)
    assert done.returncode == 0, done.stderr
    assert without_hashes(done.stdout) == without_hashes(output)


def test_the_rulebook_is_sound_and_its_worked_example_holds(readme):
    _, _, folder = readme
    checked = run("scoring-engine check --strict short.yaml", folder)
    assert (checked.returncode, checked.stderr) == (0, "")
    tested = run("scoring-engine test short.yaml", folder)
    assert (tested.returncode, tested.stdout) == (0, "short.yaml: 1 examples as written, 0 not\n")


def test_the_python_example_runs(readme):
    text, _, folder = readme
    done = subprocess.run(
        [sys.executable, "-c", block(text, "python")],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"1\s+B\s+李文\s+90\.40\s+content", done.stdout)


def test_both_readmes_show_the_same_rulebook_and_log():
    english, chinese = (path.read_text(encoding="utf-8") for path in READMES)
    for name in ("short.yaml", "short.csv", "python"):
        assert block(english, name) == block(chinese, name)


def test_every_command_line_that_the_readme_shows_is_known(readme):
    from scoring_engine.cli.main import COMMANDS

    text, _, _ = readme
    used = re.findall(r"^(?:\$ )?scoring-engine (\w+)", text, re.M)
    assert used
    assert set(used) <= set(COMMANDS)


def test_the_readme_has_every_command_and_no_other(readme):
    from scoring_engine.cli.main import COMMANDS

    text, _, _ = readme
    assert set(re.findall(r"^\| `scoring-engine (\w+)", text, re.M)) == set(COMMANDS)


def test_every_make_target_that_the_readme_shows_is_there(readme):
    text, _, _ = readme
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\bmake (\w+)", re.sub(r"<!--.*?-->", "", text))) <= targets
