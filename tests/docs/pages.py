"""The pages of the documentation, run: what they show is what the program prints.

A page is run from its top to its end in an empty folder that has the samples, in the language of the page. What counts:

    ```console                  each line `$ …` is run by bash; the lines below it are what it prints, standard error and output together.
    ```                         `…` stands for anything within a line, alone on a line for any lines; hashes are not compared.
    <!-- exit 1 -->             before a console block: the exit code of its last command, 0 where nothing is said.
    <!-- serve -->              before a console block: its command runs until the page ends.
    <!-- file NAME -->          before a block of another sort: it is written into the file.
    <!-- part of FILE -->       before a block: the file has these lines.
    <!-- python -->             before a block: Python runs it.
    <!-- insert FILE after X --> before a block: it goes into the file, after (or before) the line that begins with X.
    <!-- change A B X → Y -->  A with Y in the place of X is saved as B; several changes are parted by commas.
    <!-- fill A B -->           the tables that follow, each under a line **sheet**, are typed into the workbook A, saved as B.
    <!-- correct B S!C2=91 -->  cells of what was typed last are typed anew, and B is saved.

`python -m tests.docs.pages --write PAGE…` puts what the program prints into the pages; what stands there with `…` and still fits stays.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tests.report.filling import filled

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "README.zh.md"])

Cell = str | int | float | None

_BLOCK = re.compile(r"(?:^<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<sort>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
_MARK = re.compile(r"^<!-- (?P<verb>fill|correct|change) (?P<rest>[^\n]*?) -->$", re.M)
_SHEET = re.compile(r"^\*\*(?P<name>[^*\n]+)\*\*\n\n(?P<table>(?:^\|.*\n)+)", re.M)
_HASH = re.compile(r"\b[0-9a-f]{12,64}\b")
_PATIENCE = 30.0
"""Seconds that a server has to say that it serves."""


class Step(NamedTuple):
    """Something that a reader does. `start` and `end` are its place in the page's text."""

    start: int
    end: int
    mark: str
    sort: str
    text: str


class Wrong(NamedTuple):
    """A block that shows something else than the program prints."""

    step: Step
    said: str


def steps(page: str) -> list[Step]:
    """What there is to do in a page, from its top to its end."""
    found = [Step(m.start("text"), m.end("text"), m["mark"] or "", m["sort"], m["text"]) for m in _BLOCK.finditer(page)]
    for m in _MARK.finditer(page):
        following = re.compile(r"^(```|<!-- |#)", re.M).search(page, m.end())
        found.append(Step(m.start(), m.end(), m["verb"] + " " + m["rest"], "", page[m.end() : following.start() if following else None]))
    return sorted(found)


class Run:
    """A page being followed in a folder."""

    def __init__(self, folder: Path, lang: str) -> None:
        self.folder = folder
        self.lang = lang
        self.servers: list[subprocess.Popen[str]] = []
        self.typed: tuple[str, dict[str, list[list[Cell]]]] = ("", {})
        for name in ("rulesets", "sample_events"):
            (folder / name).symlink_to(ROOT / name)
        programs = folder / ".bin"
        programs.mkdir()
        program = programs / "scoring-engine"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scoring_engine "$@"\n')
        program.chmod(0o755)
        self.environment = {
            "PATH": f"{programs}:{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "SCORING_ENGINE_LANG": lang,
            "SCORING_ENGINE_CACHE": str(folder / ".cache"),
            "LC_ALL": "C.UTF-8",
            "TZ": "Asia/Shanghai",
        }

    def follow(self, page: str, exactly: bool = False) -> Iterator[Wrong]:
        """Do what the page says; every block that shows something else, `exactly`: hashes too."""
        try:
            for step in steps(page):
                said = self.do(step)
                if said is not None and not (fits(step.text, said) if not exactly or "…" in step.text else step.text == said):
                    yield Wrong(step, said)
        finally:
            for server in self.servers:
                server.send_signal(signal.SIGINT)
                server.wait(_PATIENCE)

    def do(self, step: Step) -> str | None:
        """One step; the block as it should look, None where it shows nothing of the program's."""
        verb, *words = step.mark.split() or [""]
        if step.sort == "console":
            return self.console(step) if verb != "serve" else self.serve(step)
        if verb == "file":
            path = self.folder / words[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
        elif verb == "part":
            assert step.text in (self.folder / words[1]).read_text(encoding="utf-8"), f"{words[1]} has no\n{step.text}"
        elif verb == "python":
            subprocess.run([sys.executable, "-c", step.text], cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, check=True)
        elif verb == "insert":
            path = self.folder / words[0]
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            (place,) = (number for number, line in enumerate(lines) if line.strip().startswith(" ".join(words[2:])))
            lines.insert(place + (words[1] == "after"), step.text)
            path.write_text("".join(lines), encoding="utf-8")
        elif verb == "change":
            text = (self.folder / words[0]).read_text(encoding="utf-8")
            for change in " ".join(words[2:]).split(", "):
                old, new = change.split(" → ")
                assert old in text, f"{words[0]} has no {old}"
                text = text.replace(old, new)
            (self.folder / words[1]).write_text(text, encoding="utf-8")
        elif verb == "fill":
            self.typed = (words[0], {m["name"]: _cells(m["table"]) for m in _SHEET.finditer(step.text)})
            assert self.typed[1], f"no tables to fill in after {step.mark}"
            filled(self.folder / words[0], self.folder / words[1], self.typed[1])
        elif verb == "correct":
            template, rows = self.typed
            for sheet, column, line, text in re.findall(r"(\S+)!([A-Z])(\d+)=(\S+)", step.mark):
                rows[sheet][int(line) - 2][ord(column) - ord("A")] = _cell(text)
            filled(self.folder / template, self.folder / words[0], rows)
        return None

    def console(self, step: Step) -> str:
        shown, code, wanted = "", 0, 0
        commands = _commands(step.text)
        if step.mark.startswith("exit "):
            wanted = int(step.mark.split()[1])
        for place, command in enumerate(commands):
            done = subprocess.run(
                ["bash", "-c", command], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            code = done.returncode
            shown += f"$ {command}\n{_tidy(done.stdout.decode())}"
            assert code == (wanted if place == len(commands) - 1 else 0), f"{command}\nended with {code}:\n{shown}"
        return shown

    def serve(self, step: Step) -> str:
        (command,) = _commands(step.text)
        server = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.servers.append(server)
        assert server.stdout is not None
        lines: list[str] = []
        end = time.monotonic() + _PATIENCE
        while len(lines) < step.text.count("\n") - 1 and time.monotonic() < end:
            line = server.stdout.readline()
            assert line, f"{command}\nended with {server.wait()}"
            lines.append(line)
        return f"$ {command}\n{_tidy(''.join(lines))}"


def fits(shown: str, said: str) -> bool:
    """Whether a block shows what was said."""
    wanted = "".join(_line(line) for line in _HASH.sub("#", shown).splitlines())
    return re.fullmatch(wanted, _HASH.sub("#", said)) is not None


def _line(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    return ".*".join(re.escape(part) for part in line.rstrip().split("…")) + r"\n"


def _commands(text: str) -> list[str]:
    return re.findall(r"^\$ (.*)$", text, re.M)


def _tidy(text: str) -> str:
    """Without blanks at the ends of lines, blank lines at the end, a byte order mark, and word that durable-rules is not there."""
    lines = text.removeprefix("\ufeff").splitlines()
    if find_spec("durable") is None:
        lines = [line for line in lines if "durable-rules" not in line]
    text = "\n".join(line.rstrip() for line in lines).rstrip("\n")
    return text + "\n" if text else ""


def _cells(table: str) -> list[list[Cell]]:
    """The rows of a Markdown table under its header."""
    return [[_cell(text.strip()) for text in line.strip().strip("|").split("|")] for line in table.strip().split("\n")[2:]]


def _cell(text: str) -> Cell:
    if re.fullmatch(r"\d+", text) and (text == "0" or text[0] != "0") and len(text) < 12:
        return int(text)
    return float(text) if re.fullmatch(r"\d+\.\d+", text) else text or None


def language(path: Path) -> str:
    """The language of a page."""
    return "zh" if "zh" in path.relative_to(ROOT).as_posix() else "en"


def write(path: Path) -> int:
    """Put into a page what the program prints; the number of blocks that changed."""
    page = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        wrong = list(Run(Path(folder), language(path)).follow(page, exactly=True))
    wrong = [one for one in wrong if not one.step.mark.startswith("serve")]  # addresses and PINs are written with … by hand
    for one in reversed(wrong):
        page = page[: one.step.start] + one.said + page[one.step.end :]
    path.write_text(page, encoding="utf-8")
    return len(wrong)


if __name__ == "__main__":
    os.chdir(ROOT)
    for name in sys.argv[2:] if sys.argv[1:2] == ["--write"] else sys.exit(__doc__):
        print(f"{name}: {write(Path(name).resolve())} blocks written")
