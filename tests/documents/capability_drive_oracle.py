"""The tables of `sample_events/capability_drive.jsonl`, computed apart from the engine from the text of document S0.

Open parameters: speakers may come again in another month, invited lectures count, make-up tests count and leave is no
absence, pass mark 60, one point at the year's end for all tests taken and passed on average, two experts in each event with
one point.
A week, month or quarter is due when it is over by the end of the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.documents.plain import Book, Decision, Event, Row, half_up, last_of_month, per_cent, plain_number, ranks, shown, truth

MONTHS = tuple(f"2024-{month:02}" for month in (8, 9, 10, 11, 12))
QUARTERS = {"2024-Q3": date(2024, 9, 30), "2024-Q4": date(2024, 12, 31)}
MONDAYS = tuple(date(2024, 8, 5) + timedelta(days=7 * n) for n in range(21))
WORKFLOWS = ("study", "documents", "petitions", "instructions", "replies", "information", "services", "reception", "finance", "seals")
PIONEERS = ("serving", "mediation", "industry", "law", "neighbours", "customs")
DEADLINE, ISSUED, ENDS = date(2024, 8, 10), date(2024, 8, 15), date(2024, 12, 31)

Part = tuple[list[Row], list[Decision]]
Key = Callable[[Event], object]


def week(day: str) -> date:
    """The Monday of a day's week."""
    one = date.fromisoformat(day)
    return one - timedelta(days=one.weekday())


def quarter(day: str) -> str:
    """The quarter of a day."""
    return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"


def over(book: Book) -> tuple[str, ...]:
    """The months that are over."""
    return tuple(month for month in MONTHS if last_of_month(date.fromisoformat(month + "-01")) < book.last)


def refuse(book: Book, rejected: dict[str, str], wrong: Key, code: str) -> None:
    """Takes out the records that a rule does not admit."""
    for record in [r for r in book.records if wrong(r)]:
        rejected[record["id"]] = code
        book.records.remove(record)


def row(book: Book, contestant: str, **values: object) -> Row:
    """A row of the standings."""
    fixed = {"competition": book.id, "scope": "", "contestant": contestant, "status": book.status.get(contestant, "ranked")}
    return fixed | {name: str(value) for name, value in values.items()}


def place(rows: list[Row], keys: Mapping[str, tuple[Any, ...]]) -> None:
    """Enters the ranks."""
    for contestant, rank in ranks(keys).items():
        next(r for r in rows if r["contestant"] == contestant)["rank"] = str(rank)


def town(book: Book) -> Part:
    """Who spoke, who was trained, the cases."""
    decisions: list[Decision] = []
    reached = Counter[str]()
    for month in MONTHS:
        for role, rule, wanted in (("leader", "too-few-leaders", 4), ("cadre", "too-few-cadres", 6)):
            number = len({r["speaker"] for r in book.of("speech", role=role) if r["held"][:7] == month})
            reached[role] += number >= wanted
            if number < wanted and month in over(book):
                decisions.append((book.id, "town", rule, "flag", rule, str(number), "", "granted"))
    leaders, there = {r["person"] for r in book.of("leader")}, {r["person"] for r in book.of("trained")}
    outputs = {r["case"]: r["what"] for r in book.of("output")}
    settled = 0
    for case in book.of("case"):
        if outputs.get(case["case"]) == {"negative": "remedy", "positive": "practice"}[case["side"]]:
            settled += 1
        elif book.last > ENDS:
            decisions.append((book.id, "town", "case-without-output", "flag", "case-without-output", case["case"], "", "granted"))
    values = {
        "rank": 1,
        "leader_months": reached["leader"],
        "cadre_months": reached["cadre"],
        "trained": shown(per_cent(len(leaders & there), len(leaders))),
        "conferences": len(book.of("conference")),
        "negative": len(book.of("case", side="negative")),
        "positive": len(book.of("case", side="positive")),
        "settled": settled,
    }
    return [row(book, "town", **values)], decisions


def units(book: Book, rejected: dict[str, str]) -> Part:
    """Plans, meetings, lectures, contests, trainings with tests, workflows."""
    refuse(book, rejected, lambda r: r["record"] != "recess" and r["contestant"] not in book.contestants, "unknown-contestant")
    refuse(book, rejected, lambda r: r["record"] == "workflow" and r["workflow"] not in WORKFLOWS, "one-of")
    off = {week(r["held"]) for r in book.of("recess")}
    rows: list[Row] = []
    decisions: list[Decision] = [(book.id, "", "deadline-before-document", "flag", "deadline-before-document", "", "", "granted")]
    keys = {}
    for unit in book.contestants:
        flags: list[tuple[str, str]] = []
        met = {week(r["held"]) for r in book.of("meeting", contestant=unit)}
        due = [monday for monday in MONDAYS if monday not in off and monday + timedelta(days=6) < book.last]
        flags += [("week-without-meeting", f"2024-W{monday.isocalendar().week:02}") for monday in due if monday not in met]
        lectures = {r["held"][:7] for r in book.of("lecture", contestant=unit)}
        months = over(book)
        flags += [("month-without-lecture", month) for month in months if month not in lectures]
        contests = {quarter(r["held"]) for r in book.of("contest_held", contestant=unit)}
        quarters = [q for q, last in QUARTERS.items() if last < book.last]
        flags += [("quarter-without-contest", q) for q in quarters if q not in contests]
        sat = {r["training"]: r["sat"] for r in book.of("training_test", contestant=unit)}
        trainings = book.of("training", contestant=unit)
        for training in trainings:
            if training["training"] not in sat:
                flags.append(("training-without-test", training["training"]))
            elif sat[training["training"]] < training["attended"]:
                flags.append(("test-not-by-all", training["training"]))
            elif sat[training["training"]] > training["attended"]:
                flags.append(("more-tested-than-trained", training["training"]))
        tested = sum(t["training"] in sat for t in trainings)
        flows = len({r["workflow"] for r in book.of("workflow", contestant=unit)})
        flags += [("workflows-short", str(flows))] * (flows < 10 and book.last > ENDS)
        filed = [date.fromisoformat(r["filed"]) for r in book.of("plan", contestant=unit)]
        late = (filed[0] - DEADLINE).days if filed else None
        flags += [("no-plan", "")] * (late is None and book.last > DEADLINE)
        decisions += [(book.id, unit, flag, "flag", flag, value, "", "granted") for flag, value in flags]
        if late is not None and late > 0 and DEADLINE < ISSUED:
            decisions.append((book.id, unit, "plan-late-to-decide", "ask", "plan-late", "", "", book.settled("plan-late-to-decide", unit)))
        weeks_kept = sum(monday in met for monday in due)
        done = len(filed) + weeks_kept + len(lectures & set(months)) + len(contests & set(quarters)) + tested + flows
        kept = per_cent(done, 1 + len(due) + len(months) + len(quarters) + len(trainings) + 10)
        keys[unit] = (kept,)
        rows.append(
            row(
                book,
                unit,
                weeks=len(due),
                weeks_kept=weeks_kept,
                months_kept=len(lectures & set(months)),
                quarters_kept=len(contests & set(quarters)),
                trainings=len(trainings),
                tested=tested,
                workflows=flows,
                days_late="" if late is None else late,
                kept=shown(kept),
            )
        )
    place(rows, keys)
    return rows, decisions


def staff(book: Book, rejected: dict[str, str]) -> Part:
    """Monthly tests, badges, titles, penalties."""
    refuse(book, rejected, lambda r: r["record"] != "test" and r["contestant"] not in book.contestants, "unknown-contestant")
    refuse(book, rejected, lambda r: r["record"] == "sitting" and not 0 <= r["mark"] <= 100, "range")
    tests = [r["test"] for r in book.of("test")]
    rows: list[Row] = []
    decisions: list[Decision] = []
    keys = {}
    due_of, sat_of = Counter[str](), Counter[str]()
    for one, event in book.contestants.items():
        marks = {r["test"]: Fraction(r["mark"]) for r in book.of("sitting", contestant=one)}  # the last one counts
        leave = {r["test"] for r in book.of("leave", contestant=one)}
        due = [test for test in tests if test in marks or test not in leave]
        due_of.update(due)
        sat_of.update(list(marks))
        flags = [("missed-test", test) for test in due if test not in marks] + [
            ("failed-test", test) for test, mark in marks.items() if mark < 60
        ]
        badges = len({r["what"] for r in book.of("shown", contestant=one)})
        flags += [("badges-short", str(badges))] * (event.get("young", False) and badges < 3 and book.last > ENDS)
        decisions += [(book.id, one, flag, "flag", flag, value, "", "granted") for flag, value in flags]
        for nomination in book.of("nomination", contestant=one):
            rule = "pioneer" if nomination["field"] in PIONEERS else "model"
            decisions.append((book.id, one, rule, "title", rule, nomination["field"], "", book.settled(rule, one)))
        holding = 0
        for penalty in book.of("penalty", contestant=one):
            if any(r["at"] < penalty["at"] for r in book.of("reminder", contestant=one, matter=penalty["matter"])):
                holding += 1
                decisions.append(
                    (book.id, one, "penalty", "deduction", "", plain_number(Fraction(penalty["points"])), "year-end", "granted")
                )
            else:
                name = "penalty-without-reminder"
                decisions.append((book.id, one, name, "flag", name, penalty["matter"], "", "granted"))
        took_part = per_cent(len(marks), len(due))
        average = Fraction(half_up(sum(marks.values(), Fraction(0)) / len(marks), 2)) if marks else None
        if took_part == 100 and average is not None and average >= 60:
            decisions.append((book.id, one, "year-end", "bonus", "", "1", "year-end", "granted"))
        if took_part is not None:  # without a mark there is no average, which parts nobody from the last
            keys[one] = (Fraction(half_up(took_part, 2)), -1 if average is None else average)
        rows.append(
            row(
                book,
                one,
                due=len(due),
                sat=len(marks),
                participation=shown(took_part),
                average=shown(average),
                passed=sum(mark >= 60 for mark in marks.values()),
                badges=badges,
                penalties=holding,
            )
        )
        if one not in keys and one not in book.status:
            rows[-1]["status"] = "unscored"
    place(rows, keys)
    held = {r["held"][:7] for r in book.of("test")}
    decisions += [
        (book.id, "", "month-without-test", "flag", "month-without-test", month, "", "granted") for month in over(book) if month not in held
    ]
    for test in tests:
        if sat_of[test] < due_of[test]:
            decisions.append((book.id, "", "not-all-staff", "flag", "not-all-staff", test, "", "granted"))
    return rows, decisions


def pairs(book: Book) -> Part:
    """Rank, age, talks."""
    rows: list[Row] = []
    decisions: list[Decision] = []
    keys = {}
    for pair, event in book.contestants.items():
        born, on = date.fromisoformat(event["born"]), date(2024, 8, 1)
        age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        senior, young = event["mentor_rank"] != "staff", age <= 35
        if not senior:
            decisions.append((book.id, pair, "mentor-too-junior", "flag", "mentor-too-junior", "", "", "granted"))
        if not young:
            decisions.append((book.id, pair, "apprentice-too-old", "flag", "apprentice-too-old", str(age), "", "granted"))
        talks = {r["held"] for r in book.of("talk", contestant=pair)}
        months = {held[:7] for held in talks}
        for month in over(book):
            if month not in months:
                decisions.append((book.id, pair, "month-without-talk", "flag", "month-without-talk", month, "", "granted"))
        rows.append(row(book, pair, age=age, valid=truth(senior and young), talks=len(talks), months_kept=len(months)))
        if senior and young:
            keys[pair] = (len(months), len(talks))
        else:
            rows[-1]["status"] = "unranked"
    place(rows, keys)
    if len(keys) < 28:
        decisions.append((book.id, "", "pairs-short", "flag", "pairs-short", str(len(keys)), "", "granted"))
    return rows, decisions


def contest(book: Book, rejected: dict[str, str]) -> Part:
    """Five judges, one highest and one lowest left out; two experts in each event."""
    for event in [e for e in book.scores if not 0 <= e["value"] <= 100]:
        rejected[event["id"]] = "range"
        book.scores.remove(event)
    rows: list[Row] = []
    decisions: list[Decision] = []
    events = {event["event"] for event in book.contestants.values()}
    if len(events) < 5:
        decisions.append((book.id, "", "events-short", "flag", "events-short", str(len(events)), "", "granted"))
    for named in events:
        keys = {}
        for one, entry in book.contestants.items():
            if entry["event"] != named:
                continue
            marks = sorted(Fraction(e["value"]) for e in book.scores if e["contestant"] == one)
            score = Fraction(half_up(sum(marks[1:-1], Fraction(0)) / 3, 2)) if marks else None
            rows.append(row(book, one, score=shown(score)) | {"scope": named})
            if score is not None:
                keys[one] = (score,)
        place(rows, keys)
        for one, rank in ranks(keys).items():
            if rank <= 2:
                decisions.append((book.id, one, "expert", "title", "skills-expert", "", "", "granted"))
                decisions.append((book.id, one, "expert", "bonus", "", "1", "year-end", "granted"))
    return rows, decisions


def year_end(book: Book, decided: list[Decision]) -> Part:
    """The evaluation: common indicators 40 %, individual 60 %; bonus of one source up to 3, of all up to 5; 20 % excellent, 5 honoured."""
    came: dict[str, dict[str, Fraction]] = {}
    for source, one, _, consequence, _, value, to, status in decided:
        if to == "year-end" and status == "granted":
            points = Fraction(value) if consequence == "bonus" else -Fraction(value)
            of_one = came.setdefault(one, {})
            of_one[source] = of_one.get(source, Fraction(0)) + points
    rows: list[Row] = []
    keys: dict[str, tuple[Fraction, ...]] = {}
    for one in book.contestants:
        scores = {r["aspect"]: Fraction(r["score"]) for r in book.of("indicator", contestant=one)}
        base = Fraction(half_up((40 * scores["common"] + 60 * scores["individual"]) / 100, 2))
        sources = came.get(one, {})
        bonus = min(sum((min(points, Fraction(3)) for points in sources.values()), Fraction(0)), Fraction(5))
        claimed = sum(sources.values(), Fraction(0))
        assert claimed == bonus
        total = Fraction(half_up(max(base + bonus, Fraction(0)), 2))
        keys[one] = (total, base, scores["individual"])
        rows.append(
            row(
                book,
                one,
                common=shown(scores["common"]),
                individual=shown(scores["individual"]),
                base=shown(base),
                claimed=shown(claimed),
                bonus=shown(bonus),
                total=shown(total),
                vetoes=0,
                bars=0,
            )
            | {"scope": "town_cadre"}
        )
    place(rows, keys)
    order = ranks(keys)
    assert len(set(order.values())) == len(order), "no ties, so no place at an edge is open"
    decisions: list[Decision] = []
    for one, (total, *_) in keys.items():
        excellent = total >= 85 and sum(keys[other][0] >= 85 and order[other] < order[one] for other in keys) < len(keys) * 20 // 100
        if total >= 85:
            decisions.append((book.id, one, "excellent", "grade", "excellent", "", "", "granted" if excellent else "refused"))
        if not excellent:
            grade = "competent" if total >= 70 else "basic" if total >= 60 else "poor"
            decisions.append((book.id, one, grade, "grade", grade, "", "", "granted"))
        if total >= 70:
            decisions.append((book.id, one, "honours", "title", "honours", "", "", "granted" if order[one] <= 5 else "refused"))
    return rows, decisions


def tables(found: dict[str, Book]) -> tuple[list[Row], list[Decision], dict[str, str]]:
    """Standings, decisions and rejections."""
    rejected: dict[str, str] = {}
    parts = [
        town(found["drive-town-2024"]),
        units(found["drive-units-2024"], rejected),
        staff(found["drive-staff-2024"], rejected),
        pairs(found["drive-pairs-2024"]),
        *(contest(book, rejected) for name, book in found.items() if name.startswith("drive-contest")),
    ]
    ranked_by = ("leader_months", "kept", "participation", "months_kept", *["score"] * len(parts))
    for (rows, _), measure in zip(parts, ranked_by, strict=False):
        for one in rows:
            one["total"] = one[measure]  # a table without a total shows what ranks it
    if "year-end-2024" in found:
        parts.append(year_end(found["year-end-2024"], [one for _, decisions in parts for one in decisions]))
    return [one for told, _ in parts for one in told], [one for _, decisions in parts for one in decisions], rejected
