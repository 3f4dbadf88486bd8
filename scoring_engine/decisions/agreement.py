"""Which engine decides, and that both say the same.

One competition, live or replayed: durable-rules decides and the columnar engine is its shadow. In bulk the columnar engine
decides and durable-rules checks a sample of the competitions. A disagreement stops publication, with both answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from scoring_engine.decisions import columnar
from scoring_engine.decisions.facts import Bools, Facts, Ints
from scoring_engine.decisions.literals import Resolve, Rules, bind
from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import DecisionPlan

Engine = Literal["rete", "columnar", "both"]


class Environment(NamedTuple):
    """Competitions in which all parameters that conditions use have the same values.

    resolve   gives those values
    rows      int64 positions of their rows in the facts; None for all rows
    """

    resolve: Resolve
    rows: Ints | None = None


class Decided(NamedTuple):
    """For each rule id the rows (bool[n]) for which it holds; the engines that found them; what a person should know."""

    masks: dict[str, Bools]
    engines: tuple[str, ...]
    notice: Message | None


class Disagreement(RuntimeError):  # noqa: N818  (a word of the field's own)
    """The two engines differ. Nothing that rests on these decisions may be published.

    rule, row     where they differ first; `row` is a position in the facts
    competition   index of the competition of that row
    contestant    whose row it is
    answers       engine → whether it says that the rule holds
    values        the columns that the rule reads, as a person writes them
    count         number of (rule, row) pairs in which they differ
    """

    def __init__(self, rules: Rules, facts: Facts, rows: Ints, by_engine: dict[str, dict[str, Bools]]) -> None:
        first, second = by_engine
        apart = {name: np.flatnonzero(by_engine[first][name] != by_engine[second][name]) for name in rules.ids}
        self.count = sum(len(rows) for rows in apart.values())
        self.rule = next(name for name, rows in apart.items() if len(rows))
        at = int(apart[self.rule][0])
        self.row = int(rows[at])
        self.competition = int(facts.competition[at])
        self.contestant = facts.subject.show(at)
        self.answers = {engine: bool(found[self.rule][at]) for engine, found in by_engine.items()}
        read = {rules.comparisons[c].field for way in rules.alternatives[rules.ids.index(self.rule)] for c in way}
        self.values = {name: facts.fields[name].show(at) for name in sorted(read)}
        args = {
            "rule": self.rule,
            "contestant": self.contestant,
            "answers": ", ".join(f"{engine}: {'true' if answer else 'false'}" for engine, answer in self.answers.items()),
            "values": ", ".join(f"{name} = {value}" for name, value in self.values.items()),
        }
        self.message = Message("the engines disagree about {rule} for {contestant} ({answers}; {values}); nothing may be published", args)
        super().__init__(self.message.say())


def decide(
    decisions: Sequence[DecisionPlan], facts: Facts, environments: Iterable[Environment], engine: Engine = "both", sample: int | None = None
) -> Decided:
    """Which of the rules `decisions`, all of the table that `facts` holds, hold for which rows.

    engine   rete, columnar, or both, which must agree
    sample   with "both": so many competitions, evenly spread, are looked at by durable-rules; None for all
    Where durable-rules cannot be used, the columnar engine decides alone and the notice says so. Raises Disagreement.
    """
    notice = None
    if engine != "columnar":
        from scoring_engine.decisions import rete

        if not (usable := rete.available()):
            engine = "columnar"
            notice = Message("durable-rules cannot be used here ({reason}); the columnar engine decides alone", {"reason": usable.reason})
    engines = ("rete", "columnar") if engine == "both" else (engine,)
    found = {decision["id"]: np.zeros(facts.size, np.bool_) for decision in decisions}
    everything = np.arange(facts.size, dtype=np.int64)
    for environment in environments:
        rows = everything if environment.rows is None else environment.rows
        part = facts if environment.rows is None else facts.take(rows)
        rules = bind(decisions, part.fields, environment.resolve)
        decided = rete.masks(rules, part) if engine == "rete" else columnar.masks(rules, part)
        if engine == "both":
            _shadow(rules, part, rows, decided, sample)
        for name, mask in decided.items():
            found[name][rows] = mask
    return Decided(found, engines, notice)


def _shadow(rules: Rules, facts: Facts, rows: Ints, by_columns: dict[str, Bools], sample: int | None) -> None:
    """Disagreement where durable-rules differs from `by_columns` in the sampled competitions; `rows` says where `facts` come from."""
    from scoring_engine.decisions import rete

    if sample is not None:
        there = np.unique(facts.competition)
        if sample < len(there):
            chosen = there[np.arange(1, 2 * sample, 2, dtype=np.int64) * len(there) // max(2 * sample, 1)]
            seen = np.flatnonzero(np.isin(facts.competition, chosen)).astype(np.int64)
            facts, rows = facts.take(seen), rows[seen]
            by_columns = {name: mask[seen] for name, mask in by_columns.items()}
    by_rete = rete.masks(rules, facts)
    if any((by_rete[name] != by_columns[name]).any() for name in rules.ids):
        raise Disagreement(rules, facts, rows, {"rete": by_rete, "columnar": by_columns})
