"""The deployments of prefect.yaml on a real server, and a real process worker that runs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
IMPATIENT = f"{sys.executable} {Path(__file__).with_name('impatient.py')}"
PATIENCE = 120.0


@dataclass(frozen=True)
class Deployed:
    """Asks the server as the UI does."""

    api: httpx.Client
    environment: dict[str, str]

    def ask(self, path: str, body: Any = None) -> Any:
        answer = self.api.post(path, json=body or {}) if body is not None else self.api.get(path)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def prefect(self, *words: str) -> str:
        command = [sys.executable, "-m", "prefect", "--no-prompt", *words]
        done = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def deployment(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(f"/deployments/name/{name}/{name}")
        return found

    def start(self, name: str, **parameters: Any) -> str:
        """Asks for a run, as "Quick run" does; gives its id."""
        body = {"parameters": {"parameters": parameters}, "job_variables": {"command": IMPATIENT}}
        run: str = self.ask(f"/deployments/{self.deployment(name)['id']}/create_flow_run", body)["id"]
        return run

    def run(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(f"/flow_runs/{run}")
        return found

    def ended(self, run: str) -> dict[str, Any]:
        """Waits for the end of an attempt."""

        def over() -> dict[str, Any] | None:
            now = self.run(run)
            return now if now["state_type"] in {"COMPLETED", "FAILED", "CRASHED"} else None

        found: dict[str, Any] = until(over)
        return found

    def retried(self, run: str) -> dict[str, Any]:
        """What "Retry" and `prefect flow-run retry` do, and its end."""
        state = {"type": "SCHEDULED", "message": "Retried"}
        self.ask(f"/flow_runs/{run}/set_state", {"state": state, "force": True})
        return self.ended(run)

    def tasks(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """The task runs of a run's last attempt, in the order of their beginning."""
        body = {"flow_runs": {"id": {"any_": [run["id"]]}}, "limit": 200}
        found: list[dict[str, Any]] = []
        while some := self.ask("/task_runs/filter", body | {"offset": len(found)}):
            found += some
        mine = (task for task in found if task["flow_run_run_count"] == run["run_count"])
        return sorted(mine, key=lambda task: task["start_time"] or "9999")

    def artifacts(self, run: str, key: str) -> list[dict[str, Any]]:
        body = {"artifacts": {"flow_run_id": {"any_": [run]}, "key": {"any_": [key]}}, "sort": "CREATED_DESC"}
        found: list[dict[str, Any]] = self.ask("/artifacts/filter", body)
        return found


def until(found: Callable[[], Any], patience: float = PATIENCE) -> Any:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.2)
    raise AssertionError("it did not come about in time")


@contextmanager
def deployed(prefect: dict[str, str], config: Path) -> Iterator[Deployed]:
    """All deployments, paused so that only runs that a test asks for start; a worker, ended by its own pid."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("IFS_JAGGAER_", "PREFECT_"))}
    environment = {**clean, **prefect, "IFS_JAGGAER_CONFIG": str(config), "PREFECT_WORKER_QUERY_SECONDS": "1"}
    with httpx.Client(base_url=prefect["PREFECT_API_URL"], timeout=30) as api:
        server = Deployed(api, environment)
        server.prefect("work-pool", "create", "ifs-jaggaer", "--type", "process", "--overwrite")
        server.prefect("deploy", "--all")
        for each in server.ask("/deployments/filter", {"limit": 50}):
            api.post(f"/deployments/{each['id']}/pause_deployment")
        command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "ifs-jaggaer"]
        with config.with_name("worker.log").open("wb") as log:
            worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
            try:
                yield server
            finally:
                worker.send_signal(signal.SIGTERM)
                try:
                    worker.wait(30)
                except subprocess.TimeoutExpired:
                    worker.kill()
                    worker.wait()
