"""A log and rulebooks in, the whole season's result out.

Competitions are computed in the order in which they feed one another, those of one level, rulebook and stage together.
What a competition decides for another (bonus, bar, advancement) arrives there as rows of its base tables, so a correction
anywhere flows through to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.intake.effective import Facts, effective
from scoring_engine.scoring.stage import score
from scoring_engine.scoring.vectors import Ints, Lexicon
from scoring_engine.season.carrying import Carrier
from scoring_engine.season.lists import states
from scoring_engine.season.opening import Plans, batches, levels, local_index, openings
from scoring_engine.season.result import Replay
from scoring_engine.season.settled import Settled, settle

if TYPE_CHECKING:
    from scoring_engine.decisions.agreement import Engine
    from scoring_engine.events.log import Log
    from scoring_engine.ruleset.plan import Plan


def replay(
    log: Log,
    rulesets: Sequence[str | Mapping[str, Any]] | Plans | None = None,
    until: str | int | None = None,
    engine: Engine = "both",
    lang: str = "en",
    step: Callable[[int, int], None] | None = None,
) -> Replay:
    """Replay a log.

    log        as `events.reading.read` gives it
    rulesets   paths of rulebooks or compiled plans; the competitions that name their ids use them. A single one is used for
               competitions of other rulebooks too where it has the stage, and the result says so. Others are found by id.
               Or `Plans`, which say themselves where others are found.
    until      a sequence number or an ISO time: the state after it
    engine     what decides: "rete" (durable-rules), "columnar", or "both", which must agree
    lang       the language of reasons and notes
    step       is told before each batch how many are done, and how many there are

    Raises:
        RulesetError: a rulebook has errors.
        SeasonError: competitions feed one another in a circle.
        Disagreement: the two engines differ.
        OverflowError: a value does not fit into 64 bits.
    """
    if until is not None:
        log = log.until(until)
    lexicon = Lexicon()
    facts, rejected = effective(log, lexicon)
    plans = rulesets if isinstance(rulesets, Plans) else _plans(rulesets or [])
    opened = openings(log, facts, lexicon, plans, rejected)
    facts["opened"] = opened.facts
    level = levels(opened)
    groups = batches(opened, level)
    carrier = Carrier(opened, level, groups)
    settled: list[Settled] = []
    for number, members in enumerate(groups):
        if step is not None:
            step(number, len(groups))
        one = _settle(log, facts, lexicon, number, members, carrier, engine)
        rejected += one.scored.desk.rejected
        if len(one.outcomes):
            carrier.send(one.sent(carrier))
        settled.append(one)
    rejected += log.rejected
    return Replay(
        log=log,
        opened=opened,
        state=states(log, facts, opened),
        settled=settled,
        rejections=sorted(rejected, key=lambda r: (r.seq is None, r.seq or 0, r.id, r.line, r.field)),
        lexicon=lexicon,
        lang=lang,
    )


def _plans(rulesets: Sequence[str | Mapping[str, Any]]) -> Plans:
    """The rulebooks given, and a finder for the others."""
    from scoring_engine.ruleset import store

    given: dict[str, Plan] = {}
    for ruleset in rulesets:
        plan: Plan = store.plan_of(ruleset) if isinstance(ruleset, str) else ruleset  # type: ignore[assignment]
        given[plan["id"]] = plan

    def find(ruleset: str, version: str, sha256: str) -> Plan | None:
        path = store.find(ruleset, (), version or None, sha256 or None)
        return None if path is None else store.plan_of(path)

    return Plans(given, find)


def _settle(log: Log, facts: dict[str, Facts], lexicon: Lexicon, number: int, members: Ints, carrier: Carrier, engine: Engine) -> Settled:
    """Score and decide one batch, the competitions `members`."""
    opened = carrier.opened
    plan, stage = opened.choices[opened.choice[members[0]]][:2]
    batch = Batch(plan, plan["stages"][stage], [opened.ids[i] for i in members.tolist()], opened.day[members], lexicon)
    local = local_index(log, opened, members)
    return settle(score(log, facts, batch, local, carrier.incoming(number, batch), opened.seeds(members)), members, engine)
