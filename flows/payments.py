"""Invoices that IFS Cloud has paid show as paid at JAGGAER."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.parameters import ResolvingParameters
from flows.sync import run_name, run_sync


@flow(name="payments", flow_run_name=run_name, persist_result=False)
async def payments(parameters: ResolvingParameters = ResolvingParameters()) -> State[str]:  # noqa: B008
    """Invoices that IFS Cloud has paid show as paid at JAGGAER.

    Args:
        parameters: left empty, everything that changed since the last run.
    """
    return await run_sync("payments", parameters)
