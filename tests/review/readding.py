"""Adds up a printed explanation again: reads nothing but the text, and knows nothing of the program that printed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import floor, prod
from statistics import median

NUMBER = re.compile(r"−?\d+(\.\d+)?(/\d+)?")
FUNCTIONS = {
    "sum": sum,
    "mean": lambda values: sum(values) / len(values),
    "median": median,
    "min": min,
    "max": max,
    "product": prod,
    "greatest": max,
    "least": min,
    "count": len,
    "ceiling": lambda values: -floor(-values[0]),
    "floor": lambda values: floor(values[0]),
}
OPERATIONS = {"mean": "mean", "sum": "sum", "median": "median", "least": "min", "greatest": "max", "product": "product"}


def number(text: str) -> Fraction:
    return Fraction(text.replace("−", "-"))


def half_up(value: Fraction, places: int) -> Fraction:
    scaled = abs(value) * 10**places
    return Fraction(floor(scaled + Fraction(1, 2)), 10**places) * (-1 if value < 0 else 1)


class Formula:
    """A printed formula: numbers, signs and functions; the words are names and say nothing here."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"\[[^\[\]]*\d (?:high|low)\]|\[[^\[\],]* \d[^\[\]]*\]", "", text)  # what is left out of an aggregate
        text = re.sub(r"\[[^\[\]]*\]", "", text)  # keys of a parameter
        text = re.sub(r"(\d+) different of \d+", r"\1", text)
        text = re.sub(r"place (\S+) \([^()]*\)", r"\1", text)
        self.tokens = list(self._tokens(text))
        self.at = 0

    def _tokens(self, text: str) -> Iterator[str]:
        for found in re.finditer(r"[(),×+−/]|[^\s(),×]+", re.sub(r"(?<=[\w)\]]) ([−+/]) ", r" \1 ", text)):
            token = found.group()
            after = text[found.end() : found.end() + 1]
            if token in "(),×+−/" or NUMBER.fullmatch(token) or (after == "(" and (token in FUNCTIONS or token == "round")):
                yield token
            elif token.startswith("−") and NUMBER.fullmatch(token[1:]):
                yield from ("−", token[1:])

    def value(self) -> Fraction:
        result = self.sum()
        assert self.at == len(self.tokens), (self.tokens, self.at)
        return result

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def sum(self) -> Fraction:
        result = self.product()
        while self.peek() in ("+", "−"):
            result = result + self.product() if self.take() == "+" else result - self.product()
        return result

    def product(self) -> Fraction:
        result = self.one()
        while self.peek() in ("×", "/"):
            result = result * self.one() if self.take() == "×" else result / self.one()
        return result

    def one(self) -> Fraction:
        token = self.take()
        if token == "(":
            result = self.sum()
            assert self.take() == ")"
            return result
        if token == "−":
            return -self.one()
        if NUMBER.fullmatch(token):
            return number(token)
        assert self.take() == "("
        values: list[Fraction | None] = []
        while self.peek() != ")":
            if self.peek() == ",":
                values.append(None)  # a row that is counted has a name and no number
            else:
                values.append(self.sum())
            if self.peek() == ",":
                self.take()
                if self.peek() == ")":
                    values.append(None)
        self.take()
        if token == "round":
            assert values[0] is not None
            assert values[1] is not None
            return half_up(values[0], int(values[1]))
        if token == "count":
            return Fraction(max(len(values), 1))
        assert None not in values, (token, self.tokens)
        return Fraction(FUNCTIONS[token](values))


def measures(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Name, value and formula of each number of a competition."""
    for line in lines:
        found = re.fullmatch(r"├ (\S.*?)  +(\S+)(?: ≈ \S+)?  += (.*)", line)
        if found:
            formula = re.split(r"  (?:as |\(seq|\{)", found.group(3))[0]
            yield found.group(1), found.group(2), formula


def rows(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Heading, value and items of each row of marks, and for other values of a row its formula with an empty heading."""
    heading = ""
    for line in lines:
        if line.startswith("├ "):
            heading = line[2:]
        elif line.startswith("│   ") and not line.startswith("│     "):
            body = re.split(r"  \(seq", line[4:])[0]
            first, *others = body.split("; ")
            cut = re.match(r"(\S.*?|)  +(?:(\S+) )?(\S+)  +(.*)", first)
            assert cut, line
            yield ("" if cut.group(4).startswith("= ") else heading), cut.group(3), cut.group(4).removeprefix("= ")
            for other in others:
                found = re.match(r"\S+ (\S+) = (.*)", other)
                assert found, line
                yield "", found.group(1), found.group(2)


def of_row(heading: str, items: str) -> Fraction:
    """What the heading of a table says is done with the values of a row."""
    if not heading:
        return Formula(items).value()
    operation = re.search(r"(?:^|  )\w+: (\w+)", heading)
    assert operation, heading
    left = re.sub(r"\[[^\]]*\]", "", items)
    result = Fraction(FUNCTIONS[OPERATIONS[operation.group(1)]]([number(item.split()[-1]) for item in left.split("  ") if item.strip()]))
    rounding = re.search(r"rounded half up to (\d+) places", heading)
    return half_up(result, int(rounding.group(1))) if rounding else result


def left_out(items: str) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    """The marks of a row that count, those left out as high, those left out as low."""
    high = [number(n) for n in re.findall(r"(\S+) high\]", items)]
    low = [number(n) for n in re.findall(r"(\S+) low\]", items)]
    rest = re.sub(r"\[[^\]]*\]", "", items)
    return [number(item.split()[-1]) for item in rest.split("  ") if item.strip()], high, low


def competitions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each competition of an explanation: its id and its lines."""
    for block in text.split("\n━━ ")[1:]:
        title, *lines = block.splitlines()
        yield title.split(" · ")[1 if title.count(" · ") > 1 else 0].removesuffix(" ━━"), lines
