"""All syncs in the order in which documents need one another."""

from __future__ import annotations

from typing import Any, get_type_hints

from prefect import Flow, flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.contracts import contracts
from flows.gl_accounts import gl_accounts
from flows.invoices import invoices
from flows.parameters import SyncParameters
from flows.payments import payments
from flows.purchase_orders import purchase_orders
from flows.receipts import receipts
from flows.requisitions import requisitions
from flows.suppliers import suppliers
from flows.sync import assumed, run_name
from ifs_jaggaer.errors import SettingsError, SyncError, Unreachable
from ifs_jaggaer.pipeline.assumed import Assumed
from ifs_jaggaer.pipeline.outcome import not_opened
from ifs_jaggaer.pipeline.registry import ERRORS, RESULTS

IN_ORDER = (suppliers, gl_accounts, contracts, requisitions, purchase_orders, receipts, invoices, payments)
"""Suppliers and GL accounts come before the documents that refer to them (DESIGN, law 6)."""

NEEDED = (suppliers, gl_accounts, purchase_orders, receipts)
"""Those that bring what a later one refers to."""


@flow(name="sync-all", flow_run_name=run_name)
async def sync_all(
    parameters: SyncParameters = SyncParameters(),  # noqa: B008
    companies: tuple[str, ...] = (),
) -> State[str]:
    """All syncs, those first that others refer to. One that needs attention does not stop the next.

    Neither does one that lacks a right or an attribute, nor one that failed alone and that no other one needs.

    Args:
        parameters: left empty, everything that changed since the last run.
        companies: the fixed scope of a deployment, with watermarks of its own; empty, all of the profile.
    """
    token = assumed.set(Assumed())
    said: dict[str, str] = {}
    well = True
    try:
        for sync in IN_ORDER:
            # Its result is kept so that a retry does not repeat a sync that completed.
            state = await sync.with_options(persist_result=True)(
                told_to(sync, parameters), companies, return_state=True
            )
            well = well and state.is_completed()
            said[sync.name] = state.message or str(state.name)
            if state.is_completed() or not _stopped(sync.name, state, parameters):
                continue
            if ends_all(sync, ERRORS.get(str(state.state_details.flow_run_id))):
                break
    finally:
        assumed.reset(token)
    said |= {sync.name: "not run" for sync in IN_ORDER if sync.name not in said}
    message = " · ".join(f"{name}: {what}" for name, what in said.items())
    return Completed(message=message) if well else Failed(message=message)


def told_to(sync: Flow[[Any], Any], parameters: SyncParameters) -> SyncParameters:
    """The same in the form that the sync takes: some have fields of their own."""
    form: type[SyncParameters] = get_type_hints(sync.fn)["parameters"]
    return form(**parameters.model_dump())


def ends_all(sync: Flow[[Any], Any], error: SyncError | None) -> bool:
    """Whether those after a failed sync would lack what it did not bring, or find the system away as well.

    What an operator must change may take days; meanwhile the rest goes, and what needs a record that did not
    come waits for it (DESIGN, law 6).
    """
    if isinstance(error, SettingsError):
        return False
    return sync in NEEDED or isinstance(error, Unreachable)


def _stopped(name: str, state: State[Any], parameters: SyncParameters) -> bool:
    """Whether the run did not come to its end; one that only needs attention did.

    One that did not even begin leaves a result, too: else the command line would take all for well.
    """
    run_id = str(state.state_details.flow_run_id)
    if run_id not in RESULTS:
        error = SyncError(state.message or "it did not begin")
        RESULTS[run_id] = not_opened(name, run_id, error, dry_run=parameters.dry_run)
    return RESULTS[run_id].state == "failed"
