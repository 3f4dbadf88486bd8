"""Intake: which events count. Each event of the log is admitted or rejected with the rule it broke; nothing is dropped in silence.

`effective` settles voids and amendments over the whole log; `admit` checks the events of one batch against its stage and
makes the base tables of them.
"""
