"""1,000 competitions × 20 contestants through each link of a ranking chain, against one full lexicographic sort.

    python benchmarks/ranking.py [COMPETITIONS] [RUNS]

Totals are drawn from few values, so that about half of the rows are level before the link that is timed; the last lines
are a whole chain of three links with ranks and places, which is to stay well under 50 ms.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from scoring_engine.scoring import ranking


def milliseconds(work: Callable[[], Any], runs: int) -> float:
    work()
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken) * 1000


def main(competitions: int, runs: int) -> None:
    field, rounds = 20, 10
    n = competitions * field
    random = np.random.default_rng(7)
    groups = np.repeat(np.arange(competitions), field)
    opened = ranking.start(groups)
    total = random.integers(0, 30, n)
    level = ranking.by_keys(opened, [total])

    owner = np.repeat(np.arange(n), rounds)
    place = random.integers(1, field + 1, n * rounds)
    when = np.tile(np.arange(rounds), n)
    opponent = random.integers(0, field, n * rounds) + owner // field * field
    everybody = list(map(str, range(n)))
    names = list(map(str, range(competitions)))

    def points(counts: np.ndarray) -> list[np.ndarray]:
        return [np.bincount(owner[counts], minlength=n), -np.bincount(owner[counts & (place < 5)], minlength=n)]

    def chain() -> None:
        history = [opened]
        history.append(ranking.by_keys(history[-1], [total]))
        history.append(ranking.by_countback(history[-1], owner, place))
        history.append(ranking.by_lot(history[-1], groups, names, names, everybody))
        ranking.settle(history)
        ranking.places(groups, history[-1])

    links: dict[str, Callable[[], Any]] = {
        "lexsort of rows": lambda: np.lexsort((total, groups)),
        "by_keys, one key": lambda: ranking.by_keys(opened, [total]),
        "by_countback": lambda: ranking.by_countback(level, owner, place),
        "by_countback, three places": lambda: ranking.by_countback(level, owner, place - 1, limit=3),
        "by_sorted_list, latest": lambda: ranking.by_sorted_list(level, owner, place, first="latest", position=when),
        "by_majority": lambda: ranking.by_majority(level, owner, place, rounds),
        "by_majority, all level": lambda: ranking.by_majority(opened, owner, place, rounds),
        "by_mini_table": lambda: ranking.by_mini_table(level, owner, opponent, points, restart="after_split"),
        "by_lot": lambda: ranking.by_lot(level, groups, names, names, everybody),
        "settle": lambda: ranking.settle([opened, level]),
        "places": lambda: ranking.places(groups, level),
        "chain of three links": chain,
    }
    print(f"{n} rows, {len(owner)} pairs, {int(ranking.level(level).sum())} rows level before the link")
    base = None
    for name, work in links.items():
        taken = milliseconds(work, runs)
        base = base or taken
        print(f"{taken:8.2f} ms   ratio {taken / base:6.1f}   {name}")


if __name__ == "__main__":
    given = [int(arg) for arg in sys.argv[1:]]
    main(*(given + [1000, 9][len(given) :]))
