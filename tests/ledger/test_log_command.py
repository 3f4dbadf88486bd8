"""`scoring-engine log`: a ledger checked, written to a file, and made from one."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from scoring_engine.cli.main import main
from scoring_engine.events.errors import InputError
from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.reading import read
from tests.ledger.build import chained, mark

ROOT = Path(__file__).parents[2]
AT = "2024-10-11T12:00:00+08:00"
EVENTS = [mark(number, at=AT, comment="“清楚”\t点评") for number in range(1, 31)]


@pytest.fixture
def ledger(url: str) -> str:
    with open_ledger(url, create=True) as store:
        store.append(EVENTS)
    return url


def test_verify_prints_the_count_and_the_hash(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    hash = chained(EVENTS).hex()
    assert main(["log", "verify", ledger]) == 0
    out = capsys.readouterr().out
    assert "30 events" in out
    assert hash in out
    assert main(["log", "verify", ledger, "--head", chained(EVENTS[:7]).hex()]) == 0
    assert main(["log", "verify", ledger, "--head", "ab" * 32]) == 1
    assert "ab" * 32 in capsys.readouterr().err
    assert main(["log", "verify", ledger, "--head", "abc"]) == 2


def test_verify_and_export_name_the_first_event_that_is_not_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "contest.db"
    with open_ledger(path, create=True) as store:
        store.append(EVENTS)
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER events_are_not_changed")
    connection.execute("UPDATE events SET body = replace(body, 'J1', 'J2') WHERE seq IN (12, 20)")
    connection.commit()
    connection.close()
    assert main(["log", "verify", str(path)]) == 1
    err = capsys.readouterr().err
    assert "event 12 (e12)" in err
    assert "Traceback" not in err
    assert main(["log", "export", str(path)]) == 1
    out, err = capsys.readouterr()
    assert "event 12 (e12)" in err
    assert len(out.splitlines()) == 30  # what is there is exported all the same
    assert main(["log", "verify", str(path), "--lang", "zh"]) == 1
    assert "12" in capsys.readouterr().err


def test_export_then_import_gives_the_same_events_and_the_same_digests(ledger: str, tmp_path: Path) -> None:
    out, copy, again = tmp_path / "log.jsonl", str(tmp_path / "copy.db"), tmp_path / "again.jsonl"
    assert main(["log", "export", ledger, "--out", str(out)]) == 0
    assert [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] == [
        {"seq": seq, **event} for seq, event in enumerate(EVENTS, 1)
    ]
    assert main(["log", "import", copy, str(out), "--head", chained(EVENTS).hex()]) == 0
    assert main(["log", "export", copy, "--out", str(again)]) == 0
    assert again.read_bytes() == out.read_bytes()
    with open_ledger(ledger) as first, open_ledger(copy) as second:
        assert first.head() == second.head() == (30, chained(EVENTS))
        assert list(first.read()) == list(second.read())
    assert read(ledger).sha256() == read(copy).sha256() == read(out).sha256()


def test_export_to_standard_output_is_the_same_as_to_a_file(ledger: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    out = tmp_path / "log.jsonl"
    assert main(["log", "export", ledger, "--out", str(out)]) == 0
    capfdbinary.readouterr()
    assert main(["log", "export", ledger]) == 0
    assert capfdbinary.readouterr().out == out.read_bytes()


def test_an_export_that_fails_leaves_no_file(tmp_path: Path) -> None:
    assert main(["log", "export", str(tmp_path / "none.db"), "--out", str(tmp_path / "out.jsonl")]) == 1
    assert list(tmp_path.iterdir()) == []


def lines(*events: dict[str, object]) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


NUMBERED = [{"seq": seq, **event} for seq, event in enumerate(EVENTS[:5], 1)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lines(*NUMBERED[:2], *NUMBERED[3:]), "line 3: event 4 stands where 3 is due"),
        (lines(NUMBERED[1], NUMBERED[0]), "line 1: event 2 stands where 1 is due"),
        (lines(*NUMBERED[1:]), "line 1: event 2 stands where 1 is due"),
        (lines(NUMBERED[0], NUMBERED[0]), "line 2: event 1 stands where 2 is due"),
        (lines(NUMBERED[0], EVENTS[1]), "line 2: the event has no seq"),
        (lines(EVENTS[0], NUMBERED[1]), "line 1: the event has no seq"),
        (lines(EVENTS[0], EVENTS[1], EVENTS[0]), "line 3: the id e1 was given on line 1"),
        (lines(EVENTS[0]) + '{"id": "e2", "compet', "line 2"),
        (lines(EVENTS[0]) + "\n\n" + lines({**EVENTS[1], "kind": "skore"}), "line 4"),
        (lines(EVENTS[0], {**EVENTS[1], "id": None}), "line 2"),
    ],
)
def test_what_is_no_whole_log_is_not_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str) -> None:
    file, copy = tmp_path / "log.jsonl", tmp_path / "copy.db"
    file.write_text(content, encoding="utf-8")
    assert main(["log", "import", str(copy), str(file)]) == 1
    err = capsys.readouterr().err
    assert says in err
    assert str(file) in err
    assert not copy.exists()


def test_a_changed_export_is_not_imported_where_its_hash_is_known(tmp_path: Path) -> None:
    file, copy = tmp_path / "log.jsonl", tmp_path / "copy.db"
    file.write_text(lines(*NUMBERED[:3], {**NUMBERED[3], "value": 99}, NUMBERED[4]), encoding="utf-8")
    assert main(["log", "import", str(copy), str(file), "--head", chained(EVENTS[:5]).hex()]) == 1
    assert not copy.exists()


def test_a_log_is_imported_into_a_new_ledger_only(ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text(lines(*NUMBERED), encoding="utf-8")
    assert main(["log", "import", ledger, str(file)]) == 1
    assert "30 events" in capsys.readouterr().err


def test_a_log_without_seq_is_imported_in_the_order_of_its_lines(tmp_path: Path) -> None:
    file, copy = tmp_path / "log.jsonl", str(tmp_path / "copy.db")
    file.write_text("\ufeff" + lines(EVENTS[3], EVENTS[1]) + "\n" + lines(EVENTS[2]), encoding="utf-8")
    assert main(["log", "import", copy, str(file)]) == 0
    with open_ledger(copy) as store:
        assert [event["id"] for event in store.read()] == ["e4", "e2", "e3"]
        assert store.head().hash == chained([EVENTS[3], EVENTS[1], EVENTS[2]])


def test_a_ledger_reads_as_the_log_that_was_written_to_it(url: str) -> None:
    events = [mark(1, at=AT, value=Decimal("92.50")), mark(2, at=AT), mark(3, at=AT, competition="semifinal")]
    with open_ledger(url, create=True) as store:
        store.append(events)
        log = read(url)  # while it is written to
    assert log.sha256() == read([{"seq": seq, **event} for seq, event in enumerate(events, 1)]).sha256()
    assert log.line.tolist() == [1, 2, 3]
    assert not log.rejected


@pytest.mark.parametrize("sample", ["talk.jsonl", "capability_drive.jsonl"])
def test_a_sample_replays_from_a_ledger_as_from_its_file(sample: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = ROOT / "sample_events" / sample
    plain = tmp_path / "in-order.jsonl"  # a ledger numbers from 1
    events = sorted((json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()), key=lambda event: event["seq"])
    distinct = {event["id"]: event for event in reversed(events)}
    ordered = sorted(distinct.values(), key=lambda event: event["seq"])
    plain.write_text(lines(*({**event, "seq": seq} for seq, event in enumerate(ordered, 1))), encoding="utf-8")
    assert main(["log", "import", url, str(plain)]) == 0
    capsys.readouterr()
    assert main(["replay", url, "--format", "csv"]) == 0
    from_ledger = capsys.readouterr().out
    assert main(["replay", str(plain), "--format", "csv"]) == 0
    assert from_ledger == capsys.readouterr().out
    assert len(from_ledger.splitlines()) > 1


def test_a_ledger_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "none.db")
    for args in (["log", "verify", missing], ["log", "export", missing]):
        assert main(args) == 1
        assert missing in capsys.readouterr().err
    assert main(["replay", missing]) == 2
    with pytest.raises(InputError, match="no such ledger"):
        read(missing)
    assert not Path(missing).exists()
