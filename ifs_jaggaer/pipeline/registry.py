"""The runs that live in this process, by run id: what tasks find their run by.

It lives here and not beside the flows because a flow that is loaded by path is a second module object.
"""

from __future__ import annotations

from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.outcome import RunResult
from ifs_jaggaer.pipeline.run import SyncRun

RUNS: dict[str, SyncRun] = {}
RESULTS: dict[str, RunResult] = {}
ERRORS: dict[str, SyncError] = {}
