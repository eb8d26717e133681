"""Contracts of JAGGAER with their prices become supplier agreements in IFS Cloud."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.parameters import SyncParameters
from flows.sync import run_name, run_sync


@flow(name="contracts", flow_run_name=run_name, persist_result=False)
async def contracts(parameters: SyncParameters = SyncParameters()) -> State[str]:  # noqa: B008
    """Contracts of JAGGAER with their prices become supplier agreements in IFS Cloud.

    Args:
        parameters: left empty, everything that changed since the last run.
    """
    return await run_sync("contracts", parameters)
