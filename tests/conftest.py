"""What holds for all tests: no deadline for an example on a slow machine, and in CI nothing is skipped and nothing is drawn by chance."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("project", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("project")

_skipped: list[str] = []

# The folder of real competitions is not part of the project; where it is not there its tests are skipped, in CI too, and say so.
ABSENT_DATA = "official results are not compared"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and ABSENT_DATA not in str(report.longrepr):
        _skipped.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and _skipped and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") and _skipped:
        terminalreporter.write_line(f"{len(_skipped)} tests were skipped; in CI nothing may be: {', '.join(_skipped[:20])}", red=True)
