"""CSV: what spreadsheets and people make of it."""

from __future__ import annotations

import time

import pytest

from scoring_engine.events.log import Log
from scoring_engine.events.reading import read
from scoring_engine.events.writing import to_csv, write_csv
from tests.events.build import lines, score

HEADER = "seq,id,competition,kind,judge,contestant,criterion,value"
ROWS = ["1,e1,final,score,J1,V1,quality,92.5", "9,e9,final,score,J1,V1,quality,92.50"]


def between(*bad: str, header: str = HEADER) -> Log:
    return read("\n".join([header, ROWS[0], *bad, ROWS[1]]).encode() + b"\n")


@pytest.mark.parametrize(
    ("bad", "line", "rule", "says"),
    [
        ("2,e2,final,score,J1,V1,quality,92,5", 3, "cells", "9 cells, and the header 8"),
        ("2,e2,final,score,J1,V1", 3, "cells", "6 cells, and the header 8"),
        ('2,e2,final,score,J1,"V1,quality,92', 3, "malformed", "quote"),
        ('2,e2,final,score,J1,"V"1,quality,92', 3, "malformed", "quote"),
        (",,,,,,,", 3, "blank", "blank"),
        ("2,e2,final,score,J1,V\0,quality,92", 3, "character", "NUL"),
        (",e2,final,score,J1,V1,quality,92", 3, "missing", "no seq"),
        ("x,e2,final,score,J1,V1,quality,92", 3, "seq", "seq x"),
        ("2.5,e2,final,score,J1,V1,quality,92", 3, "seq", "seq 2.5"),
        ("2,,final,score,J1,V1,quality,92", 3, "missing", "no id"),
        ("2,e2,,score,J1,V1,quality,92", 3, "missing", "which competition"),
        ("2,e2,final,,J1,V1,quality,92", 3, "missing", "its kind"),
        ("2,e2,final,scor,J1,V1,quality,92", 3, "unknown-kind", "did you mean score"),
        ("2,e2,final,score,J1,V1,quality,1e400", 3, "number-size", "more than 40 digits"),
    ],
)
def test_a_bad_row_is_said_and_the_others_are_read(bad: str, line: int, rule: str, says: str) -> None:
    log = between(bad)
    assert log.id == ["e1", "e9"]
    assert [(r.line, r.rule) for r in log.rejected] == [(line, rule)]
    assert says in log.rejected[0].message.say()


def test_numbers_are_what_the_vocabulary_declares() -> None:
    log = between("2,e2,final,score,007,1.10,2,9.25e1", "3,e3,final,score,J1,V1,quality,abc", '4,e4,final,score,J1,V1,quality,"""92.5"""')
    columns = log.frames["score"].columns
    assert columns["judge"].decode() == ["J1", "007", "J1", "J1", "J1"]
    assert columns["contestant"].decode() == ["V1", "1.10", "V1", "V1", "V1"]
    assert columns["value"].decode() == ["92.5", "92.5", "abc", "92.5", "92.5"]
    numeric = columns["value"].numeric
    assert numeric is not None
    assert numeric[columns["value"].codes].tolist() == [True, True, False, False, True]
    assert columns["judge"].numeric is None


def test_empty_lines_are_ignored_and_lines_counted() -> None:
    log = read(f"\n{HEADER}\r\n\r\n{ROWS[0]}\r\n\r\n{ROWS[1]}".encode())
    assert log.line.tolist() == [4, 6]
    assert log.rejected == []


def test_cells_over_several_lines() -> None:
    header = "seq,id,competition,kind,judge,text"
    log = read(f'{header}\n1,a,c,comment,J,"one\ntwo, ""three"""\n2,b,c,comment,J,four\n'.encode())
    assert log.frames["comment"].columns["text"].decode() == ['one\ntwo, "three"', "four"]
    assert log.line.tolist() == [2, 4]


def test_two_stray_quotes_do_not_swallow_what_is_between_them() -> None:
    middle = [f"{n},e{n},final,score,J1,V1,quality,{n}" for n in range(3, 8)]
    log = between('2,e2,final,score,"J1,V1,quality,1', *middle, '8,e8,final,score,"J1,V1,quality,1')
    assert log.id == ["e1", "e3", "e4", "e5", "e6", "e7", "e9"]
    assert [(r.line, r.rule) for r in log.rejected] == [(3, "malformed"), (9, "malformed")]


def test_a_column_that_is_there_twice() -> None:
    header = HEADER + ",value"
    rows = ["1,a,c,score,J1,V1,q,5,", "2,b,c,score,J1,V1,q,,6", "3,d,c,score,J1,V1,q,7,7", "4,e,c,score,J1,V1,q,8,9"]
    log = read("\n".join([header, *rows]).encode())
    assert log.frames["score"].columns["value"].decode() == ["5", "6", "7"]
    assert [(r.line, r.rule, r.value) for r in log.rejected] == [(1, "repeated-column", "value"), (5, "repeated-column", "8 / 9")]


def test_a_column_without_a_name() -> None:
    log = read("\n".join([HEADER + ",", ROWS[0] + ",", ROWS[1] + ",note"]).encode())
    assert log.id == ["e1"]
    assert [(r.line, r.rule, r.value) for r in log.rejected] == [(3, "nameless-column", "note")]


def test_a_header_that_is_none(tmp_path: object) -> None:
    log = read(b"id,kind\n1,score\n2,score\n")
    assert log.size == 0
    assert [(r.line, r.rule) for r in log.rejected] == [(1, "header")]
    assert "no column competition" in log.rejected[0].message.say()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_encodings(encoding: str) -> None:
    events = [score(n, contestant="谢家村", criterion="质量") for n in (1, 2)]
    original = read(lines(events))
    got = read(to_csv(original).encode(encoding))
    assert got.rejected == []
    assert got.sha256() == original.sha256()


def test_a_short_text_in_gbk_that_could_be_utf8() -> None:
    """联通 in GBK is valid UTF-8 by chance; its neighbours tell."""
    names = ["联通", "谢家村", "李庄"]
    data = "\n".join([HEADER, *(f"{n},e{n},c,score,J1,{name},q,1" for n, name in enumerate(names))]).encode("gbk")
    log = read(data)
    assert log.frames["score"].columns["contestant"].decode() == names


def test_one_damaged_letter_does_not_make_a_file_gb18030() -> None:
    rows = [f"{n},e{n},final,score,J1,谢家村,质量,1" for n in range(2, 6)]
    data = between(*rows)
    raw = "\n".join([HEADER, ROWS[0], *rows, ROWS[1]]).encode()
    broken = raw.replace("谢".encode(), "谢".encode()[:2], 1)
    log = read(broken)
    assert [(r.line, r.rule) for r in log.rejected] == [(3, "encoding")]
    assert log.size == data.size - 1


def test_utf16_is_named() -> None:
    log = read(to_csv(read(lines([score(1)]))).encode("utf-16"))
    assert [(r.line, r.rule) for r in log.rejected] == [(1, "encoding")]


def test_long_cells(tmp_path: object) -> None:
    start = time.perf_counter()
    log = between("2,e2,final,score,J1,V1,quality," + "9" * 10**7, "3,e3,final,score,J1,V1,quality," + "x" * 10**6)
    assert time.perf_counter() - start < 2
    assert [(r.line, r.rule, len(r.value)) for r in log.rejected] == [(3, "number-size", 80)]
    assert log.id == ["e1", "e3", "e9"]


def test_line_order_counts_where_no_event_has_a_seq() -> None:
    rows = [row.partition(",")[2] for row in (ROWS[1], ROWS[0])]
    log = read("\n".join([HEADER.partition(",")[2], *rows]).encode())
    assert (log.id, log.seq.tolist()) == (["e9", "e1"], [1, 2])


def test_the_byte_order_mark_for_spreadsheets(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "log.csv"
    log = read(lines([score(1)]))
    write_csv(log, path, bom=True)
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    assert read(path).sha256() == log.sha256()
    write_csv(log, path)
    assert path.read_bytes()[:3] == b"seq"
