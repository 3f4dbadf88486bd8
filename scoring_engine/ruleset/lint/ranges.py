"""What values a column of a stage can have, as far as the rulebook tells: interval arithmetic over the compiled steps.

A mark has the range of its criterion, so a mean of marks has it too, and their weighted sum over the sheet has a largest
value; a rank is 1 or more; a field has the values that it declares. A range is never smaller than the truth, it may be
larger: what a lint concludes from it is certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil, floor, gcd
from typing import Any

from scoring_engine.ruleset.lint.domains import Domain
from scoring_engine.ruleset.lint.subject import Subject, constant
from scoring_engine.ruleset.plan import Aggregate, CriterionPlan, Expr, FieldPlan, StagePlan, Step

PLACES = ("first", "last", "between", "only", "last-pending")
STATUSES = ("ranked", "unranked", "unscored", "absent", "excused", "withdrawn", "disqualified")

_WHOLE = Fraction(1)
_COUNT = Domain("number", Fraction(0), None, _WHOLE, None, False)
_FROM_ONE = Domain("number", Fraction(1), None, _WHOLE)
_OF_RANKING = {
    "rank": _FROM_ONE,
    "rank_from_last": _FROM_ONE,
    "field": _FROM_ONE,
    "place": Domain("text", texts=PLACES),
    "status": Domain("text", texts=STATUSES, missing=False),
    "tied": Domain("truth", missing=False),
}
_CALENDAR = {"weekday": (1, 7), "month": (1, 12), "day": (None, None), "year": (None, None), "days": (None, None), "age": (None, None)}


class Ranges:
    """The domains of the columns of one stage."""

    def __init__(self, subject: Subject, stage: StagePlan) -> None:
        self.subject = subject
        self.stage = stage
        self.steps: dict[tuple[str, str], Step] = {}
        self.sources: dict[str, Step] = {}
        for step in stage["steps"]:
            if step["do"] == "column":
                self.steps[step["table"], step["name"]] = step
            elif step["do"] != "rank":
                self.sources[step["table"]] = step
        self._known: dict[tuple[str, str, str], Domain] = {}

    def of(self, table: str, column: str, criterion: str = "") -> Domain:
        """The domain of a column; in the rows of one criterion only, where one is given and the table has that column."""
        key = (table, column, criterion)
        if key not in self._known:
            self._known[key] = self._anything(table, column)  # for a column that is asked for while it is worked out
            self._known[key] = self._find(table, column, criterion)
        return self._known[key]

    def _anything(self, table: str, column: str) -> Domain:
        plan = self.stage["tables"].get(table)
        known = plan["columns"].get(column) if plan else None
        missing = plan is None or column not in plan["key"]
        return Domain(known["kind"] if known else "any", missing=missing)

    def _find(self, table: str, column: str, criterion: str) -> Domain:
        if (step := self.steps.get((table, column))) is not None:
            return self.expr(step["expr"], table, criterion)
        if table == "contestants" and column in _OF_RANKING:
            return _OF_RANKING[column]
        if column == "criterion" and criterion:
            return Domain("text", texts=(criterion,), missing=False)
        if (field := self._field(table, column)) is not None:
            return self._declared(field)
        if table in ("marks", "criteria") and self.stage["sheet"] is not None and column in ("value", "weight", "low", "best"):
            return self._mark(column, criterion)
        if (table, column) == ("deductions", "value") and (declared := self.stage["deductions"]) is not None:
            unit = Fraction(1, 10 ** declared["places"])
            most = declared["most"]
            return Domain("number", Fraction(0), None if most is None else most * unit, unit, None, False)
        if (made := self.sources.get(table)) is not None:
            return self._derived(made, column, criterion)
        return self._anything(table, column)

    def _field(self, table: str, column: str) -> FieldPlan | None:
        """The declared field behind a column of a base table."""
        sheet = self.stage["sheet"]
        if table == "contestants":
            return self.stage["roster"].get(column)
        if table == "competition":
            return self.stage["fields"].get(column)
        if table in ("marks", "panel", "sheets") and sheet is not None:
            return sheet["keys"].get(column)
        record = self.subject.plan["records"].get(table)
        return record["fields"].get(column) if record else None

    def _declared(self, field: FieldPlan) -> Domain:
        kind = {"integer": "number", "decimal": "number", "boolean": "truth", "date": "time", "time": "time"}.get(field["type"], "text")
        if kind != "number":
            return Domain(kind, texts=tuple(field["one_of"]) if field["one_of"] else None, missing=not field["required"])
        unit = Fraction(1, 10 ** field["places"])
        low, high = (None if bound is None else bound * unit for bound in (field["low"], field["high"]))
        step = unit if field["step"] is None else gcd(field["step"], field["low"] or 0) * unit
        return Domain("number", low, high, step, None, not field["required"])

    def _criteria(self, criterion: str) -> list[CriterionPlan]:
        sheet = self.stage["sheet"]
        criteria = sheet["criteria"] if sheet else {}
        return [criteria[criterion]] if criterion in criteria else list(criteria.values())

    def _mark(self, column: str, criterion: str) -> Domain:
        sheet = self.stage["sheet"]
        unit = Fraction(1, 10 ** sheet["places"]) if sheet else _WHOLE
        lines = self._criteria(criterion)
        if column == "weight":
            return union([self.expr(line["weight"], "criteria", criterion) for line in lines])
        low, high = min(line["low"] for line in lines) * unit, max(line["high"] for line in lines) * unit
        if column == "value":
            step = gcd(*(line["step"] for line in lines), *(line["low"] for line in lines)) * unit
            return Domain("number", low, high, step, None, False)
        bounds = [line["low" if column == "low" else "high"] * unit for line in lines]
        return Domain("number", min(bounds), max(bounds), unit, None, False)

    def _derived(self, step: Step, column: str, criterion: str) -> Domain:
        """A column that came with the rows of a derived table."""
        if step["do"] == "filter":
            return self.of(step["source"], column, criterion)
        if step["do"] == "group" and column in step["by"]:
            return self.expr(step["by"][column], step["source"], criterion)
        if step["do"] == "stack":
            return union([self.expr(part["set"][column], part["of"], criterion) for part in step["parts"] if column in part["set"]])
        return self._anything(step["table"], column)

    # --- expressions ---

    def expr(self, expr: Expr, table: str, criterion: str = "") -> Domain:
        """The domain of an expression over the rows of a table."""
        kind = expr[0]
        if kind in ("num", "text", "bool", "time", "none"):
            return _point(expr)
        if kind in ("col", "source"):
            return self.of(table, expr[1], criterion)
        if kind == "ref":
            return self.of("contestants", expr[2])._replace(missing=True)
        if kind == "far":
            return self.of(expr[1], expr[2], criterion)._replace(missing=True)
        if kind == "param":
            return self._param(expr[1], expr[2])
        if kind == "scale":
            return union(_point(leaf) for leaf in _leaves(self.subject.plan["scales"].get(expr[1])))._replace(missing=True)
        if kind == "band":
            values: Any = (
                self.subject.plan["scales"].get(expr[1][1])
                if expr[1][0] == "scale"
                else [value for _, value in self.subject.plan["params"][expr[1][1]]["values"]]
            )
            return union(_point(leaf) for leaf in _leaves(values))._replace(missing=True)
        if kind == "neg":
            inner = self.expr(expr[1], table, criterion)
            return inner._replace(low=_minus(inner.high), high=_minus(inner.low))
        if kind == "not":
            return Domain("truth", missing=self.expr(expr[1], table, criterion).missing)
        if kind == "op":
            return self._operation(expr, table, criterion)
        if kind == "call":
            return self._call(expr, table, criterion)
        if kind == "round":
            return _rounded(self.expr(expr[1], table, criterion), expr[2])
        if kind in ("agg", "place", "keep"):
            return self._aggregate(expr[1], table, criterion)
        return Domain("any")

    def _param(self, name: str, indexes: list[Expr]) -> Domain:
        """The domain of a parameter: its values on all dates; of an open one, whatever it may be set to."""
        plan, param = self.subject.plan["params"][name], self.subject.ruleset.params[name]
        known = union(_point(leaf) for _, value in plan["values"] for leaf in self._leaves(value, indexes))
        if not plan["open"]:
            return known
        if known.kind == "number":
            low, high = (None if bound is None else Fraction(bound) for bound in (param.low, param.high))
            return Domain("number", low, high, None, None, known.missing)
        return known._replace(texts=tuple(param.one_of) if param.one_of else None)

    def _leaves(self, value: Expr, indexes: list[Expr]) -> list[Expr]:
        """The entries of a parameter that its indexes can lead to; an entry that may not be there counts as missing."""
        if not indexes:
            return _leaves(value)
        if indexes[0][0] in ("num", "text"):
            found = value[1].get(str(indexes[0][1])) if value[0] == "map" else None
            if value[0] == "list" and indexes[0][0] == "num" and 0 < indexes[0][1] < len(value):
                found = value[indexes[0][1]]
            return self._leaves(found, indexes[1:]) if found is not None else [["none"]]
        inside = list(value[1].values()) if value[0] == "map" else value[1:]
        return [["none"], *(leaf for item in inside for leaf in self._leaves(item, indexes[1:]))]

    def _operation(self, expr: Expr, table: str, criterion: str) -> Domain:
        op = expr[1]
        if op in ("and", "or"):
            return Domain("truth")
        a = self.expr(expr[2], table, criterion)
        if op not in ("+", "-", "*", "/"):
            b_missing = False if expr[3][0] == "list" else self.expr(expr[3], table, criterion).missing
            return Domain("truth", missing=a.missing or b_missing)
        b = self.expr(expr[3], table, criterion)
        if a.kind != "number" or b.kind != "number":
            return Domain("any")
        return _arithmetic(op, a, b)

    def _call(self, expr: Expr, table: str, criterion: str) -> Domain:
        name, args = expr[1], expr[2:]
        if name == "has":
            return Domain("truth", missing=False)
        if name in _CALENDAR:
            low, high = _CALENDAR[name]
            return Domain("number", None if low is None else Fraction(low), None if high is None else Fraction(high), _WHOLE)
        if name == "window":
            rows = self.subject.plan["windows"].get(args[0][1], {"rows": []})["rows"]
            return Domain("text", texts=tuple(row[0] for row in rows) or None)
        if name == "size":
            return _COUNT._replace(missing=True)
        if name == "if":
            return union([self.expr(arg, table, criterion) for arg in args[1:]], missing=len(args) < 3)
        if name == "else":
            first, second = (self.expr(arg, table, criterion) for arg in args)
            return union([first, second])._replace(missing=first.missing and second.missing)
        if name in ("least", "greatest"):
            return _extreme(name, [self.expr(arg, table, criterion) for arg in args])
        if name in ("round", "floor", "ceiling", "truncate"):
            places = args[1][1] if len(args) > 1 and args[1][0] == "num" else 0
            return _rounded(self.expr(args[0], table, criterion), places)
        if name == "abs":
            inner = self.expr(args[0], table, criterion)
            return Domain("number", Fraction(0), _largest([inner.high, _minus(inner.low)]), inner.step, None, inner.missing)
        if name in ("mod", "power"):
            return Domain("number")
        return Domain("any")

    # --- aggregates ---

    def _aggregate(self, agg: Aggregate, table: str, criterion: str) -> Domain:
        op, other = agg["op"], agg["table"]
        if op == "place":
            return _FROM_ONE._replace(step=None if agg["ties"] == "mean" else _WHOLE)
        if op in ("keep", "any", "all"):
            return Domain("truth", missing=op == "keep")
        if op in ("count", "distinct"):
            return _COUNT
        # An aggregate that looks at the rows of the same criterion stays within it.
        inner_criterion = criterion if any(pair == ["criterion", "criterion"] for pair in agg["on"]) else ""
        inner = self.expr(agg["expr"], other, inner_criterion)
        if op == "sum":
            inner = self._sum(agg, inner)
        elif op == "product":
            inner = Domain("number")
        elif op in ("mean", "median"):
            inner = inner._replace(step=None, texts=None)
        inner = inner._replace(missing=True)
        if agg["empty"] is not None:
            inner = union([inner, self.expr(agg["empty"], table, criterion)])._replace(missing=inner.missing)
        return inner

    def _sum(self, agg: Aggregate, inner: Domain) -> Domain:
        """The domain of a sum: within the sheet the number of rows is known, elsewhere only the sign tells something."""
        if inner.kind != "number":
            return Domain("number")
        step = inner.step
        rows = self._rows(agg)
        if rows is None:
            low = Fraction(0) if inner.low is not None and inner.low >= 0 else None
            high = Fraction(0) if inner.high is not None and inner.high <= 0 else None
            return Domain("number", low, high, step)
        lows: list[Fraction | None] = []
        highs: list[Fraction | None] = []
        for criterion, times in rows:
            one = self.expr(agg["expr"], agg["table"], criterion)
            lows.append(None if one.low is None else min(one.low, Fraction(0)) * times)
            highs.append(None if one.high is None else max(one.high, Fraction(0)) * times)
        low = None if None in lows else sum((n for n in lows if n is not None), Fraction(0))
        high = None if None in highs else sum((n for n in highs if n is not None), Fraction(0))
        return Domain("number", low, high, step)

    def _rows(self, agg: Aggregate) -> list[tuple[str, int]] | None:
        """The criteria whose rows a sum can meet, and how many rows each can have; None where that is not known."""
        plan = self.stage["tables"].get(agg["table"])
        sheet = self.stage["sheet"]
        if plan is None or sheet is None or "criterion" not in plan["key"] or agg["within"] is not None:
            return None
        open_keys = set(plan["key"]) - {their for _, their in agg["on"]} - {"criterion"}
        times = 1
        for key in open_keys:
            one_of = sheet["keys"][key]["one_of"] if key in sheet["keys"] else None
            if one_of is None:
                return None
            times *= len(one_of)
        names = list(sheet["criteria"])
        for condition in agg["where"]:
            if condition[:3] == ["op", "==", ["col", "criterion"]] and condition[3][0] == "text":
                names = [name for name in names if name == condition[3][1]]
        return [(name, times) for name in names]


def union(domains: Iterable[Domain], missing: bool = False) -> Domain:
    """The domain of a value that may come from any of several."""
    domains = list(domains)
    missing = missing or any(domain.missing for domain in domains)
    domains = [domain for domain in domains if domain.kind != "nothing"]
    kinds = {domain.kind for domain in domains}
    if len(kinds) != 1:
        return Domain("any")
    kind = kinds.pop()
    if kind != "number":
        texts = None if any(d.texts is None for d in domains) else tuple(dict.fromkeys(t for d in domains for t in d.texts or ()))
        return Domain(kind, texts=texts, missing=missing)
    lows, highs = [d.low for d in domains], [d.high for d in domains]
    return Domain("number", _smallest(lows), _largest(highs), _common([d.step for d in domains]), None, missing)


def _leaves(value: Any) -> list[Expr]:
    """All literals inside of a nested value."""
    if isinstance(value, Mapping):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if not isinstance(value, list) or not value:
        return []
    if isinstance(value[0], str) and value[0] in ("num", "text", "bool", "time", "none"):
        return [value]
    return [leaf for item in value for leaf in _leaves(item)]


def _point(expr: Expr) -> Domain:
    """The domain of a literal."""
    if expr[0] == "none":
        return Domain("nothing")
    value = constant(expr)
    if isinstance(value, Fraction):
        return Domain("number", value, value, abs(value), None, False)
    if isinstance(value, bool):
        return Domain("truth", missing=False)
    return Domain("time", missing=False) if expr[0] == "time" else Domain("text", texts=(str(value),), missing=False)


def _arithmetic(op: str, a: Domain, b: Domain) -> Domain:
    missing = a.missing or b.missing or op == "/"
    if op == "+":
        return Domain("number", _plus(a.low, b.low), _plus(a.high, b.high), _common([a.step, b.step]), None, missing)
    if op == "-":
        return Domain("number", _plus(a.low, _minus(b.high)), _plus(a.high, _minus(b.low)), _common([a.step, b.step]), None, missing)
    if op == "/":
        if b.low is None or b.high is None or (b.low <= 0 <= b.high):
            return Domain("number")
        b = Domain("number", 1 / b.high, 1 / b.low, abs(1 / b.low) if b.low == b.high else None, None, b.missing)
    step = a.step * b.step if a.step is not None and b.step is not None else None
    if None in (a.low, a.high, b.low, b.high):
        at_least_zero = all(d.low is not None and d.low >= 0 for d in (a, b))
        return Domain("number", Fraction(0) if at_least_zero else None, None, step, None, missing)
    products = [x * y for x in (a.low, a.high) for y in (b.low, b.high) if x is not None and y is not None]
    return Domain("number", min(products), max(products), step, None, missing)


def _extreme(name: str, domains: list[Domain]) -> Domain:
    """The domain of the least or greatest of several values."""
    if any(d.kind != "number" for d in domains):
        return union(domains)
    lows, highs = [d.low for d in domains], [d.high for d in domains]
    if name == "least":
        known = [n for n in highs if n is not None]
        low, high = _smallest(lows), min(known) if known else None
    else:
        known = [n for n in lows if n is not None]
        low, high = max(known) if known else None, _largest(highs)
    return Domain("number", low, high, _common([d.step for d in domains]), None, any(d.missing for d in domains))


def _rounded(domain: Domain, places: int) -> Domain:
    unit = Fraction(1, 10**places)
    low = None if domain.low is None else floor(domain.low / unit) * unit
    high = None if domain.high is None else ceil(domain.high / unit) * unit
    return Domain("number", low, high, unit, None, domain.missing)


def _plus(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a + b


def _minus(a: Fraction | None) -> Fraction | None:
    return None if a is None else -a


def _smallest(values: list[Fraction | None]) -> Fraction | None:
    return None if None in values else min(value for value in values if value is not None)


def _largest(values: list[Fraction | None]) -> Fraction | None:
    return None if None in values else max(value for value in values if value is not None)


def _common(steps: list[Fraction | None]) -> Fraction | None:
    """A step of which all of them are multiples; 0 is a multiple of every step."""
    result = Fraction(0)
    for step in steps:
        if step is None:
            return None
        scale = result.denominator * step.denominator
        result = Fraction(gcd(int(result * scale), int(step * scale)), scale)
    return result
