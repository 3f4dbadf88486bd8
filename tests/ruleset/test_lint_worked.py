"""Worked examples that speak of what the rulebook does not have. « » mark the place that is to be blamed."""

from __future__ import annotations

import pytest

from tests.ruleset.rulebooks import TALK, changed
from tests.ruleset.test_lint import found, place

JUDGES = "      judges: [j]\n"
ROW = "        - {contestant: b, rule: top}\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    stage: final\n    given", "    stage: «finale»\n    given"),
        (JUDGES, "      «judge»: [j]\n"),
        (JUDGES, "      judges: «j»\n"),
        ("      contestants: [a, b]\n", "      contestants: {a: {«unt»: X}, b: {}}\n"),
        ("      contestants: [a, b]\n", "      contestants: «ab»\n"),
        ("        b: {content", "        «c»: {content"),
        ("b: {content: [80], speech", "b: {«contet»: [80], speech"),
        ("b: {content: [80], speech", "b: {content: «[80, 81]», speech"),
        ("b: {content: [80], speech", "b: {content: «80», speech"),
        (JUDGES, JUDGES + "      records: {«fact»: []}\n"),
        (JUDGES, JUDGES + "      events: [«{contestant: a}»]\n"),
        (JUDGES, JUDGES + "      opened: {«dat»: 2024-02-01}\n"),
        (JUDGES, JUDGES + "      params: {«leadin»: 2}\n"),
        ("      decisions:\n        - {contestant: a", "      «decision»:\n        - {contestant: a"),
        (ROW, "        - {contestant: b, rule: «tip»}\n"),
        (ROW, "        - {contestant: b, «rle»: top}\n"),
        (ROW, "        - {contestant: b, rule: top, consequence: «certificat»}\n"),
        (ROW, ROW + "      standings: [{contestant: a, «totl»: 86}]\n"),
        (ROW, ROW + "      standings: «{contestant: a}»\n"),
        (ROW, ROW + "      not: [{contestant: a, rule: top, failed: «rank <= 4»}]\n"),
        (ROW, ROW + "      not: [«{rule: top}»]\n"),
    ],
)
def test_one_wrong_entry(old: str, new: str) -> None:
    text = changed(old, new)
    diagnostics = [d for d in found(text) if d.code != "L210"]
    assert [(d.code, d.severity, (d.line, d.column, d.length)) for d in diagnostics] == [("L212", "error", place(text))]


RIGHT = [
    (ROW, ROW + "      standings: [{contestant: a, total: 86, rank: 1, status: ranked}]\n"),
    (ROW, ROW + "      not: [{contestant: a, rule: top, failed: rank<=params.leading}]\n"),
    (ROW, ROW + "      carried: [{kind: bonus, to: year-end, contestant: a, value: 3}]\n"),
    ("      contestants: [a, b]\n", "      contestants: {a: {unit: X, name: 甲}, b: {}}\n"),
    (JUDGES, JUDGES + "      opened: {date: 2024-02-01}\n      events: [{kind: absent, contestant: b, reason: r}]\n"),
    ("        b: {content: [80]", "        b: {content: [null]"),
    (JUDGES, JUDGES + "      params: {leading: 2}\n"),
]


@pytest.mark.parametrize(("old", "new"), RIGHT)
def test_what_an_example_can_say(old: str, new: str) -> None:
    assert found(changed(old, new)) == []


def test_an_example_of_a_rejection_may_name_what_is_not_there() -> None:
    text = changed("        b: {content", "        c: {content")
    assert found(text) != []
    assert found(text.replace(ROW, ROW + "      rejected: [{rule: unknown-contestant, id: e9}]\n")) == []


def test_the_talk_itself() -> None:
    assert found(TALK) == []
