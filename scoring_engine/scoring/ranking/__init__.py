"""Ranking: a chain of links that part level contestants, the rank numbers, and who is first and last.

    history = [start(groups)]
    history.append(by_keys(history[-1], [total_key]))
    history.append(by_countback(history[-1], owner, code))
    standing = settle(history, ties="competition", unresolved="pending")

Plain numpy arrays in and out; nothing is known of rulebooks or events. Arrays are int64 unless said otherwise, smaller
keys are better, and every function gives the same result whatever the order of the rows.
"""

from .classes import WORST, by_keys, level, start
from .standing import Standing, settle

__all__ = ["WORST", "Standing", "by_keys", "level", "settle", "start"]
