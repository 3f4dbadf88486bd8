"""Whatever stands in a rulebook, checking it ends with diagnostics within the text, never with a traceback."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_engine.ruleset.checking import check_loaded
from scoring_engine.ruleset.loader import load_text
from scoring_engine.ruleset.source import Node, read
from tests.ruleset.rulebooks import TALK

ROOT = Path(__file__).parents[2]
TEXTS = [TALK, *((ROOT / "rulesets" / f"{name}.yaml").read_text("utf-8") for name in ("talk_contest", "year_end"))]

SNIPPETS = [
    "x", "3", "-1", "1.5", "true", "null", "~", "''", "'3'", "[]", "{}", "[[]]", "[x]", "[1, 2]", "{x: 1}", "{x: {y: z}}", "[{x: 1}]",
    "{value: x}", "{sum: x}", "{when: x, then: []}", "rank", "rank <= 3", "sum(x)", "params.x", "params.leading", "scales.x[1]", "a.b.c",
    "marks", "panel", "contestants", "total", "total + 1", "'total - total'", "1 / 0", "if(rank, 1)", "2024-13-45", "2024-01-01", "first",
    "99999999999999999999", "0.000000000000001", "中文", "“x”", "x y z", "half_up", "decimal", "{from: 1, to: 0}", "(", "has(rank)",
]  # fmt: skip


def nodes(text: str) -> list[Node]:
    root, _ = read(text, "x")
    assert root is not None
    return [node for _, node, _ in root.walk() if node.kind == "scalar" or node.flow] + [
        key for _, _, key in root.walk() if key is not None
    ]


NODES = [nodes(text) for text in TEXTS]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_value_in_any_place(data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(TEXTS) - 1))
    text = TEXTS[which]
    chosen = data.draw(st.lists(st.integers(0, len(NODES[which]) - 1), min_size=1, max_size=3, unique=True))
    for node in sorted((NODES[which][i] for i in chosen), key=lambda node: node.start.offset, reverse=True):
        text = text[: node.start.offset] + data.draw(st.sampled_from(SNIPPETS)) + text[node.end.offset :]
    checked = check_loaded(load_text(text, "x.yaml"))
    lines = text.split("\n")
    for d in checked.diagnostics:
        assert 1 <= d.line <= len(lines)
        assert 1 <= d.column <= len(lines[d.line - 1]) + 1
        assert d.message.say()
        assert d.help is None or d.help.say()
    assert (checked.plan is None) <= (not checked.ok)
