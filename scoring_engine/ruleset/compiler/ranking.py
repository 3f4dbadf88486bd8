"""The ranking chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scoring_engine.ruleset.compiler.binder import Binder
from scoring_engine.ruleset.compiler.check import conditions, of_kind
from scoring_engine.ruleset.compiler.columns import content, valued
from scoring_engine.ruleset.compiler.expressions import Typed
from scoring_engine.ruleset.compiler.kinds import TEXT, TRUTH, number, texts
from scoring_engine.ruleset.compiler.names import Aggregation, Bound, tree
from scoring_engine.ruleset.compiler.report import Path, help_with
from scoring_engine.ruleset.compiler.tables import Column as Cell
from scoring_engine.ruleset.compiler.tables import Key, Scope, Table, Task
from scoring_engine.ruleset.compiler.values import label
from scoring_engine.ruleset.models import Column, Link, Ranking
from scoring_engine.ruleset.plan import LinkPlan, RankingPlan, Step

RANK: Key = ("contestants", "@rank")
STATUSES = ("ranked", "unranked", "unscored", "absent", "excused", "withdrawn", "disqualified")
PLACES = ("first", "last", "between", "only", "last-pending")

_QUALIFIERS: Mapping[str, frozenset[str]] = {
    "measure": frozenset({"order"}),
    "countback": frozenset({"order", "where", "limit"}),
    "sorted": frozenset({"order", "where", "first", "by", "limit"}),
    "among": frozenset(),
    "majority": frozenset({"order", "where"}),
    "lot": frozenset({"order"}),
    "discretion": frozenset({"order"}),
}
_UP = ("majority", "lot", "discretion")  # places and drawn numbers: the smallest is the best


def rank_columns(contestants: Table) -> None:
    """The columns that the ranking makes."""
    small = number(0, rounded=True)
    columns = {
        "rank": small, "place": texts(PLACES), "status": texts(STATUSES), "tied": TRUTH, "field": small, "rank_from_last": small,
        "decided_by": TEXT, "@position": small,
    }  # fmt: skip
    for name, type in columns.items():
        contestants.columns[name] = Cell(name, RANK, type, computed=True)


def chain(ranking: Ranking) -> frozenset[str]:
    """The names of the measures in the chain."""
    return frozenset(link.measure for link in ranking.by if link.measure is not None)


class _Link:
    """One link, bound."""

    def __init__(self, link: Link, path: Path) -> None:
        self.link = link
        self.path = path
        self.name = ""
        self.measure: str | None = None
        self.when: Bound | None = None
        self.table: Table | None = None
        self.expr: Bound | None = None
        self.where: list[Bound] = []
        self.by: Bound | None = None
        self.limit: Bound | None = None
        self.opponent = ""
        self.among: list[tuple[Bound | Aggregation | None, Column, Path, str]] = []


class RankTask(Task):
    """The ranking. `plan` is there after `emit`."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(RANK, (*scope.path, "ranking"))
        self.ranking = scope.stage.ranking
        self.links: list[_Link] = []
        self.only: list[Bound] = []
        self.within: list[str] = []
        self.plan: RankingPlan | None = None

    @property
    def shown(self) -> str:
        """As a person would say it."""
        return "ranking"

    def bind(self, scope: Scope) -> None:
        """Bind every link, who is ranked and what divides the table."""
        contestants = scope.tables["contestants"]
        self.needs[("contestants", "")] = None
        binder = Binder(scope, contestants, self.needs)
        self.only = binder.conditions(self.ranking.only, (*self.path, "only"))
        for i, name in enumerate(scope.stage.ranked_within):
            if binder.column(contestants, name) is None:
                path = (*scope.path, "ranked_within", i)
                scope.reporter.unknown(path, name, contestants.names(), 'a contestant has no "{name}"')
            else:
                self.within.append(name)
        self.links = [self._link(scope, link, (*self.path, "by", i)) for i, link in enumerate(self.ranking.by)]

    def _link(self, scope: Scope, link: Link, path: Path) -> _Link:
        bound = _Link(link, path)
        for name in ("order", "where", "first", "by", "limit"):
            if name in link.model_fields_set and name not in _QUALIFIERS[link.kind]:
                scope.reporter.at_key("E313", (*path, name), "{name}: does not go with {kind}:", None, name=name, kind=link.kind)
        competition = Binder(scope, scope.tables["competition"], self.needs)
        bound.when = None if link.when is None else competition.formula(link.when, (*path, "when"))
        bound.limit = None if link.limit is None else competition.formula(link.limit, (*path, "limit"))
        bound.name = link.kind
        if link.measure is not None:
            bound.name = link.measure
            bound.measure = self._measure(scope, link.measure, (*path, "measure"))
        elif link.among is not None:
            self._among(scope, link, bound)
        elif link.kind in ("countback", "sorted", "majority"):
            self._finer(scope, link, bound)
        return bound

    def _measure(self, scope: Scope, name: str, path: Path) -> str | None:
        """The column of contestants that a link names."""
        contestants = scope.tables["contestants"]
        binder = Binder(scope, contestants, self.needs)
        if binder.column(contestants, name) is not None:
            return name
        if name.startswith("criterion."):
            node = tree(scope, name, path)
            found = None if node is None else binder.bound(node, path).node
            return None if found is None or found.kind != "col" else str(found.value[1])
        if any(sign in name for sign in " +-*/(") and name not in scope.book.hyphened:
            scope.reporter.error("E313", path, "a link names a measure", help_with("make the formula a measure, and name it here"))
            return None
        known = [
            column
            for column in contestants.names()
            if column not in ("contestant", "name") and getattr(contestants.columns.get(column), "key", None) != RANK
        ]
        scope.reporter.unknown(path, name, known, 'there is no measure "{name}"')
        return None

    def _finer(self, scope: Scope, link: Link, bound: _Link) -> None:
        """Values of a finer table."""
        kind = link.kind
        text: str = getattr(link, kind)
        path = (*bound.path, kind)
        # The same values may be compared from the best and then from the last race: the name tells these links apart.
        bound.name = f"{kind}({text}, {link.first})" if link.first else f"{kind}({text})"
        node = tree(scope, text, path)
        if node is None:
            return
        binder = Binder(scope, scope.tables["contestants"], self.needs)
        binder.path = path
        others = [found for part in link.where if (found := tree(scope, part, (*bound.path, "where"))) is not None]
        looked = binder.looked_at(kind, node, others, node)
        if looked is None:
            return
        table = looked[0]
        self.needs[(table.name, "")] = None
        if binder.column(table, "contestant") is None:
            scope.reporter.error("E313", path, "{table} has no column contestant", None, table=table.name)
        inner = binder.inside(table)
        bound.table = table
        bound.expr = inner.bound(node, path)
        bound.where = inner.conditions(link.where, (*bound.path, "where"))
        bound.by = None if link.by is None else inner.formula(link.by, (*bound.path, "by"))
        if link.first in ("earliest", "latest") and link.by is None and table.find("seq") is None:
            help = help_with("say by: what it goes by")
            text = "the rows of {table} have no order of their own"
            scope.reporter.error("E313", (*bound.path, "first"), text, help, table=table.name)

    def _among(self, scope: Scope, link: Link, bound: _Link) -> None:
        """A table among the level ones."""
        among = link.among
        assert among is not None
        path = (*bound.path, "among")
        bound.name = f"among({among.of})"
        if among.of not in scope.tables:
            scope.reporter.unknown((*path, "of"), among.of, list(scope.tables), 'there is no table "{name}"')
            return
        table = bound.table = scope.tables[among.of]
        bound.opponent = among.opponent
        self.needs[(table.name, "")] = None
        binder = Binder(scope, scope.tables["contestants"], self.needs, among=table)
        for name in ("contestant", among.opponent):
            if binder.column(table, name) is None:
                scope.reporter.error("E313", (*path, "of"), '{table} has no column "{name}"', None, table=table.name, name=name)
        if len(among.orders) > len(among.by):
            scope.reporter.error("E313", (*path, "orders"), "more orders than values under by:")
        for i, column in enumerate(among.by):
            where = (*path, "by", i)
            order = among.orders[i] if i < len(among.orders) else column.order or "down"
            bound.among.append((content(binder, column, where), column, where, order))

    def emit(self, scope: Scope) -> list[Step]:
        """The one step, and the plan of the ranking."""
        last = self.ranking.last
        self.plan = {
            "by": [self._plan(scope, bound) for bound in self.links],
            "only": conditions(scope, self.only),
            "within": self.within,
            "ties": self.ranking.ties,
            "unresolved": self.ranking.unresolved,
            "last": {
                "tied": last.tied,
                "all_level": last.all_level,
                "alone": last.alone,
                "absent_is_last": last.absent_is_last,
                "absent_shields_lowest": last.absent_shields_lowest,
            },
            "line": scope.reporter.line(self.path),
        }
        return [{"do": "rank", "table": "contestants", "line": scope.reporter.line(self.path)}]

    def _plan(self, scope: Scope, bound: _Link) -> LinkPlan:
        link = bound.link
        if bound.measure is not None:
            type = scope.tables["contestants"].columns[bound.measure].type
            if type.kind not in ("number", "time", "truth", "any"):
                text = '"{name}" is {found}; only numbers and times are ranked'
                scope.reporter.error("E313", bound.path, text, None, name=bound.measure, found=type.word)
        if link.kind in ("lot", "discretion"):
            self.needs.setdefault(("contestants", ""), None)
        return {
            "kind": link.kind,
            "name": bound.name,
            "order": link.order or ("up" if link.kind in _UP else "down"),
            "measure": bound.measure,
            "when": _expr(of_kind(scope, bound.when, "truth")) if bound.when else None,
            "table": bound.table.name if bound.table else None,
            "expr": _expr(of_kind(scope, bound.expr, "number", "time")) if bound.expr else None,
            "where": conditions(scope, bound.where),
            "first": link.first or ("best" if link.kind == "sorted" else None),
            "by": _expr(of_kind(scope, bound.by, "number", "time")) if bound.by else None,
            "limit": _expr(of_kind(scope, bound.limit, "number")) if bound.limit else None,
            "among": self._among_plan(scope, bound) if link.among else None,
            "mode": link.lot or link.discretion,
            "label": label(link.label, bound.name),
            "line": scope.reporter.line(bound.path),
        }

    @staticmethod
    def _among_plan(scope: Scope, bound: _Link) -> dict[str, Any]:
        values = []
        for what, column, path, order in bound.among:
            expr, type = valued(scope, what, column, path)
            if type.kind not in ("number", "time", "any"):
                scope.reporter.error("E313", path, "only numbers and times are ranked; this is {found}", None, found=type.word)
            values.append({"expr": expr, "order": order})
        restart = bound.link.among.restart if bound.link.among else "never"
        return {"opponent": bound.opponent, "by": values, "restart": restart}


def _expr(typed: Typed) -> Any:
    return typed[0]
