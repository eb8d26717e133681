"""Who holds leases: a run of this process, told apart from those of others, and from what is gone."""

from __future__ import annotations

import os
import socket
import uuid

_PROCESS = uuid.uuid4().hex


def new_holder() -> str:
    """A name for one run: machine, process, chance."""
    return f"{socket.gethostname()}|{os.getpid()}|{_PROCESS}|{uuid.uuid4().hex}"


def is_gone(holder: str) -> bool:
    """Whether it was a process of this machine that has ended without giving back what it held (kill -9).

    Of another machine nothing is known: what it held runs out. A number that a new process has been given makes us
    wait as long. Taking too early does no harm: what was sent is guarded by its intent.
    """
    machine, _, rest = holder.partition("|")
    number, _, rest = rest.partition("|")
    if machine != socket.gethostname() or not number.isdecimal():
        return False
    if int(number) == os.getpid():
        return not rest.startswith(_PROCESS)
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
