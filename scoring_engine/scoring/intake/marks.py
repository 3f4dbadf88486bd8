"""Marks, deductions and comments."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from scoring_engine.scoring.intake.check import Check
from scoring_engine.scoring.intake.control import Sheets
from scoring_engine.scoring.intake.desk import Desk, absent, last_of_equals, last_variants
from scoring_engine.scoring.intake.effective import Facts
from scoring_engine.scoring.intake.roll import END, NONE
from scoring_engine.scoring.tables import Grid, Table, key_ints, pack
from scoring_engine.scoring.vectors import Ints, Number, Text, Vector, distinct_codes, fits
from scoring_engine.scoring.words import OUT, RECUSED_MARK, STATUSES

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import SheetPlan


def marks(desk: Desk) -> Table:
    """The marks that count: contestant × keys × criterion × judge, the latest admitted of each."""
    sheet = desk.stage["sheet"]
    keys = [] if sheet is None else list(sheet["keys"])
    check = desk.begin("score", keys)
    names = ["contestant", *keys, "criterion", "judge"]
    if check is None or sheet is None:
        if check is not None:
            check.fail(
                np.ones(check.facts.size, bool),
                "criterion",
                "no-sheet",
                "this stage has no score sheet; record the fact under its own kind",
            )
        columns: dict[str, Vector] = {name: Text(NONE) for name in ("contestant", "criterion", "judge")}
        columns |= {key: absent(sheet["keys"][key]) for key in keys} if sheet else {}
        columns |= {name: Number(NONE) for name in ("value", "at", "seq")}
        return Table("marks", NONE, columns, names)
    return admitted_marks(desk, check, sheet, names)


def admitted_marks(desk: Desk, check: Check, sheet: SheetPlan, names: list[str]) -> Table:
    """The score events that break no rule, as marks."""
    facts = check.facts
    here = desk.competition(facts)
    slots, judges = desk.known_contestant(check), desk.known_judge(check)
    line = check.one_of("criterion", list(sheet["criteria"]), "unknown-criterion")
    keys = {name: check.field(name, {**plan, "required": True}) for name, plan in sheet["keys"].items()}
    value = check.number("value", sheet["places"])
    check_marks(check, sheet, line)
    judge = np.append(desk.judges.local, 0).take(judges)
    sheets = Sheets(desk, here, slots, judge)
    check_moments(desk, check, sheets)
    lengths, places = key_places(facts, sheet, keys)
    cells = Cells((desk.judges.most, desk.contestants.size, *lengths, len(sheet["criteria"])), (judge, slots, *places, line))
    rows = last_variants(facts, check.ok)
    cells.fill(rows)
    rows = without_recused(desk, facts, cells.rows, sheets)

    def taken(vector: Vector) -> Vector:
        return vector if rows.size == facts.size else vector.take(rows)

    def text(name: str) -> Text:
        return Text.late(rows.size, lambda: facts.codes(name) if rows.size == facts.size else facts.codes(name)[rows])

    columns: dict[str, Vector] = {"contestant": text("contestant")}
    columns |= {name: taken(vector) for name, vector in keys.items()}
    columns |= {"criterion": text("criterion"), "judge": text("judge"), "value": taken(Number(value.num, value.den))}
    columns |= {name: taken(vector) for name, vector in desk.moments(facts).items()}
    table = Table("marks", here if rows.size == facts.size else here.take(rows), columns, names)
    if all(plan["one_of"] for plan in sheet["keys"].values()):
        table.grid = cells.grid(("judge", *names[:-1]), desk.contestants.listed, rows)
    return table


def key_places(facts: Facts, sheet: SheetPlan, keys: dict[str, Vector]) -> tuple[list[int], list[Ints]]:
    """The values of the sheet's keys as numbers from 0, and how many there are; in the order of the rulebook where it lists them."""
    lengths, places = [], []
    for name, plan in sheet["keys"].items():
        if plan["one_of"]:
            length, place = len(plan["one_of"]), np.full(facts.size, -1, np.int64)
            if name in facts.columns:
                place = facts.columns[name].source.among(list(plan["one_of"])).take(facts.columns[name].raw)
        else:
            distinct, place = distinct_codes(key_ints([keys[name]])[0])
            length = distinct.size
        lengths.append(length)
        places.append(place)
    return lengths, places


class Cells:
    """The cells of the sheets: a place for each judge, contestant, key and criterion, and the row of the mark that counts there.

    The later mark of a cell counts. Where there are far more cells than marks no table of them is made.
    """

    __slots__ = ("_filled", "_parts", "_place", "_shape", "rows")

    def __init__(self, shape: tuple[int, ...], parts: tuple[Ints, ...]) -> None:
        """`shape` and, for each event, its place on each axis."""
        self._shape = shape
        self._parts = parts
        self._place: Ints | None = None
        self._filled = NONE
        self.rows = NONE

    def fill(self, rows: Ints) -> None:
        """Put the events `rows`, in the order of the log, into their cells; `rows` becomes those that no later one displaced."""
        size = prod(self._shape)
        self.rows = rows
        if not rows.size:
            return
        if not fits(size, rows.size):
            self.rows = rows[last_of_equals(pack([part[rows] for part in self._parts]))]
            return
        self._filled = rows
        cell = self._parts[0] * self._shape[1]
        cell += self._parts[1]
        for length, part in zip(self._shape[2:], self._parts[2:], strict=True):
            cell *= length
            cell += part
        self._place = np.full(size, -1, np.int64)
        self._place[cell if rows.size == cell.size else cell.take(rows)] = np.arange(rows.size)
        there = self._place >= 0
        if np.count_nonzero(there) < rows.size:
            kept = np.zeros(rows.size, bool)
            kept[self._place[there]] = True
            self.rows = rows[kept]

    def grid(self, axes: tuple[str, ...], listed: int, rows: Ints) -> Grid | None:
        """The cells as a grid over the events `rows`, which are those of a table; None where there is none. Contestants who are
        not on the list have no place in it."""
        if self._place is None:
            return None
        place = self._place
        if rows.size < self._filled.size:
            left = np.zeros(self._parts[0].size, bool)
            left[rows] = True
            number = np.full(self._filled.size + 1, -1, np.int64)
            number[:-1][left[self._filled]] = np.arange(rows.size)
            place = number[place]
        if listed < self._shape[1]:
            place = place.reshape(self._shape)[:, :listed].reshape(-1)
        return Grid(axes, (self._shape[0], listed, *self._shape[2:]), place)


def check_marks(check: Check, sheet: SheetPlan, line: Ints) -> None:
    """Range and step of the criterion that each mark is for; `line` is its place on the sheet."""
    plans = [(plan["low"], plan["high"], plan["step"]) for plan in sheet["criteria"].values()]
    for bounds in dict.fromkeys(plans):
        of_these = np.array([*(plan == bounds for plan in plans), False], bool)
        check.bounded("value", *bounds, sheet["places"], None if len(set(plans)) == 1 else of_these[line])


def check_moments(desk: Desk, check: Check, sheets: Sheets) -> None:
    """What held when each mark was written: recusals, statuses, locks, sheets handed in. An amendment may come later than these."""
    facts = check.facts
    if desk.recusals:
        check.fail(
            sheets.hold(desk.recusals, facts.root, judges=True),
            "judge",
            "recused",
            "the judge {value} is recused for this contestant; the mark does not count",
        )
    if not (desk.status or desk.locks or desk.submissions):
        return
    first = np.ones(facts.size, bool) if facts.amended is None else ~facts.amended
    if desk.status:
        rows, status = sheets.said(desk.status, facts.root, judges=False, everybody=False)
        out = np.zeros(facts.size, bool)
        out[rows] = np.array([name in OUT for name in STATUSES], bool)[status]
        check.fail(
            out & first,
            "contestant",
            "status",
            "the contestant {value} is absent, withdrawn or disqualified; reinstate it before it is marked",
        )
    check.fail(
        sheets.hold(desk.locks, facts.root, judges=False) & first,
        "contestant",
        "locked",
        "the sheets of {value} are locked; have them unlocked, or amend the mark with a reason",
    )
    check.fail(
        sheets.hold(desk.submissions, facts.root, judges=True) & first,
        "judge",
        "submitted",
        "the judge {value} has handed in this sheet; have it returned first",
    )


def without_recused(desk: Desk, facts: Facts, rows: Ints, sheets: Sheets) -> Ints:
    """Leave out marks whose judge was recused later, and say so."""
    if not desk.recusals:
        return rows
    recused = sheets.hold(desk.recusals, np.broadcast_to(END, facts.size), judges=True)[rows]
    if not recused.any():
        return rows
    part = facts.take(rows)
    table = Table("marks", desk.competition(part), {"contestant": Text(part.codes("contestant"))})
    desk.batch.notice("recused-mark", table, recused, RECUSED_MARK)
    left: Ints = rows[~recused]
    return left


def deductions(desk: Desk) -> Table:
    """Deductions with their reasons; several for one contestant all count."""
    plan = desk.stage["deductions"]
    check = desk.begin("deduction")
    if check is None or plan is None:
        if check is not None:
            check.fail(
                np.ones(check.facts.size, bool),
                "value",
                "no-deductions",
                "this stage knows no deductions; the rulebook would have to declare them",
            )
        columns: dict[str, Vector] = {
            "contestant": Text(NONE),
            "value": Number(NONE),
            "reason": Text(NONE),
            "at": Number(NONE),
            "seq": Number(NONE),
        }
        return Table("deductions", NONE, columns)
    facts = check.facts
    desk.known_contestant(check)
    places = plan["places"]
    value = check.number("value", places)
    check.bounded("value", 0, plan["most"], None, places)
    if plan["reasons"]:
        check.one_of("reason", list(plan["reasons"]))
    rows = desk.last(facts, check.ok, [])
    columns = {
        "contestant": Text(facts.codes("contestant")[rows]),
        "value": value.take(rows),
        "reason": Text(facts.codes("reason")[rows]),
    }
    columns |= {name: vector.take(rows) for name, vector in desk.moments(facts).items()}
    return Table("deductions", desk.competition(facts)[rows], columns)


def comments(desk: Desk) -> Table:
    """Comments of judges."""
    check = desk.begin("comment")
    if check is None:
        return Table("comments", NONE, {"contestant": Text(NONE), "judge": Text(NONE), "at": Number(NONE), "seq": Number(NONE)})
    desk.known_contestant(check)
    desk.known_judge(check)
    facts = check.facts
    rows = desk.last(facts, check.ok, [])
    columns: dict[str, Vector] = {name: Text(facts.codes(name)[rows]) for name in ("contestant", "judge")}
    columns |= {name: vector.take(rows) for name, vector in desk.moments(facts).items()}
    return Table("comments", desk.competition(facts)[rows], columns)
