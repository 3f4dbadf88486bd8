"""What stands on which page. Every page is written in each language, under the same name in the language's folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring_engine.messages import LANGUAGES, Message
from scoring_engine.report.files import write
from scoring_engine.report.site import marks as pictures
from scoring_engine.report.site.flow import Flow, Node, Place
from scoring_engine.report.tables import Tables
from scoring_engine.review.exact import exact, rounded, shown
from scoring_engine.review.explanation import Explainer
from scoring_engine.review.page import explained
from scoring_engine.review.panels import Panel

if TYPE_CHECKING:
    from jinja2 import Environment

    from scoring_engine.season.result import Competition, Replay

HERE = os.path.dirname(__file__)
EXPLAINED = 3000
"""Contestants whose results are explained on pages; of a log with more, nobody's are."""

DRAWN = 12
"""Lines of the score sheet that are drawn; a competition with more has their marks in its tables only."""

WORDS = {
    "result": Message("Result"),
    "competitions": Message("Competitions"),
    "standings": Message("Standings"),
    "decisions": Message("Decisions"),
    "notices": Message("Notices"),
    "rejected": Message("Rejected events"),
    "marks": Message("Marks"),
    "spread": Message("Spread by judge"),
    "flow": Message("Ranks from stage to stage"),
    "sources": Message("Sources"),
    "explanation": Message("Explanation"),
    "as_table": Message("as a table"),
    "search": Message("Search in the table"),
    "theme": Message("Light or dark"),
    "language": Message("中文"),
    "skip": Message("Skip to the content"),
    "back": Message("All competitions"),
    "nothing": Message("none"),
    "judge": Message("judge"),
    "unit": Message("unit"),
    "contestant": Message("contestant"),
    "count": Message("marks"),
    "severity": Message("against the others"),
    "distance": Message("spread"),
    "stage": Message("stage"),
    "competition": Message("competition"),
    "rank": Message("rank"),
    "on": Message("led to"),
    "entered": Message("entered"),
    "first": Message("first"),
    "log": Message("log"),
    "digest": Message("digest"),
    "ruleset": Message("ruleset"),
    "total": Message("total"),
    "pinned": Message("pinned by the log"),
    "unpinned": Message("not pinned by the log"),
    "judges_note": Message("Against the others: mean of the judge's marks less the mean of the others' on the same lines."),
    "flow_note": Message("The number in a circle is the rank in its own competition."),
}


class Figure(NamedTuple):
    """A picture, and the same as a table: the columns' headings and rows."""

    title: str
    svg: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


class Written(NamedTuple):
    """What was written: the page to open, how many pages, whether contestants are explained."""

    first: str
    pages: int
    explained: bool


def save(made: Callable[[str], Replay], folder: str, lang: str, step: Callable[[int, int], None] | None = None) -> Written:
    """Write the pages of a result in every language into `folder` (made where it is not there).

    `made` replays the log, with what it says in the language given; `lang` is that of a reader whose browser does not say one;
    `step` is told how many pages of a language are written, and how many there are.

    Raises:
        ModuleNotFoundError: Jinja2 is not installed.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(
        loader=FileSystemLoader(os.path.join(HERE, "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    os.makedirs(folder, exist_ok=True)
    count, told = 0, True
    for one in LANGUAGES:
        pages = _Pages(made(one), one, env)
        told = pages.explains
        os.makedirs(os.path.join(folder, one), exist_ok=True)
        for name, text in pages.all():
            if step is not None:
                step(count % pages.count, pages.count)
            write(os.path.join(folder, one, name), text)
            count += 1
    for name in sorted(os.listdir(os.path.join(HERE, "static"))):
        shutil.copyfile(os.path.join(HERE, "static", name), os.path.join(folder, name))
    first = os.path.join(folder, "index.html")
    write(first, env.get_template("choose.html").render(default=lang))
    return Written(first, count, told)


class _Pages:
    """The pages of a replay in one language."""

    def __init__(self, replay: Replay, lang: str, env: Environment) -> None:
        self.replay = replay
        self.lang = lang
        self.env = env
        self.tables = Tables(replay, lang)
        self.explainer = Explainer(replay)
        self.words = {name: message.say(lang) for name, message in WORDS.items()}
        table = replay.standings
        self.at = {name: table.names.index(name) for name in ("competition", "contestant", "name", "rank", "total")}
        self.people = list(dict.fromkeys(row[self.at["contestant"]] for row in table.rows))
        self.explains = len(self.people) <= EXPLAINED
        # Ids can hold anything; a page is named after the number of what it shows.
        self.files = {one.id: f"competition-{n}.html" for n, one in enumerate(replay.competitions, start=1)}
        self.pages_of = {id: f"contestant-{n}.html" for n, id in enumerate(self.people, start=1)} if self.explains else {}
        self.explanations: dict[str, Any] = {id: self.explainer.explain(id) for id in self.pages_of}
        self.flow = self._flow()

    @property
    def count(self) -> int:
        """How many pages there are."""
        return 1 + len(self.files) + len(self.pages_of)

    def all(self) -> Iterator[tuple[str, str]]:
        """The name and the text of each page."""
        yield "index.html", self.index()
        for one in self.replay.competitions:
            yield self.files[one.id], self.competition(one)
        for id, name in self.pages_of.items():
            yield name, self.contestant(id, name)

    def render(self, template: str, name: str, title: str, **values: Any) -> str:
        """A page from its template."""
        other = next(one for one in LANGUAGES if one != self.lang)
        common = {"t": self.words, "lang": self.lang, "other": other, "file": name, "title": title, "files": self.files}
        return self.env.get_template(template).render(common | {"pages_of": self.pages_of, "people": self.tables.people} | values)

    # --- pages ----------------------------------------------------------------------------------------------------------

    def index(self) -> str:
        """What there is: the competitions by stage, ranks from stage to stage, what was not admitted, and the sources."""
        rows: dict[str, list[Any]] = {}
        for row in self.replay.standings.rows:
            rows.setdefault(row[self.at["competition"]], []).append(row)
        stages: dict[str, list[Any]] = {}
        for one in self.replay.competitions:
            mine = rows.get(one.id, [])
            first = [row for row in mine if row[self.at["rank"]] == 1]
            leaders = [(row[self.at["contestant"]], row[self.at["name"]] or row[self.at["contestant"]]) for row in first[:3]]
            best = first[0][self.at["total"]] if first else ""
            stages.setdefault(one.label(self.lang), []).append((one, len(mine), leaders, len(first) > 3, best or ""))
        stages = dict(reversed(stages.items()))  # what everything led to comes first
        named = [one.name for one in self.replay.competitions if one.name]
        title = named[-1] if named else self.words["result"]
        last = next((f for one in reversed(self.replay.competitions) if (f := self.flowing(one, "flow")) is not None), None)
        return self.render(
            "index.html", "index.html", title,
            stages=stages, flow=last, notices=self.tables.notices(), rejected=self.tables.rejected(),
            rulesets=self.replay.rulesets, log=self.replay.log_sha256, digest=self.replay.digest,
        )  # fmt: skip

    def competition(self, one: Competition) -> str:
        """A competition: its table, pictures, decisions and notices."""
        facets, judges, contestants = self.facets(one)
        heat = [self.heat(f"h{n}", facet, judges, contestants) for n, facet in enumerate(facets, start=1)]
        return self.render(
            "competition.html", self.files[one.id], one.name or one.id,
            one=one, stage=one.label(self.lang), standings=self.tables.standings([one.id]), heat=heat,
            spread=self.spreads(facets, judges), undrawn=self.undrawn(len(facets)), judges=self.judged(one), flow=self.flowing(one, "flow"),
            decisions=self.tables.decisions([one.id], named=False), notices=self.tables.notices(one.id),
        )  # fmt: skip

    def contestant(self, id: str, name: str) -> str:
        """Why a contestant's results are what they are."""
        from markupsafe import Markup

        explanation = self.explanations[id]
        body = Markup("\n".join(explained(explanation, self.lang)))  # escaped where it is made
        return self.render("contestant.html", name, explanation["name"] or id, id=id, body=body, listed=explanation["competitions"])

    # --- marks ----------------------------------------------------------------------------------------------------------

    def facets(self, one: Competition) -> tuple[list[pictures.Facet], dict[str, str], dict[str, str]]:
        """The marks of a competition, a facet for each line of the score sheet; the names of judges and contestants."""
        reader, index = self.explainer.part(one.id)
        table = reader.table("marks") if "marks" in reader.batch.tables else None
        if table is None or not table.size:
            return [], {}, {}
        keys = [name for name in table.keys if name not in ("judge", "contestant")]
        lines: dict[tuple[str, ...], list[pictures.Given]] = {}
        for row in reader.rows_of("marks", index):
            value = reader.cell("marks", "value", row)
            if value is None or isinstance(value, (str, bool)):
                continue
            line = tuple(self.tables.labels.value(one.id, name, exact(reader.cell("marks", name, row)) or "") for name in keys)
            who, judge = (str(reader.cell("marks", name, row) or "") for name in ("contestant", "judge"))
            text = shown(value, reader.places("marks", "value")) or ""
            lines.setdefault(line, []).append(pictures.Given(who, judge, value, text.rstrip("0").rstrip(".") if "." in text else text))
        facets = [pictures.Facet(" · ".join(line), given) for line, given in lines.items()]
        names = {"judges": "judge", "contestants": "contestant"}
        people: list[dict[str, str]] = []
        for known, column in names.items():
            ids = {row: exact(reader.cell(known, column, row)) or "" for row in reader.rows_of(known, index)}
            people.append({id: exact(reader.cell(known, "name", row)) or id for row, id in ids.items()})
        for given in lines.values():
            for mark in given:
                people[0].setdefault(mark.judge, mark.judge)
        # Contestants in the order of the standings, as every other table has them.
        order = [row[self.at["contestant"]] for row in self.replay.standings.rows if row[self.at["competition"]] == one.id]
        return facets, people[0], {id: people[1].get(id, id) for id in order}

    def heat(self, id: str, facet: pictures.Facet, judges: dict[str, str], contestants: dict[str, str]) -> Figure:
        """The heat map of a line, and the same as a table."""
        across = [judge for judge in judges if any(one.judge == judge for one in facet.marks)]
        found = {(one.contestant, one.judge): one.shown for one in facet.marks}
        down = [who for who in contestants if any(one.contestant == who for one in facet.marks)]
        rows = [[contestants[who], *(found.get((who, judge), "–") for judge in across)] for who in down]
        headings = [self.words["contestant"], *(judges[judge] for judge in across)]
        return Figure(facet.title, pictures.heat_map(id, facet, judges, contestants, self.lang), headings, rows)

    def spreads(self, facets: Sequence[pictures.Facet], judges: dict[str, str]) -> list[tuple[str, str]]:
        """The spread of the marks of each line, where the lines are few enough to be looked at."""
        return [
            (facet.title, pictures.spread(f"s{n}", facet.title, facet.marks, judges, self.lang))
            for n, facet in enumerate(facets[:DRAWN], start=1)
        ]

    def undrawn(self, lines: int) -> str:
        """What is said where a score sheet has more lines than are drawn."""
        words = Message("the first {n} of {of} lines are drawn", {"n": str(DRAWN), "of": str(lines)})
        return words.say(self.lang) if lines > DRAWN else ""

    def judged(self, one: Competition) -> list[list[str]]:
        """The statistics of each judge: name, unit, marks, against the others, spread."""
        reader, index = self.explainer.part(one.id)
        if "marks" not in reader.batch.tables or not reader.rows_of("marks", index):
            return []
        rows = []
        for judge in Panel(reader, index).judged():
            apart, distance = ("–" if value is None else rounded(value, 2) for value in (judge.severity, judge.spread))
            sign = "+" if judge.severity is not None and judge.severity > 0 else ""
            rows.append([judge.name or judge.judge, judge.unit, str(judge.marks), sign + apart.replace("-", "−"), distance])
        return rows

    # --- from stage to stage ----------------------------------------------------------------------------------------------

    def _flow(self) -> Flow:
        """Every place of the season, and what led from one to the other: who advanced, and who came again."""
        competitions = {one.id: one for one in self.replay.competitions}
        stages = list(dict.fromkeys((one.ruleset, one.stage) for one in self.replay.competitions))
        named = [next(one.label(self.lang) for one in self.replay.competitions if (one.ruleset, one.stage) == stage) for stage in stages]
        places: dict[Node, Place] = {}
        for row in self.replay.standings.rows:
            id, who, rank = row[self.at["competition"]], row[self.at["contestant"]], row[self.at["rank"]]
            one = competitions[id]
            name = row[self.at["name"]] or who
            places[id, who] = Place(name, one.name or id, stages.index((one.ruleset, one.stage)), "" if rank is None else str(rank))
        links: list[tuple[Node, Node]] = []
        seen: dict[str, Node] = {}
        for id in competitions:
            for node in (node for node in places if node[0] == id):
                if node[1] in seen:
                    links.append((seen[node[1]], node))
                seen[node[1]] = node
        for who, explanation in self.explanations.items():
            for part in explanation["competitions"]:
                advanced = (one for one in part["sent"] if one["kind"] == "advanced" and one["target"])
                links += [((part["competition"], who), (one["target"], one["recipient"])) for one in advanced]
        return Flow(named, places, links)

    def flowing(self, one: Competition, id: str) -> Figure | None:
        """The picture of what led to a competition and what it led to; None where nothing did."""
        drawn = self.flow.around(one.id)
        if drawn is None:
            return None
        columns, left_out = drawn
        title = Message("{name}: ranks from stage to stage", {"name": one.name or one.id}).say(self.lang)
        headings = [self.words[name] for name in ("stage", "competition", "contestant", "rank", "on")]
        notes = [message.say(self.lang) for message in left_out]
        picture = self.flow.picture(id, title, columns, self.flow.first(one.id), self.lang)
        return Figure(title, picture, headings, self.flow.table(columns), notes)


