"""The running order by lot: the order of SHA-256("seed|competition|order|contestant"), the seed being that of the opening event.

Anybody can draw it again with the seed in the log; who enters the contestants, and when, makes no difference.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from scoring_engine.live.refusals import Refusal
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.live.scene import Scene


def drawn(seed: str, competition: str, contestants: list[str], purpose: str = "order") -> list[str]:
    """The contestants in the order of the lot."""
    return sorted(contestants, key=lambda name: sha256(f"{seed}|{competition}|{purpose}|{name}".encode()).digest())


def draw_events(scene: Scene, purpose: str = "order") -> list[dict[str, Any]]:
    """The events that record the lot, only those that change something. Their ids say what they record, so drawing twice
    adds nothing.

    Raises:
        Refusal: the competition was opened without a seed, or purpose is none.
    """
    if purpose not in ("order", "lot"):
        raise Refusal(400, "malformed", Message("purpose is order or lot"))
    opened = scene.standing("opened")
    seed = str(opened[-1].get("seed", "")) if opened else ""
    if not seed:
        text = "the competition was opened without a seed; amend the opening with one before the lot is drawn"
        raise Refusal(409, "no-seed", Message(text))
    now = {str(row["id"]): row[purpose] for row in scene.contestants}
    events = []
    for place, contestant in enumerate(drawn(seed, scene.info.id, scene.ids, purpose), 1):
        if now.get(contestant) != str(place):
            mark = sha256(f"{seed}|{len(scene.ids)}|{now.get(contestant)}".encode()).hexdigest()[:8]
            event = {"kind": "draw", "contestant": contestant, "value": place, "purpose": purpose}
            events.append({"id": f"draw-{purpose}-{scene.info.id}-{contestant}-{place}-{mark}", "competition": scene.info.id, **event})
    return events
