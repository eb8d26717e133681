"""Receipts acknowledged at JAGGAER are registered in IFS Cloud; voided ones are cancelled there."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.parameters import ResolvingParameters
from flows.sync import run_name, run_sync


@flow(name="receipts", flow_run_name=run_name, persist_result=False)
async def receipts(
    parameters: ResolvingParameters = ResolvingParameters(),  # noqa: B008
    companies: tuple[str, ...] = (),
) -> State[str]:
    """Receipts acknowledged at JAGGAER are registered in IFS Cloud; voided ones are cancelled there.

    Args:
        parameters: left empty, everything that changed since the last run.
        companies: the fixed scope of a deployment, with watermarks of its own; empty, all of the profile.
    """
    return await run_sync("receipts", parameters, companies)
