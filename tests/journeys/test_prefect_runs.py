"""Runs in the foreground: exit codes, the JSON that scripts read, sync-all, the heads kept of the audit record."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from deployed import Deployed
from programs import Product, Sandbox, product_of, sandbox_program

from flows.parameters import SupplierParameters
from ifs_jaggaer.pipeline.request import SyncName

pytestmark = pytest.mark.journey

SIZES = ("--seed", "5", "--suppliers", "20", "--orders", "25", "--invoices", "6")
SYNCS = list(get_args(SyncName))
UNTIL_ORDERS = SYNCS[: SYNCS.index("purchase-orders") + 1]
JANUARY, FEBRUARY = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC)
NUMBERS = ("read", "created", "updated", "unchanged", "waiting", "rejected", "conflicts", "held")
AGAIN = Path(__file__).with_name("again.py")
AWAY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Ended:
    """A run of the command as a script sees it."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output is one JSON object on one line."""
        assert self.out.count("\n") == 1, self.out
        found: dict[str, Any] = json.loads(self.out)
        return found


def ended(product: Product, *words: str, **changed: str) -> Ended:
    environment = {name: value for name, value in {**product.environment, **changed}.items() if value}
    environment.pop("PREFECT_LOGGING_LEVEL", None)  # as a user has it
    command = [sys.executable, "-m", "ifs_jaggaer", *words, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    assert "NoneType" not in done.stderr, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def assert_whole(said: dict[str, Any]) -> None:
    """The object of the interface that stays, whatever became of the run."""
    assert all(isinstance(said[name], int) for name in NUMBERS), said
    assert said["requests"].keys() == said["throttled"].keys() == {"ifs", "jaggaer"}
    assert isinstance(said["watermarks"], dict)
    assert isinstance(said["amounts"], dict)
    assert said["state"] in {"completed", "attention", "failed"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with sandbox_program(*SIZES) as program:
        yield program


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def product(sandbox: Sandbox, prefect: dict[str, str], folder: Path) -> Product:
    return product_of(sandbox.settings(folder), prefect)


@pytest.fixture(scope="module")
def server(prefect: dict[str, str], product: Product) -> Iterator[Deployed]:
    with httpx.Client(base_url=prefect["PREFECT_API_URL"], timeout=30) as api:
        yield Deployed(api, product.environment)


@pytest.fixture(scope="module")
def stopped(product: Product, sandbox: Sandbox) -> Ended:
    """All syncs, five records a page; IFS gives no orders."""
    sandbox.fault("ifs", "html_503", path="PurchaseOrderSet", times=100_000)
    done = ended(product, "run", "all", "--page-size", "5")
    sandbox.admin("ifs", "DELETE", "faults")
    sandbox.reset_stats()
    return done


@dataclass(frozen=True)
class Parent:
    run: dict[str, Any]
    children: list[dict[str, Any]]


def parent(server: Deployed) -> Parent:
    body = {"flows": {"name": {"any_": ["sync-all"]}}, "limit": 1, "sort": "START_TIME_DESC"}
    run = server.ask("/flow_runs/filter", body)[0]
    below = {"flow_runs": {"parent_flow_run_id": {"any_": [run["id"]]}}, "sort": "START_TIME_ASC"}
    return Parent(run, server.ask("/flow_runs/filter", below))


@pytest.fixture(scope="module")
def taken_up(stopped: Ended, product: Product, server: Deployed) -> Parent:
    """The same run again, from where it failed."""
    assert stopped
    command = [sys.executable, str(AGAIN), parent(server).run["id"]]
    subprocess.run(command, env=product.environment, capture_output=True, timeout=200, check=True)
    return parent(server)


class TestExitCodes:
    def test_a_wrong_secret_is_2(self, product: Product) -> None:
        done = ended(product, "run", "gl-accounts", IFS_JAGGAER_IFS__CLIENT_SECRET="wrong-secret")
        assert done.code == 2
        assert_whole(done.json)
        assert "credentials are refused" in done.json["error"]
        assert "wrong-secret" not in done.out + done.err

    def test_a_system_out_of_reach_is_3(self, product: Product) -> None:
        done = ended(product, "run", "gl-accounts", IFS_JAGGAER_JAGGAER__HOST=AWAY)
        assert done.code == 3
        assert_whole(done.json)
        assert done.json["error"].startswith("jaggaer")

    def test_a_prefect_server_out_of_reach_is_3(self, product: Product) -> None:
        done = ended(product, "run", "gl-accounts", PREFECT_API_URL=f"{AWAY}/api")
        assert done.code == 3
        assert_whole(done.json)
        assert "Prefect server does not answer" in done.err


class TestSyncAll:
    def test_one_that_needs_a_person_does_not_stop_the_next_an_outage_does(self, stopped: Ended) -> None:
        said = stopped.json
        assert stopped.code == 3
        states = {s["sync"]: s["state"] for s in said["syncs"]}
        assert [*states] == UNTIL_ORDERS
        assert (states["suppliers"], states["gl-accounts"]) == ("attention", "completed")
        assert [sync for sync, state in states.items() if state == "failed"] == ["purchase-orders"]
        assert len({s["run_id"] for s in said["syncs"]}) == len(states)
        for each in said["syncs"]:
            assert_whole(each)

    def test_its_message_and_name_read_well(self, stopped: Ended, server: Deployed) -> None:
        assert stopped
        not_run = " · ".join(f"{sync}: not run" for sync in SYNCS[len(UNTIL_ORDERS) :])
        message = rf"suppliers: \d+ created.* · gl-accounts: .*unchanged.* · purchase-orders: .*HTTP 503.* · {not_run}"
        first = parent(server).children[0]
        assert re.fullmatch(r"suppliers \d{4}-\d\d-\d\dT\d\d:\d\d delta", first["name"])
        states = server.ask(f"/flow_run_states/?flow_run_id={parent(server).run['id']}")
        assert any(re.fullmatch(message, state["message"] or "") for state in states), states

    def test_many_pages_make_no_more_than_300_tasks(self, stopped: Ended, server: Deployed) -> None:
        for sync in stopped.json["syncs"]:
            tasks = server.ask("/task_runs/count", {"flow_runs": {"id": {"any_": [sync["run_id"]]}}})
            assert tasks < 300
            if sync["sync"] == "gl-accounts":
                assert tasks > 100

    def test_a_retry_does_not_repeat_a_sync_that_completed(self, stopped: Ended, taken_up: Parent) -> None:
        again = Counter(child["name"].split()[0] for child in taken_up.children)
        failed = {s["sync"] for s in stopped.json["syncs"] if s["state"] != "completed"}
        assert failed >= {"suppliers", "purchase-orders"}
        assert again == {sync: 2 if sync in failed else 1 for sync in SYNCS}
        assert taken_up.run["run_count"] == 2

    def test_and_fails_while_what_it_had_opened_stands(self, taken_up: Parent) -> None:
        last = [child for child in taken_up.children if child["name"].startswith("suppliers")][-1]
        assert last["state_type"] == "FAILED", "the conflicts of its first attempt are tried again first"


class TestParameters:
    def test_the_options_reach_the_run(self, taken_up: Parent, product: Product, server: Deployed) -> None:
        assert taken_up
        words = ("--since", "2020-01-01", "--until", "2020-02-01T00:00:00Z", "--company", "10", "--page-size", "7")
        done = ended(product, "run", "suppliers", "--dry-run", *words)
        assert done.code == 0
        run = server.run(done.json["run_id"])
        told = SupplierParameters(dry_run=True, since=JANUARY, until=FEBRUARY, company="10", page_size=7)
        assert run["parameters"]["parameters"] == told.model_dump(mode="json")
        assert run["name"].endswith(" window, dry run")
        assert run["state"]["message"] == "would be: nothing to do"


class TestAudit:
    def test_a_record_whose_end_was_cut_off_is_found_by_the_heads_in_the_artifacts(
        self, taken_up: Parent, product: Product, folder: Path
    ) -> None:
        assert taken_up
        whole = ended(product, "audit", "verify")
        assert (whole.code, whole.json["well"]) == (0, True)
        assert whole.json["anchors"] > 10
        cut_the_end(folder / "store.sqlite3")
        cut = ended(product, "audit", "verify")
        assert (cut.code, cut.json["well"]) == (1, False)
        assert ended(product, "audit", "verify", "--offline").json["well"], "without the heads nothing shows it"


def cut_the_end(file: Path) -> None:
    """As one would who can write to the store: the last event gone, its chain's head set back to the one before."""
    with closing(sqlite3.connect(file)) as store, store:
        chain, last = store.execute("SELECT id, sequence FROM audit_chain ORDER BY ordinal DESC LIMIT 1").fetchone()
        (head,) = store.execute(
            "SELECT hash FROM audit_event WHERE chain = ? AND sequence = ?", (chain, last - 1)
        ).fetchone()
        store.execute("UPDATE audit_chain SET sequence = ?, hash = ? WHERE id = ?", (last - 1, head, chain))
        for table in ("audit_event", "audit_payload"):
            store.execute(f"DELETE FROM {table} WHERE chain = ? AND sequence = ?", (chain, last))


class TestEphemeral:
    def test_no_server_is_needed_and_none_is_left_running(
        self, taken_up: Parent, product: Product, tmp_path: Path
    ) -> None:
        assert taken_up
        home = tmp_path / "home"
        done = ended(product, "run", "gl-accounts", PREFECT_API_URL="", PREFECT_UI_URL="", PREFECT_HOME=str(home))
        assert done.code == 0, done.err
        assert_whole(done.json)
        assert done.json["state"] == "completed"
        assert home.exists()
        assert not [process for process in Path("/proc").iterdir() if process.name.isdigit() and uses(process, home)]


def uses(process: Path, home: Path) -> bool:
    try:
        return f"PREFECT_HOME={home}".encode() in (process / "environ").read_bytes()
    except OSError:
        return False
