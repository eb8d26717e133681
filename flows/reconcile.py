"""Both systems compared, nightly; and the month-end report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Self

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import deployment, flow_run
from prefect.states import Completed, Failed
from pydantic import BaseModel, ConfigDict, Field, model_validator

from flows.blocks import block_values
from flows.parameters import Moment
from flows.plain_logs import speak_plainly
from flows.reconcile_artifacts import publish
from ifs_jaggaer import settings
from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.reconcile_reading import Window
from ifs_jaggaer.pipeline.reconcile_run import Asked, reconcile


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
    month: str | None = Field(
        default=None, title="Month", description="The month-end report instead: 2026-10, or last for the one before."
    )

    @model_validator(mode="after")
    def _one_window(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("'Changed since' lies after 'Changed until'")
        if self.month and (self.since or self.until or self.last_days or self.syncs):
            raise ValueError("a month has its own window: leave the others empty")
        if self.last_days and self.since:
            raise ValueError("give 'Last days' or 'Changed since', not both")
        return self


@flow(name="reconcile", persist_result=False)
async def reconcile_systems(parameters: ReconcileParameters = ReconcileParameters()) -> State[str]:  # noqa: B008
    """Both systems compared for a window, or a month's end reported; fails where anything is unexplained.

    Args:
        parameters: left empty, every kind of record from the cut-over until now.
    """
    speak_plainly()
    try:
        told = settings.load(block=await block_values())
        report = await reconcile(told, _asked(parameters), parameters.month)
    except SyncError as error:
        return Failed(message=str(error))
    await publish(report)
    if report.state != "completed":
        return Failed(message=report.message)
    return Completed(message=report.message)


def _asked(parameters: ReconcileParameters) -> Asked:
    since = parameters.since
    if parameters.last_days:
        since = datetime.now(UTC) - timedelta(days=parameters.last_days)
    return Asked(
        run_id=str(flow_run.get_id()),
        trigger=f"deployment {deployment.get_name()}" if deployment.get_id() else "by hand",
        window=Window(since, parameters.until),
        company=parameters.company,
        syncs=parameters.syncs,
    )
