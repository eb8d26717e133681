"""Purchase requisitions released in IFS Cloud go to JAGGAER."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.parameters import ResolvingParameters
from flows.sync import run_name, run_sync


@flow(name="requisitions", flow_run_name=run_name, persist_result=False)
async def requisitions(parameters: ResolvingParameters = ResolvingParameters()) -> State[str]:  # noqa: B008
    """Purchase requisitions released in IFS Cloud go to JAGGAER.

    Args:
        parameters: left empty, everything that changed since the last run.
    """
    return await run_sync("requisitions", parameters)
