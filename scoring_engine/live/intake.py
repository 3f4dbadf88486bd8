"""Whether events would be admitted: the intake of the replay, run over the log with the new events at its end.

Nothing is checked here in another way than a replay checks it. A mark is judged by who is entered, recused, locked and handed in,
never by other marks, so for batches of marks and comments the earlier ones are left out of the log that is run: the answer is the
same (a test compares them) and does not grow with the contest. Competitions that others feed get their entrants from a result, so
where there are such the whole replay is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scoring_engine.events.log import Log
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.intake.admit import admit
from scoring_engine.scoring.intake.desk import Desk
from scoring_engine.scoring.intake.effective import effective
from scoring_engine.scoring.vectors import Lexicon
from scoring_engine.season.opening import Plans, batches, levels, local_index, openings
from scoring_engine.season.replay import replay

if TYPE_CHECKING:
    from scoring_engine.events.rejection import Rejection
    from scoring_engine.ruleset.plan import Plan

MARKS = frozenset(("score", "comment"))
"""Kinds that no other event's admission depends on, as long as nothing is amended or voided."""

REACHING_BACK = frozenset(("amended", "voided", "opened"))
"""Kinds that are checked against the whole log: they name earlier events, or change what holds for all."""


def refusals(log: Log, plans: Sequence[Plan], plans_of: Plans) -> list[Rejection]:
    """What a replay of the log would not admit."""
    lexicon = Lexicon()
    facts, rejected = effective(log, lexicon)
    opened = openings(log, facts, lexicon, plans_of, rejected)
    facts["opened"] = opened.facts
    rejected += log.rejected
    if (opened.links.target >= 0).any():
        return replay(log, list(plans), engine="columnar").rejections
    for members in batches(opened, levels(opened)):
        plan, stage = opened.choices[opened.choice[members[0]]][:2]
        batch = Batch(plan, plan["stages"][stage], [opened.ids[i] for i in members.tolist()], opened.day[members], lexicon)
        desk = Desk(log, facts, batch, local_index(log, opened, members), None)
        admit(desk)
        rejected += desk.rejected
    return rejected
