"""What a rulebook's text becomes, and what is said where it cannot be read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.ruleset import source
from scoring_engine.ruleset.diagnostics import Diagnostic, Position
from scoring_engine.ruleset.loader import Positions, load, load_text
from scoring_engine.ruleset.source import Stop, decode, read


def plain(text: str) -> object:
    node, found = read(text, "x.yaml")
    assert not found, found
    assert node is not None
    return node.plain()


def only(text: str | bytes) -> Diagnostic:
    """The one thing that is wrong with the text as YAML."""
    try:
        decoded, found = decode(text.encode() if isinstance(text, str) else text, "x.yaml")
    except Stop as stop:
        return stop.diagnostic
    found += read(decoded, "x.yaml")[1]
    assert len(found) == 1, found
    return found[0]


@pytest.fixture(params=["C", "Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs with the C parser and with the one in Python, which some installations have only."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        ("007", "007"),  # an id
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1e5", "1e5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T10:00:00+08:00", "2024-01-01T10:00:00+08:00"),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("n", "n"),
        ("null", None),
        ("~", None),
        ("'3'", "3"),
        ('"true"', "true"),
        ("'null'", "null"),
        ("rank <= 3", "rank <= 3"),
        ("总分 - deductions", "总分 - deductions"),
    ],
)
def test_a_scalar_is_what_a_person_wrote(text: str, value: object) -> None:
    result = plain(f"a: {text}")
    assert result == {"a": value}
    assert type(result["a"]) is type(value)  # type: ignore[index]


def test_a_decimal_keeps_its_places() -> None:
    value = plain("a: 1.10")["a"]  # type: ignore[index]
    assert isinstance(value, Decimal)
    assert str(value) == "1.10"


def test_keys_are_text_as_written() -> None:
    assert plain("{1: a, 1.10: b, true: c, 2024-01-01: d, on: e, 'x y': f}") == {
        "1": "a",
        "1.10": "b",
        "true": "c",
        "2024-01-01": "d",
        "on": "e",
        "x y": "f",
    }


def test_an_alias_stands_for_its_anchor() -> None:
    assert plain("a: &x [1, {b: 2}]\nc: *x") == {"a": [1, {"b": 2}], "c": [1, {"b": 2}]}


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "E105", 1, 1),
        ("# only a comment\n", "E105", 1, 1),
        ("a: 1\nb: 2\na: 3\n", "E108", 3, 1),
        ("a:\n  x: 1\n  x: 2\n", "E108", 3, 3),
        ("a: !!int 3\n", "E107", 1, 4),
        ("a: !x {b: 1}\n", "E107", 1, 4),
        ("a: !!python/object/apply:os.system [ls]\n", "E107", 1, 4),
        ("a: 1\n<<: 2\n", "E107", 2, 1),
        ("a: 1\n---\nb: 2\n", "E106", 2, 1),
        ("a: 1\n\tb: 2\n", "E115", 2, 1),
        ("a:\n\t- 2\n", "E115", 2, 1),
        ("a: 1\nb 2\nc: 3\n", "E115", 2, 1),
        ("a: 1\nb: c: 3\n", "E115", 2, 5),
        ("a: 1\nb: [1, 2\nc: 3\n", "E115", 2, 4),
        ("a: 1\nb: {x: 1\n", "E115", 2, 4),
        ("a: 1\nb: 'x\nc: 3\n", "E115", 2, 4),
        ("a: 1\n  b: 2\n", "E115", 2, 4),
        ("a:\n    b: 1\n  c: 2\n", "E115", 3, 3),
        ("a: *x\n", "E113", 1, 4),
        ("a: &x [*x]\n", "E113", 1, 8),
        ("a: %x\n", "E115", 1, 4),
        ("a: @x\n", "E115", 1, 4),
        ("a: `x`\n", "E115", 1, 4),
        ('a: "\\q"\n', "E115", 1, 5),
        ("? [1]\n: 2\n", "E109", 1, 3),
        ("? \n: 2\n", "E109", 1, 2),
        ("a: 第3名 #1 队\n", "E111", 1, 4),
        (f"a: {'9' * 41}\n", "E112", 1, 4),
        ("a: \x07\n", "E104", 1, 4),
        ("a: 1\nb: x\x00\n", "E104", 2, 5),
        ("a: x\u2028y\n", "E104", 1, 5),
        (b"\xef\xbb\xbfa: 1\n", "E103", 1, 1),
        ("a: 1\n".encode("utf-16"), "E102", 1, 1),
        ("a: 1\nlabel: 中文\n".encode("gb18030"), "E102", 2, 8),
        (b"a: 1\nb: \xff\n", "E102", 2, 4),
        ("[" * 50 + "]" * 50, "E110", 1, 41),
        ("a: " + "[" * 100_000, "E110", 1, 43),
    ],
)
def test_what_cannot_be_read_has_a_place(text: str | bytes, code: str, line: int, column: int) -> None:
    found = only(text)
    assert (found.code, found.line, found.column) == (code, line, column)


PARAMS = """\
id: x
params:
  limit:
    ref: r
    unit: s
    value: 3
  grace:
    value: >-
      a text
      that goes on
    unit: s
  most: {value: 3}
stages: {}
"""


@pytest.mark.parametrize(
    ("line", "new"),
    [
        (1, "id x"),
        (1, "id：x"),
        (1, "id:x"),
        (1, " id: x"),
        (2, "params"),
        (3, "  limit"),
        (3, "  limit："),
        (3, " limit:"),
        (3, "   limit:"),
        (3, "limit:"),
        (4, "    ref r"),
        (4, "    ref：r"),
        (4, "    ref:r"),
        (4, "   ref: r"),
        (4, "     ref: r"),
        (4, "  ref: r"),
        (4, "    ref: 'r"),
        (4, '    ref: "r'),
        (4, "    ref: [r"),
        (4, "    ref: {r: s"),
        (4, "    ref: r]: s"),
        (5, "    unit s"),
        (5, "     unit: s"),
        (5, "  unit: s"),
        (6, "    value 3"),
        (6, "     value: 3"),
        (7, "  grace"),
        (7, "   grace:"),
        (8, "    value >-"),
        (8, "    value:>-"),
        (11, "     unit: s"),
        (11, "    unit s"),
        (12, "  most"),
        (12, "  most: {value: 3"),
        (12, "  most: value: 3}"),
        (13, "stages {}"),
        (13, " stages: {}"),
    ],
)
def test_the_broken_line_is_blamed_not_the_one_where_the_parser_stops(line: int, new: str) -> None:
    lines = PARAMS.split("\n")
    lines[line - 1] = new
    found = only("\n".join(lines))
    assert (found.code, found.line) == ("E115", line), found.message.say()


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_BYTES", 10)
    assert only("a: 12345678\n").code == "E101"


def test_aliases_cannot_blow_up() -> None:
    lines = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]" for i in range(1, 12)]
    found = only("\n".join(lines) + "\n")
    assert found.code == "E114"
    assert found.line == 6  # 10 + 100 + … + 100,000 nodes fit, the next line passes 400,000


def test_a_comment_behind_a_value_is_no_mistake() -> None:
    assert plain("a: some text # a comment\nb: 3 #three\nc: x #\n") == {"a": "some text", "b": 3, "c": "x"}


def test_help_for_a_chinese_colon() -> None:
    found = only("a: 1\n标签：名称\nc: 3\n")
    assert (found.line, found.column) == (2, 3)
    assert found.help is not None
    assert "English colon" in found.help.say()


def test_windows_line_ends_do_not_count_twice() -> None:
    loaded = load_text(b"a: 1\r\nb: 2\r\nb: 3\r\n", "x.yaml")
    assert [(d.line, d.column) for d in loaded.diagnostics if d.code == "E108"] == [(3, 1)]


def test_the_digest_is_of_the_bytes() -> None:
    # printf 'a: 1\n' | sha256sum
    assert load_text(b"a: 1\n").sha256 == "37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae"


def test_a_file_that_is_not_there_is_a_diagnostic(tmp_path: Path) -> None:
    loaded = load(tmp_path / "none.yaml")
    assert [d.code for d in loaded.diagnostics] == ["E100"]
    assert loaded.ruleset is None


def test_positions_follow_the_models_paths() -> None:
    text = "a:\n  when: [rank <= 3, x > 1]\n  b: {from: 2}\n  s: >-\n    total\n    - minus\n"
    node, _ = read(text, "x.yaml")
    at = Positions(node, text)
    assert at.key(("a", "b", "from")) == Position(3, 7, 4)
    assert at.value(("a", "b", "from")) == Position(3, 13, 1)
    assert at.value(("a", "b")) == Position(3, 6, 9)
    assert at.value(("a",)) == Position(1, 1, 1)  # a block is shown at its key
    assert at.value(("a", "when", "all", 1, "test")) == Position(2, 21, 5)  # `all` and `test` are not written
    assert at.within(("a", "when", "all", 1, "test"), 4, 1) == Position(2, 25, 1)
    assert at.within(("a", "s"), 8, 5) == Position(6, 7, 5)  # "total - minus" is folded from two lines
    assert at.value(("a", "nothing")) == Position(1, 1, 1)
    assert at.has(("a", "b", "from"))
    assert not at.has(("a", "when", "all"))


def test_positions_in_an_alias_are_those_of_the_anchor() -> None:
    text = "a: &x\n  b: 1\nc: *x\n"
    node, _ = read(text, "x.yaml")
    assert Positions(node, text).value(("c", "b")) == Position(2, 6, 1)


@given(st.binary(max_size=300))
def test_any_bytes_give_diagnostics_and_no_traceback(data: bytes) -> None:
    loaded = load_text(data)
    assert loaded.ruleset is None
    assert loaded.diagnostics


@given(st.text(alphabet="ab: -[]{}'\"|>#&*!%@`?,\n\t中：", max_size=60))
def test_any_text_gives_diagnostics_within_the_text(text: str) -> None:
    loaded = load_text(text)
    lines = text.split("\n")
    for d in loaded.diagnostics:
        assert 1 <= d.line <= len(lines)
        assert 1 <= d.column <= len(lines[d.line - 1]) + 1
