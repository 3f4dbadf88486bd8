"""The example rulebooks on random competitions, against plain computations of the same rules with fractions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.events.reading import read
from scoring_engine.ruleset.store import plan_of
from scoring_engine.season.replay import replay
from tests.cases.logs import RULEBOOKS

plan = cache(lambda name: plan_of(str(RULEBOOKS / f"{name}.yaml")))
randoms = given(st.randoms(use_true_random=False))
Ranks = dict[str, int | None]


class Log:
    """The events of one competition under construction."""

    def __init__(self, rulebook: str, stage: str, contestants: list[str], roster: Mapping[str, Any] | None = None, **opened: Any) -> None:
        self.rulebook = rulebook
        self.events: list[dict[str, Any]] = []
        self.add("opened", ruleset=plan(rulebook)["id"], stage=stage, **opened)
        for contestant in contestants:
            self.add("contestant", contestant=contestant, **(roster or {}))

    def add(self, kind: str, **fields: Any) -> None:
        self.events.append({"id": str(len(self.events)), "seq": len(self.events), "competition": "c", "kind": kind, **fields})

    def record(self, record: str, **fields: Any) -> None:
        self.add("record", record=record, **fields)

    def ranks(self) -> Ranks:
        """The ranks as the engine finds them; every event must be admitted."""
        result = replay(read(self.events), [plan(self.rulebook)])
        assert result.rejected.rows == []
        return {row["contestant"]: row["rank"] for row in result.standings.records()}


def ranked(keys: Mapping[str, Any]) -> Ranks:
    """Ranks 1, 2, 2, 4 of keys of which the smallest is the best."""
    return {name: 1 + sum(other < key for other in keys.values()) for name, key in keys.items()}


def names(random: Random, least: int, most: int) -> list[str]:
    return [f"T{n}" for n in range(random.randint(least, most))]


# --- tables among the level -----------------------------------------------------------------------------------------------


@randoms
@settings(max_examples=60)
def test_group_stage(random: Random) -> None:
    """Points, then the matches among the level again and again, then all matches; not every match has been played yet."""
    teams = names(random, 2, 6)
    log = Log("group_stage", "groups", teams, {"group": "A"}, date="2017-01-01")
    matches = []
    for i, home in enumerate(teams):
        for away in teams[i + 1 :]:
            if random.random() < 0.9:
                goals = random.choice([0, 0, 1, 1, 2]), random.choice([0, 0, 1, 1, 2])
                matches.append((home, away, *goals))
                log.record("match", number=len(matches), home=home, away=away, home_goals=goals[0], away_goals=goals[1])

    def table(level: list[str]) -> dict[str, tuple[int, int, int]]:
        sums = dict.fromkeys(level, (0, 0, 0))
        for home, away, a, b in matches:
            if home in sums and away in sums:
                for team, mine, theirs in ((home, a, b), (away, b, a)):
                    points, difference, scored = sums[team]
                    sums[team] = points + 3 * (mine > theirs) + (mine == theirs), difference + mine - theirs, scored + mine
        return sums

    def parted(level: list[str]) -> list[list[str]]:
        sums = table(level)
        classes = [[team for team in level if sums[team] == key] for key in sorted(set(sums.values()), reverse=True)]
        return classes if len(classes) == 1 else [one for part in classes for one in parted(part)]

    whole = table(teams)
    keys = {}
    for points in {sums[0] for sums in whole.values()}:
        for n, level in enumerate(parted([team for team in teams if whole[team][0] == points])):
            keys |= {team: (-points, n, -whole[team][1], -whole[team][2]) for team in level}
    found, expected = log.ranks(), ranked(keys)
    for team in teams:  # level in everything: the lot has not been drawn, and the rank is open
        assert found[team] == expected[team] or (found[team] is None and list(keys.values()).count(keys[team]) > 1)


# --- lists of values ------------------------------------------------------------------------------------------------------


@randoms
@settings(max_examples=60)
def test_sailing(random: Random) -> None:
    boats = names(random, 1, 6)
    races = random.randint(1, 6)
    discards = sorted(random.randint(0, 3) for _ in range(races))
    first = random.choice(["1", "0.7"])
    log = Log("sailing_low_point", "series", boats, points_for_first=float(first), discards=discards)
    scores: dict[str, list[Fraction]] = {boat: [] for boat in boats}
    for race in range(1, races + 1):
        for place, boat in enumerate(random.sample(boats, len(boats)), 1):
            chance = random.random()
            fields: dict[str, Any] = {"code": "DNF"} if chance < 0.2 else {"position": place}
            points = Fraction(len(boats) + 1) if chance < 0.2 else Fraction(first) if place == 1 else Fraction(place)
            if chance > 0.9:
                fields["points_set"], points = 1.5, Fraction(3, 2)
            log.record("finish", contestant=boat, race=race, **fields)
            scores[boat].append(points)
    kept = max(0, races - discards[-1])
    counted = {boat: sorted(scores[boat])[:kept] for boat in boats}
    expected: Ranks = ranked({boat: (sum(counted[boat]), counted[boat], scores[boat][::-1]) for boat in boats})
    assert log.ranks() == (expected if kept else dict.fromkeys(boats))


@randoms
@settings(max_examples=60)
def test_points_and_count_back(random: Random) -> None:
    teams = names(random, 2, 7)
    log = Log("formula1", "constructors", teams, date="2021-03-01")
    points, places = dict.fromkeys(teams, Fraction(0)), {team: [0] * 13 for team in teams}
    for number in range(1, random.randint(2, 4)):
        half = random.random() < 0.3
        log.record("race", round=number, half_points=half)
        for team in teams:
            for car in "ab":
                place = random.randint(1, 12)
                if random.random() < 0.4:
                    log.record("result", contestant=team, car=team + car, round=number, session="race", outcome="DNF")
                    continue
                log.record("result", contestant=team, car=team + car, round=number, session="race", position=place)
                worth = Fraction(dict(enumerate((25, 18, 15, 12, 10, 8, 6, 4, 2, 1), 1)).get(place, 0))
                points[team] += worth / 2 if half else worth
                places[team][place] += 1
    assert log.ranks() == ranked({team: (-points[team], [-count for count in places[team]]) for team in teams})


# --- places ---------------------------------------------------------------------------------------------------------------


@randoms
@settings(max_examples=60)
def test_majority_of_places(random: Random) -> None:
    couples, judges = names(random, 2, 7), random.choice([3, 5, 7, 9])
    log = Log("dance_sport", "dance", couples)
    places: dict[str, list[int]] = {couple: [] for couple in couples}
    for judge in range(judges):
        log.add("judge", judge=f"J{judge}")
        for place, couple in enumerate(random.sample(couples, len(couples)), 1):
            places[couple].append(place)
            log.add("score", judge=f"J{judge}", contestant=couple, criterion="place", value=place)

    def at(couple: str, column: int) -> tuple[int, int]:
        """How many places at least as good as the column, most first, and their sum."""
        good = [place for place in places[couple] if place <= column]
        return -len(good), sum(good)

    order: list[list[str]] = []

    def decide(level: list[str], column: int, majority: int) -> None:
        """Rules 5 to 8; among those tied on a majority the majority is no question any more."""
        if not level:
            return
        if column > len(couples):
            order.append(level)
            return
        having = [couple for couple in level if -at(couple, column)[0] >= majority]
        for key in sorted({at(couple, column) for couple in having}):
            tied = [couple for couple in having if at(couple, column) == key]
            if len(tied) == 1:
                order.append(tied)
            else:
                decide(tied, column + 1, 0)
        decide([couple for couple in level if couple not in having], column + 1, majority)

    decide(couples, 1, judges // 2 + 1)
    assert log.ranks() == ranked({couple: n for n, level in enumerate(order) for couple in level})


@randoms
@settings(max_examples=60)
def test_places_of_teams(random: Random) -> None:
    teams = names(random, 5, 5)
    log = Log("cross_country", "race", teams)
    finishers = [random.choice(teams) for _ in range(random.randint(20, 45))]
    for n, team in enumerate(finishers):
        log.record("finish", contestant=team, runner=f"r{n}", position=n + 1)
    places: dict[str, list[int]] = {team: [] for team in teams if finishers.count(team) >= 5}
    counting = 0
    for team in finishers:
        if team in places and len(places[team]) < 7:
            counting += 1
            places[team].append(counting)
    keys = {team: (sum(own[:5]), [*own, 10000][min(5, len(own))]) for team, own in places.items()}
    assert log.ranks() == dict.fromkeys(teams) | ranked(keys)


# --- opponents, and what came before --------------------------------------------------------------------------------------


@randoms
@settings(max_examples=60)
def test_opponents_points(random: Random) -> None:
    players = names(random, 4, 6)
    log = Log("chess_swiss", "tournament", players)
    games: list[tuple[str, str, Fraction]] = []
    for number in range(1, random.randint(3, 6)):
        paired = random.sample(players, len(players))
        for white, black in zip(paired[::2], paired[1::2], strict=False):
            result, score = random.choice([("white", 2), ("black", 0), ("draw", 1)])
            log.record("game", round=number, white=white, black=black, result=result)
            games += [(white, black, Fraction(score, 2)), (black, white, 1 - Fraction(score, 2))]
    points = {player: sum((score for own, _, score in games if own == player), Fraction(0)) for player in players}
    keys: dict[str, Any] = {}
    for player in players:
        met = sorted(points[other] for own, other, _ in games if own == player)
        if len(met) < 2:  # without a second opponent there is no Buchholz cut, and nothing to expect
            return
        keys[player] = (-points[player], -sum(met[1:]), -sum(met), -sum(s * points[other] for own, other, s in games if own == player))
    assert log.ranks() == ranked(keys)


@randoms
@settings(max_examples=60)
def test_penalties_before_a_success(random: Random) -> None:
    teams = names(random, 1, 8)
    log = Log("icpc", "contest", teams)
    runs = []
    for minute in range(30):
        for _ in range(random.randint(0, 3)):
            run = random.choice(teams), random.choice("ABC"), minute, random.choice(["accepted", "wrong", "wrong", "compile_error"])
            runs.append(run)
            log.record("run", **dict(zip(("contestant", "problem", "minute", "verdict"), run, strict=True)))
    keys = {}
    for team in teams:
        solved = penalty = last = 0
        for problem in "ABC":
            own = [(minute, verdict) for who, what, minute, verdict in runs if (who, what) == (team, problem)]
            first = next((n for n, (_, verdict) in enumerate(own) if verdict == "accepted"), None)
            if first is not None:
                wrong = sum(verdict == "wrong" for _, verdict in own[:first])
                solved, penalty, last = solved + 1, penalty + own[first][0] + 20 * wrong, max(last, own[first][0])
        keys[team] = (-solved, penalty, last)
    assert log.ranks() == ranked(keys)
