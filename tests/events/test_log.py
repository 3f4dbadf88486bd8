"""The log as columns: order, identity, envelope, prefixes, sources."""

from __future__ import annotations

import gzip
import subprocess
import sys
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring_engine.events.errors import InputError
from scoring_engine.events.log import MISSING_TIME, Log
from scoring_engine.events.reading import read
from scoring_engine.events.writing import write_jsonl
from tests.events.build import lines, score

# -- order and identity ------------------------------------------------------------------------------------------------


def test_events_are_ordered_by_seq_then_id() -> None:
    log = read(lines([score(3), score(2, id="b"), score(2, id="a"), score(-1)]))
    assert list(zip(log.seq.tolist(), log.id, strict=True)) == [(-1, "e-1"), (2, "a"), (2, "b"), (3, "e3")]
    assert log.line.tolist() == [4, 3, 2, 1]
    assert log.frames["score"].rows.tolist() == [0, 1, 2, 3]


def test_a_second_delivery_counts_once_even_under_another_seq() -> None:
    """The ledger may number a retry anew; the first number counts."""
    log = read(lines([score(7, id="x"), score(2, id="x"), score(2, "92.50", id="x"), score(3)]))
    assert list(zip(log.seq.tolist(), log.id, strict=True)) == [(2, "x"), (3, "e3")]
    assert (log.duplicates, log.rejected) == (2, [])


def test_which_of_two_events_with_one_id_counts_does_not_depend_on_the_order() -> None:
    events = [score(5, "90", id="x"), score(4, "91", id="x"), score(4, "89", id="x"), score(6, "89", id="x"), score(4, "89", id="x")]
    seen = set()
    for order in permutations(events):
        log = read(lines(order))
        values = log.frames["score"].columns["value"].decode()
        assert values == ["89"]  # the lowest seq is 4; of 89 and 91 the text 89 comes first
        assert [(r.rule, r.field, r.value) for r in log.rejected] == [("id-conflict", "id", "x")] * 2
        assert log.duplicates == 2
        seen.add((log.sha256(), tuple(sorted(int(r.seq or 0) for r in log.rejected))))
    assert len(seen) == 1


def test_an_id_conflict_says_where_the_other_one_is() -> None:
    log = read(lines([score(1, id="x"), score(2, id="x", judge="J2")]))
    (rejection,) = log.rejected
    assert (rejection.line, rejection.seq, rejection.id, rejection.kind, rejection.competition) == (2, 2, "x", "score", "final")
    assert "line 1" in rejection.message.say()
    assert rejection.value in rejection.message.say()


def test_a_wrong_event_that_is_delivered_twice_is_listed_once() -> None:
    wrong = score(2, kind="scroe")
    log = read(lines([score(1), wrong, wrong]))
    assert [(r.line, r.rule) for r in log.rejected] == [(2, "unknown-kind")]
    assert log.duplicates == 1


def test_a_number_and_its_text_are_told_apart_where_a_number_is_declared() -> None:
    log = read(lines([score(1, Decimal("92.5")), score(2) | {"value": "92.5"}, score(3, round=1), score(4, round="1")]))
    value, round_ = (log.frames["score"].columns[name] for name in ("value", "round"))
    assert value.decode() == ["92.5"] * 4
    assert value.numeric is not None
    assert value.numeric[value.codes].tolist() == [True, False, True, True]
    assert (round_.decode(), round_.texts, round_.numeric) == ([None, None, "1", "1"], ["1"], None)


# -- the envelope ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "rule", "says"),
    [
        ({"id": None}, "id", "missing", "no id"),
        ({"id": ""}, "id", "missing", "no id"),
        ({"id": True}, "id", "type", "must be a text"),
        ({"id": ["x"]}, "id", "type", "must be a text"),
        ({"kind": None}, "kind", "missing", "its kind"),
        ({"competition": None}, "competition", "missing", "which competition"),
        ({"kind": "Score"}, "kind", "unknown-kind", "did you mean score"),
        ({"kind": "dedution"}, "kind", "unknown-kind", "did you mean deduction"),
        ({"kind": "zzzzzz"}, "kind", "unknown-kind", "the kinds are opened"),
        ({"seq": "5"}, "seq", "seq", "seq 5"),
        ({"seq": Decimal("1.5")}, "seq", "seq", "seq 1.5"),
        ({"seq": 2**60}, "seq", "seq", "whole number"),
        ({"seq": True}, "seq", "seq", "seq true"),
        ({"at": "yesterday"}, "at", "time", "“yesterday” is not a time"),
        ({"at": "2024-10-11T09:31:02"}, "at", "time", "offset from UTC"),
        ({"at": "2024-02-30T09:31:02Z"}, "at", "time", "2024-02-30"),
        ({"at": 1728610262}, "at", "time", "1728610262"),
    ],
)
def test_what_is_wrong_with_the_envelope_is_said(changes: dict[str, Any], field: str, rule: str, says: str) -> None:
    event = {name: value for name, value in {**score(5), **changes}.items() if value is not None}
    log = read(lines([score(1), event, score(9)]))
    assert log.id == ["e1", "e9"]
    (rejection,) = log.rejected
    assert (rejection.line, rejection.field, rejection.rule) == (2, field, rule)
    assert says in rejection.message.say()
    assert (rejection.id == "e5") == (field != "id")
    assert (rejection.competition, rejection.seq) == ("" if field == "competition" else "final", None if field == "seq" else 5)


def test_numbers_are_taken_as_ids() -> None:
    log = read('{"seq": 1.0, "id": 12, "competition": 2024, "kind": "locked"}\n')
    assert (log.id, log.seq.tolist(), log.competition.decode()) == (["12"], [1], ["2024"])


def test_line_order_is_seq_where_a_file_has_none(tmp_path: Path) -> None:
    events = [score(n, seq=None, id=f"e{n}") for n in (3, 1, 2)]
    log = read(lines([*events, events[0]]))
    assert (log.id, log.seq.tolist(), log.duplicates) == (["e3", "e1", "e2"], [1, 2, 3], 1)
    (tmp_path / "a.jsonl").write_text(lines(events))
    (tmp_path / "b.jsonl").write_text(lines([score(40), score(30)]))
    (tmp_path / "c.jsonl").write_text(lines([score(9, seq=None)]))
    log = read([tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "c.jsonl"])
    assert list(zip(log.seq.tolist(), log.id, strict=True)) == [(30, "e30"), (40, "e40"), (41, "e3"), (42, "e1"), (43, "e2"), (44, "e9")]
    assert [log.files[code] for code in log.file.tolist()] == [str(tmp_path / f"{name}.jsonl") for name in "bbaaac"]


def test_an_event_without_seq_among_others_is_rejected() -> None:
    log = read(lines([score(1), score(2, seq=None, id="x")]))
    assert [(r.line, r.id, r.field, r.rule) for r in log.rejected] == [(2, "x", "seq", "missing")]


@pytest.mark.parametrize(
    ("text", "at", "offset"),
    [
        ("1970-01-01T00:00:00Z", 0, 0),
        ("2024-10-11T09:31:02+08:00", 1728610262_000000, 8 * 3600),
        ("2024-10-11T09:31:02.5+08:00", 1728610262_500000, 8 * 3600),
        ("2024-10-11 09:31:02.123456+08:00", 1728610262_123456, 8 * 3600),
        ("2024-10-11T09:31:02.123456789+08:00", 1728610262_123456, 8 * 3600),
        ("2024-10-11T09:31+08:00", 1728610260_000000, 8 * 3600),
        ("2024-10-11T09:31:02+0800", 1728610262_000000, 8 * 3600),
        ("2024-10-11t09:31:02,5+08", 1728610262_500000, 8 * 3600),
        ("2024-10-10T22:01:02-03:30", 1728610262_000000, -3.5 * 3600),
        ("2024-02-29T23:59:59Z", 1709251199_000000, 0),
        ("2000-03-01T00:00:00Z", 951868800_000000, 0),
        ("1900-03-01T00:00:00Z", -2203891200_000000, 0),
        ("0001-01-01T00:00:00Z", -62135596800_000000, 0),
        ("9999-12-31T23:59:59Z", 253402300799_000000, 0),
    ],
)
def test_times(text: str, at: int, offset: float) -> None:
    log = read(lines([score(1, at=text), score(2, at=None)]))
    assert log.rejected == []
    assert log.at.tolist() == [at, MISSING_TIME]
    assert log.offset.tolist() == [int(offset * 1_000_000), 0]


@pytest.mark.parametrize(
    "text",
    [
        "2024-10-11",
        "09:31",
        "2024-13-01T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-10-11T24:00:00Z",
        "2024-10-11T09:60:00Z",
        "2024-10-11T09:31:60Z",
        "2024-10-11T09:31:02+24:00",
        "2024-10-11T09:31:02.Z",
        "２０24-10-11T09:31:02Z",
        "2024-10-11T09:31:02.1234567890Z",
        "2024-10-11T09:31:02+08:0",
        "0000-01-01T00:00:00Z",
        "-024-10-11T09:31:02Z",
        "2024/10/11T09:31:02Z",
        "2024-10-11T09:31:02Z ",
        "x" * 10**6,
    ],
)
def test_what_is_no_time(text: str) -> None:
    log = read(lines([score(1, at=text), score(2)]))
    assert [(r.line, r.field, r.rule) for r in log.rejected] == [(1, "at", "time")]


# -- parts of a log ----------------------------------------------------------------------------------------------------


def _day() -> Log:
    times = ["09:00", None, "09:10", "09:05", None, "09:20"]
    return read(lines([score(n, at=time and f"2024-10-11T{time}:00+08:00") for n, time in enumerate(times, 1)]))


@pytest.mark.parametrize(
    ("end", "seqs"),
    [
        (0, []),
        (3, [1, 2, 3]),
        ("3", [1, 2, 3]),
        (99, [1, 2, 3, 4, 5, 6]),
        (10**30, [1, 2, 3, 4, 5, 6]),
        ("2024-10-11T08:59:59+08:00", []),
        ("2024-10-11T01:00:00Z", [1, 2]),
        ("2024-10-11T09:05:00+08:00", [1, 2, 4]),
        ("2024-10-11T09:10+08:00", [1, 2, 3, 4, 5]),
        ("2025-01-01T00:00:00Z", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_until(end: int | str, seqs: list[int]) -> None:
    assert _day().until(end).seq.tolist() == seqs


@pytest.mark.parametrize("end", ["", "noon", "2024-10-11", "2024-10-11T09:00:00", "1.5"])
def test_until_says_what_it_takes(end: str) -> None:
    with pytest.raises(InputError, match="neither the seq of an event nor a time"):
        _day().until(end)


def test_until_leaves_later_rejections_out() -> None:
    log = read(lines([score(1), score(2, kind="x"), "?", score(3), score(4, kind="y")]))
    assert [r.seq for r in log.until(3).rejected] == [2, None]


def test_select_keeps_only_what_its_events_use() -> None:
    log = read(
        lines([score(1, judge="J1", round="a"), score(2, judge="J2"), {"seq": 3, "id": "x", "competition": "other", "kind": "locked"}])
    )
    part = log.select(np.array([False, True, False]))
    assert (part.id, part.kind.texts, part.competition.texts, list(part.frames)) == (["e2"], ["score"], ["final"], ["score"])
    assert part.frames["score"].columns["judge"].texts == ["J2"]
    assert "round" not in part.frames["score"].columns
    assert part.frames["score"].rows.tolist() == [0]
    assert log.select(np.array([True, False, True])).frames["locked"].rows.tolist() == [1]


def test_columns() -> None:
    log = read(lines([score(1, judge="J2"), score(2), score(3, round=2), score(4, judge="J2")]))
    judge = log.frames["score"].columns["judge"]
    assert judge.codes.dtype == np.int32
    assert judge.decode() == ["J2", "J1", "J1", "J2"]
    assert judge.take(np.array([3, 1])).decode() == ["J2", "J1"]
    assert judge.take(np.array([True, False, False, True])).decode() == ["J2", "J2"]
    assert log.frames["score"].columns["round"].decode() == [None, None, "2", None]
    assert len(judge) == len(log) == 4


def test_null_and_empty_texts_are_absent() -> None:
    log = read(lines([score(1, round=""), {**score(2), "round": None}, score(3, round="x")]))
    assert log.frames["score"].columns["round"].decode() == [None, None, "x"]


def test_lists_objects_and_booleans_are_texts() -> None:
    event = {"seq": 1, "id": "a", "competition": "c", "kind": "opened", "ruleset": "r", "stage": "s", "feeds": {"b": "x", "a": "谢"}}
    log = read(
        lines([event, {**event, "id": "b", "feeds": ["y", "z"], "indoor": True, "limits": [1, Decimal("2.50"), None, {"k": False}]}])
    )
    columns = log.frames["opened"].columns
    assert columns["feeds"].decode() == ['{"a":"谢","b":"x"}', '["y","z"]']
    assert columns["indoor"].decode() == [None, "true"]
    assert columns["limits"].decode() == [None, '[1,2.5,null,{"k":false}]']


# -- sources -----------------------------------------------------------------------------------------------------------


def test_files_by_their_suffix(tmp_path: Path) -> None:
    events = [score(1), score(2)]
    original = read(lines(events))
    from scoring_engine.events.writing import to_csv

    contents = {
        "a.jsonl": lines(events),
        "b.csv": to_csv(original),
        "c.jsonl.gz": lines(events),
        "d.csv.gz": to_csv(original),
        "e.txt": lines(events),
        "f": to_csv(original),
        "g.JSONL": lines(events),
    }
    for name, content in contents.items():
        data = content.encode()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        assert read(tmp_path / name).sha256() == original.sha256()
        assert read(str(tmp_path / name)).files == [str(tmp_path / name)]
    together = read([tmp_path / name for name in contents])
    assert together.sha256() == original.sha256()
    assert together.duplicates == 2 * (len(contents) - 1)


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    (tmp_path / "x.jsonl.gz").write_bytes(b"no gzip")
    (tmp_path / "y.jsonl.gz").write_bytes(gzip.compress(b"{}\n" * 1000)[:-9])
    for name, says in (
        ("none.jsonl", "there is no such file"),
        (".", "is a folder"),
        ("x.xlsx", "not from .xlsx"),
        ("x.jsonl.gz", "not a whole gzip"),
        ("y.jsonl.gz", "not a whole gzip"),
        ("a\0b", "null"),
    ):
        with pytest.raises(InputError, match=says) as caught:
            read(tmp_path / name)
        assert str(tmp_path / name) in caught.value.say("en")
        assert caught.value.say("zh")


def test_dicts() -> None:
    from datetime import UTC, datetime

    loop: list[Any] = []
    loop.append(loop)
    events: list[Any] = [
        score(1, 92.5, at=datetime(2024, 10, 11, tzinfo=UTC)),
        score(2, value=float("nan")),
        score(3, value=np.int64(7)),
        "no event",
        score(5, value={1, 2}),
        score(6, value=Decimal("Infinity")),
        score(7, judge="a\0b"),
        score(8, judge="\ud800"),
        score(9, value=np.float64("nan")),
        score(10, value=10**5000),
        score(11, x=loop),
        score(12, x={"a\0": 1}),
    ]
    log = read(events)
    assert log.id == ["e1", "e3"]
    assert log.frames["score"].columns["value"].decode() == ["92.5", "7"]
    assert log.at.tolist()[0] == 1728604800_000000
    rules = [
        "not-a-number",
        "not-an-object",
        "type",
        "not-a-number",
        "character",
        "character",
        "not-a-number",
        "number-size",
        "nesting",
        "character",
    ]
    assert [(r.line, r.rule) for r in log.rejected] == list(zip((2, 4, 5, 6, 7, 8, 9, 10, 11, 12), rules, strict=True))


def test_standard_input() -> None:
    code = "from scoring_engine.events.reading import read; print(read('-').size)"
    result = subprocess.run([sys.executable, "-c", code], input=lines([score(1), score(2)]), capture_output=True, text=True, check=True)
    assert result.stdout == "2\n"


def test_written_logs_have_one_form(tmp_path: Path) -> None:
    events = [
        score(2, Decimal("92.50"), n=3, by="judge:J1", at="2024-10-11T09:31:02.250+08:00", weather="sunny"),
        {
            "kind": "opened",
            "id": "a",
            "competition": "final",
            "stage": "town",
            "ruleset": "r",
            "seq": 1,
            "feeds": {"z": "b", "a": "c"},
            "indoor": True,
        },
    ]
    write_jsonl(read(lines(events)), tmp_path / "log.jsonl")
    assert (tmp_path / "log.jsonl").read_text(encoding="utf-8") == (
        '{"seq": 1, "id": "a", "competition": "final", "kind": "opened", "ruleset": "r", "stage": "town", '
        '"feeds": {"a":"c","z":"b"}, "indoor": true}\n'
        '{"seq": 2, "id": "e2", "at": "2024-10-11T09:31:02.250+08:00", "competition": "final", "kind": "score", "judge": "J1", '
        '"contestant": "V1", "criterion": "quality", "value": 92.5, "weather": "sunny", "by": "judge:J1", "n": 3}\n'
    )


# -- what importing costs ----------------------------------------------------------------------------------------------


def loaded(code: str) -> set[str]:
    """Which slow modules a fresh interpreter has loaded after `code`."""
    slow = ["pydantic", "yaml", "pandas", "dataclasses", "inspect", "logging", "decimal", "fractions", "numpy.ma", "csv", "gzip", "difflib"]
    code += f"; import sys; print(*(name for name in {slow} if name in sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_reading_loads_nothing_slow(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        lines([score(1), score(2, round=1), score(1), score(3, at=None), {"id": "x", "seq": 4, "competition": "c", "kind": "locked"}])
    )
    assert loaded(f"from scoring_engine.events.reading import read; read({str(path)!r}).until(3).sha256()") <= loaded("import numpy")
