"""All syncs in the order in which documents need one another."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.contracts import contracts
from flows.gl_accounts import gl_accounts
from flows.invoices import invoices
from flows.parameters import SupplierParameters, SyncParameters
from flows.payments import payments
from flows.purchase_orders import purchase_orders
from flows.receipts import receipts
from flows.suppliers import suppliers
from flows.sync import assumed, run_name
from ifs_jaggaer.pipeline.assumed import Assumed
from ifs_jaggaer.pipeline.registry import RESULTS

IN_ORDER = (suppliers, gl_accounts, contracts, purchase_orders, receipts, invoices, payments)
"""Suppliers and GL accounts come before the documents that refer to them (DESIGN, law 6)."""


@flow(name="sync-all", flow_run_name=run_name)
async def sync_all(parameters: SyncParameters = SyncParameters()) -> State[str]:  # noqa: B008
    """All syncs, those first that others refer to. One that needs attention does not stop the next.

    Args:
        parameters: left empty, everything that changed since the last run.
    """
    token = assumed.set(Assumed())
    said: dict[str, str] = {}
    well = True
    try:
        for sync in IN_ORDER:
            told = SupplierParameters(**parameters.model_dump()) if sync is suppliers else parameters
            # Its result is kept so that a retry does not repeat a sync that completed.
            state = await sync.with_options(persist_result=True)(told, return_state=True)
            well = well and state.is_completed()
            said[sync.name] = state.message or str(state.name)
            if not state.is_completed() and _stopped(str(state.state_details.flow_run_id)):
                break  # an outage: what follows would lack what this one did not bring
    finally:
        assumed.reset(token)
    said |= {sync.name: "not run" for sync in IN_ORDER if sync.name not in said}
    message = " · ".join(f"{name}: {what}" for name, what in said.items())
    return Completed(message=message) if well else Failed(message=message)


def _stopped(run_id: str) -> bool:
    """Whether the run did not come to its end; one that only needs attention did."""
    return run_id not in RESULTS or RESULTS[run_id].state == "failed"
