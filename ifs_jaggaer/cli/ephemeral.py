"""Without PREFECT_API_URL Prefect starts a server for the time of the command: how that one behaves."""

from __future__ import annotations

import os

UNLESS_SET = {
    # It does not call home.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Its first start makes a database, which takes longer than Prefect's 20 s on a busy machine.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # Told to stop, it logs tracebacks about what it was just writing.
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}


def before_prefect() -> None:
    """To be called before Prefect is imported: it reads its settings then."""
    for name, value in UNLESS_SET.items():
        os.environ.setdefault(name, value)
