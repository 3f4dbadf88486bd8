"""Brings the catalogues in step with the package: `python -m scoring_engine.locale.update` (needs Babel).

Every message template in the package becomes an entry of `zh/LC_MESSAGES/scoring_engine.po`; translations that are there
stay, entries that no template needs go, and the `.mo` beside it, which the program reads, is made anew. Then it lists what
has no translation yet and returns 1 if there is any.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from scoring_engine.locale import CATALOGUE, FOLDER
from scoring_engine.locale.templates import templates

HERE = Path(FOLDER)
PACKAGE = HERE.parent
LANGUAGES = ("zh",)
CLICK = (  # what the command line library says itself; the program has it say them from this catalogue
    "Usage:",
    "Options",
    "Commands",
    "default: {default}",
    "Show this message and exit.",
    "Show the version and exit.",
    "Try '{command} {option}' for help.",
    "Error: {message}",
    "Missing argument",
    "Missing option",
    "Missing command.",
    "Missing {param_type}",
    "Choose from:\n\t{choices}",
    "Invalid value for {param_hint}: {message}",
    "Invalid value: {message}",
    "No such option {name!r}.",
    "Option {name!r} does not take a value.",
    "file",
    "directory",
    "path",
    "File",
    "Directory",
    "Path",
    "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is not readable.",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "required",
    "No such command {name!r}.",
)
CLICK_PLURALS = (  # what it says of one, and of several
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
)
NO_DATE = datetime(2024, 1, 1, tzinfo=UTC)  # the same catalogue has the same bytes whenever it is written


def read(language: str) -> Catalog:
    """The catalogue of a language as its `.po` file has it; an empty one where there is no file."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, domain=CATALOGUE)
    with open(path, "rb") as file:
        return read_po(file, locale=language, domain=CATALOGUE)


def updated(old: Catalog, language: str) -> Catalog:
    """A catalogue of the package's templates, with the translations of `old`."""
    new = Catalog(
        locale=language,
        domain=CATALOGUE,
        project="scoring-engine",
        version="1",
        msgid_bugs_address="scoring-engine",
        header_comment=f"# {language}: written by `make catalogue`; only the msgstr lines are edited by hand.",
        creation_date=NO_DATE,
        revision_date=NO_DATE,
        last_translator="scoring-engine",
        language_team="scoring-engine",
        fuzzy=False,
    )
    for template, module in (*templates(PACKAGE), *((word, "click") for word in (*CLICK, *CLICK_PLURALS))):
        known = old.get(template)
        new.add(template, known.string if known is not None and not known.fuzzy else "", locations=[(module, 0)])
    return new


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the bytes of a `.mo` file."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def po_path(language: str) -> Path:
    """Where the catalogue of a language is kept for people."""
    return HERE / language / "LC_MESSAGES" / f"{CATALOGUE}.po"


def main() -> int:
    """Writes all catalogues; returns 1 where a translation is missing."""
    missing = 0
    for language in LANGUAGES:
        catalogue = updated(read(language), language)
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            write_po(file, catalogue, width=120, sort_output=False, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        for message in catalogue:
            if message.id and not (any(message.string) if isinstance(message.string, tuple) else message.string):
                missing += 1
                print(f"{language}: not translated: {message.id}")
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
