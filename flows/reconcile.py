"""Both systems compared for a window; every difference named with its cause."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Self

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import deployment, flow_run
from prefect.states import Completed, Failed
from pydantic import BaseModel, ConfigDict, Field, model_validator

from flows.blocks import block_values
from flows.naming import report_name
from flows.parameters import Moment
from flows.plain_logs import speak_plainly
from flows.reconcile_artifacts import publish
from ifs_jaggaer import settings
from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.reconcile.reading import Window
from ifs_jaggaer.pipeline.reconcile.run import Asked, reconcile


class ReconcileParameters(BaseModel):
    """Left empty: every kind of record, from the cut-over until now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: Moment | None = Field(default=None, title="Changed since", description="e.g. 2026-01-31T00:00Z.")
    until: Moment | None = Field(default=None, title="Changed until", description="The end, itself left out.")
    last_days: int | None = Field(
        default=None, title="Last days", ge=1, description="Instead of 'Changed since': so many days back from now."
    )
    company: str | None = Field(default=None, title="Company", description="Only this company of the profile.")
    syncs: tuple[str, ...] = Field(default=(), title="Kinds", description="Only these, e.g. invoices.")

    @model_validator(mode="after")
    def _one_window(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("'Changed since' lies after 'Changed until'")
        if self.last_days and self.since:
            raise ValueError("give 'Last days' or 'Changed since', not both")
        return self


@flow(name="reconcile", flow_run_name=report_name, persist_result=False)
async def reconcile_systems(parameters: ReconcileParameters = ReconcileParameters()) -> State[str]:  # noqa: B008
    """Both systems compared for a window; fails where a difference is unexplained. Writes nothing.

    Args:
        parameters: left empty, every kind of record from the cut-over until now.
    """
    since = parameters.since
    if parameters.last_days:
        since = datetime.now(UTC) - timedelta(days=parameters.last_days)
    return await report(Window(since, parameters.until), parameters.company, parameters.syncs)


async def report(
    window: Window = Window(),  # noqa: B008 - frozen
    company: str | None = None,
    syncs: tuple[str, ...] = (),
    month: str | None = None,
) -> State[str]:
    """Compares, publishes what was found, and says so in the flow's final state."""
    speak_plainly()
    trigger = f"deployment {deployment.get_name()}" if deployment.get_id() else "by hand"
    asked = Asked(str(flow_run.get_id()), trigger, window, company, syncs)
    try:
        found = await reconcile(settings.load(block=await block_values()), asked, month)
    except SyncError as error:
        return Failed(message=str(error))
    await publish(found)
    if found.state != "completed":
        return Failed(message=found.message)
    return Completed(message=found.message)
