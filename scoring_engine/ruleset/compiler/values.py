"""What all stages share: parameters, look-up tables, labels, declared fields, calendars.

Parameters and look-up tables become nested literals of the plan, and a `Shape` that the type checker walks along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from scoring_engine.ruleset.compiler.kinds import ANY, TIME, TRUTH, WORDS, Type, joined, number, texts
from scoring_engine.ruleset.compiler.report import STAND_IN, Path, Reporter, help_with
from scoring_engine.ruleset.diagnostics import did_you_mean
from scoring_engine.ruleset.formula import MOST_DIGITS
from scoring_engine.ruleset.models import Label, Param
from scoring_engine.ruleset.plan import Expr, LabelPlan, ParamPlan

_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?")
MOST_DECIMALS = 9  # of a number that is written out


class Shape:
    """What stands in a parameter or look-up table: a single value of a type, a list of shapes, or a mapping to shapes."""

    __slots__ = ("_any_entry", "entries", "items", "type")

    def __init__(self, type: Type | None = None, items: list[Shape] | None = None, entries: dict[str, Shape] | None = None) -> None:
        self.type = type
        self.items = items
        self.entries = entries
        self._any_entry: Shape | None = None

    @property
    def word(self) -> LabelPlan:
        """What it is, in words."""
        if self.items is not None or self.entries is not None:
            return WORDS["list" if self.items is not None else "mapping"]
        return self.type.word if self.type else WORDS["mixed"]

    def inside(self) -> list[Shape]:
        """The shapes of all entries."""
        return self.items if self.items is not None else list((self.entries or {}).values())

    def at(self, key: str | None) -> Shape | None:
        """The shape of the entry `key`; of any entry where the key is not known (None). None where there is no such entry."""
        if key is not None:
            if self.entries is not None:
                return self.entries.get(key)
            items = self.items or []
            return items[int(key) - 1] if key.isdecimal() and 0 < int(key) <= len(items) else None
        if self._any_entry is None:
            self._any_entry = merged(self.inside())
        return self._any_entry


def merged(shapes: list[Shape]) -> Shape:
    """The shape of what may be any of `shapes`. Its type is None where they do not go together."""
    if not shapes:
        return Shape(ANY)
    if all(s.entries is not None for s in shapes):
        keys = dict.fromkeys(key for s in shapes for key in s.entries or ())
        return Shape(entries={key: merged([s.entries[key] for s in shapes if s.entries and key in s.entries]) for key in keys})
    if all(s.items is not None for s in shapes):
        longest = max(len(s.items or ()) for s in shapes)
        return Shape(items=[merged([s.items[i] for s in shapes if s.items and i < len(s.items)]) for i in range(longest)])
    if all(s.type is not None for s in shapes):
        return Shape(joined(s.type for s in shapes if s.type is not None))
    return Shape()


def label(entry: Label | None, name: str) -> LabelPlan:
    """Both texts of a label; the name where there is none."""
    if entry is None:
        return {"zh": name, "en": name}
    return {"zh": entry.zh or entry.en or name, "en": entry.en or entry.zh or name}


def decimals(value: Decimal | int) -> int:
    """How many decimals a number needs: 0 for 10, 1 for 0.50."""
    if isinstance(value, int):
        return 0
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def scaled(value: Decimal | int, places: int) -> int:
    """The number as an integer of `places` decimals; it must not need more, and `fits` it."""
    return int(Decimal(value).scaleb(places)) if fits(value) else 0


def fits(value: Decimal | int) -> bool:
    """Whether a number has no more digits than can be reckoned with."""
    return abs(value) < 10 ** (MOST_DIGITS - decimals(value)) if decimals(value) <= MOST_DECIMALS else False


def literal(value: Decimal | int) -> Expr:
    """A number as a node."""
    places = decimals(value)
    return ["num", scaled(value, places), places]


def is_time(text: str) -> bool:
    """Whether a text is an ISO day, or an ISO day and time."""
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


class Values:
    """Literals of the file as nodes and shapes."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.open = False  # whether texts that are read may be others tomorrow

    def fitting(self, value: Decimal | int, path: Path) -> bool:
        """Whether a number has no more digits than can be reckoned with; reports where it has."""
        if fits(value):
            return True
        text = "the number has more than {most} digits, or more than {decimals} decimals"
        self.reporter.error("E312", path, text, most=str(MOST_DIGITS), decimals=str(MOST_DECIMALS))
        return False

    def read(self, value: Any, path: Path) -> tuple[Expr, Shape]:
        """A value of a parameter or look-up table, nested as it may be."""
        if isinstance(value, bool):
            return ["bool", value], Shape(TRUTH)
        if isinstance(value, (int, Decimal)):
            if not self.fitting(value, path):
                return ["num", 0, 0], Shape(ANY)
            return literal(value), Shape(number(decimals(value), rounded=True))
        if isinstance(value, str):
            if value == STAND_IN:
                return ["none"], Shape(ANY)
            return (["time", value], Shape(TIME)) if is_time(value) else (["text", value], Shape(texts([value])._replace(open=self.open)))
        if isinstance(value, list):
            both = [self.read(item, (*path, i)) for i, item in enumerate(value)]
            return ["list", *(expr for expr, _ in both)], Shape(items=[shape for _, shape in both])
        if isinstance(value, Mapping):
            entries = {_key(str(key)): self.read(item, (*path, key)) for key, item in value.items()}
            return (
                ["map", {key: expr for key, (expr, _) in entries.items()}],
                Shape(entries={key: shape for key, (_, shape) in entries.items()}),
            )
        self.reporter.error("E312", path, "a value is missing here")
        return ["none"], Shape(ANY)

    def param(self, name: str, param: Param) -> tuple[ParamPlan, Shape]:
        """A parameter with its values by date, and what they have in common."""
        path: Path = ("params", name)
        dated: list[tuple[str, Any, Path]] = []
        if param.values is not None:
            for day, value in param.values.items():
                if is_time(day) and len(day) == 10:
                    dated.append((day, value, (*path, "values", day)))
                else:
                    help = help_with("write the day from which the value holds as 2024-08-31")
                    self.reporter.at_key("E312", (*path, "values", day), '"{day}" is no date', help, day=day)
            if not param.values:
                self.reporter.error("E312", path, "the parameter has no value")
        else:
            dated.append(("", param.value, (*path, "value")))
        dated.sort(key=lambda entry: entry[0])
        self.open = True
        both = [(day, *self.read(value, where)) for day, value, where in dated]
        self.open = False
        self.bounded(param, [(value, where) for _, value, where in dated])
        shape = merged([shape for _, _, shape in both])
        if shape.type is None and shape.items is None and shape.entries is None:
            self.reporter.error("E312", (*path, "values"), "the values of different dates are of different kinds")
            shape = Shape(ANY)
        elif param.one_of is not None and shape.type is not None and shape.type.kind == "text":
            shape = Shape(texts(param.one_of))
        plan: ParamPlan = {
            "values": [[day, expr] for day, expr, _ in both],
            "unit": param.unit,
            "ref": param.ref,
            "label": label(param.label, name),
            "one_of": None if param.one_of is None else {value: label(words, value) for value, words in param.one_of.items()},
            "open": param.open,
            "line": self.reporter.line(path),
        }
        return plan, shape

    def bounded(self, param: Param, dated: list[tuple[Any, Path]]) -> None:
        """Every value lies within the bounds of its parameter; of a list or mapping each entry."""
        for value, path in _leaves(dated):
            if param.one_of is not None and str(value) not in param.one_of:
                self.reporter.error(
                    "E312", path, '"{value}" is none of the values admitted', did_you_mean(str(value), param.one_of), value=str(value)
                )
            if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
                if param.low is not None and value < param.low:
                    self.reporter.error("E312", path, "must be at least {bound}, not {value}", None, bound=str(param.low), value=str(value))
                if param.high is not None and value > param.high:
                    self.reporter.error("E312", path, "must be at most {bound}, not {value}", None, bound=str(param.high), value=str(value))


def _leaves(entries: list[tuple[Any, Path]]) -> Iterator[tuple[Any, Path]]:
    """The single values in nested lists and mappings, with their paths."""
    for value, path in entries:
        if isinstance(value, list):
            yield from _leaves([(item, (*path, i)) for i, item in enumerate(value)])
        elif isinstance(value, Mapping):
            yield from _leaves([(item, (*path, str(key))) for key, item in value.items()])
        else:
            yield value, path


def _key(key: str) -> str:
    """A key of a mapping in the form in which numbers are looked up: 0.5 for 0.50."""
    whole, dot, rest = key.partition(".")
    if not dot or not (whole.removeprefix("-").isdecimal() and rest.isdecimal()):
        return key
    return whole + ("." + rest.rstrip("0")).rstrip(".")
