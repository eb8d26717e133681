"""The program: `python -m ifs_jaggaer.sandbox`, with the options of docs/sandbox.md."""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ifs_jaggaer.sandbox.ifs.system import REALM, IfsSystem
from ifs_jaggaer.sandbox.jaggaer.system import JaggaerSystem
from ifs_jaggaer.sandbox.oauth import Client
from ifs_jaggaer.sandbox.server import listen, serve
from ifs_jaggaer.sandbox.storage import Database
from ifs_jaggaer.sandbox.system import System

if TYPE_CHECKING:
    from collections.abc import Sequence


def parser() -> argparse.ArgumentParser:
    """The options of docs/sandbox.md."""
    options = argparse.ArgumentParser(prog="ifs-jaggaer sandbox serve", description=__doc__)
    options.add_argument("--ifs-port", type=int, default=0, help="0 chooses a free one")
    options.add_argument("--jaggaer-port", type=int, default=0, help="0 chooses a free one")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--suppliers", type=int, default=240)
    options.add_argument("--orders", type=int, default=1200)
    options.add_argument("--invoices", type=int, default=600)
    options.add_argument("--data", type=Path, help="keep the state in this SQLite file and go on from it")
    options.add_argument("--ifs-requests-per-minute", type=int, default=1000)
    options.add_argument("--jaggaer-requests-per-minute", type=int, default=300)
    options.add_argument("--token-lifetime", type=int, default=180, help="seconds")
    options.add_argument("--empty", action="store_true", help="no seed data")
    return options


def credentials(system: str, seed: int) -> Client:
    """Made from the seed. The secret holds characters that must be encoded in a form."""
    noise = random.Random(f"{system} {seed}").randbytes(18)
    return Client(f"{system}-sync", f"{base64.urlsafe_b64encode(noise).decode()}+/%=")


async def _until_told(ports: list[tuple[System, socket.socket]], line: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(ports, lambda: print(line, flush=True), stop)  # noqa: T201 - the one line that is promised


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve both systems until SIGTERM; 0 then."""
    options = parser().parse_args(arguments)
    database = Database(options.data)
    known = database.recall("seed")
    seed = options.seed if known is None else int(known)
    limits = (options.ifs_requests_per_minute, options.jaggaer_requests_per_minute)
    clients = (credentials("ifs", seed), credentials("jaggaer", seed))
    ifs = IfsSystem(database, clients[0], limits[0], options.token_lifetime)
    jaggaer = JaggaerSystem(database, clients[1], limits[1], options.token_lifetime)
    if known is None:
        if not options.empty:
            from ifs_jaggaer.sandbox.seed import build  # noqa: PLC0415 - takes longer than all the rest

            rows = build(seed, options.suppliers, options.orders, options.invoices, datetime.now(UTC))
            with database.transaction():
                ifs.fill(rows.ifs)
                jaggaer.fill(rows.jaggaer)
        database.remember("seed", str(seed))
    listeners = [listen(options.ifs_port), listen(options.jaggaer_port)]
    addresses = [
        {
            "host": f"http://127.0.0.1:{listener.getsockname()[1]}",
            "client_id": client.client_id,
            "client_secret": client.client_secret,
        }
        for listener, client in zip(listeners, clients, strict=True)
    ]
    line = json.dumps({"ifs": addresses[0] | {"realm": REALM}, "jaggaer": addresses[1], "seed": seed})
    ports: list[tuple[System, socket.socket]] = list(zip((ifs, jaggaer), listeners, strict=True))
    asyncio.run(_until_told(ports, line))
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
