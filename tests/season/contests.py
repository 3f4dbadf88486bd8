"""Random small contests, and what their tables must be by plain arithmetic with fractions."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

RULEBOOK = Path(__file__).parent / "plain_contest.yaml"
CRITERIA = {"content": 40, "form": 35, "manner": 25}
CONTEST = "c1"

Event = dict[str, Any]


@st.composite
def contests(draw: st.DrawFn) -> list[Event]:
    """The events of one contest: marks with amendments, voids, recusals, absences, deductions, repeated marks."""
    contestants = [f"p{i}" for i in range(draw(st.integers(1, 5)))]
    judges = [f"j{i}" for i in range(draw(st.integers(1, 7)))]
    events: list[Event] = [{"kind": "opened", "ruleset": "plain-contest", "stage": "final", "seed": "s"}]
    events += [{"kind": "contestant", "contestant": c} for c in contestants]
    events += [{"kind": "judge", "judge": j} for j in judges]
    for judge in judges:
        if draw(st.integers(0, 9)) == 0:
            events.append({"kind": "recused", "judge": judge, "contestant": draw(st.sampled_from(contestants))})
    marks = st.integers(160, 200) if draw(st.booleans()) else st.integers(180, 184)
    scores: list[Event] = []
    for contestant in contestants:
        for judge in judges:
            for criterion in CRITERIA:
                if draw(st.integers(0, 19)):
                    value = Fraction(draw(marks), 2)
                    scores.append({"kind": "score", "judge": judge, "contestant": contestant, "criterion": criterion, "value": value})
    events += scores
    for index, event in enumerate(events):
        event["id"] = f"e{index}"
    for index in range(draw(st.integers(0, 4))):
        if not scores:
            break
        target = draw(st.sampled_from(scores))["id"]
        if draw(st.booleans()):
            change = {"kind": "amended", "event": target, "value": Fraction(draw(marks), 2), "reason": "typo", "by": "head"}
        else:
            change = {"kind": "voided", "event": target, "reason": "wrong sheet"}
        events.append(change | {"id": f"x{index}"})
    for index in range(draw(st.integers(0, 2))):
        value = Fraction(draw(st.integers(0, 6)), 2)
        events.append(
            {"kind": "deduction", "contestant": draw(st.sampled_from(contestants)), "value": value, "reason": "overtime", "id": f"d{index}"}
        )
    if draw(st.integers(0, 4)) == 0:
        events.append({"kind": "absent", "contestant": draw(st.sampled_from(contestants)), "reason": "ill", "id": "a0"})
    return [{"seq": n, "competition": CONTEST, **event} for n, event in enumerate(events, 1)]


def written(events: list[Event]) -> list[Event]:
    """The events as a writer gives them: values as exact decimals."""
    from decimal import Decimal

    def value(v: Any) -> Any:
        return Decimal(v.numerator) / Decimal(v.denominator) if isinstance(v, Fraction) else v

    return [{name: value(v) for name, v in event.items()} for event in events]


def half_up(value: Fraction, places: int) -> Fraction:
    """四舍五入 of a value that is not negative."""
    scaled = value * 10**places + Fraction(1, 2)
    return Fraction(scaled.numerator // scaled.denominator, 10**places)


def totals(events: list[Event]) -> dict[str, Fraction | None]:
    """Each contestant's total: per criterion the mean without one highest and one lowest from five marks up, rounded half up to
    two places, weighted, minus deductions, never below 0; None where a criterion has no mark, or the contestant is absent."""
    voided = {e["event"] for e in events if e["kind"] == "voided"}
    amended: dict[str, Fraction] = {}
    for event in events:
        if event["kind"] == "amended":
            amended[event["event"]] = event["value"]
    recused = {(e["judge"], e["contestant"]) for e in events if e["kind"] == "recused"}
    absent = {e["contestant"] for e in events if e["kind"] == "absent"}
    result: dict[str, Fraction | None] = {}
    for entry in events:
        if entry["kind"] != "contestant":
            continue
        contestant = entry["contestant"]
        total: Fraction | None = Fraction(0)
        for criterion, weight in CRITERIA.items():
            values = sorted(
                amended.get(e["id"], e["value"])
                for e in events
                if e["kind"] == "score" and e["contestant"] == contestant and e["criterion"] == criterion
                and e["id"] not in voided and (e["judge"], contestant) not in recused
            )  # fmt: skip
            if len(values) >= 5:
                values = values[1:-1]
            if not values or total is None:
                total = None
                continue
            total += half_up(sum(values, Fraction(0)) / len(values), 2) * weight / 100
        if total is not None:
            off = sum((e["value"] for e in events if e["kind"] == "deduction" and e["contestant"] == contestant), Fraction(0))
            total = half_up(max(total - off, Fraction(0)), 2)
        result[contestant] = None if contestant in absent else total
    return result


def ranks(values: dict[str, Fraction | None]) -> dict[str, int | None]:
    """Competition ranks 1 2 2 4 of the totals, larger first."""
    return {c: None if v is None else 1 + sum(w is not None and w > v for w in values.values()) for c, v in values.items()}
