"""The tables of contests, with a digest each, and the bytes of their files; see `season.digests` and `season.forms`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from scoring_engine.season import forms
from scoring_engine.single.numbers import fixed
from scoring_engine.single.ranks import leading
from scoring_engine.single.rules import decisions
from scoring_engine.single.table import Contest, Row
from scoring_engine.single.unsure import Unsure

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import MeasurePlan, StagePlan


Cells: TypeAlias = "Sequence[str | int | None]"


def tables(contest: Contest, state: str, lang: str) -> dict[str, list[Cells]]:
    """The rows of all tables of a computed contest, by the name of the table; `state` is how far it has come, `lang` the language of
    notices."""
    plan, stage, said = contest.plan, contest.stage, contest.opening
    standings = _standings(contest)
    given = decisions(contest, lang)
    notices = sorted({(contest.id, code, who, message.say(lang)) for code, who, message in contest.notices})
    about = {
        "id": contest.id,
        "name": said.get("name", ""),
        "stage": stage["id"],
        "ruleset": plan["id"],
        "version": plan["version"],
        "sha256": plan["sha256"],
        "pinned": "true" if "version" in said or "sha256" in said else "false",
        "state": state,
        "note": "",
    }
    lines: list[Cells] = [
        [forms.DIGEST, *(about[column] for column in forms.DIGEST_HEAD)],
        ["standings", *_columns(stage)],
        *standings,
        ["decisions", *forms.DECISIONS[:-1]],
        *(row[:-1] for row in given),
        ["rejected", *forms.DIGEST_REJECTED],
        ["notices", *forms.DIGEST_NOTICES],
        *(notice[1:3] for notice in notices),
    ]
    about["digest"] = sha256(b"".join(map(forms.json_line, lines))).hexdigest()
    competitions = [[about[column] for column in forms.COMPETITIONS]]
    return {"standings": standings, "decisions": [*given], "rejected": [], "notices": [*notices], "competitions": [*competitions]}


def files(stage: StagePlan, parts: Sequence[Mapping[str, list[Cells]]], form: str) -> dict[str, bytes]:
    """The tables of contests of a stage, in their order, as the bytes of their files: csv or parquet."""
    columns = {
        "standings": _columns(stage),
        "decisions": forms.DECISIONS,
        "rejected": forms.REJECTED,
        "notices": forms.NOTICES,
        "competitions": forms.COMPETITIONS,
    }
    rows = {name: [row for part in parts for row in part[name]] for name in columns}
    if form == "csv":
        return {name: _csv(names, rows[name]) for name, names in columns.items()}
    from scoring_engine.season.heads import WHOLE, columns_of
    from scoring_engine.season.result import ColumnInfo
    from scoring_engine.single.parquet import table

    infos = {name: [ColumnInfo(one, None, "integer" if one in WHOLE else "text") for one in names] for name, names in columns.items()}
    return {name: table(infos[name], rows[name]) for name in columns} | {"standings": table(columns_of([stage]), rows["standings"])}


def _columns(stage: StagePlan) -> list[str]:
    """The columns of the standings."""
    return [*forms.LEADING, *(measure["name"] for measure in forms.measures_shown(stage))]


def _csv(columns: Sequence[str], rows: Iterable[Cells]) -> bytes:
    lines = (forms.csv_line(["" if value is None else str(value) for value in row]) for row in rows)
    return (forms.csv_line(columns) + "".join(lines)).encode()


def _standings(contest: Contest) -> list[Cells]:
    """The rows of the standings: by group, the ranked in their order, then the others by what keeps them out."""
    stage = contest.stage
    after = {name: turn for turn, name in enumerate(forms.AFTER)}

    def place(row: Row) -> tuple[str, bool, int]:
        return row["@scope"], row["rank"] is None, after[row["status"]] if row["rank"] is None else row["@position"][0]

    named = {measure["name"]: measure for measure in stage["measures"]}
    total = named.get("total" if "total" in named else leading(contest) or "")
    shown = [total, *forms.measures_shown(stage)]
    return [
        [
            contest.id,
            stage["id"],
            row["@scope"],
            row["contestant"],
            row["name"],
            None if row["rank"] is None else row["rank"][0],
            row["status"],
            *(cells := [None if measure is None else _shown(contest, row, measure) for measure in shown])[:1],
            row["decided_by"],
            *cells[1:],
        ]
        for row in sorted(contest.tables["contestants"].rows, key=place)
    ]


def _shown(contest: Contest, row: Row, measure: MeasurePlan) -> str | None:
    """A measure as people read it."""
    if measure["kind"] == "time" or measure["name"] not in row:
        raise Unsure("a measure that is a time")
    value = row[measure["name"]]
    if value is None or type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    places = forms.places_shown(contest.stage, measure["places"])
    return forms.decimal_text(fixed(value, places), places)
