"""Lists of contestants and judges from a spreadsheet, through the importer of the command `import`."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.events.log import MISSING_TIME, Log
from scoring_engine.events.writing import write_jsonl
from scoring_engine.live.refusals import Refusal, both
from scoring_engine.messages import Message
from scoring_engine.season.importing.run import Request, run

if TYPE_CHECKING:
    from scoring_engine.live.scene import Scene

SUFFIXES = (".csv", ".xlsx", ".xlsm", ".xls", ".ods")


def events_of(scene: Scene, kind: str, name: str, data: bytes) -> tuple[list[dict[str, Any]], int, list[dict[str, Any]]]:
    """The events that a sheet gives, how many of its rows the log has already, and what is to be known of it.

    kind   contestant or judge
    name   of the file; its ending says what it is

    Raises:
        Refusal: the file is of another kind.
        InputError: it cannot be read.
    """
    suffix = os.path.splitext(name.lower())[1]
    if kind not in ("contestant", "judge"):
        raise Refusal(400, "malformed", Message("a list is of contestants or judges"))
    if suffix not in SUFFIXES:
        text = "a list is an .xlsx or .csv file, not {suffix}"
        raise Refusal(400, "file-kind", Message(text, {"suffix": suffix or name[:40]}))
    with tempfile.TemporaryDirectory() as folder:
        file, log = os.path.join(folder, f"list{suffix}"), os.path.join(folder, "log.jsonl")
        with open(file, "wb") as stream:
            stream.write(data)
        write_jsonl(_timeless(scene.log), log)
        request = Request(file, scene.plan["file"], kind, out=log, stage=scene.info.stage, competition=scene.info.id, append=True)
        outcome = run(request)
    events = [{field: value for field, value in event.items() if field != "seq"} for event in outcome.events]
    findings = [
        {
            "severity": finding.severity, "rule": finding.rule, "sheet": finding.place.sheet, "line": finding.place.line,
            "cell": finding.place.cell if finding.place.column >= 0 else "",
            "header": finding.place.header, "message": both(finding.message),
        }
        for finding in outcome.findings
    ]  # fmt: skip
    return events, outcome.known, findings


def _timeless(log: Log) -> Log:
    """The log without times: those that the server added say nothing against a row that has none."""
    never = np.full(log.size, MISSING_TIME, np.int64)
    return Log(
        seq=log.seq, id=log.id, at=never, offset=np.zeros(log.size, np.int64), competition=log.competition, kind=log.kind,
        file=log.file, files=log.files, line=log.line, frames=log.frames, rejected=[],
    )  # fmt: skip
