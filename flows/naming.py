"""What runs are called in the UI, in place of a random name."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from pydantic import BaseModel


def begun_name() -> str:
    """The flow and when it began, for example "purchase-orders 2026-02-14T08:00"; a retry keeps it."""
    context = FlowRunContext.get()
    begun = context.flow_run.start_time if context and context.flow_run else None
    return f"{flow_run.get_flow_name()} {begun or datetime.now(UTC):%Y-%m-%dT%H:%M}"


def report_name() -> str:
    """For example "reconcile 2026-02-14T05:30 last days 7"."""
    parameters = flow_run.get_parameters().get("parameters")
    return f"{begun_name()} {asked_for(parameters)}".strip() if isinstance(parameters, BaseModel) else begun_name()


def asked_for(parameters: BaseModel) -> str:
    """What differs from an empty form, for example "month 2026-01, company 10"."""
    told = parameters.model_dump(mode="json", exclude_defaults=True)
    return ", ".join(f"{name.replace('_', ' ')} {_said(value)}" for name, value in told.items())


def _said(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
