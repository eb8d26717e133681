"""Suppliers with their GL account assignments, both ways by three-way merge."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.parameters import SupplierParameters
from flows.sync import run_name, run_sync


@flow(name="suppliers", flow_run_name=run_name, persist_result=False)
async def suppliers(
    parameters: SupplierParameters = SupplierParameters(),  # noqa: B008
    companies: tuple[str, ...] = (),
) -> State[str]:
    """Suppliers with their GL account assignments, both ways by three-way merge.

    Args:
        parameters: left empty, everything that changed since the last run.
        companies: the fixed scope of a deployment, with watermarks of its own; empty, all of the profile.
    """
    return await run_sync("suppliers", parameters, companies)
