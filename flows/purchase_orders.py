"""Purchase orders of IFS Cloud, new, changed, closed and cancelled, go to JAGGAER; acknowledgements come back."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.parameters import ResolvingParameters
from flows.sync import run_name, run_sync


@flow(name="purchase-orders", flow_run_name=run_name, persist_result=False)
async def purchase_orders(
    parameters: ResolvingParameters = ResolvingParameters(),  # noqa: B008
    companies: tuple[str, ...] = (),
) -> State[str]:
    """Purchase orders of IFS Cloud, new, changed, closed and cancelled, go to JAGGAER.

    What the supplier acknowledges and promises there comes back.

    Args:
        parameters: left empty, everything that changed since the last run.
        companies: the fixed scope of a deployment, with watermarks of its own; empty, all of the profile.
    """
    return await run_sync("purchase-orders", parameters, companies)
