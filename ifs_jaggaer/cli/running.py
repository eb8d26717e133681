"""Runs in the foreground: `run`, `adopt`, `conflicts resolve`, `replay`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import httpx
import typer

from ifs_jaggaer import settings
from ifs_jaggaer.cli.ephemeral import before_prefect
from ifs_jaggaer.cli.output import AsJson, Config, Exit, complain, out, print_json, print_table
from ifs_jaggaer.cli.standing import show_standing
from ifs_jaggaer.errors import SettingsError
from ifs_jaggaer.pipeline.outcome import RunResult, not_opened
from mapping.profile import Profile

MOST_SHOWN = 200
"""Documents of a dry run on the screen."""

CODES = {
    "completed": Exit.WELL,
    "attention": Exit.NEEDS_A_PERSON,
    "settings": Exit.SETTINGS,
    "failed": Exit.FAILED,
}

conflicts = typer.Typer(help="Fields that both sides changed.", no_args_is_help=True)


class Sync(StrEnum):
    SUPPLIERS = "suppliers"
    GL_ACCOUNTS = "gl-accounts"
    CONTRACTS = "contracts"
    REQUISITIONS = "requisitions"
    PURCHASE_ORDERS = "purchase-orders"
    RECEIPTS = "receipts"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    ALL = "all"


class Side(StrEnum):
    IFS = "ifs"
    JAGGAER = "jaggaer"


DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")]
Keys = Annotated[
    list[str] | None, typer.Option("--key", help="Only this document, by either system's key; repeatable.")
]
Since = Annotated[str | None, typer.Option("--since", help="A backfill: what changed from then on (ISO 8601).")]
Until = Annotated[str | None, typer.Option("--until", help="The end of the window, itself left out (ISO 8601).")]
Company = Annotated[str | None, typer.Option("--company", help="Only this company of the profile.")]


def add_to(app: typer.Typer) -> None:
    app.command()(run)
    app.command()(adopt)
    app.command()(replay)
    conflicts.command("resolve")(resolve)
    app.add_typer(conflicts, name="conflicts")


def run(
    sync: Sync,
    *,
    dry_run: DryRun = False,
    since: Since = None,
    until: Until = None,
    key: Keys = None,
    company: Company = None,
    companies: Annotated[
        str | None,
        typer.Option("--companies", help="A fixed scope with watermarks of its own, as a deployment's, e.g. 10,20."),
    ] = None,
    page_size: Annotated[int | None, typer.Option("--page-size", min=1, max=5000)] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Look at everything: what became visible late, what is gone.")
    ] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Run a sync in this process, as the Prefect flow that a schedule would run."""
    _ = config
    _run(
        sync,
        {
            "dry_run": dry_run,
            "since": moment(since, "--since"),
            "until": moment(until, "--until"),
            "document_keys": tuple(key or ()),
            "company": company,
            "companies": tuple(filter(None, map(str.strip, (companies or "").split(",")))),
            "page_size": page_size,
            "sweep": sweep,
        },
        as_json=as_json,
    )


def adopt(
    winner: Annotated[Side, typer.Option("--winner", help="Whose values hold where both sides have one.")],
    *,
    key: Keys = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Link suppliers that exist on both sides and differ: name the winner. Try it with --dry-run first."""
    _ = config
    told = {"adopt": winner.value, "document_keys": tuple(key or ()), "dry_run": dry_run}
    _run(Sync.SUPPLIERS, told, as_json=as_json)


def resolve(
    key: Annotated[str, typer.Argument(help="The document, by either system's key.")],
    winner: Annotated[Side, typer.Option("--winner", help="Whose value holds on both sides.")],
    *,
    sync: Annotated[
        Literal["suppliers", "contracts", "purchase-orders", "requisitions", "receipts", "invoices", "payments"],
        typer.Option(
            "--sync",
            help="Of an invoice: ifs, what was posted stands. Of a receipt cancelled in IFS: jaggaer registers again. "
            "Of a contract: jaggaer puts back, ifs lets it be as it is in IFS until either side changes.",
        ),
    ] = "suppliers",
    field: Annotated[str, typer.Option("--field", help="As the conflict names it; all fields if left out.")] = "*",
    dry_run: DryRun = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Decide a conflict: runs the sync for that one document with the winner named."""
    _ = config
    if sync == "invoices" and (winner is Side.JAGGAER or field != "*"):
        raise typer.BadParameter("what was posted is never rewritten: only --winner ifs, for the whole invoice")
    fields = sorted(Profile.load(settings.load().profile).suppliers.fields)
    if sync == "suppliers" and field not in {"*", *fields}:
        raise typer.BadParameter(f"{field!r} is none of {', '.join(fields)}", param_hint="--field")
    told = {"key": key, "field": field, "winner": winner.value}
    _run(Sync(sync), {"document_keys": (key,), "resolve": (told,), "dry_run": dry_run}, as_json=as_json)


def replay(
    sync: Sync,
    *,
    key: Keys = None,
    held: Annotated[
        Literal["brake", "match"] | None,
        typer.Option("--held", help="Let go what the brake holds, or what of invoices does not match."),
    ] = None,
    opened_by: Annotated[str | None, typer.Option("--run", help="Only what this run opened, by its id.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only what opened from then on (ISO 8601).")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Only what opened before then (ISO 8601).")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Decide open items of the sync again, all or those named. Try it with --dry-run first."""
    _ = config
    if sync is Sync.ALL:
        raise typer.BadParameter("name one sync")
    _run(
        sync,
        {
            "document_keys": tuple(key or ()),
            "replay": held or "open",
            "opened_by": opened_by,
            "since": moment(since, "--since"),
            "until": moment(until, "--until"),
            "dry_run": dry_run,
        },
        as_json=as_json,
    )


def moment(text: str | None, option: str) -> datetime | None:
    """What a person wrote behind an option; without a zone it is UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        said = f"{text!r} is no date or time, write e.g. 2026-01-31T08:00:00Z"
        raise typer.BadParameter(said, param_hint=option) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _run(sync: Sync, told: dict[str, Any], *, as_json: bool) -> None:
    results, state = asyncio.run(_flow(sync, told))
    if as_json:
        found: Any = [result.as_json() for result in results]
        print_json({"sync": "all", "state": state, "syncs": found} if sync is Sync.ALL else _one(found, sync, state))
    else:
        show(results)
    raise typer.Exit(CODES[state])


def _one(found: list[dict[str, Any]], sync: Sync, state: str) -> dict[str, Any]:
    return found[-1] if found else {"sync": sync.value, "state": state}


async def _flow(sync: Sync, told: dict[str, Any]) -> tuple[list[RunResult], str]:
    """Prefect is imported here, late: it takes two seconds that `--help` need not."""
    from pydantic import ValidationError  # noqa: PLC0415

    before_prefect()
    from flows.blocks import server_away  # noqa: PLC0415
    from flows.catalogue import FLOWS  # noqa: PLC0415
    from ifs_jaggaer.pipeline.registry import ERRORS, RESULTS  # noqa: PLC0415

    flow, parameters = FLOWS[sync.value]
    try:
        given = parameters(**told)
    except ValidationError as error:
        said = "; ".join(fault["msg"] for fault in error.errors())
        raise SettingsError(said, remedy="see 'ifs-jaggaer run --help'") from None
    await _settings_are_well()
    try:
        state = await flow(given, return_state=True)
    except (RuntimeError, httpx.HTTPError) as error:
        # What goes wrong in the flow is in its state; this is Prefect's own.
        away = server_away(error)
        complain(away)
        return [*RESULTS.values(), not_opened(sync.value, "", away, dry_run=given.dry_run)], "failed"
    results = list(RESULTS.values())
    settings_at_fault = [error for error in ERRORS.values() if isinstance(error, SettingsError)]
    if settings_at_fault:
        complain(settings_at_fault[0])
        return results, "settings"
    if not results:
        complain(f"{sync.value}: {state.message}")
    return results, _worst(results)


async def _settings_are_well() -> None:
    """Before a flow starts, which takes its time: wrong settings end here. A block may hold what else is missing."""
    try:
        told = settings.load()
    except SettingsError:
        from flows.blocks import block_values  # noqa: PLC0415

        told = settings.load(block=await block_values())
    Profile.load(told.profile)


def _worst(results: list[RunResult]) -> str:
    states = {result.state for result in results}
    return next((state for state in ("failed", "attention", "completed") if state in states), "failed")


def _show_changes(result: RunResult) -> None:
    """What a dry run would write, field by field."""
    for line in result.lines[:MOST_SHOWN]:
        other = f" ({line.other_key})" if line.other_key else ""
        out.print(f"{result.sync} {line.key}{other}: {line.action}", markup=False, style="bold")
        for change in line.changes:
            out.print(
                f"    {change.field}: {change.before or '-'} -> {change.after or '-'}", markup=False, highlight=False
            )
    if len(result.lines) > MOST_SHOWN:
        out.print(f"... and {len(result.lines) - MOST_SHOWN} more documents: --json gives them all", markup=False)


def show(results: list[RunResult]) -> None:
    """What moved, as a table; of a dry run what would move, field by field."""
    for result in results:
        if result.dry_run:
            _show_changes(result)
    print_table(
        "What would move" if any(result.dry_run for result in results) else "What moved",
        ("sync", "state", "read", "created", "updated", "unchanged", "out of scope", "waiting", "rejected", "conflicts",
         "held", "IFS requests", "JAGGAER requests"),
        [
            (r.sync, r.state, r.counts.read, r.counts.created, r.counts.updated, r.counts.unchanged,
             r.counts.out_of_scope, r.counts.waiting,
             r.counts.rejected, r.counts.conflicts, r.counts.held, r.requests["ifs"], r.requests["jaggaer"])
            for r in results
        ],
    )  # fmt: skip
    amounts = [(r.sync, currency, format(amount, ",f")) for r in results for currency, amount in r.amounts.items()]
    if amounts:
        print_table("Amounts", ("sync", "currency", "amount"), amounts)
    for result in results:
        for note in result.notes:
            out.print(f"{result.sync}: {note}", markup=False)
    show_standing(results)
