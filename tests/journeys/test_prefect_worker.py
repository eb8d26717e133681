"""Deployed runs under a real worker: retry from the failed task, kill -9, the verdict alone, no secret anywhere."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from deployed import ROOT, Deployed, deployed, until
from programs import Product, Sandbox, product_of, sandbox_program

pytestmark = pytest.mark.journey

SIZES = ("--seed", "11", "--suppliers", "30", "--orders", "40", "--invoices", "10")
DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
CACHED, COMPLETED = "Cached", "Completed"

TOLD_TWICE = 15
"""A worker tells of a killed process twice, ten seconds apart: the second time would end a retry that began between."""


@dataclass(frozen=True)
class Attempt:
    """How a run stood after an attempt, the tasks of that attempt, the requests as the sandbox logged them."""

    run: dict[str, Any]
    tasks: list[dict[str, Any]]
    log: list[dict[str, Any]]

    def states(self, kind: str) -> list[str]:
        """The states of the tasks of a kind, e.g. "write", in order."""
        return [task["state_name"] for task in self.tasks if task["name"].startswith(f"{kind} ")]

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [each for each in self.log if each["method"] == "POST" and "/token" not in each["path"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worker")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with sandbox_program(*SIZES) as program:
        yield program


@pytest.fixture(scope="module")
def server(sandbox: Sandbox, prefect: dict[str, str], folder: Path) -> Iterator[Deployed]:
    lines = ["start_from = 2000-01-01", "page_size = 10", "[store]", f'url = "sqlite:///{folder}/store.sqlite3"']
    for system in ("ifs", "jaggaer"):
        names = ("host", "realm", "client_id", "client_secret")
        told = {name: sandbox.line[system][name] for name in names if name in sandbox.line[system]}
        lines += [f"[{system}]", "requests_per_minute = 600000", *(f'{name} = "{text}"' for name, text in told.items())]
    config = folder / "connection.toml"
    config.write_text("\n".join(lines))
    with deployed(prefect, config) as running:
        yield running


@pytest.fixture(scope="module")
def product(sandbox: Sandbox, prefect: dict[str, str], folder: Path) -> Product:
    return product_of(sandbox.settings(folder), prefect)


def attempt(server: Deployed, sandbox: Sandbox, run: dict[str, Any]) -> Attempt:
    log = [each for system in ("ifs", "jaggaer") for each in sandbox.admin(system, "GET", "log")]
    sandbox.admin("jaggaer", "DELETE", "faults")
    sandbox.reset_stats()
    if run["state_type"] != "CRASHED":  # what was being done stays "Running" then
        until(lambda: is_told_whole(server.tasks(run)))
    return Attempt(run, server.tasks(run), log)


def is_told_whole(tasks: list[dict[str, Any]]) -> bool:
    """The server learns of tasks a little later than of their run."""
    states = {task["name"].partition(" ")[0]: task["state_name"] for task in tasks}
    last = "Failed" in states.values() or any(name.startswith("verdict") for name in states)
    return last and set(states.values()) <= {COMPLETED, CACHED, "Failed"}


@pytest.fixture(scope="module")
def killed(server: Deployed, sandbox: Sandbox) -> list[Attempt]:
    """GL accounts; kill -9 while the sixth page is being written: the server has it, the answer never came."""
    sandbox.reset_stats()
    how = {"method": "POST", "path": "customfieldvalues", "skip": 5, "args": {"seconds": 20}}
    sandbox.fault("jaggaer", "timeout_after_commit", **how)
    run = server.start("gl-accounts", page_size=25)
    until(lambda: sandbox.writes()["jaggaer"] == 6)
    os.kill(int(server.run(run)["infrastructure_pid"]), signal.SIGKILL)
    crashed = server.ended(run)
    first = attempt(server, sandbox, crashed)
    time.sleep(TOLD_TWICE)
    return [first, attempt(server, sandbox, server.retried(run))]


@pytest.fixture(scope="module")
def orders(killed: list[Attempt], server: Deployed, sandbox: Sandbox, product: Product) -> list[Attempt]:
    """Orders; JAGGAER is busy from the thirteenth on, then well again; then the records at fault are corrected."""
    assert killed
    product.run("suppliers")
    sandbox.reset_stats()
    sandbox.fault("jaggaer", "busy", method="POST", path="purchaseorders", skip=12, times=100_000)
    run = server.start("purchase-orders")
    outage = attempt(server, sandbox, server.ended(run))
    still_wrong = attempt(server, sandbox, server.retried(run))
    correct(sandbox, product)
    return [outage, still_wrong, attempt(server, sandbox, server.retried(run))]


def correct(sandbox: Sandbox, product: Product) -> None:
    """What the seed makes wrong with orders, put right by what their dead letters say."""
    for item in product.items("--sync", "purchase-orders"):
        if item["kind"] != "dead_letter":
            continue
        if line := re.match(r"lines\[(.+)-(.+)\]\.(\w+)", item["field"]):
            key = {"OrderNo": item["key"], "LineNo": line[1], "ReleaseNo": line[2]}
            stated = re.search(r"charges is ([\d.]+)", item["reason"])
            values = {"NetAmtCurr": stated[1]} if stated else {line[3]: "PCS"}
            sandbox.change("ifs", "PurchaseOrderLineSet", key, values)
        else:
            total = re.search(r"not cancelled, ([\d.]+)", item["reason"])
            assert total, item
            sandbox.change("ifs", "PurchaseOrderSet", {"OrderNo": item["key"]}, {"TotalAmount": total[1]})


class TestForm:
    """The server itself checks what a person fills in, before there is a run."""

    @pytest.mark.parametrize(
        "told",
        [{"dry_run": "perhaps"}, {"page_size": 0}, {"since": 5}, {"replay": "all"}, {"client_secret": "x"}],
        ids=str,
    )
    def test_what_makes_no_sense_is_refused(self, server: Deployed, told: dict[str, Any]) -> None:
        path = f"/deployments/{server.deployment('suppliers')['id']}/create_flow_run"
        answer = server.api.post(path, json={"parameters": {"parameters": told}})
        assert answer.status_code == 409, answer.text
        assert "Validation failed" in answer.text

    def test_each_deployment_has_its_schedule_and_runs_once_at_a_time(self, server: Deployed) -> None:
        names = [each["name"] for each in server.ask("/deployments/filter", {"limit": 50})]
        assert sorted(names) == sorted(each["name"] for each in DEPLOYMENTS)
        for name in names:
            deployment = server.deployment(name)
            assert deployment["enforce_parameter_schema"]
            assert deployment["global_concurrency_limit"]["limit"] == 1
            assert [schedule["schedule"]["timezone"] for schedule in deployment["schedules"]] == ["UTC"]
            assert "pull_steps" not in deployment or not deployment["pull_steps"]
            parameters = deployment["schedules"][0]["parameters"]
            assert parameters == ({"parameters": {"sweep": True}} if name == "sync-all" else {})


class TestKilled:
    def test_the_run_is_crashed_and_its_retry_completes(self, killed: list[Attempt]) -> None:
        assert [each.run["state_type"] for each in killed] == ["CRASHED", "COMPLETED"]
        assert re.fullmatch(r"\d+ created, \d+ unchanged", killed[1].run["state"]["message"])
        assert killed[1].run["name"] == killed[0].run["name"]
        assert re.fullmatch(r"gl-accounts \d{4}-\d\d-\d\dT\d\d:\d\d delta", killed[0].run["name"])

    def test_completed_pages_are_not_done_again(self, killed: list[Attempt]) -> None:
        before, after = killed
        assert before.states("write")[:5] == [COMPLETED] * 5
        again = after.states("poll")
        assert again[:6] == [CACHED] * 6
        assert set(again[6:]) == {COMPLETED}
        lists = [
            each["query"]
            for each in after.log
            if each["path"].endswith("AccountSet") and "$orderby=Last" in each["query"]
        ]
        assert lists
        assert all("LastModifiedDate gt" in query for query in lists), "read on from where it stood"

    def test_nothing_is_doubled(self, killed: list[Attempt], sandbox: Sandbox) -> None:
        bodies = Counter(each["body"] for part in killed for each in part.posts)
        assert bodies
        assert max(bodies.values()) == 1
        values = [(r["customField"], r["value"]) for r in sandbox.records("jaggaer", "customfieldvalues")]
        assert len(values) == len(set(values))


class TestRetry:
    def test_an_outage_is_tried_again_then_fails_with_a_message_that_says_it(self, orders: list[Attempt]) -> None:
        outage = orders[0]
        assert outage.run["state_type"] == "FAILED"
        assert re.fullmatch(
            r"12 created.*; jaggaer purchaseorders P\d+: JAGGAER is busy \(-998\).*", outage.run["state"]["message"]
        )
        failed = next(task for task in outage.tasks if task["state_name"] == "Failed")
        assert failed["name"].startswith("write ifs.purchase_order page 2")
        assert failed["run_count"] == 2
        assert all(task["run_count"] == 1 for task in outage.tasks if task is not failed)

    def test_a_retry_does_the_failed_page_and_what_follows(self, orders: list[Attempt]) -> None:
        after = orders[1]
        assert sorted(task["name"].partition("-")[0] for task in after.tasks if task["state_name"] == CACHED) == [
            "map ifs.purchase_order page 1",
            "map ifs.purchase_order page 2",
            "poll ifs.purchase_order page 1",
            "poll ifs.purchase_order page 2",
            "write ifs.purchase_order page 1",
        ]

    def test_each_order_was_sent_once(self, orders: list[Attempt], sandbox: Sandbox) -> None:
        made = [record["header"]["poNumber"] for record in sandbox.records("jaggaer", "purchaseorders")]
        assert len(made) == len(set(made))
        assert len(orders[1].posts) == len(made) - 12 - len(orders[2].posts)

    def test_the_verdict_alone_is_retried_and_stays_failed_while_the_records_are_wrong(
        self, orders: list[Attempt]
    ) -> None:
        assert orders[1].run["state_type"] == "FAILED"
        assert "3 rejected" in orders[1].run["state"]["message"]

    def test_and_completes_once_they_are_corrected(self, orders: list[Attempt]) -> None:
        after = orders[2]
        assert after.run["state_type"] == "COMPLETED", after.run["state"]["message"]
        assert after.run["state"]["message"] == "3 created"
        states = Counter(task["state_name"] for task in after.tasks)
        assert states[COMPLETED] == 4, "two tokens, the metadata and the verdict"
        assert len(after.posts) == 3

    def test_its_summary_and_its_audit_heads_are_kept(self, orders: list[Attempt], server: Deployed) -> None:
        run = orders[0].run["id"]
        summaries = [each["data"] for each in server.artifacts(run, "purchase-orders-summary")]
        assert len(summaries) == 3
        assert ["until then there were 10 created" in text for text in summaries] == [False, True, False]
        letters = server.artifacts(run, "purchase-orders-dead-letters")[0]
        assert letters["description"] == "3 dead letters"
        assert all(row["reason"] and row["remedy"] for row in json.loads(letters["data"]))
        assert len(server.artifacts(run, "purchase-orders-audit-head")) >= 6

    def test_the_results_of_a_completed_run_are_removed(
        self, orders: list[Attempt], killed: list[Attempt], prefect: dict[str, str]
    ) -> None:
        storage = Path(prefect["PREFECT_HOME"]) / "storage"
        for each in (orders, killed):
            assert not (storage / each[0].run["id"]).exists()


class TestFixedScope:
    @pytest.mark.parametrize("parameters", [{"companies": ["20"]}, {"parameters": {"companies": ["20"]}}])
    def test_a_run_by_hand_with_parameters_keeps_it(
        self, parameters: dict[str, Any], server: Deployed, product: Product
    ) -> None:
        place = f"/deployments/{server.deployment('receipts')['id']}"
        assert server.api.patch(place, json={"parameters": parameters}).status_code == 204
        run = server.ended(server.start("receipts", page_size=50))
        assert run["parameters"]["parameters"] == {"page_size": 50}, "which replaced those of the deployment"
        lines = product.call("watermarks", "list", "--json").stdout.splitlines()
        marks = [mark for mark in map(json.loads, lines) if mark["sync"] == "receipts"]
        assert {mark["companies"] for mark in marks} == {"20"}, run["state"]["message"]


class TestSecrets:
    def test_neither_server_nor_results_nor_logs_hold_a_secret(
        self, orders: list[Attempt], sandbox: Sandbox, prefect: dict[str, str], folder: Path
    ) -> None:
        assert orders
        secrets = {sandbox.line[system]["client_secret"] for system in ("ifs", "jaggaer")}
        ibans = {row["Account"] for row in sandbox.records("ifs", "PaymentAddressSet")}
        assert len(ibans) > 3
        home = Path(prefect["PREFECT_HOME"])
        kept = [*home.glob("prefect.db*"), *home.glob("storage/**/*"), folder / "worker.log"]
        assert len(kept) > 2
        for file in filter(Path.is_file, kept):
            text = file.read_bytes()
            for secret in secrets | ibans:
                assert secret.encode() not in text, file
            assert not re.search(rb"Bearer [A-Za-z0-9]|access_token", text), file
