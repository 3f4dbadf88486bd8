"""Pages without anything from outside: they open from a stick, print on A4, and read in light and dark, on a phone and on a screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #b35900; }
body {
  font: 16px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  margin: 0 auto; padding: 1rem; max-width: 70rem;
}
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
p { margin: .3rem 0; }
.basis { color: GrayText; font-size: .85rem; }
.result { font-size: 1.2rem; font-weight: 600; }
.wide { overflow-x: auto; }
.summary { font-weight: 600; }
.stale { border-left: .3rem solid var(--bad); padding-left: .5rem; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; margin: 0 0 .8rem; }
th { text-align: left; vertical-align: bottom; padding: .15rem .6rem .15rem 0; border-bottom: 2px solid var(--line); }
td { white-space: pre-line; vertical-align: top; padding: .15rem .6rem .15rem 0; border-bottom: 1px solid var(--line); }
table.figures { width: auto; }
.figures td, .figures th { white-space: nowrap; }
td.value { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; font-weight: 600; }
pre, code { font-family: ui-monospace, "Noto Sans Mono CJK SC", monospace; font-size: .85rem; }
pre { margin: .3rem 0; }
code { overflow-wrap: anywhere; }
.new td:first-child, .same td:first-child, .held td:first-child { border-left: .3rem solid var(--good); padding-left: .5rem; }
.gone td:first-child, .differs td:first-child, .failed td:first-child { border-left: .3rem solid var(--bad); padding-left: .5rem; }
.changed td:first-child { border-left: .3rem solid var(--line); padding-left: .5rem; }
details { margin: .4rem 0; }
summary { font-weight: 600; }
@media (max-width: 42rem) {
  table.stacked, .stacked tbody, .stacked tr, .stacked td { display: block; }
  .stacked thead { position: absolute; clip-path: inset(50%); }
  .stacked tr { border-bottom: 1px solid var(--line); padding: .3rem 0; }
  .stacked td, .stacked table.figures { width: auto; }
.figures td, .figures th { white-space: nowrap; }
td.value { border: 0; padding: 0; text-align: left; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  pre { white-space: pre-wrap; }
  details::details-content { content-visibility: visible; block-size: auto; } /* paper cannot be unfolded */
  h2 { break-after: avoid; }
  tr { break-inside: avoid; }
}
""".strip()


def document(title: str, basis: Iterable[str], body: Iterable[str], lang: str) -> str:
    """A page with its title, the lines that say what it is of, and its body."""
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}\n</style>\n<h1>{escape(title)}</h1>\n"
        + "".join(f'<p class="basis">{escape(line)}</p>\n' for line in basis)
        + "\n".join(body)
        + "\n</html>\n"
    )


def heading(text: str, level: int = 2) -> str:
    """A heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, style: str = "") -> str:
    """A paragraph."""
    return f'<p class="{style}">{escape(text)}</p>' if style else f"<p>{escape(text)}</p>"


def listing(lines: Sequence[str]) -> str:
    """A list; nothing without lines."""
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""


def table(rows: Sequence[Sequence[str]], headings: Sequence[str] = (), styles: Sequence[str] = (), stacked: bool = True) -> str:
    """A table; `styles` are those of the rows. On a phone the cells of a row stand under each other where it is `stacked`,
    else it scrolls."""
    head = f"<thead><tr>{''.join(f'<th>{escape(text)}</th>' for text in headings)}</tr></thead>" if headings else ""
    lines = []
    for number, row in enumerate(rows):
        style = f' class="{styles[number]}"' if styles else ""
        lines.append(f"<tr{style}>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>")
    return f'<div class="wide"><table class="{"stacked" if stacked else "figures"}">{head}<tbody>{"".join(lines)}</tbody></table></div>'
