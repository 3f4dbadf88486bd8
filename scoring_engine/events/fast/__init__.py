"""Reading large logs in little time: the same log as `events.reading` gives.

What a fast reader takes, it has verified byte by byte; everything else goes to the general reader, line by line.
"""

from scoring_engine.events.fast.parts import Part, read_part

__all__ = ["Part", "read_part"]
