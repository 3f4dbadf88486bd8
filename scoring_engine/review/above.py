"""Why one contestant is above another: the links of the chain between them, and what makes the difference in the one that decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from scoring_engine.events.errors import InputError
from scoring_engine.messages import Message
from scoring_engine.review.derivation import Derivation
from scoring_engine.review.exact import exact, shown
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.labels import labels
from scoring_engine.review.naming import Names
from scoring_engine.review.ranking_text import chain
from scoring_engine.review.reader import Reader
from scoring_engine.review.text import heading, scoped
from scoring_engine.review.wording import STATUSES, said

FORMAT = "above/1"

Json = dict[str, Any]


def above(explainer: Explainer, first: str, second: str, competition: str | None = None) -> Json:
    """Why `first` is above `second`, in each competition that lists both or in the one named.

    Raises:
        InputError: there is no such contestant or competition, or none lists both.
    """
    shared = [name for name in explainer.competitions_of(first) if name in explainer.competitions_of(second)]
    both = [name for name in shared if all(explainer.row(*explainer.part(name), who) is not None for who in (first, second))]
    if competition is not None:
        explainer.part(competition)
        both = [name for name in both if name == competition]
    if not both:
        args = {"first": first, "second": second}
        if competition is not None:
            raise InputError(Message("{first} and {second} are not both in {competition}", args | {"competition": competition}))
        raise InputError(Message("no competition lists both {first} and {second}", args))
    header = explainer.header | {"format": FORMAT}
    parts = [_between(explainer, name, first, second) for name in both]
    people = dict(zip((first, second), parts[0]["names"], strict=True))
    return header | {"contestants": [first, second], "competitions": parts, "people": people}


def _between(explainer: Explainer, competition: str, first: str, second: str) -> Json:
    """The two in one competition."""
    reader, index = explainer.part(competition)
    rows = [explainer.row(reader, index, who) for who in (first, second)]
    assert rows[0] is not None
    assert rows[1] is not None
    order = explainer.order(reader)
    places = [order.place(row) for row in rows if row is not None]
    part = explainer.explain(first, [competition])["competitions"][0]
    result: Json = {name: part[name] for name in ("competition", "title", "stage", "label", "ruleset")}
    result["names"] = [exact(reader.cell("contestants", "name", row)) or "" for row in rows if row is not None]
    result["labels"] = labels(reader)
    for column in ("rank", "status"):
        result[column] = [exact(reader.cell("contestants", column, row)) for row in rows if row is not None]
    scopes = [part["scope"], explainer.explain(second, [competition])["competitions"][0]["scope"]]
    result["scope"] = scopes
    if None in places or scopes[0] != scopes[1]:
        return result | {"verdict": "apart", "links": [], "differences": []}
    ahead = places[0] < places[1]  # type: ignore[operator]
    upper, lower = (rows[0], rows[1]) if ahead else (rows[1], rows[0])
    links = order.compare(upper, lower)
    decided = links[-1] if links and links[-1]["outcome"] == "decides" else None
    verdict = "level" if decided is None else "above" if ahead else "below"
    if not ahead:
        links = [link | {"values": list(reversed(link["values"]))} for link in links]
    measures = [link["link"] for link in links if link["kind"] == "measure" and link["outcome"] == "decides"]
    return result | {"verdict": verdict, "links": links, "differences": list(_differences(reader, index, measures, (first, second), rows))}


def _differences(reader: Reader, index: int, measures: Sequence[str], people: Sequence[str], rows: Sequence[int | None]) -> Iterator[Json]:
    """The columns of the contestants, and rows of finer tables, that the deciding measure comes from and in which the two differ."""
    derivations = [Derivation(reader, index, who) for who in people]
    for measure in measures:
        cells = []
        for derivation, row in zip(derivations, rows, strict=True):
            assert row is not None
            derivation.cell("contestants", measure, row)
            cells.append({(c.table, _without_contestant(c.key), c.column): c for c in derivation.cells.values()})
        for key in dict.fromkeys((*cells[0], *cells[1])):
            one, other = (side.get(key) for side in cells)
            values = [None if cell is None else cell.value for cell in (one, other)]
            if values[0] == values[1] or key[0] == "marks" or any(cell is not None and cell.seq is not None for cell in (one, other)):
                continue
            if not any(isinstance(value, Fraction) for value in values):
                continue
            places = next((cell.places for cell in (one, other) if cell is not None), None)
            difference = values[0] - values[1] if isinstance(values[0], Fraction) and isinstance(values[1], Fraction) else None
            yield {
                "table": key[0],
                "key": list(key[1]),
                "column": key[2],
                "values": [shown(value, places) for value in values],
                "difference": None if difference is None else exact(difference),
            }


def _without_contestant(key: dict[str, str]) -> tuple[str, ...]:
    """What names a row of the contestant among its rows."""
    return tuple(value for name, value in key.items() if name != "contestant")


def text(comparison: Json, lang: str = "en", cells: int | None = None) -> str:
    """The comparison as text."""
    return "\n".join(_lines(comparison, lang, cells)) + "\n"


def _lines(comparison: Json, lang: str, cells: int | None) -> Iterator[str]:
    first, second = comparison["contestants"]
    yield from heading(comparison, [first, second], lang)
    for part in comparison["competitions"]:
        names = Names(part, comparison, lang, cells)
        yield ""
        yield f"━━ {' · '.join(dict.fromkeys(filter(None, (part['title'], part['competition']))))} ━━"
        people = {"first": names.person(first), "second": names.person(second)}
        verdict = VERDICTS[part["verdict"]]._replace(args=people).say(lang)
        yield from names.wrapped(f"{verdict}: {_places(part, names)}", "    ")
        if part["verdict"] == "apart":
            continue
        yield from names.wrapped("  " + chain(part["links"], True, names), "    ")
        yield from names.listed(Message("what makes the difference:"), _differing(part, first, second, names))


def _differing(part: Json, first: str, second: str, names: Names) -> list[list[str]]:
    """What the two differ in, under their ids."""
    rows = [
        [
            "/".join(names.value("", key) for key in one["key"]),
            names(one["table"], one["column"]),
            one["values"][0] or "–",
            one["values"][1] or "–",
            "" if one["difference"] is None else _signed(one["difference"]),
        ]
        for one in part["differences"]
    ]
    return [["", "", first, second, ""], *rows] if rows else []


VERDICTS = {
    "above": Message("{first} is above {second}"),
    "below": Message("{first} is not above {second}, but below"),
    "level": Message("{first} and {second} are level"),
    "apart": Message("{first} and {second} are not ranked against each other"),
}


def _places(part: Json, names: Names) -> str:
    """Ranks, or the statuses that stand in their place."""
    found = []
    for rank, status, scope in zip(part["rank"], part["status"], part["scope"], strict=True):
        place = said(STATUSES, status, names.lang) if rank is None else names.say(Message("rank {rank}", {"rank": rank}))
        found.append(place + (f" [{scoped(scope, names)}]" if scope else ""))
    return " | ".join(found)


def _signed(number: str) -> str:
    return number.replace("-", "−") if number.startswith("-") else "+" + number
