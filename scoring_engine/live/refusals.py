"""A request that is refused: the status, a stable code, and words for the person."""

from __future__ import annotations

from typing import Any

from scoring_engine.messages import LANGUAGES, Message


class Refusal(Exception):  # noqa: N818  (it is an answer, not a fault)
    """Answered as JSON {rule, message: {en, zh}, …more}; `after` are seconds to wait before the next try."""

    def __init__(self, status: int, rule: str, message: Message, after: int = 0, **more: Any) -> None:
        super().__init__(rule)
        self.status = status
        self.rule = rule
        self.message = message
        self.after = after
        self.more = more

    def body(self) -> dict[str, Any]:
        """What is sent."""
        return {"rule": self.rule, "message": both(self.message), **self.more}


def both(message: Message) -> dict[str, str]:
    """The message in both languages."""
    return {lang: message.say(lang) for lang in LANGUAGES}


def forbidden(action: str) -> Refusal:
    """The role may not do this."""
    return Refusal(403, "role", Message("this link does not allow “{action}”; ask the organizer for another one", {"action": action}))


def malformed(problem: str) -> Refusal:
    """The request is not what it should be."""
    return Refusal(400, "malformed", Message("the request cannot be read: {problem}", {"problem": problem}))
