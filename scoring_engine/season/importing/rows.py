"""From the rows of a sheet to events: each row one, or one for each cell of marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scoring_engine.events.errors import InputError
from scoring_engine.events.vocabulary import KINDS
from scoring_engine.messages import Message
from scoring_engine.season.importing import values
from scoring_engine.season.importing.faults import Fault
from scoring_engine.season.importing.fields import CHECK, Shape, Target, marks
from scoring_engine.season.importing.findings import Findings, Place
from scoring_engine.season.importing.layout import Given, Layout
from scoring_engine.season.importing.ledger import Event
from scoring_engine.season.importing.roster import Roster
from scoring_engine.season.importing.sheets import Cell, Row, Sheet


class Setting(NamedTuple):
    """What holds for all rows.

    constants     field → text, of those that no column gives
    competition   the competition of rows that do not say it, "" where there is none
    zone          offset from UTC of times without one
    enter         contestants and judges that nobody has entered are entered
    """

    constants: Mapping[str, str] = {}
    competition: str = ""
    zone: str = ""
    enter: bool = False


class Made(NamedTuple):
    """An event that a row gives, and where it stands."""

    kind: str
    competition: str
    fields: Event
    place: Place


class Told(NamedTuple):
    """A cell that gives a field, and where it stands; a number in it may count with the other sign."""

    cell: Cell
    place: Place
    negated: bool = False


class _Skip(Exception):  # noqa: N818  (what is wrong was said; the event is left out)
    pass


def events(sheet: Sheet, layout: Layout, shape: Shape, setting: Setting, roster: Roster, findings: Findings) -> Iterator[Made]:
    """The events of a sheet, in the order of its rows."""
    reader = _Reader(sheet, layout, shape, setting, roster, findings)
    for row in layout.rows:
        yield from reader.row(row)


class _Reader:
    def __init__(self, sheet: Sheet, layout: Layout, shape: Shape, setting: Setting, roster: Roster, findings: Findings) -> None:
        self.sheet = sheet
        self.shape = shape
        self.setting = setting
        self.roster = roster
        self.findings = findings
        self.width = layout.width
        self.plain = [given for given in layout.columns if not given.fixed]
        self.spread = [given for given in layout.columns if given.fixed]
        self.said: set[tuple[str, str]] = set()
        self.constants: Event = {}
        try:
            for name, text in setting.constants.items():
                self.constants[name] = self._value(name, Told(Cell(text), Place(f"--set {name}={text}")))
        except _Skip:
            raise InputError(findings.all[-1].message) from None

    def row(self, row: Row) -> Iterator[Made]:
        """The events of a row. What cannot be read is said, and leaves out the event that needs it, not the others."""
        if row.blank:
            self.findings.note(self._place(row), "blank-row", "", Message("the row is blank"))
            return
        place = self._place(row)
        try:
            base, checks = self._values(self._told(row))
            competition = str(base.pop("competition", "") or self.setting.competition)
            if not competition:
                raise self._skip(place, "", Fault("no-competition"))
            yield from self._identify(base, checks, competition, place)
        except _Skip:
            return
        marked = [given for given in self.spread if row.cell(given.column).text.strip()]
        if self.spread and not marked:
            self.findings.note(place, "no-marks", "", Message("the row has no marks"))
        for given in marked if self.spread else [None]:
            try:
                yield from self._events(row, base, competition, given)
            except _Skip:
                continue

    def _place(self, row: Row, given: Given | None = None) -> Place:
        column, header = (-1, "") if given is None else (given.column, given.header)
        return Place(self.sheet.file, self.sheet.name, row.line, column, header)

    def _skip(self, place: Place, value: str, fault: Fault) -> _Skip:
        """Say what is wrong."""
        if fault.rule == "not-a-number" and (kind := _status(value)):
            fault = Fault("status", value=value.strip(), kind=kind)
        self.findings.error(place, fault.rule, value, fault.message)
        return _Skip()

    def _told(self, row: Row) -> dict[str, Told]:
        """The cells of the fields that the row gives by columns of their own."""
        told: dict[str, Told] = {}
        beyond = [column for column, cell in enumerate(row.cells) if column >= self.width and cell.text.strip()]
        if beyond:
            cell, place = row.cells[beyond[0]], self._place(row)._replace(column=beyond[0])
            if not self.sheet.name:  # in a CSV file a comma too many moves all that follows
                raise self._skip(place, cell.text, Fault("beyond-header", value=cell.text.strip()))
            self.findings.note(place, "beyond-header", cell.text, Message("what stands beyond the header was left out"))
        for given in self.plain:
            cell, place = row.cell(given.column), self._place(row, given)
            if not cell.text.strip():
                continue
            field = given.other if given.other and not values.is_number(cell) else given.field
            first = told.setdefault(field, Told(cell, place, given.negated))
            if first.cell.text.strip() != cell.text.strip():
                raise self._skip(place, cell.text, Fault("two-values", field=field, one=first.cell.text, other=cell.text))
        return told

    def _values(self, told: Mapping[str, Told]) -> tuple[Event, dict[str, str]]:
        """The values of a row's own fields, and what it tells beside them of its contestant."""
        base: Event = dict(self.constants)
        checks: dict[str, str] = {}
        wrong = False
        for name, one in told.items():
            if name.startswith(CHECK):
                checks[name.removeprefix(CHECK)] = values.cleaned(one.cell, "text")[0]
            elif name == "value" and self.shape.criteria:
                base[name] = one  # its bounds are those of the criterion, which a later column or a header may tell
            else:
                try:
                    base[name] = self._value(name, one)
                except _Skip:  # the other cells are looked at all the same, so that all is said at once
                    wrong = True
        if wrong:
            raise _Skip
        return base, checks

    def _value(self, name: str, told: Told, criterion: str = "") -> Any:
        cell, place, negated = told
        target = self.shape.targets.get(name)
        if target is None:  # carried along undeclared: a number where it is one
            target = Target(name, "number" if values.is_number(cell) else "text", False, (), {})
        if name == "value":
            target = marks(self.shape, criterion, target)
        try:
            value, notes = values.read(values.negative(cell) if negated else cell, target, self.setting.zone)
        except Fault as fault:
            raise self._skip(place, cell.text, fault) from None
        for rule, message in notes:
            self.findings.note(place, rule, cell.text, message)
        return value

    def _events(self, row: Row, base: Event, competition: str, given: Given | None) -> Iterator[Made]:
        """The event of a row, or of one of its cells of marks; before it those that enter whom its header names."""
        fields = dict(base)
        place = self._place(row, given)
        if given is not None:
            header = {name: self._value(name, Told(Cell(text), place)) for name, text in given.fixed}
            yield from self._identify(header, {}, competition, place)
            fields |= header
            fields[given.field] = Told(row.cell(given.column), place)
        for name, value in fields.items():
            if isinstance(value, Told):
                fields[name] = self._value(name, value, str(fields.get("criterion", "")))
        for target in self.shape.targets.values():
            if target.required and target.name != "competition" and fields.get(target.name) is None:
                raise self._skip(place, "", Fault("missing", field=target.name))
        if self.shape.kind in ("contestant", "judge"):
            self._enter(fields, competition, place)
        yield Made(self.shape.kind, competition, self._ordered(fields), place)

    def _identify(self, fields: Event, checks: Mapping[str, str], competition: str, place: Place) -> list[Made]:
        """Names become ids. Whom the log does not know is a fault, where it knows anybody; or is entered, where that is asked for.

        checks   what else the row tells of its contestant
        """
        entered: list[Made] = []
        for name, target in self.shape.targets.items():
            told = checks if name == "contestant" else {}
            text = str(fields.get(name) or told.get("name") or "")
            if not target.known or not text:
                continue
            known = self.roster.known(target.known, competition)
            try:
                if not known and name not in fields:
                    raise Fault("name-only", value=text)
                if self.setting.enter and name in fields and self._stranger(target.known, competition, text, told):
                    entered.append(self._entry(target.known, competition, text, told, place))
                fields[name] = self.roster.resolve(target.known, competition, text, told)
            except Fault as fault:
                raise self._skip(place, text, fault) from None
            if fields[name] != text and (competition, text) not in self.said:
                self.said.add((competition, text))
                self.findings.note(place, "name", text, Message("{value} is {id}", {"value": text, "id": fields[name]}))
        return entered

    def _stranger(self, kind: str, competition: str, text: str, told: Mapping[str, str]) -> bool:
        """Whether the log enters nobody of this id or name."""
        try:
            self.roster.resolve(kind, competition, text, told)
        except Fault as fault:
            return fault.rule in ("unknown", "misspelt")
        return not self.roster.known(kind, competition)

    def _entry(self, kind: str, competition: str, id: str, told: Mapping[str, str], place: Place) -> Made:
        """The event that enters a contestant or judge whom a row names, with what else the row tells of him."""
        fields: Event = {kind: id}
        for name, text in told.items():
            fields[name] = values.read(Cell(text), self.shape.targets[CHECK + name], self.setting.zone).value
        self.roster.enter(kind, competition, id, fields)
        return Made(kind, competition, fields, place)

    def _enter(self, fields: Event, competition: str, place: Place) -> None:
        """A contestant or judge of this sheet is known to its later rows; who shares a name is said."""
        kind = self.shape.kind
        id, name = str(fields[kind]), fields.get("name")
        known = self.roster.known(kind, competition)
        others = [other for other, one in known.items() if name and other != id and one.get("name") == name]
        if others and id not in known:
            args = {"name": str(name), "others": ", ".join(others)}
            message = Message("{name} is the name of {others} as well; from now on only the id tells them apart", args)
            self.findings.note(place, "same-name", str(name), message)
        self.roster.enter(kind, competition, id, fields)

    def _ordered(self, fields: Event) -> Event:
        """The fields in the order in which the vocabulary and the rulebook list them."""
        order = (*(field.name for field in KINDS[self.shape.kind].fields), *self.shape.targets, *fields)
        return {name: fields[name] for name in dict.fromkeys(order) if name in fields}


def _status(text: str) -> str:
    """The kind of event that a word such as 缺考 stands for."""
    word = text.strip().lower()
    return next((kind.name for kind in KINDS.values() if kind.group == "status" and word in (kind.name, kind.en, kind.zh)), "")
