"""The lints: what is valid and hardly meant. « » mark the place that is to be blamed."""

from __future__ import annotations

import pytest

from scoring_engine.ruleset.checking import check_loaded
from scoring_engine.ruleset.diagnostics import Diagnostic
from scoring_engine.ruleset.loader import load_text
from tests.ruleset.rulebooks import TALK, changed

WHEN = "        when: [rank <= params.leading]\n        then: [{certificate: A}]\n"


def found(text: str, strict: bool = False) -> list[Diagnostic]:
    return check_loaded(load_text(text.replace("«", "").replace("»", ""), "talk.yaml"), strict).diagnostics


def place(text: str) -> tuple[int, int, int]:
    before, _, rest = text.partition("«")
    return before.count("\n") + 1, len(before) - before.rfind("\n"), len(rest.partition("»")[0])


def only(text: str) -> Diagnostic:
    all_found = found(text)
    assert len(all_found) == 1, [(d.code, d.line, d.message.say()) for d in all_found]
    assert place(text) == (all_found[0].line, all_found[0].column, all_found[0].length)
    return all_found[0]


def with_rules(*texts: str) -> str:
    """The talk with these rules, and one that uses the parameter; each with a reference and an example."""
    texts = (*texts, rule("keep", " [rank <= params.leading]", "{flag: kept}"))
    entries = [text.split("\n", 1) for text in texts]
    text = changed("      top:\n        ref: §4\n" + WHEN, "".join(f"      {name}:\n        ref: §4\n{entry}" for name, entry in entries))
    rows = "".join(f"        - {{contestant: a, rule: {name.strip('«»')}}}\n" for name, _ in entries)
    return text[: text.index("        - {contestant: a, rule: top}")] + rows


def rule(name: str, when: str, then: str = "{certificate: A}") -> str:
    return f"{name}\n        when:{when}\n        then: [{then}]\n"


def test_a_clean_rulebook_has_no_findings() -> None:
    assert found(TALK) == []
    assert found(with_rules(rule("a", " [rank <= 3]"))) == []


def test_unused_parameter() -> None:
    diagnostic = only(changed("  leading:\n", "  «other»: {ref: §9, value: 1}\n  leading:\n"))
    assert (diagnostic.code, diagnostic.severity) == ("L201", "warning")
    assert diagnostic.message.say() == 'the parameter "other" is not used'


@pytest.mark.parametrize(
    "text",
    [
        "scales:\n  «table»: {a: 1}\nstages:\n",
        "records:\n  «fact»: {fields: {amount: integer}}\nstages:\n",
        "windows:\n  «season»: {spans: {a: [2024-01-01, 2024-02-01]}}\nstages:\n",
    ],
)
def test_unused_table_record_and_calendar(text: str) -> None:
    assert only(changed("stages:\n", text)).code == "L201"


def test_a_ladder_is_used_by_its_step() -> None:
    text = changed("params:\n", "params:\n  ladder: {ref: §7, value: [talk, warning]}\n")
    assert found(text.replace("[{certificate: A}]", "[{step: ladder, value: 1}]")) == []


def test_undated_parameter_of_an_undated_document() -> None:
    text = changed(", dated: 2024-01-01}", "}").replace("  leading:", "  «leading»:")
    assert only(text).code == "L202"


def test_a_parameter_that_begins_after_the_document() -> None:
    text = changed("    value: 3\n", "    values: {«2024-06-01»: 3}\n")
    diagnostic = only(text)
    assert diagnostic.code == "L202"
    assert "no value before 2024-06-01" in diagnostic.message.say()


def test_weights_that_do_not_add_up() -> None:
    text = changed("      weights: 100", "      «weights»: 100").replace("{weight: 60}", "{weight: 50.5}")
    diagnostic = only(text)
    assert (diagnostic.code, diagnostic.severity) == ("L203", "error")
    assert diagnostic.message.say() == "the weights add up to 90.5, not to 100"
    assert diagnostic.help is not None
    assert diagnostic.help.say() == "50.5 + 40 = 90.5"


@pytest.mark.parametrize(
    ("panel", "message"),
    [
        ("outlier: {«distance»: 100}", "no two marks lie more than 100 apart"),
        ("outlier: {distance: 99.5}", ""),  # marks go by halves: 0 and 100 stand out from each other
        ("of: judge, outlier: {«distance»: 10000}", "no two sheets lie more than 10000 apart"),
        ("of: judge, outlier: {distance: 9999}", ""),
        ("outlier: {share: 99}", ""),
    ],
)
def test_nothing_ever_stands_out(panel: str, message: str) -> None:
    text = changed("round: 2}\n    missing", f"round: 2, {panel}}}\n    missing")
    if "of: judge" in panel:
        text = text.replace("sum(panel.weight * panel.value)", "panel.value")
    if not message:
        assert [one for one in found(text) if one.code == "L213"] == []
    else:
        one = only(text)
        assert (one.code, one.severity, one.message.say()) == ("L213", "error", message)


def test_weights_from_parameters_on_each_date() -> None:
    text = changed("      weights: 100", "      «weights»: 100").replace("{weight: 60}", "{weight: params.w}")
    text = text.replace("params:\n", "params:\n  w: {ref: §2, values: {2024-01-01: 60, 2025-01-01: 70}}\n")
    assert only(text).message.say() == "from 2025-01-01 on the weights add up to 110, not to 100"


def test_two_comparisons_that_exclude_each_other_name_both_lines() -> None:
    text = with_rules(rule("a", "\n          - rank <= 3\n          - total > 50\n          - «rank > 5»"))
    diagnostic = only(text)
    assert (diagnostic.code, diagnostic.severity) == ("L204", "error")
    line = diagnostic.line
    assert diagnostic.message.say() == f'"rank > 5" (line {line}) and "rank <= 3" (line {line - 2}) cannot both hold'
    assert diagnostic.help is not None
    assert diagnostic.help.say() == '"a" can never apply'


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("rank <= params.leading", "rank > 3"),
        ("rank < 2", "rank > 1"),  # no whole number between
        ("rank > 2", "rank < 3"),
        ("total > 50", "total < 50.01"),  # two decimals: nothing between
        ("place == first", "place == last"),
        ("place in [first, last]", "place == between"),
        ("status == ranked", "status == absent"),
        ("status == absent", "rank <= 3"),  # who is absent has no rank
        ("not: has(total)", "total > 5"),
        ("tied == true", "tied == false"),
        ("unit == A", "unit != A"),
        ("unit == A", "unit in [B, C]"),
    ],
)
def test_impossible_pairs(first: str, second: str) -> None:
    diagnostic = only(with_rules(rule("a", f"\n          - {first}\n          - «{second}»")).replace("«not: ", "not: «"))
    assert (diagnostic.code, diagnostic.severity) == ("L204", "error")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("rank <= 3", "rank > 2"),
        ("total > 50", "total < 50.02"),
        ("place == last", "rank <= 3"),
        ("status == ranked", "rank <= 3"),
        ("unit != A", "unit != B"),
        ("not: has(total)", "status == absent"),
        ("not: has(rank)", "status == absent"),
    ],
)
def test_possible_pairs(first: str, second: str) -> None:
    assert found(with_rules(rule("a", f"\n          - {first}\n          - {second}"))) == []


def test_three_comparisons_that_exclude_each_other() -> None:
    text = with_rules(rule("a", "\n          - rank > 1\n          - rank != 2\n          - «rank < 3»"))
    diagnostic = only(text)
    assert diagnostic.code == "L204"
    assert '"rank != 2"' in diagnostic.message.say()


def test_one_impossible_alternative_of_several() -> None:
    text = with_rules(rule("a", "\n          any:\n            - rank == 1\n            - all: [rank > 4, «rank < 4»]"))
    diagnostic = only(text)
    assert diagnostic.help is not None
    assert diagnostic.help.say() == 'this alternative of "a" can never apply'


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("rank < 1", "1 …"),
        ("rank == 1.5", "1 …"),
        ("total > 100", "0 … 100"),  # 60 % and 40 % of marks from 0 to 100
        ("total == 99.999", "0 … 100"),  # two decimals
        ("content_mark > 100", "0 … 100"),
        ("loss < 0", "0 …"),
        ("level == expert", "junior | senior"),
        ("age < 16", "16 … 99"),
        ("deductions < 0", "0 …"),
    ],
)
def test_a_comparison_that_no_value_satisfies(condition: str, values: str) -> None:
    text = with_rules(rule("a", f"\n          - «{condition}»"))
    text = text.replace("unit: text", "unit: text\n      level: {one_of: [junior, senior]}\n      age: {type: integer, from: 16, to: 99}")
    text = text.replace("    measures:\n", "    deductions: {reasons: [late]}\n    measures:\n      loss: abs(deductions - 5)\n")
    text = text.replace("    ranking:", "      content_mark: {mean: marks.value, where: criterion == 'content', round: 1}\n    ranking:")
    wrong = [d for d in found(text) if d.code != "E310"]
    if condition.startswith("level"):  # the compiler knows the values that a field declares
        assert found(text)[0].code == "E310"
        return
    assert [d.code for d in wrong] == ["L205"]
    assert place(text) == (wrong[0].line, wrong[0].column, wrong[0].length)
    assert values in wrong[0].message.say()


@pytest.mark.parametrize(
    ("param", "codes"),
    [
        ("{ref: §2, value: 40}", ["L205"]),  # 100 - 40 is 60
        ("{ref: §2, value: 40, open: true}", []),  # whoever applies the rulebook may set it to 55
        ("{ref: §2, value: 40, open: true, from: 0, to: 50}", []),
        ("{ref: §2, value: 40, open: true, from: 0, to: 45}", ["L205"]),
    ],
)
def test_a_rule_that_guards_an_open_parameter(param: str, codes: list[str]) -> None:
    text = with_rules(rule("a", " [rest <= 50]")).replace("params:\n", f"params:\n  share: {param}\n")
    assert [d.code for d in found(text.replace("    ranking:", "      rest: 100 - params.share\n    ranking:"))] == codes


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ("{2024-01-01: 101, 2025-01-01: 60}", []),  # phased in: nobody reaches 101 points, from 2025 on 60 are enough
        ("{2024-01-01: 60, 2025-01-01: 101}", []),  # and phased out
        ("{2024-01-01: 101, 2025-01-01: 102}", ["L205"]),  # on no day can anybody reach it
    ],
)
def test_a_rule_that_a_dated_parameter_keeps_silent_until_a_day(values: str, codes: list[str]) -> None:
    text = with_rules(rule("a", " [total >= params.reach]"))
    text = text.replace("params:\n", f"params:\n  reach: {{ref: §2, values: {values}}}\n")
    assert [d.code for d in found(text)] == codes


@pytest.mark.parametrize("condition", ["rank >= 1", "total >= 0", "total <= 100", "rank != 0"])
def test_a_comparison_that_every_value_satisfies(condition: str) -> None:
    text = with_rules(rule("a", f"\n          - «{condition}»\n          - unit == A"))
    diagnostic = only(text)
    assert (diagnostic.code, diagnostic.severity) == ("L206", "warning")


def test_a_rule_that_applies_always() -> None:
    diagnostic = only(with_rules(rule("«a»", " {any: [has(unit), {not: has(unit)}]}")))
    assert (diagnostic.code, diagnostic.message.say()) == ("L206", '"a" applies always')


def test_alternatives_that_leave_out_nothing() -> None:
    diagnostic = only(with_rules(rule("«a»", " {any: [rank <= 3, rank > 3]}")))
    assert diagnostic.code == "L206"
    assert "leave out no value of rank" in diagnostic.message.say()


def test_a_bar_of_what_another_rule_awards() -> None:
    text = with_rules(rule("a", " [rank <= 3]", "{award: honours}"), rule("«b»", " [rank >= 3]", "{bar: honours}"))
    diagnostic = only(text)
    assert (diagnostic.code, diagnostic.severity) == ("L207", "error")
    assert '"b" (bar honours) contradicts "a" (award honours, line ' in diagnostic.message.say()
    assert diagnostic.help is not None
    assert diagnostic.help.say() == "for example rank = 3"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (("[rank <= 3]", "{award: honours}"), ("[rank >= 4]", "{bar: honours}")),  # no overlap
        (("[rank <= 3]", "{award: honours}"), ("[rank >= 3]", "{bar: other}")),  # something else
        (("[rank <= 3]", "{award: honours}"), ("[rank >= 3]", "{bar: honours, of: year-end}")),  # elsewhere
        (("[rank <= 3]", "{award: honours}"), ("[deductions > 5]", "{bar: honours}")),  # a veto for another reason
        (("[rank <= 3]", "{cash: 5}"), ("[rank <= 5]", "{cash: 3}")),  # amounts add up
        (("[rank <= 1]", "{title: A}"), ("[rank > 1, rank <= 3]", "{title: B}")),
        (("[rank <= 3, status == ranked]", "{title: A}"), ("[total >= 90, status == ranked]", "{title: B}")),
    ],
)
def test_rules_that_do_not_contradict(a: tuple[str, str], b: tuple[str, str]) -> None:
    text = with_rules(rule("a", " " + a[0], a[1]), rule("b", " " + b[0], b[1]))
    text = text.replace("    measures:\n", "    deductions: {reasons: [late]}\n    measures:\n")
    assert not [d for d in found(text) if d.severity == "error" or d.code == "L207"]


def test_two_titles_for_the_same_row() -> None:
    text = with_rules(rule("a", " [rank <= 1]", "{title: A}"), rule("«b»", " [rank <= 3]", "{title: B}"))
    diagnostic = only(text)
    assert (diagnostic.code, diagnostic.severity) == ("L207", "warning")
    assert diagnostic.help is not None
    assert diagnostic.help.say() == "for example rank = 1"


def test_two_rungs_of_one_ladder() -> None:
    text = with_rules(
        rule("a", " [deductions > 5]", "{step: ladder, value: 1}"), rule("«b»", " [deductions > 10]", "{step: ladder, value: 2}")
    )
    text = text.replace("params:\n", "params:\n  ladder: {ref: §7, value: [talk, warning]}\n")
    diagnostic = only(text.replace("    measures:\n", "    deductions: {reasons: [late]}\n    measures:\n"))
    assert (diagnostic.code, diagnostic.severity) == ("L207", "error")


GRADES = "\n    grades: [good, fair]\n    decisions:\n"


def test_a_grade_that_a_better_one_always_takes() -> None:
    text = with_rules(rule("a", " [rank <= 5]", "{grade: good}"), rule("«b»", " [rank <= 3]", "{grade: fair}"))
    diagnostic = only(text.replace("\n    decisions:\n", GRADES))
    assert (diagnostic.code, diagnostic.severity) == ("L207", "error")


@pytest.mark.parametrize(
    ("good", "fair"),
    [
        (("[rank <= 3]", "{grade: good}"), ("[rank <= 5]", "{grade: fair}")),  # rank 4 and 5 get it
        (("[rank <= 5]", "{grade: good, quota: 2}"), ("[rank <= 5]", "{grade: fair}")),  # who finds no place in the quota
    ],
)
def test_grades_that_the_order_settles(good: tuple[str, str], fair: tuple[str, str]) -> None:
    text = with_rules(rule("a", " " + good[0], good[1]), rule("b", " " + fair[0], fair[1]))
    assert found(text.replace("\n    decisions:\n", GRADES)) == []


def test_cash_for_a_rank_that_may_stay_shared() -> None:
    text = with_rules(rule("a", " [rank <= 3]", "{«cash»: 100}"))
    assert found(text.replace("«", "").replace("»", ""))[0].code == "L208"
    assert only(text).severity == "warning"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{cash: 100}", "{cash: 100, if_tied: split}"),
        ("unresolved: shared", "unresolved: pending"),
        ("by: [total]", "by: [total, {lot: seeded}]"),
        ("by: [total]", "by: [total, {discretion: recorded}]"),
        ("when: [rank <= 3]", "when: [total >= 90]"),
    ],
)
def test_a_tie_that_is_settled(old: str, new: str) -> None:
    text = with_rules(rule("a", " [rank <= 3]", "{cash: 100}"))
    assert old in text
    assert found(text.replace(old, new)) == []


def test_rules_and_parameters_without_reference() -> None:
    assert only(changed("  leading:\n    ref: §4\n", "  «leading»:\n")).code == "L209"
    assert only(changed("      top:\n        ref: §4\n", "      «top»:\n")).code == "L209"


def test_a_rule_without_worked_example() -> None:
    text = changed("        - {contestant: a, rule: top}\n        - {contestant: b, rule: top}\n", "        []\n")
    diagnostic = only(text.replace("      top:", "      «top»:"))
    assert diagnostic.code == "L210"
    negative = text.replace(
        "      decisions:\n        []\n", "      not:\n        - {contestant: a, rule: top, failed: rank <= params.leading}\n"
    )
    assert found(negative) == []


CLAUSE = "clauses:\n  - {clause: 四, status: rule, by: [stages.final.decisions.top, params.leading]}\ntests:\n"


@pytest.mark.parametrize(
    ("entry", "severity"),
    [
        ("{clause: 四, status: rule, by: [stages.final.decisions.top, «params.leadin»]}", "error"),
        ("{clause: 四, status: param, by: [params.leading, «stages.final»]}", "error"),
        ("{«clause»: 四, status: left_out}", "error"),
        ("{«clause»: 四, status: rule}", "error"),
    ],
)
def test_clauses(entry: str, severity: str) -> None:
    assert found(changed("tests:\n", CLAUSE)) == []
    diagnostic = only(changed("tests:\n", f"clauses:\n  - {entry}\ntests:\n"))
    assert (diagnostic.code, diagnostic.severity) == ("L211", severity)


def test_what_the_opening_event_of_a_competition_says_is_set_as_a_parameter_is() -> None:
    clause = "clauses:\n  - {clause: 四, status: param, by: [params.leading, stages.final.fields.reading]}\ntests:\n"
    text = changed("tests:\n", clause).replace("    roster:", "    fields:\n      reading: {one_of: [strict, mild]}\n    roster:", 1)
    assert [d.code for d in found(text) if d.code == "L211"] == []
    missing = text.replace("      reading: {one_of", "      reeding: {one_of")
    assert [d.code for d in found(missing) if d.code == "L211"] == ["L211"]


def test_misspelt_entries_do_not_hide_what_the_linter_finds() -> None:
    text = changed("    rounding:", "    runding:").replace("weights: 100", "weights: 90").replace("mode: half_up", "mode: half-up")
    checked = check_loaded(load_text(text))
    assert [d.code for d in checked.diagnostics] == ["L203", "E201", "E204"]
    assert checked.plan is None
    lost = text.replace("        when: [rank", "        whom: [rank").replace("content: {weight: 60}", "content: [60]")
    assert {d.code[0] for d in check_loaded(load_text(lost)).diagnostics} == {"E"}  # nothing follows from what was left out


def test_strict_makes_errors_of_warnings() -> None:
    text = changed("  leading:\n    ref: §4\n", "  leading:\n")
    assert [d.severity for d in found(text)] == ["warning"]
    assert [d.severity for d in found(text, strict=True)] == ["error"]
