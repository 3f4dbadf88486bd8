"""A log and rulebooks in, the whole season's result out.

Competitions are computed in the order in which they feed one another, those of one level, rulebook and stage together.
What a competition decides for another (bonus, bar, advancement) arrives there as rows of its base tables, so a correction
anywhere flows through to the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring_engine.ruleset.plan import Plan
from scoring_engine.scoring.batch import Batch
from scoring_engine.scoring.intake.effective import Facts, effective
from scoring_engine.scoring.stage import score
from scoring_engine.scoring.vectors import Lexicon
from scoring_engine.season.carrying import Carrier
from scoring_engine.season.opening import Opened, Plans, batches, local_index, openings, resolve_lists
from scoring_engine.season.result import ColumnInfo, Competition, Replay, Table
from scoring_engine.season.settled import Settled, settle
from scoring_engine.season.standings import standings

if TYPE_CHECKING:
    from scoring_engine.decisions.agreement import Engine
    from scoring_engine.events.log import Log

STATES = ("open", "confirmed", "published")


def replay(
    log: Log,
    rulesets: Sequence[str | Mapping[str, Any]] | None = None,
    until: str | int | None = None,
    engine: Engine = "both",
    lang: str = "en",
) -> Replay:
    """Replay a log.

    log        as `events.reading.read` gives it
    rulesets   paths of rulebooks or compiled plans; the competitions that name their ids use them. A single one is used for
               competitions of other rulebooks too where it has the stage, and the result says so. Others are found by id.
    until      a sequence number or an ISO time: the state after it
    engine     what decides: "rete" (durable-rules), "columnar", or "both", which must agree
    lang       the language of reasons and notes

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
    rejected = [*log.rejected, *rejected]
    opened = resolve_lists(openings(log, facts, lexicon, _plans(rulesets or []), rejected))
    carrier = Carrier(opened)
    settled: list[Settled] = []
    for members in batches(opened):
        one = _settle(log, facts, lexicon, [opened[i] for i in members], local_index(log, opened, members), carrier, engine)
        rejected += one.scored.desk.rejected
        carrier.send(one.sent(carrier))
        settled.append(one)
    order = [o.id for o in opened]
    return Replay(
        competitions=[_competition(log, facts, o, lang) for o in opened],
        standings=standings([one.scored for one in settled], order),
        decisions=_decisions(settled, order, lang),
        rejections=sorted(rejected, key=lambda r: (r.seq is None, r.seq or 0, r.id, r.line, r.field)),
        notices=_notices(settled, order, lang),
        log_sha256=log.sha256(),
        lang=lang,
        settled=settled,
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


def _settle(
    log: Log, facts: dict[str, Facts], lexicon: Lexicon, members: list[Opened], local: Any, carrier: Carrier, engine: Engine
) -> Settled:
    """Score and decide one batch."""
    plan, stage = members[0].plan, members[0].stage
    days = np.array([o.day for o in members], np.int64)
    batch = Batch(plan, plan["stages"][stage], [o.id for o in members], days, lexicon)
    seeds = [o.seed for o in members]
    scored = score(log, facts, batch, local, carrier.incoming(batch), seeds)
    return settle(scored, engine)


def _competition(log: Log, facts: dict[str, Facts], opened: Opened, lang: str) -> Competition:
    """What the result says of a competition."""
    reached = [kind for kind in STATES[1:] if kind in facts and (log.competition.codes[facts[kind].position] == opened.code).any()]
    return Competition(
        id=opened.id,
        name=opened.name,
        stage=opened.stage,
        labels=opened.plan["stages"][opened.stage]["label"],
        ruleset=opened.plan["id"],
        version=opened.plan["version"],
        sha256=opened.plan["sha256"],
        pinned=opened.pinned,
        state=reached[-1] if reached else STATES[0],
        note="" if opened.note is None else opened.note.say(lang),
    )


def _decisions(settled: Sequence[Settled], order: Sequence[str], lang: str) -> Table:
    """The decisions of all competitions, in the order of the competitions."""
    names = ("competition", "contestant", "rule", "consequence", "name", "value", "to", "ref", "status", "note")
    columns = [ColumnInfo(name, None, "number" if name == "value" else "text") for name in names]
    by_competition: dict[str, list[tuple[Any, ...]]] = {}
    for one in settled:
        for row in one.rows(lang):
            by_competition.setdefault(row[0], []).append(row)
    return Table(columns, [row for name in order for row in by_competition.get(name, [])])


def _notices(settled: Sequence[Settled], order: Sequence[str], lang: str) -> Table:
    """What a person should know: competition, code, contestant and the text, each once."""
    place = {name: n for n, name in enumerate(order)}
    rows: dict[tuple[str, str, str, str], None] = {}
    for one in settled:
        batch = one.scored.batch
        for notice in batch.notices:
            text = notice.message.say(lang)
            names = batch.lexicon.decode(notice.contestant)
            for competition, contestant in zip(notice.competition.tolist(), names, strict=True):
                rows[batch.competitions[competition], notice.code, contestant, text] = None
    columns = [ColumnInfo(name) for name in ("competition", "code", "contestant", "text")]
    return Table(columns, sorted(rows, key=lambda row: (place[row[0]], *row[1:])))
