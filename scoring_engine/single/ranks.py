"""The rank step for one contest: who is ranked, the links of the chain, ranks and places as columns of the contestants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scoring_engine.scoring.words import PLACES, STATUSES
from scoring_engine.single.formulas import Eyes
from scoring_engine.single.numbers import over_one
from scoring_engine.single.table import Contest, Row
from scoring_engine.single.unsure import Unsure

if TYPE_CHECKING:
    from scoring_engine.ruleset.plan import LinkPlan, RankingPlan

COLUMNS = ("rank", "rank_from_last", "field", "tied", "pending", "status", "decided_by", "@position", "place", "@scope")

_, FIRST, BETWEEN, LAST, ONLY, LAST_PENDING = PLACES


class Block:
    """Contestants who are level; `link` parted them from those before, -1 for the first of all."""

    __slots__ = ("link", "rows")

    def __init__(self, rows: list[Row], link: int) -> None:
        self.rows = rows
        self.link = link


def rank(contest: Contest) -> None:
    """Add the columns of the ranking to the contestants."""
    stage, table = contest.stage, contest.tables["contestants"]
    plan: RankingPlan = stage["ranking"]
    for link in plan["by"]:
        if link["kind"] not in ("measure", "discretion") or (link["measure"] is not None and link["measure"] not in table.columns):
            raise Unsure(f"a link {link['kind']}")
    links = [(turn, link) for turn, link in enumerate(plan["by"], 1) if applies(contest, link)]
    first = _first(contest, plan)
    names = ["status", *(link["name"] for link in plan["by"])]
    admitted = Eyes(contest, table).conditions(plan["only"])
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        status = contest.status.get(row["contestant"], "")
        if not status:
            status = "unranked" if not admitted(row) else "ranked" if first is None or row[first] is not None else "unscored"
        row.update(dict.fromkeys(COLUMNS))
        row.update(status=status, tied=False, pending=False)
        row["@scope"] = _scope(row, plan["within"])
        groups.setdefault(row["@scope"], []).append(row)
    sent_last = {name for name in STATUSES[1:] if stage["missing"][name] == "last"}
    for rows in groups.values():
        inside = [row for row in rows if row["status"] == "ranked" or row["status"] in sent_last]
        blocks = [Block(inside, -1)] if inside else []
        blocks = _parted(blocks, 0, [int(row["status"] in sent_last) for row in inside])
        for turn, link in links:
            if link["kind"] == "measure":
                keys: Sequence[Any] = _keys([row for block in blocks for row in block.rows], link)
            else:
                keys = [key for block in blocks for key in _recorded(block.rows, contest.decided)]
            blocks = _parted(blocks, turn, keys)
        _settle(blocks, plan, names)
        away = [row for row in rows if row["status"] == "absent" and row["rank"] is None]
        _place(blocks, away, plan)
    table.columns.update(COLUMNS)


def applies(contest: Contest, link: LinkPlan) -> bool:
    """Whether a link counts in this contest."""
    if link["when"] is None:
        return True
    competition = contest.tables["competition"]
    return Eyes(contest, competition).bind(link["when"])(competition.rows[0]) is True


def leading(contest: Contest) -> str | None:
    """The first measure that ranks the contest."""
    return next((link["measure"] for link in contest.stage["ranking"]["by"] if link["kind"] == "measure" and applies(contest, link)), None)


def _first(contest: Contest, plan: RankingPlan) -> str | None:
    """The measure that the chain begins with: who lacks it is not ranked."""
    for link in plan["by"]:
        if link["kind"] != "measure":
            return None
        if applies(contest, link):
            return link["measure"]
    return None


def _scope(row: Row, within: list[str]) -> str:
    """The group in which the contestant is ranked."""
    names = [value for value in map(row.get, within) if type(value) is str]
    if len(names) < len(within):
        raise Unsure("a group that is no text")
    return " / ".join(names)


def _keys(rows: list[Row], link: LinkPlan) -> list[tuple[bool, int]]:
    """What sorts the rows by a measure, the best first, those without it last."""
    values = [row[link["measure"] or ""] for row in rows]
    there = [value for value in values if value is not None]
    if any(type(value) is not tuple for value in there):
        raise Unsure("a measure that is no number")
    nums = iter(over_one(there)[0] if there else [])
    sign = -1 if link["order"] == "down" else 1
    return [(True, 0) if value is None else (False, sign * next(nums)) for value in values]


def _recorded(rows: list[Row], decided: Mapping[str, int]) -> list[int]:
    """The recorded order of rows that are level, where it is there for each of them."""
    numbers = [decided.get(row["contestant"]) for row in rows]
    return [0] * len(rows) if None in numbers else [number or 0 for number in numbers]


def _parted(blocks: list[Block], link: int, keys: Sequence[Any]) -> list[Block]:
    """The blocks parted by a key for each of their rows, of which smaller is better; rows of equal keys stay in their order."""
    parted: list[Block] = []
    start = 0
    for block in blocks:
        size = len(block.rows)
        order = sorted(range(size), key=lambda place, start=start: keys[start + place])  # type: ignore[misc]
        for turn, place in enumerate(order):
            if turn and keys[start + place] == keys[start + order[turn - 1]]:
                parted[-1].rows.append(block.rows[place])
            else:
                parted.append(Block([block.rows[place]], link if turn else block.link))
        start += size
    return parted


def _settle(blocks: list[Block], plan: RankingPlan, names: list[str]) -> None:
    """The numbers of the ranking."""
    field = sum(len(block.rows) for block in blocks)
    start = 0
    for turn, block in enumerate(blocks):
        link = block.link if turn or len(blocks) == 1 else blocks[1].link
        size = len(block.rows)
        for place, row in enumerate(block.rows):
            position = start + place
            if plan["ties"] == "ordinal":
                up, down = position + 1, field - position
            elif plan["ties"] == "dense":
                up, down = turn + 1, len(blocks) - turn
            else:
                up, down = start + 1, field - start - size + 1
            row.update({"rank": (up, 1), "rank_from_last": (down, 1), "field": (field, 1), "@position": (position + 1, 1)})
            row["tied"] = size > 1
            row["pending"] = size > 1 and plan["unresolved"] == "pending"
            row["decided_by"] = None if link < 0 else names[link]
        start += size


def _place(blocks: list[Block], away: list[Row], plan: RankingPlan) -> None:
    """Who is first and last, by the policies for the cases in which that is not plain; see `ranking.last`."""
    policy = plan["last"]
    shielded = bool(away) and policy["absent_shields_lowest"]
    for turn, block in enumerate(blocks):
        if len(blocks) == 1 and len(block.rows) == 1:
            place = LAST if policy["alone"] != "none" and not shielded else ONLY
        elif len(blocks) == 1:
            place = LAST if policy["all_level"] != "none" and not shielded else BETWEEN
        elif turn == 0:
            place = FIRST
        elif turn < len(blocks) - 1 or shielded:
            place = BETWEEN
        elif len(block.rows) > 1:
            place = {"pending": LAST_PENDING, "all_tied": LAST, "none": BETWEEN}[policy["tied"]]
        else:
            place = LAST
        for row in block.rows:
            row["place"] = place
    for row in away:
        row["place"] = LAST if policy["absent_is_last"] else None
