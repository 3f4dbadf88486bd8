"""L203: weights that do not add up to what the sheet says."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.lint.domains import shown
from scoring_engine.ruleset.lint.subject import UNDATED, Subject, constant


def weights(subject: Subject) -> Iterator[Diagnostic]:
    """The sum of the criteria's weights against `weights:`, on every date from which a parameter changes."""
    for name, stage in subject.ruleset.stages.items():
        sheet = stage.sheet
        if sheet is None or sheet.weights is None:
            continue
        plan = subject.plan["stages"][name]["sheet"]
        criteria = plan["criteria"] if plan else {}
        wanted = Fraction(sheet.weights)
        for date in subject.dates:
            literals = [subject.literal(line["weight"], date) for line in criteria.values()]
            values = [constant(literal) for literal in literals if literal is not None]
            numbers = [value for value in values if isinstance(value, Fraction)]
            total = sum(numbers, Fraction(0))
            if len(numbers) < len(criteria) or total == wanted:
                continue
            args = {"parts": " + ".join(shown(number) for number in numbers), "total": shown(total), "wanted": shown(wanted)}
            message = Message("the weights add up to {total}, not to {wanted}", args)
            if date != UNDATED and len(subject.dates) > 1:
                message = Message("from {date} on the weights add up to {total}, not to {wanted}", {**args, "date": date})
            yield subject.error("L203", ("stages", name, "sheet", "weights"), message, Message("{parts} = {total}", args))
            break
