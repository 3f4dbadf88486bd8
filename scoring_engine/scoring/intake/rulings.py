"""What people decided: discretion, objections and rulings."""

from __future__ import annotations

import numpy as np

from scoring_engine.messages import Message
from scoring_engine.scoring.intake.desk import Decided, Desk
from scoring_engine.scoring.tables import Table
from scoring_engine.scoring.vectors import Text


def discretion(desk: Desk) -> None:
    """Decisions that persons took, in the order of the log; of several on one matter the last counts."""
    check = desk.begin("discretion")
    if check is None:
        return
    desk.known_contestant(check)
    value = check.number("value", 6)
    facts = check.facts
    about, who = desk.lexicon.decode(facts.codes("about")), desk.lexicon.decode(facts.codes("contestant"))
    approver, reason = desk.lexicon.decode(facts.codes("approver")), desk.lexicon.decode(facts.codes("reason"))
    refused = facts.codes("grant") == desk.lexicon.code("false")
    competition = desk.competition(facts)
    for row in np.flatnonzero(check.ok).tolist():
        amount = (int(value.num[row]), 6) if value.present[row] else None
        desk.decided.append(
            Decided(int(competition[row]), about[row], who[row], not bool(refused[row]), amount, approver[row], reason[row])
        )


def objections(desk: Desk) -> None:
    """An objection without a ruling is noted; a ruling must name one."""
    objections, rulings = desk.begin("objection"), desk.begin("ruling")
    ruled: set[str] = set()
    ids = set() if objections is None else {desk.log.id[p] for p in objections.facts.position.tolist()}
    if rulings is not None:
        named = desk.lexicon.decode(rulings.facts.codes("event"))
        rulings.fail(
            np.array([name not in ids for name in named], bool),
            "event",
            "unknown-event",
            "no objection of this competition has the id {value}; give the id of the objection that is ruled on",
        )
        ruled = {name for name, ok in zip(named, rulings.ok.tolist(), strict=True) if ok}
    if objections is not None:
        open_ = np.array([desk.log.id[p] not in ruled for p in objections.facts.position.tolist()], bool) & objections.ok
        facts = objections.facts
        table = Table("objections", desk.competition(facts), {"contestant": Text(facts.codes("contestant"))})
        desk.batch.notice("open-objection", table, open_, Message("an objection waits for its ruling"))
