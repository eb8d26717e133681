"""The tables of a run: records, discrepancies, what stands open. Readable at 5 records and at 50,000."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ifs_jaggaer.errors import System
from ifs_jaggaer.pipeline.request import FOREIGN
from ifs_jaggaer.pipeline.tally import NEEDS_A_PERSON, WRITTEN, Line, Tally
from ifs_jaggaer.store import OpenItem
from mapping.kinds import Action, Item, ItemKind, MatchDiscrepancy

MOST_ROWS = 1000
"""Rows of a table: more than a person reads; its description says where the whole is."""

MOST_CHANGES = 6

TOO_OLD = "open too long"

KINDS = {
    ItemKind.DEAD_LETTER: "dead letters",
    ItemKind.CONFLICT: "conflicts",
    ItemKind.HELD: "held",
    ItemKind.WAITING: "waiting",
}
STANDING = {*KINDS.values(), TOO_OLD}
"""Tables of what stands in the store."""

LEFT_ALONE = {str(Action.NONE): 3, str(Action.OUT_OF_SCOPE): 4, str(Action.SKIP): 5}
"""The order of documents for which nothing was done, after all others."""

NAMES = {"ifs": "IFS Cloud", "jaggaer": "JAGGAER"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under one head."""

    key: str
    description: str
    rows: list[dict[str, str]]


def tables(tally: Tally, sync: str, home: System) -> list[Table]:
    """Records, match discrepancies, open items by kind and those too old; none empty, what needs a person first.

    `home`: the side by whose keys the documents of the sync are named.
    """
    lines = sorted(tally.lines.values(), key=lambda line: (_rank(line, tally.items.get(line.key, ())), line.key))
    keys = {line.key: _keys(line.key, line.other_key, home) for line in lines}
    found = {"records": [keys[line.key] | _record(line) for line in lines[:MOST_ROWS]]}
    odd = [(line.key, one) for line in sorted(lines, key=lambda line: line.key) for one in line.discrepancies]
    found["match discrepancies"] = [_discrepancy(key, one) for key, one in odd[:MOST_ROWS]]
    totals = {"records": len(lines), "match discrepancies": len(odd)}
    for kind, name in KINDS.items():
        items = [(key, item) for key, items in sorted(tally.items.items()) for item in items if item.kind == kind]
        found[name] = [keys[key] | _item(item) for key, item in items[:MOST_ROWS]]
        totals[name] = len(items)
    old = sorted(tally.too_old, key=lambda item: (item.since, item.key))
    found[TOO_OLD] = [_keys(item.key, item.other_key, home) | _old(item) for item in old[:MOST_ROWS]]
    totals[TOO_OLD] = len(old)
    items_list = f"ifs-jaggaer items list --sync {sync}"
    return [
        Table(
            name.replace(" ", "-"),
            _of(len(rows), totals[name], name, items_list if name in STANDING else "ifs-jaggaer audit export"),
            rows,
        )
        for name, rows in found.items()
        if rows
    ]


def _rank(line: Line, items: Iterable[Item]) -> int:
    """What needs a person, what was written, what waits; what was left alone comes last."""
    if any(item.kind in NEEDS_A_PERSON for item in items):
        return 0
    if line.action in WRITTEN:
        return 1
    return 2 if items else LEFT_ALONE.get(line.action, 3)


def _keys(key: str, other_key: str, home: System) -> dict[str, str]:
    """Either system's key of a document under the system's name."""
    foreign = key.removeprefix(FOREIGN)
    if foreign != key:
        return {NAMES["ifs"]: "", NAMES["jaggaer"]: foreign}
    ifs, jaggaer = (key, other_key) if home == "ifs" else (other_key, key)
    return {NAMES["ifs"]: ifs, NAMES["jaggaer"]: jaggaer}


def _item(item: Item) -> dict[str, str]:
    return {"field": item.field, "value": item.value or "", "reason": item.reason, "remedy": item.remedy}


def _old(item: OpenItem) -> dict[str, str]:
    return {
        "field": item.field,
        "since": f"{item.since:%Y-%m-%d %H:%M} UTC",
        "kind": item.kind,
        "reason": item.reason,
        "remedy": item.remedy,
    }


def _discrepancy(key: str, one: MatchDiscrepancy) -> dict[str, str]:
    return {
        "invoice": key,
        "line": one.line,
        "order line": one.order_line,
        "cause": one.cause,
        "invoiced": one.stated,
        "reason": one.reason,
        "outcome": one.outcome,
    }


def _record(line: Line) -> dict[str, str]:
    changes = [f"{c.field}: {c.before or '-'} → {c.after or '-'}" for c in line.changes[:MOST_CHANGES]]
    if len(line.changes) > MOST_CHANGES:
        changes.append(f"and {len(line.changes) - MOST_CHANGES} more")
    return {
        "action": line.action,
        "outcome": line.action if line.outcome in set(Action) else line.outcome,
        "amount": f"{line.amount.amount:f} {line.amount.currency}" if line.amount else "",
        "changes": "; ".join(changes),
        "notes": "; ".join(line.notes),
    }


def _of(shown: int, total: int, what: str, command: str) -> str:
    return f"{total} {what}" if shown == total else f"{shown} of {total} {what}; all: {command}"
