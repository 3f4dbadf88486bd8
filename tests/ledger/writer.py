"""A program that writes to a ledger until it is ended: python -m tests.ledger.writer URL PREFIX THREADS

Each thread appends two events at a time and, when that returns, writes a line with their ids and seqs to standard output.
"""

from __future__ import annotations

import os
import sys
import threading

from scoring_engine.events.ledger import open_ledger
from scoring_engine.events.ledger.store import Store
from tests.ledger.build import mark


def work(store: Store, prefix: str) -> None:
    number = 0
    while True:
        number += 1
        pair = [mark(0, id=f"{prefix}-{number}{half}", comment="点评" * 100, half=half) for half in "ab"]
        done = store.append(pair)
        os.write(1, (" ".join(f"{appended.id}={appended.seq}" for appended in done) + "\n").encode())  # one write: lines do not mix


def main(url: str, prefix: str, threads: int) -> None:
    store = open_ledger(url, create=True)
    for thread in range(threads):
        threading.Thread(target=work, args=(store, f"{prefix}-{thread}")).start()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
