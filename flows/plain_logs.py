"""What is foreseen is said in one line: no traceback for it, in no log."""

from __future__ import annotations

import logging

from ifs_jaggaer.errors import SyncError


class _Plain(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], SyncError):
            record.exc_info = None
        return True


_PLAIN = _Plain()


def speak_plainly() -> None:
    """Takes the traceback off what Prefect logs of a foreseen failure, which carries its words already."""
    logging.getLogger("prefect.task_runs").addFilter(_PLAIN)
