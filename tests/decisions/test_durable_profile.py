"""The rules for the safe use of durable-rules, a test for each line: what the library does, and what our engine does about it.

What kills the process is tried in a process of its own. Not tried because it depends on what happens to lie in memory: the
crash of `assert_facts`, the out-of-bounds reads of comparisons with another message's field, and more than 1,024 sids beyond
the first refusal.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from rules_by_hand import facts, leaf, num, rule
from test_engines_agree import cases

from scoring_engine.decisions import columnar, rete
from scoring_engine.decisions import facts as f
from scoring_engine.decisions.literals import bind

pytestmark = pytest.mark.skipif(not rete.available(), reason=f"durable-rules cannot be used here: {rete.available().reason}")

USED = {"create_ruleset", "assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact", "get_state"}


class Watched:
    """The C extension, with a record of each call."""

    def __init__(self, **instead: Any) -> None:
        self.real = rete._load()[0]
        self.error = self.real.error
        self.instead = instead
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.most_live = 0

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any) -> Any:
            self.calls.append((name, args))
            answer = self.instead.get(name, getattr(self.real, name))(*args)
            if name == "assert_fact":
                self.most_live = max(self.most_live, len(json.loads(self.real.get_facts(args[0], "0"))))
            return answer

        return call

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [args for called, args in self.calls if called == name]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return watch(monkeypatch)


def watch(monkeypatch: pytest.MonkeyPatch, **instead: Any) -> Watched:
    engine = Watched(**instead)
    monkeypatch.setattr(rete, "_engine", lambda: engine)
    return engine


def library(*rules: Any) -> int:
    """A durable ruleset with the conditions `rules`, outside our engine."""
    library.count = getattr(library, "count", 0) + 1  # type: ignore[attr-defined]
    definition = {f"r{i}": {"all": [{"m": condition}]} for i, condition in enumerate(rules)}
    handle: int = rete._load()[0].create_ruleset(f"test{library.count}", json.dumps(definition))  # type: ignore[attr-defined]
    return handle


def tell(handle: int, message: dict[str, Any], verb: str = "assert_fact") -> tuple[int, list[str]]:
    """The library's answer to a message and the rules that it fires."""
    engine = rete._load()[0]
    answer, state = getattr(engine, verb)(handle, json.dumps(message))
    return answer, list(rete._fired(engine, handle, state)) if answer == rete.HANDLED else []


def both(*conditions: Any) -> Any:
    return {"$and": [{"kind": "t"}, *conditions]}


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | env, timeout=60)


SOME = {
    "rank": f.number([1, 2, 3, None, 5]),
    "总分": f.number([925, 925, None, 880, 10], places=1),
    "place": f.text(["first", "", "第三", None, "last"]),
    "won": f.truth([True, False, None, True, False]),
    "big": f.number([2**40, 2**40 + 1, -(2**40), None, 2**62]),
}
RULES = [
    rule("top", [leaf("rank", "<=", num(3)), leaf("won", "!=", ["bool", False])], [leaf("place", "==", ["text", "last"])]),
    rule("总", [leaf("总分", ">", num(905, 1))], [leaf("总分", ">=", num(92))], [leaf("rank", "in", ["list", num(1), num(5)])]),
    rule("far", [leaf("big", ">=", num(2**40)), leaf("big", "lacks")], [leaf("big", ">", num(2**40))]),
]


# ---- 1: one thread, no timers ------------------------------------------------------------------------------------------


def test_1_no_thread_is_started_and_the_stock_host_is_not_even_imported() -> None:
    before = threading.active_count()
    rete.masks(bind(RULES, SOME), facts(SOME))
    assert threading.active_count() == before
    code = "import sys; from scoring_engine.decisions import rete; assert rete.available(); print('durable' in sys.modules)"
    assert run(code).stdout.strip() == "False"


def test_1_the_stock_host_starts_two_timer_threads_and_one_whose_run_does_nothing_starts_none() -> None:
    start = "from scoring_engine.decisions import rete; rete.available(); import threading, durable.engine as e\n"
    count = "print(sum(isinstance(t, threading.Timer) for t in threading.enumerate()))"
    assert run(start + "e.Host()\n" + count).stdout.strip() == "2"
    assert run(start + "class Quiet(e.Host):\n    def _run(self): pass\nQuiet()\n" + count).stdout.strip() == "0"


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcfromtimestamp")
def test_1_our_engine_fires_what_a_quiet_host_fires() -> None:
    host_of = pytest.importorskip("durable.engine")

    class Quiet(host_of.Host):  # type: ignore[misc,name-defined]
        def _run(self) -> None:
            pass

    fired: set[tuple[str, str]] = set()
    host = Quiet()
    conditions = {
        "top#0": [{"$lte": {"rank": 3}}, {"$neq": {"won": False}}],
        "top#1": [{"place": "last"}],
        "总#0": [{"$gt": {"total": 905}}],
        "总#1": [{"rank": 5}],
        "总#2": [{"rank": 1}],
    }

    def action(name: str) -> Any:
        return lambda c: fired.add((name.partition("#")[0], c.m.id))

    definition = {
        name: {"all": [{"m": {"$and": [{"kind": "contestants"}, *terms]}}], "run": action(name)} for name, terms in conditions.items()
    }
    host.register_rulesets({"quiet": definition})
    rows = zip(
        [1, 2, 3, None, 5], [925, 925, None, 880, 10], ["first", "", "第三", None, "last"], [True, False, None, True, False], strict=True
    )
    for row, (rank, total, place, won) in enumerate(rows):
        values = {"rank": rank, "total": total, "place": place, "won": won}
        fact = {"id": str(row), "kind": "contestants"} | {name: value for name, value in values.items() if value is not None}
        try:
            host.assert_fact("quiet", fact)
        except host_of.MessageNotHandledException:
            continue
        host.retract_fact("quiet", fact)
    ours = rete.masks(bind(RULES[:2], SOME), facts(SOME))
    assert {(name, str(row)) for name, mask in ours.items() for row in np.flatnonzero(mask)} == fired
    assert fired >= {("top", "0"), ("top", "4"), ("总", "0")}


# ---- 2, 3: one fact at a time, in order, retracted ------------------------------------------------------------------------


def test_2_facts_are_asserted_one_at_a_time_in_order_and_nothing_else_of_the_library_is_used(watched: Watched) -> None:
    table = facts(SOME, competition=[1, 0, 1, 0, 0])
    table.order = np.array([7, 3, 5, 1, 2])
    rete.masks(bind(RULES, SOME), table)
    asserted = [json.loads(message) for _, message in watched.of("assert_fact")]
    # competition 0 holds rows 3, 4, 1 by order; competition 1 rows 2, 0
    assert [message["id"] for message in asserted] == ["3", "4", "1", "2", "0"]
    assert all(isinstance(message, dict) and "sid" not in message for message in asserted)
    assert {name for name, _ in watched.calls} <= USED


def test_2_an_event_is_consumed_by_the_first_rule_and_a_fact_by_none() -> None:
    message = {"kind": "t", "f0": 3}
    conditions = [both({"$lt": {"f0": 5}}), both({"$lt": {"f0": 9}})]
    assert len(tell(library(*conditions), message, "assert_event")[1]) == 1
    assert sorted(tell(library(*conditions), message)[1]) == ["r0", "r1"]


def test_2_the_batch_call_goes_through_facts_newest_first() -> None:
    handle, engine = library(both({"f0": True})), rete._engine()
    batch = json.dumps([{"id": str(i), "kind": "t", "f0": True} for i in range(3)])
    _, state = engine.assert_facts(handle, batch)
    result, seen = engine.start_action_for_state(handle, state)[1], []
    while result is not None:
        seen.append(json.loads(result)["r0"]["m"]["id"])
        result = engine.complete_and_start_action(handle, state)
    assert seen != ["0", "1", "2"]


def test_3_at_most_one_fact_is_live_and_none_is_left(watched: Watched) -> None:
    rete.masks(bind(RULES, SOME), facts(SOME))
    assert watched.most_live == 1
    assert len(watched.of("retract_fact")) > 0
    for handle in {args[0] for args in watched.of("assert_fact")}:
        assert json.loads(watched.real.get_facts(handle, "0")) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the memory in use from /proc")
def test_3_a_live_fact_costs_about_eight_kilobytes() -> None:
    code = """
from resource import getpagesize
from scoring_engine.decisions import rete
engine = rete._engine()
handle = engine.create_ruleset("a", '{"a":{"all":[{"m":{"$and":[{"kind":"t"},{"f0":1}]}}]}}')
used = lambda: int(open("/proc/self/statm").read().split()[1]) * getpagesize()
before = used()
for i in range(5000):
    engine.assert_fact(handle, '{"id":"%d","kind":"t","f0":1}' % i)
print((used() - before) // 5000)
"""
    assert 4_000 < int(run(code).stdout) < 16_000


def test_3_identity_is_a_hash_of_32_bits() -> None:
    # "40189" and "797186" have the same FNV-1a hash; the library takes the second for the first, our ids are never live together
    handle = library(both({"f0": 1}))
    assert tell(handle, {"id": "40189", "kind": "t", "f0": 1}) == (rete.HANDLED, ["r0"])
    assert tell(handle, {"id": "797186", "kind": "t", "f0": 1}) == (2, [])

    def fnv(text: str) -> int:
        code = 2166136261
        for byte in text.encode():
            code = (code ^ byte) * 16777619 % 2**32
        return code

    assert fnv("40189") == fnv("797186")
    # names of fields are told apart by the same hash: those that we send differ, from each other and from the library's own
    names = [f"f{i}" for i in range(rete.FIELDS)] + ["kind", "id", "sid", "$s", "sid-0"]
    assert len({fnv(name) for name in names}) == len(names)


def test_3_too_many_sids_are_not_taken() -> None:
    code = """
from scoring_engine.decisions import rete
engine = rete._engine()
handle = engine.create_ruleset("a", '{"a":{"all":[{"m":{"$and":[{"kind":"t"},{"f0":1}]}}]}}')
for i in range(1025):
    engine.assert_fact(handle, '{"sid":"%d","id":"%d","kind":"t","f0":1}' % (i, i))
"""
    assert run(code).returncode != 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fills memory with glibc's switch")
def test_3_delete_state_before_any_rule_has_fired_frees_what_nobody_set() -> None:
    code = """
from scoring_engine.decisions import rete
engine = rete._engine()
handle = engine.create_ruleset("a", '{"a":{"all":[{"m":{"$and":[{"kind":"t"},{"f0":1}]}}]}}')
engine.assert_fact(handle, '{"id":"1","kind":"t","f0":2}')
engine.delete_state(handle, "0")
"""
    assert run(code, MALLOC_PERTURB_="165").returncode < 0


# ---- 4, 5, 6, 7: what rules and facts look like --------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(cases())
def test_4_to_7_every_rule_and_every_fact_stays_in_the_profile(case: Any) -> None:
    decisions, fields, _, params, competition = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rete, "_handles", {})
        engine = watch(patch)
        rete.masks(bind(decisions, fields, lambda expr: params[expr[1]]), facts(fields, competition))
    reads: dict[int, set[str]] = {}
    for number, (_, text) in enumerate(engine.of("create_ruleset")):
        definition = json.loads(text)
        assert 0 < len(definition) <= 50
        read = reads[number] = set()
        for name, compiled in definition.items():
            assert re.fullmatch(r"[\w-]+#\d+", name)
            assert list(compiled) == ["all"]
            [term] = compiled["all"]  # one message: no join
            assert list(term) == ["m"]
            first, *rest = term["m"]["$and"]
            assert first == {"kind": "contestants"}
            for condition in rest:
                [(op, operand)] = condition.items()
                pair = operand if op.startswith("$") else condition
                assert op in {"$neq", "$lt", "$lte", "$gt", "$gte"} or not op.startswith("$")
                [(field, value)] = pair.items()
                assert re.fullmatch(r"f\d+", field)
                read.add(field)
                assert isinstance(value, (bool, int, str))
                assert isinstance(value, (bool, str)) or abs(value) < 2**31
                assert op in ("$neq", field) or (isinstance(value, int) and not isinstance(value, bool))
    sent = [message for _, message in engine.of("assert_fact")]
    for message in map(json.loads, sent):
        assert len(message) <= 250
        assert message.pop("kind") == "contestants"
        message.pop("id")
        assert set(message) <= set().union(*reads.values())
        for value in message.values():
            assert isinstance(value, (bool, int, str))
            assert isinstance(value, (bool, str)) or abs(value) < 2**53


def test_4_what_is_kept_away_from_the_library() -> None:
    divide = both({"$gt": {"f0": {"$div": {"$l": {"$m": "f1"}, "$r": {"$m": "f2"}}}}})
    code = f"""
from scoring_engine.decisions import rete
import json
engine = rete._engine()
handle = engine.create_ruleset("a", json.dumps({{"a": {{"all": [{{"m": {divide!r}}}]}}}}))
engine.assert_fact(handle, '{{"kind":"t","f0":1,"f1":1,"f2":0}}')
"""
    assert run(code).returncode < 0  # division by zero kills the process
    handle = library(both({"$lt": {"f0": "ab!"}}))
    assert "ab" < "ab!"
    assert tell(handle, {"kind": "t", "f0": "ab"}) == (1, [])  # the closing quote of the message is compared too
    alone = library({"$nex": {"f0": 1}})
    tell(alone, {"kind": "t", "f0": 1})
    assert rete._engine().start_action(alone) is not None  # `$nex` on its own fires for the state itself


def test_5_or_fires_once_for_each_true_branch_and_ours_counts_once(watched: Watched) -> None:
    branches = [{"$lt": {"f0": 5}}, {"$lt": {"f0": 9}}]
    assert tell(library(both({"$or": branches})), {"kind": "t", "f0": 3})[1] == ["r0", "r0"]
    fields = {"x": f.number([3, 7, 9])}
    rules = bind([rule("r", [leaf("x", "<", num(5))], [leaf("x", "<", num(9))], [leaf("x", "<", num(9))])], fields)
    assert rete.masks(rules, facts(fields))["r"].tolist() == [True, True, False]
    names = [name for _, text in watched.of("create_ruleset") for name in json.loads(text)]
    assert "r#0" in names
    assert "r#1" in names
    assert "r#2" not in names  # the same alternative twice is one rule


def test_6_types_are_checked_by_us_because_the_library_coerces() -> None:
    assert tell(library(both({"$gt": {"f0": 10}})), {"kind": "t", "f0": "9"}) == (rete.HANDLED, ["r0"])
    from scoring_engine.decisions.literals import ConditionError

    with pytest.raises(ConditionError):
        bind([rule("r", [leaf("x", ">", num(10))])], {"x": f.text(["9"])})


def test_7_a_ruleset_with_more_than_its_stack_holds_fails_and_ours_is_split(watched: Watched) -> None:
    crowd = library(*(both({"$lt": {"f0": 100 + i}}) for i in range(70)))
    with pytest.raises(watched.error, match="303"):
        tell(crowd, {"kind": "t", "f0": 3})
    fields = {"x": f.number([3, 120, None])}
    rules = bind([rule(f"crowd{i}", [leaf("x", "<", num(100 + i))]) for i in range(170)], fields)
    found = rete.masks(rules, facts(fields))
    assert [len(json.loads(text)) for _, text in watched.of("create_ruleset")] == [50, 50, 50, 20]
    assert [found[f"crowd{i}"].tolist() for i in range(170)] == [[True, i > 20, False] for i in range(170)]


def test_7_more_fields_than_the_library_has_room_for_are_split_too(watched: Watched) -> None:
    wide = {"kind": "t"} | {f"f{i}": 1 for i in range(260)}
    with pytest.raises(watched.error, match="302"):
        tell(library(both({"f0": 1})), wide)
    fields = {f"列{i}": f.number([i, None]) for i in range(600)}
    rules = bind([rule(f"wide{k}", [leaf(f"列{i}", "==", num(i)) for i in range(k, 600, 6)]) for k in range(6)], fields)
    found = rete.masks(rules, facts(fields))
    assert all(found[f"wide{k}"].tolist() == [True, False] for k in range(6))
    sent = [json.loads(message) for _, message in watched.of("assert_fact")]
    assert max(map(len, sent)) <= 250
    with pytest.raises(rete.EngineError, match="more than"):
        rete.masks(bind([rule("too-wide", [leaf(name, "has") for name in fields])], fields), facts(fields))


def test_7_a_rule_that_would_expand_into_a_crowd_is_narrowed(watched: Watched) -> None:
    fields = {f"n{i}": f.number([3, 8, None]) for i in range(4)} | {"t": f.text(["c", "zz", "d"])}
    numbers = ["list", *(num(i) for i in range(7))]
    letters = ["list", *(["text", letter] for letter in "abcdefg")]
    rules = bind([rule("many", [leaf(f"n{i}", "in", numbers) for i in range(4)], [leaf("t", "in", letters)])], fields)
    assert rete.masks(rules, facts(fields))["many"].tolist() == [True, False, True]
    assert all(len(json.loads(text)) <= 50 for _, text in watched.of("create_ruleset"))


# ---- 8, 9, 10: state, answers, registration ------------------------------------------------------------------------------


def test_8_the_stock_host_swallows_the_exception_of_an_action_into_the_state() -> None:
    code = """
from scoring_engine.decisions import rete
rete.available()
import durable.engine as e
class Quiet(e.Host):
    def _run(self): pass
def action(c):
    raise ValueError("lost")
host = Quiet()
host.register_rulesets({"a": {"r": {"all": [{"m": {"kind": "t"}}], "run": action}}})
host.assert_fact("a", {"id": "1", "kind": "t"})
print(host.get_state("a", "0").get("exception"))
"""
    assert "lost" in run(code).stdout


def test_8_a_changed_state_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    watch(monkeypatch, get_state=lambda *_: '{"sid":"0","id":"sid-0","$s":1,"exception":"lost"}')
    with pytest.raises(rete.EngineError, match="state"):
        rete.masks(bind(RULES, SOME), facts(SOME))


def test_8_the_order_of_firing_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    straight = rete.masks(bind(RULES, SOME), facts(SOME))
    real = rete._fired
    monkeypatch.setattr(rete, "_fired", lambda *args: reversed(list(real(*args))))
    turned = rete.masks(bind(RULES[::-1], SOME), facts(SOME))
    assert {name: mask.tolist() for name, mask in straight.items()} == {name: mask.tolist() for name, mask in turned.items()}


def test_9_only_the_answer_that_no_rule_matched_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = {"rank": f.number([99])}
    rules = bind([rule("r", [leaf("rank", "<", num(3))])], nobody)
    engine = watch(monkeypatch)
    assert rete.masks(rules, facts(nobody))["r"].tolist() == [False]
    [(handle, message)] = engine.of("assert_fact")
    assert engine.real.assert_fact(handle, message)[0] == rete.NOT_HANDLED
    watch(monkeypatch, assert_fact=lambda *_: (2, 1))
    with pytest.raises(rete.EngineError, match="did not take a fact"):
        rete.masks(rules, facts(nobody))

    def broken(*_: Any) -> Any:
        raise engine.error("code 303")

    watch(monkeypatch, assert_fact=broken)
    with pytest.raises(rete.EngineError, match="303"):
        rete.masks(rules, facts(nobody))


def test_10_a_ruleset_is_registered_once_and_dropped_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rete, "_handles", {})
    params = {"leading": num(3)}

    def bound() -> Any:
        return bind([rule("r", [leaf("rank", "<=", ["param", "leading", []])])], SOME, lambda expr: params[expr[1]])

    engine = watch(monkeypatch)
    for _ in range(5):
        assert rete.masks(bound(), facts(SOME))["r"].tolist() == [True, True, True, False, False]
    assert len(engine.of("create_ruleset")) == 1
    params["leading"] = num(1)  # another environment
    assert rete.masks(bound(), facts(SOME))["r"].tolist() == [True, False, False, False, False]
    assert len(engine.of("create_ruleset")) == 2
    broken = watch(monkeypatch, get_state=lambda *_: "")
    with pytest.raises(rete.EngineError):
        rete.masks(bound(), facts(SOME))
    assert broken.of("create_ruleset") == []
    again = watch(monkeypatch)
    assert rete.masks(bound(), facts(SOME))["r"].tolist() == [True, False, False, False, False]
    assert len(again.of("create_ruleset")) == 1


# ---- 11: where it cannot be imported -------------------------------------------------------------------------------------


def test_11_the_import_leaves_the_binding_mode_as_it_was() -> None:
    code = """
import sys
before = sys.getdlopenflags()
from scoring_engine.decisions import rete
assert rete.available() and sys.getdlopenflags() == before
"""
    assert run(code).returncode == 0


def test_11_a_plain_import_fails_from_python_3_13_on() -> None:
    plain = run("import durable_rules_engine")
    if sys.version_info >= (3, 13):
        assert "PyEval_CallObject" in plain.stderr
    else:
        assert plain.returncode == 0


def test_11_without_the_library_the_reason_is_told_and_the_columnar_engine_decides_alone() -> None:
    code = f"""
import sys
sys.modules["durable_rules_engine"] = None
sys.path.insert(0, {os.path.dirname(__file__)!r})
from rules_by_hand import facts, leaf, num, rule
from scoring_engine.decisions import facts as f, rete
from scoring_engine.decisions.agreement import Environment, decide
assert not rete.available() and rete.available().reason
fields = {{"rank": f.number([1, 9])}}
for engine in ("rete", "both"):
    decided = decide([rule("r", [leaf("rank", "<", num(3))])], facts(fields), [Environment(lambda expr: expr)], engine)
    assert decided.masks["r"].tolist() == [True, False] and decided.engines == ("columnar",)
    print(decided.notice.say())
"""
    done = run(code)
    assert done.stderr == ""
    assert done.stdout.count("the columnar engine decides alone") == 2


def test_long_texts_are_cut_where_no_literal_can_tell() -> None:
    # 65 536 more characters look the same to a length of 16 bits
    long = "x" * 10
    fields = {"t": f.text([long, "x" * 65546, "x" * 1000, "x" * 1001, "x" * 1002])}
    texts = [long, "x" * 1000, "x" * 1001]
    rules = bind(
        [rule(f"t{i}", [leaf("t", op, ["text", text])]) for i, (text, op) in enumerate((t, o) for t in texts for o in ("==", "!="))], fields
    )
    by_rete, by_columns = rete.masks(rules, facts(fields)), columnar.masks(rules, facts(fields))
    assert [by_rete[f"t{i}"].tolist() for i in (0, 2, 4)] == [
        [True, False, False, False, False],
        [False, False, True, False, False],
        [False, False, False, True, False],
    ]
    assert all((by_rete[name] == by_columns[name]).all() for name in rules.ids)
