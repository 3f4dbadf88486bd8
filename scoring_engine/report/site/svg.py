"""The elements of a picture, written by hand, with a title and a description for those who do not see it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

FONT = 12
"""Size of the texts of pictures, in their own units."""


def element(name: str, content: str | Iterable[str] = "", **attributes: object) -> str:
    """An element. Attributes are written with _ for - and a trailing _ where Python has the word; None leaves one out."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items() if value is not None)
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{name}{told}>{inner}</{name}>" if inner else f"<{name}{told}/>"


def text(x: float, y: float, words: str, **attributes: object) -> str:
    """A line of text with its baseline at `y`."""
    return element("text", escape(words), x=number(x), y=number(y), **attributes)


def picture(id: str, width: float, height: float, title: str, description: str, parts: Iterable[str]) -> str:
    """A picture of so many units; on the page it is as wide as there is room, and no wider than drawn."""
    head = element("title", escape(title), id=f"{id}-t") + element("desc", escape(description), id=f"{id}-d")
    return element(
        "svg",
        head + "".join(parts),
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=number(width),
        height=number(height),
        role="img",
        aria_labelledby=f"{id}-t",
        aria_describedby=f"{id}-d",
    )


def number(value: float) -> str:
    """A length or position, with no more digits than a screen shows."""
    return f"{value:.1f}".removesuffix(".0")


def words_width(words: str) -> float:
    """About how wide a text is."""
    from scoring_engine.report.xlsx import text_width

    return text_width(words) * FONT * 0.56
