"""The demonstration: every sync, then nothing to write, then nothing unexplained, then nothing left running."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from ifs_jaggaer.pipeline.request import SyncName

NARROW = 80
SYNCS = list(get_args(SyncName))


@pytest.mark.journey
def test_it_shows_all_syncs_and_leaves_nothing_running(tmp_path: Path) -> None:
    sizes = ("--seed", "5", "--suppliers", "20", "--orders", "25", "--invoices", "20")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("IFS_JAGGAER_", "PREFECT_"))}
    done = subprocess.run(
        [sys.executable, "-m", "ifs_jaggaer", "demo", *sizes],
        env=clean | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-2000:]
    first, _, rest = done.stdout.partition("Second sync")
    second, _, compared = rest.partition("Reconcile")
    for part in (first, second, compared):
        assert re.findall(r"^ ([a-z-]+) +\d", part, re.MULTILINE)[: len(SYNCS)] == SYNCS
    assert "of what was posted: JAGGAER is told" in first
    assert "writes that reached IFS 0, JAGGAER 0" in second
    assert "; 0 unexplained" in compared
    assert " NO " not in compared
    assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= NARROW
    assert not list(tmp_path.iterdir()), "neither store nor Prefect's data is left"
    assert not [process for process in Path("/proc").iterdir() if process.name.isdigit() and uses(process, tmp_path)]


def uses(process: Path, folder: Path) -> bool:
    try:
        return str(folder).encode() in (process / "environ").read_bytes()
    except OSError:
        return False
