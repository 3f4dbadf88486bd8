"""Entries that do not have the shape of the language: which line is blamed, and what is said."""

from __future__ import annotations

import pytest

from scoring_engine.ruleset.diagnostics import Diagnostic, RulesetError
from scoring_engine.ruleset.loader import load_text
from tests.ruleset.rulebooks import TALK, changed


def only(text: str) -> Diagnostic:
    found = load_text(text, "talk.yaml").diagnostics
    assert len(found) == 1, [d.message.say() for d in found]
    return found[0]


def test_a_valid_rulebook() -> None:
    loaded = load_text(TALK, "talk.yaml")
    assert loaded.diagnostics == []
    assert loaded.valid().id == "talk"
    assert loaded.lost == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "code", "message", "help"),
    [  # « » mark what is to be blamed
        ("    rounding:", "    «runding»:", "E201", '"stages.final" has no entry "runding"', 'did you mean "rounding"?'),
        ("          weight: 40", "          «wieght»: 40", "E201", None, 'did you mean "weight"?'),
        ("params:", "«parms»:", "E201", 'a rulebook has no entry "parms"', 'did you mean "params"?'),
        ("    rounding:\n      places: 2\n      mode: half_up\n", "    «rounding»:\n      places: 2\n", "E202",
         '"mode" is missing in "stages.final.rounding"', "half_up | half_even"),
        ("missing: {judge: exclude, ", "«missing»: {", "E202", '"judge" is missing in "stages.final.missing"', "exclude | wait"),
        ("format: ruleset/1\nid: talk", "«id»: talk", "E202", 'a rulebook needs the entry "format"', "add format: ruleset/1"),
        ("value: 3", "value: 3\n    «values»: {2024-01-01: 2}", "E207", "give either value or values", "here are value, values"),
        ("      places: 2\n", "      places: «two»\n", "E203", 'expected a whole number, not "two"', None),
        ("      places: 2\n", "      places: «'2'»\n", "E203", 'expected a whole number, not "2"', None),
        ("      places: 2\n", "      places: «1.5»\n", "E203", "expected a whole number, not 1.5", None),
        ("      places: 2\n", "      places: «true»\n", "E203", "expected a whole number, not true", None),
        ("      places: 2\n", "      places: «12»\n", "E205", "must be at most 9, not 12", None),
        ("step: 0.5", "step: «0»", "E205", "must be more than 0, not 0", None),
        ("from: 0,", "from: «zero»,", "E203", 'expected a number, not "zero"', None),
        ("mode: half_up", "mode: «half-up»", "E204", None, 'did you mean "half_up"?'),
        ("then: mean", "then: «avg»", "E204", "must be one of mean, sum, median, min, max", None),
        ("weights: 100", "weights: «[100]»", "E203", "expected a number, not […]", None),
        ("id: T, title: A talk contest", "id: T, title: «{x: 1}»", "E203", "expected text, not {…}", None),
        ("title: A talk contest", "title: «true»", "E203", "expected text, not true", "quote a text"),
        ("roster:\n      unit: text", "roster:\n      «1unit»: text", "E206", '"1unit" cannot be a name', None),
        ("      by: [total]", "      by: «[]»", "E208", "must not be empty", None),
        ("      by: [total]", "      by: «total»", "E203", 'expected a list, not "total"', "write [total]"),
        ("      by: [total]", "      «by»:", "E209", 'nothing stands behind "by:"', None),
        ("content: {weight: 60}", "content: {«weight：60»: 1}", "E201", None, None),
        ("label: {zh: 语言, en: speech}", "label: {zh: 语言, en: speech, «and more»}", "E209", None, "quote a text with a comma"),
        ("content: {weight: 60}", "content: «weight：60»", "E203", None, "English colon"),
        ("content: {weight: 60}", "content: «weight:60»", "E203", None, "is a space missing"),
        ("total: sum(panel.weight * panel.value) / 100", "total: {sum: a, «mean»: b}", "E207", "give exactly one operation", "sum, mean"),
        ("total: sum(panel.weight * panel.value) / 100", "«total»: {round: 2}", "E207", "give exactly one operation", None),
        ("[{certificate: A}]", "[{«certificat»: A}]", "E201", None, 'did you mean "certificate"?'),
        ("[{certificate: A}]", "[{certificate: A, «quota»: 3}]", "E207", "a quota belongs to", None),
        ("      top:\n        ref: §4\n        when: [rank <= params.leading]\n", "      «top»:\n        ref: §4\n", "E202",
         '"when" is missing', "add when: …"),
        ("        when: [rank <= params.leading]", "        when: «true»", "E203", "expected entries", None),
        ("  - name: two talks\n    stage: final\n", "  - «name»: two talks\n", "E202", '"stage" is missing in "tests.1"', None),
    ],
)  # fmt: skip
def test_one_wrong_entry(old: str, new: str, code: str, message: str | None, help: str | None) -> None:
    text = changed(old, new)
    before, _, rest = text.partition("«")
    marked = rest.partition("»")[0]
    found = only(text.replace("«", "").replace("»", ""))
    assert (found.line, found.column, found.length) == (before.count("\n") + 1, len(before) - before.rfind("\n"), len(marked))
    assert found.code == code
    assert message is None or message in found.message.say()
    assert (help is None) or (found.help is not None and help in found.help.say())


@pytest.mark.parametrize("written", ["yes", "on", "True", "1", "'true'"])
def test_a_truth_value_is_true_or_false(written: str) -> None:
    text = changed("unresolved: shared", f"unresolved: shared\n      last: {{absent_is_last: {written}}}")
    assert only(text).code == "E203"


@pytest.mark.parametrize("version", ["2024.10", "3", "2024-10-11", "'x'"])
def test_a_number_may_stand_where_text_is_wanted(version: str) -> None:
    loaded = load_text(changed('version: "1"', f"version: {version}"))
    assert loaded.valid().version == version.strip("'")


def test_all_errors_in_one_run_by_position() -> None:
    text = (
        TALK.replace("    rounding:", "    runding:")
        .replace("mode: half_up", "mode: halfup")
        .replace("by: [total]", "by: [total, {lot: x}]")
    )
    text = text.replace("source: {id: T, ", "source: {").replace("        ref: §4\n", "        rfe: §4\n")
    found = load_text(text, "talk.yaml").diagnostics
    blamed = ["source:", "runding:", "halfup", "lot: x", "rfe:"]
    lines = [next(i for i, line in enumerate(text.split("\n"), 1) if part in line) for part in blamed]
    assert [(d.code, d.line) for d in found] == list(zip(["E202", "E201", "E204", "E204", "E201"], lines, strict=True))


def test_what_is_wrong_is_mended_so_that_the_rest_can_be_checked() -> None:
    text = TALK.replace("    rounding:", "    runding:").replace("      mode: half_up", "      mode: half-up")
    text = text.replace("content: {weight: 60}", "content: [60]").replace("judge: exclude, ", "").replace("id: T, ", "")
    loaded = load_text(text)
    assert loaded.ruleset is not None
    stage = loaded.ruleset.stages["final"]
    assert stage.rounding.mode == "half_up"  # the value that was meant
    assert list(stage.sheet.criteria) == ["speech"] if stage.sheet else False
    assert "content" in loaded.lost
    line = text.split("\n").index("      mode: half-up") + 1
    assert loaded.positions.key(("stages", "final", "rounding", "mode")).line == line  # the misspelt entry is found by its right name
    with pytest.raises(RulesetError):
        loaded.valid()


def test_leaving_out_a_list_item_does_not_move_the_lines_of_the_others() -> None:
    text = changed("then: [{certificate: A}]", "then:\n          - {foo: 1}\n          - {certificate: A}")
    loaded = load_text(text)
    assert loaded.ruleset is not None
    assert [c.kind for c in loaded.ruleset.stages["final"].decisions["top"].then] == ["certificate"]
    line = text.split("\n").index("          - {certificate: A}") + 1
    assert loaded.positions.value(("stages", "final", "decisions", "top", "then", 0, "certificate")).line == line


@pytest.mark.parametrize("text", ["[1, 2]", "hello", "3", "{}", "a: 1", "null\n", "- format: ruleset/1"])
def test_something_else_than_a_rulebook(text: str) -> None:
    loaded = load_text(text)
    assert loaded.diagnostics
    assert all(d.severity == "error" for d in loaded.diagnostics)
    with pytest.raises(RulesetError):
        loaded.valid()


@pytest.mark.parametrize("where", ["one_of", "grades", "by", "reasons"])
def test_lists_that_stand_for_mappings_hold_names_only(where: str) -> None:
    entries = {
        "one_of": ("unit: text", "unit: {one_of: [a, [b]]}"),
        "grades": ("    decisions:\n      top", "    grades: [A, {b: 1}]\n    decisions:\n      top"),
        "by": ("    measures:", "    rows: {r: {from: marks, by: [contestant, [x]]}}\n    measures:"),
        "reasons": ("    measures:", "    deductions: {reasons: [a, {b: c}]}\n    measures:"),
    }
    assert only(changed(*entries[where])).code == "E203"


def test_another_kind_of_file_does_not_drown_the_reader() -> None:
    found = load_text("\n".join(f"k{i}: 1" for i in range(20_000))).diagnostics
    assert len(found) == 501
    assert found[-1].message.say() == "19505 more entries do not fit; this is hardly a rulebook"  # 20,000 unknown, 5 missing
