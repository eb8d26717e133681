"""All syncs in the order in which documents need one another."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.gl_accounts import gl_accounts
from flows.invoices import invoices
from flows.parameters import SupplierParameters, SyncParameters
from flows.purchase_orders import purchase_orders
from flows.suppliers import suppliers
from flows.sync import assumed, run_name
from ifs_jaggaer.pipeline.assumed import Assumed
from ifs_jaggaer.pipeline.registry import RESULTS

IN_ORDER = (suppliers, gl_accounts, purchase_orders, invoices)
"""Suppliers and GL accounts come before the documents that refer to them (DESIGN, law 6)."""


@flow(name="sync-all", flow_run_name=run_name)
async def sync_all(parameters: SyncParameters = SyncParameters()) -> State[str]:  # noqa: B008
    """Suppliers, GL accounts, purchase orders, invoices. One that needs attention does not stop the next."""
    token = assumed.set(Assumed())
    try:
        said = []
        well = True
        for sync in IN_ORDER:
            told = SupplierParameters(**parameters.model_dump()) if sync is suppliers else parameters
            state = await sync(told, return_state=True)
            well = well and state.is_completed()
            said.append(f"{sync.name}: {state.message}")
            result = RESULTS.get(str(state.state_details.flow_run_id))
            if result is None or result.state == "failed":
                break  # an outage: what follows would lack what this one did not bring
    finally:
        assumed.reset(token)
    message = " · ".join(said)
    return Completed(message=message) if well else Failed(message=message)
