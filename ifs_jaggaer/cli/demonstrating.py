"""The sandbox, and a demonstration of the whole on it: `sandbox serve`, `demo`."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import simplejson
import typer

from ifs_jaggaer.cli.demo_steps import Demonstration
from ifs_jaggaer.cli.output import Exit, complain, out, progress
from ifs_jaggaer.errors import SyncError, Unreachable

sandbox = typer.Typer(help="Both systems as one server on this machine, for trying things out.", no_args_is_help=True)

DEMO_RATE = 60_000
"""Requests a minute that the demonstration's sandbox allows, so that it takes a minute and not ten."""

START_SECONDS = 120


def add_to(app: typer.Typer) -> None:
    sandbox.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(serve)
    app.add_typer(sandbox, name="sandbox")
    app.command()(demo)


def serve(context: typer.Context) -> None:
    """Serve both systems; prints one JSON line with addresses and credentials, ends on SIGTERM.

    Options: --ifs-port, --jaggaer-port (0 chooses one), --seed, --suppliers, --orders, --invoices, --data, --empty
    and more: see docs/sandbox.md.
    """
    os.execv(sys.executable, [sys.executable, "-m", "ifs_jaggaer.sandbox", *context.args])  # noqa: S606


def demo(
    *,
    stay: Annotated[bool, typer.Option("--stay", help="Keep sandbox and Prefect UI up until Ctrl-C.")] = False,
    seed: int = 7,
    suppliers: int = 100,
    orders: int = 400,
    invoices: int = 200,
) -> None:
    """Run all syncs against the sandbox and a Prefect server of their own; nothing is left running."""
    signal.signal(signal.SIGTERM, _end)  # as Ctrl-C does: the programs that were started end first
    with tempfile.TemporaryDirectory(prefix="ifs-jaggaer-demo-") as folder:
        sizes = ["--suppliers", str(suppliers), "--orders", str(orders), "--invoices", str(invoices)]
        with sandbox_at(folder, "--seed", str(seed), *sizes) as served, prefect_at(folder) as prefect:
            environment = {**os.environ, **surroundings(served, folder), **prefect}
            ui = prefect["PREFECT_UI_URL"]
            progress(f"Sandbox IFS Cloud {served['ifs']['host']}, JAGGAER {served['jaggaer']['host']}; Prefect UI {ui}")
            progress(f"The sandbox allows {DEMO_RATE} requests a minute for this demonstration, not 1000 and 300.")
            well = _show(Demonstration(served, environment))
            out.print(f"\nRuns and artifacts: {ui}/runs")
            if stay:
                _stay(environment)
            else:
                out.print("They end with this command; keep them up with: make demo DEMO_ARGS=--stay")
            if not well:
                raise typer.Exit(Exit.FAILED)


def _show(demonstration: Demonstration) -> bool:
    """The course of the demonstration; says whether all came out as it must."""
    if demonstration.sync("First sync: everything") is None:
        return False
    paid = demonstration.pay()
    if demonstration.sync(f"IFS has paid {paid} of what was posted: JAGGAER is told", "payments") is None:
        return False
    again = demonstration.sync("Second sync: nothing changed, so nothing may be written")
    if again is None:
        return False
    unexplained = demonstration.reconcile()
    demonstration.open_items()
    if again:
        complain("the second sync wrote something: see above")
    if unexplained:
        complain("the two systems differ, and nobody knows why: see above")
    return not again and unexplained == 0


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def surroundings(served: dict[str, Any], folder: str | Path) -> dict[str, str]:
    """The settings that lead to a sandbox, as environment variables."""
    variables = {
        "IFS_JAGGAER_STORE__URL": f"sqlite:///{folder}/store.sqlite3",
        "IFS_JAGGAER_START_FROM": "2000-01-01",
    }
    for system in ("ifs", "jaggaer"):
        for name in ("host", "realm", "client_id", "client_secret"):
            if name in served[system]:
                variables[f"IFS_JAGGAER_{system.upper()}__{name.upper()}"] = served[system][name]
        variables[f"IFS_JAGGAER_{system.upper()}__REQUESTS_PER_MINUTE"] = str(DEMO_RATE)
    return variables


@contextlib.contextmanager
def sandbox_at(folder: str | Path, *options: str) -> Iterator[dict[str, Any]]:
    """A sandbox of our own; gives what it printed when it was ready."""
    rates = ["--ifs-requests-per-minute", str(DEMO_RATE), "--jaggaer-requests-per-minute", str(DEMO_RATE)]
    command = [sys.executable, "-m", "ifs_jaggaer.sandbox", "--ifs-port", "0", "--jaggaer-port", "0", *rates, *options]
    with _program(command, Path(folder) / "sandbox.log", stdout=subprocess.PIPE) as process:
        line = process.stdout.readline() if process.stdout else b""
        if not line:
            raise Unreachable(
                "the sandbox did not start", remedy="run 'ifs-jaggaer sandbox serve' and see what it says"
            )
        yield simplejson.loads(line)


@contextlib.contextmanager
def prefect_at(folder: str | Path) -> Iterator[dict[str, str]]:
    """A Prefect server of our own on loopback; gives the variables that lead to it."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    variables = {
        "PREFECT_HOME": str(Path(folder) / "prefect"),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_UI_URL": address,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with _program(command, Path(folder) / "prefect.log", environment={**os.environ, **variables}) as process:
        _wait_for(f"{address}/api/health", process)
        yield variables


@contextlib.contextmanager
def _program(
    command: list[str], log: Path, *, environment: dict[str, str] | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603
            command, env=environment, stdout=sink if stdout is None else stdout, stderr=sink, start_new_session=True
        )
        try:
            yield process
        except SyncError:
            sys.stderr.write(log.read_text("utf-8", "replace")[-2000:])
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=2).is_success:
                return
        time.sleep(0.2)
    raise Unreachable("the Prefect server did not start", remedy="see its last lines above")


def _stay(environment: dict[str, str]) -> None:
    out.print("\nTry it in another terminal:\n")
    for name in sorted(environment):
        if name.startswith("IFS_JAGGAER_") or name in {"PREFECT_HOME", "PREFECT_API_URL"}:
            out.print(f"export {name}={environment[name]}", markup=False, highlight=False)
    out.print("\nifs-jaggaer items list; ifs-jaggaer audit trace KEY; ifs-jaggaer run all --dry-run\n\nCtrl-C ends it.")
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()
