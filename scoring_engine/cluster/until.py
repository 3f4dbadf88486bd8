"""`--until N` for logs whose events have no seq of their own: it counts from the beginning of the log, a part from its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scoring_engine.events.times import moment

if TYPE_CHECKING:
    from scoring_engine.cluster.parts import Done, Task


def of_parts(end: str, tasks: Sequence[Task], dones: Mapping[int, Done]) -> dict[int, str]:
    """What `end` is for each of the parts, by number, given what was found out about them. The parts stand in the order of the log;
    events without seq come after all others.

    Raises:
        InputError: `end` is neither a seq nor a time.
    """
    limit = moment(end)
    ends = {task.number: end for task in tasks}
    if isinstance(limit, int):
        before = max((done.last for done in dones.values()), default=0)
        for task in tasks:
            if dones[task.number].loose:
                ends[task.number] = str(limit - before)
                before += dones[task.number].loose
    return ends
