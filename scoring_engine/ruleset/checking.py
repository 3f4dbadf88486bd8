"""Everything that can be said about a rulebook, in one run: reading, shape, names and formulas, lints."""

from __future__ import annotations

import os
from copy import copy
from typing import NamedTuple

from scoring_engine.ruleset.compile import compile
from scoring_engine.ruleset.diagnostics import Diagnostic, RulesetError, has_errors, ordered
from scoring_engine.ruleset.lint import lint
from scoring_engine.ruleset.loader import Loaded, load, load_text
from scoring_engine.ruleset.plan import Plan


class Checked(NamedTuple):
    """A rulebook with its plan, None where there are errors that stand in the way, and all diagnostics by position."""

    loaded: Loaded
    plan: Plan | None
    diagnostics: list[Diagnostic]

    @property
    def ok(self) -> bool:
        """Whether there are no errors; warnings are no errors."""
        return not has_errors(self.diagnostics)


def check(path: str | os.PathLike[str], strict: bool = False) -> Checked:
    """Check a rulebook file. With `strict`, a warning is an error too."""
    return check_loaded(load(path), strict)


def check_loaded(loaded: Loaded, strict: bool = False) -> Checked:
    """Check a rulebook that was read."""
    # Where misspelt entries were mended and nothing was lost, there is a plan to lint in spite of the errors.
    mended = copy(loaded)
    mended.diagnostics = []
    plan, found = compile(mended)
    if plan is not None and not loaded.lost:
        found += lint(mended, plan)
    found = [*loaded.diagnostics, *found]
    plan = None if has_errors(loaded.diagnostics) else plan
    if strict:
        found = [d._replace(severity="error") for d in found]
    return Checked(loaded, plan, ordered(found))


def compiled(data: bytes, path: str) -> Plan:
    """The plan of a rulebook from its bytes; raises `RulesetError` with all diagnostics where there are errors.

    Lints are left out: a rulebook that a person accepted is played, wise or not.
    """
    loaded = load_text(data, path)
    plan, found = compile(loaded)
    found = ordered([*loaded.diagnostics, *found])
    if plan is None or has_errors(found):
        raise RulesetError(found, {path: loaded.text})
    return plan
