"""The picture of ranks from stage to stage (a bump chart): who came from where, and how far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from scoring_engine.messages import Message
from scoring_engine.report.site import svg

MOST = 60
"""Places of a stage that a picture can show; a stage with more is left out."""

STEP = 24
COLUMN = 230
OWN = 30
"""Places of the competition itself that a picture shows."""

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

    def around(self, competition: str) -> list[list[Node]]:
        """The first places of a competition with all that led to them and all they led to, a list a stage.

        A stage with too many places is left out; without any other stage the list is empty. In a stage of several competitions
        each stands where it leads to, or comes from, so that few lines cross.
        """
        own = [node for node in self.places if node[0] == competition][:OWN]
        found = {*own, *self._reached(own, self.before), *self._reached(own, self.after)}
        by_stage: dict[int, list[Node]] = {}
        for node in found:
            by_stage.setdefault(self.places[node].stage, []).append(node)
        if not own or len(by_stage) < 2:
            return []
        middle = self.places[own[0]].stage
        kept = [stage for stage in by_stage if len(by_stage[stage]) <= MOST or stage == middle]
        height: dict[Node, int] = {}
        columns: dict[int, list[Node]] = {}
        for stage in sorted(kept, key=lambda stage: (abs(stage - middle), stage)):
            columns[stage] = self._ordered(by_stage[stage], height)
            height |= {node: y for y, node in enumerate(columns[stage])}
        return [columns[stage] for stage in sorted(columns)] if len(columns) > 1 else []

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
        top = 34
        at = {node: (14 + x * COLUMN, top + y * STEP) for x, column in enumerate(columns) for y, node in enumerate(column)}
        parts = [
            svg.text(14 + x * COLUMN - 10, 14, self.stages[self.places[column[0]].stage], class_="label strong")
            for x, column in enumerate(columns)
        ]
        parts += [self._line(at, start, end, front) for start in at for end in self.after.get(start, ()) if end in at]
        parts += [self._node(node, *place, front) for node, place in at.items()]
        # To the end of the longest name of the last column, or of its heading, which is bold.
        last = [self.places[node].name for node in columns[-1]]
        heading = svg.words_width(self.stages[self.places[columns[-1][0]].stage]) * 1.15 - 24
        width = 14 + (len(columns) - 1) * COLUMN + 14 + max(*map(svg.words_width, last), heading) + 12
        height = top + max(map(len, columns)) * STEP
        told = {"stages": " → ".join(self.stages[self.places[column[0]].stage] for column in columns)}
        description = Message("A column for each stage ({stages}) with the places from the first down; lines lead on.", told).say(lang)
        return svg.picture(id, width, height, title, description, parts)

    def _line(self, at: Mapping[Node, tuple[float, float]], start: Node, end: Node, front: set[Node]) -> str:
        (x, y), (to_x, to_y) = at[start], at[end]
        middle = (x + to_x) / 2
        n = svg.number
        curve = f"M{n(x + 10)} {n(y)}C{n(middle + 40)} {n(y)} {n(middle)} {n(to_y)} {n(to_x - 10)} {n(to_y)}"
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
