"""The picture of ranks from stage to stage (a bump chart): who came from where, and how far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from scoring_engine.messages import Message
from scoring_engine.report.site import svg

MOST = 80
"""Places of a stage that a picture can show; of a stage with more only the ways of the first few are drawn, and that is said."""

STEP = 24
GAP = 120
"""Between the names of a stage and the places of the next."""

OWN = 30
"""Places of the competition itself that a picture shows; that there are more is said."""

FRONT = ("1", "2", "3")
"""Ranks whose ways are drawn in the accent colour."""

Node = tuple[str, str]
"""Competition and contestant."""


class Place(NamedTuple):
    """Where somebody came in a competition; rank "" for who has none."""

    name: str
    competition: str
    stage: int
    rank: str


class Drawn(NamedTuple):
    """What a picture shows: its places, a list a stage, and what it leaves out."""

    columns: list[list[Node]]
    left_out: list[Message]


class Flow:
    """The places of a season and what leads from one to the other.

    stages   the names of the stages in their order
    places   in the order of the competitions and standings
    links    the places that one leads to
    """

    def __init__(self, stages: Sequence[str], places: Mapping[Node, Place], links: Iterable[tuple[Node, Node]]) -> None:
        self.stages = stages
        self.places = places
        self.order = {node: number for number, node in enumerate(places)}
        self.after: dict[Node, list[Node]] = {}
        self.before: dict[Node, list[Node]] = {}
        for start, end in dict.fromkeys(links):
            if start in places and end in places and places[start].stage != places[end].stage:
                self.after.setdefault(start, []).append(end)
                self.before.setdefault(end, []).append(start)

    def around(self, competition: str) -> Drawn | None:
        """The first places of a competition with all that led to them and all they led to; None where nothing did.

        In a stage of several competitions each stands where it leads to, or comes from, so that few lines cross.
        """
        all_own = [node for node in self.places if node[0] == competition]
        own = all_own[:OWN]
        found = {*own, *self._reached(own, self.before), *self._reached(own, self.after)}
        by_stage: dict[int, list[Node]] = {}
        for node in found:
            by_stage.setdefault(self.places[node].stage, []).append(node)
        if not own or len(by_stage) < 2:
            return None
        middle, front = self.places[own[0]].stage, self.first(competition)
        left_out = []
        if len(own) < len(all_own):
            args = {"stage": self.stages[middle], "n": str(len(own)), "of": str(len(all_own))}
            left_out.append(Message("{stage}: the first {n} of {of} places are drawn", args))
        height: dict[Node, int] = {}
        columns: dict[int, list[Node]] = {}
        for stage in sorted(by_stage, key=lambda stage: (abs(stage - middle), stage)):
            nodes = by_stage[stage]
            if len(nodes) > MOST and stage != middle:
                ahead = [node for node in nodes if node in front][:MOST]
                args = {"stage": self.stages[stage], "n": str(len(ahead)), "of": str(len(nodes))}
                left_out.append(Message("{stage}: of {of} places the {n} that the first three lead from or to are drawn", args))
                nodes = ahead
            if nodes:
                columns[stage] = self._ordered(nodes, height)
                height |= {node: y for y, node in enumerate(columns[stage])}
        return Drawn([columns[stage] for stage in sorted(columns)], left_out) if len(columns) > 1 else None

    def _ordered(self, nodes: Sequence[Node], height: Mapping[Node, int]) -> list[Node]:
        """The places of a stage: competition by competition, each by rank. `height`: of the places that stand already."""
        beside: dict[str, int] = {}
        for node in nodes:
            near = [height[other] for other in (*self.after.get(node, ()), *self.before.get(node, ())) if other in height]
            beside[node[0]] = min([beside.get(node[0], len(self.places)), *near])
        return sorted(nodes, key=lambda node: (beside[node[0]], node[0], self._place(node)))

    def first(self, competition: str) -> set[Node]:
        """The first few places of a competition, with all that led to them and all they led to."""
        own = [node for node in self.places if node[0] == competition and self.places[node].rank in FRONT]
        return {*own, *self._reached(own, self.before), *self._reached(own, self.after)}

    def _reached(self, start: Iterable[Node], links: Mapping[Node, Sequence[Node]]) -> set[Node]:
        found: set[Node] = set()
        waiting = list(start)
        while waiting:
            for node in links.get(waiting.pop(), ()):
                if node not in found:
                    found.add(node)
                    waiting.append(node)
        return found

    def _place(self, node: Node) -> tuple[bool, int, int]:
        rank = self.places[node].rank
        return (not rank, int(rank or 0), self.order[node])

    def picture(self, id: str, title: str, columns: Sequence[Sequence[Node]], front: set[Node], lang: str) -> str:
        """The picture of some columns of places, those in `front` in the accent colour."""
        top, left, width = 34, [14.0], 0.0
        for column in columns:  # to the end of the longest name, or of the heading, which is bold
            names = max(svg.words_width(self.places[node].name) for node in column)
            width = left[-1] + max(14 + names, svg.words_width(self.stages[self.places[column[0]].stage]) * 1.15 - 10)
            left.append(width + GAP)
        at = {node: (left[x], top + y * STEP) for x, column in enumerate(columns) for y, node in enumerate(column)}
        parts = [
            svg.text(left[x] - 10, 14, self.stages[self.places[column[0]].stage], class_="label strong") for x, column in enumerate(columns)
        ]
        parts += [self._line(at, start, end, front) for start in at for end in self.after.get(start, ()) if end in at]
        parts += [self._node(node, *place, front) for node, place in at.items()]
        height = top + max(map(len, columns)) * STEP
        told = {"stages": " → ".join(self.stages[self.places[column[0]].stage] for column in columns)}
        description = Message("A column for each stage ({stages}) with the places from the first down; lines lead on.", told).say(lang)
        return svg.picture(id, width + 12, height, title, description, parts)

    def _line(self, at: Mapping[Node, tuple[float, float]], start: Node, end: Node, front: set[Node]) -> str:
        (x, y), (to_x, to_y) = at[start], at[end]
        begin = x + 18 + svg.words_width(self.places[start].name)  # the line begins where the name ends
        middle = (begin + to_x) / 2
        n = svg.number
        curve = f"M{n(begin)} {n(y)}C{n(middle)} {n(y)} {n(middle)} {n(to_y)} {n(to_x - 10)} {n(to_y)}"
        style = "way front" if {start, end} <= front else "way"
        return svg.element("path", d=curve, class_=style, data_from="/".join(start), data_to="/".join(end))

    def _node(self, node: Node, x: float, y: float, front: set[Node]) -> str:
        place = self.places[node]
        told = " · ".join(filter(None, (place.name, place.competition, place.rank)))
        parts = (
            svg.element("title", escape(told)),
            svg.element("circle", cx=svg.number(x), cy=svg.number(y), r=10),
            svg.text(x, y + 4, place.rank or "–", class_="rank", text_anchor="middle"),
            svg.text(x + 14, y + 4, place.name, class_="label name"),
        )
        return svg.element("g", parts, class_="place front" if node in front else "place", data_node="/".join(node))

    def table(self, columns: Sequence[Sequence[Node]]) -> list[list[str]]:
        """The same as rows: stage, competition, name, rank, and the names and ranks that it led to."""
        shown = {node for column in columns for node in column}
        rows = []
        for column in columns:
            for node in column:
                place = self.places[node]
                on = [self.places[other] for other in self.after.get(node, ()) if other in shown]
                leads = "; ".join(f"{self.stages[other.stage]}: {other.name} {other.rank or '–'}" for other in on)
                rows.append([self.stages[place.stage], place.competition, place.name, place.rank or "–", leads])
        return rows
