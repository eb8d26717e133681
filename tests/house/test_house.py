"""The house itself: names that must not hide each other, entry points that must load, docs that must be true."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
TOP_LEVEL = {"pyproject.toml", "README.md", "flows", "connectors", "mapping", "tests", "prefect.yaml"}


def test_no_flow_file_hides_a_package_that_it_imports() -> None:
    """The folder of a flow file stands first on the path: a flows/mapping.py would hide `mapping`."""
    packages = {
        "flows",
        "connectors",
        "mapping",
        "ifs_jaggaer",
        "prefect",
        "pydantic",
        "httpx",
        "sqlalchemy",
        "tenacity",
    }
    assert packages.isdisjoint(path.stem for path in (ROOT / "flows").glob("*.py"))


def test_the_design_cards_top_level_is_there() -> None:
    assert {path.name for path in ROOT.iterdir()} >= TOP_LEVEL


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_each_entry_point_is_a_flow_of_the_deployments_name(deployment: dict[str, str]) -> None:
    module, _, name = deployment["entrypoint"].rpartition(".")
    flow = getattr(importlib.import_module(module), name)
    assert flow.name == deployment["name"]
    assert deployment["description"].endswith(".")
    schedules = deployment["schedules"]
    assert schedules
    assert all(schedule["timezone"] for schedule in schedules)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_each_entry_point_loads_as_a_worker_loads_it_without_placeholders(deployment: dict[str, str]) -> None:
    """Prefect's loader puts a placeholder in place of a flow that does not import; a worker would find out late."""
    from prefect.flows import load_flow_from_entrypoint

    flow = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
    assert flow.name == deployment["name"]


def test_every_night_is_swept() -> None:
    from flows.parameters import SyncParameters

    [schedule] = next(each["schedules"] for each in DEPLOYMENTS if each["name"] == "sync-all")
    assert SyncParameters(**schedule["parameters"]["parameters"]).sweep


def test_the_readme_names_the_two_commands_and_ci_runs_the_second() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.search(r"^    make demo\b", readme, re.MULTILINE)
    assert re.search(r"^    make test\b", readme, re.MULTILINE)
    assert "make test" in (ROOT / ".ci/run").read_text("utf-8")


def test_every_command_of_the_readmes_table_exists() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme.partition("## Day by day")[2].partition("## ")[0]
    commands = re.findall(r"^\| `([a-z-]+)(?: ([a-z-]+))?", table, re.MULTILINE)
    assert len(commands) > 8
    said = subprocess.run(
        [sys.executable, "-m", "ifs_jaggaer", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for command, _ in commands:
        assert command in said


def test_nothing_is_made_on_import() -> None:
    """No engine, client or settings on import (STYLE, smell 10)."""
    script = "import sys; import ifs_jaggaer.cli; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
