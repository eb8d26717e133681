"""The sandbox as a program: started, spoken to through its one line, ended by its own pid."""

import json
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from typing import IO, Any

COMMAND = [sys.executable, "-m", "ifs_jaggaer.sandbox"]
START_SECONDS = 60
END_SECONDS = 15


@dataclass
class Sandbox:
    """A running sandbox: what its line said, and the process."""

    process: "subprocess.Popen[str]"
    line: dict[str, Any]
    errors: IO[str]
    rest: list[str] = field(default_factory=list)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it by its own pid; answers the exit status (negative: the signal that killed it)."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(END_SECONDS)
            raise AssertionError(f"the sandbox did not end on {how.name}") from None
        finally:
            assert self.process.stdout is not None
            if not self.process.stdout.closed:
                self.rest = self.process.stdout.read().splitlines()
                self.process.stdout.close()
        return code

    def said(self) -> str:
        """What it wrote to standard error so far."""
        self.errors.seek(0)
        return self.errors.read()


def start(*options: str) -> Sandbox:
    """Start a sandbox on free ports and wait for its line."""
    errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - lives as long as the process
    process = subprocess.Popen(
        [*COMMAND, "--ifs-port", "0", "--jaggaer-port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    assert process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        first = process.stdout.readline()
    finally:
        watchdog.cancel()
        watchdog.join()
    if not first:
        process.wait(END_SECONDS)
        process.stdout.close()
        errors.seek(0)
        said = errors.read()
        errors.close()
        raise AssertionError(f"the sandbox ended with {process.returncode} before it was ready:\n{said[-4000:]}")
    return Sandbox(process, json.loads(first), errors)


def stop(sandbox: Sandbox) -> None:
    """End it and let go of what belongs to it."""
    try:
        sandbox.end()
    finally:
        sandbox.errors.close()
