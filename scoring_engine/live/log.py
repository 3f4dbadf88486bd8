"""The log of a running competition."""

from __future__ import annotations

from scoring_engine.events.log import Log


class Unhashed(Log):
    """A log whose hash is not taken with every replay: nobody looks at it until somebody asks for the digest."""

    __slots__ = ()

    def sha256(self) -> str:
        """Nothing; `Contest.digest` takes the hash when it is asked for."""
        return ""

    @classmethod
    def of(cls, log: Log) -> Unhashed:
        """The same log; the columns are shared."""
        return cls(
            seq=log.seq, id=log.id, at=log.at, offset=log.offset, competition=log.competition, kind=log.kind, file=log.file,
            files=log.files, line=log.line, frames=log.frames, rejected=log.rejected, duplicates=log.duplicates,
        )  # fmt: skip

    def hashed(self) -> Log:
        """The log whose hash is taken."""
        return Log(
            seq=self.seq, id=self.id, at=self.at, offset=self.offset, competition=self.competition, kind=self.kind, file=self.file,
            files=self.files, line=self.line, frames=self.frames, rejected=self.rejected, duplicates=self.duplicates,
        )  # fmt: skip
