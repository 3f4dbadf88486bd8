"""Rules and a contestant: each that holds with the values compared, each that does not with what failed and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from scoring_engine.decisions import columnar
from scoring_engine.decisions.columnar import Failure
from scoring_engine.decisions.facts import Facts
from scoring_engine.decisions.literals import Rules, bind, show
from scoring_engine.decisions.outcomes import Outcome
from scoring_engine.review.reader import Reader
from scoring_engine.ruleset.admitted import values
from scoring_engine.ruleset.plan import DecisionPlan, LabelPlan, Leaf
from scoring_engine.season.facts import environments, facts_of

Json = dict[str, Any]

PLACES = ("rank", "rank_from_last", "place")
"""Columns of the ranking, which say little without the size of the field."""


def honoured(honours: Sequence[str], labels: Mapping[str, LabelPlan]) -> Json:
    """What a bar closes, with the labels that are known."""
    return {"honours": list(honours), "honour_labels": {name: dict(labels[name]) for name in honours if name in labels}}


class Asked:
    """The rules over one table and the rows that they are asked of."""

    def __init__(self, reader: Reader, table: str, decisions: list[DecisionPlan]) -> None:
        self.decisions = decisions
        self.facts: Facts = facts_of(reader.batch, reader.table(table))
        self._environments = [
            (one.rows, bind(decisions, self.facts.fields, one.resolve)) for one in environments(reader.batch, self.facts, decisions)
        ]

    def rules(self, row: int) -> Rules:
        """The rules with the parameters in force for a row."""
        return next(rules for rows, rules in self._environments if rows is None or row in rows)

    def rows(self, competition: int, contestant: int | None) -> list[int]:
        """The rows of a contestant (its code), or those that belong to nobody (None), in a competition."""
        subject = self.facts.subject
        mine = ~subject.ok if contestant is None else subject.ok & (subject.values == contestant)
        return np.flatnonzero((self.facts.competition == competition) & mine).tolist()


class Rulebook:
    """The rules of one batch, asked of single rows. `honours` are the labels of what a bar can close, here or elsewhere."""

    def __init__(self, reader: Reader, honours: Mapping[str, LabelPlan]) -> None:
        self.reader = reader
        self.honours = honours
        self.decisions = {plan["id"]: plan for plan in reader.stage["decisions"]}
        tables = dict.fromkeys(plan["table"] for plan in reader.stage["decisions"])
        self._values = values(reader.stage, reader.batch.plan)
        self._asked = {name: Asked(reader, name, [d for d in self.decisions.values() if d["table"] == name]) for name in tables}
        self._outcomes: dict[tuple[int, str], list[tuple[int, Outcome]]] | None = None
        self._known: dict[tuple[int, str], tuple[list[Json], list[Json]]] = {}

    def outcomes(self, competition: int, person: str) -> list[tuple[int, Outcome]]:
        """The outcomes of a person's own rows and those that are for the person, with their positions."""
        if self._outcomes is None:
            self._outcomes = {}
            for i, one in enumerate(self.reader.settled.outcomes):
                for name in dict.fromkeys((one.contestant, one.recipient)):
                    self._outcomes.setdefault((one.competition, name), []).append((i, one))
        return self._outcomes.get((competition, person), [])

    def of(self, competition: int, contestant: str) -> tuple[list[Json], list[Json]]:
        """The rules that hold for the contestant, or for nobody in particular, and those that do not, in the rulebook's order."""
        if (competition, contestant) not in self._known:
            self._known[competition, contestant] = self._ask(competition, contestant)
        return self._known[competition, contestant]

    def _ask(self, competition: int, contestant: str) -> tuple[list[Json], list[Json]]:
        fired: list[Json] = []
        failed: list[Json] = []
        for plan in self.decisions.values():
            asked = self._asked[plan["table"]]
            rows = asked.rows(competition, self.reader.batch.lexicon.code(contestant)) or asked.rows(competition, None)
            missed: list[tuple[int, list[Failure]]] = []
            held = 0
            for row in rows:
                failures = columnar.failures(asked.rules(row), asked.facts, plan["id"], row)
                if failures:
                    missed.append((row, failures))
                else:
                    held += 1
                    fired.append(self._fired(plan, asked, row, competition, contestant))
            if not held:
                failed.append(self._failed(plan, asked, missed))
        return fired, failed

    def through(self, competition: int, person: str) -> list[Json]:
        """The rules that give something to a person for the result of somebody else."""
        found = []
        rows = {(o.rule, o.table, o.row): o for _, o in self.outcomes(competition, person) if o.contestant != person}
        for (rule, table, row), one in rows.items():
            fired = self._fired(self.decisions[rule], self._asked[table], row, competition, person)
            found.append(fired | {"for": one.contestant})
        return found

    def described(self, i: int, one: Outcome) -> Json:
        """An outcome with its rule, clause and line."""
        plan = self.decisions[one.rule]
        result = {"rule": plan["id"], "ref": plan["ref"], "rule_label": dict(plan["label"])} | self._outcome(i, one)
        return result | {"rule_line": plan["line"]}

    # --- one rule and one row -------------------------------------------------------------------------------------------

    def _fired(self, plan: DecisionPlan, asked: Asked, row: int, competition: int, person: str) -> Json:
        outcomes = [
            (i, one)
            for i, one in self.outcomes(competition, person)
            if one.rule == plan["id"] and one.row == row and one.table == plan["table"]
        ]
        if not outcomes:  # of a row that belongs to nobody
            outcomes = [(i, o) for i, o in self.outcomes(competition, "") if o.rule == plan["id"] and o.row == row]
        result = self._rule(plan) | {
            "conditions": [self._leaf(asked, row, leaf, literal) for leaf, literal in self._met(plan, asked, row)],
            "then": [self._outcome(i, one) for i, one in outcomes],
        }
        key = self._key(plan["table"], row)
        return result | ({"row": key} if key else {})

    def _failed(self, plan: DecisionPlan, asked: Asked, missed: list[tuple[int, list[Failure]]]) -> Json:
        result = self._rule(plan)
        if not missed:
            return result | {"failed": [], "rows": 0}
        row, failures = min(missed, key=lambda one: len(one[1]))
        nearest = [one for one in failures if one.alternative == failures[0].alternative]
        others = [one for one in failures if one.alternative != failures[0].alternative]
        result |= {"failed": [self._failure(asked, row, one) for one in nearest], "rows": len(missed)}
        if others:
            result["otherwise"] = [self._failure(asked, row, one) for one in others]
        key = self._key(plan["table"], row)
        return result | ({"row": key} if key else {})

    def _rule(self, plan: DecisionPlan) -> Json:
        return {"rule": plan["id"], "label": dict(plan["label"]), "ref": plan["ref"], "line": plan["line"], "over": plan["table"]}

    def _key(self, table: str, row: int) -> dict[str, str]:
        """What names the row where the contestant has several."""
        return {} if table in ("contestants", "competition") else self.reader.key(table, row)

    def _met(self, plan: DecisionPlan, asked: Asked, row: int) -> Iterator[tuple[Leaf, Any]]:
        """The leaves of the first alternative that holds."""
        rules = asked.rules(row)
        at = rules.ids.index(plan["id"])
        one = asked.facts.take(np.array([row], np.int64))
        for comparisons, leaves in zip(rules.alternatives[at], rules.leaves[at], strict=True):
            held = [bool(columnar.hold(c, one.fields[c.field])[0]) for c in (rules.comparisons[n] for n in comparisons)]
            if all(held):
                yield from leaves
                return

    def _leaf(self, asked: Asked, row: int, leaf: Leaf, literal: Any) -> Json:
        needed = "" if leaf["operand"] is None else show(literal)
        return self._comparison(asked, row, leaf, asked.facts.fields[leaf["field"]].show(row), needed)

    def _failure(self, asked: Asked, row: int, failure: Failure) -> Json:
        result = self._comparison(asked, row, failure.leaf, failure.actual, failure.needed)
        if failure.short:
            result["short"] = failure.short
            if asked.facts.fields[failure.leaf["field"]].kind == "time":
                result["unit"] = "days" if failure.short.isdigit() else "time"
        ranked = asked.facts.fields.get("rank_from_last")
        if failure.leaf["field"] == "place" and "last" in failure.needed and ranked is not None and ranked.ok[row]:
            ahead = int(ranked.values[row]) - 1
            result |= {"ahead": str(ahead)} if ahead else {}
        return result

    def _comparison(self, asked: Asked, row: int, leaf: Leaf, actual: str, needed: str) -> Json:
        result: Json = {
            "text": leaf["text"],
            "field": leaf["field"],
            "op": leaf["op"],
            "actual": actual.removesuffix("T00:00:00.000000"),
            "needed": needed,
            "line": leaf["line"],
        }
        named = self._values.get(leaf["field"], {}).get(actual)
        if named is not None:
            result["label"] = dict(named)
        fields = asked.facts.fields
        if leaf["field"] in PLACES and "field" in fields and "rank" in fields and fields["rank"].ok[row]:
            result["of"] = {"rank": fields["rank"].show(row), "field": fields["field"].show(row)}
        return result

    def _outcome(self, i: int, one: Outcome) -> Json:
        plan = one.plan
        label = self.reader.stage["grades"].get(plan["name"], plan["label"]) if plan["kind"] == "grade" else plan["label"]
        if plan["name"] == one.rule and label["zh"] == plan["name"]:  # what a rule gives under its own name is called as the rule is
            label = self.decisions[one.rule]["label"]
        result: Json = {"kind": plan["kind"], "name": plan["name"], "label": dict(label), "line": plan["line"]}
        value = self._value(i, one)
        if value is not None:
            result["value"] = value
        if plan["honours"]:
            result |= honoured(plan["honours"], self.honours)
        if plan["to"]:
            result["to"] = plan["to"]
        result |= {"status": one.status, "recipient": one.recipient}
        if one.note is not None:
            result["note"] = {"text": one.note.text, "args": dict(one.note.args)}
        return result

    def _value(self, i: int, one: Outcome) -> str | None:
        """The amount, or what is shown beside a consequence."""
        if one.plan["column"] is None:
            return None
        field = self._asked[one.table].facts.fields[one.plan["column"]]
        if field.kind == "number":
            return self.reader.settled.outcomes.text(i) or None
        return field.show(one.row).removesuffix("T00:00:00.000000") if field.ok[one.row] else None
