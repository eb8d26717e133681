"""All syncs on seeded data: what they cost, as a table and as JSON.

Run by `make bench`; sizes by BENCH_ARGS="--suppliers 200 --orders 1000 --invoices 500". Each sync runs twice in a
process of its own: everything, then nothing new. The cheapest run is the standing cost: Python, Prefect and a look at
both systems; "CPU s/1000" is what the documents cost beyond it. The ratio sets documents a second against bare
requests a second that this machine's sandbox answers with eight at a time, so that two machines can be compared.
The last line on standard output is the JSON, progress goes to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from flows.sync_all import IN_ORDER
from ifs_jaggaer.cli.demonstrating import prefect_at, sandbox_at, surroundings

BARE_REQUESTS = 400
FEW = 20
"""Documents below which nothing can be said of one."""

HEADINGS = {
    "sync": "Sync",
    "turn": "Turn",
    "documents": "Docs",
    "written": "Written",
    "ifs_requests_a_document": "IFS req.\n/doc.",
    "jaggaer_requests_a_document": "JAGGAER\nreq./doc.",
    "seconds": "Seconds",
    "documents_a_second": "Docs/s",
    "ratio_to_bare_requests": "Ratio",
    "cpu_seconds": "CPU s",
    "cpu_seconds_per_1000": "CPU s\n/1000 docs",
    "peak_mib": "Peak MiB",
}


def measured(command: list[str], environment: dict[str, str]) -> tuple[dict[str, Any], float, float, int]:
    """The command's JSON, its wall and CPU seconds, its peak memory in MiB."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as sink:
        process = subprocess.Popen(  # noqa: S603
            command, env=environment, stdout=sink, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        sink.seek(0)
        lines = sink.read().splitlines()
    if process.returncode not in {0, 1} or not lines:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return json.loads(lines[-1]), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


async def bare_requests_a_second(host: str) -> float:
    """What the sandbox answers when nothing but a request is made."""
    async with httpx.AsyncClient(base_url=host) as client:

        async def some() -> None:
            for _ in range(BARE_REQUESTS // 8):
                await client.get("/_sandbox/stats")

        started = time.monotonic()
        await asyncio.gather(*(some() for _ in range(8)))
        return BARE_REQUESTS / (time.monotonic() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, number in (("suppliers", 240), ("orders", 1200), ("invoices", 600), ("seed", 7)):
        parser.add_argument(f"--{name}", type=int, default=number)
    sizes = vars(parser.parse_args())
    options = [text for name, number in sizes.items() for text in (f"--{name}", str(number))]
    figures: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        sandbox_at(folder, *options) as served,
        prefect_at(folder) as prefect,
    ):
        environment = {**os.environ, **surroundings(served, Path(folder)), **prefect}
        bare = asyncio.run(bare_requests_a_second(served["ifs"]["host"]))
        for sync in [flow.name for flow in IN_ORDER]:
            for turn in ("everything", "nothing new"):
                print(f"{sync}, {turn} ...", file=sys.stderr)
                command = [sys.executable, "-m", "ifs_jaggaer", "run", sync, "--json"]
                told, wall, cpu, memory = measured(command, environment)
                documents = told["read"] or 1
                figures.append(
                    {
                        "sync": sync,
                        "turn": turn,
                        "documents": told["read"],
                        "written": told["created"] + told["updated"],
                        "ifs_requests_a_document": round(told["requests"]["ifs"] / documents, 3),
                        "jaggaer_requests_a_document": round(told["requests"]["jaggaer"] / documents, 3),
                        "seconds": round(wall, 1),
                        "documents_a_second": round(documents / wall, 1),
                        "ratio_to_bare_requests": round(documents / wall / bare, 3),
                        "cpu_seconds": round(cpu, 2),
                        "peak_mib": memory,
                    }
                )
    standing = min(each["cpu_seconds"] for each in figures)
    for each in figures:
        beyond, documents = each["cpu_seconds"] - standing, each["documents"]
        each["cpu_seconds_per_1000"] = round(beyond * 1000 / documents, 2) if documents >= FEW else None
    show(figures, f"{sizes}; bare requests a second: {bare:.0f}; standing cost: {standing} CPU s")
    told_at_once = {"bare_requests_a_second": round(bare, 1), "standing_cpu_seconds": standing}
    print(json.dumps({"sizes": sizes, **told_at_once, "figures": figures}))


def show(figures: list[dict[str, Any]], title: str) -> None:
    """The figures as a table."""
    table = Table(title=title, title_justify="left")
    for name, heading in HEADINGS.items():
        table.add_column(heading, justify="left" if name in {"sync", "turn"} else "right", no_wrap=True)
    for row in figures:
        table.add_row(*("-" if row[name] is None else str(row[name]) for name in HEADINGS))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
