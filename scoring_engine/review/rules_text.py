"""The rules of an explanation as text: those that hold with what follows, and those that do not with what failed by how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.naming import Names
from scoring_engine.review.wording import STATUSES, condition, label, outcome, said

Json = dict[str, Any]

HOLDS, FAILS = Message("holds:"), Message("does not hold:")


def rules(part: Json, names: Names) -> Iterator[str]:
    """The rules that hold and those that do not."""
    yield from names.listed(HOLDS, [fired(rule, names) for rule in part["fired"]])
    yield from names.listed(FAILS, [failed(rule, names) for rule in part["not_fired"]])


def fired(rule: Json, names: Names) -> list[str]:
    """A rule that holds: the values compared and what follows."""
    then = "; ".join(consequence(one, names) for one in rule["then"]) or names.say(Message("nothing follows: a better grade was given"))
    key = f" [{', '.join(names.value(column, text) for column, text in rule['row'].items())}]" if "row" in rule else ""
    return [named(rule, names) + key, rule["ref"], f"{met(rule, names)}  ⇒ {then}  {where(rule, names)}"]


def failed(rule: Json, names: Names) -> list[str]:
    """A rule that does not hold: what failed and by how much."""
    text = "; ".join(condition(one, True, names.lang) for one in rule["failed"])
    if not rule["failed"]:
        text = names.say(Message("nothing is recorded that it could hold for"))
    elif rule.get("otherwise"):
        text += names.say(Message(" – or else: ")) + "; ".join(condition(one, True, names.lang) for one in rule["otherwise"])
    return [named(rule, names), rule["ref"], f"{text}  {where(rule, names)}"]


def through(part: Json, names: Names) -> Iterator[str]:
    """What rules gave for the result of somebody else."""
    rows = []
    for rule in part["through"]:
        mine = [one for one in rule["then"] if one["recipient"] == names.contestant]
        then = "; ".join(consequence(one, names) for one in mine)
        rows.append([names.person(rule["for"]), named(rule, names), f"{met(rule, names)}  ⇒ {then}  {where(rule, names)}"])
    yield from names.listed(Message("for the result of others:"), rows)


def named(rule: Json, names: Names) -> str:
    """A rule by its id and label."""
    own = label(rule["label"], names.lang, "")
    return f"{rule['rule']} {own}" if own and own != rule["rule"] else str(rule["rule"])


def met(rule: Json, names: Names) -> str:
    """The comparisons of a rule that holds, with their values."""
    return "; ".join(condition(one, False, names.lang) for one in rule["conditions"])


def consequence(one: Json, names: Names) -> str:
    """A consequence, with whom it is for and its status where it is not plainly granted."""
    text = outcome(one, names.lang)
    if one["recipient"] and one["recipient"] != names.contestant:
        text += f" ({names.person(one['recipient'])})"
    note = Message(one["note"]["text"], one["note"]["args"]).say(names.lang) if "note" in one else ""
    if one["status"] != "granted" or note:
        text += f" [{': '.join(filter(None, (said(STATUSES, one['status'], names.lang), note)))}]"
    return text


def where(rule: Json, names: Names) -> str:
    """The lines of the rulebook: of the rule and of what failed."""
    return names.place([rule["line"], *(one["line"] for one in rule.get("failed", []))])
