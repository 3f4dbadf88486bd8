"""A replayed season as text for a terminal: each competition's table and decisions, then rejected events and notices.

What is long is cut so that a person can read it, and says so: a stage of many competitions is one line a competition, a long
table shows its two ends, and of a long list of decisions the frequent ones are only counted. Everything is there on demand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from scoring_engine.messages import Message
from scoring_engine.report.align import aligned
from scoring_engine.report.tables import Row, Shown, Tables
from scoring_engine.report.words import heading, say
from scoring_engine.season.words import CONSEQUENCES, STATUSES

if TYPE_CHECKING:
    from scoring_engine.season.result import Competition, Replay, Table

FEW = 3  # a stage of more competitions than this is summarised
LINES = 60  # a longer table or list is cut
ENDS = (30, 10)  # lines shown of the beginning and of the end of a table that is cut
FREQUENT = {"refused": 20}  # of a list of decisions that is cut, those that occur more often than this (else LINES) are only counted


def season(replay: Replay, lang: str = "en", full: bool = False) -> str:
    """The whole result as text. `full` shows every competition's table and every line."""
    lines = _Season(replay, lang, full).lines()
    return "\n".join(lines) + "\n"


def warnings(replay: Replay, lang: str) -> list[str]:
    """What is to be known of the engines that decided, as that one of them could not be used: no part of the result."""
    return list(dict.fromkeys(one.warning.say(lang) for one in replay.settled if one.warning is not None))


def first_rejected(replay: Replay, lang: str) -> str:
    """The first event that was not admitted, as one line."""
    table = replay.rejected
    row = {name: _cell(value) for name, value in zip(table.names, table.rows[0], strict=True)}
    return Message("{file}:{line}: event {id} is not admitted: {reason}", row).say(lang)


class _Season:
    """A result being shown."""

    def __init__(self, replay: Replay, lang: str, full: bool) -> None:
        self.replay = replay
        self.lang = lang
        self.full = full
        self.tables = Tables(replay, lang)

    def lines(self) -> Iterator[str]:
        """All lines."""
        stages: dict[str, list[Competition]] = {}
        for competition in self.replay.competitions:
            stages.setdefault(competition.stage, []).append(competition)
        for competitions in stages.values():
            if self.full or len(competitions) <= FEW:
                for competition in competitions:
                    yield from self.competition(competition)
                    yield from self.decided([competition], summary=False)
            else:
                yield from self.stage(competitions)
                yield from self.decided(competitions, summary=True)
        n = len(self.replay.rejected.rows)
        yield from self.listed(Message("{n} events rejected", {"n": str(n)}), self.tables.rejected())
        yield from self.listed(Message("Notices"), self.tables.notices())
        yield self.say(Message("log {log} · result {digest}", {"log": self.replay.log_sha256[:16], "digest": self.replay.digest[:16]}))

    def say(self, message: Message) -> str:
        return message.say(self.lang)

    def competition(self, competition: Competition) -> Iterator[str]:
        """A competition's own table."""
        yield _title(" · ".join(dict.fromkeys(filter(None, (competition.name, competition.id)))))
        yield self.basis([competition])
        shown = self.tables.standings([competition.id])
        if shown.rows:
            yield from self.table(shown, self.tables.groups(competition.id))
        else:
            yield from (self.say(Message("no contestants")), "")

    def stage(self, competitions: Sequence[Competition]) -> Iterator[str]:
        """A stage of many competitions: one line each."""
        count = {"stage": competitions[0].label(self.lang), "n": str(len(competitions))}
        yield _title(self.say(Message("{stage}: {n} competitions", count)))
        yield self.basis(competitions)
        rank, name, contestant, total = _positions(self.replay.standings, "rank", "name", "contestant", "total")
        lines = []
        for competition in competitions[:LINES]:
            rows = self.tables.standings_of(competition.id)
            ranked = [row for row in rows if row[rank] is not None]
            first = [row for row in ranked if row[rank] == 1]
            leaders = ", ".join(row[name] or row[contestant] for row in first[:3]) + ("…" if len(first) > 3 else "")
            best = _cell(first[0][total]) if first else ""
            lines.append([competition.id, competition.name, str(len(rows)), str(len(ranked)), leaders, best])
        headers = [heading(word, self.lang) for word in ("competition", "name", "entered", "ranked", "first", "total")]
        yield from aligned(headers, lines, [False, False, True, True, False, True])
        yield from self.more(len(competitions) - len(lines))
        yield ""

    def basis(self, competitions: Sequence[Competition]) -> str:
        """The rulebooks that the competitions stand on, and what is to be known about them."""
        parts = []
        for c in {(c.ruleset, c.version, c.sha256, c.pinned, c.note): c for c in competitions}.values():
            pinned = Message("pinned by the log") if c.pinned else Message("not pinned by the log")
            parts.append(" ".join(filter(None, (f"{c.ruleset}@{c.version} ({c.sha256[:12]}, {self.say(pinned)})", c.note))))
        return self.say(Message("ruleset {rulesets}", {"rulesets": "; ".join(parts)}))

    def decided(self, competitions: Sequence[Competition], summary: bool) -> Iterator[str]:
        """The decisions: each, or how often which was made, or both where there are very many."""
        table = self.replay.decisions
        rows = [row for competition in competitions for row in self.tables.decisions_of(competition.id)]
        if not rows:
            return
        yield f"── {self.say(Message('Decisions'))} ──"
        kind = _positions(table, "rule", "consequence", "name", "status", "ref")
        counts = Counter(tuple(row[i] for i in kind) for row in rows)
        if summary or (len(rows) > LINES and not self.full):
            yield from self.counted(competitions[0].id, counts)
        if not summary:
            rare = [row for row in rows if counts[tuple(row[i] for i in kind)] <= FREQUENT.get(row[kind[3]], LINES)]
            yield from self.each(rows if self.full or len(rows) <= LINES else rare, len(rows))

    def each(self, rows: Sequence[Row], of: int) -> Iterator[str]:
        """One line a decision, with the name of the contestant beside the id."""
        if rows:
            shown = self.tables.decided(rows)
            yield from aligned(shown.headings, shown.rows, shown.numeric)
        yield from self.more(of - len(rows))
        yield ""

    def counted(self, competition: str, counts: Counter[Row]) -> Iterator[str]:
        """How often each rule had which consequence."""
        lines = [
            [
                self.tables.labels.rule(competition, rule),
                say(CONSEQUENCES, kind, self.lang),
                self.tables.labels.outcome(competition, _cell(name)),
                say(STATUSES, status, self.lang),
                str(n),
                _cell(ref),
            ]
            for (rule, kind, name, status, ref), n in counts.items()
        ]
        headers = [heading(word, self.lang) for word in ("rule", "consequence", "name", "status", "times", "ref")]
        yield from aligned(headers, lines, [False, False, False, False, True, False])
        yield ""

    def listed(self, title: Message, shown: Shown) -> Iterator[str]:
        """Rejected events or notices."""
        if shown.rows:
            yield _title(self.say(title))
            yield from self.table(shown)

    def table(self, shown: Shown, groups: Sequence[int] = ()) -> Iterator[str]:
        """A table, cut where it is long: its beginning, or with `groups` (their sizes) the two ends of each group of rows."""
        begin, end = (max(5, ENDS[0] // len(groups)), max(2, ENDS[1] // len(groups))) if groups else (LINES, 0)
        cut = not self.full and len(shown.rows) > LINES
        lines = aligned(shown.headings, shown.rows, shown.numeric)
        yield from lines[:2]
        start = 2
        for size in groups or [len(shown.rows)]:
            group = lines[start : start + size]
            start += size
            if cut and size > begin + end + 1:
                yield from (*group[:begin], *self.more(size - begin - end), *group[size - end :])
            else:
                yield from group
        yield ""

    def more(self, left: int) -> Iterator[str]:
        if left > 0:
            yield self.say(Message("… and {n} more; --full shows all", {"n": str(left)}))


def _positions(table: Table, *names: str) -> list[int]:
    return [table.names.index(name) for name in names]


def _title(text: str) -> str:
    return f"━━ {text} ━━"


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
