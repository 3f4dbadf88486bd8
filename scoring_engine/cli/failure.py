"""Failures said to a person: the one place that knows which exceptions are the user's to mend.

An exception with a method `say(lang)` or a `message` explains itself (a rulebook with errors, a log that cannot be read,
engines that disagree). Of the others a few have a plain meaning; what is left is a fault of the program and says how to report it.
"""

from __future__ import annotations

import errno

from scoring_engine.messages import Message

_SYSTEM = {
    errno.ENOENT: "{file}: there is no such file or folder; check the path",
    errno.EACCES: "{file}: no permission; ask its owner, or take another place",
    errno.EPERM: "{file}: no permission; ask its owner, or take another place",
    errno.EROFS: "{file}: nothing can be written there; take another place",
    errno.ENOSPC: "{file}: the disk is full; make room or take another place",
    errno.EISDIR: "{file} is a folder; give the name of a file",
    errno.ENOTDIR: "{file}: a part of this path is a file and no folder; check the path",
    errno.EEXIST: "{file} is there already; take another name",
}
"""What the system says of files, in both languages."""


def explain(error: Exception, lang: str) -> str:
    """What went wrong and what to do about it, without a traceback, in the language `lang`."""
    say = getattr(error, "say", None)
    if callable(say):
        return str(say(lang))
    message = getattr(error, "message", None)
    if isinstance(message, Message):
        return message.say(lang)
    return _plain(error).say(lang)


def _plain(error: Exception) -> Message:
    if isinstance(error, OSError) and error.filename is not None:
        file = str(error.filename)
        if error.errno in _SYSTEM:
            return Message(_SYSTEM[error.errno], {"file": file})
        return Message("{file}: {problem}", {"file": file, "problem": error.strerror or str(error)})
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("scoring_engine"):
        return Message("The package {name} is not installed; pip install {name} adds it.", {"name": error.name})
    if isinstance(error, OverflowError):
        return Message(
            "A number grew beyond what is computed exactly ({problem}). Look for a mark, weight or parameter with too many digits.",
            {"problem": str(error)},
        )
    if isinstance(error, MemoryError):
        return Message("Not enough memory for this input. Replay it in parts, a competition or a tier at a time.")
    problem = " ".join(str(error).split())
    return Message(
        "The program failed: {name}: {problem}\nThis is a fault of scoring-engine, not of your input. "
        "SCORING_ENGINE_DEBUG=1 in the environment shows where; please report it with the command and the files.",
        {"name": type(error).__name__, "problem": problem[:300] or "-"},
    )
