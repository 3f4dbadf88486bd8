"""What can be called in a formula: the functions of one row and the aggregates over the rows of a table.

The parser, the type checker and the reference page all read these tables.
"""

from __future__ import annotations

from typing import NamedTuple


class Function(NamedTuple):
    """A function of one row.

    args     kinds of the arguments: number, text, truth, time, any; `same` (of one kind with the other `same`);
             `whole` (a whole number written out), `mode` (a rounding mode), `window` (the name of a calendar),
             `table` (params.x or scales.x with number keys), `list` (params.x)
    least    how many of them must be given
    result   kind of the result; `same` as the arguments of this kind
    more     whether the last argument may be repeated
    """

    name: str
    args: tuple[str, ...]
    least: int
    result: str
    doc: str
    example: str
    more: bool = False


FUNCTIONS: dict[str, Function] = {
    f.name: f
    for f in (
        Function(
            "round",
            ("number", "whole", "mode"),
            2,
            "number",
            "the number at so many decimals, in the stage's mode or the one given",
            "round(merit, 2, half_even)",
        ),
        Function(
            "floor", ("number", "whole"), 1, "number", "the largest number of so many decimals (0) that is not above", "floor(points * 1.5)"
        ),
        Function(
            "ceiling",
            ("number", "whole"),
            1,
            "number",
            "the smallest number of so many decimals (0) that is not below",
            "ceiling(share, 1)",
        ),
        Function("truncate", ("number", "whole"), 1, "number", "the number cut after so many decimals (0)", "truncate(speed, 2)"),
        Function("abs", ("number",), 1, "number", "the number without its sign", "abs(guess - truth)"),
        Function("least", ("same", "same"), 2, "same", "the smallest of the values", "least(bonus, 5)", True),
        Function("greatest", ("same", "same"), 2, "same", "the largest of the values", "greatest(0, merit - deductions)", True),
        Function(
            "if",
            ("truth", "same", "same"),
            2,
            "same",
            "the second value where the condition holds, else the third (missing where there is none)",
            "if(half_points, points / 2, points)",
        ),
        Function(
            "else", ("same", "same"), 2, "same", "the first value, or the second where it is missing", "else(params.points[place], 0)"
        ),
        Function("has", ("any",), 1, "truth", "whether there is a value", "has(place)"),
        Function(
            "power",
            ("number", "number", "whole"),
            2,
            "number",
            "x to the power of y, cut after so many decimals (12)",
            "power(11.5 - time, 1.81, 9)",
        ),
        Function("mod", ("number", "number"), 2, "number", "what is left when x is divided by y", "mod(round, 2)"),
        Function(
            "band",
            ("table", "number"),
            2,
            "entry",
            "the entry of the largest key that is not above the number",
            "band(scales.grade, total)",
        ),
        Function("window", ("window", "time"), 2, "text", "the window of a calendar that the time is in", "window(month, at)"),
        Function("weekday", ("time",), 1, "number", "the day of the week, 1 for Monday to 7", "weekday(at) in [4, 5]"),
        Function("day", ("time",), 1, "number", "days since 1970-01-01", "day(at)"),
        Function("month", ("time",), 1, "number", "the month, 1 to 12", "month(at)"),
        Function("year", ("time",), 1, "number", "the year", "year(at)"),
        Function("days", ("time", "time"), 2, "number", "days from the first time to the second", "days(found, closed) <= 30"),
        Function("after", ("time", "number"), 2, "time", "the day so many days after a time", "after(found, params.days_to_mend)"),
        Function("age", ("time", "time"), 2, "number", "full years from a birth date to a day", "age(born, competition.date) < 35"),
        Function("text", ("any",), 1, "text", "the value as text", "text(round)"),
        Function("size", ("list",), 1, "number", "number of entries of a parameter", "size(params.cash)"),
    )
}


class AggregateFunction(NamedTuple):
    """A function of the rows of another table. `operand`: kinds of value that can be aggregated; result `same` or a kind."""

    name: str
    operand: tuple[str, ...]
    result: str
    doc: str
    example: str


AGGREGATES: dict[str, AggregateFunction] = {
    f.name: f
    for f in (
        AggregateFunction("sum", ("number",), "same", "the total", "sum(side.points)"),
        AggregateFunction("count", (), "number", "number of rows", "count(side where side.won)"),
        AggregateFunction(
            "distinct", ("number", "text", "truth", "time"), "number", "number of different values", "distinct(lecture.speaker)"
        ),
        AggregateFunction(
            "mean", ("number",), "ratio", "the exact mean; round it before it decides anything", "mean(test.value where test.value > 0)"
        ),
        AggregateFunction("median", ("number",), "ratio", "the value in the middle, or the mean of the two", "median(panel.value)"),
        AggregateFunction("min", ("number", "time"), "same", "the smallest value", "min(run.time)"),
        AggregateFunction("max", ("number", "time"), "same", "the largest value", "max(run.score)"),
        AggregateFunction("first", ("number", "text", "truth", "time"), "same", "the value of the first row", "first(attempt.value)"),
        AggregateFunction("last", ("number", "text", "truth", "time"), "same", "the value of the last row", "last(finish.place)"),
        AggregateFunction("product", ("number",), "exact", "the product", "product(factor.value)"),
        AggregateFunction("any", ("truth",), "truth", "whether it holds for a row", "any(finding.serious)"),
        AggregateFunction("all", ("truth",), "truth", "whether it holds for every row", "all(item.done)"),
    )
}
