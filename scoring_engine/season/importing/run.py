"""Import: a sheet, a rulebook and a log in; new events and findings out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.ruleset.loader import Loaded, load
from scoring_engine.season.importing import ledger, rows, sheets
from scoring_engine.season.importing import stamp as stamps
from scoring_engine.season.importing.fields import Shape, shape
from scoring_engine.season.importing.findings import Finding, Findings
from scoring_engine.season.importing.layout import Finder, Wide, Wishes
from scoring_engine.season.importing.ledger import Event, Held, Ledger
from scoring_engine.season.importing.roster import Roster
from scoring_engine.season.importing.stamp import Stamp


class Request(NamedTuple):
    """What is to be imported, and how.

    file, ruleset   paths
    kind            of event or of record; "" for all sheets of a workbook made by `template`
    out             the log, "" to write nothing
    stage           of the rulebook; where it is "" the one that the log's competitions are held under, or the only one
    competition     of rows that do not say it; where it is "" the only one of the log
    append          whether the log may be there already
    roster          further logs whose contestants and judges are known
    enter           whether contestants and judges that nobody has entered are entered
    sheets          names of the sheets to read, all visible ones where there is none
    mapped, wide, constants, header   see `layout.Wishes`
    zone            offset from UTC of times without one
    amend, by       reason and name for amendments of events that the sheet contradicts; "" to amend nothing
    """

    file: str
    ruleset: str
    kind: str
    out: str = ""
    stage: str = ""
    competition: str = ""
    append: bool = False
    roster: Sequence[str] = ()
    enter: bool = False
    sheets: tuple[str, ...] = ()
    mapped: Mapping[str, str] = {}
    wide: Sequence[Wide] = ()
    constants: Mapping[str, str] = {}
    header: int = 0
    zone: str = ""
    amend: str = ""
    by: str = ""


class Outcome(NamedTuple):
    """What came of it: the events that were added, how many the log had already, and what is to be known."""

    events: list[Event]
    known: int
    findings: list[Finding]

    @property
    def errors(self) -> int:
        """How many things were not taken."""
        return sum(finding.severity == "error" for finding in self.findings)


def run(request: Request) -> Outcome:
    """Import a file. The log is written when all of the file was read, and what could be read is added at once.

    Raises:
        InputError: the file, the log or the rulebook cannot be read, or the request makes no sense.
        RulesetError: the rulebook has errors.
    """
    for log in (request.out, *request.roster):
        if log and not log.lower().endswith((".jsonl", ".ndjson", ".json")):
            raise InputError(Message("{file} is no JSONL log; logs are read and written here as .jsonl files", {"file": log}))
    loaded = load(request.ruleset)
    ruleset = loaded.valid()
    findings = Findings()
    stamp = stamps.read(request.file, findings)
    if stamp is not None:
        stamps.compare(stamp, loaded, findings)
        if not request.stage and stamp.lines.get("stage") in ruleset.stages:
            request = request._replace(stage=stamp.lines["stage"])
    exists = bool(request.out) and os.path.exists(request.out) and os.path.getsize(request.out) > 0
    held = list(ledger.events_in([request.out])) if exists else []
    everybody = [*(event for _, event in ledger.events_in(request.roster)), *(event for _, event in held)]
    stage = _stage(request, list(ruleset.stages), everybody)
    wanted = {kind: shape(ruleset, stage, kind) for kind in _kinds(request, stamp)}
    known = {kind: shape(ruleset, stage, kind) for kind in ("contestant", "judge")}
    told = Ledger((known | wanted).values(), held)
    new: list[Event] = []
    counted = 0
    for kind, shaped in wanted.items():
        only = (stamp.sheets[kind],) if stamp is not None and kind in stamp.sheets and not request.sheets else request.sheets
        made = _made(request._replace(sheets=only), shaped, _constants(request, shaped, stage, loaded), [*everybody, *new], findings)
        settler = _Settler(known | {shaped.kind: shaped}, told, request, findings)
        for one in made:
            settler.settle(one)
        new += settler.new
        counted += settler.known
    if request.out and new:
        if exists and not request.append:
            raise InputError(Message("{file} is there already; add to it with --append, or name another file", {"file": request.out}))
        ledger.append(request.out, new)
    return Outcome(new, counted, findings.all)


def _kinds(request: Request, stamp: Stamp | None) -> Sequence[str]:
    """The kind asked for, or those of the sheets of a template."""
    if request.kind:
        return (request.kind,)
    if stamp is None:
        sheets.read(request.file, (), Findings())  # what cannot be read at all says so itself
        message = Message("{file} does not say what its rows are, as workbooks made by template do; name their kind with --kind")
        raise InputError(message._replace(args={"file": request.file}))
    return tuple(stamp.sheets)


def _made(request: Request, shaped: Shape, constants: Mapping[str, str], everybody: Sequence[Event], findings: Findings) -> list[rows.Made]:
    """The events that the rows give, those of the sheets asked for."""
    roster = Roster(everybody)
    competition = request.competition if shaped.kind == "opened" else _competition(request, everybody)
    setting = rows.Setting(constants, competition, request.zone, request.enter)
    finder = Finder(shaped, Wishes(request.mapped, request.wide, request.constants, request.header), roster, findings)
    made: list[rows.Made] = []
    for sheet in sheets.read(request.file, request.sheets, findings):
        layout = finder.layout(sheet)
        if layout is not None:
            made += rows.events(sheet, layout, shaped, setting, roster, findings)
    for name in finder.wishes.headers:
        if name not in finder.used:
            raise InputError(Message("{file}: no column is headed “{name}”", {"file": request.file, "name": name}))
    return made


def _stage(request: Request, stages: Sequence[str], events: Iterable[Event]) -> str:
    """The stage asked for, that of the competition in the log, or the only one."""
    if request.stage:
        return request.stage
    opened = {
        str(event.get("stage"))
        for event in events
        if event.get("kind") == "opened" and request.competition in ("", event.get("competition")) and event.get("stage") in stages
    }
    if len(opened) == 1:
        return opened.pop()
    if len(stages) == 1:
        return stages[0]
    raise InputError(Message("the rulebook has several stages; name one with --stage: {names}", {"names": ", ".join(stages)}))


def _competition(request: Request, events: Iterable[Event]) -> str:
    if request.competition:
        return request.competition
    found = {str(event.get("competition", "")) for event in events if event.get("kind") == "opened"}
    return found.pop() if len(found) == 1 else ""


def _constants(request: Request, shaped: Shape, stage: str, loaded: Loaded) -> dict[str, str]:
    """What is the same for all rows. An opening names the rulebook that it is imported with, and pins it."""
    constants = dict(request.constants)
    if shaped.kind == "opened":
        ruleset = shaped.ruleset
        constants = {"ruleset": ruleset.id, "stage": stage, "version": ruleset.version, "sha256": loaded.sha256} | constants
    return constants


class _Settler:
    """Tells what is new from what the log, or an earlier row, has already, and from what contradicts it."""

    def __init__(self, shapes: Mapping[str, Shape], log: Ledger, request: Request, findings: Findings) -> None:
        self.shapes = shapes
        self.log = log
        self.request = request
        self.findings = findings
        self.new: list[Event] = []
        self.known = 0
        self._said: dict[str, int] = {}

    def settle(self, one: rows.Made) -> None:
        """Add the event, count it as known, or say what is wrong with it."""
        shaped, fields = self.shapes[one.kind], one.fields
        held = self.log.holding(shaped, one.competition, fields)
        if held is not None:
            self._against(shaped, held, one)
            return
        bare = ledger.id_of(shaped, one.competition, fields)
        occurrence = self._said[bare] = self._said.get(bare, -1) + 1
        if occurrence:
            message = Message("the row says the same as an earlier one, and both count; delete it if it was entered twice by mistake")
            self.findings.note(one.place, "repeated-row", "", message)
        id = str(fields.pop("id", "") or ledger.id_of(shaped, one.competition, fields, occurrence))
        if id in self.log.ids:
            self.known += 1
            return
        self.log.add(shaped, id, one.competition, fields)
        at = {"at": fields.pop("at")} if "at" in fields else {}
        record = {"record": shaped.record} if shaped.record else {}
        self._write({"id": id, **at, "competition": one.competition, "kind": shaped.kind, **record, **fields})

    def _write(self, event: Event) -> None:
        self.log.last_seq += 1
        self.new.append({"seq": self.log.last_seq, **event} if self.log.numbered else event)

    def _against(self, shaped: Shape, held: Held, one: rows.Made) -> None:
        """A row whose event is there already: it says the same, or amends it, or contradicts it."""
        new = {name: value for name, value in one.fields.items() if name not in ("id", "by")}
        old = {name: value for name, value in held.fields.items() if name not in ("record", "by")}
        # A sheet without times says nothing of when something was entered, nor one without links of what a competition feeds.
        old = {name: value for name, value in old.items() if name in new or not (name == "at" or shaped.kind == "opened")}
        changed = {name: new.get(name) for name in dict.fromkeys((*old, *new)) if not ledger.same(old.get(name), new.get(name))}
        if held.line and (held.void or not changed):
            self.known += 1
            if held.void:
                message = Message("the event was voided in the log (line {line}) and stays so", {"line": str(held.line)})
                self.findings.note(one.place, "voided", "", message)
            return
        if not changed:
            message = Message("the row says the same as an earlier one; it counts once")
            self.findings.note(one.place, "repeated-row", "", message)
            return
        about = ", ".join(str(new[name]) for name in shaped.key or () if new.get(name) is not None)
        changes = "; ".join(f"{name}: {_shown(old.get(name))} → {_shown(value)}" for name, value in changed.items())
        args = {"about": about or one.competition, "changes": changes, "line": str(held.line)}
        if not held.line:
            message = Message("an earlier row says otherwise of {about} ({changes}); this one was left out", args)
            self.findings.error(one.place, "conflict", "", message)
        elif self.request.amend and None not in changed.values():
            event = {"competition": one.competition, "kind": "amended", "event": held.chain[0], **changed}
            id = ledger.amendment_id(held, changed)
            self.log.add(shaped, id, one.competition, new)
            self._write({"id": id, **event, "reason": self.request.amend, "by": self.request.by})
            self.findings.note(one.place, "amended", "", Message("{about} is amended ({changes})", args))
        else:
            message = Message(
                "the log (line {line}) says otherwise of {about}: {changes}. Nothing was changed. If the sheet is right, import it "
                "again with --amend REASON --by NAME; if the log is right, correct the sheet",
                args,
            )
            self.findings.error(one.place, "conflict", "", message)


def _shown(value: object) -> str:
    return "–" if value is None else ledger.canonical(value).strip('"')
