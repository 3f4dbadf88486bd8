"""What the pages ask of a running competition: its scenes, what the screen may see of it, its conclusion, its files."""

from __future__ import annotations

from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any

from scoring_engine.live.blockers import blockers, publication
from scoring_engine.live.contest import Answer, Contest, Moved
from scoring_engine.live.refusals import Refusal, both
from scoring_engine.live.scene import Scene
from scoring_engine.live.show import Shows
from scoring_engine.messages import Message
from scoring_engine.report.files import table_csv
from scoring_engine.report.workbook import save

if TYPE_CHECKING:
    from scoring_engine.live.access import Session
    from scoring_engine.live.contest import Snapshot
    from scoring_engine.ruleset.plan import FieldPlan

CSV, JSON, LINES = "text/csv; charset=utf-8", "application/json; charset=utf-8", "application/x-ndjson; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES = ("standings", "decisions", "rejected", "notices")
TRIES = 5
"""How often a conclusion is looked at anew where marks keep coming in."""


class Room:
    """Everything around a contest that is no event. Methods may be called from any thread."""

    def __init__(self, contest: Contest) -> None:
        self.contest = contest
        self.shows = Shows(contest.store)
        self._lock = Lock()
        self._of: Snapshot | None = None
        self._scenes: dict[str, Scene | None] = {}
        self._frozen: dict[tuple[str, int], Scene | None] = {}

    def scene(self, competition: str) -> Scene | None:
        """The competition as of the latest result; None where it is not open."""
        return self._scene(self.contest.snapshot, competition)

    def settled_scene(self, competition: str) -> Scene | None:
        """The competition with everything that is stored now."""
        return self._scene(self.contest.settled(), competition)

    def _scene(self, snapshot: Snapshot, competition: str) -> Scene | None:
        with self._lock:
            if self._of is not snapshot:
                self._of, self._scenes = snapshot, {}
            if competition not in self._scenes:
                self._scenes[competition] = Scene.of(snapshot.log, snapshot.result, competition)
            return self._scenes[competition]

    def frozen(self, competition: str) -> Scene | None:
        """The competition as it was at the operator's freeze; None where nothing is frozen."""
        freeze = self.shows.of(competition).freeze
        if freeze is None:
            return None
        with self._lock:
            if (competition, freeze) not in self._frozen:
                self._frozen = {key: scene for key, scene in self._frozen.items() if key[0] != competition}
                log = self.contest.log().until(freeze)
                self._frozen[competition, freeze] = Scene.of(log, self.contest.until(freeze), competition)
            return self._frozen[competition, freeze]

    def conclude(self, session: Session, competition: str, kind: str, accepted: set[str], at: str) -> list[Answer]:
        """Confirm (and lock) or publish a competition.

        accepted   codes of soft blockers that are known to who concludes

        Raises:
            Refusal: something stands in the way; `blockers` lists all of it.
        """
        for _ in range(TRIES):
            snapshot = self.contest.settled()
            scene = self._scene(snapshot, competition)
            if scene is None:
                raise Refusal(404, "no-competition", Message("no competition is open yet; the organizer opens one first"))
            if snapshot.fault is not None:
                raise Refusal(409, "fault", snapshot.fault)
            found = blockers(scene) if kind == "confirmed" else publication(scene)
            left = [blocker for blocker in found if not (blocker.soft and blocker.code in accepted)]
            if left:
                listed = [blocker.shown() for blocker in left]
                text = "{count} things stand in the way; they are listed, and must be settled first"
                raise Refusal(409, "blocked", Message(text, {"count": str(len(left))}), blockers=listed)
            version = len(scene.standing(kind)) + 1
            common = {"competition": competition, "by": session.name, "at": at}
            name = f"{kind}-{competition}-{version}-{snapshot.seq}"
            event: dict[str, Any] = {"id": name, "kind": kind, "version": version, **common}
            if version > 1:
                event["replaces"] = version - 1
            events = [event]
            if kind == "confirmed":
                events.insert(0, {"id": f"locked-{competition}-{version}-{snapshot.seq}", "kind": "locked", **common})
            try:
                return self.contest.submit(events, whole=True, expected=snapshot.seq).result()
            except Moved:
                continue
        raise Refusal(409, "busy", Message("events keep coming in; wait until they have ended and try again"))

    def verified(self) -> dict[str, Any]:
        """Whether the ledger's chain is whole and both engines decide alike, and the digest of the result."""
        from scoring_engine.events.ledger.verifying import verify

        problem: Message | None = None
        digest = ""
        try:
            verdict = verify(self.contest.store)
            problem = None if verdict.fault is None else verdict.fault.message
            digest = self.contest.verified().digest
        except Exception as error:
            said = getattr(error, "message", None)
            problem = said if isinstance(said, Message) else Message("the check failed: {problem}", {"problem": type(error).__name__})
        head = self.contest.store.head()
        return {
            "seq": head.seq, "hash": head.hash.hex(), "ok": problem is None, "digest": digest,
            "problem": None if problem is None else both(problem),
        }  # fmt: skip

    def setup(self) -> dict[str, Any]:
        """The rulebooks with their stages and the fields of an opening, and the competitions that are open."""
        return {
            "rulesets": [
                {
                    "id": plan["id"], "version": plan["version"], "sha256": plan["sha256"], "label": plan["label"],
                    "stages": [
                        {
                            "id": name, "label": stage["label"], "contestant": stage["contestant"],
                            "fields": [_field(id, field) for id, field in stage["fields"].items()],
                            "roster": [_field(id, field) for id, field in stage["roster"].items()],
                            "sheet": stage["sheet"] is not None,
                        }
                        for name, stage in plan["stages"].items()
                    ],
                }
                for plan in self.contest.plans
            ],
            "competitions": [
                {"id": c.id, "name": c.name, "stage": c.stage, "label": c.labels, "state": c.state, "note": c.note}
                for c in self.contest.settled().result.competitions
            ],
        }  # fmt: skip

    def exported(self, name: str, lang: str) -> tuple[str, bytes]:
        """The content type and bytes of a file: the log, a table of the result of all of it, or a workbook in the language `lang`.

        Raises:
            Refusal: there is no such file.
        """
        from scoring_engine.events.writing import to_csv, to_jsonl

        stem, _, suffix = name.partition(".")
        if stem == "log" and suffix in ("jsonl", "csv"):
            log = self.contest.log()
            return (LINES, to_jsonl(log).encode()) if suffix == "jsonl" else (CSV, ("\ufeff" + to_csv(log)).encode())
        if stem in TABLES and suffix == "csv":
            return CSV, ("\ufeff" + table_csv(getattr(self.contest.settled().result, stem))).encode()
        if name == "result.xlsx":
            with TemporaryDirectory() as folder, open(save(self.contest.verified(), folder, lang), "rb") as file:
                return XLSX, file.read()
        if name == "result.json":
            return JSON, self.contest.verified().to_json().encode()
        text = "there is no file {name}; there are log.jsonl, log.csv, result.json, result.xlsx and {tables}"
        raise Refusal(404, "no-file", Message(text, {"name": name[:40], "tables": ", ".join(f"{table}.csv" for table in TABLES)}))


def _field(name: str, field: FieldPlan) -> dict[str, Any]:
    return {"id": name, "type": field["type"], "label": field["label"], "one_of": field["one_of"], "required": field["required"]}
