"""The events of one batch against its stage: what is admitted becomes the base tables, what is not is listed.

The tables and their columns are those of `StagePlan.tables` that are made of events. An event is checked against what held
at its own moment (a recusal, a lock, a withdrawal); a mark is left out afterwards where a later recusal concerns it.
"""

from __future__ import annotations

from scoring_engine.scoring.intake import control, marks, records, roster, rulings
from scoring_engine.scoring.intake.desk import Desk
from scoring_engine.scoring.tables import Table


def admit(desk: Desk) -> dict[str, Table]:
    """All base tables made of events, by name. The order matters: each kind is checked against those before it."""
    made = [roster.opened(desk), roster.roster(desk), roster.judge_table(desk)]
    control.statuses(desk)
    made.append(control.status_table(desk, made[1]))
    control.controls(desk)
    roster.draws(desk, made[1])
    made += [marks.marks(desk), marks.deductions(desk), marks.comments(desk)]
    made += [records.carried(desk, kind) for kind in records.CARRIED]
    made += records.records(desk)
    rulings.discretion(desk)
    rulings.objections(desk)
    return {table.name: table for table in made}
