"""What must hold of every replay, on random contests."""

from __future__ import annotations

import random
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring_engine.events.log import Log
from scoring_engine.events.reading import read
from scoring_engine.events.writing import write_csv, write_jsonl
from scoring_engine.season.replay import replay
from scoring_engine.season.result import Replay
from tests.season.contests import RULEBOOK, Event, contests, ranks, totals, written

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def run(events: list[Event] | Log, **options: Any) -> Replay:
    log = events if isinstance(events, Log) else read(written(events))
    return replay(log, [str(RULEBOOK)], **options)


@FEW
@given(contests())
def test_totals_and_ranks_are_those_of_plain_fractions(events: list[Event]) -> None:
    result = run(events)
    wanted = totals(events)
    places = ranks(wanted)
    rows = {row["contestant"]: row for row in result.standings.records()}
    assert set(rows) == set(wanted)
    for contestant, total in wanted.items():
        row = rows[contestant]
        if row["status"] == "absent":
            assert row["rank"] is None
            continue
        assert (None if row["total"] is None else Fraction(row["total"])) == total
        assert row["rank"] == places[contestant]
        assert (row["status"] == "ranked") == (total is not None)


@FEW
@given(contests(), st.integers(0, 2**32))
def test_order_of_lines_and_double_delivery_change_nothing(events: list[Event], seed: int) -> None:
    chance = random.Random(seed)
    messy = events + chance.sample(events, len(events) // 2)
    chance.shuffle(messy)
    plain, other = run(events), run(messy)
    assert other.digest == plain.digest
    assert other.log_sha256 == plain.log_sha256


@FEW
@given(contests(), st.data())
def test_a_prefix_is_the_state_at_that_time(events: list[Event], data: st.DataObject) -> None:
    end = data.draw(st.integers(1, len(events)))
    assert run(events, until=end).digest == run(events[:end]).digest


@FEW
@given(contests())
def test_the_engines_agree_and_do_not_show_in_the_digest(events: list[Event]) -> None:
    assert run(events, engine="rete").digest == run(events, engine="columnar").digest == run(events, engine="both").digest


@FEW
@given(contests())
def test_ranks_have_no_gaps_but_those_of_ties(events: list[Event]) -> None:
    found = sorted(row["rank"] for row in run(events).standings.records() if row["rank"] is not None)
    expected: list[int] = []
    for position, rank in enumerate(found, 1):
        expected.append(rank if position > 1 and rank == found[position - 2] else position)
    assert found == expected


@FEW
@given(contests())
def test_the_last_is_barred_only_where_somebody_is_last(events: list[Event]) -> None:
    result = run(events)
    ranked = [(row["rank"], row["contestant"]) for row in result.standings.records() if row["rank"] is not None]
    worst = max((rank for rank, _ in ranked), default=0)
    last = [contestant for rank, contestant in ranked if rank == worst]
    barred = [row["contestant"] for row in result.decisions.records() if row["consequence"] == "bar"]
    # one contestant, all level, and an open tie for last have no last place (the defaults of the language)
    assert barred == (last if len(last) == 1 and len(ranked) > 1 else [])


@FEW
@given(contests())
def test_export_and_replay_again_changes_nothing(events: list[Event]) -> None:
    log = read(written(events))
    plain = run(log)
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("log.jsonl", write_jsonl), ("log.csv", write_csv)):
            path = Path(folder) / name
            write(log, str(path))
            again = replay(read(path), [str(RULEBOOK)])
            assert again.digest == plain.digest
            assert again.log_sha256 == plain.log_sha256


TENFOLD = RULEBOOK.read_text(encoding="utf-8")
for _plain, _scaled in (
    ("to: 100, step: 0.5", "to: 1000, step: 5"),
    ("weight: 40", "weight: 80"),
    ("weight: 35", "weight: 70"),
    ("weight: 25", "weight: 50"),
    ("weights: 100", "weights: 200"),
    ("panel.value) / 100", "panel.value) / 200"),
    ("places: 2", "places: 1"),
):
    assert _plain in TENFOLD
    TENFOLD = TENFOLD.replace(_plain, _scaled)


@FEW
@given(contests())
def test_marks_and_weights_in_other_units_change_no_rank(events: list[Event]) -> None:
    scaled = [event | ({"value": event["value"] * 10} if "value" in event else {}) for event in events]
    with tempfile.TemporaryDirectory() as folder:
        rulebook = Path(folder) / "tenfold.yaml"
        rulebook.write_text(TENFOLD, encoding="utf-8")
        other = replay(read(written(scaled)), [str(rulebook)])

    def ranks_of(result: Replay) -> list[tuple[str, Any, str]]:
        return [(row["contestant"], row["rank"], row["status"]) for row in result.standings.records()]

    assert ranks_of(other) == ranks_of(run(events))
