"""How diagnostics look to the person who reads them."""

from __future__ import annotations

from scoring_engine.messages import Message
from scoring_engine.ruleset.diagnostics import (
    Diagnostic,
    RulesetError,
    did_you_mean,
    has_errors,
    ordered,
    printable,
    render,
    suggest,
    width,
)


def at(line: int, column: int, length: int, help: str | None = None) -> Diagnostic:
    return Diagnostic(
        "E203", "error", "a.yaml", line, column, length, Message("it is {what}", {"what": "wrong"}), Message(help) if help else None
    )


def test_the_caret_stands_under_the_place() -> None:
    text = render([at(2, 4, 3, "do this")], {"a.yaml": "a: 1\nb: two\n"})
    assert text == "a.yaml:2:4: error[E203]: it is wrong\n 2 | b: two\n   |    ^^^\n   = help: do this"


def test_chinese_characters_take_two_columns() -> None:
    lines = render([at(1, 8, 2)], {"a.yaml": "{内容: 数, 权重: 3}"}).split("\n")
    assert lines[1] == " 1 | {内容: 数, 权重: 3}"
    #  {内容: 数,_   is 1 + 4 + 1 + 1 + 2 + 1 = 10 columns up to the blank before 权重; column 8 is that blank
    assert lines[2] == "   | " + " " * 10 + "^" * 3


def test_the_margin_fits_the_number_of_the_line() -> None:
    lines = render([at(100, 1, 1)], {"a.yaml": "\n" * 99 + "x"}).split("\n")
    assert lines[1:] == [" 100 | x", "     | ^"]


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "x" * 5000 + "HERE" + "y" * 5000
    lines = render([at(1, 5001, 4)], {"a.yaml": line}).split("\n")
    assert len(lines[1]) < 200
    assert lines[1][lines[2].index("^") :][:4] == "HERE"


def test_control_characters_do_not_reach_the_terminal() -> None:
    shown = render([at(1, 3, 1)], {"a.yaml": "a\t\x1b[31m"})
    assert "\x1b" not in shown
    assert printable("a\x1b中") == "a\\x1b中"


def test_a_place_outside_the_text_is_no_failure() -> None:
    assert render([at(7, 90, 2)], {"a.yaml": "a: 1"}) == "a.yaml:7:90: error[E203]: it is wrong"
    assert "^" in render([at(1, 90, 2)], {"a.yaml": "a: 1"})
    assert render([at(1, 1, 1)]) == "a.yaml:1:1: error[E203]: it is wrong"


def test_order_and_doubles() -> None:
    assert ordered([at(2, 1, 1), at(1, 5, 1), at(1, 2, 1), at(2, 1, 1)]) == [at(1, 2, 1), at(1, 5, 1), at(2, 1, 1)]


def test_a_warning_is_no_error() -> None:
    assert has_errors([at(1, 1, 1)])
    assert not has_errors([at(1, 1, 1)._replace(severity="warning")])


def test_the_exception_says_all_of_it() -> None:
    error = RulesetError([at(2, 1, 1), at(1, 1, 1)], {"a.yaml": "a\nb"})
    assert [d.line for d in error.diagnostics] == [1, 2]
    assert str(error).count("error[E203]") == 2


def test_suggestions() -> None:
    assert suggest("wieght", ["weight", "label"]) == "weight"
    assert suggest("half-up", ["half_up", "half_even"]) == "half_up"
    assert suggest("Weight", ["weight"]) == "weight"
    assert suggest("数目", ["数量", "质量"]) == "数量"
    assert suggest("zzz", ["weight"]) is None
    assert suggest("x", []) is None
    message = did_you_mean("zzz", ["ab", "cd"])
    assert message is not None
    assert message.say() == "one of ab, cd"
    assert did_you_mean("zzz", []) is None


def test_width() -> None:
    assert width("abc") == 3
    assert width("中文") == 4
    assert width("（）") == 4  # full-width brackets
    assert width("e\u0301") == 1  # a combining accent
