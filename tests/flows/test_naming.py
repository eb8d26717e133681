"""Every run speaks: what it is, when it began, what was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint

from flows.month_end import MonthEndParameters
from flows.naming import asked_for
from flows.reconcile import ReconcileParameters

DEPLOYED = yaml.safe_load((Path(__file__).parents[2] / "prefect.yaml").read_text("utf-8"))["deployments"]


@pytest.mark.parametrize("entrypoint", [each["entrypoint"] for each in DEPLOYED])
def test_no_flow_has_a_random_name(entrypoint: str) -> None:
    flow = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    assert callable(flow.flow_run_name)
    assert flow.flow_run_name().startswith("None "), "outside a run it has no flow, but a time"


def test_a_report_says_what_it_is_about() -> None:
    assert asked_for(ReconcileParameters(last_days=7, syncs=("invoices", "receipts"))) == (
        "last days 7, syncs invoices receipts"
    )
    assert asked_for(MonthEndParameters(month="2026-01", company="10")) == "month 2026-01, company 10"
    assert not asked_for(MonthEndParameters())
