"""The compiler, from a valid `Ruleset` to a `plan.Plan`.

Shared by all stages:

    report      diagnostics with their place in the file
    kinds       the types of values
    values      literals, parameters and look-up tables
    fields      declared fields, kinds of record, calendars
    hyphens     the names with a hyphen, which formulas read as one name

A formula on its way from text to an expression of the plan:

    names binder                            names bound to columns, calls and aggregates to tables
    expressions operators calls check       types checked, the expression made

What becomes steps, each a task that knows what it needs:

    tables      tables, columns and tasks
    columns     a column or aggregate as an entry says it
    rows        derived tables
    panel       the score sheet spelled out
    ranking     the chain
    conditions decisions    rules
    order       tasks in the order of what they need, and cycles

    base derive stage       one stage: its tables, what it derives, its plan
"""
