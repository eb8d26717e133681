"""GL accounts and code parts of IFS Cloud become custom field values at JAGGAER."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.parameters import SyncParameters
from flows.sync import run_name, run_sync


@flow(name="gl-accounts", flow_run_name=run_name, persist_result=False)
async def gl_accounts(
    parameters: SyncParameters = SyncParameters(),  # noqa: B008
    companies: tuple[str, ...] = (),
) -> State[str]:
    """GL accounts and code parts of IFS Cloud become custom field values at JAGGAER.

    Args:
        parameters: left empty, everything that changed since the last run.
        companies: the fixed scope of a deployment, with watermarks of its own; empty, all of the profile.
    """
    return await run_sync("gl-accounts", parameters, companies)
