"""Writes the sample logs of the documents and their expected tables.

    python -m tests.documents.generate        (from the top of the checkout)

The logs pin the rulebooks by hash, so they are written anew when a rulebook has changed. The tables come from the oracles.
"""

from __future__ import annotations

from types import ModuleType

from tests.documents import (
    capability_drive_log,
    capability_drive_oracle,
    grand_discussion_log,
    grand_discussion_oracle,
    learning_organs_log,
    learning_organs_oracle,
    three_basics_log,
    three_basics_oracle,
)
from tests.documents.plain import DECISION, EXPECTED, ROOT, books, standings, table

SAMPLES: dict[str, tuple[ModuleType, ModuleType]] = {
    "capability_drive": (capability_drive_log, capability_drive_oracle),
    "learning_organs": (learning_organs_log, learning_organs_oracle),
    "grand_discussion": (grand_discussion_log, grand_discussion_oracle),
    "three_basics": (three_basics_log, three_basics_oracle),
}


def log(name: str) -> str:
    """The text of a sample log."""
    return "\n".join(SAMPLES[name][0].lines()) + "\n"


def expected(name: str, text: str) -> dict[str, str]:
    """The texts of the expected tables of a log, by the name of their file."""
    rows, decisions, rejected = SAMPLES[name][1].tables(books(text))
    return {
        "standings.csv": standings(rows),
        "decisions.csv": table(DECISION, decisions),
        "rejected.csv": table(("id", "rule"), rejected.items()),
    }


def main() -> None:
    """Writes all of them."""
    for name in SAMPLES:
        text = log(name)
        (ROOT / "sample_events" / f"{name}.jsonl").write_text(text, encoding="utf-8")
        folder = EXPECTED / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in expected(name, text).items():
            (folder / file).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
