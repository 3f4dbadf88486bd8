"""The rank of an explanation as text: what decided it against the neighbours above and below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.formulas import Name
from scoring_engine.review.naming import Names
from scoring_engine.review.wording import label

Json = dict[str, Any]


def ranking(found: Json, names: Names) -> Iterator[str]:
    """What decided a contestant's rank in a competition."""
    if not found["ranked"]:
        missing = ", ".join(names("contestants", name) for name in found["missing"])
        if missing:
            yield names.say(Message("not ranked: {measures} missing", {"measures": missing}))
        return
    for other in found["above"]:
        yield from _beside(Message("below {who} (rank {rank}): "), other, False, names)
    if found["level"]:
        level = ", ".join(names.person(other["contestant"]) for other in found["level"])
        yield from names.wrapped(names.say(Message("level to the end of the chain with {who}", {"who": level})), "    ")
    for other in found["below"]:
        yield from _beside(Message("above {who} (rank {rank}): "), other, True, names)


def _beside(template: Message, other: Json, own_first: bool, names: Names) -> Iterator[str]:
    """A neighbour and the links up to the one that decided, the contestant's own value first."""
    who = template._replace(args={"who": names.person(other["contestant"]), "rank": other["rank"]})
    yield from names.wrapped(names.say(who) + chain(other["links"], own_first, names), "    ")


def chain(links: Sequence[Json], own_first: bool, name: Name) -> str:
    """The links of a chain with both values: `level on total 91.36; quality 92.40 > 91.85 decides (ranking.by[1])`."""
    texts = []
    for link in links:
        if link["outcome"] == "not-asked":
            continue
        values = link["values"] if own_first else link["values"][::-1]
        first, second = (name("=" + link["link"], value) if value else "–" for value in values)
        args = {"link": link_name(link, name), "first": first, "second": second}
        if link["outcome"] == "level":
            both = first if first == second else f"{first}, {second}"
            texts.append(Message("level on {link} {both}", args | {"both": both}).say(name.lang))
        else:
            where = "" if link["index"] is None else f" (ranking.by[{link['index']}])"
            decides = Message("{link} {first} {sign} {second} decides", args | {"sign": _sign(first, second)})
            texts.append(decides.say(name.lang) + where)
    return "; ".join(texts) or Message("nothing parts them").say(name.lang)


def link_name(link: Json, name: Name) -> str:
    """What a link of the chain is called: by its own label, else as the measure or criterion that it compares."""
    own = label(link.get("label"), name.lang, link["link"])
    return own if own != link["link"] else name("contestants", link["link"])


def _sign(first: str, second: str) -> str:
    """How two values of a link that decided stand to each other."""
    try:
        a, b = Fraction(first), Fraction(second)
    except (ValueError, ZeroDivisionError):
        return "|"
    return ">" if a > b else "<" if a < b else "="
