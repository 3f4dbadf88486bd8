"""The compiler, from a valid `Ruleset` to a `plan.Plan`.

report      diagnostics with their place in the file
kinds       the types of values
values      parameters, look-up tables, labels, fields, windows: what every stage shares
tables      the tables of a stage and their columns
names       formulas with their names bound to columns
types       bound formulas checked and turned into expressions of the plan
columns     columns, aggregates and derived tables as tasks, each with what it needs
panel       the score sheet spelled out in such tasks
ranking     the chain
decisions   rules in disjunctive normal form
order       tasks in the order of what they need, and cycles
stage       all of it for one stage
"""
