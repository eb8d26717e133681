"""Artifacts: the audit record that a person reads (DESIGN, in Prefect's terms). Readable at 5 records and at 50,000."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import httpx
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort

from flows.blocks import server_away
from flows.run_tables import NAMES, tables
from ifs_jaggaer.errors import System
from ifs_jaggaer.pipeline.causes import Cause, causes_of
from ifs_jaggaer.pipeline.outcome import RunResult
from ifs_jaggaer.pipeline.run import SyncRun
from ifs_jaggaer.pipeline.tally import Tally
from ifs_jaggaer.pipeline.wiring import identity_of
from ifs_jaggaer.settings import IfsSettings, JaggaerSettings, Settings

_HEAD = re.compile(r"store `([^`]+)` stands at\s+`([^`]+)`")

MOST_CAUSES = 20
"""Causes in the summary; the tables have every item."""

MOST_EXAMPLES = 3

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
        summary(run.wiring.profile.name, run.wiring.settings, result, seconds, open_items(run.tally)),
        key=f"{run.sync}-summary",
        description=result.message,
    )
    for table in tables(run.tally, run.sync, run.kind.sources[0].system):
        await acreate_table_artifact(table.rows, key=f"{run.sync}-{table.key}", description=table.description)


def open_items(tally: Tally) -> tuple[Cause, ...]:
    """What stands open of the documents of this run, by what the items have in common."""
    return causes_of((key, item) for key, items in sorted(tally.items.items()) for item in items)


def summary(profile: str, settings: Settings, result: RunResult, seconds: float, causes: Sequence[Cause] = ()) -> str:
    """The run's figures as markdown; `seconds` is how long it took, `causes` why documents did not go."""
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
    if causes:
        parts += ["## What stands open", _why(causes)]
    if result.amounts:
        parts += [
            "## Amounts moved",
            as_table(("currency", "amount"), [(c, format(a, ",f")) for c, a in result.amounts.items()]),
        ]
    if result.watermarks:
        rows = [(_read_from(leg), begin or "the beginning", end) for leg, (begin, end) in result.watermarks.items()]
        parts += ["## Watermarks", as_table(("read", "from", "to"), rows)]
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


def _why(causes: Sequence[Cause]) -> str:
    """One line a cause, those that hit most documents first."""
    rows = [
        (one.documents, one.outcome, one.field, one.reason, one.remedy, ", ".join(_some_keys(one)))
        for one in causes[:MOST_CAUSES]
    ]
    text = as_table(("documents", "", "field", "reason", "remedy", "for example"), rows)
    more = len(causes) - MOST_CAUSES
    return f"{text}\n\nand {more} more causes: see the tables of this run" if more > 0 else text


def _some_keys(cause: Cause) -> list[str]:
    return list(dict.fromkeys(key for hit in cause.hits for key in hit.examples))[:MOST_EXAMPLES]


def _read_from(leg: str) -> str:
    """For example "IFS Cloud purchase_order"."""
    system, _, name = leg.partition(".")
    return f"{NAMES[system]} {name}" if system in NAMES else leg


def as_table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table in markdown."""
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(cell: object) -> str:
    """What a server said may hold what ends a cell or a row."""
    return " ".join(str(cell).replace("|", "\\|").split())


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
