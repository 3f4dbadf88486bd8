"""The manifest of a bulk replay, and how what was made takes its place: whether it was made of many parts or of one contest.

Nothing in the folder asked for changes before all of it is made; then each table takes its place by a rename, and the manifest
comes last.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from scoring_engine.messages import Message

if TYPE_CHECKING:
    from scoring_engine.cluster.parts import Done

FORMAT = "bulk/1"
MANIFEST = "manifest.json"


def manifest_of(
    dones: Sequence[Done], digests: Iterable[bytes], inputs: Sequence[str], tables: Mapping[str, Sequence[str]], lang: str
) -> dict[str, Any]:
    """What the result was made of: parts in their order, `digest_of` each competition, the logs as they were named, the files of
    each table."""
    return {
        "format": FORMAT,
        "digest": sha256(b"".join(sorted(digests))).hexdigest(),  # the same for every partition
        "inputs": [{"file": path, "bytes": os.path.getsize(path) if os.path.exists(path) else None} for path in inputs],
        "rulesets": [{"id": i, "version": v, "sha256": s} for i, v, s in sorted({r for one in dones for r in one.rulesets})],
        "events": sum(one.events for one in dones),
        "competitions": sum(one.competitions for one in dones),
        "rejected": sum(one.rejected for one in dones),
        "shadowed": sum(one.shadowed for one in dones),
        "failed": [
            {"file": f.file, "competitions": list(f.competitions), "message": f.message.say(lang)} for one in dones for f in one.failures
        ],
        "tables": {name: list(files) for name, files in tables.items()},
        "parts": [{"events": one.events, "competitions": one.competitions, "rejected": one.rejected} for one in dones],
    }


def digest_of(name: str, digest: str) -> bytes:
    """The SHA-256 of the line `id digest` of a competition."""
    return sha256(f"{name} {digest}\n".encode()).digest()


def earlier(out: str) -> list[str] | None:
    """The files in the folder `out` that an earlier replay left there, as its manifest lists them; None where there is no manifest.

    Raises:
        BulkError: there is one that no replay has written; who has may still need it.
        OSError: it cannot be read.
    """
    path = os.path.join(out, MANIFEST)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file, suppress(ValueError, KeyError, TypeError, AttributeError):
        found = json.load(file)
        if found["format"] == FORMAT:
            files = [path for paths in found["tables"].values() for path in paths]
            if all({"", ".", ".."}.isdisjoint(path.split("/")) for path in files):
                return files
    from scoring_engine.cluster.bulk import BulkError

    text = "{file} was not written by a replay, which would write one of that name; take it away, or name another folder"
    raise BulkError(Message(text, {"file": path}))


def publish(made: str, out: str, manifest: Mapping[str, Any]) -> None:
    """Writes the manifest to what stands in the folder `made`, and all of it takes the place of what an earlier replay left in `out`;
    its manifest goes first and the new one comes last.

    Raises:
        BulkError: the manifest in `out` is none of an earlier replay.
        OSError: a file cannot be written.
        In both cases what was in `out` before is still there.
    """
    paths = earlier(out)
    with open(os.path.join(made, MANIFEST), "w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=False, indent=1)
        file.write("\n")
    if paths is not None:
        os.unlink(os.path.join(out, MANIFEST))
        for path in paths:
            if os.path.exists(own := os.path.join(out, path)):
                os.unlink(own)
            if os.path.dirname(path) and os.path.isdir(folder := os.path.dirname(own)) and not os.listdir(folder):
                os.rmdir(folder)
    for name in [*(name for name in os.listdir(made) if name != MANIFEST), MANIFEST]:
        target = os.path.join(out, name)
        if os.path.isdir(target):
            os.rmdir(target)  # only files that an earlier manifest lists are ever removed
        os.replace(os.path.join(made, name), target)
