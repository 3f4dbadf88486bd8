"""Which competitions durable-rules decides too depends on the seed alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring_engine.cluster import buckets, bulk, planning, work
from scoring_engine.cluster.sample import limit, ranks
from scoring_engine.decisions import rete
from tests.cluster.logs import RULEBOOK, contests, digests, season, whole

pytestmark = pytest.mark.skipif(not rete.available(), reason=f"durable-rules cannot be used here: {rete.available().reason}")


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The competitions of each sample that is decided by both engines."""
    seen: list[set[str]] = []
    replays = work._replays

    def look(log, job, engine, *more):  # type: ignore[no-untyped-def]
        if engine == "both":
            seen.append(set(log.competition.texts))
        return replays(log, job, engine, *more)

    monkeypatch.setattr(work, "_replays", look)
    return seen


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_the_sample_is_the_same_however_the_log_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looked_at: list[set[str]], ending: str
) -> None:
    log = contests(tmp_path / f"log.{ending}", 12)
    chosen = []
    for size, rows in ((5_000, 60), (20_000, 100), (90_000, 2000), (10**9, 10**9)):
        for module in (planning, buckets):
            monkeypatch.setattr(module, "SIZE", size)
            monkeypatch.setattr(module, "ROWS", rows)
        looked_at.clear()
        manifest = bulk.run([str(log)], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on="local[1]", shadow=5, seed=7)
        assert manifest["shadowed"] == 5
        chosen.append(set().union(*looked_at))
        assert digests(tmp_path / "out") == whole([log])
    assert all(one == chosen[0] for one in chosen)
    names = sorted(f"C{number:05}" for number in range(1, 13))
    assert chosen[0] == set(sorted(names, key=lambda name: int(ranks([name], 7)[0]))[:5])


@pytest.mark.usefixtures("small")
def test_another_seed_chooses_others_and_a_large_sample_is_all(tmp_path: Path, looked_at: list[set[str]]) -> None:
    log = contests(tmp_path / "log.jsonl", 12)
    chosen = []
    for count, seed in ((4, 1), (4, 2), (100, 1)):
        looked_at.clear()
        manifest = bulk.run([str(log)], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on="local[1]", shadow=count, seed=seed)
        assert manifest["shadowed"] == min(count, 12)
        chosen.append(set().union(*looked_at))
    assert chosen[0] != chosen[1]
    assert len(chosen[2]) == 12


@pytest.mark.usefixtures("small")
def test_what_feeds_a_chosen_competition_is_replayed_with_it(tmp_path: Path, looked_at: list[set[str]]) -> None:
    log = season(tmp_path / "log.jsonl", 4)
    manifest = bulk.run([str(log)], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on="local[1]", shadow=2, seed=3)
    assert (manifest["shadowed"], manifest["failed"]) == (2, [])
    assert digests(tmp_path / "out") == whole([log])


def test_the_limit_is_that_of_so_many(tmp_path: Path) -> None:
    paths = [str(contests(tmp_path / f"log.{ending}", 9)) for ending in ("jsonl", "csv", "parquet")]
    assert len({limit([path], 4, 2) for path in paths}) == 1
    assert limit(paths, 4, 2) == limit(paths[:1], 4, 2)
    found = ranks((f"C{number:05}" for number in range(1, 10)), 2)
    assert [int((found <= limit(paths, count, 2)).sum()) for count in (1, 4, 9, 10)] == [1, 4, 9, 9]
