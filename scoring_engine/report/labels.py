"""What the rulebooks call things, in the reader's language: tables hold names, people read labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring_engine.ruleset.admitted import values

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import LabelPlan, StagePlan
    from scoring_engine.season.result import Replay


class Labels:
    """The labels of the stages that a result's competitions were replayed under. A name without a label stays as it is."""

    def __init__(self, replay: Replay, lang: str) -> None:
        self._chinese = lang == "zh"
        self._of: dict[str, dict[tuple[str, str], str]] = {}
        self._any: dict[tuple[str, str], str] = {}
        self._values: dict[str, dict[str, dict[str, LabelPlan]]] = {}
        self._within: dict[str, list[str]] = {}
        for one in replay.settled:
            batch = one.scored.batch
            known = self._stage(batch.stage)
            self._of.update(dict.fromkeys(batch.competitions, known))
            self._values.update(dict.fromkeys(batch.competitions, values(batch.stage, batch.plan)))
            self._within.update(dict.fromkeys(batch.competitions, batch.stage["ranking"]["within"]))
            self._any |= {key: label for key, label in known.items() if label != key[1]}

    def rule(self, competition: str, name: str) -> str:
        """A rule."""
        return self._find(competition, "rule", name)

    def outcome(self, competition: str, name: str) -> str:
        """An award, title, grade, flag or honour; what is barred here may have its label where it is granted."""
        return self._find(competition, "outcome", name)

    def link(self, competition: str, name: str) -> str:
        """A link of the ranking chain."""
        return self._find(competition, "link", name)

    def measure(self, competition: str, name: str) -> str | None:
        """A measure of the competition's own stage; None where it has none of this name."""
        return self._of.get(competition, {}).get(("link", name))

    def value(self, competition: str, column: str, value: str) -> str:
        """A value of a column: an entry of a list that the rulebook gives with labels."""
        label = self._values.get(competition, {}).get(column, {}).get(value)
        return value if label is None else label["zh" if self._chinese else "en"]

    def scope(self, competition: str, scope: str) -> str:
        """A ranking group, the values by which the rulebook ranks apart."""
        parts = scope.split(" / ")
        within = self._within.get(competition, [])
        return " / ".join(map(self.value, [competition] * len(parts), within, parts)) if len(parts) == len(within) else scope

    def _find(self, competition: str, kind: str, name: str) -> str:
        label = self._of.get(competition, {}).get((kind, name), name)
        return label if label != name else self._any.get((kind, name), name)

    def _stage(self, stage: StagePlan) -> dict[tuple[str, str], str]:
        labels: dict[tuple[str, str], LabelPlan] = {("link", m["name"]): m["label"] for m in stage["measures"]}
        for link in stage["ranking"]["by"]:
            if link["label"]["en"] != link["name"]:
                labels["link", link["name"]] = link["label"]
        for decision in stage["decisions"]:
            labels["rule", decision["id"]] = decision["label"]
            labels.update({("outcome", outcome["name"]): outcome["label"] for outcome in decision["then"] if outcome["name"]})
        labels.update({("outcome", grade): label for grade, label in stage["grades"].items()})
        return {key: label["zh" if self._chinese else "en"] for key, label in labels.items()}
