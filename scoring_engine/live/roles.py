"""Who may do what: one table of actions and roles.

`ALL` is for every judge and contestant, `OWN` for events in the name of the session's own judge only. What is not in the table
is refused.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Role: TypeAlias = Literal["judge", "timekeeper", "head", "organizer", "screen", "auditor"]
Extent: TypeAlias = Literal["all", "own"]

ROLES: tuple[Role, ...] = ("judge", "timekeeper", "head", "organizer", "screen", "auditor")

EVERYWHERE: tuple[Role, ...] = ("head", "organizer", "screen", "auditor")
"""Roles of links that may be for all competitions of a ledger."""

ALL: Extent = "all"
OWN: Extent = "own"

_ORGANIZER: dict[Role, Extent] = {"organizer": ALL}
_DESK: dict[Role, Extent] = {"head": ALL, "organizer": ALL}
_READERS: dict[Role, Extent] = {"head": ALL, "organizer": ALL, "auditor": ALL}

ACTIONS: dict[str, dict[Role, Extent]] = {
    # events, by their kind
    "write:opened": _ORGANIZER,
    "write:contestant": _ORGANIZER,
    "write:judge": _ORGANIZER,
    "write:draw": _ORGANIZER,
    "write:score": {"judge": OWN, "head": OWN, "organizer": ALL},
    "write:comment": {"judge": OWN, "head": OWN, "organizer": ALL},
    "write:submitted": {"judge": OWN, "head": OWN, "organizer": ALL},
    "write:recused": {"judge": OWN, "head": ALL, "organizer": ALL},
    "write:voided": {"judge": OWN, "timekeeper": OWN, "head": ALL, "organizer": ALL},
    "write:amended": _DESK,
    "write:returned": _DESK,
    "write:locked": _DESK,
    "write:unlocked": _DESK,
    "write:confirmed": {"head": ALL},
    "write:published": _ORGANIZER,
    "write:deduction": {"timekeeper": ALL, "head": ALL, "organizer": ALL},
    "write:record": {"timekeeper": ALL, "head": ALL, "organizer": ALL},
    "write:absent": _DESK,
    "write:excused": _DESK,
    "write:withdrawn": _DESK,
    "write:disqualified": _DESK,
    "write:reinstated": _DESK,
    "write:objection": _DESK,
    "write:ruling": _DESK,
    "write:discretion": _DESK,
    "write:bonus": _ORGANIZER,
    "write:advanced": _ORGANIZER,
    "write:barred": _ORGANIZER,
    # what is looked at
    "sheet": {"judge": OWN, "head": OWN, "timekeeper": ALL, "organizer": ALL},
    "state": {"judge": OWN, "timekeeper": ALL, "head": ALL, "organizer": ALL, "screen": ALL, "auditor": ALL},
    "panel": _READERS,
    "blockers": _READERS,
    "decisions": _READERS,
    "export": {"organizer": ALL, "auditor": ALL},
    "print": _READERS,
    # what the organizer does beside writing events
    "links": _ORGANIZER,
    "preview": _DESK,
    "current": _ORGANIZER,
    "reveal": _ORGANIZER,
    "freeze": _ORGANIZER,
    "roster": _ORGANIZER,
    "order": _ORGANIZER,
    "setup": _ORGANIZER,
    "paper": _ORGANIZER,
}
"""Action → the roles that may take it, and for whom."""


def extent(role: str, action: str) -> Extent | None:
    """For whom `role` may take `action`; None where it may not at all."""
    return ACTIONS.get(action, {}).get(role)  # type: ignore[call-overload, no-any-return]
