"""One stage: its tables, its tasks in order, its plan."""

from __future__ import annotations

from collections.abc import Mapping

from scoring_engine.ruleset.compiler.columns import ColumnTask, CrossTask, FilterTask, GroupTask, StackTask, stacked_columns
from scoring_engine.ruleset.compiler.decisions import RuleTask
from scoring_engine.ruleset.compiler.kinds import ANY, CONTESTANT, JUDGE, TEXT, TIME, Type, number, texts
from scoring_engine.ruleset.compiler.order import ordered
from scoring_engine.ruleset.compiler.panel import WeightTask, panel_tables, sheet_tables
from scoring_engine.ruleset.compiler.ranking import RankTask, chain, rank_columns
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.tables import Column as Cell
from scoring_engine.ruleset.compiler.tables import Scope, Table
from scoring_engine.ruleset.compiler.values import Values, decimals, field_type, label, scaled
from scoring_engine.ruleset.formula import KEYWORDS
from scoring_engine.ruleset.models import Column, Rows, Ruleset
from scoring_engine.ruleset.plan import DecisionPlan, FieldPlan, MeasurePlan, PanelPlan, RecordPlan, SheetPlan, StagePlan, Step, TablePlan

CARRIED = number(4)
"""Amounts that other competitions send, bonuses and measures of contestants that advanced, have at most four decimals."""

MOST_DEEP = 41
"""Tables made from each other in a row from which on they are refused, so that no walk along them exhausts the stack."""

_ABSENCES = ("absent", "excused", "withdrawn", "disqualified")
_RESERVED = (*KEYWORDS, "params", "scales")


class StageCompiler:
    """Compiles one stage."""

    def __init__(
        self, scope: Scope, ruleset: Ruleset, values: Values, records: Mapping[str, RecordPlan], brought: Mapping[str, Type]
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

    def compile(self) -> StagePlan:
        """The plan of the stage; of use only where nothing was reported."""
        fields = {name: self.values.field(name, field, (*self.path, "fields", name)) for name, field in self.stage.fields.items()}
        roster = {name: self.values.field(name, field, (*self.path, "roster", name)) for name, field in self.stage.roster.items()}
        self.base(fields, roster)
        self.recorded()
        if self.stage.sheet is not None:
            self.sheet, self.weights = sheet_tables(self.scope, self.stage.sheet, self.values)
        if self.stage.sheet is not None and self.stage.panel is not None:
            self.panel = panel_tables(self.scope, self.stage.sheet, self.stage.panel)
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

    # --- tables ---

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
        if name in table.columns and name != "name":
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

    # --- what the rulebook derives ---

    def derived(self) -> None:
        """Further columns of tables that are there; then derived tables with theirs, each after those it is made from."""
        for name, rows in self.stage.rows.items():
            if not _makes(rows):
                self.extended(name, rows)
        waiting = {name: rows for name, rows in self.stage.rows.items() if _makes(rows)}
        while waiting:
            ready = [
                name
                for name, rows in waiting.items()
                if all(source not in waiting or not _makes(waiting[source]) for source in _sources(rows))
            ]
            if not ready:
                self.circle(waiting)
                break
            for name in ready:
                rows = waiting.pop(name)
                self.make(name, rows)
                if name in self.scope.tables:
                    self.columns(name, rows)
                    self.deeper(name, rows)

    def deeper(self, name: str, rows: Rows) -> None:
        """Note how many tables are behind one; too many are an error."""
        table = self.scope.tables[name]
        table.depth = 1 + max((self.scope.tables[source].depth for source in _sources(rows) if source in self.scope.tables), default=0)
        if table.depth == MOST_DEEP:
            text = "more than {most} tables are made from each other in a row"
            self.reporter.at_key("E315", (*self.path, "rows", name), text, None, most=str(MOST_DEEP - 1))
        if table.depth >= MOST_DEEP:
            table.lost, table.source = True, None

    def circle(self, waiting: Mapping[str, Rows]) -> None:
        """Derived tables that are made from each other."""
        names = list(waiting)
        lines = ", ".join(f"{name} (line {self.reporter.line((*self.path, 'rows', name))})" for name in names)
        self.reporter.at_key("E305", (*self.path, "rows", names[0]), "these tables are made from each other: {names}", None, names=lines)
        for name in names:
            self.lost(name, (*self.path, "rows", name))

    def source(self, name: str, path: Path) -> Table | None:
        """A table that another one is made from."""
        if name in self.scope.tables:
            return self.scope.tables[name]
        self.unknown_table(name, path)
        return None

    def unknown_table(self, name: str, path: Path) -> None:
        """There is no such table."""
        if help := self.scope.could_be(name):
            self.reporter.error("E301", path, 'this stage has no table "{name}"', help, name=name)
        else:
            known = [table for table in self.scope.tables if not table.startswith("@")]
            self.reporter.unknown(path, name, known, 'there is no table "{name}"')

    def make(self, name: str, rows: Rows) -> None:
        """A derived table."""
        path: Path = (*self.path, "rows", name)
        if not self.named(name, path):
            return
        if rows.source is not None:
            source = self.source(rows.source, (*path, "from"))
            if source is None:
                self.lost(name, path)
            elif rows.by is not None:
                self.grouped(name, rows, source, path)
            else:
                table = self.scope.table(name, path, "step", list(rows.key or source.key))
                table.source = source
                table.lost = source.lost
                self.scope.add(FilterTask(table, source, rows))
        elif rows.each is not None:
            table = self.scope.table(name, path, "step", list(rows.key))
            for column in stacked_columns(self.scope, rows):
                table.base(column, ANY)
            self.scope.add(StackTask(table, rows))
        else:
            self.crossed(name, rows, path)
        for key, given in (("where", rows.where), ("key", rows.key)):
            wrong = rows.each is not None if key == "where" else rows.every is not None or rows.by is not None
            if given and wrong:
                self.reporter.at_key("E315", (*path, key), "{name}: does not go with this kind of table", None, name=key)

    def grouped(self, name: str, rows: Rows, source: Table, path: Path) -> None:
        """A table with a row for each group."""
        table = self.scope.table(name, path, "step")
        task = GroupTask(table, source, rows)
        self.scope.add(task)
        task.prepare(self.scope)

    def crossed(self, name: str, rows: Rows, path: Path) -> None:
        """A table with a row for each combination of keys."""
        table = self.scope.table(name, path, "step")
        sources = []
        for i, of in enumerate(rows.every or ()):
            source = self.source(of, (*path, "every", i))
            if source is None:
                table.lost = True
                continue
            if not source.key and not source.lost:
                help = help_with("give it a key:, or name a table that has one")
                self.reporter.error("E315", (*path, "every", i), "{table} has no key to combine", help, table=of)
            for key in source.key:
                theirs = source.find(key)
                if key in table.columns:
                    self.reporter.error("E315", (*path, "every", i), "two of the tables have the key {name}", None, name=key)
                elif theirs is not None:
                    table.columns[key] = Cell(key, (name, ""), like=theirs)
                    table.key.append(key)
            sources.append(source)
        self.scope.add(CrossTask(table, sources, rows.where))

    def extended(self, name: str, rows: Rows) -> None:
        """Further columns of a table that is there."""
        path: Path = (*self.path, "rows", name)
        if name not in self.scope.tables:
            help = self.scope.could_be(name) or help_with("say from:, each: or every: to make a new one")
            self.reporter.at_key("E301", path, 'there is no table "{name}" to add columns to', help, name=name)
            self.lost(name, path)
        for key in ("where", "by", "key"):
            if key in rows.model_fields_set:
                self.reporter.at_key("E315", (*path, key), "{name}: needs from:", None, name=key)
        self.columns(name, rows)

    def columns(self, name: str, rows: Rows) -> None:
        """The columns under the entry of a table."""
        table = self.scope.tables[name]
        for column, entry in rows.columns.items():
            path: Path = (*self.path, "rows", name, "columns", column)
            if self.taken(table, column, path):
                published = self.scope.published if name == "contestants" and column in self.scope.chain else None
                table.computed(column, ColumnTask(table, column, entry, path, published=published))

    def measures(self) -> None:
        """The measures, and the built-in one of deductions."""
        contestants = self.scope.tables["contestants"]
        if self.stage.deductions is not None and "deductions" not in self.stage.measures:
            column = Column.model_validate({"sum": "value", "of": "deductions", "empty": "0"})
            contestants.computed("deductions", ColumnTask(contestants, "deductions", column, (*self.path, "deductions")))
        for name, entry in self.stage.measures.items():
            path: Path = (*self.path, "measures", name)
            if self.taken(contestants, name, path):
                published = self.scope.published if name in self.scope.chain else None
                contestants.computed(name, ColumnTask(contestants, name, entry, path, published=published))

    # --- the plan ---

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


def _makes(rows: Rows) -> bool:
    """Whether it makes a table, and does not only add columns to one."""
    return rows.source is not None or rows.each is not None or rows.every is not None


def _sources(rows: Rows) -> list[str]:
    """The tables that a derived table is made from."""
    if rows.source is not None:
        return [rows.source]
    return [part.of for part in rows.each or ()] + list(rows.every or ())
