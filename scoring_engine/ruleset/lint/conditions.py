"""L204–L206: conditions that nothing can satisfy, and conditions that everything does."""

from __future__ import annotations

from collections.abc import Iterator

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.lint.domains import Domain, Value, representatives, shown
from scoring_engine.ruleset.lint.reasoning import Bound, Conditions, holds
from scoring_engine.ruleset.lint.subject import Subject
from scoring_engine.ruleset.plan import DecisionPlan
from scoring_engine.ruleset.source import Path


def conditions(subject: Subject) -> Iterator[Diagnostic]:
    """L204 comparisons of one alternative that exclude each other, L205 one that no value satisfies, L206 one, or a whole
    rule, that holds always."""
    known: dict[str, Conditions] = {}
    for path, stage, rule in subject.decisions():
        thinking = known.setdefault(stage, Conditions(subject, stage))
        yield from _never(subject, thinking, rule)
        for date in subject.dates:
            found = list(_always(subject, thinking, path, rule, date))
            if found:  # what is wrong on one date is not said again for the next
                yield from found
                break


def _never(subject: Subject, thinking: Conditions, rule: DecisionPlan) -> Iterator[Diagnostic]:
    """Alternatives that hold on no date: a parameter may well keep a rule silent until a day, or from a day on."""
    clashes = [[thinking.clash(rule, alternative) for alternative in thinking.bind(rule, date)] for date in subject.dates]
    dead = [on_dates[0] for on_dates in zip(*clashes, strict=True) if all(on_dates)]
    whole = len(dead) == len(rule["alternatives"])
    for clash in dead:
        first, last = clash[0], clash[-1]
        where = subject.leaf(last.leaf)
        args = {"rule": rule["id"], "condition": _written(last), "line": str(last.leaf["line"])}
        consequence = Message('"{rule}" can never apply', args) if whole else Message('this alternative of "{rule}" can never apply', args)
        if len(clash) == 1:
            domain = thinking.domain(rule, last.leaf["field"])
            message = Message('"{condition}" never holds: {field} {range}', {**args, "field": last.leaf["field"], "range": _range(domain)})
            yield subject.error("L205", where, message, consequence)
        elif len(clash) == 2:
            message = Message(
                '"{condition}" (line {line}) and "{other}" (line {other_line}) cannot both hold',
                {**args, "other": _written(first), "other_line": str(first.leaf["line"])},
            )
            yield subject.error("L204", where, message, consequence)
        else:
            listed = ", ".join(f'"{_written(bound)}" ({bound.leaf["line"]})' for bound in clash)
            message = Message("these conditions (with their lines) cannot hold together: {conditions}", {"conditions": listed})
            yield subject.error("L204", where, message, consequence)


def _always(subject: Subject, thinking: Conditions, path: Path, rule: DecisionPlan, date: str) -> Iterator[Diagnostic]:
    alternatives = thinking.bind(rule, date)
    cases = thinking.cases(rule, alternatives)
    if cases is not None:
        listed = list(cases)
        asks = any(bound.leaf["op"] in ("has", "lacks") for alternative in alternatives for bound in alternative)
        if all(holds(alternatives, case) for case in listed):
            message = Message('"{rule}" applies always', {"rule": rule["id"]})
            yield subject.warning("L206", path, message, Message("a rule without a choice needs no comparison but status == ranked"))
            return
        given = [case for case in listed if None not in case.values()]
        if len(alternatives) > 1 and given and not asks and all(holds(alternatives, case) for case in given):
            args = {"rule": rule["id"], "fields": ", ".join(listed[0])}
            message = Message('"{rule}" applies always: its alternatives leave out no value of {fields}', args)
            yield subject.warning("L206", path, message, Message("has({field}) would say the same", {"field": next(iter(listed[0]))}))
            return
    told: set[tuple[str, int]] = set()
    for alternative in alternatives:
        for bound in alternative:
            if bound.test is None or bound.leaf["op"] in ("has", "lacks") or (identity := (bound.leaf["text"], bound.leaf["line"])) in told:
                continue
            domain = thinking.domain(rule, bound.leaf["field"])
            values = [value for value in representatives(domain, [bound.test]) if value is not None]
            if values and _bounded(domain) and all(bound.test.holds(value) for value in values):
                told.add(identity)
                args = {"condition": _written(bound), "field": bound.leaf["field"], "range": _range(domain)}
                message = Message('"{condition}" holds for every {field} there is: {field} {range}', args)
                help = Message("write has({field}) if you mean that there is one", args)
                yield subject.warning("L206", subject.leaf(bound.leaf), message, help if domain.missing else None)


def _bounded(domain: Domain) -> bool:
    return domain.texts is not None or domain.low is not None or domain.high is not None


def _written(bound: Bound) -> str:
    """The comparison as written; where that names a parameter, its value on the date stands beside it."""
    text = bound.leaf["text"]
    operand = bound.leaf["operand"]
    if bound.test is not None and operand is not None and operand[0] == "param":
        return f"{text} [{', '.join(shown(value) for value in bound.test.values)}]"
    return text


def _range(domain: Domain) -> str:
    """What values there are: "1 …", "0 … 100", "first, last"."""
    if domain.texts is not None:
        return "= " + " | ".join(domain.texts[:12]) + (" | …" if len(domain.texts) > 12 else "")
    low, high = _end(domain.low), _end(domain.high)
    return f"= {low} … {high}".rstrip() if domain.kind == "number" else "= true | false"


def _end(value: Value) -> str:
    return "" if value is None else shown(value)
