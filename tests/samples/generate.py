"""Writes the sample logs: `sample_events/talk.jsonl`, `season.jsonl` and `messy.jsonl`.

    python -m tests.samples.generate        (from the top of the checkout)

They pin the rulebooks by hash, so they are written anew when a rulebook has changed; `tests.samples.oracle` then writes the
expected tables anew.
"""

from __future__ import annotations

from tests.samples import messy, season, talk
from tests.samples.writing import ROOT

SAMPLES = ("talk", "season", "messy")


def data(name: str) -> bytes:
    """The bytes of one sample log."""
    if name == "messy":
        return messy.data()
    lines = talk.lines() if name == "talk" else season.lines()
    return ("\n".join(lines) + "\n").encode()


def main() -> None:
    """Writes all of them."""
    for name in SAMPLES:
        (ROOT / "sample_events" / f"{name}.jsonl").write_bytes(data(name))


if __name__ == "__main__":
    main()
