"""JSON Lines: each thing that can be wrong with a line gives one clear rejection, and the other lines are read."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scoring_engine.events.log import Log
from scoring_engine.events.reading import read
from tests.events.build import line, lines, score

GOOD = [line(score(1)), line(score(9))]


def between(*bad: str | bytes) -> Log:
    """The log of two good lines with others between them."""
    pieces = [GOOD[0].encode(), *(piece.encode() if isinstance(piece, str) else piece for piece in bad), GOOD[1].encode()]
    return read(b"\n".join(pieces) + b"\n")


def only(log: Log) -> tuple[int, str, str]:
    """Line, rule and text of the one rejection, the good lines being read."""
    assert log.id == ["e1", "e9"]
    (rejection,) = log.rejected
    return rejection.line, rejection.rule, rejection.message.say()


@pytest.mark.parametrize(
    ("bad", "rule", "says"),
    [
        ('{"seq": 2, "id": "e2", ', "malformed", "ends before the event is complete"),
        ("hello", "malformed", "character 1 on: hello"),
        ('{"id": "e2" "kind": 1}', "malformed", 'from character 13 on: "kind": 1}'),
        (line(score(2)) + ", " + line(score(3)), "malformed", "each event on a line of its own"),
        (line(score(2)) + line(score(3)), "malformed", "each event on a line of its own"),
        (line(score(2)) + ",", "malformed", "each event on a line of its own"),
        ("[]", "not-an-object", "a line of its own"),
        ("12", "not-an-object", "a line of its own"),
        ("-0e-9", "not-an-object", "a line of its own"),
        ('"text"', "not-an-object", "a line of its own"),
        ("null", "not-an-object", "a line of its own"),
        (line(score(2)).replace("92.5", "NaN"), "not-a-number", "NaN is not a number"),
        (line(score(2)).replace("92.5", "Infinity"), "not-a-number", "Infinity is not a number"),
        (line(score(2)).replace("92.5", "-Infinity"), "not-a-number", "-Infinity is not a number"),
        (line(score(2)).replace("92.5", "[{}, NaN]"), "not-a-number", "NaN is not a number"),
        ('{"value": 1, "value": 2}', "repeated-key", "value is given twice"),
        ('{"value" : 1, "value": 2}', "repeated-key", "value is given twice"),
        ('{"value"\t:1,"value":2}', "repeated-key", "value is given twice"),
        ('{"value": 1, "v\\u0061lue": 2}', "repeated-key", "value is given twice"),
        ('{"value": ":", "value" :":"}', "repeated-key", "value is given twice"),
        ('{"feeds": {"a": "x", "a": "y"}}', "repeated-key", "a is given twice"),
        (line(score(2, judge="a\tb")).replace("\\t", "\t"), "character", "character 111 of the line is a control character"),
        (line(score(2, judge="a\0b")), "character", "NUL"),
        (line(score(2, judge="\0" + "92.5")), "character", "NUL"),
        (line(score(2, judge="x")).replace('"x"', '"\\ud800"'), "character", "half of a character"),
        (line(score(2, judge="x")).replace('"judge"', '"\\uDC00"'), "character", "half of a character"),
        ("[" * 100_000 + "]" * 100_000, "nesting", "nested too deeply"),
        (line(score(2, contestant="质量")).encode("gb18030"), "encoding", "GB18030"),
        (line(score(2, judge="\xe9")).encode("latin-1") + b"\xff", "encoding", "not UTF-8"),
    ],
)
def test_a_bad_line_is_said_and_the_others_are_read(bad: str | bytes, rule: str, says: str) -> None:
    line_number, got_rule, text = only(between(bad))
    assert (line_number, got_rule) == (2, rule)
    assert says.lower() in text.lower()


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("1e400", "1e400"),
        ("1E+400", "1E+400"),
        ("1e-400", "1e-400"),
        ("1e999999999999", "1e9999"),
        ("9" * 41, "9" * 20),
        ("-" + "9" * 10**7, "-9999"),
        ("0." + "3" * 10**7, "0.333"),
        ("1" + "0" * 10**7, "1000"),
    ],
)
@pytest.mark.parametrize("field", ["value", "round", "seq", "id"])
def test_a_number_beyond_all_measure_is_rejected_quickly(number: str, shown: str, field: str) -> None:
    event = line(score(2, **{field: "@"})).replace('"@"', number)
    start = time.perf_counter()
    log = between(event)
    assert time.perf_counter() - start < 2
    (rejection,) = log.rejected
    assert (rejection.line, rejection.field) == (2, field)
    assert rejection.rule in ("number-size", "seq")
    assert len(rejection.value) <= 80
    assert shown in rejection.message.say()
    assert len(rejection.message.say()) < 300


def test_long_numbers_within_lists_are_rejected() -> None:
    log = between(line({**score(2), "round": ["@"]}).replace('"@"', "1e400"))
    assert [(r.line, r.field, r.rule) for r in log.rejected] == [(2, "round", "number-size")]


def test_how_deep_an_event_may_be_is_the_same_everywhere() -> None:
    event = line({**score(2), "round": "@"})
    for opening, closing in (('{"a":', "}"), ("[", "]")):
        assert between(event.replace('"@"', opening * 32 + "1" + closing * 32)).size == 3
        for depth in (33, 400, 900):
            log = between(event.replace('"@"', opening * depth + "1" + closing * depth))
            assert [(r.line, r.field, r.rule, r.id) for r in log.rejected] == [(2, "round", "nesting", "e2")]


def test_zero_with_any_exponent_is_zero() -> None:
    log = between(line(score(2)).replace("92.5", "-0.0e999999999"))
    assert log.frames["score"].columns["value"].decode() == ["92.5", "0", "92.5"]


def test_what_only_the_joined_text_would_make_valid_is_rejected() -> None:
    """Lines that are no JSON by themselves but would be an event, or several, once they are joined."""
    log = between('{"seq": 2, "id": "e2", "x": [1', "2]}")
    assert log.id == ["e1", "e9"]
    assert [r.line for r in log.rejected] == [2, 3]
    two = line(score(2)) + "," + line(score(3))
    log = between('{"seq": 4, "id": "e4", "x": [{}', "{}]}", two)
    assert log.id == ["e1", "e9"]
    assert [r.line for r in log.rejected] == [2, 3, 4]
    log = between('{"seq": 4, "id": "e4", "x": [{}', "{}]}", line(score(2)) + ", -0e-9 ," + line(score(3)))
    assert log.id == ["e1", "e9"]
    assert [r.line for r in log.rejected] == [2, 3, 4]


def test_the_separator_may_occur_in_texts_and_numbers() -> None:
    log = between(line(score(2, judge=",-0e-9,")), line(score(3)).replace("92.5", "-0e-9"))
    assert log.rejected == []
    assert log.frames["score"].columns["judge"].decode() == ["J1", ",-0e-9,", "J1", "J1"]
    assert log.frames["score"].columns["value"].decode() == ["92.5", "92.5", "0", "92.5"]


@pytest.mark.parametrize("text", ['":"', ' : "a": 1', "\\u0000", "\\ud800", "\u2028\x85\x0b", "\U0001f3c6", "{{}", "\\", 'a\\":'])
def test_texts_that_look_like_syntax(text: str) -> None:
    for options in ({}, {"ensure_ascii": True}, {"separators": (",", ":")}):
        import json

        event = score(2, 1, judge=text)
        log = read(f"{GOOD[0]}\n{json.dumps(event, **{'ensure_ascii': False} | options)}\n{GOOD[1]}\n")
        assert log.rejected == []
        assert log.frames["score"].columns["judge"].decode() == ["J1", text, "J1"]


def test_blank_lines_carriage_returns_and_byte_order_marks_are_no_events() -> None:
    data = b"\xef\xbb\xbf" + GOOD[0].encode() + b"\r\n\r\n   \n\xef\xbb\xbf" + GOOD[1].encode() + b"\r\n\n\n"
    log = read(data)
    assert log.id == ["e1", "e9"]
    assert log.rejected == []
    assert log.line.tolist() == [1, 4]


def test_no_line_break_at_the_end_is_no_fault() -> None:
    assert read("\n".join(GOOD)).rejected == []


def test_a_last_line_that_is_cut_off_says_so() -> None:
    log = read("\n".join([*GOOD, line(score(10))[:40]]))
    assert [(r.line, r.rule) for r in log.rejected] == [(3, "truncated")]
    assert log.id == ["e1", "e9"]
    log = read(("\n".join([*GOOD, line(score(10, judge="谢"))]).encode()).partition("谢".encode())[0] + "谢".encode()[:1])
    assert [(r.line, r.rule) for r in log.rejected] == [(3, "encoding")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_named_once(encoding: str) -> None:
    log = read(lines([score(1), score(2)]).encode(encoding))
    assert log.size == 0
    assert [(r.line, r.rule, r.message.say()) for r in log.rejected] == [(1, "encoding", "the file is in UTF-16; save it as UTF-8")]


def test_line_numbers_go_on_from_block_to_block(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr("scoring_engine.events.reading.BLOCK", 200)
    path = tmp_path / "log.jsonl"
    path.write_text("".join(line(score(n)) + "\n" if n % 7 else "oops\n" for n in range(1, 100)), encoding="utf-8")
    log = read(path)
    assert [r.line for r in log.rejected] == list(range(7, 100, 7))
    assert log.line.tolist() == log.seq.tolist() == [n for n in range(1, 100) if n % 7]


def test_empty_sources() -> None:
    for source in ("", b"", "\n\n", b"\xef\xbb\xbf", [], "\ufeff\n"):
        log = read(source)
        assert (log.size, log.rejected, log.frames) == (0, [], {})
        assert log.sha256() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        assert log.until(5).size == 0
