"""The linter: what is valid and yet hardly meant.

Each lint is a function from a `Subject` (a rulebook and its plan) to diagnostics, in a module of its own. What cannot be
meant (rules that contradict, conditions that nothing satisfies) is an error; what is merely bad manners (no reference, no
example, nothing uses it) is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scoring_engine.ruleset.diagnostics import Diagnostic, ordered
from scoring_engine.ruleset.lint.clauses import clauses
from scoring_engine.ruleset.lint.conditions import conditions
from scoring_engine.ruleset.lint.contradictions import contradictions
from scoring_engine.ruleset.lint.outliers import outliers
from scoring_engine.ruleset.lint.references import references
from scoring_engine.ruleset.lint.subject import Subject
from scoring_engine.ruleset.lint.ties import ties
from scoring_engine.ruleset.lint.undated import undated
from scoring_engine.ruleset.lint.untested import untested
from scoring_engine.ruleset.lint.unused import unused
from scoring_engine.ruleset.lint.weights import weights
from scoring_engine.ruleset.lint.worked import worked
from scoring_engine.ruleset.loader import Loaded
from scoring_engine.ruleset.plan import Plan

Lint = Callable[[Subject], Iterator[Diagnostic]]

LINTS: tuple[Lint, ...] = (unused, undated, weights, conditions, contradictions, ties, references, untested, clauses, worked, outliers)


def lint(loaded: Loaded, plan: Plan, lints: tuple[Lint, ...] = LINTS) -> list[Diagnostic]:
    """What the lints find in a valid rulebook and its plan, by position."""
    subject = Subject(loaded, plan)
    return ordered(diagnostic for one in lints for diagnostic in one(subject))
