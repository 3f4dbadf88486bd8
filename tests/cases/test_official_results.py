"""Real competitions: the replay of their raw marks equals every official row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from scoring_engine.events.reading import read
from scoring_engine.ruleset.store import plan_of
from scoring_engine.season.replay import replay
from scoring_engine.season.rounds import after_each
from tests.cases.logs import rows
from tests.cases.official import by_contestant, exact, items, replayed


def differing(
    official: Iterable[Mapping[str, str]],
    found: Mapping[tuple[str, ...], Mapping[str, Any]],
    key: tuple[str, ...],
    columns: Mapping[str, str],
) -> list[Mapping[str, str]]:
    """The official rows that the result does not equal. `key`: their columns that name competition and contestant; `columns`:
    official column → column of the standings."""
    return [
        row
        for row in official
        if any(exact(row[theirs]) != found[tuple(row[name] for name in key)][ours] for theirs, ours in columns.items())
    ]


def test_halfpipe() -> None:
    case, result = replayed("halfpipe")
    found = by_contestant(result.standings.records())
    official = [{"competition": "final", **row} for row in rows(case.data / "official.csv")]
    assert len(official) == len(found) == 12
    assert differing(official, found, ("competition", "rider"), {"rank": "rank", "best": "best"}) == []
    runs = rows(case.data / "official_runs.csv")
    assert len(runs) == 36
    assert [row for row in runs if found["final", row["rider"]][f"run_{row['run']}"] != exact(row["score"])] == []


def test_figure_skating_totals() -> None:
    case, result = replayed("figure_skating")
    found = by_contestant(result.standings.records())
    official = rows(case.data / "official.csv")
    assert len(official) == len(found) == 80
    columns = {"rank": "rank", "tss": "total", "tes": "tes", "pcs": "pcs"}
    assert differing(official, found, ("segment", "start_no"), columns) == []


def test_figure_skating_items() -> None:
    """Each element's grade of execution and score, and each component's panel score."""
    case, result = replayed("figure_skating")
    means = items(result, "panel", ("contestant", "item"), "value")
    scores = items(result, "panel", ("contestant", "item"), "score")
    official = rows(case.data / "official_items.csv")
    elements = [
        (row["segment"], row["start_no"], row["element_no"], row["goe"], row["panel_score"]) for row in official if row["kind"] == "element"
    ]
    components = [(row["segment"], row["start_no"], row["item"], row["panel_score"]) for row in official if row["kind"] != "element"]
    assert (len(elements), len(components)) == (718, 400)
    assert [row for row in elements if (means[row[:3]], scores[row[:3]]) != (Decimal(row[3]), Decimal(row[4]))] == []
    assert [row for row in components if means[row[:3]] != Decimal(row[3])] == []


def test_figure_skating_ties_are_parted_by_the_elements() -> None:
    """Ladies short 66.90 and pairs short 53.15, ranks 6 and 7: the README of the case names both."""
    _, result = replayed("figure_skating")
    decided = {(row["competition"], row["rank"]): (row["total"], row["decided_by"]) for row in result.standings.records()}
    assert decided["LADIES SHORT PROGRAM", 6][0] == decided["LADIES SHORT PROGRAM", 7][0] == "66.90"
    assert decided["PAIRS SHORT PROGRAM", 6][0] == decided["PAIRS SHORT PROGRAM", 7][0] == "53.15"
    assert decided["LADIES SHORT PROGRAM", 7][1] == decided["PAIRS SHORT PROGRAM", 7][1] == "tes"


def test_formula1_final() -> None:
    case, result = replayed("formula1")
    found = by_contestant(result.standings.records())
    official = rows(case.data / "official.csv")
    assert len(official) == len(found) == 31
    assert differing(official, found, ("kind", "name"), {"position": "rank", "points": "points"}) == []


def test_formula1_after_every_round() -> None:
    """All but the two rows that the README of the case names: Mazepin and Latifi after round 10."""
    case, _ = replayed("formula1")
    official = rows(case.data / "official_rounds.csv")
    assert len(official) == 668
    table = after_each(read(case.log), "round", lambda log: replay(log, [plan_of(case.rulebook)])).records()
    wrong: list[Mapping[str, str]] = []
    for number in map(str, range(1, 23)):
        after = [row for row in official if row["after_round"] == number]
        found = by_contestant(row for row in table if row["after"] == number)
        wrong += differing(after, found, ("kind", "name"), {"position": "rank", "points": "points"})
        ranked = {key for key, row in found.items() if row["rank"] is not None}
        assert ranked == {(row["kind"], row["name"]) for row in after}
    assert [(row["after_round"], row["name"], row["points"]) for row in wrong] == [
        ("10", "nikita-mazepin", "0"),
        ("10", "nicholas-latifi", "0"),
    ]


def test_football() -> None:
    case, result = replayed("football")
    found = by_contestant(result.standings.records())
    official = rows(case.data / "official.csv")
    assert len(official) == len(found) == 335
    columns = {name: name for name in ("played", "wins", "draws", "losses", "goals_for", "goals_against", "points")} | {"position": "rank"}
    assert differing(official, found, ("season", "team"), columns) == []


def test_sailing() -> None:
    case, result = replayed("sailing")
    found = by_contestant(result.standings.records())
    official = rows(case.data / "official.csv")
    assert len(official) == len(found) == 253
    assert differing(official, found, ("series", "sail_no"), {"rank": "rank", "total": "gross", "nett": "nett"}) == []


def test_sailing_ties() -> None:
    """10 boats level on nett are parted by A8.1, 12 by A8.2, and one pair shares its rank, as the README of the case says."""
    _, result = replayed("sailing")
    decided = [row["decided_by"] for row in result.standings.records()]
    assert (decided.count("sorted(finish.points, best)"), decided.count("sorted(finish.points, latest)")) == (10, 12)
    shared = [(row["competition"], row["rank"]) for row in result.standings.records()]
    assert len(shared) - len(set(shared)) == 1
