"""The tables that a stage has before anything is derived: the competition, its contestants and judges, events, records, windows."""

from __future__ import annotations

from collections.abc import Mapping

from scoring_engine.ruleset.compiler.fields import Declarations, field_type
from scoring_engine.ruleset.compiler.kinds import CONTESTANT, JUDGE, TEXT, TIME, Type, number, texts
from scoring_engine.ruleset.compiler.panel import WeightTask
from scoring_engine.ruleset.compiler.ranking import chain, rank_columns
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.tables import Scope, Table
from scoring_engine.ruleset.compiler.values import decimals
from scoring_engine.ruleset.formula import KEYWORDS
from scoring_engine.ruleset.models import Ruleset
from scoring_engine.ruleset.plan import FieldPlan, PanelPlan, RecordPlan, SheetPlan

CARRIED = number(4)
"""Amounts that other competitions send, bonuses and measures of contestants that advanced, have at most four decimals."""

_ABSENCES = ("absent", "excused", "withdrawn", "disqualified")
_RESERVED = (*KEYWORDS, "params", "scales")


class Base:
    """Makes the base tables of one stage."""

    def __init__(
        self, scope: Scope, ruleset: Ruleset, values: Declarations, records: Mapping[str, RecordPlan], brought: Mapping[str, Type]
    ) -> None:
        self.scope = scope
        self.stage = scope.stage
        self.ruleset = ruleset
        self.values = values
        self.records = records
        self.brought = brought
        self.reporter = scope.reporter
        self.path = scope.path
        self.sheet: SheetPlan | None = None
        self.panel: PanelPlan | None = None
        self.weights: list[WeightTask] = []
        rounding = self.stage.rounding
        if rounding.rank_on == "published":
            scope.published = (rounding.places, rounding.mode)
        scope.chain = chain(self.stage.ranking)

    def base(self, fields: Mapping[str, FieldPlan], roster: Mapping[str, FieldPlan]) -> None:
        """The tables that every stage has."""
        scope, small = self.scope, number(0, rounded=True)
        competition = scope.table("competition", (*self.path, "fields"), "events")
        for name, type in (("id", TEXT), ("name", TEXT), ("date", TIME), ("last_at", TIME)):
            competition.base(name, type)
        for name, field in fields.items():
            self.declared(competition, name, field, (*self.path, "fields", name))
        contestants = scope.table("contestants", (*self.path, "roster"), "events", ["contestant"])
        for name, type in (("contestant", CONTESTANT), ("name", TEXT), ("@judges", small)):
            contestants.base(name, type)
        for name in ("order", "lot"):
            if name not in roster:
                contestants.base(name, small)
        rank_columns(contestants)
        for name, field in roster.items():
            self.declared(contestants, name, field, (*self.path, "roster", name))
        self.events("judges", ["judge"], judge=JUDGE, name=TEXT, unit=TEXT, role=TEXT)
        self.events("comments", [], contestant=CONTESTANT, judge=JUDGE, at=TIME, seq=small)
        self.events("statuses", ["contestant"], contestant=CONTESTANT, status=texts(_ABSENCES))
        self.events("bonuses", [], contestant=CONTESTANT, value=CARRIED, source=TEXT, rule=TEXT)
        self.events("barred", [], contestant=CONTESTANT, honour=TEXT, source=TEXT, rule=TEXT)
        self.events("advanced", [], contestant=CONTESTANT, source=TEXT, stage=TEXT, rank=small)
        if self.stage.deductions is not None:
            deductions = self.stage.deductions
            value = number(max(deductions.places, decimals(deductions.most or 0)))
            reason = texts(deductions.reasons) if deductions.reasons else TEXT
            self.events("deductions", [], contestant=CONTESTANT, value=value, reason=reason, at=TIME, seq=small)

    def events(self, name: str, key: list[str], /, **columns: object) -> Table:
        """A table of events with these columns."""
        table = self.scope.table(name, self.path, "events", key)
        for column, type in columns.items():
            table.base(column, type)  # type: ignore[arg-type]
        return table

    def declared(self, table: Table, name: str, field: FieldPlan, path: Path) -> None:
        """A column that holds a declared field."""
        if self.taken(table, name, path):
            table.base(name, field_type(field))

    def taken(self, table: Table, name: str, path: Path) -> bool:
        """Whether the name is free for a column of the table; reports where it is not."""
        if name in _RESERVED:
            self.reporter.at_key("E311", path, '"{name}" is a word of the formula language', help_with("choose another name"), name=name)
            return False
        if name in table.columns and not (name == "name" and path[-2] == "roster"):
            text = '"{name}" is a column of {table} already'
            self.reporter.at_key("E311", path, text, help_with("choose another name"), name=name, table=table.name)
            return False
        return True

    def named(self, name: str, path: Path) -> bool:
        """Whether the name is free for a table; reports where it is not."""
        if name in self.scope.tables or name in (*_RESERVED, "criterion", "marks", "sheets", "panel", "criteria", "deductions"):
            self.reporter.at_key("E311", path, 'there is a table "{name}" already', help_with("choose another name"), name=name)
            return False
        return True

    def recorded(self) -> None:
        """Tables of records and windows."""
        for i, name in enumerate(self.stage.records):
            if name not in self.records:
                self.reporter.unknown((*self.path, "records", i), name, list(self.records), 'there is no kind of record "{name}"')
                self.lost(name, (*self.path, "records", i))
                continue
            if not self.named(name, ("records", name)):
                continue
            record = self.records[name]
            table = self.scope.table(name, ("records", name), "events", list(record["key"]))
            if record["contestant"] != "none":
                table.base("contestant", CONTESTANT)
            for column, type in (("judge", JUDGE), ("at", TIME), ("seq", number(0, rounded=True))):
                table.base(column, type)
            for column, field in record["fields"].items():
                if column not in table.columns:
                    table.base(column, field_type(field))
        for name, window in self.scope.book.windows.items():
            if not self.named(name, ("windows", name)):
                continue
            table = self.scope.table(name, ("windows", name), "plan", [name])
            table.base(name, texts(row[0] for row in window["rows"]))
            table.base("from", TIME)
            table.base("to", TIME)

    def lost(self, name: str, path: Path) -> Table:
        """A table that could not be made, so that what names it is no further error."""
        table = self.scope.table(name, path, "step")
        table.lost = True
        return table

    def carried(self) -> None:
        """The measures that contestants bring along: declared, or those of the stages of this rulebook that advance somebody."""
        advanced = self.scope.tables["advanced"]
        for name, field in self.stage.carried.items():
            plan = self.values.field(name, field, (*self.path, "carried", name))
            self.declared(advanced, name, plan, (*self.path, "carried", name))
        for stage in self.ruleset.stages.values():
            for decision in stage.decisions.values():
                for consequence in decision.then:
                    for name in consequence.advance or ():
                        if name not in advanced.columns:
                            advanced.base(name, self.brought.get(name, CARRIED))

    def sent(self) -> dict[str, Type]:
        """The measures that go along with those who advance, as they arrive elsewhere."""
        contestants = self.scope.tables["contestants"]
        found: dict[str, Type] = {}
        for decision in self.stage.decisions.values():
            for consequence in decision.then:
                for name in consequence.advance or ():
                    column = contestants.columns.get(name)
                    if column is not None and column.type.kind not in ("number", "any"):
                        found[name] = Type(column.type.kind, names=column.type.names)
        return found
