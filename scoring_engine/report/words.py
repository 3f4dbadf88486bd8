"""The engine's own words that stand in tables, to be said in the reader's language.

Column names, statuses and kinds are identifiers in files and programs; a person reads them in his own words. What a
rulebook names (measures, awards, grades) carries its own labels and is not translated here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.season.result import ColumnInfo

HEADINGS = {
    # lists of rulebooks
    "ruleset": Message("ruleset"),
    "stages": Message("stages"),
    # standings
    "competition": Message("competition"),
    "stage": Message("stage"),
    "scope": Message("group"),
    "contestant": Message("contestant"),
    "name": Message("name"),
    "rank": Message("rank"),
    "status": Message("status"),
    "total": Message("total"),
    "decided_by": Message("decided by"),
    "after": Message("after"),
    # summaries
    "entered": Message("entered"),
    "ranked": Message("ranked"),
    "first": Message("first"),
    "times": Message("times"),
    # decisions
    "rule": Message("rule"),
    "consequence": Message("consequence"),
    "value": Message("value"),
    "to": Message("to"),
    "ref": Message("clause"),
    "note": Message("note"),
    # rejected events and notices
    "file": Message("file"),
    "line": Message("line"),
    "seq": Message("seq"),
    "id": Message("id"),
    "kind": Message("kind"),
    "field": Message("field"),
    "reason": Message("reason"),
    "code": Message("code"),
    "text": Message("text"),
}


def label(column: ColumnInfo, lang: str) -> str:
    """What a person calls the column: the rulebook's label, else the engine's own word."""
    given = column.label and column.label["zh" if lang == "zh" else "en"]
    return given or heading(column.name, lang)


def heading(column: str, lang: str) -> str:
    """The heading of a column that the engine names itself; the name itself for any other."""
    return say(HEADINGS, column, lang)


def say(words: dict[str, Message], word: str, lang: str) -> str:
    """The word in the reader's language; unchanged where it is none of `words`."""
    return words[word].say(lang) if word in words else word
