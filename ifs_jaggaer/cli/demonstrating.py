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

from ifs_jaggaer.cli.output import Exit, complain, out, print_table, progress
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
    suppliers: int = 240,
    orders: int = 1200,
    invoices: int = 600,
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
            first = _sync("First sync: everything", environment, served)
            second = _sync("Second sync: nothing changed, so nothing may be written", environment, served)
            if first is None or second is None:
                raise typer.Exit(Exit.FAILED)
            _open_items(environment)
            out.print(f"\nRuns and artifacts: {ui}/runs")
            if stay:
                _stay(environment)
            else:
                out.print("They end with this command; keep them up with: make demo DEMO_ARGS=--stay")
            if sum(second.values()):
                complain("the second sync wrote something: see above")
                raise typer.Exit(Exit.FAILED)


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


def _sync(title: str, environment: dict[str, str], served: dict[str, Any]) -> dict[str, int] | None:
    """One `run all`; gives the writes that reached each system, counted at the sandbox's socket."""
    progress(f"\n{title} ...")
    for system in ("ifs", "jaggaer"):
        httpx.post(f"{served[system]['host']}/_sandbox/stats/reset", timeout=10)
    started = time.monotonic()
    command = [sys.executable, "-m", "ifs_jaggaer", "run", "all", "--json"]
    ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False)  # noqa: S603
    seconds = time.monotonic() - started
    if ran.returncode not in {Exit.WELL, Exit.NEEDS_A_PERSON} or not ran.stdout:
        complain(f"the sync ended with exit code {ran.returncode}")
        return None
    syncs = simplejson.loads(ran.stdout.splitlines()[-1], use_decimal=True)["syncs"]
    writes = {s: _stats(served, s)["writes"] for s in ("ifs", "jaggaer")}
    names = ("read", "created", "updated", "unchanged", "waiting", "rejected", "conflicts", "held")
    print_table(
        f"{title} ({seconds:.0f} s; writes at the sandbox: IFS {writes['ifs']}, JAGGAER {writes['jaggaer']})",
        ("sync", *names),
        [(s["sync"], *(s[name] for name in names)) for s in syncs],
    )
    amounts = [(s["sync"], currency, amount) for s in syncs for currency, amount in s["amounts"].items()]
    if amounts:
        print_table("Amounts moved", ("sync", "currency", "amount"), amounts)
    return writes


def _stats(served: dict[str, Any], system: str) -> dict[str, Any]:
    stats: dict[str, Any] = httpx.get(f"{served[system]['host']}/_sandbox/stats", timeout=10).json()
    return stats


def _open_items(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "ifs_jaggaer", "items", "list", "--json"]
    listed = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603
    kinds: dict[tuple[str, str], int] = {}
    for line in listed.splitlines():
        item = simplejson.loads(line)
        kinds[item["sync"], item["kind"]] = kinds.get((item["sync"], item["kind"]), 0) + 1
    print_table(
        "Left open for a person, as the data is made to have it",
        ("sync", "kind", "items"),
        [(sync, kind.replace("_", " "), number) for (sync, kind), number in sorted(kinds.items())],
    )


def _stay(environment: dict[str, str]) -> None:
    out.print("\nTry it in another terminal:\n")
    for name in sorted(environment):
        if name.startswith("IFS_JAGGAER_") or name in {"PREFECT_HOME", "PREFECT_API_URL"}:
            out.print(f"export {name}={environment[name]}", markup=False, highlight=False)
    out.print("\nifs-jaggaer items list; ifs-jaggaer audit trace KEY; ifs-jaggaer run all --dry-run\n\nCtrl-C ends it.")
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()
