"""`scoring-engine verify`: a result computed again from its log, and the first difference named."""

from __future__ import annotations

import sys
from typing import Any

import click

from scoring_engine.cli.options import File, form, lang, local, logs, rulesets, until


@click.command(
    "verify",
    help=local(
        "Verify a result (the result.json of replay --out): the log is replayed under the same rulebooks, and the digests of rulebooks, "
        "log and result are compared; the first difference is named. Versions that replace others or no longer stand are listed. "
        "The exit code is 0 where all is the same."
    ),
)
@click.argument("result", metavar="RESULT", type=File())
@logs
@rulesets
@until
@form("text", "json")
@lang
def command(result: str, logs: tuple[str, ...], rulesets: tuple[str, ...], until: str | None, form: str, lang: str) -> int:
    """Replays, compares, and prints what is found."""
    import json

    from scoring_engine.events.reading import read
    from scoring_engine.review.verification import checks, read_result
    from scoring_engine.review.verification_text import any_different, text
    from scoring_engine.review.versions import history, moment_of
    from scoring_engine.season.replay import replay

    said = read_result(result)
    log = read(logs)
    if until is not None:
        log = log.until(until)
    compared = [one.json() for one in checks(said, replay(log, rulesets or None, engine="columnar", lang=lang))]
    found: dict[str, Any] = {
        "format": "verify/1",
        "checks": compared,
        "versions": history(lambda end: replay(log, rulesets or None, until=end, engine="columnar", lang=lang), log),
    }
    if said["log"] != log.sha256() and until is None:
        found["moment"] = moment_of(log, said["log"])
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n" if form == "json" else text(found, lang))
    return 1 if any_different(compared) else 0
