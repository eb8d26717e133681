"""One list of syncs, in the order in which they run, wherever it is written; each of them deployed alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from prefect.client.schemas.schedules import CronSchedule
from prefect.server.schemas.schedules import CronSchedule as Dates

from flows.catalogue import FLOWS
from flows.sync_all import IN_ORDER
from ifs_jaggaer.cli import options
from ifs_jaggaer.cli.running import Sync
from ifs_jaggaer.pipeline.fit.as_html import TITLES
from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.request import SyncName
from mapping.profile import Profile

ROOT = Path(__file__).parents[2]
SYNCS = list(get_args(SyncName))
DEPLOYMENTS: dict[str, dict[str, Any]] = {
    each["name"]: each for each in yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
}


def test_every_list_of_syncs_is_the_same() -> None:
    assert [sync.name for sync in IN_ORDER] == SYNCS
    assert list(KINDS) == SYNCS
    assert [*FLOWS] == [*SYNCS, "all"]
    assert [sync.value for sync in Sync] == [*SYNCS, "all"]
    assert sorted(TITLES) == sorted(SYNCS)


def test_each_is_deployed_and_told_of_in_the_readme() -> None:
    assert [*DEPLOYMENTS][: len(SYNCS)] == SYNCS
    assert set(DEPLOYMENTS) == {*SYNCS, "sync-all", "reconcile", "month-end"}
    assert all(flow.name in DEPLOYMENTS for flow, _ in FLOWS.values())
    readme = (ROOT / "README.md").read_text("utf-8").partition("## What goes where")[2]
    assert re.findall(r"^\| `([a-z-]+)` \|", readme, re.MULTILINE)[: len(SYNCS)] == SYNCS
    told = DEPLOYMENTS["sync-all"]["description"].lower().replace("gl accounts", "gl-accounts")
    places = [told.index(name.replace("purchase-", "purchase ")) for name in SYNCS]
    assert places == sorted(places), "in their order"


def test_the_command_says_all_that_it_keeps_in_step() -> None:
    said = str(options.__doc__).lower()
    assert not [name for name in SYNCS if name.replace("gl-", "gl ").replace("purchase-", "purchase ") not in said]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_each_deployment_runs_by_itself_one_at_a_time_and_can_be_found(name: str) -> None:
    deployment = DEPLOYMENTS[name]
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}
    assert deployment["work_pool"] == {"name": "ifs-jaggaer"}
    assert {"ifs", "jaggaer", "all" if name == "sync-all" else name} <= set(deployment["tags"])
    slugs = [schedule["slug"] for schedule in deployment["schedules"]]
    assert len(slugs) == len(set(slugs)) > 0
    for schedule in deployment["schedules"]:
        assert CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"]).timezone == "UTC"


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_what_a_schedule_asks_for_is_what_the_flow_takes(name: str) -> None:
    from prefect.flows import load_flow_from_entrypoint

    deployment = DEPLOYMENTS[name]
    flow = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
    for schedule in deployment["schedules"]:
        flow.validate_parameters({**deployment["parameters"], **schedule.get("parameters", {})})


@pytest.mark.parametrize("name", SYNCS)
async def test_nothing_waits_for_a_sync_as_long_as_alerts(name: str) -> None:
    longest = timedelta(hours=float(Profile.load().limits.waiting_alert_hours))
    for schedule in DEPLOYMENTS[name]["schedules"]:
        dates = await Dates(cron=schedule["cron"], timezone="UTC").get_dates(30, datetime(2026, 1, 31, tzinfo=UTC))
        assert max(later - earlier for earlier, later in pairwise(dates)) <= longest / 12
