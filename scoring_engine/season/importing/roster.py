"""Who is who: names to ids, and whether a row that tells both tells the same person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scoring_engine.ruleset.diagnostics import suggest
from scoring_engine.season.importing.faults import Fault
from scoring_engine.season.importing.values import fold


class Roster:
    """The contestants and judges of each competition, as the log enters them."""

    def __init__(self, events: Iterable[Mapping[str, Any]]) -> None:
        self._known: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
        for event in events:
            if (kind := event.get("kind")) in ("contestant", "judge") and event.get(kind):
                self.enter(str(kind), str(event.get("competition", "")), str(event[kind]), event)

    def enter(self, kind: str, competition: str, id: str, fields: Mapping[str, Any]) -> None:
        """Add a contestant or judge."""
        self._known.setdefault((kind, competition), {})[id] = {name: str(value) for name, value in fields.items()}

    def known(self, kind: str, competition: str) -> Mapping[str, Mapping[str, str]]:
        """Those of a competition: id → fields. Empty where the log enters none."""
        return self._known.get((kind, competition), {})

    def anywhere(self, kind: str, text: str) -> bool:
        """Whether a text is the id or the name of one of them in some competition."""
        return any(
            text in ids or any(fields.get("name") == text for fields in ids.values()) for (k, _), ids in self._known.items() if k == kind
        )

    def resolve(self, kind: str, competition: str, text: str, told: Mapping[str, str]) -> str:
        """The id that a cell means by its text: the id itself, or a name that only one bears.

        told   what else the row tells of it: name, unit and other fields; must agree with the roster, and narrows names down

        Raises:
            Fault: nobody, or more than one, is meant; or the roster says otherwise.
        """
        ids = self.known(kind, competition)
        if not ids:
            return text
        if text in ids:
            self._agree(ids[text], text, told)
            return text
        named = [id for id, fields in ids.items() if fold(fields.get("name", "")) == fold(text)]
        if len(named) > 1:
            narrowed = [id for id in named if all(not v or ids[id].get(n, v) == v for n, v in told.items() if n != "name")]
            named = narrowed or named
        if len(named) == 1:
            self._agree(ids[named[0]], named[0], told)
            return named[0]
        if named:
            raise Fault("same-name", value=text, who=", ".join(_shown(id, ids[id]) for id in named))
        if kind == "judge" and (numbered := _by_number(text, ids)) is not None:
            return numbered
        if near := suggest(text, [*ids, *(fields["name"] for fields in ids.values() if fields.get("name"))]):
            raise Fault("misspelt", value=text, competition=competition, near=near)
        raise Fault("unknown", value=text, competition=competition)

    def _agree(self, fields: Mapping[str, str], id: str, told: Mapping[str, str]) -> None:
        for name, value in told.items():
            known = fields.get(name, "")
            if value and known and fold(value) != fold(known):
                raise Fault("other-person", told=value, id=id, known=known)


def _by_number(text: str, ids: Mapping[str, Any]) -> str | None:
    """The id that a header such as 评委3 or Judge 3 means: the only one that ends with this number."""
    number = text.strip().lstrip("评委裁判judgeJUDGE 号#")
    if not number.isdecimal() or number == text.strip():
        return None
    found = [id for id in ids if _ending(id) == number.lstrip("0")]
    return found[0] if len(found) == 1 else None


def _ending(id: str) -> str:
    end = len(id)
    while end and id[end - 1].isdecimal():
        end -= 1
    return id[end:].lstrip("0")


def _shown(id: str, fields: Mapping[str, str]) -> str:
    unit = fields.get("unit", "")
    return f"{id} ({unit})" if unit else id
