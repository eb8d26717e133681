"""The month's end: JAGGAER's payable invoices against their postings in IFS Cloud, to the last unit."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import BaseModel, ConfigDict, Field

from flows.naming import report_name
from flows.reconcile import report


class MonthEndParameters(BaseModel):
    """Left empty: the month before this one, all companies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    month: str = Field(default="last", title="Month", description="e.g. 2026-10, or last for the one before.")
    company: str | None = Field(default=None, title="Company", description="Only this company of the profile.")


@flow(name="month-end", flow_run_name=report_name, persist_result=False)
async def month_end(parameters: MonthEndParameters = MonthEndParameters()) -> State[str]:  # noqa: B008
    """What of a month's payable invoices is posted, held, waiting, rejected; fails where it does not tie.

    Args:
        parameters: left empty, the month before this one, all companies.
    """
    return await report(company=parameters.company, month=parameters.month)
