"""Errors that stop the reading as a whole. What concerns one line or one event is a `Rejection` instead."""

from __future__ import annotations

from scoring_engine.messages import Message


class InputError(Exception):
    """A source of events that cannot be read at all: no such file, a folder, an unknown format."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def say(self, lang: str = "en") -> str:
        """What is wrong and what to do, in the language `lang`."""
        return self.message.say(lang)

    def __str__(self) -> str:
        return self.say()
