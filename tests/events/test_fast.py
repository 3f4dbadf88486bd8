"""The fast readers give the log that the general readers give, for every log, block size and cut into parts."""

from __future__ import annotations

import csv as csv_module
import io
import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.events import csvlog, jsonl, words
from scoring_engine.events.assembly import assemble
from scoring_engine.events.errors import InputError
from scoring_engine.events.fast import Part, known, lines, read_part, reader, tokens
from scoring_engine.events.fast.parts import whole
from scoring_engine.events.gathering import Gatherer
from scoring_engine.events.ids import Ids
from scoring_engine.events.log import Column, Log
from scoring_engine.events.reading import read
from scoring_engine.events.writing import to_csv, to_jsonl
from tests.events.build import Event, events, line, plain_json, score

# -- equality ----------------------------------------------------------------------------------------------------------


def rows(column: Column) -> list[tuple[Any, ...]]:
    """What a column says of each of its rows."""
    numeric: list[Any] = [None] * len(column.texts) if column.numeric is None else column.numeric.tolist()
    bare = [None] * len(column.texts) if column.bare is None else column.bare.tolist()
    entries = [*zip(column.texts, numeric, bare, strict=True), (None, None, None)]
    return [entries[code] for code in column.codes.tolist()]


def parts(log: Log) -> dict[str, Any]:
    """All that a log says."""
    assert log.id == list(log.id)
    assert log.size == len(log.id) == log.seq.size
    for frame in log.frames.values():
        assert all(len(column) == len(frame) and (column.codes >= 0).any() for column in frame.columns.values())
    return {
        "seq": log.seq.tolist(),
        "id": list(log.id),
        "at": log.at.tolist(),
        "offset": log.offset.tolist(),
        "competition": rows(log.competition),
        "kind": rows(log.kind),
        "line": log.line.tolist(),
        "file": [log.files[file] for file in log.file.tolist()],
        "frames": {
            kind: (frame.rows.tolist(), {name: rows(column) for name, column in frame.columns.items()})
            for kind, frame in log.frames.items()
        },
        "rejected": log.rejected,
        "duplicates": log.duplicates,
        "sha256": log.sha256(),
    }


def by_general_reader(path: Path) -> Log:
    gatherer = Gatherer(str(path), 0)
    content = path.read_bytes()
    if path.suffix == ".csv":
        csvlog.parse(content, gatherer)
    else:
        jsonl.parse([content] if content else [], gatherer)
    return assemble(gatherer.parts(), [gatherer.name], gatherer.rejected)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates, tokens and blocks come into play with a handful of lines."""
    monkeypatch.setattr(reader, "MANY", 4)
    monkeypatch.setattr(reader, "FEW", 1)
    monkeypatch.setattr(reader, "APART", 900)
    monkeypatch.setattr(reader, "ENOUGH", 5)


def check(path: Path, content: bytes, block: int) -> None:
    path.write_bytes(content)
    before, lines.BLOCK = lines.BLOCK, block
    try:
        fast = read_part(whole(str(path)))
    finally:
        lines.BLOCK = before
    assert parts(fast) == parts(by_general_reader(path))


# -- lines of JSON ------------------------------------------------------------------------------------------------------

SPOILERS = [
    b"",
    b"   ",
    b"\r",
    b"{",
    b"[]",
    b"null",
    b'{"id": "x"}',
    b"\xff\xfe",
    b'{"id":"a","competition":"c","kind":"score","value":1e999}',
    b'{"id":"a\x00","competition":"c","kind":"score"}',
    b'{"seq":1,"seq":2,"id":"dup","competition":"c","kind":"locked"}',
    b'{"id":"n","competition":"c","kind":"score","value":NaN}',
    b'{"id":"u","competition":"c","kind":"scor"}',
    b"\xef\xbb\xbf" + b'{"seq":77,"id":"bom","competition":"c","kind":"locked"}',
    '{"seq":78,"id":"线","competition":"c","kind":"locked","reason":"中文"}'.encode(),
    '{"seq":79,"id":"g","competition":"c","kind":"locked","reason":"中文"}'.encode("gb18030"),
    b'{"seq":80,"id":"long","competition":"c","kind":"locked","reason":"' + b"x" * 1200 + b'"}',
    b'{"seq":0081,"id":"zero","competition":"c","kind":"locked"}',
    b'{"seq":9007199254740993,"id":"far","competition":"c","kind":"locked"}',
    b'{"seq":82,"id":"q","competition":"c","kind":"locked","reason":"a\\"b\\u7ebf\\u0000"}',
    b'{"seq":83,"id":"q2","competition":"c","kind":"locked","reason":"\\ud800"}',
    b'{"seq":84,"id":"e\\u0041","competition":"c","kind":"locked"}',
    b'{"seq":85,"id":7,"competition":8,"kind":"locked","at":null}',
    b'{"seq":86,"id":"t","competition":"c","kind":"locked","at":"yesterday"} ',
    b'\t{"seq" : 87 , "id":"sp" ,"competition":"c","kind":"locked","at":"2024-10-11 09:00Z"}\t\r',
]

NUMBERS = ["92.5", "92.50", "9.25e1", "0", "-0", "1E2", '"92.5"', '"5"', "true", "null", "[1,2]", '{"a":1}', "007", "1.", '""', "1" * 45]


TIMES = ["2024-10-11T09:31:02+08:00", "2024-10-11T09:31:03+08:00", "2024-10-11T09:31Z", "", "?"]


@st.composite
def similar(draw: st.DrawFn) -> list[bytes]:
    """Lines most of which differ in few bytes, as those of a bulk log do."""
    kind = draw(st.sampled_from(["score", "absent", "amended", "deduction", "scores"]))
    glue = draw(st.sampled_from([('": ', ", "), ('":', ","), ('" :  ', " ,")]))
    seq = draw(st.sampled_from(["up", "none", "some", "same"]))
    end = draw(st.sampled_from(["}", "} ", "}\r"]))
    found = []
    for number in range(draw(st.integers(0, 30))):
        fields = {
            "id": draw(st.sampled_from([f'"e{number}"', f'"e{number % 7}"', f'"C1-{number}-a"', f'"{"x" * 70}"', '"\\u0041"', '"é"'])),
            "at": f'"{draw(st.sampled_from(TIMES))}"',
            "competition": draw(st.sampled_from(['"C1"', '"C2"', '"C1"', '""', '"杯"'])),
            "kind": f'"{kind}"',
            "judge": draw(st.sampled_from(['"J1"', '"J2"', '"J\\u0031"', '"J\\""'])),
            "value": draw(st.sampled_from(NUMBERS)),
            "reason": draw(st.sampled_from(['"ok"', '"a, b"', '"a\\", b"', '"é"', '"\x01"'])),
        }
        if seq == "up" or (seq == "some" and draw(st.booleans())):
            fields = {"seq": str(draw(st.sampled_from([number, number, number + 10**8, 5]))), **fields}
        elif seq == "same":
            fields = {**fields, "seq": "3"}
        found.append(("{" + glue[1].join(f'"{name}{glue[0]}{value}' for name, value in fields.items()) + end).encode())
    return found


@given(st.data())
@settings(max_examples=300)
def test_lines_of_any_kind(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    found = data.draw(similar())
    found += [line(event).encode() for event in data.draw(events(max_size=4))]
    found += data.draw(st.lists(st.sampled_from(SPOILERS), max_size=4))
    if data.draw(st.booleans()):
        found += found[:3]
    if data.draw(st.booleans()):
        data.draw(st.randoms(use_true_random=False)).shuffle(found)
    content = b"\n".join(found) + data.draw(st.sampled_from([b"", b"\n", b"\n\n"]))
    start = data.draw(st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf"]))
    check(tmp_path_factory.mktemp("log") / "log.jsonl", start + content, data.draw(st.sampled_from([60, 250, 1000, 10**6])))


@given(st.binary(max_size=300), st.integers(20, 200))
def test_any_bytes_as_lines(tmp_path_factory: pytest.TempPathFactory, noise: bytes, block: int) -> None:
    folder = tmp_path_factory.mktemp("log")
    check(folder / "log.jsonl", noise, block)
    check(folder / "log.csv", b"id,competition,kind,value\n" + noise, block)
    check(folder / "log.csv", noise, block)


def score_line(number: int, **fields: Any) -> bytes:
    return line(score(number, f"{80 + number % 9}.5", id=f"C1-{number}", judge=f"J{number % 4}", **fields)).encode()


def test_a_byte_changed_anywhere_changes_the_log_as_it_should(tmp_path: Path) -> None:
    """Among lines of one template, one with any byte damaged is read as the general reader reads it."""
    found = [score_line(number) for number in range(100, 130)]
    length = len(found[15])
    for place in range(length):
        for byte in b'"\\,}{:a1-.\x00\xff ':
            damaged = found[15][:place] + bytes((byte,)) + found[15][place + 1 :]
            check(tmp_path / "log.jsonl", b"\n".join([*found[:15], damaged, *found[16:]]) + b"\n", 10**6)


def test_bulk_goes_the_fast_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of lines of few templates, none is left to the general reader, and ids stay packed."""
    monkeypatch.setattr(jsonl, "add", None)
    monkeypatch.setattr(csvlog, "add_all", None)
    found = b"".join(score_line(number) + b"\n" for number in range(1, 500))
    (tmp_path / "log.jsonl").write_bytes(found)
    log = read_part(whole(str(tmp_path / "log.jsonl")))
    (tmp_path / "log.csv").write_text(to_csv(log), encoding="utf-8", newline="")
    table = read_part(whole(str(tmp_path / "log.csv")))
    for one in (log, table):
        assert one.size == 499
        assert type(one.id) is Ids
        assert one.id[4] == "C1-5"
        assert one.frames["score"].columns["value"].decode()[:3] == ["81.5", "82.5", "83.5"]
    assert log.sha256() == table.sha256()


# -- values of many lengths ---------------------------------------------------------------------------------------------

STRETCHED = [
    "",
    "7",
    "92",
    "92.5",
    "100",
    "x" * 8,
    "x" * 9,
    "y" * 64,
    "y" * 65,
    "z" * 128,
    "z" * 129,
    "w" * 900,
    'a"b',
    "a\\b",
    "a,b",
    "é",
    "杯杯杯",
]


@st.composite
def stretched(draw: st.DrawFn, ending: str) -> bytes:
    """Lines of one layout with a value of any length at one place or two; a few of them with a byte put in, left out or replaced."""
    fields = ["id", "at", "competition", "kind", "judge", "name", "value", "by"]
    if draw(st.booleans()):
        fields.insert(draw(st.integers(0, len(fields))), "seq")
    elastic = draw(st.lists(st.sampled_from([name for name in fields if name != "kind"]), min_size=1, max_size=2))
    found = []
    for number in range(draw(st.integers(1, 40))):
        given = {
            "id": f"e{number:02}",
            "at": TIMES[number // 9 % 2],
            "competition": "c",
            "kind": "score",
            "judge": "J1",
            "name": "abc",
            "by": "x",
        }
        given |= {"seq": f"{number + 70}", "value": f"{number % 13 + 10}"}
        for name in elastic:
            plenty = [given[name]] * 10 if name in ("id", "seq", "competition") else []
            given[name] = draw(st.sampled_from([*STRETCHED[: draw(st.sampled_from([4, 8, 20]))], *plenty]))
        if ending == "csv":
            found.append(",".join(given[name] for name in fields).encode())
        else:
            bare = {"seq", "value"} - {name for name in elastic if draw(st.integers(0, 9)) == 0}
            found.append(
                ("{" + ", ".join(f'"{n}": {given[n] if n in bare else chr(34) + given[n] + chr(34)}' for n in fields) + "}").encode()
            )
    for _ in range(draw(st.integers(0, 3))):
        row = draw(st.integers(0, len(found) - 1))
        place = draw(st.integers(0, len(found[row])))
        put = draw(st.sampled_from([b"", b"}", b'"', b",", b"\r", b"\0", b" ", b"1", b"\\", b"\xff"]))
        found[row] = found[row][:place] + put + found[row][place + draw(st.integers(0, 1)) :]
    head = [",".join(fields).encode()] if ending == "csv" else []
    return b"\n".join([*head, *found]) + draw(st.sampled_from([b"", b"\n", b"\r\n"]))


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
@given(st.data())
@settings(max_examples=200)
def test_values_of_many_lengths(tmp_path_factory: pytest.TempPathFactory, ending: str, data: st.DataObject) -> None:
    content = data.draw(stretched(ending))
    check(tmp_path_factory.mktemp("log") / f"log.{ending}", content, data.draw(st.sampled_from([200, 2000, 10**6])))


@pytest.mark.parametrize("behind", ["", ', "by": "J1", "note": "x"'])
def test_lines_that_differ_in_the_length_of_one_value_have_one_template(tmp_path: Path, behind: str) -> None:
    """Whatever stands behind it; and what stands there is told from the end of the line."""
    known._kept.clear()
    head = '{"seq": %d, "id": "e%d", "competition": "c", "kind": "score", "judge": "J", "value": "%s"'
    found = [head % (number, number, "x" * (number % 30)) + behind + "}" for number in range(100, 200)]
    check(tmp_path / "log.jsonl", "\n".join(found).encode() + b"\n", 10**6)
    (one,) = known._kept[b""].templates
    assert (one.most - one.least, one.uses) == (29, 100)
    for odd in ("]", "}}", "", '"}', ', "x": 1}', "} ", "}\r"):
        check(tmp_path / "log.jsonl", "\n".join([*found, found[0][:-1] + odd, *found]).encode() + b"\n", 10**6)


# -- rows of CSV --------------------------------------------------------------------------------------------------------

CELLS = ["92.5", "92.50", "", "9.25e1", '"92.5"', '"""5"""', "x", '"a,b"', 'a"b', '"a\nb"', '"', "é", " 5 ", "007", "1" * 45, '"[1, 2]"']


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    end = draw(st.sampled_from(["\n", "\r\n"]))
    names = ["id", "at", "competition", "kind", "judge", "value", "honours", "note"]
    if draw(st.booleans()):
        names.insert(0, "seq")
    names += draw(st.sampled_from([[], [], [], [""], ["note"]]))
    odd = draw(st.booleans())
    found = [",".join(names)]
    for number in range(draw(st.integers(0, 25))):
        cells = {
            "seq": draw(st.sampled_from([str(number), str(number), "5"] + ["", "x", "007", "1.0"] * odd)),
            "id": draw(st.sampled_from([f"e{number}", f"e{number % 6}"] + ["", "a b", "é", '"q"'] * odd)),
            "at": draw(st.sampled_from(["2024-10-11T09:31:02+08:00", "2024-10-11T09:31:03+08:00", ""] + ["?"] * odd)),
            "competition": draw(st.sampled_from(["C1", "C2"] + [""] * odd)),
            "kind": draw(st.sampled_from(["score", "score", "barred", "amended"] + ["scor", ""] * odd)),
            "judge": draw(st.sampled_from(["J1", "J2"])),
            "value": draw(st.sampled_from(CELLS if odd else ["92.5", "92.50", "1e1"])),
            "honours": draw(st.sampled_from(["", "", '"[""a""]"'])),
        }
        found.append(",".join(cells.get(name, "") for name in names))
    if odd:
        found += draw(st.lists(st.sampled_from(["", "   ", "a,b", "x" * 1100, "\x00", ",,,,,,,", "a\rb", '"']), max_size=2))
        first, rest = found[0], found[1:]
        draw(st.randoms(use_true_random=False)).shuffle(rest)
        found = [first, *rest]
    text = end.join(found) + draw(st.sampled_from(["", end, end + end]))
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "gb18030"])))


@given(tables(), st.sampled_from([60, 300, 10**6]))
@settings(max_examples=300)
def test_tables_of_any_kind(tmp_path_factory: pytest.TempPathFactory, content: bytes, block: int) -> None:
    check(tmp_path_factory.mktemp("log") / "log.csv", content, block)


@given(events(), st.sampled_from([60, 1000]))
def test_written_logs(tmp_path_factory: pytest.TempPathFactory, log: list[Event], block: int) -> None:
    folder = tmp_path_factory.mktemp("log")
    written = read(log)
    check(folder / "log.jsonl", to_jsonl(written).encode(), block)
    check(folder / "log.csv", to_csv(written).encode(), block)


# -- parts --------------------------------------------------------------------------------------------------------------


@given(similar(), st.lists(st.integers(0, 40), max_size=3), st.randoms(use_true_random=False))
def test_parts_are_the_whole(tmp_path_factory: pytest.TempPathFactory, found: list[bytes], cuts: list[int], chance: random.Random) -> None:
    """Each part is what the file with its lines would be; and together they are the log."""
    folder = tmp_path_factory.mktemp("log")
    path = folder / "log.jsonl"
    found = [one + b"\n" for one in found]
    path.write_bytes(b"".join(found))
    ends = np.cumsum([0, *map(len, found)]).tolist()
    bounds = [0, *sorted(min(cut, len(found)) for cut in cuts), len(found)]
    for first, last in pairwise(bounds):
        part = read_part(Part(str(path), ends[first], ends[last], first_line=first + 1))
        alone = folder / "part.jsonl"
        alone.write_bytes(b"".join(found[first:last]))
        expected = by_general_reader(alone)
        assert part.line.tolist() == [number + first for number in expected.line.tolist()]
        assert [r.line for r in part.rejected] == [r.line + first for r in expected.rejected]
        assert part.sha256() == expected.sha256()


def test_parts_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    for odd in (b"", b'3,e3,"c","locked"\n', b'3,"e\n3",c,locked\n'):
        first, second = b"1,e1,c,locked\n" + odd, b"7,e7,c,locked\n8,e8,c,scor\n"
        path.write_bytes(b"seq,id,competition,kind\n" + first + second)
        start = len(b"seq,id,competition,kind\n" + first)
        part = read_part(Part(str(path), start, start + len(second), b"seq,id,competition,kind\n", first_line=40))
        assert (list(part.id), part.line.tolist(), [r.line for r in part.rejected]) == (["e7"], [40], [41])
        part = read_part(Part(str(path), len(b"seq,id,competition,kind\n"), start, b"seq,id,competition,kind\n", first_line=2))
        assert part.line.tolist() == [2, 3][: part.size]
        assert part.size == (2 if odd else 1)


@given(st.binary(max_size=100).map(lambda noise: bytes(b % 16 for b in noise)), st.integers(0, 30), st.sampled_from([8, 16, 1 << 18]))
def test_line_breaks_are_found_wherever_they_are(noise: bytes, start: int, step: int) -> None:
    start = min(start, len(noise))
    start -= start % 8
    before, lines.STEP = lines.STEP, step
    try:
        letters = np.frombuffer(bytearray(noise + bytes(8)), np.uint8)
        found = lines.line_breaks(letters, start, len(noise))
    finally:
        lines.STEP = before
    for letter, places in zip((b"\n", b"\0"), found, strict=True):
        assert places.tolist() == [place for place in range(start, len(noise)) if noise[place : place + 1] == letter]


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_what_is_known_of_one_part_is_not_in_another(tmp_path: Path, ending: str) -> None:
    """A process remembers values, times and layouts; a log says only what its own lines say, before and after others were read."""
    known._kept.clear()
    texts = [[f"value {log * number}" for number in range(400 * log)] for log in (1, 2, 3)]
    logs = []
    for log, values in enumerate(texts):
        written = [score(number, number % 7, id=f"{log}-{number}", judge=value) for number, value in enumerate(values, 1)]
        path = tmp_path / f"{log}.{ending}"
        source = tmp_path / "source.jsonl"
        source.write_text("".join(line(event) + "\n" for event in written))
        path.write_text(to_csv(read([source])) if ending == "csv" else to_jsonl(read([source])))
        logs.append((read_part(whole(str(path))), by_general_reader(path)))
        assert all(len(table) <= known.MOST for kept in known._kept.values() for table in kept.tables.values())
    for fast, general in logs:
        assert parts(fast) == parts(general)
        judges = fast.frames["score"].columns["judge"].texts
        assert sorted(judges) == sorted(set(judges)) == sorted(general.frames["score"].columns["judge"].texts)


def test_parts_that_cannot_be_read(tmp_path: Path) -> None:
    for name in ("none.jsonl", "none.csv", "none.parquet"):
        with pytest.raises(InputError, match="there is no such file"):
            read_part(Part(str(tmp_path / name), 0, 10))
        (tmp_path / name).mkdir()
        with pytest.raises(InputError, match="is a folder"):
            read_part(Part(str(tmp_path / name), 0, 10))
    assert read_part(Part(__file__, 0, 0)).size == 0


def test_a_large_file_is_read_the_fast_way(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(score_line(number) + b"\n" for number in range(5000)) + b'{"id":\n')
    log = read(path)
    assert type(log.id) is Ids
    assert parts(log) == parts(by_general_reader(path))
    assert [r.line for r in log.rejected] == [5001]
    assert parts(log.until(300))["id"] == [f"C1-{number}" for number in range(301)]
    half = log.select(np.arange(log.size) % 2 == 0)
    other = log.select(np.arange(log.size) % 2 == 1)
    assert parts(Log.concat([half, other]))["id"] == list(log.id)


# -- what it stands on ---------------------------------------------------------------------------------------------------


TEXTS = st.binary(max_size=20) | st.sampled_from([b"a", b"a" * 8, b"a" * 8 + b"b", b"a" * 8 + b"c", b"a" * 16 + b"b", b"a" * 16])


@given(st.lists(TEXTS.map(lambda text: text.replace(b"\0", b"")), max_size=60), st.integers(1, 8))
def test_tokens_are_codes_of_equal_bytes(texts: list[bytes], pieces: int) -> None:
    known: dict[bytes, int] = {}

    def resolve(fresh: list[bytes]) -> Any:
        return np.array([known.setdefault(text, len(known)) for text in fresh], np.int32)

    table = tokens.Tokens(resolve)
    for start in range(0, len(texts), pieces):
        some = texts[start : start + pieces]
        width = max(1, -(-max(map(len, some)) // 8))
        packed = np.array(some, f"S{8 * width}").view("<u8").reshape(len(some), width)
        codes = table.codes(list(packed.T.copy()))
        assert codes.tolist() == [known[text] for text in some]


@given(st.data(), st.binary(max_size=9), st.binary(max_size=9), st.integers(1, 8))
def test_tokens_of_a_few_letters_are_those_of_the_whole_text(data: st.DataObject, before: bytes, behind: bytes, width: int) -> None:
    before, behind = before.replace(b"\0", b"x"), behind.replace(b"\0", b"x")
    known: dict[bytes, int] = {}

    def resolve(fresh: list[bytes]) -> Any:
        return np.array([-2 if text.endswith(b"?") else known.setdefault(text, len(known)) for text in fresh], np.int32)

    table = tokens.Tokens(resolve)
    for _ in range(3):
        some = data.draw(st.lists(st.sampled_from(b"12ab?"), min_size=width, max_size=width + 20)) * data.draw(st.sampled_from([1, 5, 70]))
        letters = [bytes(some[place : place + width]) for place in range(len(some) - width + 1)]
        found = [before + letter + behind for letter in letters]
        column = np.array(letters, "S8").view("<u8")
        codes = table.codes_between(before, column, width, behind)
        assert codes.tolist() == [known.get(text, -2) for text in found]
        assert table.few(found).tolist() == codes.tolist()
        bad = table.bad(codes)
        assert (bad is not None and bad.tolist()) == (-2 in codes.tolist() and [code == -2 for code in codes.tolist()])
        runs = np.sort(column)
        assert sorted(table.codes_of_runs([runs])) == sorted(table.codes([column]))


@given(st.lists(st.integers(0, 10**16 - 1), min_size=1, max_size=40), st.integers(1, 16), st.integers(0, 9), st.data())
def test_numbers_are_what_their_digits_spell(numbers: list[int], digits: int, start: int, data: st.DataObject) -> None:
    spelt = [b"%0*d" % (digits, number % 10**digits) for number in numbers]
    for _ in range(data.draw(st.integers(0, 2))):
        row, place = data.draw(st.integers(0, len(spelt) - 1)), data.draw(st.integers(0, digits - 1))
        spelt[row] = spelt[row][:place] + data.draw(st.sampled_from([b"x", b"/", b":", b"\xff", b" "])) + spelt[row][place + 1 :]
    rows = np.array([b"#" * start + text + b"#" * (32 - start - digits) for text in spelt]).view("<u8").reshape(-1, 4)
    found = words.whole_numbers(rows, start, start + digits).tolist()
    assert [max(number, -1) for number in found] == [int(text) if text.isdigit() else -1 for text in spelt]


@given(st.integers(4, 12), st.integers(0, 9), st.integers(0, 50_000), st.data())
def test_numbers_that_go_up_are_what_their_digits_spell(digits: int, start: int, least: int, data: st.DataObject) -> None:
    steps = np.cumsum(data.draw(st.lists(st.sampled_from([1, 1, 2, 700, 5000]), min_size=1, max_size=20)))
    turn = 10_000 * data.draw(st.integers(0, 10 ** (digits - 4) - 1)) + data.draw(st.sampled_from([0, 1, 9_990, least % 10_000]))
    numbers = [turn + step for step in (steps - steps[0]).tolist()]
    spelt = [b"%0*d" % (digits, number % 10**digits) for number in numbers]
    changed = data.draw(st.booleans())
    if changed:
        row, place = data.draw(st.integers(0, len(spelt) - 1)), data.draw(st.integers(0, digits - 1))
        letter = data.draw(st.sampled_from([b"x", b"0", b"9", b"\xff"]))
        changed = letter != spelt[row][place : place + 1]
        spelt[row] = spelt[row][:place] + letter + spelt[row][place + 1 :]
    rows = np.array([b"#" * start + text + b"#" * (32 - start - digits) for text in spelt]).view("<u8").reshape(-1, 4)
    found = words.counted(rows, start, start + digits, steps)
    if (changed and len(spelt) > 1) or numbers[-1] >= 10**digits:
        assert found is None
    elif numbers[-1] - numbers[0] < 40_000 and not changed:
        assert found is not None
        assert found.tolist() == numbers


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_numbers_that_go_up_with_the_lines(tmp_path: Path, ending: str) -> None:
    numbers = [*range(129_950, 130_050)]
    for swapped in (None, 3, 49, 60):
        if swapped is not None:
            numbers[swapped], numbers[swapped + 1] = numbers[swapped + 1], numbers[swapped]
        if ending == "csv":
            content = b"seq,id,competition,kind\n" + b"".join(
                b"%d,e%03d,c,locked\n" % (number, place) for place, number in enumerate(numbers)
            )
        else:
            line = b'{"seq":%d,"id":"e%03d","competition":"c","kind":"locked"}\n'
            content = b"".join(line % (number, place) for place, number in enumerate(numbers))
        path = tmp_path / f"log.{ending}"
        check(path, content, 1 << 16)
        log = read([str(path)])
        assert dict(zip(log.id, log.seq.tolist(), strict=True)) == {f"e{place:03d}": n for place, n in enumerate(numbers)}


@given(
    st.lists(st.text(st.sampled_from('aZ09 ~-\x1f\x7f\x80\xff"\\,'), max_size=20), min_size=1, max_size=40),
    st.sampled_from([b'",', b'"\\', b""]),
)
def test_odd_letters_are_found(found: list[str], more: bytes) -> None:
    encoded = [text.encode("latin-1") for text in found]
    packed = np.array(encoded, "S24").view(np.uint8).reshape(-1, 24)
    is_odd = [not text.isascii() or any(letter < 32 or letter > 126 or letter in more for letter in text) for text in encoded]
    flags = words.odd(packed, more)
    assert (flags.tolist() if flags is not None else [False] * len(found)) == is_odd


@given(st.integers(1, 3000), st.integers(1, 30))
def test_rows_are_folded_in_steps(size: int, width: int) -> None:
    rows = np.random.default_rng(size * width).integers(0, 2**63, (size, width)).astype(np.uint64)
    for operation in (np.bitwise_and, np.bitwise_or, np.minimum):
        assert (words.fold(operation, rows) == operation.reduce(rows, axis=0)).all()


def test_tokens_do_not_trust_their_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "hashes", lambda columns: np.zeros(columns[0].size, np.uint64))
    test_tokens_are_codes_of_equal_bytes()


def test_many_tokens_are_forgotten_and_found_again() -> None:
    seen: list[int] = []

    def resolve(fresh: list[bytes]) -> Any:
        seen.append(len(fresh))
        return np.array([int(text) for text in fresh], np.int32)

    table = tokens.Tokens(resolve)
    numbers = np.arange(60_000)
    words = np.char.mod("%d", numbers).astype("S8").view("<u8").copy()
    for start in range(0, numbers.size, 7000):
        assert (table.codes([words[start : start + 7000]]) == numbers[start : start + 7000]).all()
    assert (table.codes([words]) == numbers).all()
    assert sum(seen) < 130_000


def test_json_lines_written_by_others(tmp_path: Path) -> None:
    """Escaped as most programs do: the fast way takes the escapes where they are in values that come again."""
    common = {"competition": "村赛", "kind": "absent", "reason": "病假"}
    found = [json.dumps({"seq": n, "id": f"e{n}", **common, "contestant": f"V{n % 3}"}) for n in range(40)]
    check(tmp_path / "log.jsonl", "\n".join(found).encode(), 10**6)


def test_only_the_last_line_is_cut_off(tmp_path: Path) -> None:
    """Whatever the order in which lines turn out to be for the general reader."""
    for ending in (b"", b"\n"):
        for broken in range(8):
            found = [b'{"id":"e%d","competition":"c","kind":"score","value":%b}' % (n, b"007" if n < broken else b"1.5") for n in range(8)]
            for last in (b"{", b'{"id":"' + b"x" * 1200, b'{"id":"\0'):
                check(tmp_path / "log.jsonl", b"\n".join([*found, b"", last]) + ending, 60)


def test_a_value_is_not_two(tmp_path: Path) -> None:
    """What stands at the place of a value may hold whole members, or be no value for the quotes in it; the line decides."""
    head = b'{"id":"e%02d","competition":"c","kind":"absent","contestant":"%b","reason":"%b"}'
    found = [head % (n, b"V%d" % (n % 3), b"0123456789") for n in range(20)]
    odd = [b'x","n":"yz', b'x","by":"z', b'a","b","cd', b'\\","by":"z', b'"",","b":1', b'ab\\"cdefg"']
    for number, reason in enumerate(odd, 20):
        found.append(head % (number, b"V1", reason))
    check(tmp_path / "log.jsonl", b"\n".join(found) + b"\n", 10**6)
    for numbers in (["1,2", "[3", "4]"], ["1", "2,", "3"], ["", "12", "3"], ["1 2", "-", "+1"]):
        found = [f'{{"id":"e{n:02}","competition":"c","kind":"score","value":{text:>3}}}'.encode() for n, text in enumerate(numbers * 4)]
        check(tmp_path / "log.jsonl", b"\n".join(found) + b"\n", 10**6)


def test_a_table_written_by_others(tmp_path: Path) -> None:
    file = io.StringIO()
    writer = csv_module.writer(file)
    writer.writerow(["id", "competition", "kind", "contestant", "name"])
    writer.writerows([f"e{n}", "c", "contestant", f"V{n}", "Li, Wei" if n % 5 == 0 else "王"] for n in range(60))
    check(tmp_path / "log.csv", file.getvalue().encode(), 10**6)
    assert plain_json("王") == '"王"'


@pytest.mark.parametrize(
    "header",
    ["\rid,competition,kind", "id\r,competition,kind", "id,competition,kind\r", "id,\rcompetition,kind", "id,competition,kind\r\r"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_cr_in_a_header_is_what_the_general_reader_says(tmp_path: Path, header: str, end: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes((header + end + f"a,C,opened{end}b,C,judge{end}").encode())
    fast, general = read_part(whole(str(path))), by_general_reader(path)
    assert list(fast.id) == list(general.id)
    assert fast.rejected == general.rejected
