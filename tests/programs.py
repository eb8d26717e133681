"""Real programs that several rooms of tests use: the sandbox, the product's command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

UNTHROTTLED = ("--ifs-requests-per-minute", "1000000", "--jaggaer-requests-per-minute", "1000000")


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox, steered as docs/sandbox.md says."""

    line: dict[str, Any]

    def admin(self, system: str, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, f"{self.line[system]['host']}/_sandbox/{path}", json=body, timeout=30)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def records(self, system: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.admin(system, "GET", f"records/{name}")
        return found

    def change(self, system: str, name: str, key: dict[str, Any], values: dict[str, Any]) -> Any:
        return self.admin(system, "POST", "change", {"set": name, "key": key, "values": values})

    def create(self, system: str, name: str, values: dict[str, Any]) -> Any:
        return self.admin(system, "POST", "create", {"set": name, "values": values})

    def fault(self, system: str, fault: str, **how: Any) -> Any:
        return self.admin(system, "POST", "faults", {"fault": fault, **how})

    def reset_stats(self) -> None:
        for system in ("ifs", "jaggaer"):
            self.admin(system, "POST", "stats/reset")

    def writes(self) -> dict[str, int]:
        return {system: self.admin(system, "GET", "stats")["writes"] for system in ("ifs", "jaggaer")}

    def settings(self, folder: Path) -> dict[str, str]:
        """Environment variables for the product."""
        variables = {
            "IFS_JAGGAER_STORE__URL": f"sqlite:///{folder}/store.sqlite3",
            "IFS_JAGGAER_START_FROM": "2000-01-01",
        }
        for system in ("ifs", "jaggaer"):
            for name, value in self.line[system].items():
                if name in {"host", "realm", "client_id", "client_secret"}:
                    variables[f"IFS_JAGGAER_{system.upper()}__{name.upper()}"] = value
            variables[f"IFS_JAGGAER_{system.upper()}__REQUESTS_PER_MINUTE"] = "600000"
        return variables


@contextmanager
def sandbox_program(*options: str) -> Iterator[Sandbox]:
    """A sandbox of its own on free loopback ports, ended by its own process id."""
    command = [sys.executable, "-m", "ifs_jaggaer.sandbox", "--ifs-port", "0", "--jaggaer-port", "0"]
    process = subprocess.Popen([*command, *UNTHROTTLED, *options], stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    try:
        yield Sandbox(json.loads(process.stdout.readline()))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


@dataclass
class Product:
    """Calls `ifs-jaggaer` in processes of its own."""

    environment: dict[str, str]
    expected: set[int] = field(default_factory=lambda: {0, 1})

    def call(self, *words: str, codes: set[int] | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ifs_jaggaer", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode in (codes or self.expected), done.stderr[-4000:] + done.stdout[-2000:]
        return done

    def run(self, sync: str, *words: str, codes: set[int] | None = None) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.call("run", sync, "--json", *words, codes=codes).stdout.splitlines()[-1])
        return said

    def items(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.call("items", "list", "--json", *words).stdout.splitlines()]


def product_of(settings: dict[str, str], prefect: dict[str, str]) -> Product:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("IFS_JAGGAER_", "PREFECT_"))}
    return Product({**clean, **prefect, **settings})


def store_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("store.sqlite3*"))
