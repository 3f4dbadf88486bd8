"""A season of four tiers: what arrives where is that of plain arithmetic, and no result depends on what it is replayed together with."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from hashlib import sha256
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.ruleset import store
from scoring_engine.season.columns import tables
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.season.linked import RULEBOOK, Event, Season, season

PLAN = store.plan_of(str(RULEBOOK))
STAGES = list(PLAN["stages"].values())


def run(events: list[Event]) -> Replay:
    return replay(read(events), [PLAN], engine="columnar")


def rows(result: Replay) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    """The rows of every table by competition, without where an event was read."""
    found: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
    for name, table in tables(result, STAGES).items():
        key = "id" if name == "competitions" else "competition"
        by_competition: dict[str, list[tuple[Any, ...]]] = {}
        for record in table.records():
            values = tuple((column, value) for column, value in record.items() if column not in ("line", "file"))
            by_competition.setdefault(record[key], []).append(values)
        found[name] = by_competition
    return found


@pytest.fixture(scope="module")
def large() -> Season:
    return season(7, towns=8, villages=10, groups=5)


@pytest.fixture(scope="module")
def whole(large: Season) -> Replay:
    return run(large.events)


def test_ranks_totals_and_decisions_are_those_of_plain_fractions(large: Season, whole: Replay) -> None:
    found = {
        (row["competition"], row["contestant"]): (row["rank"], row["status"], None if row["total"] is None else Fraction(row["total"]))
        for row in whole.standings.records()
    }
    assert found == large.standings
    names = ("competition", "contestant", "rule", "consequence", "name", "value", "to", "status")
    assert {tuple(row[name] or "" for name in names) for row in whole.decisions.records()} == large.decisions
    assert len(whole.decisions) == len(large.decisions)


def test_the_season_has_what_makes_it_hard(large: Season, whole: Replay) -> None:
    assert len(whole.competitions) == 8 * (1 + 1 + 10 + 10 * 5)
    ranks: dict[str, list[int]] = {}
    for (competition, _), (rank, _, _) in large.standings.items():
        ranks.setdefault(competition, []).append(rank or 0)
    assert sum(list_.count(1) > 1 for list_ in ranks.values()) > 20, "shared first ranks"
    assert any(row[-1] == "barred" for row in large.decisions), "somebody is barred"
    assert {event["kind"] for event in large.events} >= {"amended", "voided"}
    assert any(r.rule == "range" for r in whole.rejections)
    codes = {row["code"] for row in whole.notices.records()}
    assert codes == {"no-link", "unknown-recipient"}  # charity is nowhere; who won one group and is barred in another may not be listed


def test_what_hangs_together_gives_the_same_alone(large: Season, whole: Replay) -> None:
    digests = dict(whole.digests)
    expected = rows(whole)
    apart: dict[str, str] = {}
    found: dict[str, dict[str, list[tuple[Any, ...]]]] = {name: {} for name in expected}
    for component in large.components:
        part = run([event for event in large.events if event["competition"] in component])
        apart |= dict(part.digests)
        for name, by_competition in rows(part).items():
            found[name] |= by_competition
    assert apart == digests
    assert found == expected


def test_the_order_of_lines_changes_nothing(large: Season, whole: Replay) -> None:
    shuffled = random.Random(3).sample(large.events, len(large.events))
    other = run(shuffled)
    assert other.digests == whole.digests
    assert rows(other) == rows(whole)
    assert other.digest == whole.digest


def test_competitions_that_feed_nobody_have_the_digest_of_a_replay_of_their_own() -> None:
    made = season(11, towns=1, villages=2, groups=6)
    groups = sorted({event["competition"] for event in made.events if event.get("stage") == "group"})
    alone = [{name: value for name, value in event.items() if name != "feeds"} for event in made.events if event["competition"] in groups]
    together = dict(run(alone).digests)
    assert len(set(together.values())) == len(groups)
    for group in groups:
        assert dict(run([event for event in alone if event["competition"] == group]).digests) == {group: together[group]}


def test_a_correction_changes_the_digests_down_to_the_end_and_no_others(large: Season, whole: Replay) -> None:
    group = "T0V0G0"
    winner = next(who for (one, who), (rank, _, _) in large.standings.items() if one == group and rank == 1)
    last = large.events[-1]["seq"]
    wrong = {"competition": group, "kind": "disqualified", "contestant": winner, "reason": "test", "by": "head", "id": "x", "seq": last + 1}
    after = dict(run([*large.events, wrong]).digests)
    changed = {name for name, digest in whole.digests if after[name] != digest}
    assert group in changed
    assert "T0V0" in changed
    assert changed <= {group, "T0V0", "T0-final", "T0-year"}


def test_anybody_can_compute_a_digest_from_the_published_result(whole: Replay) -> None:
    """The lines that `season.digests` describes, made with the json module from the result's JSON."""
    result = json.loads(whole.to_json())
    decisions = ["competition", "contestant", "rule", "consequence", "name", "value", "to", "ref", "status"]
    leading = ["competition", "stage", "scope", "contestant", "name", "rank", "status", "total", "decided_by"]
    measures = {"group": [], "village": ["drill", "bonus"], "town": ["score"], "year-end": ["base", "bonus"]}
    found = {}
    for one in result["competitions"]:

        def mine(part: str, id: str = one["id"]) -> list[dict[str, Any]]:
            return [row for row in result[part] if row["competition"] == id]

        columns = [*leading, *measures[one["stage"]]]
        lines = [["competition/1", one["id"], one["ruleset"], one["version"], one["sha256"], one["stage"], one["state"]]]
        lines += [["standings", *columns], *([row[name] for name in columns] for row in mine("standings"))]
        lines += [["decisions", *decisions], *([row[name] for name in decisions] for row in mine("decisions"))]
        lines += [["rejected", "id", "kind", "field", "value", "rule"]]
        lines += sorted([row["id"], "score", row["field"], row["value"], row["rule"]] for row in mine("rejected"))
        lines += [["notices", "code", "contestant"], *sorted([row["code"], row["contestant"]] for row in mine("notices"))]
        text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
        found[one["id"]] = sha256(text.encode()).hexdigest()
    assert found == dict(whole.digests)


def test_both_engines_send_the_same_on() -> None:
    events = season(5, towns=1, villages=2, groups=2).events
    assert replay(read(events), [PLAN], engine="both").digests == run(events).digests
