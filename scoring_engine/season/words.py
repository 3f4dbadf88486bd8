"""What the words of a result are called: states of competitions, statuses and consequences."""

from __future__ import annotations

from scoring_engine.messages import Message

STATES = {"open": Message("open"), "confirmed": Message("confirmed"), "published": Message("published")}

STATUSES = {
    "ranked": Message("ranked"),
    "unranked": Message("not ranked"),
    "unscored": Message("not scored yet"),
    "absent": Message("absent"),
    "excused": Message("excused"),
    "withdrawn": Message("withdrawn"),
    "disqualified": Message("disqualified"),
    "pending": Message("pending"),
    "granted": Message("granted"),
    "refused": Message("refused"),
    "barred": Message("barred"),
}

CONSEQUENCES = {
    "award": Message("award"),
    "cash": Message("cash"),
    "certificate": Message("certificate"),
    "title": Message("title"),
    "bonus": Message("bonus"),
    "deduction": Message("deduction"),
    "bar": Message("bar"),
    "grade": Message("grade"),
    "flag": Message("flag"),
    "advance": Message("advance"),
    "step": Message("step"),
    "ask": Message("decision asked for"),
}
