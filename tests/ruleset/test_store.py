"""Finding rulebooks, and the cache of their plans."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from scoring_engine.ruleset import store
from scoring_engine.ruleset.diagnostics import RulesetError
from tests.ruleset.rulebooks import TALK, changed


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, and a working directory without rulebooks."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("SCORING_ENGINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def write(path: Path, id: str = "talk", version: str = "1") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TALK.replace("id: talk", f"id: {id}").replace('version: "1"', f'version: "{version}"'), "utf-8")
    return str(path)


def test_a_plan_is_kept_and_is_the_same(tmp_path: Path, cache: Path) -> None:
    path = write(tmp_path / "talk.yaml")
    first = store.plan_of(path)
    assert len(list(cache.iterdir())) == 1
    assert store.plan_of(path) == first
    assert first["file"] == path
    assert first["sha256"] == sha256(Path(path).read_bytes()).hexdigest()


def test_the_same_rulebook_elsewhere_is_the_same_plan(tmp_path: Path, cache: Path) -> None:
    one, two = write(tmp_path / "one.yaml"), write(tmp_path / "two.yaml")
    assert store.plan_of(one)["sha256"] == store.plan_of(two)["sha256"]
    assert store.plan_of(two)["file"] == two
    assert len(list(cache.iterdir())) == 1


def test_a_changed_rulebook_is_compiled_again(tmp_path: Path) -> None:
    path = write(tmp_path / "talk.yaml")
    store.plan_of(path)
    Path(path).write_text(changed("value: 3", "value: 5"), "utf-8")
    assert store.plan_of(path)["params"]["leading"]["values"] == [["", ["num", 5, 0]]]


@pytest.mark.parametrize("damage", [b"", b"x", b'{"format": "plan/1"}', b"\xff\x00\n{}"])
def test_a_damaged_cache_is_compiled_again(tmp_path: Path, cache: Path, damage: bytes) -> None:
    path = write(tmp_path / "talk.yaml")
    first = store.plan_of(path)
    (kept,) = cache.iterdir()
    kept.write_bytes(damage)
    assert store.plan_of(path) == first
    assert kept.read_bytes() != damage


def test_a_changed_byte_in_the_cache_is_noticed(tmp_path: Path, cache: Path) -> None:
    path = write(tmp_path / "talk.yaml")
    first = store.plan_of(path)
    (kept,) = cache.iterdir()
    kept.write_bytes(kept.read_bytes().replace(b'["num",3,0]', b'["num",4,0]'))
    assert store.plan_of(path) == first


def test_other_code_does_not_use_the_plan(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "talk.yaml")
    store.plan_of(path)
    monkeypatch.setattr(store, "_engine", lambda: "0" * 64)
    store.plan_of(path)
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("word", ["off", "0"])
def test_no_cache_where_it_is_switched_off(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("SCORING_ENGINE_CACHE", word)
    store.plan_of(write(tmp_path / "talk.yaml"))
    assert not cache.exists()
    assert store.cache_directory() is None


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCORING_ENGINE_CACHE", str(tmp_path / "file" / "cache"))
    assert store.plan_of(write(tmp_path / "talk.yaml"))["id"] == "talk"


def test_the_oldest_plans_go_first(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_KEPT", 2)
    for version in ("1", "2", "3"):
        store.plan_of(write(tmp_path / "talk.yaml", version=version))
        for i, kept in enumerate(sorted(cache.iterdir(), key=lambda p: p.stat().st_mtime_ns)):
            os.utime(kept, ns=(i, i))
    kept_versions = [json.loads(path.read_bytes().split(b"\n", 1)[1])["version"] for path in cache.iterdir()]
    assert sorted(kept_versions) == ["2", "3"]


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCORING_ENGINE_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert store.cache_directory() == "/x/scoring-engine"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/a")
    assert store.cache_directory() == "/home/a/.cache/scoring-engine"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert store.cache_directory() == "/home/a/Library/Caches/scoring-engine"


def test_errors_come_all_at_once_and_are_not_kept(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "talk.yaml"
    path.write_text(changed("mode: half_up", "mode: up").replace("rank <= params.leading", "rnk <= params.leading"), "utf-8")
    with pytest.raises(RulesetError) as raised:
        store.plan_of(str(path))
    assert [d.code for d in raised.value.diagnostics] == ["E204", "E301"]
    assert not cache.exists()


def test_a_warning_of_the_linter_does_not_stop_a_replay(tmp_path: Path) -> None:
    path = tmp_path / "talk.yaml"
    path.write_text(changed("        ref: §4\n        when", "        when"), "utf-8")
    assert store.plan_of(str(path))["id"] == "talk"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        store.plan_of(str(tmp_path / "none.yaml"))


def test_find_in_the_order_of_places(tmp_path: Path) -> None:
    here = write(tmp_path / "here" / "rulesets" / "deep" / "a.yaml")
    assert store.find("talk") == os.path.join("rulesets", "deep", "a.yaml")
    given = write(tmp_path / "given" / "b.yml")
    assert store.find("talk", [str(tmp_path / "given")]) == given
    assert store.find("talk", [given]) == given
    assert store.find("none") is None
    assert os.path.samefile(here, store.find("talk", [str(tmp_path / "nowhere")]) or "")


def test_find_by_version_and_by_digest(tmp_path: Path) -> None:
    paths = {version: write(tmp_path / "given" / f"{version}.yaml", version=version) for version in ("2024.9", "2024.10", "2023.12")}
    search = [str(tmp_path / "given")]
    assert store.find("talk", search) == paths["2024.10"]  # the highest: 10 comes after 9
    assert store.find("talk", search, "2023.12") == paths["2023.12"]
    assert store.find("talk", search, "1999") == paths["2024.10"]  # not there: the replay says so on the result
    digest = store.plan_of(paths["2024.9"])["sha256"]
    assert store.find("talk", search, "2024.10", digest) == paths["2024.9"]


def test_listing(tmp_path: Path) -> None:
    write(tmp_path / "given" / "a.yaml", "one", "3")
    write(tmp_path / "given" / "b.yaml", "two")
    (tmp_path / "given" / "c.yaml").write_text("no rulebook")
    (tmp_path / "given" / "d.txt").write_text("id: three")
    found = [(f.id, f.version) for f in store.listing([str(tmp_path / "given")]) if str(tmp_path) in f.path]
    assert found == [("one", "3"), ("two", "1")]


@pytest.mark.parametrize(
    ("head", "id", "version"),
    [
        ("id: talk # a comment\nversion: 2024.1\n", "talk", "2024.1"),
        ("\ufeffid: 'talk'\nversion: \"1\"  # x\n", "talk", "1"),
        ("# " + "x" * 9000 + "\nid: talk\r\nversion: 3\r\n", "talk", "3"),
        ("label:\n  id: other\nid: talk\n", "talk", ""),
    ],
)
def test_the_identity_is_read_from_the_lines(tmp_path: Path, head: str, id: str, version: str) -> None:
    path = tmp_path / "given" / "a.yaml"
    path.parent.mkdir()
    path.write_bytes(head.encode())
    (found,) = [f for f in store.listing([str(path.parent)]) if str(tmp_path) in f.path]
    assert found == (id, version, str(path))


def test_the_rulebooks_of_the_checkout_are_found() -> None:
    assert {"skills-contest", "year-end", "talk-contest"} <= {found.id for found in store.listing()}


def test_a_plan_from_the_cache_needs_no_heavy_imports(tmp_path: Path) -> None:
    path = write(tmp_path / "talk.yaml")
    store.plan_of(path)
    code = f"""
import sys
from scoring_engine.ruleset.store import plan_of, find
assert plan_of({path!r})["id"] == "talk"
find("talk")
heavy = {{"pydantic", "yaml", "re", "scoring_engine.ruleset.models", "dataclasses", "decimal", "fractions", "pathlib", "logging"}}
print(sorted(heavy & set(sys.modules)))
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert set(eval(done.stdout)) <= {"re"}  # json imports re
