"""A rulebook with other values of its parameters: for worked examples of each reading, and for asking what if."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from typing import Any, cast

from scoring_engine.messages import Message
from scoring_engine.ruleset.compile import compile
from scoring_engine.ruleset.diagnostics import Diagnostic, RulesetError, did_you_mean, has_errors
from scoring_engine.ruleset.loader import Loaded
from scoring_engine.ruleset.models import Param
from scoring_engine.ruleset.plan import Plan


def with_params(loaded: Loaded, values: Mapping[str, Any]) -> Plan:
    """The plan of the rulebook with these values of its parameters, in force on every day.

    values   name → value, as it would stand in the file under `value:`
    The bounds of a parameter hold for its new value, and everything that reads it is checked again.

    Raises:
        RulesetError: there is no such parameter, or its value does not go with what reads it.
    """
    ruleset = loaded.ruleset
    if ruleset is None:
        raise RulesetError(loaded.diagnostics, {loaded.file: loaded.text})
    params = dict(ruleset.params)
    for name, value in values.items():
        if name not in params:
            raise RulesetError([_unknown(loaded, name, list(params))], {loaded.file: loaded.text})
        params[name] = Param.model_validate(params[name].model_dump(exclude={"value", "values"}, by_alias=True) | {"value": value})
    other = copy(loaded)
    other.ruleset = ruleset.model_copy(update={"params": params})
    other.diagnostics = []
    plan, found = compile(other)
    if plan is None or has_errors(found):
        raise RulesetError(found, {loaded.file: loaded.text})
    return cast(Plan, json.loads(json.dumps(plan, ensure_ascii=False)))


def _unknown(loaded: Loaded, name: str, known: list[str]) -> Diagnostic:
    line, column, length = loaded.positions.key(("params",))
    message = Message('the rulebook has no parameter "{name}"', {"name": name})
    return Diagnostic("E313", "error", loaded.file, line, column, length, message, did_you_mean(name, known))
