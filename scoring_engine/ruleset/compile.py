"""Compiling a rulebook: from a `Ruleset` with its positions to a `plan.Plan`, or to all that is wrong with it.

What each part does stands in `compiler`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring_engine.ruleset.compiler.fields import Declarations
from scoring_engine.ruleset.compiler.hyphens import hyphened
from scoring_engine.ruleset.compiler.kinds import Type
from scoring_engine.ruleset.compiler.report import Reporter
from scoring_engine.ruleset.compiler.stage import StageCompiler
from scoring_engine.ruleset.compiler.tables import Book, Scope
from scoring_engine.ruleset.compiler.values import label
from scoring_engine.ruleset.diagnostics import Diagnostic, has_errors, ordered

if TYPE_CHECKING:
    from scoring_engine.ruleset.loader import Loaded
    from scoring_engine.ruleset.plan import Plan


def compile(loaded: Loaded) -> tuple[Plan | None, list[Diagnostic]]:
    """The plan of a rulebook, and what the compiler found wrong (without what the loader found, see `loaded.diagnostics`).

    Everything is checked in one run. The plan is None where either of them found an error.
    """
    ruleset = loaded.ruleset
    if ruleset is None:
        return None, []
    reporter = Reporter(loaded)
    values = Declarations(reporter)
    params = {name: values.param(name, param) for name, param in ruleset.params.items()}
    plans = {name: plan for name, (plan, _) in params.items()}
    scales = {name: values.read(scale, ("scales", name)) for name, scale in ruleset.scales.items()}
    records = {name: values.record(name, record) for name, record in ruleset.records.items()}
    windows = {name: values.window(name, window, plans) for name, window in ruleset.windows.items()}
    book = Book(
        reporter,
        loaded.lost,
        hyphened(ruleset),
        plans,
        {name: shape for name, (_, shape) in params.items()},
        {name: shape for name, (_, shape) in scales.items()},
        windows,
        frozenset(records),
    )
    shared = list(reporter.found)
    brought: dict[str, Type] = {}
    while True:
        compilers = {
            name: StageCompiler(Scope(book, name, stage), ruleset, values, records, brought) for name, stage in ruleset.stages.items()
        }
        stages = {name: compiler.compile() for name, compiler in compilers.items()}
        sent = {name: type for compiler in compilers.values() for name, type in compiler.sent().items()}
        if sent.keys() <= brought.keys():
            break
        # What a stage brings along was taken for a number; with its kind known the stages are compiled once more.
        brought |= sent
        reporter.found = list(shared)
    found = ordered(reporter.found)
    if has_errors(found) or has_errors(loaded.diagnostics):
        return None, found
    plan: Plan = {
        "format": "plan/1",
        "id": ruleset.id,
        "version": ruleset.version,
        "sha256": loaded.sha256,
        "file": loaded.file,
        "label": label(ruleset.label, ruleset.id),
        "source": ruleset.source.model_dump(),
        "params": plans,
        "scales": {name: expr for name, (expr, _) in scales.items()},
        "records": records,
        "windows": windows,
        "stages": stages,
        "clauses": [clause.model_dump() for clause in ruleset.clauses],
    }
    return plan, found
