"""The score sheet spelled out: `marks`, and the steps that turn it into `sheets` and `panel`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scoring_engine.ruleset.compiler.binder import Binder
from scoring_engine.ruleset.compiler.check import of_kind
from scoring_engine.ruleset.compiler.columns import ColumnTask
from scoring_engine.ruleset.compiler.fields import Declarations, field_type
from scoring_engine.ruleset.compiler.kinds import CONTESTANT, JUDGE, TIME, number, texts
from scoring_engine.ruleset.compiler.names import Bound, tree
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.rows import CrossTask, GroupTask
from scoring_engine.ruleset.compiler.tables import Column as Cell
from scoring_engine.ruleset.compiler.tables import Given, Scope, Table, Task
from scoring_engine.ruleset.compiler.values import Values, decimals, label, literal, scaled
from scoring_engine.ruleset.formula import AGGREGATES, Node
from scoring_engine.ruleset.models import Column, Criterion, DataField, Marks, Outlier, Panel, Rows, Sheet
from scoring_engine.ruleset.plan import CriterionPlan, Expr, PanelPlan, SheetPlan, Step

ONE: Expr = ["num", 1, 0]
TAKEN = ("contestant", "criterion", "judge", "value", "worth", "weight", "best", "judges", "at", "seq")


class WeightTask(Task):
    """The weight of a line, which may be a parameter. It makes no step: the plan of the sheet holds it."""

    def __init__(self, scope: Scope, name: str, criterion: Criterion) -> None:
        super().__init__(("criteria", f"@weight/{name}"), (*scope.path, "sheet", "criteria", name, "weight"))
        self.name = name
        self.text = criterion.weight or "1"
        self.expr: Expr = ONE
        self.type = number(0)
        self.bounds: Bound | None = None

    def bind(self, scope: Scope) -> None:
        """Bind the formula. A weight is there before anything is computed: it can name parameters and fields of the competition."""
        node = tree(scope, self.text, self.path)
        if node is None:
            return
        bare = Table(scope, "criteria", self.path, "plan")
        if _looks_at_rows(node) or not self.early(scope, (bound := Binder(scope, bare, self.needs).bound(node, self.path)).node):
            help = help_with("it can name parameters, and fields that the competition opens with")
            scope.reporter.error("E312", self.path, "a weight cannot depend on what is recorded or computed", help)
        else:
            self.bounds = bound

    def early(self, scope: Scope, node: Node) -> bool:
        """Whether nothing in a formula waits for rows or steps."""
        if node.kind == "far":
            column = scope.tables[node.value[0]].find(node.value[1])
            return node.value[0] == "competition" and column is not None and not column.computed
        return node.kind not in ("col", "ref") and all(self.early(scope, arg) for arg in node.args)

    def emit(self, scope: Scope) -> list[Step]:
        """No step."""
        self.expr, self.type = of_kind(scope, self.bounds, "number")
        return []


def _looks_at_rows(node: Node) -> bool:
    """Whether there is an aggregate in a formula."""
    return (node.kind == "call" and node.value in AGGREGATES) or any(_looks_at_rows(arg) for arg in node.args)


class Weights(Task):
    """All weights of the sheet: the type of the columns `weight`."""

    def __init__(self, scope: Scope, tasks: list[WeightTask]) -> None:
        super().__init__(("criteria", "@weights"), (*scope.path, "sheet"))
        self.tasks = tasks
        self.needs = {task.key: None for task in tasks}

    def emit(self, scope: Scope) -> list[Step]:
        """No step."""
        places = [task.type.places for task in self.tasks]
        largest = None if None in places else max(p for p in places if p is not None)
        scope.tables["criteria"].columns["weight"].type = number(largest, rounded=True)
        return []


def sheet_tables(scope: Scope, sheet: Sheet, values: Declarations) -> tuple[SheetPlan, list[WeightTask]]:
    """The tables `criteria` and `marks`; the plan of the sheet, whose weights are known when all tasks are done."""
    path: Path = (*scope.path, "sheet")
    for name in (None, *sheet.criteria):
        _fitting(sheet, name, path, values)
    ranges = {name: _range(scope, sheet, name, criterion) for name, criterion in sheet.criteria.items()}
    places = max(decimals(value) for one in ranges.values() for value in (one.low, one.high, one.step))
    keys = {name: values.field(name, field, (*path, "keys", name)) for name, field in sheet.keys.items()}

    criteria = scope.table("criteria", path, "plan", ["criterion"])
    criteria.base("criterion", texts(sheet.criteria))
    criteria.base("low", number(places, rounded=True))
    criteria.base("best", number(places, rounded=True))
    weights = [WeightTask(scope, name, criterion) for name, criterion in sheet.criteria.items()]
    for task in weights:
        scope.add(task)
    total = Weights(scope, weights)
    scope.add(total)
    criteria.columns["weight"] = Cell("weight", total.key)

    marks = scope.table("marks", path, "events", ["contestant", *_keys(sheet), "criterion", "judge"])
    marks.base("contestant", CONTESTANT)
    for name, field in keys.items():
        if name in TAKEN:
            scope.reporter.at_key("E311", (*path, "keys", name), 'a mark has "{name}" already', None, name=name)
        else:
            marks.base(name, field_type(field))
    marks.base("criterion", texts(sheet.criteria))
    marks.base("judge", JUDGE)
    marks.base("value", number(places))
    marks.base("at", TIME)
    marks.base("seq", number(0, rounded=True))
    for name in ("weight", "best"):
        marks.lazy[name] = lambda name=name: _of_criterion(marks, name, criteria)  # type: ignore[misc]

    lines: dict[str, CriterionPlan] = {
        name: {
            "low": scaled(ranges[name].low, places),
            "high": scaled(ranges[name].high, places),
            "step": scaled(ranges[name].step, places),
            "weight": ONE,
            "label": label(criterion.label, name),
            "help": label(criterion.help, ""),
            "ref": criterion.ref,
            "line": scope.reporter.line((*path, "criteria", name)),
        }
        for name, criterion in sheet.criteria.items()
    }
    plan: SheetPlan = {
        "places": places,
        "criteria": lines,
        "keys": keys,
        "complete": sheet.complete,
        "comment": sheet.comment,
        "line": scope.reporter.line(path),
    }
    return plan, weights


def _fitting(sheet: Sheet, name: str | None, path: Path, values: Values) -> None:
    """The numbers of a range of marks can be reckoned with."""
    marks = sheet.marks if name is None else sheet.criteria[name].marks
    if marks is not None:
        where: Path = (*path, "marks") if name is None else (*path, "criteria", name, "marks")
        for key, value in (("from", marks.low), ("to", marks.high), ("step", marks.step)):
            values.fitting(value, (*where, key))


def _keys(sheet: Sheet) -> dict[str, DataField]:
    """The keys of the sheet but for those whose name is taken, which was reported."""
    return {name: field for name, field in sheet.keys.items() if name not in TAKEN}


def _range(scope: Scope, sheet: Sheet, name: str, criterion: Criterion) -> Marks:
    """The range of marks of a line: its own or the sheet's."""
    path: Path = (*scope.path, "sheet", "criteria", name) if criterion.marks else (*scope.path, "sheet")
    marks = criterion.marks or sheet.marks
    if marks is None:
        scope.reporter.at_key("E312", (*scope.path, "sheet", "criteria", name), 'the line "{name}" has no range of marks', None, name=name)
        return Marks.model_validate({"from": Decimal(0), "to": Decimal(0)})
    if marks.low >= marks.high:
        scope.reporter.error("E312", (*path, "marks", "to"), "to: is not larger than from:")
    return marks


def _of_criterion(table: Table, name: str, criteria: Table) -> Cell:
    """A column that is that of the line of the sheet."""
    theirs = criteria.columns[name]
    task = Given(table.name, name, table.path, ["far", "criteria", name], theirs, [theirs.key])
    return table.computed(name, task)


def panel_tables(scope: Scope, sheet: Sheet, panel: Panel, values: Values) -> PanelPlan:
    """The tables `panel` and, where judges' sheets are trimmed as a whole, `sheets`."""
    path: Path = (*scope.path, "panel")
    whole = panel.of == "judge"
    marks = scope.tables["marks"]
    if panel.worth is not None:
        column = Column.model_validate({"value": panel.worth})
        marks.computed("worth", ColumnTask(marks, "worth", column, path, paths={"value": (*path, "worth")}))
    keys = ["contestant", *_keys(sheet), *([] if whole else ["criterion"])]
    if whole:
        rows = Rows.model_validate({"from": "marks", "by": ["contestant", *_keys(sheet), "judge"]})
        sheets = _group(scope, "sheets", path, rows)
        lines = str(len(sheet.criteria))
        hidden = Column.model_validate({"sum": "worth * weight" if panel.worth else "value * weight", "of": "marks"})
        sheets.computed("@sum", ColumnTask(sheets, "@sum", hidden, path))
        sheets.computed("@lines", ColumnTask(sheets, "@lines", Column.model_validate({"count": "marks"}), path))
        complete: Expr = ["op", "==", ["col", "@lines"], ["num", int(lines), 0]]
        value: Expr = ["call", "if", complete, ["col", "@sum"], ["none"]]
        needs = [("sheets", "@sum"), ("sheets", "@lines")]
        sheets.computed("value", Given("sheets", "value", path, value, sheets.columns["@sum"], needs))
    table = _lines(scope, sheet, keys, path)
    _panel_value(scope, table, panel, path)
    if not whole:
        _of_criterion(table, "weight", scope.tables["criteria"])
        if not sheet.keys:
            for name in sheet.criteria:
                _criterion_value(scope, name)
    return {
        "of": panel.of,
        "trim": {"high": panel.trim.high, "low": panel.trim.low, "from": panel.trim.least},
        "then": panel.then,
        "round": None if panel.round is None else {"places": panel.round.places, "mode": panel.round.mode or scope.mode},
        "outlier": None if panel.outlier is None else _outlier(panel, panel.outlier, path, values),
        "line": scope.reporter.line(path),
    }


def _outlier(panel: Panel, outlier: Outlier, path: Path, values: Values) -> dict[str, Any]:
    """What stands out, with its numbers as nodes."""
    where: Path = (*path, "outlier")
    for name, limit in (("distance", outlier.distance), ("share", outlier.share)):
        if limit is not None:
            values.fitting(limit, (*where, name))
    if outlier.share is not None and panel.worth is not None and panel.of == "judge":
        help = help_with("give distance: instead, in the unit of the sheets")
        values.reporter.at_key("E312", (*where, "share"), "what sheets of worth: can reach is not known, so there is no share of it", help)
    return {
        "distance": None if outlier.distance is None else literal(outlier.distance),
        "share": None if outlier.share is None else literal(outlier.share),
        "from": outlier.least,
        "ref": outlier.ref,
    }


def _lines(scope: Scope, sheet: Sheet, keys: list[str], path: Path) -> Table:
    """The rows of `panel`: every line that is due, marked or not; with keys that need not be complete every line that has marks."""
    if sheet.keys and not sheet.complete:
        return _group(scope, "panel", path, Rows.model_validate({"from": "marks", "by": keys}))
    table = scope.table("panel", path, "step", keys)
    sources = [scope.tables["contestants"]]
    for name, field in _keys(sheet).items():
        if field.one_of is None:
            scope.reporter.at_key("E312", (*scope.path, "sheet", "keys", name), "a complete sheet needs one_of: for each of its keys")
        fixed = scope.table(f"@keys/{name}", path, "plan", [name])
        fixed.base(name, texts(field.one_of or ()))
        fixed.rows = [[value] for value in field.one_of or ()]
        sources.append(fixed)
    if "criterion" in keys:
        sources.append(scope.tables["criteria"])
    for source in sources:
        for key in source.key:
            table.columns[key] = Cell(key, ("panel", ""), like=source.columns[key])
    scope.add(CrossTask(table, sources))
    return table


def _group(scope: Scope, name: str, path: Path, rows: Rows) -> Table:
    table = scope.table(name, path, "step")
    task = GroupTask(table, scope.tables["marks"], rows)
    scope.add(task)
    task.prepare(scope)
    return table


def _panel_value(scope: Scope, table: Table, panel: Panel, path: Path) -> None:
    """The columns `value` and `judges`. Where every judge is waited for, the value is missing until all have marked."""
    whole = panel.of == "judge"
    source = "sheets" if whole else "marks"
    text = "value" if whole or panel.worth is None else "worth"
    settings = {
        panel.then: text,
        "of": source,
        "where": ["has(value)"],
        "trim": {"high": panel.trim.high, "low": panel.trim.low, "from": panel.trim.least},
    }
    if panel.middle is not None:
        settings["middle"] = panel.middle
    if panel.round is not None:
        settings["round"] = panel.round.model_dump()
    column = Column.model_validate(settings)
    paths: dict[str, Path] = {panel.then: (*path, "then")}
    count = Column.model_validate({"count": source, "where": ["has(value)"]})
    table.computed("judges", ColumnTask(table, "judges", count, path))
    if scope.stage.missing.judge != "wait":
        table.computed("value", ColumnTask(table, "value", column, path, paths=paths, shown="panel"))
        return
    hidden = table.computed("@value", ColumnTask(table, "@value", column, path, paths=paths, shown="panel"))
    everyone: Expr = ["op", "==", ["col", "judges"], ["ref", "contestant", "@judges"]]
    value: Expr = ["call", "if", everyone, ["col", "@value"], ["none"]]
    needs = [("panel", "@value"), ("panel", "judges"), ("contestants", "")]
    table.computed("value", Given("panel", "value", path, value, hidden, needs))


def _criterion_value(scope: Scope, name: str) -> None:
    """The column `criterion.x` of contestants, made where it is named."""
    contestants = scope.tables["contestants"]
    column = f"criterion.{name}"

    def make() -> Cell:
        model = Column.model_validate({"max": "value", "of": "panel", "where": [f"criterion == '{name}'"]})
        published = scope.published if column in scope.chain else None
        path: Path = (*scope.path, "sheet", "criteria", name)
        return contestants.computed(column, ColumnTask(contestants, column, model, path, published=published))

    contestants.lazy[column] = make
