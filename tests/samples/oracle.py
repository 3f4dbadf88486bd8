"""The season a second time: every table of `sample_events/season.jsonl` and `talk.jsonl`, computed by plain loops.

Nothing of scoring_engine is used and no rulebook is read: the rules stand here once more, as a person would compute them who has
the document on the desk, with exact fractions and one number at a time. Where the engine and this file disagree, one of them is wrong.

    python -m tests.samples.oracle          (from the top of the checkout) writes tests/samples/expected/

The parameters are those of rulesets/skills_contest.yaml, year_end.yaml and talk_contest.yaml.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
SAMPLES = HERE.parent.parent / "sample_events"
EXPECTED = HERE / "expected"

Value = Fraction | int | str | None
Row = dict[str, Value]
Event = dict[str, Any]


# --- arithmetic ---------------------------------------------------------------------------------------------------------


def half_up(value: Fraction, places: int) -> Fraction:
    """四舍五入: to the nearest, halves away from zero."""
    scaled = abs(value) * 10**places + Fraction(1, 2)
    whole = Fraction(scaled.numerator // scaled.denominator, 10**places)
    return whole if value >= 0 else -whole


def line(marks: Sequence[Fraction], trim_from: int | None) -> Fraction:
    """The mean of the marks; from `trim_from` marks up one highest and one lowest are left out first."""
    used = sorted(marks)
    if trim_from is not None and len(used) >= trim_from:
        used = used[1:-1]
    return sum(used, Fraction(0)) / len(used)


# --- the log ------------------------------------------------------------------------------------------------------------


class Contest:
    """What the log says of one competition, after voids and amendments."""

    def __init__(self, event: Event) -> None:
        self.opened = event
        self.id: str = event["competition"]
        self.stage: str = event["stage"]
        self.feeds: dict[str, str] = event.get("feeds", {})
        self.people: dict[str, Event] = {}
        self.judges: dict[str, Event] = {}
        self.marks: dict[tuple[str, ...], Fraction] = {}  # contestant, topic or "", criterion, judge
        self.recused: set[tuple[str, str]] = set()
        self.comments: list[tuple[str, str]] = []
        self.deducted: dict[str, Fraction] = {}
        self.status: dict[str, str] = {}
        self.records: list[Event] = []
        self.ties: dict[str, Fraction] = {}  # discretion about a tie: contestant → order
        self.granted: dict[tuple[str, str], bool] = {}  # discretion about a rule: rule, contestant → granted
        self.bonuses: list[tuple[str, Fraction, str]] = []  # contestant, value, source
        self.advanced: list[Event] = []
        self.barred: list[tuple[str, str]] = []  # contestant, honour

    def lines(self, who: str, topic: str = "") -> dict[str, list[Fraction]]:
        """The marks of one contestant by criterion, without those of recused judges."""
        found: dict[str, list[Fraction]] = {}
        for (contestant, of, criterion, judge), value in self.marks.items():
            if contestant == who and of == topic and (judge, who) not in self.recused:
                found.setdefault(criterion, []).append(value)
        return found

    def took(self, who: str) -> Fraction:
        """All deductions of one contestant."""
        return self.deducted.get(who, Fraction(0))

    def comment_count(self, who: str) -> int:
        """How often a contestant was commented on."""
        return sum(1 for _, contestant in self.comments if contestant == who)

    @property
    def valid(self) -> bool:
        """七(四): a session has comments and scores."""
        return bool(self.comments) and bool(self.marks)


def read(path: Path, until: int | None = None) -> list[Event]:
    """The events of a log in the order of seq, those with seq above `until` left out."""
    events = []
    for text in path.read_text(encoding="utf-8").splitlines():
        event = json.loads(text, parse_float=Fraction)
        if until is None or event["seq"] <= until:
            events.append(event)
    return sorted(events, key=lambda event: int(event["seq"]))


def contests(events: Iterable[Event]) -> dict[str, Contest]:
    """The competitions of a log."""
    voided: set[str] = set()
    changes: dict[str, Event] = {}
    for event in events:
        if event["kind"] == "voided":
            voided.add(event["event"])
        if event["kind"] == "amended":
            changes.setdefault(event["event"], {}).update({k: v for k, v in event.items() if k in ("value", "text", "score")})
    found: dict[str, Contest] = {}
    for original in events:
        if original["id"] in voided:
            continue
        event = original | changes.get(original["id"], {})
        kind = event["kind"]
        if kind == "opened":
            found[event["competition"]] = Contest(event)
            continue
        contest = found[event["competition"]]
        who = event.get("contestant", "")
        if kind == "contestant":
            contest.people[who] = event
        elif kind == "judge":
            contest.judges[event["judge"]] = event
        elif kind == "score":
            contest.marks[who, event.get("topic", ""), event["criterion"], event["judge"]] = Fraction(event["value"])
        elif kind == "comment":
            contest.comments.append((event["judge"], who))
        elif kind == "recused":
            contest.recused.add((event["judge"], who))
        elif kind == "deduction":
            contest.deducted[who] = contest.took(who) + Fraction(event["value"])
        elif kind == "record":
            contest.records.append(event)
        elif kind in ("absent", "excused", "withdrawn", "disqualified"):
            contest.status[who] = kind
        elif kind == "reinstated":
            contest.status.pop(who, None)
        elif kind == "discretion" and event["about"] == "tie":
            contest.ties[who] = Fraction(event["value"])
        elif kind == "discretion":
            contest.granted[event["about"], who] = event["grant"]
        elif kind == "bonus":
            contest.bonuses.append((who, Fraction(event["value"]), event["source"]))
    return found


# --- ranking ------------------------------------------------------------------------------------------------------------


class Standing(NamedTuple):
    """Where a contestant stands. `place` is first, last, between, only or last-pending."""

    rank: int
    tied: bool
    place: str
    decided_by: str


Chain = list[tuple[str, Fraction | None, int]]  # measure, value, 1 where larger is better and -1 where smaller is


def ranked(chains: dict[str, Chain], recorded: dict[str, Fraction]) -> dict[str, Standing]:
    """Competition ranking 1 2 2 4 by the chain, then by the recorded order among those still level."""

    def key(who: str) -> list[tuple[int, Fraction]]:
        return [(1, Fraction(0)) if value is None else (0, -value * sign) for _, value, sign in chains[who]]

    level: list[list[str]] = []
    for who in sorted(chains, key=key):
        if level and key(level[-1][0]) == key(who):
            level[-1].append(who)
        else:
            level.append([who])
    blocks: list[list[str]] = []
    for block in level:
        if len(block) > 1 and all(who in recorded for who in block):
            for order in sorted({recorded[who] for who in block}):
                blocks.append([who for who in block if recorded[who] == order])
        else:
            blocks.append(block)

    def parted(one: str, other: str) -> str:
        for (name, a, _), (_, b, _) in zip(chains[one], chains[other], strict=True):
            if a != b:
                return name
        return "discretion"

    found: dict[str, Standing] = {}
    rank = 1
    for number, block in enumerate(blocks):
        final = number == len(blocks) - 1
        if len(chains) == 1:
            place = "only"
        elif len(blocks) == 1:
            place = "between"
        elif final:
            place = "last" if len(block) == 1 else "last-pending"
        else:
            place = "first" if number == 0 else "between"
        neighbour = blocks[1][0] if number == 0 and not final else blocks[number - 1][0]
        for who in block:
            decided = "" if len(blocks) == 1 else parted(who, neighbour)
            found[who] = Standing(rank, len(block) > 1, place, decided)
        rank += len(block)
    return found


# --- what comes out -----------------------------------------------------------------------------------------------------


class Result:
    """The tables: rows of standings and of decisions."""

    def __init__(self) -> None:
        self.standings: list[Row] = []
        self.decisions: list[Row] = []

    def stand(self, contest: Contest, who: str, scope: str, standing: Standing | None, status: str, measures: dict[str, Value]) -> None:
        """One row of the standings."""
        self.standings.append(
            {
                "competition": contest.id,
                "stage": contest.stage,
                "scope": scope,
                "contestant": who,
                "name": contest.people[who].get("name", ""),
                "rank": standing.rank if standing else None,
                "status": status,
                "decided_by": standing.decided_by if standing else "",
                **measures,
            }
        )

    def decide(
        self,
        contest: Contest,
        who: str,
        rule: str,
        consequence: str,
        name: str = "",
        *,
        value: Value = None,
        to: str = "",
        status: str = "granted",
    ) -> None:
        """One row of the decisions."""
        self.decisions.append(
            {
                "competition": contest.id,
                "contestant": who,
                "rule": rule,
                "consequence": consequence,
                "name": name,
                "value": value,
                "to": to,
                "status": status,
            }
        )


class Season:
    """All competitions of a log, from the drills to the year-end."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.contests = contests(events)
        self.result = Result()
        for stage in ("group", "village", "town", "board", "year-end"):
            for contest in self.contests.values():
                if contest.stage == stage:
                    getattr(self, stage.replace("-", "_"))(contest)

    # --- links ----------------------------------------------------------------------------------------------------------

    def target(self, contest: Contest, link: str) -> Contest | None:
        return self.contests.get(contest.feeds.get(link, ""))

    def advance(self, contest: Contest, rule: str, who: str, link: str, **carried: Value) -> None:
        self.result.decide(contest, who, rule, "advance", to=link)
        target = self.target(contest, link)
        if target is not None:
            target.advanced.append({"contestant": who, **carried})

    def bonus(self, contest: Contest, rule: str, who: str, value: Fraction, status: str = "granted") -> None:
        self.result.decide(contest, who, rule, "bonus", value=value, to="year-end", status=status)
        target = self.target(contest, "year-end")
        if target is not None and status == "granted":
            target.bonuses.append((who, value, contest.id))

    def bar(self, contest: Contest, rule: str, who: str) -> None:
        target = self.target(contest, "year-end")
        for honour in ("honours", "excellent"):
            self.result.decide(contest, who, rule, "bar", name=honour, to="year-end")
            if target is not None:
                target.barred.append((who, honour))

    def session(self, contest: Contest) -> None:
        """What is said of a session as a whole, and of no contestant."""
        decide = self.result.decide
        if not contest.valid:
            decide(contest, "", "session-void", "flag", "session-void")
        if contest.stage in ("group", "village") and not in_phase(contest):
            decide(contest, "", "out-of-phase", "flag", "out-of-phase")
        if contest.stage == "village" and contest.opened.get("publish"):
            decide(contest, "", "publish", "flag", "publish")
        if contest.stage == "group":
            if not {"group_leader", "group_cadre"} <= {person["role"] for person in contest.people.values()}:
                decide(contest, "", "not-led", "flag", "not-led")
            due = [who for who in contest.people if contest.status.get(who) != "excused"]
            came = [who for who in due if contest.status.get(who) != "absent"]
            if len(came) < len(due):
                rate = half_up(Fraction(100 * len(came), len(due)), 2)
                decide(contest, "", "participation-short", "flag", "participation-short", value=rate)

    # --- 组内练 -----------------------------------------------------------------------------------------------------------

    def group(self, contest: Contest) -> None:
        self.session(contest)
        weights = {"policy": 40, "law": 30, "growth": 30}
        survey = {r["phase"]: (r["asked"], r["aware"]) for r in contest.records if r["record"] == "survey"}
        awareness: Fraction | None = None
        if set(survey) == {"before", "after"} and min(survey["before"][0], survey["after"][0]) >= 20:
            before, after = (Fraction(survey[p][1], survey[p][0]) for p in ("before", "after"))
            awareness = half_up(100 * (after - before), 2)
        measures: dict[str, dict[str, Value]] = {}
        chains: dict[str, Chain] = {}
        for who in contest.people:
            lines = {criterion: half_up(line(marks, None), 2) for criterion, marks in contest.lines(who).items()}
            tests = {r["phase"]: Fraction(r["score"]) for r in contest.records if r["record"] == "test" and r["contestant"] == who}
            gain = tests["after"] - tests["before"] if len(tests) == 2 else None
            total: Fraction | None = None
            if lines:
                assert set(lines) == set(weights), f"{contest.id} {who}: a line of the sheet has no mark"
                merit = sum((weights[c] * v for c, v in lines.items()), Fraction(0)) / 100
                total = half_up(max(merit - contest.took(who), Fraction(0)), 2)
            measures[who] = {
                "policy": lines.get("policy"),
                "law": lines.get("law"),
                "growth": lines.get("growth"),
                "total": total,
                "own_gain": gain,
                "awareness_gain": awareness,
                "comments": contest.comment_count(who),
            }
            if who not in contest.status and total is not None:
                chains[who] = [("total", total, 1), ("policy", lines["policy"], 1), ("own_gain", gain, 1)]
        standing = ranked(chains, contest.ties)
        for who, person in contest.people.items():
            mine, place = measures[who], standing.get(who)
            status = contest.status.get(who, "ranked" if place else "unscored")
            self.result.stand(contest, who, "", place, status, mine)
            bound = person["role"] in ("group_leader", "group_cadre")
            both = (mine["own_gain"] or 0) > 0 and (awareness or 0) > 0
            decide = self.result.decide
            if status == "ranked" and bound:
                if both:
                    decide(contest, who, "double-rise", "award", "double-rise")
                else:
                    decide(contest, who, "no-double-rise", "flag", "no-double-rise")
            if status == "ranked" and mine["comments"] == 0:
                decide(contest, who, "no-comment", "flag", "no-comment")
            if status == "unscored":
                decide(contest, who, "no-score", "flag", "no-score")
            if status == "absent":
                decide(contest, who, "absent", "flag", "absent")
                self.advance(contest, "absence-to-village", person["group"], "village", total=None, took_part=0)
            # 末位 of a drill: the default scope is the tier, so the season board bars, not the session
            if place and contest.opened.get("last_scope") == "session":
                if place.place == "last" and contest.valid:
                    self.bar(contest, "last-barred", who)
                if place.place == "last-pending":
                    decide(contest, who, "last-open", "ask", "last-place", status="pending")
            if place and contest.valid:
                self.advance(contest, "to-village", person["group"], "village", total=mine["total"], took_part=1)
                rise = 1 if not bound or both else 0
                self.advance(contest, "to-board", who, "board", total=mine["total"], rise=rise, rank=place.rank)

    # --- 村内比 -----------------------------------------------------------------------------------------------------------

    def village(self, contest: Contest) -> None:
        self.session(contest)
        criteria = ("industry", "habitat", "livelihood", "governance")
        mode = contest.opened.get("combine", "weighted")
        scope = contest.opened.get("last_scope", "session")
        whom = contest.opened.get("last_whom", "leaders")
        measures: dict[str, dict[str, Value]] = {}
        chains: dict[str, Chain] = {}
        for who in contest.people:
            lines = {criterion: half_up(line(marks, 5), 2) for criterion, marks in contest.lines(who).items()}
            came = [row for row in contest.advanced if row["contestant"] == who]
            drills = [row["total"] for row in came if row["total"] is not None]
            drill = half_up(sum(drills, Fraction(0)) / len(drills), 2) if drills else None
            absent = sum(1 for row in came if row["took_part"] == 0)
            total: Fraction | None = None
            if lines:
                assert set(lines) == set(criteria), f"{contest.id} {who}: a line of the sheet has no mark"
                observed = sum((25 * v for v in lines.values()), Fraction(0)) / 100
                whole = (80 * observed + 20 * drill) / 100 if mode == "weighted" and drill is not None else observed
                total = half_up(max(whole - absent * 1 - contest.took(who), Fraction(0)), 2)
            measures[who] = {c: lines.get(c) for c in criteria} | {
                "drill": drill,
                "absent": absent,
                "total": total,
                "comments": contest.comment_count(who),
            }
            admitted = mode != "gate" or (drill or 0) >= 60
            if who not in contest.status and total is not None and admitted:
                chains[who] = [("total", total, 1), ("governance", lines["governance"], 1)]
        standing = ranked(chains, contest.ties)
        for who, group in contest.people.items():
            mine, place = measures[who], standing.get(who)
            status = contest.status.get(who, "ranked" if place else "unscored")
            self.result.stand(contest, who, "", place, status, mine)
            decide = self.result.decide
            if place and place.rank <= 1 and place.place in ("first", "between") and not place.tied and contest.valid:
                for person in (group["leader"], group["cadre"]):
                    self.bonus(contest, "leading-group", person, Fraction(1, 2))
            if mode in ("weighted", "gate") and mine["drill"] is None:
                decide(contest, who, "no-drill", "flag", "no-drill")
            if mine["absent"]:
                decide(contest, who, "not-all-took-part", "flag", "not-all-took-part")
            if status == "ranked" and mine["comments"] == 0:
                decide(contest, who, "no-comment", "flag", "no-comment")
            if status == "unscored":
                decide(contest, who, "no-score", "flag", "no-score")
            if place and scope == "session":
                if place.place == "last" and contest.valid:
                    if whom in ("leaders", "both"):
                        for person in (group["leader"], group["cadre"]):
                            self.bar(contest, "last-leaders-barred", person)
                    if whom in ("unit", "both"):
                        self.bar(contest, "last-group-barred", who)
                if place.place == "last-pending":
                    decide(contest, who, "last-open", "ask", "last-place", status="pending")
            if place and contest.valid:
                self.advance(contest, "to-town", group["village"], "town", total=mine["total"], rank=place.rank)
                self.advance(contest, "to-board", who, "board", total=mine["total"], rank=place.rank)

    # --- 镇内赛 -----------------------------------------------------------------------------------------------------------

    def town(self, contest: Contest) -> None:
        self.session(contest)
        weights = {"progress": 30, "quality": 40, "effect": 30}
        topics = {"monitoring": 20, "ecology": 15, "industry": 20, "economy": 20, "villages": 15, "governance": 10}
        held = {key[1] for key in contest.marks}
        measures: dict[str, dict[str, Value]] = {}
        chains: dict[str, Chain] = {}
        for who in contest.people:
            sums = dict.fromkeys(weights, Fraction(0))
            weight = 0
            for topic in topics:
                lines = contest.lines(who, topic)
                if not lines:
                    continue
                assert set(lines) == set(weights), f"{contest.id} {who}: a line of the sheet has no mark"
                weight += topics[topic]
                for criterion, marks in lines.items():
                    sums[criterion] += topics[topic] * half_up(line(marks, 5), 2)
            complete = all(contest.lines(who, topic) for topic in held)
            came = [row["total"] for row in contest.advanced if row["contestant"] == who]
            groups = half_up(sum(came, Fraction(0)) / len(came), 2) if came else None
            total: Fraction | None = None
            if complete and weight:
                merit = sum((weights[c] * sums[c] for c in weights), Fraction(0)) / (100 * weight)
                whole = (90 * merit + 10 * groups) / 100 if groups is not None else merit
                total = half_up(max(whole - contest.took(who), Fraction(0)), 2)
            shown = {c: half_up(sums[c] / weight, 2) if weight else None for c in weights}
            measures[who] = {**shown, "groups": groups, "total": total, "comments": contest.comment_count(who)}
            if who not in contest.status and total is not None:
                chains[who] = [("total", total, 1), ("quality", shown["quality"], 1), ("effect", shown["effect"], 1)]
        standing = ranked(chains, contest.ties)
        for who, village in contest.people.items():
            mine, place = measures[who], standing.get(who)
            status = contest.status.get(who, "ranked" if place else "unscored")
            self.result.stand(contest, who, "", place, status, mine)
            leaders = (village["secretary"], village["director"])
            decide = self.result.decide
            if place and place.rank <= 3 and contest.valid:
                assert mine["total"] >= 60  # type: ignore[operator]
                assert place.place in ("first", "between")
                assert not place.tied
                for person in leaders:
                    decide(contest, person, "top-three", "certificate", "top-three")
                    decide(contest, person, "top-three-cash", "cash", value=(3000, 2000, 1000)[place.rank - 1])
                self.bonus(contest, "leading-bonus", who, Fraction((3, 2, 1)[place.rank - 1]))
                for person in leaders:
                    self.bonus(contest, "leading-bonus", person, (Fraction(2), Fraction(3, 2), Fraction(1))[place.rank - 1])
            if status == "ranked" and mine["comments"] == 0:
                decide(contest, who, "no-comment", "flag", "no-comment")
            if status == "unscored":
                decide(contest, who, "no-score", "flag", "no-score")
            if place and place.place == "last" and contest.valid:
                self.bar(contest, "last-village-barred", who)
                for person in leaders:
                    self.bar(contest, "last-leaders-barred", person)
            if place and place.place == "last-pending":
                decide(contest, who, "last-open", "ask", "last-place", status="pending")
            if place and contest.valid:
                self.advance(contest, "to-board", who, "board", total=mine["total"], rank=place.rank)

    # --- 全镇总评 ---------------------------------------------------------------------------------------------------------

    def board(self, contest: Contest) -> None:
        measures: dict[str, dict[str, Value]] = {}
        rises: dict[str, int] = {}
        standing: dict[str, Standing] = {}
        divisions: dict[str, dict[str, Chain]] = {}
        for who, person in contest.people.items():
            came = [row for row in contest.advanced if row["contestant"] == who]
            totals = [row["total"] for row in came if row["total"] is not None]
            total = half_up(sum(totals, Fraction(0)) / len(totals), 2) if totals else None
            best = min((row["rank"] for row in came), default=None)
            rises[who] = min((row["rise"] for row in came if "rise" in row), default=1)
            measures[who] = {"sessions": len(came), "total": total, "best_rank": best}
            division = divisions.setdefault(person["division"], {})
            if who not in contest.status and total is not None:
                division[who] = [("total", total, 1), ("best_rank", best, -1)]
        for chains in divisions.values():
            standing.update(ranked(chains, contest.ties))
        for who, person in contest.people.items():
            place = standing.get(who)
            status = contest.status.get(who, "ranked" if place else "unscored")
            self.result.stand(contest, who, person["division"], place, status, measures[who])
        for division in divisions:
            persons = division in ("leader", "cadre", "business")
            rule, title = ("post-model", "post-model") if persons else ("advanced-unit", "advanced-unit")
            open_to = [w for w in divisions[division] if not persons or rises[w] == 1]
            for who, status in places(open_to, standing, 3):
                self.result.decide(contest, who, rule, "title", title, status=status)
            for who in divisions[division]:
                place = standing[who]
                if persons and place.rank <= 3 and place.place in ("first", "between"):
                    granted = contest.granted.get(("person-bonus", who))
                    status = "pending" if granted is None else "granted" if granted else "refused"
                    self.bonus(contest, "person-bonus", who, (Fraction(3, 2), Fraction(1), Fraction(1, 2))[place.rank - 1], status)
                # scope of 末位: tier for the drills, session for the village contests and the town final
                if persons and place.place == "last":
                    self.bar(contest, "last-barred", who)
                if persons and place.place == "last-pending":
                    self.result.decide(contest, who, "last-open", "ask", "last-place", status="pending")

    # --- 年终考核 ---------------------------------------------------------------------------------------------------------

    def year_end(self, contest: Contest) -> None:
        honours = {"village_team": 3, "village_cadre": 6, "town_cadre": 5, "group_cadre": 10}
        least = {"excellent": 85, "competent": 70, "basic": 60}
        measures: dict[str, dict[str, Value]] = {}
        standing: dict[str, Standing] = {}
        categories: dict[str, dict[str, Chain]] = {}
        for who, person in contest.people.items():
            kinds: dict[str, Fraction | None] = {}
            for kind in ("common", "individual"):
                rows = [r for r in contest.records if r["record"] == "indicator" and r["contestant"] == who and r["aspect"] == kind]
                weight = sum((Fraction(r.get("weight", 1)) for r in rows), Fraction(0))
                score = sum((Fraction(r["score"]) * Fraction(r.get("weight", 1)) for r in rows), Fraction(0))
                kinds[kind] = half_up(score / weight, 2) if rows else None
            common, individual = kinds["common"], kinds["individual"]
            base = common if individual is None else individual if common is None else half_up((40 * common + 60 * individual) / 100, 2)
            sources: dict[str, Fraction] = {}
            for contestant, value, source in contest.bonuses:
                if contestant == who:
                    sources[source] = sources.get(source, Fraction(0)) + value
            claimed = sum(sources.values(), Fraction(0))
            bonus = min(sum((min(points, Fraction(3)) for points in sources.values()), Fraction(0)), Fraction(5))
            total = None if base is None else half_up(max(base + bonus - contest.took(who), Fraction(0)), 2)
            vetoes = sum(1 for r in contest.records if r["record"] == "veto" and r["contestant"] == who)
            bars = sum(1 for contestant, honour in contest.barred if contestant == who and honour == "honours")
            measures[who] = {
                "common": common,
                "individual": individual,
                "base": base,
                "claimed": claimed,
                "bonus": bonus,
                "total": total,
                "vetoes": vetoes,
                "bars": bars,
            }
            category = categories.setdefault(person["category"], {})
            if who not in contest.status and total is not None:
                category[who] = [("total", total, 1), ("base", base, 1), ("individual", individual, 1)]
        for chains in categories.values():
            standing.update(ranked(chains, contest.ties))
        for who, person in contest.people.items():
            place = standing.get(who)
            status = contest.status.get(who, "ranked" if place else "unscored")
            self.result.stand(contest, who, person["category"], place, status, measures[who])
            if status != "ranked":
                self.result.decide(contest, who, "ungraded", "flag", "ungraded")
            if measures[who]["vetoes"]:
                self.result.decide(contest, who, "vetoed", "flag", "vetoed")
            if measures[who]["bars"]:
                self.result.decide(contest, who, "barred", "flag", "barred")
            if measures[who]["claimed"] > measures[who]["bonus"]:  # type: ignore[operator]
                self.result.decide(contest, who, "bonus-capped", "flag", "bonus-capped")
        if not published_long_enough(contest):
            self.result.decide(contest, "", "publicity-short", "flag", "publicity-short")
        barred = {contestant for contestant, honour in contest.barred if honour == "excellent"}
        for category, members in categories.items():
            total = {who: measures[who]["total"] for who in members}
            clean = [who for who in members if not measures[who]["vetoes"]]
            good = [who for who in clean if total[who] >= least["excellent"]]  # type: ignore[operator]
            # 20 % of those ranked, rounded down; a barred one leaves the place to the next
            quota = len(members) * 20 // 100
            grade: dict[str, str] = {}
            for who, status in places([w for w in good if w not in barred], standing, quota):
                if status == "granted":
                    grade[who] = "excellent"
                self.result.decide(contest, who, "excellent", "grade", "excellent", status=status)
            for who in good:
                if who in barred:
                    self.result.decide(contest, who, "excellent", "grade", "excellent", status="barred")
            for who in members:
                if who not in grade:
                    t: Any = total[who]
                    grade[who] = "competent" if who in clean and t >= least["competent"] else "basic" if t >= least["basic"] else "poor"
                    self.result.decide(contest, who, grade[who], "grade", grade[who])
            worthy = [w for w in clean if total[w] >= least["competent"]]  # type: ignore[operator]
            for who, status in places([w for w in worthy if not measures[w]["bars"]], standing, honours[category]):
                self.result.decide(contest, who, "honours", "title", "honours", status=status)
            for who in worthy:
                if measures[who]["bars"]:
                    self.result.decide(contest, who, "honours", "title", "honours", status="barred")


def places(candidates: Sequence[str], standing: dict[str, Standing], quota: int) -> list[tuple[str, str]]:
    """What becomes of the candidates for `quota` places, best rank first.

    Level candidates of whom only some would fit wait for a decision: a quota is never exceeded, and nobody is preferred.
    """
    found: list[tuple[str, str]] = []
    before = 0
    for rank in sorted({standing[who].rank for who in candidates}):
        block = [who for who in candidates if standing[who].rank == rank]
        fits, none_left = before + len(block) <= quota, before >= quota
        found += [(who, "granted" if fits else "refused" if none_left else "pending") for who in block]
        before += len(block)
    return found


def in_phase(contest: Contest) -> bool:
    """四: drills and contests are held from 20 May to 30 September 2024."""
    return date(2024, 5, 20) <= date.fromisoformat(contest.opened["date"]) <= date(2024, 9, 30)


def published_long_enough(contest: Contest) -> bool:
    """公示 five days, both ends counted."""
    first, last = contest.opened.get("publicity_from"), contest.opened.get("publicity_to")
    return first is not None and last is not None and (date.fromisoformat(last) - date.fromisoformat(first)).days + 1 >= 5


# --- files --------------------------------------------------------------------------------------------------------------


def text(value: Value) -> str:
    """A value as it stands in a table: exact decimals without trailing zeros."""
    if value is None:
        return ""
    if isinstance(value, Fraction):
        digits = value * 10**9
        assert digits.denominator == 1, f"{value} is no decimal"
        whole, part = divmod(abs(digits.numerator), 10**9)
        return ("-" if value < 0 else "") + f"{whole}.{part:09}".rstrip("0").rstrip(".")
    return str(value)


def write(path: Path, rows: Sequence[Row]) -> None:
    """Rows as CSV; columns in the order in which they appear."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([text(row.get(name)) for name in names] for row in rows)


# --- 演讲比赛 -------------------------------------------------------------------------------------------------------------


def talk(events: Sequence[Event]) -> Result:
    """The talk contest: the whole sheets of the judges are trimmed, overtime comes off after the mean."""
    result = Result()
    for contest in contests(events).values():
        measures: dict[str, dict[str, Value]] = {}
        chains: dict[str, Chain] = {}
        for who in contest.people:
            sheets: dict[str, Fraction] = {}
            for (contestant, _, _, judge), value in contest.marks.items():
                if contestant == who and (judge, who) not in contest.recused:
                    sheets[judge] = sheets.get(judge, Fraction(0)) + value
            seconds = next((r["seconds"] for r in contest.records if r["record"] == "timing" and r["contestant"] == who), None)
            over = (seconds or 0) - 480
            begun = -(-(over - 15) // 30) if over > 15 else 0
            overtime = min(Fraction(begun, 2), Fraction(3))
            mine: dict[str, Value] = {"seconds": seconds, "overtime": overtime}
            mine |= dict.fromkeys(("average", "total", "fine", "content", "head"))
            if sheets:
                mean = line(list(sheets.values()), 5)
                content = contest.lines(who)["content"]
                off = overtime + contest.took(who)
                mine["average"] = half_up(mean, 2)
                mine["total"] = half_up(max(half_up(mean, 2) - off, Fraction(0)), 2)
                mine["fine"] = half_up(mean - off, 4)
                mine["content"] = half_up(sum(content, Fraction(0)) / len(content), 2)
                mine["head"] = next((sheets[j] for j, judge in contest.judges.items() if judge.get("role") == "head" and j in sheets), None)
            measures[who] = mine
            if who not in contest.status and sheets:
                chains[who] = [(name, mine[name], 1) for name in ("total", "fine", "content", "head")]  # type: ignore[misc]
        standing = ranked(chains, contest.ties)
        for who in contest.people:
            mine, place = measures[who], standing.get(who)
            result.stand(contest, who, "", place, contest.status.get(who, "ranked" if place else "unscored"), mine)
            if mine["overtime"]:
                result.decide(contest, who, "overtime", "flag", "overtime")
            if place is None:
                continue
            assert not place.tied
            total: Any = mine["total"]
            prize = "first-prize" if place.rank <= 1 else "second-prize" if place.rank <= 3 else "third-prize" if place.rank <= 6 else ""
            if prize:
                result.decide(contest, who, prize, "award", prize)
            elif total >= 80:
                result.decide(contest, who, "merit", "award", "merit")
            if mine["seconds"] is None:
                result.decide(contest, who, "no-timing", "flag", "no-timing")
    return result


# --- the expected tables ------------------------------------------------------------------------------------------------


def correction(events: Iterable[Event]) -> int:
    """The seq before which nobody knew of the typing error: that of the last unlocking."""
    return max(int(event["seq"]) for event in events if event["kind"] == "unlocked")


def main() -> None:
    """Writes the expected tables."""
    log = read(SAMPLES / "season.jsonl")
    before = correction(log) - 1
    for name, result in (
        ("season", Season(log).result),
        ("season_before_correction", Season([event for event in log if event["seq"] <= before]).result),
        ("talk", talk(read(SAMPLES / "talk.jsonl"))),
    ):
        write(EXPECTED / name / "standings.csv", result.standings)
        write(EXPECTED / name / "decisions.csv", result.decisions)


if __name__ == "__main__":
    main()
