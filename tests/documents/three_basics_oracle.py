"""The tables of `sample_events/three_basics.jsonl` computed apart from the engine, from the text of document S4 and the open parameters.

Open parameters: report due five days after the month; quality and role, party and economy half each; three excellent projects with one
point; one rung a finding and one more when it is not rectified within 30 days; honours barred from rung 2; a site meets 80 % of its
lists, a further star needs 95 %. What has no day of its own is due by the end of the year.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from tests.documents.plain import Book, Decision, Row, day_of, half_up, last_of_month, per_cent, plain_number, ranks, shown, truth

LISTS = {"five_goods": 5, "ledgers": 11, "strong_and_good": 8, "six_haves": 6}
OWN = {"village": ("five_goods", "ledgers"), "enterprise": ("five_goods", "strong_and_good", "six_haves"), "other": ("five_goods",)}
LADDER = 3
ENDS = date(2017, 12, 31)


def rounded(value: Fraction) -> Fraction:
    """To two places, half up."""
    return Fraction(half_up(value, 2))


def axes(book: Book, contestant: str, criteria: tuple[str, str]) -> tuple[Fraction, Fraction] | None:
    """The mean of the judges' last marks on each of two criteria, rounded; None where one has no marks."""
    found = []
    for criterion in criteria:
        marks = {e["judge"]: Fraction(e["value"]) for e in book.scores if e["contestant"] == contestant and e["criterion"] == criterion}
        if not marks:
            return None
        found.append(rounded(sum(marks.values(), Fraction(0)) / len(marks)))
    return found[0], found[1]


def projects(book: Book, rejected: dict[str, str]) -> tuple[list[Row], list[Decision]]:
    """Reports by the month, inspections by the quarter, account, close-out; the excellent projects."""
    for event in [e for e in book.scores if Fraction(e["value"]).denominator != 1 or not 0 <= e["value"] <= 100]:
        rejected[event["id"]] = "places" if Fraction(event["value"]).denominator != 1 else "range"
        book.scores.remove(event)
    for record in [r for r in book.records if r["contestant"] not in book.contestants]:
        rejected[record["id"]] = "unknown-contestant"
        book.records.remove(record)
    rows: list[Row] = []
    decisions: list[Decision] = []
    merit: dict[str, Fraction] = {}
    on_time: dict[str, int] = {}
    in_order: dict[str, bool] = {}
    for project, event in book.contestants.items():
        marks = axes(book, project, ("quality", "role"))
        if marks is not None:
            merit[project] = rounded((marks[0] + marks[1]) / 2)
        states = []
        flags = []
        for month in range(1, 13):
            end = last_of_month(date(2017, month, 1))
            handed = [day_of(r["at"]) for r in book.of("report", contestant=project, covers=end.isoformat())]
            due = end + timedelta(days=5)
            if not handed and book.last <= due:
                continue
            states.append("missing" if not handed else "done" if min(handed) <= due else "late")
            flags += [(f"report-{states[-1]}", f"2017-{month:02}")] * (states[-1] != "done")
        quarters = {(date.fromisoformat(r["held"]).month - 1) // 3 for r in book.of("inspection", contestant=project)}
        accounted, closed = bool(book.of("account", contestant=project)), bool(book.of("close_out", contestant=project))
        on_time[project] = states.count("done")
        in_order[project] = len(states) == 12 and "missing" not in states and len(quarters) == 4 and accounted and closed
        rows.append(
            {
                "competition": book.id,
                "scope": "",
                "contestant": project,
                "status": "ranked" if project in merit else "unscored",
                "total": shown(merit.get(project)),
                "merit": shown(merit.get(project)),
                "reports": str(states.count("done")),
                "late_reports": str(states.count("late")),
                "missing_reports": str(states.count("missing")),
                "inspections": str(len(quarters)),
                "accounted": truth(accounted),
                "closed": truth(closed),
                "in_order": truth(in_order[project]),
            }
        )
        over = [quarter for quarter in range(4) if last_of_month(date(2017, 3 * quarter + 3, 1)) < book.last]
        flags += [("inspection-missing", f"2017-Q{quarter + 1}") for quarter in over if quarter not in quarters]
        if book.last > ENDS:
            flags += [("account-missing", "")] * (not accounted) + [("not-closed-out", "")] * (not closed)
        flags += [("chain-broken", "")] * any(name not in event for name in ("leads", "undertakes", "watches"))
        decisions += [(book.id, project, flag, "flag", flag, value, "", "granted") for flag, value in flags]
    place = ranks({project: (merit[project], on_time[project]) for project in merit})
    for row in rows:
        row["rank"] = str(place.get(row["contestant"], ""))
    for project, rank in place.items():
        if rank <= 3 and in_order[project]:
            decisions.append((book.id, project, "excellent-project", "award", "excellent-project", "", "", "granted"))
            organisation = book.contestants[project]["organisation"]
            decisions.append((book.id, organisation, "excellent-project", "bonus", "", "1", "year-end", "granted"))
    if len(book.contestants) != 18:
        decisions.append((book.id, "", "register-incomplete", "flag", "register-incomplete", str(len(book.contestants)), "", "granted"))
    return rows, decisions


def organisations(book: Book) -> tuple[list[Row], list[Decision]]:
    """The review on two axes and the ladder of accountability."""
    rows: list[Row] = []
    decisions: list[Decision] = []
    keys = {}
    for contestant, event in book.contestants.items():
        marks = axes(book, contestant, ("party", "economy"))
        if marks is not None:
            keys[contestant] = (rounded((marks[0] + marks[1]) / 2), marks[0])
        climbed = rung = findings = 0
        for finding in book.of("finding", contestant=contestant):
            if finding["about"] == "responsibility":
                decisions.append(
                    (book.id, event["secretary"], "summons", "ask", "summons-talk", "", "", book.settled("summons", contestant))
                )
                continue
            findings += 1
            due = day_of(finding["at"]) + timedelta(days=30)
            rectified = [day_of(r["at"]) for r in book.of("rectified", contestant=contestant, finding=finding["finding"])]
            overdue = (min(rectified) if rectified else book.last) > due
            climbed += 2 if overdue else 1
            rung = min(climbed, LADDER)
            decisions.append(
                (book.id, contestant, "accountability", "step", "ladder", str(rung), "", book.settled("accountability", contestant))
            )
            decisions.append((book.id, contestant, "rectify-by", "flag", "rectify-by", due.isoformat(), "", "granted"))
            if overdue:
                decisions.append((book.id, contestant, "not-rectified", "flag", "not-rectified", finding["finding"], "", "granted"))
        if rung >= 2:
            decisions.append((book.id, contestant, "barred", "bar", "honours", "", "year-end", book.settled("barred", contestant)))
        rows.append(
            {
                "competition": book.id,
                "scope": "",
                "contestant": contestant,
                "status": "ranked" if marks else "unscored",
                "party": shown(marks[0] if marks else None),
                "economy": shown(marks[1] if marks else None),
                "total": shown(keys[contestant][0] if marks else None),
                "findings": str(findings),
                "rung": str(rung),
            }
        )
    place = ranks(keys)
    for row in rows:
        row["rank"] = str(place.get(row["contestant"], ""))
    return rows, decisions


def sites(book: Book) -> tuple[list[Row], list[Decision]]:
    """Checklists, the thirty sites, stars."""
    rows: list[Row] = []
    decisions: list[Decision] = []
    keys = {}
    for contestant, event in book.contestants.items():
        met = {}
        for check in book.of("check", contestant=contestant):
            met[check["list"]] = check["met"]  # the last one counts
        for name, number in met.items():
            if name not in OWN[event["domain"]]:
                decisions.append((book.id, contestant, "foreign-list", "flag", "foreign-list", name, "", "granted"))
            if number > LISTS[name]:
                decisions.append((book.id, contestant, "more-met-than-listed", "flag", "more-met-than-listed", name, "", "granted"))
        due = sum(LISTS[name] for name in OWN[event["domain"]])
        total = sum(min(met.get(name, 0), LISTS[name]) for name in OWN[event["domain"]])
        share = per_cent(total, due)
        assert share is not None
        keys[contestant] = (rounded(share), event["stars"], -book.order.get(contestant, 0))
        if rounded(share) >= 95 and event["stars"] < 5:
            decisions.append((book.id, contestant, "star-up", "step", "stars", str(event["stars"] + 1), "", "granted"))
        rows.append(
            {
                "competition": book.id,
                "scope": "",
                "contestant": contestant,
                "status": "ranked",
                "items": str(due),
                "met": str(total),
                "fulfilled": shown(share),
                "total": shown(share),
            }
        )
    place = ranks(keys)
    for row in rows:
        row["rank"] = str(place[row["contestant"]])
    open_to = sorted((place[one], one) for one in keys if keys[one][0] >= 80)
    for rank, one in open_to:
        # who shares the rank of the edge with somebody outside does not get in by chance
        last = rank + sum(other == rank for other, _ in open_to) - 1
        status = "granted" if last <= 30 else "refused" if rank > 30 else "pending"
        decisions.append((book.id, one, "demonstration-site", "title", "demonstration-site", "", "", status))
    if len(open_to) < 30 and book.last > ENDS:
        decisions.append((book.id, "", "too-few-sites", "flag", "too-few-sites", str(len(open_to)), "", "granted"))
    return rows, decisions


def talks(book: Book) -> tuple[list[Row], list[Decision]]:
    """Three talks each, everybody on the stage."""
    given = {one: len({r["topic"] for r in book.of("talk", contestant=one)}) for one in book.contestants}
    place = ranks({one: (number,) for one, number in given.items()})
    rows: list[Row] = [
        {
            "competition": book.id,
            "scope": "",
            "contestant": one,
            "rank": str(place[one]),
            "status": "ranked",
            "talks": str(number),
            "total": str(number),
        }
        for one, number in given.items()
    ]
    if book.last <= ENDS:
        return rows, []
    decisions: list[Decision] = [
        (book.id, one, "not-all-talks", "flag", "not-all-talks", str(number), "", "granted") for one, number in given.items() if number < 3
    ]
    coverage = per_cent(sum(number == 3 for number in given.values()), len(given))
    if coverage != 100:
        decisions.append((book.id, "", "coverage-short", "flag", "coverage-short", plain_number(coverage), "", "granted"))
    return rows, decisions


def tables(found: dict[str, Book]) -> tuple[list[Row], list[Decision], dict[str, str]]:
    """Standings, decisions and rejections."""
    rejected: dict[str, str] = {}
    parts = [
        projects(found["basics-projects-2017"], rejected),
        organisations(found["basics-organisations-2017"]),
        sites(found["basics-sites-2017"]),
        talks(found["basics-talks-2017"]),
    ]
    return [row for rows, _ in parts for row in rows], [one for _, decisions in parts for one in decisions], rejected
