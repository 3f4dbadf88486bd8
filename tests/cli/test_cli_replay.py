"""The commands over real rulebooks and logs, as processes of their own where it matters."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from scoring_engine.cli.main import main

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


@pytest.fixture
def short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a rulebook and a log; commands are run in it."""
    for name in ("short.yaml", "short.csv"):
        (tmp_path / name).write_bytes((HERE / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCORING_ENGINE_LANG", "en")
    monkeypatch.setenv("SCORING_ENGINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("SCORING_ENGINE_DEBUG", raising=False)
    return tmp_path


def result(capsys: pytest.CaptureFixture[str], *args: str) -> dict:
    assert main(["replay", *args, "--ruleset", "short.yaml", "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_out_writes_the_four_files_and_says_so(short, capsys):
    assert main(["replay", "short.csv", "--ruleset", "short.yaml", "--out", "out"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("wrote out")
    assert [(r["contestant"], r["rank"], r["total"], r["decided_by"]) for r in rows(short / "out" / "standings.csv")] == [
        ("B", "1", "90.40", "content"),
        ("A", "2", "90.40", "content"),
        ("C", "3", "90.30", "total"),
    ]
    (decision,) = rows(short / "out" / "decisions.csv")
    assert {key: decision[key] for key in ("competition", "contestant", "rule", "consequence", "value", "to", "ref")} == {
        "competition": "talks",
        "contestant": "B",
        "rule": "winner",
        "consequence": "certificate",
        "value": "",
        "to": "",
        "ref": "clause 4",
    }
    assert rows(short / "out" / "rejected.csv") == []
    whole = json.loads((short / "out" / "result.json").read_text(encoding="utf-8"))
    assert {"ruleset", "log", "digest"} <= set(whole)


def test_csv_on_standard_output_is_the_standings_file(short, capsys):
    assert main(["replay", "short.csv", "--ruleset", "short.yaml", "--out", "out"]) == 0
    assert main(["replay", "short.csv", "--ruleset", "short.yaml", "--format", "csv"]) == 0
    assert capsys.readouterr().out.endswith((short / "out" / "standings.csv").read_text(encoding="utf-8"))
    capsys.readouterr()


def test_the_bulk_form_of_one_competition_has_the_same_tables(short, capsys):
    assert main(["replay", "short.csv", "--ruleset", "short.yaml", "--out", "out"]) == 0
    assert main(["replay", "short.csv", "--ruleset", "short.yaml", "--out", "parts", "--format", "csv", "--lang", "en"]) == 0
    _, err = capsys.readouterr()
    assert err.endswith("wrote parts: 1 competitions of 26 events, 0 not admitted\n")
    for name in ("standings.csv", "decisions.csv", "rejected.csv"):
        assert (short / "parts" / name).read_bytes() == (short / "out" / name).read_bytes()


def test_order_of_lines_double_delivery_form_and_engine_change_no_digest(short, capsys):
    header, *lines = (short / "short.csv").read_text(encoding="utf-8").splitlines()
    plain = result(capsys, "short.csv")
    twice = lines * 2
    # Without seq the order of the lines is the order of the events, so each line is numbered before they are mixed.
    numbered = [f"{line},{line.partition(',')[0]}" for line in twice]
    random.Random(7).shuffle(numbered)
    (short / "mixed.csv").write_text("\n".join([f"{header},seq", *numbered]) + "\n", encoding="utf-8")
    names = header.split(",")
    with open(short / "short.jsonl", "w", encoding="utf-8") as file:
        for line in lines:
            event = {name: cell for name, cell in zip(names, line.split(","), strict=True) if cell}
            if "value" in event:
                event["value"] = float(event["value"])
            file.write(json.dumps(event) + "\n")
    for args in (["mixed.csv"], ["short.jsonl"], ["short.csv", "--engine", "rete"], ["short.csv", "--engine", "columnar"]):
        other = result(capsys, *args)
        assert (other["digest"], other["log"]) == (plain["digest"], plain["log"]), args


def test_until_shows_an_earlier_state(short, capsys):
    before = result(capsys, "short.csv", "--until", "25")
    assert [(row["contestant"], row["total"]) for row in before["standings"]] == [("C", "92.80"), ("B", "90.40"), ("A", "90.40")]
    assert main(["replay", "short.csv", "--ruleset", "short.yaml", "--until", "yesterday"]) == 1
    assert "yesterday" in capsys.readouterr().err


def test_a_rejected_event_is_listed_and_stops_only_the_strict(short, capsys):
    with open(short / "short.csv", "a", encoding="utf-8") as file:
        file.write("27,score,talks,,,A,,J1,content,101,\n28,score,talks,,,Z,,J1,content,90,\n")
    assert main(["replay", "short.csv", "--ruleset", "short.yaml"]) == 0
    out = capsys.readouterr().out
    assert "━━ 2 events rejected ━━" in out
    assert "   1  B           李文" in out
    assert main(["replay", "short.csv", "--ruleset", "short.yaml", "--strict", "--out", "out"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("short.csv:28: event 27 is not admitted: ")
    assert not (short / "out").exists()


def test_standard_input_is_a_log(short):
    done = subprocess.run(
        [sys.executable, "-m", "scoring_engine", "replay", "-", "--ruleset", "short.yaml", "--format", "csv"],
        cwd=short,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        input=(short / "short.csv").read_bytes(),
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().splitlines()[1].startswith("talks,final,,B,李文,1,ranked,90.40")


def test_a_small_replay_imports_nothing_slow(short, capsys):
    assert main(["replay", "short.csv", "--ruleset", "short.yaml"]) == 0  # the rulebook is compiled and kept
    code = (
        "import json, sys\nfrom scoring_engine.cli.main import main\n"
        "code = main(['replay', 'short.csv', '--ruleset', 'short.yaml', '--out', 'out', '--format', 'table'])\n"
        "print(json.dumps([code, sorted(sys.modules)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=short, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    assert "numpy" in modules
    assert not {"pydantic", "yaml", "pandas", "rich", "decimal", "fractions", "pathlib", "logging", "asyncio"} & set(modules)


BAD = {
    "empty": b"",
    "blank lines": b"\n\n\n",
    "no json": b"this is no log\n",
    "cut off": b'{"id": "1", "kind": "opened", "competi',
    "an array": b"[1, 2, 3]\n",
    "utf-16": '{"id": "1"}\n'.encode("utf-16"),
    "gb18030": '{"id": "1", "name": "东河村"}\n'.encode("gb18030"),
    "nul": b'{"id": "1\x00"}\n',
    "numbers": b'{"id":"1","kind":"score","competition":"talks","contestant":"A","judge":"J1","criterion":"content","value":1e400}\n',
    "nan": b'{"id":"1","kind":"score","competition":"talks","contestant":"A","judge":"J1","criterion":"content","value":NaN}\n',
    "nested": b'{"id":"1","kind":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
    "digits": b'{"id":"1","kind":"score","competition":"talks","value":' + b"9" * 1_000_000 + b"}\n",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_logs_are_lines_and_never_tracebacks(short, capsys, name):
    (short / "bad.jsonl").write_bytes(BAD[name])
    code = main(["replay", "bad.jsonl", "short.csv", "--ruleset", "short.yaml"])
    out, err = capsys.readouterr()
    assert code == 0, err
    assert "Traceback" not in out + err
    assert "   1  B           李文" in out  # the rest is processed
    assert ("rejected" in out) == (BAD[name].strip() != b"")


def test_a_wrong_rulebook_is_1_with_its_line(short, capsys):
    text = (short / "short.yaml").read_text(encoding="utf-8").replace("by: [total, content]", "by: [totl, content]")
    (short / "wrong.yaml").write_text(text, encoding="utf-8")
    for command in (["replay", "short.csv", "--ruleset", "wrong.yaml"], ["check", "wrong.yaml"], ["test", "wrong.yaml"]):
        assert main(command) == 1
        err = capsys.readouterr().err
        assert f"wrong.yaml:{text[: text.index('totl')].count(chr(10)) + 1}:" in err
        assert "total" in err
        assert "Traceback" not in err


def test_a_failing_example_is_1_and_says_what_came_instead(short, capsys):
    text = (short / "short.yaml").read_text(encoding="utf-8").replace("rank: 1, total: 90.40", "rank: 1, total: 90.41")
    (short / "wrong.yaml").write_text(text, encoding="utf-8")
    assert main(["test", "short.yaml"]) == 0
    assert main(["test", "wrong.yaml"]) == 1
    out, err = capsys.readouterr()
    assert "wrong.yaml: 0 examples as written, 1 not" in out
    assert "90.41" in err
    assert "90.40" in err


def test_where_durable_rules_is_missing_the_columnar_engine_decides_and_says_so(short):
    code = (
        "import sys\nsys.modules['durable'] = sys.modules['durable_rules_engine'] = None\n"
        "from scoring_engine.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "replay", "short.csv", "--ruleset", "short.yaml", "--format", "csv"],
        cwd=short,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].startswith("talks,final,,B,李文,1,ranked,90.40")
    assert "durable-rules cannot be used here" in done.stderr
    assert "the columnar engine decides alone" in done.stderr
    assert done.stderr.count("\n") == 1


def test_chinese_where_it_is_asked_for(short, capsys):
    assert main(["replay", "short.csv", "--ruleset", "short.yaml", "--lang", "zh"]) == 0
    assert "名次  选手  名称    最后得分   内容   表达  名次依据" in capsys.readouterr().out
    assert main(["replay", "short.csv", "--ruleset", "short.yaml", "--lang", "zh", "--until", "x"]) == 1
    assert "既不是事件序号也不是时间" in capsys.readouterr().err


def test_demo_prints_the_sample_season(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("SCORING_ENGINE_LANG", "en")
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("$ scoring-engine replay sample_events")
    for word in ("bonus", "bar ", "grade", "cash", "certificate"):
        assert word in out


def test_the_rulebooks_at_hand_are_listed(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main(["rulesets"]) == 0
    out = capsys.readouterr().out
    for path in sorted((ROOT / "rulesets").glob("*.yaml")):
        assert path.name in out


@pytest.mark.parametrize("what", ["ruleset", "events"])
def test_schemas_are_json_schemas(capsys, what):
    assert main(["schema", what]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org/")


def test_the_reference_is_markdown(capsys):
    assert main(["reference"]) == 0
    assert capsys.readouterr().out.startswith("# ")
