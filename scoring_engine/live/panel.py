"""The head judge's view of a panel: all marks of a contestant, which of them are left out, and how far they lie apart.

What is told are facts: which marks or sheets the rulebook's trim leaves out (asked of the same expressions that compute the panel), the
lowest, the highest and the median of each line, the spread between the first two, and how far each mark lies from the median. What
stands out is said only where the rulebook declares a rule for it, and by that rule.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.review.exact import exact
from scoring_engine.review.outliers import number, outlying
from scoring_engine.scoring.evaluate import Evaluator
from scoring_engine.scoring.shown import key_texts
from scoring_engine.scoring.vectors import Text, Truth
from scoring_engine.season.standings import texts

if TYPE_CHECKING:
    from scoring_engine.live.scene import Mark, Scene
    from scoring_engine.ruleset.plan import Expr

Key = tuple[str, ...]


def panel(scene: Scene, contestant: str) -> dict[str, Any]:
    """The panel of a contestant:

    judges      id, name, state of the sheet, whether it was commented, marks [{keys, criterion, value, id, dropped, outlier, apart}],
                and sheets [{keys, value, dropped, outlier}] (weighted, as a whole) where the rulebook makes sheets
    lines       for each line of the sheet: keys, criterion, count, low, high, median, spread
    of, trim, then, outlier   what the rulebook declares of its panel
    """
    dropped = _dropped(scene)
    apart = {(*one.line[1:], one.judge) for one in outlying(scene.batch, scene.index, contestant)}
    sheets = _sheets(scene, contestant)
    by_judge = scene.marked.get(contestant, {})
    lines = _lines([mark for marks in by_judge.values() for mark in marks])
    rows = []
    for judge in scene.judges:
        marks = by_judge.get(judge.id, [])
        rows.append(
            {
                "judge": judge.id,
                "name": judge.name,
                "unit": judge.unit,
                "role": judge.role,
                "state": scene.sheets.get(contestant, {}).get(judge.id, ""),
                "commented": (contestant, judge.id) in scene.commented,
                "marks": [
                    {
                        "keys": list(mark.keys), "criterion": mark.criterion, "value": mark.value, "id": mark.id,
                        "dropped": mark.id in dropped[0], "outlier": (*mark.keys, mark.criterion, judge.id) in apart,
                        "apart": _text(Decimal(mark.value) - Decimal(lines[(*mark.keys, mark.criterion)]["median"])),
                    }
                    for mark in marks
                ],
                "sheets": [
                    {
                        "keys": list(keys), "value": value, "dropped": (contestant, judge.id, *keys) in dropped[1],
                        "outlier": (*keys, judge.id) in apart,
                    }
                    for keys, value in sheets.get(judge.id, [])
                ],
            }
        )  # fmt: skip
    plan = scene.stage["panel"]
    declared = {"of": plan["of"], "trim": plan["trim"], "then": plan["then"], "outlier": _rule(plan["outlier"])} if plan else {}
    named = {"contestant": contestant, "name": scene.names.get(contestant, ""), "status": scene.out.get(contestant, "")}
    return {**named, **declared, "judges": rows, "lines": list(lines.values())}


def _rule(rule: dict[str, Any] | None) -> dict[str, Any] | None:
    """The rule for what stands out, its numbers as texts."""
    if rule is None:
        return None
    limits = {name: None if rule[name] is None else exact(number(rule[name])) for name in ("distance", "share")}
    return {**limits, "from": rule["from"], "ref": rule["ref"]}


def _lines(marks: list[Mark]) -> dict[Key, dict[str, Any]]:
    """The facts of each line: sheet keys and criterion → what is told of its marks."""
    values: dict[Key, list[Decimal]] = {}
    for mark in marks:
        values.setdefault((*mark.keys, mark.criterion), []).append(Decimal(mark.value))
    lines = {}
    for key, of_line in values.items():
        of_line.sort()
        low, high, count = of_line[0], of_line[-1], len(of_line)
        median = (of_line[(count - 1) // 2] + of_line[count // 2]) / 2
        told = {"low": _text(low), "high": _text(high), "median": _text(median), "spread": _text(high - low)}
        lines[key] = {"keys": list(key[:-1]), "criterion": key[-1], "count": count, **told}
    return lines


def _text(value: Decimal) -> str:
    return f"{value.normalize() + 0:f}"


def _dropped(scene: Scene) -> tuple[set[str], set[Key]]:
    """Ids of the marks that the panel leaves out, and contestant, judge, keys of the sheets that it leaves out."""
    expr, source = _choosing(scene)
    if expr is None:
        return set(), set()
    table = scene.batch.tables[source]
    kept = Evaluator(table, scene.batch, quiet=True)(expr)
    value = table.columns["value"]
    assert isinstance(kept, Truth)
    out = ~kept.true & value.present & (table.competition == scene.index)
    part = table.take(source, np.flatnonzero(out))
    if source == "marks":
        ids = {(m.contestant, m.judge, *m.keys, m.criterion): m.id for m in scene.marks}
        columns = [part.columns[name] for name in ("contestant", "judge", *scene.keys, "criterion")]
        keys = zip(*(key_texts(scene.batch, column) for column in columns), strict=True)
        return {ids[key] for key in keys if key in ids}, set()
    columns = [part.columns[name] for name in ("contestant", "judge", *scene.keys)]
    return set(), set(zip(*(key_texts(scene.batch, column) for column in columns), strict=True))


def _choosing(scene: Scene) -> tuple[Expr | None, str]:
    """The expression that says of each row whether the panel counts it, and the table of the rows: the panel's own aggregate,
    asked which rows it keeps."""
    for step in scene.stage["steps"]:
        if step["table"] == "panel" and step.get("name") == "value":
            agg = _aggregate(step["expr"])
            if agg is None or not (agg["trim"] or agg["middle"] or agg["best"] or agg["drop"]):
                break
            return ["keep", {**agg, "op": "keep", "within": [theirs for _, theirs in agg["on"]], "on": []}], agg["table"]
    return None, ""


def _aggregate(expr: Expr) -> dict[str, Any] | None:
    """The first aggregate in an expression."""
    if expr[:1] == ["agg"]:
        own: dict[str, Any] = expr[1]
        return own
    return next((found for part in expr if isinstance(part, list) and (found := _aggregate(part)) is not None), None)


def _sheets(scene: Scene, contestant: str) -> dict[str, list[tuple[Key, str | None]]]:
    """The weighted sheets of a contestant by judge, where the rulebook makes them."""
    table = scene.batch.tables.get("sheets")
    if table is None:
        return {}
    codes = table.columns["contestant"]
    assert isinstance(codes, Text)
    rows = np.flatnonzero((table.competition == scene.index) & (codes.codes == scene.batch.lexicon.code(contestant)))
    part = table.take("sheets", rows)
    keys = list(zip(*(key_texts(scene.batch, part.columns[name]) for name in scene.keys), strict=True)) or [()] * part.size
    values = texts(scene.batch, part.columns["value"], None, 2)
    found: dict[str, list[tuple[Key, str | None]]] = {}
    for judge, key, value in zip(key_texts(scene.batch, part.columns["judge"]), keys, values, strict=True):
        found.setdefault(judge, []).append((key, value))
    return found
