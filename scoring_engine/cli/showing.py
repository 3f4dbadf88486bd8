"""What the commands of the review print: text for a terminal or a pipe, a page, or JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

Shown = Callable[[int | None], str]
"""Makes the text; the argument is how wide lines may be, None: as wide as they are."""


def show(found: Any, form: str, text: Shown, page: Callable[[], str]) -> None:
    """Prints what was found in the form `form`: text, html or json."""
    if form == "json":
        import json

        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    elif form == "html":
        sys.stdout.write(page())
    else:
        import shutil

        sys.stdout.write(text(shutil.get_terminal_size().columns if sys.stdout.isatty() else None))
