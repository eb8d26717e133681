"""Artifacts: the audit record that a person reads (DESIGN, in Prefect's terms). Readable at 5 records and at 50,000."""

from __future__ import annotations

import re
from collections.abc import Iterable

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from ifs_jaggaer.pipeline.outcome import RunResult
from ifs_jaggaer.pipeline.run import SyncRun
from ifs_jaggaer.pipeline.tally import Line
from ifs_jaggaer.pipeline.wiring import identity_of
from mapping.kinds import Action

_HEAD = re.compile(r"store `([^`]+)` stands at\s+`([^`]+)`")

MOST_ROWS = 1000
"""Rows of a table: more than a person reads; the whole is in `audit export`."""

MOST_CHANGES = 6

PAGE = 200
"""Artifacts in one request to the Prefect server."""


async def anchor(run: SyncRun) -> None:
    """The head of the run's audit chain, kept outside the store."""
    await acreate_markdown_artifact(
        f"Audit chain of run `{run.request.run_id}` in store `{identity_of(run.wiring.store)}` stands at"
        f"\n\n`{run.scribe.head}`",
        key=f"{run.sync}-audit-head",
        description="Head of the audit chain; 'audit verify' compares it with the store.",
    )


async def publish(run: SyncRun, result: RunResult) -> None:
    """Summary, records, and one table for each kind of open item that this run met."""
    await acreate_markdown_artifact(summary(run, result), key=f"{run.sync}-summary", description=result.message)
    lines = sorted(run.tally.lines.values(), key=lambda line: (line.action == Action.SKIP, line.key))
    shown = [line for line in lines if line.action != Action.SKIP or len(lines) <= MOST_ROWS][:MOST_ROWS]
    if shown:
        await acreate_table_artifact(
            [_record(line) for line in shown],
            key=f"{run.sync}-records",
            description=_of(len(shown), len(lines), "records"),
        )
    for kind, key in (
        ("dead_letter", "dead-letters"),
        ("conflict", "conflicts"),
        ("held", "held"),
        ("waiting", "waiting"),
    ):
        rows = [
            {
                "key": document,
                "field": item.field,
                "reason": item.reason,
                "remedy": item.remedy,
                "value": item.value or "",
            }
            for document, items in sorted(run.tally.items.items())
            for item in items
            if item.kind == kind
        ]
        if rows:
            await acreate_table_artifact(
                rows[:MOST_ROWS], key=f"{run.sync}-{key}", description=_of(min(len(rows), MOST_ROWS), len(rows), key)
            )


def summary(run: SyncRun, result: RunResult) -> str:
    """The run's figures as markdown."""
    title = f"{result.sync}{' · dry run' if result.dry_run else ''}: {result.message}"
    counts = result.counts
    parts = [
        f"# {title}",
        f"Run `{result.run_id}` · profile `{run.wiring.profile.name}` · connection `{run.wiring.settings.connection}`",
        _table(
            ("read", "created", "updated", "unchanged", "out of scope", "waiting", "rejected", "conflicts", "held"),
            [
                (
                    counts.read, counts.created, counts.updated, counts.unchanged, counts.out_of_scope,
                    counts.waiting, counts.rejected, counts.conflicts, counts.held,
                )
            ],
        ),
    ]  # fmt: skip
    if result.amounts:
        parts += [
            "## Amounts moved",
            _table(("currency", "amount"), [(c, format(a, ",f")) for c, a in result.amounts.items()]),
        ]
    if result.watermarks:
        rows = [(leg, begin or "the beginning", end) for leg, (begin, end) in result.watermarks.items()]
        parts += ["## Watermarks", _table(("source", "from", "to"), rows)]
    sent = [(system, result.requests[system], result.throttled[system]) for system in result.requests]
    parts += ["## Requests", _table(("system", "requests", "answered 429"), sent)]
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
        "outcome": line.outcome,
        "amount": f"{line.amount.amount:f} {line.amount.currency}" if line.amount else "",
        "changes": "; ".join(changes),
        "notes": "; ".join(line.notes),
    }


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _of(shown: int, total: int, what: str) -> str:
    return f"{total} {what}" if shown == total else f"{shown} of {total} {what}; all: ifs-jaggaer audit export"


async def kept_heads(store: str) -> list[str]:
    """Heads of the audit chains of that store which earlier runs left in their artifacts, for `audit verify`."""
    heads: list[str] = []
    read = 0
    async with get_client() as client:
        while True:
            some = await client.read_artifacts(
                artifact_filter=ArtifactFilter(key=ArtifactFilterKey(like_="-audit-head")), offset=read, limit=PAGE
            )
            found = (_HEAD.search(str(artifact.data)) for artifact in some)
            heads += [match[2] for match in found if match and match[1] == store]
            read += len(some)
            if len(some) < PAGE:
                return heads
