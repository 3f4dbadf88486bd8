"""Writes the sample logs: `sample_events/talk.jsonl` and `sample_events/season.jsonl`.

    python -m tests.samples.generate        (from the top of the checkout)

They pin the rulebooks by hash, so they are written anew when a rulebook has changed; `tests.samples.oracle` then writes the
expected tables anew.
"""

from __future__ import annotations

from tests.samples import season, talk
from tests.samples.writing import ROOT

SAMPLES = {"talk": talk.lines, "season": season.lines}


def text(name: str) -> str:
    """The text of one sample log."""
    return "\n".join(SAMPLES[name]()) + "\n"


def main() -> None:
    """Writes all of them."""
    for name in SAMPLES:
        (ROOT / "sample_events" / f"{name}.jsonl").write_text(text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
