"""Return codes (contracts/jaggaer.md 2): errors come as HTTP 200 with one of these."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
WARNINGS: Final = 1
EXISTS: Final = -996
BUSY: Final = -998
UNKNOWN_SUPPLIER: Final = -1101
UNKNOWN_VALUE: Final = -1102
UNKNOWN_ORDER: Final = -1103
NOT_NEWER: Final = -1104
CLOSED: Final = -1105
INVALID: Final = -1106
UNKNOWN_DOCUMENT: Final = -1107
"""Not in the contract's list, so permanent: a receipt or an invoice that is not there."""


class Declined(Exception):
    """A request that is answered with a code other than 0; the message names the field or the key."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid(field: str, why: str) -> Declined:
    """A validation that names the field."""
    return Declined(INVALID, f"{field}: {why}")
