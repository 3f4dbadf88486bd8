"""All that can be wrong with a cell or a row, in one place."""

from __future__ import annotations

from scoring_engine.messages import Message

FAULTS = {
    # cells
    "character": Message("the cell holds a character that cannot be seen ({code}); type it again"),
    "error-cell": Message("the cell shows the error {value}; mend its formula, or type the value"),
    "formula": Message("the cell holds a formula, and its result {value} may be rounded on the screen only; paste it as a value"),
    "merged": Message("the cell is merged with others, and a number must stand in a cell of its own; split the cells and type each"),
    "percentage": Message("the cell shows a percentage and holds {value}, so two things can be meant; format it as a number"),
    "date-for-number": Message("the spreadsheet made {value} of the number that was typed; format the cell as text and type it again"),
    "date-for-text": Message("the spreadsheet made the date or time {value} of what was typed; format the cell as text and type it again"),
    "long-number": Message("{value} has more digits than a spreadsheet keeps; format the column as text and type it again"),
    "scientific": Message("“{value}” is a number that a spreadsheet program has cut; type it in full, an id in a cell formatted as text"),
    "digits": Message("the cell holds {value}, more than {most} digits: it was computed, not typed; round it and paste it as a value"),
    # numbers
    "not-a-number": Message("“{value}” is no number; write digits, such as 92.5, or leave the cell blank"),
    "status": Message("“{value}” is no number but a status; leave the cell blank and import the status with --kind {kind}"),
    "comma": Message("“{value}” has a comma; write decimals behind a point, and nothing between thousands"),
    "chinese-numeral": Message("“{value}” is written in characters; write {digits}"),
    "unit": Message("“{value}” has something behind the number; write {digits}"),
    "not-whole": Message("{value} is not a whole number"),
    "below": Message("{value} is below the lowest admitted value {low}"),
    "above": Message("{value} is above the highest admitted value {high}"),
    "step": Message("{value} is off the step of {step}"),
    "places": Message("{value} has too many decimals; at most {places} are recorded"),
    # other values
    "one-of": Message("“{value}” must be one of {values}"),
    "not-a-boolean": Message("“{value}” is neither yes nor no; write 是 or 否, true or false"),
    "not-a-date": Message("“{value}” is no date that has one meaning only; write it as 2024-10-11"),
    "date-as-number": Message("{value} may be {day}, as a spreadsheet program counts days; format the cell as a date"),
    "not-a-time": Message("“{value}” is no time; write it as 2024-10-11 09:31:02+08:00"),
    "no-time-of-day": Message("“{value}” has no time of day; write it as 2024-10-11 09:31"),
    "no-zone": Message("“{value}” does not say its offset from UTC; give it for the whole file, as in --zone +08:00"),
    "not-an-object": Message("“{value}” is no list of links; write name=value; name=value"),
    "json": Message("“{value}” is not written as JSON"),
    # rows
    "beyond-header": Message("“{value}” stands beyond the header; a value with a comma in it must be in quotes"),
    "missing": Message("{field} is missing"),
    "no-competition": Message("the row does not say its competition; give it with --competition"),
    "two-values": Message("the columns for {field} say “{one}” and “{other}”; correct one of them"),
    "name-only": Message("the row gives the name {value} and no id; import the contestants first, or name their log with --roster"),
    "same-name": Message("“{value}” is the name of several: {who}; give the id instead"),
    "other-person": Message("the row says {told} for {id}, who is entered with {known}; find out who is meant"),
    "misspelt": Message("“{value}” has not been entered in {competition}; did you mean {near}?"),
    "unknown": Message("“{value}” has not been entered in {competition}; enter it first, or correct it"),
}  # fmt: skip


class Fault(Exception):  # noqa: N818  (it is said of the input, and not of this program)
    """What is wrong, by its code among `FAULTS`, with what its message tells."""

    def __init__(self, rule: str, **args: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.message = Message(FAULTS[rule].text, args)
