"""`--until` shows the same state however the log is cut."""

from __future__ import annotations

import csv
import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring_engine.cluster import buckets, bulk, planning
from scoring_engine.events.reading import read
from scoring_engine.report.files import table_csv
from scoring_engine.season.replay import replay
from tests.cluster.logs import RULEBOOK, contests, digests, events, season, table, write

pytestmark = pytest.mark.usefixtures("small")


def check(log: Path, out: Path, until: str) -> None:
    """The bulk replay says what the replay of the whole log says."""
    bulk.run([str(log)], str(out), "csv", rulesets=[RULEBOOK], on="local[2]", until=until)
    memory = replay(read(str(log)), [RULEBOOK], until=until, engine="columnar")
    assert digests(out) == dict(memory.digests)
    found = sorted(csv.reader((out / "rejected.csv").read_text(encoding="utf-8").splitlines()))
    assert found == sorted(csv.reader(table_csv(memory.rejected).splitlines()))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6),
    share=st.sampled_from([0, 0.1, 0.9, 1]),
    how=st.sampled_from(["as it is", "by time", "shuffled", "without seq", "mixed, without seq"]),
    ending=st.sampled_from(["jsonl", "csv"]),
    end=st.one_of(
        st.integers(-5, 500).map(str),
        st.sampled_from([f"2024-10-{day}T{hour}:30:00+08:00" for day in (11, 12) for hour in ("08", "09", "10")]),
    ),
    size=st.integers(3000, 60_000),
)
def test_a_moment_is_the_same_for_every_cut(seed: int, share: float, how: str, ending: str, end: str, size: int) -> None:
    draw = random.Random(seed)
    folder = Path(tempfile.mkdtemp())
    try:
        some = events(contests(folder / "log.jsonl", 5, seed, 4, 4))
        days = {f"C{number:05}": draw.choice(["11", "12"]) for number in range(1, 6)}
        for event in some:  # each competition on a day of its own, some events without a time
            event["at"] = str(event["at"]).replace("-11T", f"-{days[str(event['competition'])]}T")
            if draw.random() < share:
                del event["at"]
        if how == "by time":
            some.sort(key=lambda event: str(event.get("at", "")))
            for seq, event in enumerate(some, 1):
                event["seq"] = seq
        elif how in ("shuffled", "mixed, without seq"):
            draw.shuffle(some)
        if "without" in how:
            for event in some:
                del event["seq"]
        log = write(folder / "log.jsonl", some) if ending == "jsonl" else as_csv(folder / "log.csv", some)
        planning.SIZE = buckets.SIZE = size
        check(log, folder / "out", end)
    finally:
        shutil.rmtree(folder)


def as_csv(path: Path, some: list[dict[str, object]]) -> Path:
    names = list(dict.fromkeys(name for event in some for name in event))
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(some)
    return path


def test_events_without_a_time_go_by_those_of_their_own_competition(tmp_path: Path) -> None:
    some = events(contests(tmp_path / "plain.jsonl", 6))
    for event in some:
        number = int(str(event["competition"])[1:])
        event["at"] = str(event["at"]).replace("-11T", f"-{10 + number}T")
    marks = [event for event in some if event["kind"] == "score"]
    for event in marks[::3]:
        del event["at"]
    log = write(tmp_path / "log.jsonl", [*some[400:], *some[:400]])  # what is later in the log is earlier in time
    check(log, tmp_path / "out", "2024-10-13T10:00:00+08:00")
    held = read(str(log)).until("2024-10-13T10:00:00+08:00")
    whole = {name: sum(event["competition"] == name for event in some) for name in ("C00001", "C00002", "C00003")}
    found = {name: held.competition.decode().count(name) for name in whole}
    assert found["C00001"] == whole["C00001"]
    assert found["C00002"] == whole["C00002"]
    assert 0 < found["C00003"] < whole["C00003"]
    assert set(held.competition.texts) <= {f"C0000{number}" for number in range(1, 7)}


def test_the_number_of_an_event_counts_from_the_top_of_the_log(tmp_path: Path) -> None:
    some = events(contests(tmp_path / "plain.jsonl", 8))
    for event in some:
        del event["seq"]
    log = write(tmp_path / "log.jsonl", some)
    for end in ("0", "3", "700", str(len(some) - 1), "100000"):
        check(log, tmp_path / "out", end)
    bulk.run([str(log)], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on="local[2]", until="700")
    manifest = bulk.run([str(log)], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on="local[2]", until="700")
    assert manifest["events"] == 700


def test_a_season_at_a_moment(tmp_path: Path) -> None:
    log = season(tmp_path / "log.jsonl", 3)
    check(log, tmp_path / "out", "2024-10-11T13:30:00+08:00")
    check(log, tmp_path / "out", "600")


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("first", ["numbered", "loose"])
@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_log_of_which_one_file_has_no_seq(tmp_path: Path, shared: bool, first: str, ending: str) -> None:
    some = events(contests(tmp_path / "plain.jsonl", 8))
    numbered = [event for number, event in enumerate(some) if (number % 3 if shared else str(event["competition"]) < "C00005")]
    loose = [event for event in some if event not in numbered]
    for seq, event in enumerate(numbered):
        event["seq"] = 100_000 + 3 * seq
    for event in loose:
        del event["seq"]
    marks = [event for event in loose if event["kind"] == "score"]
    marks[-1]["id"] = marks[0]["id"]
    logs = [write(tmp_path / "numbered.jsonl", numbered), (write if ending == "jsonl" else as_csv)(tmp_path / f"loose.{ending}", loose)]
    if first == "loose":
        logs.reverse()
    ends = (None, "100300", str(100_000 + 3 * len(numbered) + 50), "99999999")
    for end in ends:
        bulk.run([str(log) for log in logs], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on="local[2]", until=end)
        memory = replay(read(list(map(str, logs))), [RULEBOOK], until=end, engine="columnar")
        assert digests(tmp_path / "out") == dict(memory.digests)
        found = sorted(csv.reader((tmp_path / "out" / "rejected.csv").read_text(encoding="utf-8").splitlines()))
        assert found == sorted(csv.reader(table_csv(memory.rejected).splitlines())), end


def told_together(logs: list[Path], out: Path, until: str | None) -> None:
    """The bulk replay of several files says what the replay of all of them says."""
    bulk.run([str(log) for log in logs], str(out), "csv", rulesets=[RULEBOOK], on="local[2]", until=until)
    memory = replay(read(list(map(str, logs))), [RULEBOOK], until=until, engine="columnar")
    assert digests(out) == dict(memory.digests)
    found = sorted(csv.reader((out / "rejected.csv").read_text(encoding="utf-8").splitlines()))
    assert found == sorted(csv.reader(table_csv(memory.rejected).splitlines()))


def without_seq(some: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{name: value for name, value in event.items() if name != "seq"} for event in some]


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("far", [False, True])
def test_an_event_that_is_delivered_again_takes_a_number_and_counts_once(tmp_path: Path, far: bool, shuffled: bool) -> None:
    some = without_seq(events(contests(tmp_path / "plain.jsonl", 6)))
    if shuffled:
        random.Random(3).shuffle(some)
    again = [*some[:50], *some[40:46], *some[50:], *([] if not far else some[60:65])]
    other = {**some[70], "reason": "another"}
    log = write(tmp_path / "log.jsonl", [*again[:300], other, *again[300:]])
    for end in ("52", "299", "301", str(len(some)), str(len(some) + 6), "100000"):
        check(log, tmp_path / "out", end)
    held = read(str(log)).until("400")
    first = dict.fromkeys(str(event["id"]) for event in [*again[:300], other, *again[300:]][:400])
    assert set(held.id) == set(first)


def test_numbers_of_events_that_are_delivered_again_do_not_depend_on_other_files(tmp_path: Path) -> None:
    some = events(contests(tmp_path / "plain.jsonl", 2))
    numbered = [event for event in some if event["competition"] == "C00001"]
    loose = without_seq([event for event in some if event["competition"] == "C00002"])
    loose = [*loose[:9], *loose[4:6], *loose[9:]]
    found = []
    for step in (1, 1000):
        for seq, event in enumerate(numbered, 1):
            event["seq"] = step * seq
        logs = [write(tmp_path / "numbered.jsonl", numbered), write(tmp_path / "loose.jsonl", loose)]
        log = read(list(map(str, logs)))
        found.append((log.seq[log.competition.codes == log.competition.texts.index("C00002")] - step * len(numbered)).tolist())
    assert found[0] == found[1] == [*range(1, 10), *range(12, len(loose) + 1)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6),
    shape=st.sampled_from(
        ["a stray first", "a competition without", "some without", "a blank line first", "an empty column", "an odd header"]
    ),
    ending=st.sampled_from(["jsonl", "csv"]),
    shuffled=st.booleans(),
    end=st.one_of(st.none(), st.integers(-5, 500).map(str)),
    size=st.integers(3000, 60_000),
)
def test_what_has_a_seq_is_found_out_by_file(seed: int, shape: str, ending: str, shuffled: bool, end: str | None, size: int) -> None:
    """Whether events without seq count, and as what, does not depend on the parts in which they stand."""
    draw = random.Random(seed)
    folder = Path(tempfile.mkdtemp())
    try:
        some = events(contests(folder / "plain.jsonl", 4, seed, 4, 4))
        files = [some[:150], some[150:]] if draw.random() < 0.5 else [some]
        logs = []
        for number, own in enumerate(files):
            bare = dict(own[-1], id="stray", competition=draw.choice(["C00001", "C00004", "C00009"]))
            if shuffled:
                draw.shuffle(own)
            if draw.random() < 0.3:
                own.insert(draw.randrange(len(own)), dict(draw.choice(own), judge="J9"))
            if shape == "a stray first":
                own.insert(draw.randrange(len(own)), bare)
                del bare["seq"]
            elif shape == "a competition without":
                own[:] = [dict(event, seq=None) if event["competition"] == "C00003" else event for event in own]
            elif shape == "some without":
                own[:] = [dict(event, seq=None) if draw.random() < 0.02 else event for event in own]
            elif shape == "an empty column":
                own[:] = [dict(event, seq=None) for event in own]
            path = folder / f"log-{number}.{ending}"
            (write if ending == "jsonl" else as_csv)(path, own)
            text = path.read_text(encoding="utf-8")
            if shape == "a blank line first" and ending == "jsonl":
                path.write_text("\n" + text, encoding="utf-8")
            elif shape == "an odd header" and ending == "csv":
                header, _, rest = text.partition("\n")
                path.write_text(header.replace(",", " , ") + "\n" + rest, encoding="utf-8")
            logs.append(path)
        planning.SIZE = buckets.SIZE = size
        told_together(logs, folder / "out", end)
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("end", [None, "400", "560", "2024-10-11T10:00:00+08:00"])
def test_a_rejected_line_keeps_the_seq_that_it_gives_where_others_have_none(tmp_path: Path, end: str | None) -> None:
    some = without_seq(events(contests(tmp_path / "plain.jsonl", 4)))
    del some[550]["id"]
    some[550]["seq"] = 500
    told_together([write(tmp_path / "log.jsonl", some)], tmp_path / "out", end)


def test_events_without_seq_in_a_part_of_their_own_are_rejected_where_others_of_the_file_have_one(tmp_path: Path) -> None:
    some = events(contests(tmp_path / "plain.jsonl", 4))
    lacking = [event for event in some if event["competition"] == "C00003"]
    for event in lacking:
        del event["seq"]
    log = write(tmp_path / "log.jsonl", some)
    manifest = bulk.run([str(log)], str(tmp_path / "out"), "csv", rulesets=[RULEBOOK], on="local[2]")
    assert len(manifest["parts"]) > 2
    lines = [line for line, event in enumerate(some, 1) if event["competition"] == "C00003"]
    assert sorted(int(row["line"]) for row in table(tmp_path / "out", "rejected") if row["rule"] == "missing") == lines
    assert {row["id"] for row in table(tmp_path / "out", "competitions")} == {"C00001", "C00002", "C00004"}
    check(log, tmp_path / "again", "500")
