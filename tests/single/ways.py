"""The same log by both ways: the room for one contest, and the general bulk replay."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

from scoring_engine import single
from scoring_engine.cluster import alone, bulk
from scoring_engine.ruleset import store
from scoring_engine.single.unsure import Unsure

FOLDER = "replay"


def why_not(log: Path, rulebooks: Sequence[str], lang: str = "en") -> str:
    """Why the room does not take the log, "" where it does; then all files are those of the general replay, byte for byte."""
    for path in rulebooks:
        store.plan_of(path)  # so that it is in the cache
    if not single.is_small(str(log)):
        return "a large log"
    try:
        single.replay(str(log), rulebooks)
    except Unsure as unsure:
        return unsure.why
    special, general = log.parent / "special", log.parent / "general"
    for folder in (special, general):
        shutil.rmtree(folder, ignore_errors=True)
        (folder / FOLDER).mkdir(parents=True)
    form: Literal["csv", "parquet"] = "parquet" if log.suffix == ".parquet" else "csv"
    manifest = alone.replay([str(log)], str(special / FOLDER), form=form, rulesets=rulebooks, until=None, lang=lang)
    with patch("scoring_engine.cluster.alone.replay", lambda *args, **options: None):
        expected = bulk.run([str(log)], str(general), form, rulesets=rulebooks, lang=lang)
    for folder in (special, general):
        shutil.rmtree(folder / FOLDER)
    assert manifest == expected
    assert contents(special) == contents(general)
    return ""


def contents(folder: Path) -> dict[str, Any]:
    """The bytes of all files of a folder; of tables of Parquet, whose dictionaries may be in another order, what is in them."""
    return {path.name: _table(path) if path.is_dir() else path.read_bytes() for path in sorted(folder.iterdir())}


def _table(folder: Path) -> Any:
    from pyarrow import parquet

    (path,) = folder.iterdir()
    table = parquet.ParquetFile(path).read()
    return path.name, table.schema, table.to_pylist()
