"""L213: a rule for marks that stand out that points nothing out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.lint.domains import shown
from scoring_engine.ruleset.lint.ranges import Ranges
from scoring_engine.ruleset.lint.subject import Subject


def outliers(subject: Subject) -> Iterator[Diagnostic]:
    """A `distance` that no two marks, or sheets, can lie apart."""
    for name, stage in subject.ruleset.stages.items():
        if stage.sheet is None or stage.panel is None or stage.panel.outlier is None or stage.panel.outlier.distance is None:
            continue
        ranges = Ranges(subject, subject.plan["stages"][name])
        whole = stage.panel.of == "judge"
        domains = [ranges.of("sheets", "value")] if whole else [ranges.of("marks", "value", line) for line in stage.sheet.criteria]
        widths = [domain.high - domain.low for domain in domains if domain.low is not None and domain.high is not None]
        distance = Fraction(stage.panel.outlier.distance)
        if len(widths) == len(domains) and all(width <= distance for width in widths):
            text = "no two sheets lie more than {width} apart" if whole else "no two marks lie more than {width} apart"
            message = Message(text, {"width": shown(max(widths))})
            help = Message("so nothing ever stands out by {distance}", {"distance": shown(distance)})
            yield subject.error("L213", ("stages", name, "panel", "outlier", "distance"), message, help)
