"""An event as the ledger keeps it: canonical JSON, so that equal content has equal bytes.

Keys are sorted, there are no spaces, numbers are in plain decimal notation without needless zeros (92.5, whether written
92.50 or 9.25e1), and what is null or an empty text is left out, for a log takes both as absent.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from functools import lru_cache
from json import JSONDecoder
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from scoring_engine.events.ledger.errors import NoEventError
from scoring_engine.events.notation import DEPTH, DIGITS, MARK, NestingError, OversizeError, json_text
from scoring_engine.events.objects import RefusedError, members
from scoring_engine.messages import Message

NEEDED = ("id", "competition", "kind")

_marked = JSONDecoder(parse_float=MARK.__add__, parse_int=MARK.__add__)


class Draft(NamedTuple):
    """An event on its way into the ledger: its canonical JSON in two pieces, between which the time stands.

    id, competition   of the event
    before, after     the members whose keys sort before and after "at"
    at                the time that came with the event; "" where none did
    """

    id: str
    competition: str
    before: str
    after: str
    at: str

    def body(self, at: str) -> str:
        """The canonical JSON with the time `at`, or without a time where that is ""."""
        time = f'"at":{encode_basestring(at)}' if at else ""
        return "{" + ",".join([piece for piece in (self.before, time, self.after) if piece]) + "}"


def draft(event: Mapping[str, Any]) -> Draft:
    """The draft of an event; numbers may be int, Decimal or float (taken as it is printed).

    Raises:
        NoEventError: it lacks an id, a competition or a kind, has a seq, or holds what no event may hold.
    """
    try:
        fields = {name: value for name, value in members(event).items() if value is not None and value != ""}
        return _drafted(fields)
    except RefusedError as refused:
        message = refused.message
    except OversizeError:
        message = Message("a number has more than {digits} digits on one side of its point", {"digits": str(DIGITS)})
    except NestingError:
        message = Message("a value is nested more than {depth} deep", {"depth": str(DEPTH)})
    id = event.get("id") if isinstance(event, Mapping) else None
    raise NoEventError(message, id if isinstance(id, str) else "")


def _drafted(fields: dict[str, Any]) -> Draft:
    id = fields.get("id")
    shown = id[:80] if isinstance(id, str) and id[0] != MARK else ""
    for name in NEEDED:
        value = fields.get(name)
        if not isinstance(value, str) or value[0] == MARK:
            raise NoEventError(Message("an event has no {field}; give it one, as a text", {"field": name}), shown)
    if "seq" in fields:
        raise NoEventError(Message("the event {id} has a seq; it is the ledger that gives it", {"id": shown}), shown)
    at = fields.pop("at", "")
    if not isinstance(at, str) or at[:1] == MARK:
        raise NoEventError(Message("the time (at) of the event {id} is not a text", {"id": shown}), shown)
    names = sorted(fields)
    written = [_label(name) + json_text(fields[name]) for name in names]
    place = bisect(names, "at")
    return Draft(fields["id"], fields["competition"], ",".join(written[:place]), ",".join(written[place:]), at)


@lru_cache(1000)
def _label(name: str) -> str:
    return encode_basestring(name) + ":"


def redrafted(body: str) -> Draft:
    """The draft of an event that the ledger keeps as `body`."""
    return _drafted(_marked.decode(body))
