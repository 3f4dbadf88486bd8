"""The line for those who wait: on a terminal, after a while, and never where nobody reads it."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scoring_engine.cli import progress as module
from scoring_engine.cli.progress import Progress
from scoring_engine.messages import Message

WAITING = """
import sys, time
from scoring_engine.cli import progress
from scoring_engine.messages import Message
progress.PATIENCE = {patience}
with progress.Progress("en") as line:
    line.step(Message("reading"), 3, 8)
    time.sleep({seconds})
print("done")
"""


def on_a_terminal(program: str) -> str:
    """What a program writes to standard error where that is a terminal."""
    master, slave = pty.openpty()
    env = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=slave, env=env)
    os.close(slave)
    seen = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        seen += part
    os.close(master)
    output = running.communicate(timeout=60)[0]
    assert output == b"done\n"
    return seen.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_who_waits_at_a_terminal_sees_what_is_done():
    seen = on_a_terminal(WAITING.format(patience=0, seconds=1.5))
    assert "reading" in seen
    assert "3/8" in seen


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_what_is_soon_done_shows_nothing():
    assert on_a_terminal(WAITING.format(patience=5, seconds=0)) == ""


def test_nothing_is_shown_and_rich_not_imported_where_standard_error_is_no_terminal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PATIENCE", 0)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    before = threading.active_count()
    with Progress("en") as line:
        line.step(Message("reading"), 1, 2)
        assert threading.active_count() == before
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def test_importing_the_commands_does_not_import_rich():
    program = "import sys; import scoring_engine.cli.commands.replay, scoring_engine.cli.progress; print('rich' in sys.modules)"
    root = Path(__file__).parent.parent.parent
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root).stdout == "False\n"
