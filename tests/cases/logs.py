"""From the CSV files of real competitions to logs: the importer, as anybody would use it.

The folder of the cases is not part of the project. It is `$SCORING_ENGINE_CASES`, or `shared/cases` beside the checkout.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

from scoring_engine.season.importing.layout import Wide
from scoring_engine.season.importing.run import Request, run

CHECKOUT = Path(__file__).parents[2]
RULEBOOKS = CHECKOUT / "rulesets" / "examples"
CASES = Path(os.environ.get("SCORING_ENGINE_CASES") or CHECKOUT.parent / "shared" / "cases")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, as they stand there."""
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class Case:
    """A case: the folder of its data, its rulebook, and the log made of it in the folder `home`."""

    def __init__(self, name: str, rulebook: str, home: Path) -> None:
        self.data = CASES / name
        self.rulebook = str(RULEBOOKS / rulebook)
        self.log = home / "log.jsonl"
        self.home = home

    def write(self, **event: Any) -> None:
        """Add an event by hand."""
        with open(self.log, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(event, ensure_ascii=False) + "\n")

    def take(self, file: Path, kind: str, **wishes: Any) -> None:
        """Import a file; everything in it must be taken."""
        outcome = run(Request(str(file), self.rulebook, kind, str(self.log), append=True, **wishes))
        assert not outcome.errors, [finding.say() for finding in outcome.findings if finding.severity == "error"][:5]


def halfpipe(home: Path) -> Case:
    """One final of twelve riders."""
    case = Case("snowboard-halfpipe-olympics-2026", "halfpipe.yaml", home)
    case.write(id="o", kind="opened", competition="final", ruleset="halfpipe", stage="final")
    case.take(case.data / "runs.csv", "score", mapped={"rider": "contestant"}, constants={"criterion": "overall"}, enter=True)
    return case


def figure_skating(home: Path) -> Case:
    """Eight segments, each a competition."""
    case = Case("figure-skating-gp-cup-of-china-2017", "figure_skating.yaml", home)
    data = case.data
    # the scale's columns m3 … p3 are the grades -3 … 3
    scale = (data / "goe_scale.csv").read_text(encoding="utf-8")
    (home / "scale.csv").write_text(scale.replace("m3,m2,m1,p1,p2,p3", "-3,-2,-1,1,2,3"), encoding="utf-8")
    wide = [Wide("grade", "points", ("-3", "-2", "-1", "1", "2", "3"))]
    for segment in dict.fromkeys(row["segment"] for row in rows(data / "deductions.csv")):
        discipline = {"ICE": "dance", "LADIES": "ladies", "MEN": "men", "PAIRS": "pairs"}[segment.split()[0]]
        length = "short" if "SHORT" in segment else "free"
        opened = {"id": segment, "kind": "opened", "competition": segment, "ruleset": "figure-skating", "stage": "segment"}
        case.write(**opened, date="2017-11-03", discipline=discipline, segment=length)
        case.take(home / "scale.csv", "scale_of_values", competition=segment, mapped={"element": "code", "info": "flag"}, wide=wide)
    common = {"segment": "competition", "start_no": "contestant"}
    names = {"name": "-", "nation": "-"}
    element = {**common, "element_no": "item", "second_half": "-"}
    case.take(data / "deductions.csv", "contestant", mapped={**common, "deductions": "-"})
    case.take(data / "deductions.csv", "deduction", mapped={**common, "deductions": "value"}, constants={"reason": "deduction"})
    judges = {f"J{n}": "-" for n in range(1, 10)}
    case.take(data / "elements.csv", "element", mapped={**element, "element": "code", "info": "flag", **judges})
    grades = {**element, **names, "element": "-", "info": "-", "base_value": "-"}
    case.take(data / "elements.csv", "score", mapped=grades, constants={"criterion": "goe"}, enter=True)
    components = {**common, **names, "component": "item", "factor": "-"}
    case.take(data / "components.csv", "score", mapped=components, constants={"criterion": "component"}, enter=True)
    return case


def formula1(home: Path) -> Case:
    """Two competitions over the same results: the drivers' and the constructors'."""
    case = Case("formula1-2021", "formula1.yaml", home)
    for kind, car in (("driver", "constructor"), ("constructor", "driver")):
        stage = f"{kind}s"
        case.write(id=f"o-{kind}", kind="opened", competition=kind, ruleset="formula1", stage=stage, date="2021-03-28")
        case.take(case.data / "races.csv", "race", competition=kind, stage=stage)
        mapped = {kind: "contestant", car: "car", "position": "position|outcome"}
        case.take(case.data / "results.csv", "result", competition=kind, stage=stage, mapped=mapped, enter=True)
    return case


def football(home: Path) -> Case:
    """Fifteen seasons, each with its own rules."""
    case = Case("football-english-league", "football_league.yaml", home)
    season = {"season": "competition"}
    case.take(case.data / "season_rules.csv", "opened", mapped=season)
    case.take(case.data / "matches.csv", "match", mapped=season, enter=True)
    adjusted = {**season, "team": "contestant", "point_adjustment": "-value"}
    case.take(case.data / "point_adjustments.csv", "deduction", mapped=adjusted, constants={"reason": "ruling"})
    return case


def sailing(home: Path) -> Case:
    """Sixteen series."""
    case = Case("sailing-ukwa-slalom", "sailing_low_point.yaml", home)
    series = {"series": "competition"}
    case.take(case.data / "series.csv", "opened", mapped={**series, "discards_by_races_sailed": "discards", "boats": "-", "races": "-"})
    mapped = {**series, "sail_no": "contestant", "points_set_by_committee": "points_set"}
    case.take(case.data / "finishes.csv", "finish", mapped=mapped, enter=True)
    return case


ALL = {build.__name__: build for build in (halfpipe, figure_skating, formula1, football, sailing)}
