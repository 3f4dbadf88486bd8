"""`--until N` for logs whose events have no seq of their own: it counts from the beginning of the log, a part from its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scoring_engine.cluster.text import numbered
from scoring_engine.events.times import moment

if TYPE_CHECKING:
    from scoring_engine.cluster.parts import Task
    from scoring_engine.events.log import Log


def of_parts(end: str, tasks: Sequence[Task], read: Callable[[Task], Log]) -> list[str]:
    """What `end` is for each of the parts, which stand in the order of the log. Parts without seq are read, as far as `end` reaches,
    for the numbers of their events; in a log that has both, those without come after all others.

    Raises:
        InputError: a part cannot be read, or `end` is neither a seq nor a time.
    """
    limit = moment(end)
    own = [numbered(task.pieces[0]) for task in tasks]
    if not isinstance(limit, int) or all(own):
        return [end] * len(tasks)
    before = max((int(read(task).seq.max(initial=0)) for task, has in zip(tasks, own, strict=True) if has), default=0)
    ends = []
    for task, has in zip(tasks, own, strict=True):
        ends.append(end if has else str(limit - before))
        before += read(task).size if not has and before < limit else 0
    return ends
