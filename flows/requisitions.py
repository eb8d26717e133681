"""Purchase requisitions released in IFS Cloud go to JAGGAER."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.parameters import ResolvingParameters
from flows.sync import run_name, run_sync


@flow(name="requisitions", flow_run_name=run_name, persist_result=False)
async def requisitions(
    parameters: ResolvingParameters = ResolvingParameters(),  # noqa: B008
    companies: tuple[str, ...] = (),
) -> State[str]:
    """Purchase requisitions released in IFS Cloud go to JAGGAER.

    Args:
        parameters: left empty, everything that changed since the last run.
        companies: the fixed scope of a deployment, with watermarks of its own; empty, all of the profile.
    """
    return await run_sync("requisitions", parameters, companies)
