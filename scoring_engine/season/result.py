"""The result of a replay: tables of exact values ready to be shown, and the digest that anyone can compute again."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine.events.rejection import Rejection

if TYPE_CHECKING:
    import pandas as pd

    from scoring_engine.decisions.columnar import Failure
    from scoring_engine.events.log import Log
    from scoring_engine.ruleset.plan import LabelPlan
    from scoring_engine.scoring.vectors import Ints, Lexicon
    from scoring_engine.season.columns import ColumnTable
    from scoring_engine.season.opening import Openings
    from scoring_engine.season.settled import Settled

FORMAT = "result/1"


class ColumnInfo(NamedTuple):
    """A column of a table: its name, its label where the rulebook gives one, and whether it holds numbers."""

    name: str
    label: LabelPlan | None = None
    kind: str = "text"
    places: int | None = None


class Table:
    """A table of the result. A row is a tuple of texts, whole numbers and None; decimals are texts with their declared places."""

    __slots__ = ("_rows", "columns")

    def __init__(self, columns: list[ColumnInfo], rows: list[tuple[Any, ...]] | None = None) -> None:
        self.columns = columns
        self._rows = rows

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The rows, in their order."""
        return self._rows or []

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    def records(self) -> list[dict[str, Any]]:
        """The rows as mappings."""
        names = self.names
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def frame(self) -> pd.DataFrame:
        """The table as a pandas DataFrame: decimals as `decimal.Decimal`, ranks and lines as nullable integers."""
        from decimal import Decimal

        import pandas

        data: dict[str, Any] = {}
        for index, column in enumerate(self.columns):
            values = [row[index] for row in self.rows]
            if column.kind == "integer":
                data[column.name] = pandas.array(values, dtype="Int64")
            elif column.kind == "number":
                exact = [Decimal(value) if isinstance(value, (str, int)) and "/" not in str(value) else value for value in values]
                data[column.name] = pandas.Series(exact, dtype=object)
            else:
                data[column.name] = pandas.Series(values, dtype=object)
        return pandas.DataFrame(data, columns=self.names)


def _lines(part: Any) -> str:
    """JSON with a line for each entry of a list, which is how people and tools for text read tables best."""
    if not isinstance(part, list) or not part:
        return json.dumps(part, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in part) + "\n]"


class Competition(NamedTuple):
    """One competition of the log and the rulebook it was replayed under.

    pinned   the log's `opened` event names the version or hash of the rulebook, and it is this one
    state    open, confirmed or published
    note     what is to be known, as when the replay is under another rulebook than the log pins
    """

    id: str
    name: str
    stage: str
    labels: LabelPlan
    ruleset: str
    version: str
    sha256: str
    pinned: bool
    state: str
    note: str

    def label(self, lang: str) -> str:
        """The stage's name in the language `lang`."""
        return (self.labels["zh"] if lang == "zh" else self.labels["en"]) or self.stage


class Replay:
    """A replayed log. Its tables are columns (`columns.ColumnTable`), each made when it is asked for.

    log          the log
    opened       the competitions as columns, in the order in which they were opened
    state        how far each has come, int64, an index into `lists.STATES`
    settled      the batches in which they were computed
    rejections   the events that were not admitted
    lexicon      the texts of the replay's columns
    lang         of reasons and notes
    """

    def __init__(
        self, *, log: Log, opened: Openings, state: Ints, settled: list[Settled], rejections: list[Rejection], lexicon: Lexicon, lang: str
    ) -> None:
        self.log = log
        self.opened = opened
        self.state = state
        self.settled = settled
        self.rejections = rejections
        self.lang = lang
        self.lexicon = lexicon

    def made(self) -> Replay:
        """The same result with its tables made: one that several threads are going to read, since making them extends the lexicon."""
        for table in (self.standings, self.decisions, self.rejected, self.notices):
            assert table.rows is not None
        return self

    @cached_property
    def competitions(self) -> list[Competition]:
        """The competitions and the rulebook each was replayed under."""
        from scoring_engine.season.forms import STATES

        found = []
        names = self.lexicon.decode(self.opened.name)
        notes = ["" if one.note is None else one.note.say(self.lang) for one in self.opened.choices]
        for index, (name, number) in enumerate(zip(names, self.opened.choice.tolist(), strict=True)):
            plan, stage, pinned, _ = self.opened.choices[number]
            rulebook = (plan["stages"][stage]["label"], plan["id"], plan["version"], plan["sha256"], pinned)
            state = STATES[int(self.state[index])]
            found.append(Competition(self.opened.ids[index], name, stage, *rulebook, state, notes[number]))
        return found

    @cached_property
    def standings(self) -> ColumnTable:
        """A row for each contestant."""
        from scoring_engine.season.standings import standings

        return standings(self.settled, self.opened)

    @cached_property
    def decisions(self) -> ColumnTable:
        """A row for each consequence."""
        from scoring_engine.season.lists import decisions

        return decisions(self.settled, self.opened, self.lexicon, self.lang)

    @cached_property
    def rejected(self) -> ColumnTable:
        """The events that were not admitted."""
        from scoring_engine.season.lists import rejected

        return rejected(self.rejections, self.lang)

    @cached_property
    def notices(self) -> ColumnTable:
        """What a person should know: competition, code, contestant and the text, each once."""
        from scoring_engine.season.lists import notices

        return notices(self.settled, self.opened, self.lexicon, self.lang)

    @cached_property
    def listed(self) -> ColumnTable:
        """The competitions as a table, with the digest of each."""
        from scoring_engine.season.lists import competitions

        return competitions(self.opened, self.state, self.lexicon, self.lang, [digest for _, digest in self.digests])

    @cached_property
    def digests(self) -> list[tuple[str, str]]:
        """Each competition's id and the SHA-256 of its own result (`season.digests`), which does not depend on what else the log holds."""
        from scoring_engine.season.digests import digests

        return list(zip(self.opened.ids, digests(self), strict=True))

    @cached_property
    def log_sha256(self) -> str:
        """The SHA-256 of the log's canonical form."""
        return self.log.sha256()

    @property
    def rulesets(self) -> list[tuple[str, str, str]]:
        """Id, version and SHA-256 of each rulebook used."""
        plans = [self.opened.choices[choice].plan for choice in set(self.opened.choice.tolist())]
        return sorted({(plan["id"], plan["version"], plan["sha256"]) for plan in plans})

    @property
    def ruleset_sha256(self) -> str:
        """The rulebook's SHA-256; where several were used, the SHA-256 of the lines `id version sha256` in order."""
        used = self.rulesets
        if len(used) == 1:
            return used[0][2]
        return hashlib.sha256("".join(f"{i} {v} {s}\n" for i, v, s in used).encode()).hexdigest()

    def failures(self, competition: str, contestant: str, rule: str) -> list[Failure] | None:
        """The conditions of `rule` that do not hold for the contestant; empty where the rule holds, None where there is no such row."""
        for one in self.settled:
            if competition in one.scored.batch.competitions:
                return one.failures(competition, contestant, rule)
        return None

    def carried(self) -> list[dict[str, Any]]:
        """What competitions sent to others: kind, to, contestant, value, source, rule."""
        return [row for one in self.settled for row in one.carried()]

    def canonical(self) -> dict[str, Any]:
        """What the digest is taken over: the result without what depends on files, the order of lines and the language."""
        return {
            "format": FORMAT,
            "ruleset": self.ruleset_sha256,
            "log": self.log_sha256,
            "competitions": [[c.id, c.stage, c.ruleset, c.version, c.sha256, c.state] for c in self.competitions],
            "standings": [self.standings.names, *map(list, self.standings.rows)],
            "decisions": [self.decisions.names[:-1], *(list(row[:-1]) for row in self.decisions.rows)],
            "rejected": sorted([r.competition, r.seq or 0, r.id, r.kind, r.field, r.value, r.rule] for r in self.rejections),
            "notices": sorted(list(row[:3]) for row in self.notices.rows),
        }

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical result."""
        text = json.dumps(self.canonical(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> str:
        """All of the result as JSON."""
        whole = {
            "format": FORMAT,
            "ruleset": self.ruleset_sha256,
            "log": self.log_sha256,
            "digest": self.digest,
            "rulesets": [{"id": i, "version": v, "sha256": s} for i, v, s in self.rulesets],
            "competitions": [competition._asdict() for competition in self.competitions],
            "standings": self.standings.records(),
            "decisions": self.decisions.records(),
            "rejected": self.rejected.records(),
            "notices": self.notices.records(),
        }
        return "{\n" + ",\n".join(f"{json.dumps(name)}: {_lines(part)}" for name, part in whole.items()) + "\n}\n"

    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables as pandas DataFrames."""
        return {name: getattr(self, name).frame() for name in ("standings", "decisions", "rejected", "notices")}
