"""One stage: its tables, its tasks in order, its plan."""

from __future__ import annotations

from scoring_engine.ruleset.compiler.decisions import RuleTask
from scoring_engine.ruleset.compiler.derive import Derived
from scoring_engine.ruleset.compiler.order import ordered
from scoring_engine.ruleset.compiler.panel import panel_tables, sheet_tables
from scoring_engine.ruleset.compiler.ranking import RankTask
from scoring_engine.ruleset.compiler.report import help_with
from scoring_engine.ruleset.compiler.tables import Table
from scoring_engine.ruleset.compiler.values import decimals, label, scaled
from scoring_engine.ruleset.plan import DecisionPlan, FieldPlan, MeasurePlan, StagePlan, Step, TablePlan


class StageCompiler(Derived):
    """Compiles one stage."""

    def compile(self) -> StagePlan:
        """The plan of the stage; of use only where nothing was reported."""
        fields = {name: self.values.field(name, field, (*self.path, "fields", name)) for name, field in self.stage.fields.items()}
        roster = {name: self.values.field(name, field, (*self.path, "roster", name)) for name, field in self.stage.roster.items()}
        self.base(fields, roster)
        self.recorded()
        if self.stage.sheet is not None:
            self.sheet, self.weights = sheet_tables(self.scope, self.stage.sheet, self.values)
        if self.stage.sheet is not None and self.stage.panel is not None:
            self.panel = panel_tables(self.scope, self.stage.sheet, self.stage.panel, self.values)
        elif self.stage.panel is not None:
            self.reporter.at_key("E315", (*self.path, "panel"), "a panel needs a score sheet", help_with("add sheet:"))
        self.carried()
        self.measures()
        self.derived()
        ranking = RankTask(self.scope)
        self.scope.add(ranking)
        rules = [RuleTask(self.scope, name, decision) for name, decision in self.stage.decisions.items()]
        for rule in rules:
            self.scope.add(rule)
        return self.planned(fields, roster, ranking, rules)

    def planned(self, fields: dict[str, FieldPlan], roster: dict[str, FieldPlan], ranking: RankTask, rules: list[RuleTask]) -> StagePlan:
        """Bind, order and emit all tasks."""
        scope, stage = self.scope, self.stage
        scope.bind()
        steps: list[Step] = []
        for task in ordered(scope.tasks, self.reporter):
            steps.extend(task.emit(scope))
        for weight in self.weights:
            if self.sheet is not None:
                self.sheet["criteria"][weight.name]["weight"] = weight.expr
        decisions: list[DecisionPlan] = [rule.plan for rule in rules if rule.plan is not None]
        if ranking.plan is None:
            ranking.emit(scope)
        assert ranking.plan is not None
        return {
            "id": scope.name,
            "label": label(stage.label, scope.name),
            "contestant": label(stage.contestant, "contestant"),
            "fields": fields,
            "roster": roster,
            "records": list(stage.records),
            "sheet": self.sheet,
            "panel": self.panel,
            "deductions": self.deductions_plan(),
            "missing": stage.missing.model_dump(),
            "rounding": {"places": stage.rounding.places, "mode": stage.rounding.mode, "rank_on": stage.rounding.rank_on},
            "tables": {name: self.table_plan(table) for name, table in scope.tables.items()},
            "steps": steps,
            "measures": self.measure_plans(),
            "ranking": ranking.plan,
            "grades": {name: label(entry, name) for name, entry in stage.grades.items()},
            "decisions": decisions,
            "line": self.reporter.line(self.path),
        }

    def deductions_plan(self) -> dict[str, object] | None:
        """The deductions that are admitted."""
        deductions = self.stage.deductions
        if deductions is None:
            return None
        places = max(deductions.places, decimals(deductions.most or 0))
        return {
            "reasons": {name: label(entry, name) for name, entry in deductions.reasons.items()},
            "most": None if deductions.most is None else scaled(deductions.most, places),
            "places": places,
            "line": self.reporter.line((*self.path, "deductions")),
        }

    def table_plan(self, table: Table) -> TablePlan:
        """A table as the plan lists it."""
        return {
            "key": table.key,
            "columns": {
                name: {
                    "kind": {"any": "number", "list": "text"}.get(column.type.kind, column.type.kind),
                    "places": column.type.places,
                    "computed": column.computed,
                    "names": column.type.names,
                }
                for name, column in table.columns.items()
            },
            "made": table.made,
            "rows": table.rows,
            "line": self.reporter.line(table.path),
        }

    def measure_plans(self) -> list[MeasurePlan]:
        """The published measures."""
        contestants = self.scope.tables["contestants"]
        rounding = self.stage.rounding
        result: list[MeasurePlan] = []
        for name, entry in self.stage.measures.items():
            column = contestants.columns.get(name)
            if column is None:
                continue
            type = column.type
            places = type.places
            if type.kind == "number" and places is None and name in self.scope.chain:
                places = rounding.places
            result.append(
                {
                    "name": name,
                    "kind": "number" if type.kind == "any" else type.kind,
                    "label": label(entry.label, name),
                    "unit": entry.unit,
                    "ref": entry.ref,
                    "places": places,
                    "show": entry.show,
                    "line": self.reporter.line((*self.path, "measures", name)),
                }
            )
        return result
