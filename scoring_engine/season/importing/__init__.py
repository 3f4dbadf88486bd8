"""Spreadsheets in: the rows of a CSV or XLSX file as events of one kind.

    sheets    what a file holds: cells with what was typed, where they stand, and what is odd about them
    fields    what a row can give for one kind of event under one stage of a rulebook
    layout    which column gives which field
    values    from a cell to an exact value, or to what is wrong with it
    roster    names to ids
    rows      from rows to events
    ledger    the log that the events are added to: what is new, what is there, what contradicts it
    run       all of it

Numbers are exact. A number cell of an XLSX file holds a binary float, which `values.typed` turns back into the decimal that was
typed: every decimal of up to 15 significant digits has a float of its own, and the shortest decimal that leads to a float
(Python's `repr`) is then the one that was typed. Spreadsheet programs keep no more than 15 digits, so a number that needs more
was computed, or was a longer one that the program has cut already; it is reported and not taken.
"""
