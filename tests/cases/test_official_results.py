"""Real competitions: the replay of their raw marks equals every official row."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scoring_engine.events.reading import read
from scoring_engine.ruleset.store import plan_of
from scoring_engine.season.importing.layout import Wide
from scoring_engine.season.replay import replay
from scoring_engine.season.rounds import after_each
from tests.cases.official import Case, by_contestant, exact, folder, items, rows, standings


def differing(expected: list[dict[str, Any]], found: dict[Any, dict[str, Any]], key: Any, columns: dict[str, str]) -> list[dict[str, Any]]:
    """The official rows that the result does not equal. `columns`: official column → column of the standings."""
    assert len(found) >= len(expected) > 0
    return [row for row in expected if any(exact(row[theirs]) != found[key(row)][ours] for theirs, ours in columns.items())]


# --- halfpipe -------------------------------------------------------------------------------------------------------------


def test_halfpipe(tmp_path: Path) -> None:
    data = folder("snowboard-halfpipe-olympics-2026")
    case = Case(tmp_path / "log.jsonl", "halfpipe.yaml")
    case.write({"id": "o", "kind": "opened", "competition": "final", "ruleset": "halfpipe", "stage": "final"})
    case.take(data / "runs.csv", "score", mapped={"rider": "contestant"}, constants={"criterion": "overall"}, enter=True)
    found = standings(case.replay())
    official = rows(data / "official.csv")
    assert len(official) == 12
    assert differing(official, found, lambda row: ("final", row["rider"]), {"rank": "rank", "best": "best"}) == []
    runs = rows(data / "official_runs.csv")
    assert len(runs) == 36
    assert [row for row in runs if found["final", row["rider"]][f"run_{row['run']}"] != exact(row["score"])] == []


# --- figure skating -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def skating(tmp_path_factory: pytest.TempPathFactory) -> Any:
    data = folder("figure-skating-gp-cup-of-china-2017")
    home = tmp_path_factory.mktemp("skating")
    case = Case(home / "log.jsonl", "figure_skating.yaml")
    segments = list(dict.fromkeys(row["segment"] for row in rows(data / "official.csv")))
    # the scale's columns m3 … p3 are the grades -3 … 3
    scale = (data / "goe_scale.csv").read_text(encoding="utf-8")
    (home / "scale.csv").write_text(scale.replace("m3,m2,m1,p1,p2,p3", "-3,-2,-1,1,2,3"), encoding="utf-8")
    for n, segment in enumerate(segments):
        discipline = {"ICE": "dance", "LADIES": "ladies", "MEN": "men", "PAIRS": "pairs"}[segment.split()[0]]
        opened = {
            "id": f"o{n}",
            "kind": "opened",
            "competition": segment,
            "ruleset": "figure-skating",
            "stage": "segment",
            "date": "2017-11-03",
        }
        case.write(opened | {"discipline": discipline, "segment": "short" if "SHORT" in segment else "free"})
        wide = [Wide("grade", "points", ("-3", "-2", "-1", "1", "2", "3"))]
        case.take(home / "scale.csv", "scale_of_values", competition=segment, mapped={"element": "code", "info": "flag"}, wide=wide)
    common = {"segment": "competition", "start_no": "contestant"}
    leave = dict.fromkeys(("name", "nation", "second_half"), "-")
    case.take(data / "deductions.csv", "contestant", mapped={**common, "deductions": "-"})
    case.take(data / "deductions.csv", "deduction", mapped={**common, "deductions": "value"}, constants={"reason": "deduction"})
    judges = {f"J{n}": "-" for n in range(1, 10)}
    element = {**common, "element_no": "item", "element": "code", "info": "flag"}
    case.take(data / "elements.csv", "element", mapped={**element, **judges, "second_half": "-"})
    ignored = {"element": "-", "info": "-", "base_value": "-"}
    case.take(data / "elements.csv", "score", mapped={**element, **ignored, **leave}, constants={"criterion": "goe"}, enter=True)
    component = {**common, "component": "item", "factor": "-", "name": "-", "nation": "-"}
    case.take(data / "components.csv", "score", mapped=component, constants={"criterion": "component"}, enter=True)
    return data, case.replay()


def test_figure_skating_totals(skating: Any) -> None:
    data, result = skating
    official = rows(data / "official.csv")
    assert len(official) == 80
    columns = {"rank": "rank", "tss": "total", "tes": "tes", "pcs": "pcs"}
    assert differing(official, standings(result), lambda row: (row["segment"], row["start_no"]), columns) == []


def test_figure_skating_items(skating: Any) -> None:
    """Each element's grade and score and each component's panel score."""
    data, result = skating
    means = items(result, "panel", ("contestant", "item"), "value")
    scores = items(result, "panel", ("contestant", "item"), "score")
    official = rows(data / "official_items.csv")
    assert len(official) == 1118
    wrong = []
    for row in official:
        if row["kind"] == "element":
            key = (row["segment"], row["start_no"], row["element_no"])
            equal = (means[key], scores[key]) == (Decimal(row["goe"]), Decimal(row["panel_score"]))
        else:
            equal = means[row["segment"], row["start_no"], row["item"]] == Decimal(row["panel_score"])
        if not equal:
            wrong.append(row)
    assert wrong == []


def test_figure_skating_ties_are_parted_by_the_elements(skating: Any) -> None:
    """Ladies short 66.90 and pairs short 53.15, ranks 6 and 7: the README of the case names both."""
    _, result = skating
    decided = {(row["competition"], row["rank"]): (row["total"], row["decided_by"]) for row in result.standings.records()}
    assert decided["LADIES SHORT PROGRAM", 6][0] == decided["LADIES SHORT PROGRAM", 7][0] == "66.90"
    assert decided["PAIRS SHORT PROGRAM", 6][0] == decided["PAIRS SHORT PROGRAM", 7][0] == "53.15"
    assert decided["LADIES SHORT PROGRAM", 7][1] == decided["PAIRS SHORT PROGRAM", 7][1] == "tes"


# --- Formula 1 ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def formula1(tmp_path_factory: pytest.TempPathFactory) -> Any:
    data = folder("formula1-2021")
    case = Case(tmp_path_factory.mktemp("formula1") / "log.jsonl", "formula1.yaml")
    for kind in ("driver", "constructor"):
        opened = {
            "id": f"o-{kind}",
            "kind": "opened",
            "competition": kind,
            "ruleset": "formula1",
            "stage": f"{kind}s",
            "date": "2021-03-28",
        }
        case.write(opened)
        case.take(data / "races.csv", "race", competition=kind, stage=f"{kind}s")
        mapped = {kind: "contestant", "position": "position|outcome", "constructor" if kind == "driver" else "driver": "car"}
        case.take(data / "results.csv", "result", competition=kind, stage=f"{kind}s", mapped=mapped, enter=True)
    return data, case


def test_formula1_final(formula1: Any) -> None:
    data, case = formula1
    official = rows(data / "official.csv")
    assert len(official) == 31
    found = standings(case.replay())
    assert differing(official, found, lambda row: (row["kind"], row["name"]), {"position": "rank", "points": "points"}) == []


def test_formula1_after_every_round(formula1: Any) -> None:
    """All but the two rows that the README of the case names: Mazepin and Latifi after round 10."""
    data, case = formula1
    official = rows(data / "official_rounds.csv")
    assert len(official) == 668
    table = after_each(read(case.log), "round", lambda log: replay(log, [plan_of(case.rulebook)])).records()
    wrong = []
    for number in range(1, 23):
        after = [row for row in official if row["after_round"] == str(number)]
        found = by_contestant(row for row in table if row["after"] == str(number))
        wrong += differing(after, found, lambda row: (row["kind"], row["name"]), {"position": "rank", "points": "points"})
        ranked = {key for key, row in found.items() if row["rank"] is not None}
        assert ranked == {(row["kind"], row["name"]) for row in after}
    assert [(row["after_round"], row["name"], row["points"]) for row in wrong] == [
        ("10", "nikita-mazepin", "0"),
        ("10", "nicholas-latifi", "0"),
    ]


# --- football -------------------------------------------------------------------------------------------------------------


def test_football(tmp_path: Path) -> None:
    data = folder("football-english-league")
    case = Case(tmp_path / "log.jsonl", "football_league.yaml")
    season = {"season": "competition"}
    case.take(data / "season_rules.csv", "opened", mapped=season)
    case.take(data / "matches.csv", "match", mapped=season, enter=True)
    adjusted = {**season, "team": "contestant", "point_adjustment": "-value"}
    case.take(data / "point_adjustments.csv", "deduction", mapped=adjusted, constants={"reason": "ruling"})
    official = rows(data / "official.csv")
    assert len(official) == 335
    columns = {name: name for name in ("played", "wins", "draws", "losses", "goals_for", "goals_against", "points")} | {"position": "rank"}
    assert differing(official, standings(case.replay()), lambda row: (row["season"], row["team"]), columns) == []


# --- sailing --------------------------------------------------------------------------------------------------------------


def test_sailing(tmp_path: Path) -> None:
    data = folder("sailing-ukwa-slalom")
    case = Case(tmp_path / "log.jsonl", "sailing_low_point.yaml")
    series = {"series": "competition"}
    case.take(data / "series.csv", "opened", mapped={**series, "discards_by_races_sailed": "discards", "boats": "-", "races": "-"})
    mapped = {**series, "sail_no": "contestant", "points_set_by_committee": "points_set"}
    case.take(data / "finishes.csv", "finish", mapped=mapped, enter=True)
    result = case.replay()
    official = rows(data / "official.csv")
    assert len(official) == 253
    columns = {"rank": "rank", "total": "gross", "nett": "nett"}
    assert differing(official, standings(result), lambda row: (row["series"], row["sail_no"]), columns) == []
    # the pairs level on nett: 10 parted by A8.1, 12 by A8.2, 1 shared, as the README of the case says
    decided = [row["decided_by"] for row in result.standings.records()]
    assert (decided.count("sorted(finish.points, best)"), decided.count("sorted(finish.points, latest)")) == (10, 12)
