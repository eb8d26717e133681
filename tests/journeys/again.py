"""Retries a `sync-all` that was run by hand, in this process.

`prefect flow-run retry ID --entrypoint ...` does so for flows that are not async; of an async one 3.8.8 only makes the
coroutine.
"""

import asyncio
import sys
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow_async
from prefect.states import Scheduled

from flows.parameters import SyncParameters
from flows.sync_all import sync_all


async def again(run_id: UUID) -> None:
    async with get_client() as client:
        await client.set_flow_run_state(run_id, Scheduled(message="again"), force=True)
        run = await client.read_flow_run(run_id)
    parameters = {"parameters": SyncParameters.model_validate(run.parameters["parameters"])}
    await run_flow_async(sync_all, flow_run=run, parameters=parameters, return_type="state")


asyncio.run(again(UUID(sys.argv[1])))
