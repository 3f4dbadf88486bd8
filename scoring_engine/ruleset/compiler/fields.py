"""What a rulebook declares for all its stages: fields of events, kinds of record, calendars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from scoring_engine.ruleset.compiler.kinds import CONTESTANT, JUDGE, TEXT, TIME, TRUTH, Type, number, texts
from scoring_engine.ruleset.compiler.report import STAND_IN, Path, help_with
from scoring_engine.ruleset.compiler.values import Values, decimals, is_time, label, scaled
from scoring_engine.ruleset.models import DataField, Record, Window
from scoring_engine.ruleset.plan import FieldPlan, ParamPlan, RecordPlan, WindowPlan

MOST_WINDOWS = 4000
ENVELOPE = ("id", "kind", "competition", "seq", "at", "by", "device", "n", "record")


class Declarations(Values):
    """Declarations of the file as the plan has them."""

    def field(self, name: str, field: DataField, path: Path) -> FieldPlan:
        """A declared field. A decimal field carries at least the decimals of its bounds and step."""
        if name in ENVELOPE:
            help = help_with("choose another name; every event has these: {names}", names=", ".join(ENVELOPE))
            self.reporter.at_key("E311", path, '"{name}" is a field of every event already', help, name=name)
        given = {key: value for key, value in (("from", field.low), ("to", field.high), ("step", field.step)) if value is not None}
        bounds = {key: value for key, value in given.items() if self.fitting(value, (*path, key))}
        places = max((field.places, *map(decimals, bounds.values()))) if field.type == "decimal" else 0
        if field.type not in ("integer", "decimal"):
            for key in bounds:
                text = "{key}: belongs to a number; this field is of type {type}"
                self.reporter.at_key("E312", (*path, key), text, key=key, type=field.type)
            bounds = {}
        for key, value in bounds.items():
            if field.type == "integer" and decimals(value):
                self.reporter.error("E312", (*path, key), "an integer field cannot have decimals", help_with("write type: decimal"))
        if field.low is not None and field.high is not None and field.low > field.high:
            self.reporter.error("E312", (*path, "from"), "from: is larger than to:")
        if field.one_of is not None and not field.one_of:
            self.reporter.error("E312", (*path, "one_of"), "one_of: has no values")
        return {
            "type": field.type,
            "places": places,
            "low": scaled(bounds["from"], places) if "from" in bounds else None,
            "high": scaled(bounds["to"], places) if "to" in bounds else None,
            "step": scaled(bounds["step"], places) if "step" in bounds else None,
            "one_of": None if field.one_of is None else {value: label(words, value) for value, words in field.one_of.items()},
            "required": field.required,
            "label": label(field.label, name),
            "line": self.reporter.line(path),
        }

    def record(self, name: str, record: Record) -> RecordPlan:
        """A kind of record."""
        path: Path = ("records", name)
        taken = ["judge", "at", "seq", *(["contestant"] if record.contestant != "none" else [])]
        for field in record.fields:
            if field in taken:
                self.reporter.at_key(
                    "E311", (*path, "fields", field), 'every record has "{name}" already', help_with("choose another name"), name=field
                )
        known = [*record.fields, *(name for name in taken if name != "at")]
        for i, key in enumerate(record.key):
            if key not in known:
                self.reporter.unknown((*path, "key", i), key, known, 'the record has no field "{name}"')
        return {
            "fields": {field: self.field(field, entry, (*path, "fields", field)) for field, entry in record.fields.items()},
            "contestant": record.contestant,
            "key": list(record.key),
            "repeat": record.repeat,
            "label": label(record.label, name),
            "line": self.reporter.line(path),
        }

    def window(self, name: str, window: Window, params: Mapping[str, ParamPlan]) -> WindowPlan:
        """The windows of a calendar, in the order of their days."""
        path: Path = ("windows", name)
        rows: list[list[Any]] = []
        if window.spans is not None:
            for key, span in window.spans.items():
                low = self._day(span.low, (*path, "spans", key, "from"), params)
                high = self._day(span.high, (*path, "spans", key, "to"), params)
                if low and high:
                    if low > high:
                        self.reporter.error("E312", (*path, "spans", key), "the window ends before it begins")
                    rows.append([key, low.isoformat(), high.isoformat(), label(span.label, key)])
        else:
            first = self._day(window.low or "", (*path, "from"), params)
            last = self._day(window.high or "", (*path, "to"), params)
            if first and last:
                if first > last:
                    self.reporter.error("E312", (*path, "from"), "from: is later than to:")
                for key, low, high in cut(first, last, window.every or "month"):
                    rows.append([key, low.isoformat(), high.isoformat(), {"zh": key, "en": key}])
                    if len(rows) > MOST_WINDOWS:
                        self.reporter.error("E312", path, "more than {most} windows", most=str(MOST_WINDOWS))
                        break
        return {"rows": sorted(rows, key=lambda row: (row[1], row[2])), "line": self.reporter.line(path)}

    def _day(self, text: str, path: Path, params: Mapping[str, ParamPlan]) -> date | None:
        """A day as written, or that of a parameter without dates."""
        if text.startswith("params."):
            name = text.removeprefix("params.")
            if name not in params:
                self.reporter.unknown(path, name, params, 'there is no parameter "{name}"')
                return None
            values = params[name]["values"]
            if len(values) != 1 or values[0][1][0] != "time":
                self.reporter.error("E312", path, "{text} is not one day", help_with("the bounds of a calendar cannot change"), text=text)
                return None
            text = values[0][1][1][:10]
        if text == STAND_IN:
            return None
        if len(text) == 10 and is_time(text):
            return date.fromisoformat(text)
        self.reporter.error("E312", path, '"{text}" is no date', help_with("write a day as 2024-08-31"), text=text)
        return None


def cut(first: date, last: date, every: str) -> Iterator[tuple[str, date, date]]:
    """The days, weeks (from Monday), months, quarters or years of a period, the outer ones cut at its ends: name, first and last day."""
    day = first
    while day <= last:
        if every == "day":
            name, end = day.isoformat(), day.toordinal()
        elif every == "week":
            year, week, weekday = day.isocalendar()
            name, end = f"{year}-W{week:02d}", day.toordinal() + 7 - weekday
        else:
            months = {"month": 1, "quarter": 3, "year": 12}[every]
            part = (day.month - 1) // months
            name = {"month": f"{day.year}-{day.month:02d}", "quarter": f"{day.year}-Q{part + 1}", "year": f"{day.year}"}[every]
            after = (part + 1) * months
            following = date(day.year + after // 12, after % 12 + 1, 1) if day.year + after // 12 <= date.max.year else date.max
            end = following.toordinal() - 1
        stop = min(last, date.fromordinal(min(end, date.max.toordinal())))
        yield name, day, stop
        if stop == date.max:
            return
        day = stop + timedelta(days=1)


def field_type(plan: FieldPlan) -> Type:
    """The type of a column that holds a declared field."""
    kind = plan["type"]
    if kind in ("integer", "decimal"):
        return number(plan["places"])
    if kind == "boolean":
        return TRUTH
    if kind in ("date", "time"):
        return TIME
    if kind == "list":
        return Type("list")
    if kind in ("contestant", "judge"):
        return CONTESTANT if kind == "contestant" else JUDGE
    return TEXT if plan["one_of"] is None else texts(plan["one_of"])
