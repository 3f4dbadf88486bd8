"""What the reading of a small log takes, and what it leaves to the general readers."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring_engine.single.reading import is_day, read
from scoring_engine.single.unsure import Unsure

MARK = '{"seq": 2, "id": "b", "at": "2024-10-11T09:31:02.125Z", "competition": "K", "kind": "score", "judge": "J", "value": 92.50, "n": 7}'


def events(folder: Path, text: str, name: str = "log.jsonl") -> list[tuple[int, str, str, dict[str, str]]]:
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return [(event.seq, event.id, event.kind, event.fields) for event in read(str(folder / name))]


def test_events_stand_in_the_order_of_their_seq(tmp_path: Path) -> None:
    voided = '{"id": "a", "seq": 1, "competition": "K", "kind": "voided", "event": "x", "reason": "\\u4e2d", "device": null}'
    expected = [
        (1, "a", "voided", {"event": "x", "reason": "中"}),
        (2, "b", "score", {"judge": "J", "value": "92.5"}),
    ]
    assert events(tmp_path, f"{MARK}\n{voided}\n") == expected
    assert events(tmp_path, f"\ufeff{MARK}\r\n{voided}") == expected


def test_lines_of_csv(tmp_path: Path) -> None:
    text = 'id,competition,kind,judge,value,name\r\na,K,score,J,92.50,\r\nb,K,judge,J,,"Li, Na"\r\n'
    assert events(tmp_path, text, "log.csv") == [
        (1, "a", "score", {"judge": "J", "value": "92.5"}),
        (2, "b", "judge", {"judge": "J", "name": "Li, Na"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        MARK + MARK,
        MARK + "\n\n" + MARK.replace('"b"', '"c"').replace("2,", "3,"),
        MARK + "\n" + MARK,
        MARK.replace('"K"', '""'),
        MARK.replace('"K"', "7"),
        MARK.replace("92.50", '"92.50"'),
        MARK.replace("92.50", "true"),
        MARK.replace("92.50", "1e99"),
        MARK.replace("92.50", "NaN"),
        MARK.replace('"J"', '"\\u0000"'),
        MARK.replace('"J"', '"\\ud800"'),
        MARK.replace('"J"', '["J"]'),
        MARK.replace('"score"', '"scores"'),
        MARK.replace("Z", ""),
        MARK.replace("10-11", "13-11"),
        MARK.replace('"n"', '"judge"'),
        MARK.replace('"seq": 2', '"seq": 2.5'),
        f"[{MARK}]",
    ],
)
def test_what_is_odd_is_left_to_the_general_reader(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unsure):
        events(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "id,competition,kind\na,K,judge,J\n",
        "id,competition,kind,id\na,K,judge,a\n",
        "id,competition,kind,value\na,K,score,07\n",
        'id,competition,kind,name\na,K,judge,"Li\nNa"\n',
        'id,competition,kind,name\na,K,judge,5" x\n',
        "id,competition,kind\na,K,judge\n\n",
    ],
)
def test_odd_rows_are_left_to_the_general_reader(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unsure):
        events(tmp_path, text, "log.csv")


def test_days() -> None:
    assert all(map(is_day, ("2024-02-29", "2000-02-29", "2023-12-31")))
    assert not any(map(is_day, ("2023-02-29", "1900-02-29", "2024-04-31", "2024-00-01", "2024-1-01", "0000-01-01", "２024-01-01", "")))
