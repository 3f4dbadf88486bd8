"""A log of one small contest, which the room `single` replays without numpy, as the bulk replay of one part."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from scoring_engine import single


def replay(logs: Sequence[str], folder: str, *, form: str, rulesets: Sequence[str], until: str | None, lang: str) -> dict[str, Any] | None:
    """Replays the logs; the files in CSV or Parquet take their places in the folder that holds `folder`, where they are made.

    rulesets   paths of the rulebooks that were given

    Returns the manifest, or None where this is not for that room; then nothing was written.

    Raises:
        OSError: the files cannot be written.
        Exception: SCORING_ENGINE_DEBUG is in the environment, and a fault of that room was met, which otherwise nobody would see:
            the general engine does what goes wrong there.
    """
    if len(logs) != 1 or until is not None or not single.is_small(logs[0]):  # before anything is imported
        return None
    from scoring_engine.single.unsure import Unsure

    try:
        replayed = single.replay(logs[0], rulesets, lang, form)
    except Unsure:
        return None
    except Exception:
        if os.environ.get("SCORING_ENGINE_DEBUG"):
            raise
        return None
    return _written(logs, folder, form, lang, replayed)


def _written(logs: Sequence[str], folder: str, form: str, lang: str, replayed: single.Replayed) -> dict[str, Any]:
    """Write the files and give them their places."""
    from scoring_engine.cluster.folders import remove
    from scoring_engine.cluster.manifest import digest_of, manifest_of, publish
    from scoring_engine.cluster.parts import TABLES, Done

    made = os.path.join(folder, "made")
    remove(made)  # of a run that was interrupted
    os.makedirs(made)
    paths = {name: f"{name}.csv" if form == "csv" else f"{name}/part-00000.parquet" for name in TABLES}
    for name, path in paths.items():
        os.makedirs(os.path.dirname(os.path.join(made, path)), exist_ok=True)
        with open(os.path.join(made, path), "wb") as file:
            file.write(replayed.files[name])
    plan, count = replayed.plan, len(replayed.digests)
    done = Done(0, replayed.events, count, 0, (), (), True, True, ((plan["id"], plan["version"], plan["sha256"]),), 0, 0, 0)
    digests = [digest_of(id, digest) for id, digest in replayed.digests]
    manifest = manifest_of([done], digests, logs, {name: [path] for name, path in paths.items()}, lang)
    publish(made, os.path.dirname(folder), manifest)
    return manifest
