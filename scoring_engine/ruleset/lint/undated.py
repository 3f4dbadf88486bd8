"""L202: parameters of which nobody can tell since when they hold."""

from __future__ import annotations

from collections.abc import Iterator

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.lint.subject import Subject


def undated(subject: Subject) -> Iterator[Diagnostic]:
    """A plain `value` holds from the document's date; where the document has none either, the value needs a date of its own.

    And where a parameter has dates, the first of them must not leave a gap after the document's date.
    """
    issued = subject.plan["source"].get("dated", "")
    for name, param in subject.plan["params"].items():
        first = min((date for date, _ in param["values"]), default="")
        if not first and not issued:
            message = Message('the parameter "{name}" has no date, and neither has the document', {"name": name})
            help = Message("write values: {{2024-01-01: …}}, or the date of the document in source.dated")
            yield subject.warning("L202", ("params", name), message, help)
        elif first and issued and first[: len(issued)] > issued:
            message = Message(
                'the parameter "{name}" has no value before {first}, but the document is of {issued}',
                {"name": name, "first": first, "issued": issued},
            )
            yield subject.warning("L202", ("params", name, "values", first), message, Message("give the value from that date on"))
