"""Runs the same thing many times at once, in threads or in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def in_threads(number: int, do: Callable[[int], T]) -> list[T]:
    """What `do(0)`, `do(1)`, ... give, all started at the same moment."""
    start = threading.Barrier(number)

    def one(index: int) -> T:
        start.wait(10)
        return do(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


PRELUDE = """
import json, sys, time
from ifs_jaggaer.errors import *
from ifs_jaggaer.store import *
url, connection, index = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = Store.open(url, connection)
print("ready", flush=True)
sys.stdin.readline()
"""


def in_processes(number: int, url: str, connection: str, code: str) -> list[Any]:
    """The JSON that each of the processes prints last; `code` knows `store` and `index`."""
    command = [sys.executable, "-c", PRELUDE + code, url, connection]
    racers = [
        subprocess.Popen([*command, str(index)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for index in range(number)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    ends = [racer.communicate(timeout=60)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * number
    return [json.loads(end.splitlines()[-1]) for end in ends]
