"""The engine of record: durable-rules inside the profile in which it is sound.

durable-rules 2.0.28 matches single facts correctly as long as it is kept away from threads, joins, arithmetic, floats and
crowds. What keeps it there is all in this module, and a test holds each point:

- no thread: the C extension is called directly, in the place of the library's `Host` (whose two timer threads also run
  actions, whose `Closure` swallows exceptions, and whose import costs more than a whole decision). A lock keeps other
  threads of the program out while facts are live;
- `assert_fact` one fact at a time, by (competition, order), and `retract_fact` after each, under one sid: at any moment one
  fact is live. `delete_state` is not used: it frees a pointer that nothing has set when no rule has fired yet;
- a compiled rule is `kind == the table` and comparisons of fields of that one fact with literals: no `$or`, `$nex`, join,
  arithmetic, regex, array. What is `or` in the rulebook becomes compiled rules of their own, `id#0`, `id#1`, …, and
  matches are merged by id; `has` and `lacks` compare a truth field that is always sent;
- literals are integers below 2**31, facts carry integers below 2**53. A comparison with a larger literal is taken apart
  into two over the value's upper and lower bits; a value beyond 2**53 is sent as 2**53 - 1 where only smaller literals are
  about. Texts are compared for equality and cut after `TEXT` characters, which is more than any literal sent has;
- at most 50 compiled rules a durable ruleset, at most 250 fields a fact, flat and named f0, f1, …; only what its rules read is
  sent;
- after each fact the state must be as it was, or the engine has swallowed an error;
- rulesets cannot be unregistered, so a ruleset is registered once for each text of its definition and kept.
"""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product, repeat
from json.encoder import encode_basestring_ascii as quote
from typing import Any, NamedTuple

import numpy as np

from scoring_engine.decisions.columnar import COMPARE
from scoring_engine.decisions.facts import Bools, Facts, Field, Ints
from scoring_engine.decisions.literals import Comparison, Rules
from scoring_engine.messages import Message

RULES = 50  # compiled rules in one durable ruleset: its stack holds 64 nodes, and each rule may put one there
FIELDS = 248  # fields of one fact; with kind and id 250, of 255 that the library has room for with its own
SMALL = 2**31  # magnitude below which a literal is safe
LARGE = 2**53  # magnitude below which a value is safe
TEXT = 1000  # characters of a text that are sent; lengths are 16-bit numbers in the library
BITS = 31  # of a large number that make its lower part

OPERATORS = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
HANDLED, NOT_HANDLED = 0, 1  # what assert_fact answers: at least one rule matched, none did
SID = "0"
UNTOUCHED = '{ "sid":"0", "id":"sid-0", "$s":1}'  # the state of a sid to which nothing happened


class EngineError(RuntimeError):
    """durable-rules did what it must not do, or cannot do what it is asked. `message` says what."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.say())
        self.message = message


class Availability(NamedTuple):
    """Whether durable-rules can be used here; false with the reason why not."""

    reason: str = ""

    def __bool__(self) -> bool:
        return not self.reason


class Sent(NamedTuple):
    """One field of a fact: what is sent of a column.

    part   value  the value itself (text, truth, or a number cut to ±(2**53 - 1))
           upper, lower  the bits of a number above and below the 31st
           has  whether the value is there
           met  whether the value meets `comparison`, worked out beforehand
    """

    field: str
    part: str
    comparison: Comparison | None = None


class Term(NamedTuple):
    """A comparison that durable-rules makes: a sent field with a safe literal."""

    sent: Sent
    op: str
    value: int | str | bool


class Compiled(NamedTuple):
    """One durable ruleset.

    handle   the library's number of it
    sent     the fields of its facts, f0, f1, …
    rules    name of the compiled rule, as the library writes it → index of the rule it belongs to
    """

    handle: int
    sent: list[Sent]
    rules: dict[str, int]


_lock = allocate_lock()
_handles: dict[str, int] = {}


def available() -> Availability:
    """Whether the C extension of durable-rules can be imported."""
    return _load()[1]


def masks(rules: Rules, facts: Facts) -> dict[str, Bools]:
    """For each rule id the rows (bool[n]) for which the rule holds, found fact by fact.

    Raises EngineError where durable-rules is not available, misbehaves, or cannot take a rule.
    """
    found = {name: np.zeros(facts.size, np.bool_) for name in rules.ids}
    ways = [found[name] for name in rules.ids]
    order = np.lexsort((facts.order, facts.competition)).astype(np.int64)
    with _lock:
        for compiled in _compile(rules):
            for rule, row in _matches(compiled, rules.table, facts, order):
                ways[rule][row] = True
    return found


def _matches(compiled: Compiled, table: str, facts: Facts, order: Ints) -> Iterator[tuple[int, int]]:
    """Pairs (rule, row) in the order in which the library finds them; a pair may come more than once."""
    engine = _engine()
    handle, names = compiled.handle, compiled.rules
    assert_fact, retract_fact, get_state = engine.assert_fact, engine.retract_fact, engine.get_state
    sound = False
    try:
        for row, fact in zip(order.tolist(), _messages(compiled, table, facts, order), strict=True):
            answer, state = assert_fact(handle, fact)
            if answer == HANDLED:
                for name in _fired(engine, handle, state):
                    yield names[name], row
                retract_fact(handle, fact)
            elif answer != NOT_HANDLED:
                args = {"answer": str(answer), "fact": fact}
                raise EngineError(Message("durable-rules did not take a fact: answer {answer} to {fact}", args))
            if get_state(handle, SID) != UNTOUCHED:
                raise EngineError(Message("durable-rules changed its state at {fact}", {"fact": fact}))
        sound = True
    except engine.error as error:
        raise EngineError(Message("durable-rules failed: {error}", {"error": str(error)})) from error
    finally:
        if not sound:  # a fact may still be live in it: never use it again
            for definition in [text for text, known in _handles.items() if known == handle]:
                del _handles[definition]


def _fired(engine: Any, handle: int, state: int) -> Iterator[str]:
    """Names of the compiled rules that matched the fact just asserted. A result is `{"name":{"m":{…the fact…}}}`."""
    action = engine.start_action_for_state(handle, state)
    result: str | None = action[1] if action else None
    while result is not None:
        yield result[2 : result.index('"', 2)]
        result = engine.complete_and_start_action(handle, state)


# ---- facts -----------------------------------------------------------------------------------------------------------------


def _messages(compiled: Compiled, table: str, facts: Facts, order: Ints) -> Iterator[str]:
    """The facts as JSON, in the order `order`: id, kind, and the sent fields that are there."""
    heads = [f'{{"id":"{row}","kind":{quote(table)}' for row in order.tolist()]
    parts = [_pieces(f',"f{i}":', sent, facts.fields[sent.field].take(order)) for i, sent in enumerate(compiled.sent)]
    return map("".join, zip(heads, *parts, repeat("}", len(heads)), strict=True))


def _pieces(name: str, sent: Sent, field: Field) -> list[str]:
    """The piece of each fact's JSON that says `sent`; "" where the value is missing."""
    if sent.part == "has":
        return [name + ("true" if ok else "false") for ok in field.ok.tolist()]
    texts: list[Any]
    if sent.part == "met":
        meets = _meets(sent.comparison)
        values: list[Any] = field.values.tolist()
        if field.kind == "text":
            values = [field.texts[code] if ok else "" for code, ok in zip(values, field.ok.tolist(), strict=True)]
        texts = ["true" if meets(value) else "false" for value in values]
    elif field.kind == "text":
        used, back = np.unique(np.where(field.ok, field.values, -1), return_inverse=True)
        written = [quote(field.texts[code][: TEXT + 1]) if code >= 0 else "" for code in used.tolist()]
        texts = [written[at] for at in back.tolist()]
    elif field.kind == "truth":
        texts = ["true" if value else "false" for value in field.values.tolist()]
    elif sent.part == "upper":
        texts = (field.values >> BITS).tolist()
    elif sent.part == "lower":
        texts = (field.values & (2**BITS - 1)).tolist()
    else:
        texts = np.clip(field.values, 1 - LARGE, LARGE - 1).tolist()
    if field.ok.all():
        return [f"{name}{text}" for text in texts]
    return [f"{name}{text}" if ok else "" for text, ok in zip(texts, field.ok.tolist(), strict=True)]


def _meets(comparison: Comparison | None) -> Callable[[Any], bool]:
    """The comparison as a function of one value that is there."""
    assert comparison is not None
    wanted = comparison.value
    if isinstance(wanted, tuple):
        return frozenset(wanted).__contains__
    return lambda value: bool(COMPARE[comparison.op](value, wanted))


# ---- rules -----------------------------------------------------------------------------------------------------------------


def _compile(rules: Rules) -> list[Compiled]:
    """The durable rulesets for `rules`: as many compiled rules in one as fit."""
    groups: list[tuple[dict[Sent, str], list[tuple[str, int, tuple[Term, ...]]]]] = [({}, [])]
    for index, name in enumerate(rules.ids):
        for number, terms in enumerate(_expand(rules, index)):
            reads = {term.sent for term in terms}
            fields, members = groups[-1]
            if len(members) == RULES or len(reads | fields.keys()) > FIELDS:
                fields, members = {}, []
                groups.append((fields, members))
            if len(reads) > FIELDS:
                raise EngineError(Message("the rule {rule} reads more than {most} columns", {"rule": name, "most": str(FIELDS)}))
            for term in terms:
                fields.setdefault(term.sent, f"f{len(fields)}")
            members.append((f"{name}#{number}", index, terms))
    return [_register(rules.table, fields, members) for fields, members in groups if members]


def _expand(rules: Rules, index: int) -> list[tuple[Term, ...]]:
    """The alternatives of a rule as conjunctions of terms, each one once."""
    found: dict[tuple[Term, ...], None] = {}
    for alternative in rules.alternatives[index]:
        comparisons = [rules.comparisons[c] for c in alternative]
        ways = [_ways(comparison) for comparison in comparisons]
        while _count(ways) > RULES:  # rather have the widest comparison worked out beforehand than so many rules
            widest = max(range(len(ways)), key=lambda i: len(ways[i]))
            ways[widest] = [[_met(comparisons[widest])]]
        for combination in product(*ways):
            found[tuple(dict.fromkeys(term for way in combination for term in way))] = None
    return list(found)


def _count(ways: list[list[list[Term]]]) -> int:
    count = 1
    for way in ways:
        count *= len(way)
    return count


def _ways(comparison: Comparison) -> list[list[Term]]:
    """A comparison as alternatives of conjunctions of terms that are safe."""
    name, op, value = comparison
    if op in ("has", "lacks"):
        return [[Term(Sent(name, "has"), "==", op == "has")]]
    if op == "never":
        return []
    if isinstance(value, tuple):
        return [way for item in value for way in _ways(Comparison(name, "==", item))]
    assert value is not None
    if isinstance(value, str):
        return [[Term(Sent(name, "value"), op, value)]] if len(value) <= TEXT else [[_met(comparison)]]
    if isinstance(value, bool) or abs(value) < SMALL:
        return [[Term(Sent(name, "value"), op, value)]]
    high, low = value >> BITS, value & (2**BITS - 1)
    if abs(high) >= SMALL:
        return [[_met(comparison)]]
    upper, lower = Sent(name, "upper"), Sent(name, "lower")
    level = [Term(upper, "==", high), Term(lower, op, low)]
    return [level] if op == "==" else [[Term(upper, op.rstrip("=") if op != "!=" else op, high)], level]


def _met(comparison: Comparison) -> Term:
    return Term(Sent(comparison.field, "met", comparison), "==", True)


def _register(table: str, fields: dict[Sent, str], members: list[tuple[str, int, tuple[Term, ...]]]) -> Compiled:
    """The durable ruleset of `members` (name, rule, terms); registered when its definition is new."""
    names = [quote(name)[1:-1] for name, _, _ in members]
    definition = ",".join(
        f'"{name}":{{"all":[{{"m":{{"$and":[{{"kind":{quote(table)}}}{"".join(_written(term, fields) for term in terms)}]}}}}]}}'
        for name, (_, _, terms) in zip(names, members, strict=True)
    )
    handle = _handles.get(definition)
    if handle is None:
        engine = _engine()
        try:
            handle = _handles[definition] = engine.create_ruleset(f"rules{len(_handles)}", "{" + definition + "}")
        except engine.error as error:
            raise EngineError(Message("durable-rules did not take the rules: {error}", {"error": str(error)})) from error
    return Compiled(handle, list(fields), {name: rule for name, (_, rule, _) in zip(names, members, strict=True)})


def _written(term: Term, fields: dict[Sent, str]) -> str:
    value = quote(term.value) if isinstance(term.value, str) else str(term.value).lower()
    pair = f'{{"{fields[term.sent]}":{value}}}'
    return f",{pair}" if term.op == "==" else f',{{"{OPERATORS[term.op]}":{pair}}}'


# ---- the library -----------------------------------------------------------------------------------------------------------


def _engine() -> Any:
    """The C extension. EngineError where it is not available."""
    engine, usable = _load()
    if not usable:
        raise EngineError(Message("durable-rules cannot be used here: {reason}", {"reason": usable.reason}))
    return engine


@cache
def _load() -> tuple[Any, Availability]:
    """The C extension and whether it could be imported.

    It refers to a function that Python 3.13 no longer has, and never calls it: with lazy binding it loads all the same.
    """
    flags = sys.getdlopenflags() if hasattr(sys, "getdlopenflags") else None
    try:
        if flags is not None:
            sys.setdlopenflags(os.RTLD_LAZY)
        import durable_rules_engine  # type: ignore[import-not-found,unused-ignore]  # published as source, without types

        return durable_rules_engine, Availability()
    except ImportError as error:
        return None, Availability(str(error) or "not installed")
    finally:
        if flags is not None:
            sys.setdlopenflags(flags)
