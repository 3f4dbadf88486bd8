"""Generated seasons of four tiers, and what must come of them by plain arithmetic with fractions, one competition at a time."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from tests.season.contests import half_up

RULEBOOK = Path(__file__).parent / "linked_season.yaml"
POINTS = [3, 2, 1]
FLOOR = 30

Event = dict[str, Any]


class Season(NamedTuple):
    """The events of a season in the order of seq, the competitions that hang together, and the rows that are expected.

    standings   (competition, contestant) → rank, status, total
    decisions   (competition, contestant, rule, consequence, name, value, to, status) of all outcomes
    """

    events: list[Event]
    components: list[set[str]]
    standings: dict[tuple[str, str], tuple[int | None, str, Fraction | None]]
    decisions: set[tuple[str, ...]]


def season(seed: int, towns: int, villages: int, groups: int) -> Season:
    """A season of so many towns, villages a town and groups a village. Marks lie close together, so that many tie; people of a
    village take part in several of its groups."""
    chance = random.Random(seed)
    made = _Maker(chance)
    for town in range(towns):
        made.town(f"T{town}", villages, groups)
    events = made.events
    for seq, event in enumerate(events, 1):
        event |= {"seq": seq, "id": event.get("id", f"e{seq}")}
    return Season(events, made.components, made.standings, made.decisions)


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.events: list[Event] = []
        self.components: list[set[str]] = []
        self.standings: dict[tuple[str, str], tuple[int | None, str, Fraction | None]] = {}
        self.decisions: set[tuple[str, ...]] = set()
        self.number = 0

    def say(self, competition: str, kind: str, **fields: Any) -> Event:
        event = {"competition": competition, "kind": kind, **fields}
        self.events.append(event)
        return event

    def opened(self, competition: str, stage: str, feeds: Any = None) -> None:
        self.components[-1].add(competition)
        fields = {} if feeds is None else {"feeds": feeds}
        self.say(competition, "opened", ruleset="linked-season", stage=stage, at="2024-05-01T09:00:00+08:00", **fields)

    def marks(self, competition: str, criterion: str, people: list[str]) -> dict[str, Fraction]:
        """Two judges' marks of everybody, some amended, some taken out and given anew; the mean of each."""
        values: dict[tuple[str, str], Fraction] = {}
        for judge in ("J1", "J2"):
            self.say(competition, "judge", judge=judge)
        for person in people:
            for judge in ("J1", "J2"):
                mark = Fraction(self.chance.choice([60, 61]) if self.chance.random() < 0.8 else self.chance.randrange(201), 2)
                self.number += 1
                name = f"m{self.number}"
                about = {"judge": judge, "contestant": person, "criterion": criterion}
                self.say(competition, "score", id=name, **about, value=float(mark))
                turn = self.chance.random()
                if turn < 0.1:
                    mark = Fraction(self.chance.randrange(201), 2)
                    self.say(competition, "amended", event=name, value=float(mark), reason="misread", by="head")
                elif turn < 0.15:
                    self.say(competition, "voided", event=name, reason="wrong sheet")
                    mark = Fraction(self.chance.randrange(201), 2)
                    self.say(competition, "score", **about, value=float(mark))
                elif turn < 0.2:  # what is not admitted changes nothing
                    self.say(competition, "score", **about, value=101)
                values[person, judge] = mark
        return {person: (values[person, "J1"] + values[person, "J2"]) / 2 for person in people}

    def ranked(self, competition: str, totals: dict[str, Fraction | None]) -> dict[str, int | None]:
        there = [total for total in totals.values() if total is not None]
        ranks = {who: None if total is None else 1 + sum(other > total for other in there) for who, total in totals.items()}
        for who, total in totals.items():
            self.standings[competition, who] = (ranks[who], "unscored" if total is None else "ranked", total)
        return ranks

    def decided(self, *row: str) -> None:
        self.decisions.add(row)

    def town(self, town: str, villages: int, groups: int) -> None:
        self.components.append(set())
        year, final = f"{town}-year", f"{town}-final"
        arrived: dict[str, list[Fraction]] = {}
        names = [f"{town}V{n}" for n in range(villages)]
        for village in names:
            for who, total in self.village(village, groups, final).items():
                arrived.setdefault(who, []).append(total)
        # the link to charity is not named: nothing goes there, and a notice says so
        self.opened(final, "town", {"year-end": year})
        scores: dict[str, Fraction | None] = {who: half_up(sum(got, Fraction(0)) / len(got), 1) for who, got in arrived.items()}
        bonus = {}
        for who, rank in self.ranked(final, scores).items():
            assert rank is not None
            if rank <= 3:
                bonus[who] = POINTS[rank - 1]
                self.decided(final, who, "points", "bonus", "", str(bonus[who]), "year-end", "granted")
            if rank == 1:
                self.decided(final, who, "first", "cash", "", "1000", "", "granted")
                self.decided(final, who, "first", "deduction", "", "0.5", "charity", "granted")
        self.opened(year, "year-end")
        listed = sorted({*arrived, f"{town}-newcomer"})
        totals: dict[str, Fraction | None] = {}
        for who in listed:
            self.say(year, "contestant", contestant=who)
            base = Fraction(self.chance.choice([0, 5, 10, 1000]), 10)
            if base:
                self.say(year, "record", record="task", contestant=who, points=float(base))
            totals[who] = base + bonus.get(who, 0)
        for who, rank in self.ranked(year, totals).items():
            if rank is not None and rank <= 2:
                self.decided(year, who, "title", "title", "honours", "", "", "granted")

    def village(self, village: str, groups: int, final: str) -> dict[str, Fraction]:
        """The totals of those who go on to the town."""
        people = [f"{village}P{n}" for n in range(4)]
        drills: dict[str, list[Fraction]] = {}
        bonus: dict[str, int] = {}
        barred: set[str] = set()
        self.opened(village, "village", {"town": final} if self.chance.random() < 0.5 else [final])
        for number in range(groups):
            group = f"{village}G{number}"
            members = self.chance.sample(people, 3)
            self.opened(group, "group", {"village": village})
            for who in members:
                self.say(group, "contestant", contestant=who)
            totals: dict[str, Fraction | None] = {who: half_up(mean, 2) for who, mean in self.marks(group, "skill", members).items()}
            for who, rank in self.ranked(group, totals).items():
                total = totals[who]
                assert total is not None
                if rank == 1:
                    drills.setdefault(who, []).append(total)
                    bonus[who] = bonus.get(who, 0) + POINTS[0]
                    self.decided(group, who, "winner", "advance", "", "", "village", "granted")
                    self.decided(group, who, "winner", "bonus", "", "3", "village", "granted")
                if total < FLOOR:
                    barred.add(who)
                    for honour in ("prize", "honours"):
                        self.decided(group, who, "weak", "bar", honour, "", "village", "granted")
        entered = sorted(drills)
        means = self.marks(village, "work", entered)
        sums = {who: half_up(means[who] + half_up(sum(drills[who], Fraction(0)) / len(drills[who]), 2) + bonus[who], 2) for who in entered}
        going = {}
        for who, rank in self.ranked(village, dict(sums)).items():
            if rank == 1:
                self.decided(village, who, "prize", "award", "prize", "", "", "barred" if who in barred else "granted")
            if rank is not None and rank <= 2:
                going[who] = sums[who]
                self.decided(village, who, "leading", "advance", "", "", "town", "granted")
        return going
