"""An explanation as text: the numbers with what they come from, the rank with what decided it, the rules, what was carried.

Every number can be added up again from the lines above it: rows of marks under the operation that their heading names, and for
everything else the formula with the values that went in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scoring_engine.messages import Message
from scoring_engine.review.formulas import STATE, bare, core, is_leaf, item, keyed, minus, reasons, worked
from scoring_engine.review.layout import broken, columns
from scoring_engine.review.wording import CONSEQUENCES, STATUSES, condition, label, outcome, said

Json = dict[str, Any]

OPERATIONS = {
    "mean": Message("mean"),
    "sum": Message("sum"),
    "median": Message("median"),
    "min": Message("least"),
    "max": Message("greatest"),
    "product": Message("product"),
}
MODES = {
    "half_up": Message("rounded half up to {places} places"),
    "half_even": Message("rounded half even to {places} places"),
    "truncate": Message("cut off after {places} places"),
    "floor": Message("rounded down to {places} places"),
    "ceiling": Message("rounded up to {places} places"),
}
TRIMMED = {"high": Message("high"), "low": Message("low")}
MARKS = ("marks", "sheets")
"""Tables whose rows are many and all alike: their events are not named one by one."""


def text(explanation: Json, lang: str = "en", cells: int | None = None) -> str:
    """The explanation of a contestant. `cells`: how wide lines may be; None: as wide as they are."""
    return "\n".join(_lines(explanation, lang, cells)) + "\n"


def _lines(explanation: Json, lang: str, cells: int | None) -> Iterator[str]:
    yield from heading(explanation, [explanation["contestant"]], lang)
    for part in explanation["competitions"]:
        yield ""
        yield from Part(part, explanation, lang, cells).lines()


def heading(explanation: Json, people: Sequence[str], lang: str) -> Iterator[str]:
    """Whom it is about, of which state of which log."""
    names = [explanation["people"].get(id) for id in people]
    shown = " · ".join(f"{name} ({id})" if name else id for id, name in zip(people, names, strict=True))
    as_of = explanation["as_of"]
    args = {
        "at": str(as_of.get("at") or "–").replace("T", " ")[:16],
        "seq": str(as_of.get("seq", "–")),
        "log": explanation["log"][:12],
        "result": explanation["result"][:12],
    }
    yield shown
    yield Message("as of {at} (seq {seq}); log {log}, result {result}", args).say(lang)


class Part:
    """One competition of an explanation."""

    def __init__(self, part: Json, explanation: Json, lang: str, cells: int | None) -> None:
        self.part = part
        self.contestant: str = explanation.get("contestant", "")
        self.people: dict[str, str] = explanation["people"]
        self.lang = lang
        self.cells = cells
        self.by_id: dict[str, Json] = {cell["id"]: cell for cell in part.get("cells", [])}

    def say(self, message: Message) -> str:
        """A message in the reader's language."""
        return message.say(self.lang)

    def name(self, table: str, column: str) -> str:
        """What a column, or with a table that begins with = a value of a key, is called."""
        labels = self.part["labels"]
        if table == STATE:
            return self.say(TRIMMED[column])
        if table.startswith("="):
            return label(labels["criteria"].get(column), self.lang, column) if table == "=criterion" else column
        if table == "contestants":
            return label(labels["measures"].get(column), self.lang, column)
        return f"{table}.{column}" if table == "competition" else column

    def person(self, id: str) -> str:
        """A person or unit by name and id."""
        name = self.people.get(id)
        return f"{name} ({id})" if name else id

    def lines(self) -> Iterator[str]:
        """All lines."""
        part = self.part
        titles = (part["title"], part["competition"], label(part["label"], self.lang, part["stage"]))
        yield f"━━ {' · '.join(dict.fromkeys(filter(None, titles)))} ━━"
        ruleset = part["ruleset"]
        args = {"id": ruleset["id"], "version": ruleset["version"], "sha": ruleset["sha256"][:12]}
        note = f" · {ruleset['note']}" if ruleset["note"] else ""
        yield self.say(Message("ruleset {id}@{version} ({sha})", args)) + note
        if part["listed"]:
            yield self.result()
            yield from self.derivation()
            yield from self.ranking()
            yield from self.rules()
        yield from self.through()
        yield from self.carried()
        for notice in part.get("notices", []):
            yield from self.wrapped(self.say(Message("notice")) + f": {notice['text']} ({notice['code']})", "  ")

    def wrapped(self, line: str, indent: str) -> Iterator[str]:
        """A line that may be broken."""
        return broken(line, self.cells, indent)

    def result(self) -> str:
        """Rank and total in a line."""
        part = self.part
        who = self.person(self.contestant)
        scope = f" [{part['scope']}]" if part["scope"] else ""
        total = "" if part["total"] is None or part["total"]["value"] is None else f", {part['total']['value']}"
        if part["rank"] is None:
            return f"{who}{scope}: {said(STATUSES, part['status'], self.lang)}{total}"
        rank = self.say(Message("rank {rank} of {field}", {"rank": part["rank"], "field": part["field"]}))
        pending = f", {said(STATUSES, 'pending', self.lang)}" if part["pending"] else ""
        return f"{who}{scope}: {rank}{total}{pending}"

    # --- numbers --------------------------------------------------------------------------------------------------------

    def derivation(self) -> Iterator[str]:
        """Every number that is more than another number's name."""
        cells = [cell for cell in self.part["cells"] if not is_leaf(cell.get("node"))]
        tables = dict.fromkeys(cell["table"] for cell in cells if cell["table"] not in ("contestants", "competition"))
        for table in tables:
            yield from self.rows(table, [cell for cell in cells if cell["table"] == table])
        yield from self.params()
        for line in columns([self.measure(cell) for cell in self.shown_cells()]):
            yield from self.wrapped("├ " + line, "│     ")

    def shown_cells(self) -> list[Json]:
        """The cells of the contestant's and the competition's own rows that get a line, each after those it uses."""
        cells = [cell for cell in self.part["cells"] if cell["table"] in ("contestants", "competition")]
        used = {id for cell in self.part["cells"] for id in _cells_of(cell.get("node"))}
        measures = set(self.part["measures"])
        return [
            cell
            for cell in cells
            if not is_leaf(cell.get("node")) or (cell["id"] in measures and (cell.get("show", True) or cell["id"] in used))
        ]

    def params(self) -> Iterator[str]:
        """The parameters in force."""
        groups: dict[tuple[str, str], list[Json]] = {}
        for one in self.part["params"]:
            groups.setdefault((one["kind"], one["name"]), []).append(one)
        for (kind, name), entries in groups.items():
            first = entries[0]
            values = ", ".join(f"{'/'.join(one['keys'])} {one['value'] or '–'}".strip() for one in entries)
            named = label(self.part["labels"]["params"].get(name), self.lang, name) if kind == "param" else name
            unit = f" {first['unit']}" if first.get("unit") else ""
            ref = f"  {first['ref']}" if first.get("ref") else ""
            yield from self.wrapped(f"├ {kind}s.{name}  {values}{unit}  {named if named != name else ''}{ref}".rstrip(), "│     ")

    def measure(self, cell: Json) -> list[str]:
        """Label, value, and formula with clause and line."""
        node = cell.get("node")
        name = self.name(cell["table"], cell["column"])
        value = minus(cell["shown"] or "–")
        if "about" in cell and cell["about"] != cell["value"]:
            value = f"{minus(cell['value'])} ≈ {minus(cell['about'])}"
        formula = "" if node is None else f"= {worked(node, self.name)}"
        notes = "; ".join(dict.fromkeys(reasons(node, self.name))) if node is not None else ""
        because = f"  {self.say(Message('as {conditions}', {'conditions': notes}))}" if notes else ""
        events = self.events(node) if node is not None else ""
        return [name, value, f"{formula}{because}{events}{self.place(cell)}"]

    def place(self, cell: Json) -> str:
        """Clause and line of the rulebook."""
        line = self.say(Message("line {line}", {"line": str(cell["line"])})) if cell.get("line") else ""
        where = ", ".join(filter(None, (cell.get("ref"), line)))
        return f"  {{{where}}}" if where else ""

    def events(self, node: Json) -> str:
        """The events that went into a formula: seq, who wrote them and why."""
        found: dict[int, str] = {}
        for one in _items_of(node):
            if one.get("seq") is None or one.get("node", {}).get("table") in MARKS:
                continue
            event = self.by_id.get(one.get("node", {}).get("cell", ""), {}).get("event", {})
            found[one["seq"]] = ", ".join(filter(None, (event.get("by"), event.get("text"))))
        if not found:
            return ""
        if any(found.values()):
            return f"  ({'; '.join(f'seq {seq}' + (f', {said_by}' if said_by else '') for seq, said_by in found.items())})"
        return f"  (seq {', '.join(map(str, found)) if len(found) <= 4 else f'{min(found)}–{max(found)}'})"

    def rows(self, table: str, cells: Sequence[Json]) -> Iterator[str]:
        """The rows of a table under a heading that says what is done with what stands in them."""
        names = dict.fromkeys(cell["column"] for cell in cells)
        heads, flat = [], {}
        for name in names:
            operation = {self.operation(cell["node"]) for cell in cells if cell["column"] == name}
            flat[name] = len(operation) == 1 and None not in operation
            if flat[name]:
                lines = sorted({cell["line"] for cell in cells if cell["column"] == name and cell.get("line")})
                where = f"  {{{self.say(Message('line {line}', {'line': ', '.join(map(str, lines))}))}}}" if lines else ""
                heads.append(f"{name}: {operation.pop()}{where}")
        yield from self.wrapped(f"├ {table}" + (f"  {'; '.join(heads)}" if heads else ""), "│     ")
        by_row: dict[tuple[tuple[str, str], ...], list[Json]] = {}
        for cell in cells:
            by_row.setdefault(tuple(cell["key"].items()), []).append(cell)
        lines_of = [self.row(dict(key), of_row, flat) for key, of_row in by_row.items()]
        for line, amended in zip(columns([line for line, _ in lines_of]), [amended for _, amended in lines_of], strict=True):
            yield from self.wrapped("│   " + line, "│       ")
            for change in amended:
                yield from self.wrapped("│     " + change, "│       ")

    def operation(self, node: Json) -> str | None:
        """What a formula does with rows that are plain values; None for a formula that does more."""
        rounding, inner = core(node)
        items = inner.get("items", ())
        if inner["do"] != "agg" or inner["name"] not in OPERATIONS or not items:
            return None
        if any("node" not in one or bare(one["node"])["do"] != "cell" for one in items):
            return None
        text = self.say(OPERATIONS[inner["name"]])
        trim = inner.get("trim")
        if trim and (trim["high"] or trim["low"]):
            args = {name: str(number) for name, number in trim.items()}
            text += self.say(Message(", {high} high and {low} low left out from {from} on", args))
        if rounding is not None:
            text += ", " + self.say(MODES[rounding["mode"]]._replace(args={"places": str(rounding["places"])}))
        return text

    def row(self, key: dict[str, str], cells: Sequence[Json], flat: dict[str, bool]) -> tuple[list[str], list[str]]:
        """A row of a table: what it is, the first value with what it comes from, then the others; and what was amended in it."""
        named = "/".join(keyed(column, value, self.name) for column, value in key.items() if column != "contestant")
        named = named or key.get("contestant", "")
        first, *others = cells
        formula = self.formula(first, flat[first["column"]])
        rest = "".join(f"; {cell['column']} {minus(cell['shown'] or '–')} {self.formula(cell, flat[cell['column']])}" for cell in others)
        seqs = sorted(one["seq"] for cell in cells for one in _items_of(cell["node"]) if one.get("seq") is not None)
        events = "" if not seqs else f"  (seq {seqs[0]})" if len(seqs) == 1 else f"  (seq {seqs[0]}–{seqs[-1]})"
        amended = [line for cell in cells for line in self.amended(cell["node"])]
        value = ("" if flat[first["column"]] else f"{first['column']} ") + minus(first["shown"] or "–")
        return [named, value, f"{formula}{rest}{events}"], amended

    def formula(self, cell: Json, flat: bool) -> str:
        """The values of a row whose heading says what is done with them, or the formula."""
        node = cell["node"]
        if not flat:
            return f"= {worked(node, self.name)}"
        inner = core(node)[1]
        return "  ".join(item(one, self.name) for one in inner["items"])

    def amended(self, node: Json) -> Iterator[str]:
        """What the values of a row were before they were corrected."""
        for one in _items_of(node):
            event = self.by_id.get(one.get("node", {}).get("cell", ""), {}).get("event", {})
            if event.get("kind") == "amended":
                args = {
                    "what": item(one, self.name),
                    "before": event.get("before", "–"),
                    "seq": str(event["seq"]),
                    "by": event.get("by", "–"),
                    "reason": event.get("reason", "–"),
                }
                yield self.say(Message("{what}: corrected, was {before} (seq {seq}, {by}: {reason})", args))

    # --- the rank -------------------------------------------------------------------------------------------------------

    def ranking(self) -> Iterator[str]:
        """What decided the rank against the neighbours."""
        ranking = self.part["ranking"]
        if not ranking["ranked"]:
            missing = ", ".join(self.name("contestants", name) for name in ranking["missing"])
            if missing:
                yield self.say(Message("not ranked: {measures} missing", {"measures": missing}))
            return
        for other in ranking["above"]:
            args = {"who": self.person(other["contestant"]), "rank": other["rank"]}
            yield from self.wrapped(self.say(Message("below {who} (rank {rank}): ", args)) + self.chain(other["links"], False), "    ")
        if ranking["level"]:
            names = ", ".join(self.person(other["contestant"]) for other in ranking["level"])
            yield from self.wrapped(self.say(Message("level to the end of the chain with {who}", {"who": names})), "    ")
        for other in ranking["below"]:
            args = {"who": self.person(other["contestant"]), "rank": other["rank"]}
            yield from self.wrapped(self.say(Message("above {who} (rank {rank}): ", args)) + self.chain(other["links"], True), "    ")

    def chain(self, links: Sequence[Json], own_first: bool) -> str:
        """The links up to the one that decided, the contestant's own value first."""
        return chain(links, own_first, self.name, self.lang)

    # --- rules ----------------------------------------------------------------------------------------------------------

    def rules(self) -> Iterator[str]:
        """The rules that hold and those that do not."""
        for title, rules, line_of in (
            (Message("holds"), self.part["fired"], self.fired),
            (Message("does not hold"), self.part["not_fired"], self.failed),
        ):
            rows = [line_of(rule) for rule in rules]
            if rows:
                yield self.say(title) + ":"
                for line in columns(rows):
                    yield from self.wrapped("  " + line, "      ")

    def fired(self, rule: Json) -> list[str]:
        """A rule that holds: the values compared and what follows."""
        conditions = "; ".join(self.condition(one) for one in rule["conditions"])
        then = "; ".join(self.outcome(one) for one in rule["then"]) or self.say(Message("nothing follows: a better grade was given"))
        key = f" [{', '.join(rule['row'].values())}]" if "row" in rule else ""
        return [self.rule(rule) + key, rule["ref"], f"{conditions}  ⇒ {then}  {self.line(rule)}"]

    def outcome(self, one: Json) -> str:
        """A consequence, with whom it is for and its status where it is not plainly granted."""
        text = outcome(one, self.lang)
        if one["recipient"] and one["recipient"] != self.contestant:
            text += f" ({self.person(one['recipient'])})"
        note = Message(one["note"]["text"], one["note"]["args"]).say(self.lang) if "note" in one else ""
        if one["status"] != "granted" or note:
            text += f" [{': '.join(filter(None, (said(STATUSES, one['status'], self.lang), note)))}]"
        return text

    def failed(self, rule: Json) -> list[str]:
        """A rule that does not hold: what failed and by how much."""
        if not rule["failed"]:
            return [self.rule(rule), rule["ref"], f"{self.say(Message('nothing is recorded that it could hold for'))}  {self.line(rule)}"]
        text = "; ".join(self.condition(one, failed=True) for one in rule["failed"])
        if rule.get("otherwise"):
            text += self.say(Message(" – or else: ")) + "; ".join(self.condition(one, failed=True) for one in rule["otherwise"])
        return [self.rule(rule), rule["ref"], f"{text}  {self.line(rule)}"]

    def rule(self, rule: Json) -> str:
        """A rule by its id and label."""
        named = label(rule["label"], self.lang, "")
        return f"{rule['rule']} {named}" if named and named != rule["rule"] else str(rule["rule"])

    def line(self, rule: Json) -> str:
        """The lines of the rulebook: of the rule and of what failed."""
        lines = ", ".join(map(str, dict.fromkeys([rule["line"], *(one["line"] for one in rule.get("failed", []))])))
        return f"{{{self.say(Message('line {line}', {'line': lines}))}}}"

    def condition(self, one: Json, failed: bool = False) -> str:
        """A comparison with the values."""
        return condition(one, failed, self.lang)

    # --- across competitions ----------------------------------------------------------------------------------------------

    def through(self) -> Iterator[str]:
        """What rules gave for the result of somebody else."""
        rows = []
        for rule in self.part["through"]:
            mine = [one for one in rule["then"] if one["recipient"] == self.contestant]
            then = "; ".join(self.outcome(one) for one in mine)
            conditions = "; ".join(self.condition(one) for one in rule["conditions"])
            rows.append([self.person(rule["for"]), self.rule(rule), f"{conditions}  ⇒ {then}  {self.line(rule)}"])
        if rows:
            yield self.say(Message("for the result of others:"))
            for line in columns(rows):
                yield from self.wrapped("  " + line, "      ")

    def carried(self) -> Iterator[str]:
        """What came from other competitions and what went on."""
        rows = [self.arrived(one) for one in self.part.get("received", [])]
        if rows:
            yield self.say(Message("received:"))
            for line in columns(rows):
                yield from self.wrapped("  " + line, "      ")
        rows = [self.went(one) for one in self.part["sent"]]
        if rows:
            yield self.say(Message("sent:"))
            for line in columns(rows):
                yield from self.wrapped("  " + line, "      ")

    def arrived(self, one: Json) -> list[str]:
        """What was received: from where, by which rule."""
        values = ", ".join(f"{name} {value}" for name, value in one["values"].items())
        rule = " · ".join(filter(None, (one["from"], one["rule"])))
        return [said(CONSEQUENCES, one["kind"], self.lang), rule, values]

    def went(self, one: Json) -> list[str]:
        """What was sent: what, to whom, and how it fares there."""
        value = f" {one['value']}" if "value" in one else f" {', '.join(one['honours'])}" if "honours" in one else ""
        target = one["target"] or self.say(Message("nowhere: the opening event names no such link"))
        there = one["there"]
        fares = ""
        if there is not None:
            place = Message("rank {rank} of {field}", {"rank": there["rank"], "field": there["field"]})
            rank = "" if there["rank"] is None else self.say(place)
            total = "" if there["total"] is None else there["total"]["value"]
            given = [
                outcome(given, self.lang) + ("" if given["status"] == "granted" else f" [{said(STATUSES, given['status'], self.lang)}]")
                for given in there["given"]
            ]
            fares = ", ".join(filter(None, (rank or said(STATUSES, there["status"], self.lang), total, *given)))
        return [
            f"{said(CONSEQUENCES, one['kind'], self.lang)}{value}",
            f"→ {one['to']} ({target}): {self.person(one['recipient'])}",
            one["rule"],
            fares,
        ]


def chain(links: Sequence[Json], own_first: bool, name: Any, lang: str) -> str:
    """The links of a chain with both values: `level on total 91.36; quality 92.40 > 91.85 decides (ranking.by[1])`."""
    texts = []
    for link in links:
        if link["outcome"] == "not-asked":
            continue
        first, second = link["values"] if own_first else reversed(link["values"])
        named = label(link.get("label"), lang, link["link"])
        named = name("contestants", link["link"]) if link["kind"] == "measure" and named == link["link"] else named
        args = {"link": named, "first": first or "–", "second": second or "–"}
        if link["outcome"] == "level":
            both = "{first}" if first == second else "{first}, {second}"
            texts.append(Message("level on {link} {both}", args | {"both": both.format_map(args)}).say(lang))
        else:
            where = "" if link["index"] is None else f" (ranking.by[{link['index']}])"
            texts.append(Message("{link} {first} {sign} {second} decides", args | {"sign": _sign(link, first, second)}).say(lang) + where)
    return "; ".join(texts) or Message("nothing parts them").say(lang)


def _sign(link: Json, first: str | None, second: str | None) -> str:
    """How two values of a link that decided stand to each other."""
    from fractions import Fraction

    try:
        a, b = Fraction(first or ""), Fraction(second or "")
    except (ValueError, ZeroDivisionError):
        return "|"
    return ">" if a > b else "<" if a < b else "="


def _items_of(node: Json | None) -> Iterator[Json]:
    """All rows of aggregates within a formula."""
    if node is None:
        return
    for one in node.get("items", ()):
        yield one
        yield from _items_of(one.get("node"))
    for part in node.get("parts", ()):
        yield from _items_of(part)


def _cells_of(node: Json | None) -> Iterator[str]:
    """The ids of all cells within a formula."""
    if node is None:
        return
    if "cell" in node:
        yield node["cell"]
    for part in (*node.get("parts", ()), *(one["node"] for one in node.get("items", ()) if "node" in one)):
        yield from _cells_of(part)
