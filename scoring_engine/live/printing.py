"""What is printed: the summary of scores (成绩汇总表), blank sheets, certificates; as plain rows for the templates.

Numbers are those of the result. Only what the language has no column for is added up here, exactly: a judge's weighted sheet where
the rulebook trims each line by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scoring_engine.live.panel import panel
from scoring_engine.live.views import form as sheet_form
from scoring_engine.live.wording import STATES, STATUSES
from scoring_engine.report.labels import Labels

if TYPE_CHECKING:
    from scoring_engine.live.scene import Scene

CERTIFIED = ("award", "certificate", "title")
"""Consequences that a certificate is printed for."""


def names(scene: Scene, lang: str) -> dict[str, str]:
    """What the rulebook calls its rules, consequences and the links of its chain: "rule:ID", "outcome:NAME", "link:NAME"."""
    labels = Labels(scene.result, lang)
    known = {f"link:{link['name']}": labels.link(scene.info.id, link["name"]) for link in scene.stage["ranking"]["by"]}
    for decision in scene.stage["decisions"]:
        known[f"rule:{decision['id']}"] = labels.rule(scene.info.id, decision["id"])
        for outcome in decision["then"]:
            if outcome["name"]:
                known[f"outcome:{outcome['name']}"] = labels.outcome(scene.info.id, outcome["name"])
    return known


def head(scene: Scene, lang: str) -> dict[str, Any]:
    """What stands at the top of everything that is printed."""
    return {
        "competition": scene.info.name or scene.info.id,
        "stage": scene.info.labels.get(lang) or scene.info.stage,
        "date": _day(str((scene.standing("opened") or [{}])[-1].get("date", "")), lang),
        "ruleset": scene.plan["label"][lang] or scene.info.ruleset,  # type: ignore[literal-required]
        "version": scene.info.version,
        "state": scene.info.state,
        "result": len(scene.standing("published")),
        "seq": int(scene.log.seq[-1]) if scene.log.size else 0,
    }


def _day(date: str, lang: str) -> str:
    """An ISO day as it is written on paper."""
    parts = date.split("-")
    return f"{int(parts[0])}年{int(parts[1])}月{int(parts[2])}日" if lang == "zh" and len(parts) == 3 else date


def summary(scene: Scene, lang: str, query: Mapping[str, str]) -> dict[str, Any]:
    """The summary of scores: a row a contestant with the sheet of each judge, what was left out, measures, rank and remarks."""
    order = {str(row["id"]): row for row in scene.contestants}
    judges = scene.judges if scene.stage["sheet"] is not None else []
    chain = {link["name"] for link in scene.stage["ranking"]["by"]}
    listed = scene.standings
    measures = [
        measure
        for measure in scene.measures()
        if measure["name"] not in {"total", "deductions"} | chain and any(row.get(measure["name"]) is not None for row in listed)
    ]
    taken = dict(zip(scene.ids, scene.column("contestants", "deductions"), strict=True)) if scene.stage["deductions"] is not None else None
    roster = list(scene.stage["roster"])
    rows = []
    for number, row in enumerate(listed, 1):
        contestant = str(row["contestant"])
        sheets = _sheets(scene, contestant)
        given = sorted((sheet["value"] for sheet in sheets.values() if sheet["value"]), key=_sum)
        person = order.get(contestant, {})
        rows.append(
            {
                "number": number,
                "order": person.get("order") or "",
                "id": contestant,
                "name": row["name"],
                "scope": row["scope"],
                "roster": [person.get(name) or "" for name in roster],
                "sheets": [sheets.get(judge.id, {"value": "", "dropped": False, "recused": False}) for judge in judges],
                "high": given[-1] if given else "",
                "low": given[0] if given else "",
                "deductions": "" if taken is None or contestant in scene.out else taken.get(contestant) or "",
                "measures": ["" if contestant in scene.out else _shown(row.get(measure["name"])) for measure in measures],
                "total": _shown(row["total"]),
                "rank": "" if row["rank"] is None else row["rank"],
                "status": row["status"],
                "remarks": _remarks(scene, lang, contestant),
                "decided_by": _decided(scene, lang, row),
            }
        )
    fields = [scene.stage["roster"][name]["label"][lang] or name for name in roster]  # type: ignore[literal-required]
    return {
        **head(scene, lang), "judges": judges, "measures": measures, "roster": fields, "rows": rows, "statuses": STATUSES, "states": STATES,
        "deducts": taken is not None,
        "width": 6 + len(roster) + len(measures) + (len(judges) + 2 if judges else 0) + (taken is not None),
        "judge_names": "  ".join(f"{number} {judge.name}" for number, judge in enumerate(judges, 1)),
    }  # fmt: skip


def _sheets(scene: Scene, contestant: str) -> dict[str, dict[str, Any]]:
    """The weighted sheet of each judge for a contestant, and whether the panel leaves it out."""
    found: dict[str, dict[str, Any]] = {}
    form = sheet_form(scene)
    weights = {line["id"]: Fraction(line["weight"]) for line in form["criteria"]} if form else {}
    for row in panel(scene, contestant)["judges"]:
        made = [sheet for sheet in row["sheets"] if sheet["value"]]
        value = " / ".join(str(sheet["value"]) for sheet in made)
        if not made and row["marks"] and form:
            parts: dict[tuple[str, ...], Fraction] = dict.fromkeys((part for part in scene.due if part), Fraction())
            for mark in row["marks"]:
                part = tuple(mark["keys"])
                parts[part] = parts.get(part, Fraction()) + weights[mark["criterion"]] * Fraction(mark["value"])
            value = " / ".join(_decimal(total / Fraction(form["divide"]), 2) for total in parts.values())
        found[row["judge"]] = {"value": value, "dropped": any(s["dropped"] for s in made), "recused": row["state"] == "recused"}
    return found


def _sum(value: str) -> Fraction:
    """What a sheet is compared by: its number, the sum where the sheet has several parts."""
    return sum(map(Fraction, value.split(" / ")), Fraction())


def _decided(scene: Scene, lang: str, row: Mapping[str, Any]) -> str:
    """What parted a contestant from the next one, where it was not the score."""
    links = [link["name"] for link in scene.stage["ranking"]["by"]]
    by = str(row["decided_by"] or "")
    return "" if not by or by == links[0] else Labels(scene.result, lang).link(scene.info.id, by)


def _decimal(value: Fraction, places: int) -> str:
    """A fraction with so many decimals, half up."""
    scaled = (abs(value) * 10**places * 2 + 1) // 2
    return f"{Decimal(int(scaled) if value >= 0 else -int(scaled)).scaleb(-places):.{places}f}"


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _remarks(scene: Scene, lang: str, contestant: str) -> list[str]:
    """Awards, titles, grades and flags that hold."""
    labels = Labels(scene.result, lang)
    kinds = ("award", "certificate", "title", "grade", "flag")
    return list(
        dict.fromkeys(
            labels.outcome(scene.info.id, str(row["name"])) if row["name"] else labels.rule(scene.info.id, str(row["rule"]))
            for row in scene.decisions
            if row["contestant"] == contestant and row["status"] == "granted" and row["consequence"] in kinds
        )
    )


def sheets(scene: Scene, lang: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Blank sheets: one a judge with all contestants, or (?by=contestant) one for each judge and contestant; with a part for each value
    of the sheet's keys, as far as the rulebook names them."""
    form = sheet_form(scene)
    keys = form["keys"] if form else []
    parts = [" · ".join(_part(key["one_of"], value, lang) for key, value in zip(keys, part, strict=True)) for part in scene.due]
    return {
        **head(scene, lang), "form": form, "parts": parts or [""], "judges": scene.judges, "contestants": scene.contestants,
        "roster": list(scene.stage["roster"]), "by": "contestant" if query.get("by") == "contestant" else "judge",
        "labels": {name: field["label"][lang] or name for name, field in scene.stage["roster"].items()},  # type: ignore[literal-required]
    }  # fmt: skip


def _part(admitted: Mapping[str, Mapping[str, str]], value: str, lang: str) -> str:
    """A value of a key as the rulebook calls it."""
    return admitted[value][lang] if value in admitted else value


def certificates(scene: Scene, lang: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Certificates for whoever was granted an award, a certificate or a title."""
    labels = Labels(scene.result, lang)
    people = {str(row["id"]): row for row in scene.contestants}
    rows = []
    place = {str(row["contestant"]): number for number, row in enumerate(scene.standings)}
    for row in sorted(scene.decisions, key=lambda row: place.get(str(row["contestant"]), len(place))):
        if row["status"] == "granted" and row["consequence"] in CERTIFIED and row["contestant"] in people:
            person = people[str(row["contestant"])]
            what = labels.outcome(scene.info.id, str(row["name"])) if row["name"] else labels.rule(scene.info.id, str(row["rule"]))
            rows.append({"name": person["name"] or person["id"], "unit": person.get("unit") or "", "what": what})
    return {**head(scene, lang), "rows": rows}
