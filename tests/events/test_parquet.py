"""Parquet logs: written and read back, made by others, cut, damaged."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_engine.events import arrow, parquet
from scoring_engine.events.assembly import assemble
from scoring_engine.events.errors import InputError
from scoring_engine.events.fast import Part, read_part
from scoring_engine.events.fast import parquet as fast
from scoring_engine.events.fast.parts import gather
from scoring_engine.events.log import Column, Log
from scoring_engine.events.parquet import write_parquet
from scoring_engine.events.reading import read
from scoring_engine.events.writing import to_csv, to_jsonl
from tests.events.build import Event, events, line, lines, score
from tests.events.test_fast import parts as everything
from tests.events.test_properties import content

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def written(tmp_path: Path, **columns: Any) -> str:
    """A file with these columns."""
    path = str(tmp_path / "log.parquet")
    pq.write_table(pa.table(columns), path)
    return path


@given(events())
def test_rows_in_order_are_the_log_that_putting_together_makes(tmp_path_factory: pytest.TempPathFactory, log: list[Event]) -> None:
    original = read(lines(log) or b"")
    path = str(tmp_path_factory.mktemp("log") / "log.parquet")
    write_parquet(original, path)
    straight, general = read_part(Part(path, 0, original.size)), read(path)
    assert content(straight) == content(general) == content(original)
    assert straight.sha256() == original.sha256()
    assert straight.line.tolist() == general.line.tolist()
    for a, b in ((straight.competition, general.competition), (straight.kind, general.kind), *_columns(straight, general)):
        assert a.decode() == b.decode()
        assert [_how(a, text) for text in a.texts] == [_how(b, text) for text in a.texts]


def _columns(one: Log, other: Log) -> list[tuple[Column, Column]]:
    """The same columns of two logs."""
    assert {kind: list(frame.columns) for kind, frame in one.frames.items()} == {k: list(f.columns) for k, f in other.frames.items()}
    return [(column, other.frames[kind].columns[name]) for kind, frame in one.frames.items() for name, column in frame.columns.items()]


def _how(column: Column, text: str) -> list[bool | None]:
    """How a text was written, each time it is there: as a number, without quotes."""
    places = [place for place, known in enumerate(column.texts) if known == text]
    found = [flags if flags is None else bool(flags[place]) for flags in (column.numeric, column.bare) for place in places]
    return sorted(found, key=str)


@pytest.mark.parametrize(
    ("column", "values"),
    [("id", ["a", "a", "c"]), ("seq", [1, 3, 2]), ("seq", [1, 2, 2]), ("seq", [1, None, 3]), ("kind", ["opened", "shout", "closed"]),
     ("competition", ["K", "", "K"]), ("at", ["2024-10-11T09:00:00Z", "soon", None]), ("n", ["1", "1e400", "2"]),
     ("id", ["a", "", "c"]), ("name", ["a", "b\0", None]), ("seq", [1, 2, 2**60])],
)  # fmt: skip
def test_rows_that_are_not_in_order_are_put_together_as_elsewhere(tmp_path: Path, column: str, values: list[Any]) -> None:
    columns = {"id": ["a", "b", "c"], "seq": [1, 2, 3], "kind": ["opened", "closed", "closed"], "competition": ["K"] * 3} | {column: values}
    path = written(tmp_path, **columns)
    part, whole = read_part(Part(path, 0, 3)), read(path)
    assert content(part) == content(whole)
    assert part.seq.tolist() == whole.seq.tolist()
    assert list(map(str, part.rejected)) == list(map(str, whole.rejected))
    assert part.rejected or part.duplicates or column == "seq"


@given(events(), st.integers(1, 5))
def test_written_logs_read_the_same(tmp_path_factory: pytest.TempPathFactory, log: list[Event], rows: int) -> None:
    folder = tmp_path_factory.mktemp("log")
    original = read(lines(log) or b"")
    before, parquet.ROWS = parquet.ROWS, rows
    try:
        write_parquet(original, folder / "log.parquet")
    finally:
        parquet.ROWS = before
    again = read(folder / "log.parquet")
    assert again.rejected == []
    assert content(again) == content(original)
    assert again.sha256() == original.sha256()
    assert again.line.tolist() == list(range(1, original.size + 1))
    assert to_csv(again) == to_csv(original)
    assert sorted(folder.iterdir()) == [folder / "log.parquet"]
    size = original.size
    parts = [read_part(Part(str(folder / "log.parquet"), a, b, first_line=a + 1)) for a, b in ((0, size // 3), (size // 3, size))]
    assert [part.size for part in parts] == [size // 3, size - size // 3]
    assert Log.concat(parts).sha256() == original.sha256()
    assert [number for part in parts for number in part.line.tolist()] == list(range(1, size + 1))


CELLS = st.none() | st.sampled_from(["", "92.5", "9.25e1", '"5"', "x", "a,b", "a\nb", "é\x00", "1" * 45, "true", '["a"]', " 5", "线"])


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "seq": st.none() | st.integers(0, 9) | st.sampled_from([2**53 + 1, -(2**62)]),
                "id": st.none() | st.sampled_from(["", "a", "b", "id-12", "é", "x" * 70, "nul\x00"]),
                "at": st.none() | st.sampled_from(["2024-10-11T09:31:02+08:00", "2024-10-11T09:31Z", "?", ""]),
                "competition": st.none() | st.sampled_from(["C1", "C2", ""]),
                "kind": st.none() | st.sampled_from(["score", "score", "barred", "scor", ""]),
                "value": CELLS,
                "note": CELLS,
            }
        ),
        max_size=12,
    ),
    st.booleans(),
    st.booleans(),
)
def test_any_rows(tmp_path_factory: pytest.TempPathFactory, rows: list[Event], dictionaries: bool, seq: bool) -> None:
    """The same as the events given one by one, with cells read as those of CSV are."""
    path = tmp_path_factory.mktemp("log") / "log.parquet"
    names = [*(["seq"] if seq else []), "id", "at", "competition", "kind", "value", "note"]
    types = [pa.int64() if name == "seq" else pa.string() for name in names]
    table = pa.Table.from_pydict({name: [row[name] for row in rows] for name in names}, pa.schema(list(zip(names, types, strict=True))))
    pq.write_table(table, path, use_dictionary=dictionaries)
    got = read(path)
    assert got.size + len(got.rejected) + got.duplicates == len(rows)
    clean = [row for row in rows if not any("\x00" in value for value in row.values() if isinstance(value, str))]
    cells = [[str(row[name]) if row[name] is not None else "" for name in names] for row in clean]
    file = Path(path).with_suffix(".csv")
    import csv

    with open(file, "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([names, *cells])
    expected = read(file)
    assert content(got) == content(expected)
    assert got.sha256() == expected.sha256()
    rules = sorted(r.rule.replace("blank", "missing") for r in expected.rejected)
    assert sorted(r.rule for r in got.rejected if r.rule != "character") == rules or got.duplicates


OTHERS = st.none() | st.sampled_from(["x", "y", "7", "7.0", "07", "true", ""])


@given(
    st.lists(st.tuples(st.sampled_from(["score", "judge", "contestant"]), OTHERS, OTHERS, OTHERS, st.booleans()), min_size=1, max_size=40),
    st.integers(0, 5),
    st.sampled_from([1, 3, 100]),
    st.sampled_from([4, 100]),
    st.sampled_from([7, 1 << 19]),
    st.booleans(),
)
def test_columns_of_few_and_of_many_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], start: int, page: int, group: int, most: int, zoned: bool
) -> None:
    """Of one row group or of several, cut out of them or not, at once or in batches, with a dictionary that is given up on the way or not:
    as the general way reads them."""
    path = str(tmp_path_factory.mktemp("log") / "log.parquet")
    kinds, *fields = zip(*rows, strict=True)
    values, names, notes, given = fields
    size = len(rows)
    columns: dict[str, Any] = {
        "seq": list(range(1, size + 1)), "id": [f"e{row:0{1 + row % 19}}" for row in range(size)],
        "competition": ["K", *["L"] * (size - 1)], "kind": kinds, "value": values, "name": names,
        "note": [note if rare else None for note, rare in zip(notes, given, strict=True)],
        "at": [f"2024-10-11T09:00:{row % 60:02}{'+08:00' if zoned and row % 2 else 'Z'}" for row in range(size)],
    }  # fmt: skip
    texts = [name for name in columns if name not in ("seq", "id")]
    table = pa.Table.from_pydict(columns, pa.schema([(name, pa.int64() if name == "seq" else pa.string()) for name in columns]))
    pq.write_table(
        table, path, use_dictionary=texts, dictionary_pagesize_limit=page, data_page_size=page, write_batch_size=page, row_group_size=group
    )
    start = min(start, size - 1)
    part = Part(path, start, size, first_line=start + 1)
    before = fast.BLOCK, fast.BATCH
    fast.BLOCK, fast.BATCH = page, most
    try:
        straight = read_part(part)
    finally:
        fast.BLOCK, fast.BATCH = before
    gathered = gather(part)
    general = assemble(gathered.parts(), [path], gathered.rejected)
    assert everything(straight) == everything(general)
    at_once = [column for frame in straight.frames.values() for column in frame.columns.values()] if size <= most else []
    for column in at_once:
        assert set(column.codes.tolist()) >= set(range(len(column.texts)))


def test_what_is_known_of_a_dictionary_holds_for_one_that_is_the_same(tmp_path: Path) -> None:
    """Dictionaries of the same bytes, cut at other places, or of none and of one empty text."""
    common = {"seq": [1, 2], "id": ["a", "b"], "competition": ["K", "K"], "kind": ["score", "score"]}
    for number, notes in enumerate((["ab", "c"], ["a", "bc"], ["ab", "c"], ["", ""], [None, None], ["", ""], ["线", "c"])):
        path = written(tmp_path, **common, note=notes)
        frame = read_part(Part(path, 0, 2)).frames["score"]
        expected = [note or None for note in notes]
        assert (frame.columns["note"].decode() if any(expected) else expected) == expected, number


def test_a_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    for rows in (["a"], ["a", "b"], ["c"]):
        path = written(tmp_path, seq=list(range(len(rows))), id=rows, competition=["K"] * len(rows), kind=["locked"] * len(rows))
        assert list(read(path).id) == rows


def test_the_public_way_to_pyarrow_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = read([score(number, name=f"n{number % 7}" if number % 3 else None) for number in range(1, 200)])
    path = str(tmp_path / "log.parquet")
    write_parquet(original, path)

    def taken() -> Any:
        monkeypatch.setattr(arrow, "_ends", {})
        sizes = [(batch.num_rows, batch.schema.names) for batch in arrow.columns(path, ["kind", "competition"], 150)]
        file = arrow.file_of(pa.table({"a": ["x"], "n": [1]}), ["a"], ["n"])
        return everything(read_part(Part(path, 0, original.size))), sizes, pq.read_table(pa.BufferReader(file)).to_pydict()

    expected = taken()
    monkeypatch.setitem(sys.modules, "pyarrow._parquet", None)
    assert taken() == expected
    assert expected[1:] == ([(150, ["competition", "kind"]), (49, ["competition", "kind"])], {"a": ["x"], "n": [1]})
    assert expected[0]["id"] == list(original.id)


def test_columns_of_others_are_taken_exactly(tmp_path: Path) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=8))
    when = datetime.datetime(2024, 10, 11, 9, 31, 2, 250000, zone)
    path = written(
        tmp_path,
        seq=pa.array([2, 1, 3], pa.int32()),
        id=["a", "b", "c"],
        at=pa.array([when, when, None], pa.timestamp("ns", "+08:00")),
        competition=["x", "x", "x"],
        kind=pa.array(["score", "score", "ruling"]).dictionary_encode(),
        judge=pa.array([7, 8, None], pa.uint8()),
        contestant=pa.array(["V1", None, None], pa.large_string()),
        value=pa.array([Decimal("92.50"), Decimal("-0.07"), None], pa.decimal128(9, 2)),
        upheld=[None, None, True],
        day=pa.array([datetime.date(2024, 10, 11), None, None]),
        nothing=pa.array([None, None, None], pa.null()),
    )
    expected = [
        {"seq": 1, "id": "b", "at": "2024-10-11T09:31:02.250+08:00", "competition": "x", "kind": "score", "judge": 8,
         "value": Decimal("-0.07")},
        {"seq": 2, "id": "a", "at": "2024-10-11T09:31:02.250+08:00", "competition": "x", "kind": "score", "judge": 7, "contestant": "V1",
         "value": Decimal("92.50"), "day": "2024-10-11"},
        {"seq": 3, "id": "c", "competition": "x", "kind": "ruling", "upheld": True},
    ]  # fmt: skip
    log = read(path)
    assert log.rejected == []
    assert log.sha256() == read("".join(line(event) + "\n" for event in expected)).sha256()
    assert [json.loads(text) for text in to_jsonl(log).splitlines()] == [json.loads(line(event)) for event in expected]


def test_ids_and_seqs_of_other_types(tmp_path: Path) -> None:
    path = written(tmp_path, seq=["2", "1"], id=[11, 12], competition=["x", "x"], kind=["locked", "locked"])
    assert list(read(path).id) == ["12", "11"]
    path = written(tmp_path, seq=pa.array([2, 2**63], pa.uint64()), id=["é", "b"], competition=["x", "x"], kind=["locked", "locked"])
    log = read(path)
    assert list(log.id) == ["é"]
    assert [(r.rule, r.line) for r in log.rejected] == [("seq", 2)]


def test_floating_point_numbers_are_refused(tmp_path: Path) -> None:
    for values in (pa.array([92.5]), pa.array([92.5], pa.float32()).dictionary_encode()):
        path = written(tmp_path, id=["a"], competition=["x"], kind=["score"], value=values)
        with pytest.raises(InputError, match="column value holds floating-point numbers"):
            read(path)
    path = written(tmp_path, id=["a"], competition=["x"], kind=["score"], value=[[1]])
    with pytest.raises(InputError, match="column value holds values of the type list"):
        read(path)


def test_columns_that_are_not_those_of_a_log(tmp_path: Path) -> None:
    log = read(written(tmp_path, id=["a"], kind=["score"]))
    assert [(r.rule, r.field) for r in log.rejected] == [("header", "")]
    assert "competition" in log.rejected[0].message.say()


def test_damaged_files(tmp_path: Path) -> None:
    events = [score(number, f"{number % 90}.5", note=f"{number:09}") for number in range(1, 6000)]
    good, bad = tmp_path / "good.parquet", tmp_path / "bad.parquet"
    before, parquet.ROWS = parquet.ROWS, 1000
    try:
        write_parquet(read(events), good)
    finally:
        parquet.ROWS = before
    content = good.read_bytes()
    for damaged in (content[:-100], content[: len(content) // 2], b"PAR1", b"", b"no Parquet at all" * 9):
        bad.write_bytes(damaged)
        with pytest.raises(InputError, match=r"bad\.parquet is not a whole file of Parquet"):
            read(bad)
    place = pq.ParquetFile(good).metadata.row_group(3).column(1).data_page_offset + 2000
    bad.write_bytes(content[:place] + bytes((content[place] ^ 255,)) + content[place + 1 :])
    with pytest.raises(InputError, match=r"bad\.parquet: the rows from 3001 on are damaged") as caught:
        read(bad)
    assert "bad.parquet" in caught.value.say("zh")
    assert read_part(Part(str(bad), 0, 3000)).size == 3000
    with pytest.raises(InputError, match="there is no such file"):
        read(tmp_path / "none.parquet")


def test_files_with_other_columns_make_one_log(tmp_path: Path) -> None:
    paths = []
    for number, columns in enumerate(({"judge": ["J1"], "value": ["1.5"]}, {"value": pa.array([Decimal("2.5")]), "round": ["1"]})):
        paths.append(tmp_path / f"{number}.parquet")
        pq.write_table(pa.table({"seq": [number], "id": [f"e{number}"], "competition": ["x"], "kind": ["score"], **columns}), paths[-1])
    log = read(paths)
    assert log.rejected == []
    assert log.frames["score"].columns["value"].decode() == ["1.5", "2.5"]
    assert log.frames["score"].columns["round"].decode() == [None, "1"]


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, id=["a"], competition=["x"], kind=["score"])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for call in (lambda: read(path), lambda: write_parquet(read([score(1)]), path)):
        with pytest.raises(InputError, match=r"scoring-engine\[parquet\]"):
            call()


def test_pandas_is_not_loaded(tmp_path: Path) -> None:
    write_parquet(read([score(number) for number in range(1, 9)]), tmp_path / "log.parquet")
    code = f"from scoring_engine.events.reading import read; print(read({str(tmp_path / 'log.parquet')!r}).size); "
    code += "import sys; print('pandas' in sys.modules, 'pyarrow' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["8", "False", "True"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.parquet"
    write_parquet(read([score(1)]), path)
    before = path.read_bytes()

    def full(*args: Any, **options: Any) -> None:
        Path(args[1]).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match="No space"):
        write_parquet(read([score(2)]), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert np.array_equal(read(path).seq, [1])
