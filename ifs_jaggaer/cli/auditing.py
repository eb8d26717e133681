"""The audit record: `audit trace`, `audit verify`, `audit export`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from ifs_jaggaer.cli.ephemeral import before_prefect
from ifs_jaggaer.cli.listing import as_object, opened
from ifs_jaggaer.cli.output import AsJson, Config, Exit, complain, out, print_json
from ifs_jaggaer.pipeline.request import FOREIGN
from ifs_jaggaer.pipeline.wiring import identity_of
from ifs_jaggaer.store import OpenItem
from ifs_jaggaer.store.audit import Recorded

audit = typer.Typer(help="What happened on the wire, and the proof that it was not changed.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    audit.command()(trace)
    audit.command()(verify)
    audit.command()(export)
    app.add_typer(audit, name="audit")


def trace(
    key: Annotated[str, typer.Argument(help="A document, by either system's key, e.g. P1001.")],
    *,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """The whole life of one document through both systems and all runs."""
    _ = config
    if not key.strip():
        raise typer.BadParameter("name a document")
    with opened() as store:
        events = store.audit.trace([key])
        with store.look() as unit:
            items = [item for item in unit.items.open() if _is_of(item, key)]
    if as_json:
        print_json({"key": key, "events": [_plain(event) for event in events], "open": [as_object(i) for i in items]})
    else:
        for event in events:
            _show(event)
        for item in items:
            out.print(
                f"open since {item.since:%Y-%m-%d %H:%M:%S}  {item.kind}: {item.field}: {item.reason}", markup=False
            )
            out.print(f"    -> {item.remedy}", markup=False)
        out.print(f"{len(events)} events, {len(items)} open items")
    if not events and not items:
        complain(f"nothing is known of {key!r}")
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _is_of(item: OpenItem, key: str) -> bool:
    """By either key; of one that names a company, too, its last part is enough."""
    return key in {item.key, item.key.removeprefix(FOREIGN), item.other_key, item.other_key.rpartition(":")[2]}


def _plain(event: Recorded) -> dict[str, Any]:
    payload = event.payload or {}
    return {
        "at": event.at.isoformat(),
        "run_id": event.run_id,
        "trigger": event.trigger,
        "system": event.system,
        "entity": event.entity,
        "key": event.key,
        "action": event.action,
        "phase": event.phase,
        "attempt": event.attempt,
        "etag": event.etag,
        "status": event.status,
        "request_id": event.request_id,
        "server_request_id": event.server_request_id,
        "error": event.error,
        "before": payload.get("before"),
        "after": payload.get("after"),
        "note": {name: value for name, value in payload.items() if name not in {"before", "after"}},
    }


def _show(event: Recorded) -> None:
    status = f"HTTP {event.status}" if event.status else ""
    attempt = f"attempt {event.attempt}" if event.attempt > 1 else ""
    head = [f"{event.at:%Y-%m-%d %H:%M:%S.%f}"[:-3], event.system or "sync", event.entity, event.key, event.action,
            event.phase, status, attempt, event.error]  # fmt: skip
    out.print("  ".join(part for part in head if part), markup=False, highlight=False)
    marks = [f"run {event.run_id}", f"ETag {event.etag}" if event.etag else "",
             f"request {event.request_id}" if event.request_id else ""]  # fmt: skip
    out.print("    " + "  ".join(mark for mark in marks if mark), style="dim", markup=False, highlight=False)
    payload = event.payload or {}
    before, after = payload.get("before"), payload.get("after")
    if isinstance(after, dict):
        earlier = before if isinstance(before, dict) else {}
        for name, value in after.items():
            out.print(f"      {name}: {_word(earlier.get(name))} -> {_word(value)}", markup=False, highlight=False)
    for name, value in payload.items():
        if name not in {"before", "after"} and value:
            said = "; ".join(map(str, value)) if isinstance(value, list) else value
            out.print(f"      {name}: {said}", markup=False, highlight=False)


def _word(value: object) -> str:
    return "-" if value in {None, ""} else str(value)


def verify(
    *,
    anchors: Annotated[Path | None, typer.Option(help="A file of further anchors, one a line.", dir_okay=False)] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask Prefect for the anchors in its artifacts.")
    ] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Prove that no audit event was changed, removed, added or reordered since the last anchor."""
    _ = config
    heads = [line.strip() for line in anchors.read_text("utf-8").splitlines() if line.strip()] if anchors else []
    with opened() as store:
        if not offline:
            before_prefect()
            from flows.artifacts import kept_heads  # noqa: PLC0415

            heads += asyncio.run(kept_heads(identity_of(store)))
        findings = store.audit.verify(heads)
        known = store.audit.heads()
    faults = [finding for finding in findings if finding.fault]
    if as_json:
        told = [{"kind": str(f.kind), "where": f.where, "says": f.says, "fault": f.fault} for f in findings]
        print_json({"well": not faults, "anchors": len(heads), "heads": known, "findings": told})
    else:
        for finding in findings:
            out.print(str(finding), markup=False, style="red" if finding.fault else None)
        out.print(
            f"{len(faults)} faults; compared with {len(heads)} anchors kept outside the store"
            if faults else f"The audit record is whole; compared with {len(heads)} anchors kept outside the store."
        )  # fmt: skip
    raise typer.Exit(Exit.NEEDS_A_PERSON if faults else Exit.WELL)


def export(*, config: Config = None) -> None:
    """Every audit event as a JSON line."""
    _ = config
    with opened() as store:
        for event in store.audit.export():
            print_json(event.as_json())
