"""`scoring-engine verify`: a result computed again from its log, and the first difference named."""

from __future__ import annotations

import click

from scoring_engine.cli.options import File, form, lang, local, logs, rulesets, until
from scoring_engine.messages import Message


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
@form("text", "html", "json")
@lang
def command(result: str, logs: tuple[str, ...], rulesets: tuple[str, ...], until: str | None, form: str, lang: str) -> int:
    """Replays, compares, and prints what is found."""
    from scoring_engine.cli.progress import Progress
    from scoring_engine.cli.showing import show
    from scoring_engine.events.reading import read
    from scoring_engine.review.verification import any_different, read_result, verified
    from scoring_engine.review.verification_page import page
    from scoring_engine.review.verification_text import text
    from scoring_engine.season.replay import replay

    said = read_result(result)
    with Progress(lang) as progress:
        progress.reading()
        log = read(logs)
        if until is not None:
            log = log.until(until)
        found = verified(
            said,
            lambda end: replay(log, rulesets or None, until=end, engine="columnar", lang=lang),
            log,
            whole=until is None,
            step=lambda done, total: progress.step(Message("replaying the versions"), done, total),
        )
    show(found, form, lambda _: text(found, lang), lambda: page(found, lang))
    return 1 if any_different(found) else 0
