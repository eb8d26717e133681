"""Runs syncs in a process of its own, for tests that kill it or run two at once.

Settings come from the environment; the names of the syncs are the arguments. Prints one line of JSON a run.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid

from pipeline.driving import drive

from ifs_jaggaer import settings
from ifs_jaggaer.pipeline.request import Request
from ifs_jaggaer.store.intents import Intents


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    assert Intents.record.__kwdefaults__
    Intents.record.__kwdefaults__["send_by_seconds"] = 1.0
    say("ready")
    if os.environ.get("WAIT_FOR_A_LINE"):
        sys.stdin.readline()
    for sync in sys.argv[1:]:
        ran = asyncio.run(drive(settings.load(), Request(sync, str(uuid.uuid4()), "test")))  # type: ignore[arg-type]
        say(json.dumps(ran.result.as_json()))
