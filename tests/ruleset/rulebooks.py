"""A small valid rulebook that tests change."""

from __future__ import annotations

TALK = """\
format: ruleset/1
id: talk
version: "1"
source: {id: T, title: A talk contest, dated: 2024-01-01}
params:
  leading:
    ref: §4
    value: 3
stages:
  final:
    ref: §1
    roster:
      unit: text
    sheet:
      marks: {from: 0, to: 100, step: 0.5}
      weights: 100
      criteria:
        content: {weight: 60}
        speech:
          label: {zh: 语言, en: speech}
          weight: 40
    panel: {trim: {high: 1, low: 1, from: 5}, then: mean, round: 2}
    missing: {judge: exclude, absent: unranked, withdrawn: unranked}
    rounding:
      places: 2
      mode: half_up
    measures:
      total: sum(panel.weight * panel.value) / 100
    ranking:
      by: [total]
      unresolved: shared
    decisions:
      top:
        ref: §4
        when: [rank <= params.leading]
        then: [{certificate: A}]
tests:
  - name: two talks
    stage: final
    given:
      contestants: [a, b]
      judges: [j]
      marks:
        a: {content: [90], speech: [80]}
        b: {content: [80], speech: [80]}
    expect:
      decisions:
        - {contestant: a, rule: top}
        - {contestant: b, rule: top}
"""


def changed(old: str, new: str) -> str:
    """The rulebook with one text, which must be in it once, put in the place of another."""
    assert TALK.count(old) == 1, f"{old!r} is there {TALK.count(old)} times"
    return TALK.replace(old, new)
