"""Artifacts: the audit record that a person reads (DESIGN, in Prefect's terms). Readable at 5 records and at 50,000."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort

from flows.blocks import server_away
from ifs_jaggaer.errors import System
from ifs_jaggaer.pipeline.outcome import RunResult
from ifs_jaggaer.pipeline.run import SyncRun
from ifs_jaggaer.pipeline.tally import Line, Tally
from ifs_jaggaer.pipeline.wiring import identity_of
from ifs_jaggaer.settings import IfsSettings, JaggaerSettings, Settings
from ifs_jaggaer.store import OpenItem
from mapping.kinds import Action, Item, ItemKind, MatchDiscrepancy

_HEAD = re.compile(r"store `([^`]+)` stands at\s+`([^`]+)`")

MOST_ROWS = 1000
"""Rows of a table: more than a person reads; the whole is in `audit export`."""

MOST_CHANGES = 6

KINDS = {
    ItemKind.DEAD_LETTER: "dead letters",
    ItemKind.CONFLICT: "conflicts",
    ItemKind.HELD: "held",
    ItemKind.WAITING: "waiting",
}
NAMES = {"ifs": "IFS Cloud", "jaggaer": "JAGGAER"}

PAGE = 200
"""Artifacts in one request to the Prefect server."""


async def anchor(run: SyncRun) -> None:
    """The head of the run's audit chain, kept outside the store."""
    await anchor_head(run.sync, run.request.run_id, identity_of(run.wiring.store), run.scribe.head)


async def anchor_head(sync: str, run_id: str, store: str, head: str) -> None:
    """The same of any run: `kept_heads` finds it again."""
    await acreate_markdown_artifact(
        f"Audit chain of run `{run_id}` in store `{store}` stands at\n\n`{head}`",
        key=f"{sync}-audit-head",
        description="Head of the audit chain; 'audit verify' compares it with the store.",
    )


async def publish(run: SyncRun, result: RunResult, seconds: float) -> None:
    """Summary, records, match discrepancies, and one table for each kind of open item that this run met."""
    await acreate_markdown_artifact(
        summary(run.wiring.profile.name, run.wiring.settings, result, seconds),
        key=f"{run.sync}-summary",
        description=result.message,
    )
    for table in tables(run.tally):
        await acreate_table_artifact(table.rows, key=f"{run.sync}-{table.key}", description=table.description)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under one head."""

    key: str
    description: str
    rows: list[dict[str, str]]


def tables(tally: Tally) -> list[Table]:
    """Records, those that changed first, match discrepancies, open items by kind and those too old; none empty."""
    lines = sorted(tally.lines.values(), key=lambda line: (line.action == Action.SKIP, line.key))
    found = {"records": [_record(line) for line in lines[:MOST_ROWS]]}
    odd = [(line.key, one) for line in sorted(lines, key=lambda line: line.key) for one in line.discrepancies]
    found["match discrepancies"] = [_discrepancy(key, one) for key, one in odd[:MOST_ROWS]]
    totals = {"records": len(lines), "match discrepancies": len(odd)}
    for kind, name in KINDS.items():
        items = [(key, item) for key, items in sorted(tally.items.items()) for item in items if item.kind == kind]
        found[name] = [_item(key, item) for key, item in items[:MOST_ROWS]]
        totals[name] = len(items)
    old = sorted(tally.too_old, key=lambda item: (item.since, item.key))
    found["open too long"] = [_old(item) for item in old[:MOST_ROWS]]
    totals["open too long"] = len(old)
    return [
        Table(name.replace(" ", "-"), _of(len(rows), totals[name], name), rows) for name, rows in found.items() if rows
    ]


def _item(key: str, item: Item) -> dict[str, str]:
    return {"key": key, "field": item.field, "value": item.value or "", "reason": item.reason, "remedy": item.remedy}


def _old(item: OpenItem) -> dict[str, str]:
    return {
        "key": item.key,
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


def summary(profile: str, settings: Settings, result: RunResult, seconds: float) -> str:
    """The run's figures as markdown; `seconds` is how long it took."""
    title = f"{result.sync}{' · dry run' if result.dry_run else ''}: {result.message}"
    counts = result.counts
    parts = [
        f"# {title}",
        f"Run `{result.run_id}` · profile `{profile}` · connection `{settings.connection}` · {seconds:.0f} s",
        as_table(
            ("read", "created", "updated", "unchanged", "out of scope", "waiting", "rejected", "conflicts", "held",
             "open too long"),
            [
                (
                    counts.read, counts.created, counts.updated, counts.unchanged, counts.out_of_scope,
                    counts.waiting, counts.rejected, counts.conflicts, counts.held, counts.too_old,
                )
            ],
        ),
    ]  # fmt: skip
    if result.amounts:
        parts += [
            "## Amounts moved",
            as_table(("currency", "amount"), [(c, format(a, ",f")) for c, a in result.amounts.items()]),
        ]
    if result.watermarks:
        rows = [(leg, begin or "the beginning", end) for leg, (begin, end) in result.watermarks.items()]
        parts += ["## Watermarks", as_table(("source", "from", "to"), rows)]
    limits: dict[System, IfsSettings | JaggaerSettings] = {"ifs": settings.ifs, "jaggaer": settings.jaggaer}
    sent = [
        (
            NAMES[system], number, f"{number * 60 / max(seconds, 1):.0f}",
            f"{limits[system].requests_per_minute * limits[system].share:.0f}", result.throttled[system],
        )
        for system, number in result.requests.items()
    ]  # fmt: skip
    parts += ["## Requests", as_table(("system", "requests", "a minute", "ours a minute", "answered 429"), sent)]
    if result.notes:
        parts += ["## Notes", *(f"- {note}" for note in result.notes)]
    parts.append(f"Audit chain: `{result.head}`. One document: `ifs-jaggaer audit trace KEY`.")
    return "\n\n".join(parts)


def _record(line: Line) -> dict[str, str]:
    changes = [f"{c.field}: {c.before or '-'} → {c.after or '-'}" for c in line.changes[:MOST_CHANGES]]
    if len(line.changes) > MOST_CHANGES:
        changes.append(f"and {len(line.changes) - MOST_CHANGES} more")
    return {
        "key": line.key,
        "other key": line.other_key,
        "action": line.action,
        "outcome": line.action if line.outcome in set(Action) else line.outcome,
        "amount": f"{line.amount.amount:f} {line.amount.currency}" if line.amount else "",
        "changes": "; ".join(changes),
        "notes": "; ".join(line.notes),
    }


def as_table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table in markdown."""
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _of(shown: int, total: int, what: str) -> str:
    return f"{total} {what}" if shown == total else f"{shown} of {total} {what}; all: ifs-jaggaer audit export"


async def kept_heads(store: str) -> list[str]:
    """Heads of the audit chains of that store which earlier runs left in their artifacts, for `audit verify`.

    Raises:
        Unreachable: the Prefect server does not answer.
    """
    heads: list[str] = []
    read = 0
    of_heads = ArtifactFilter(key=ArtifactFilterKey(like_="-audit-head"))
    try:
        async with get_client() as client:
            while some := await client.read_artifacts(
                artifact_filter=of_heads, sort=ArtifactSort.CREATED_DESC, offset=read, limit=PAGE
            ):
                found = (_HEAD.search(str(artifact.data)) for artifact in some)
                heads += [match[2] for match in found if match and match[1] == store]
                read += len(some)
    except (RuntimeError, httpx.HTTPError) as error:
        raise server_away(error) from None
    return heads
