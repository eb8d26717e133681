"""The envelope around JAGGAER's answers: its codes and counts (contracts/jaggaer.md 2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.jaggaer.wording import custom_field_in, field_in, key_in
from connectors.redaction import safe
from connectors.wire import Json, JsonValue
from ifs_jaggaer.errors import (
    AlreadyExists,
    Conflict,
    Rejected,
    ServerWord,
    SettingsError,
    SyncError,
    Unreachable,
    Waiting,
)

DONE = "0"
WARNED = "1"
BUSY = "-998"
EXISTS = "-996"
STALE = "-1104"
CLOSED = "-1105"
INVALID = "-1106"
UNKNOWN_VALUE = "-1102"
ACCOUNT = "gl_account"
# The kind that is waited for, and where in our body its key stands.
UNKNOWN = {
    "-1101": ("supplier", "supplier"),
    UNKNOWN_VALUE: (ACCOUNT, "customField"),
    "-1103": ("purchase_order", "po"),
}
HIDDEN_DUPLICATE = "112("


@dataclass(frozen=True, slots=True)
class Envelope:
    """The outside of an answer. `code` is "0", "-998"... whether it came as a number or as text.

    `message` is as the server wrote it, with secrets masked. Counts are None where they did not come.
    """

    code: str
    message: str
    total: int | None = None
    returned: int | None = None
    body: Json = field(default_factory=dict, repr=False)

    @property
    def done(self) -> bool:
        """Carried out, with or without warnings; a duplicate behind a success code is not."""
        return self.code in {DONE, WARNED} and HIDDEN_DUPLICATE not in self.message

    @property
    def busy(self) -> bool:
        """Not carried out, and worth another try."""
        return self.code == BUSY

    @property
    def warning(self) -> str:
        """What the server remarked on something that it did; "" if nothing."""
        return self.message if self.code == WARNED else ""


def envelope_of(body: JsonValue) -> Envelope | None:
    """The envelope of a decoded answer; None where it has none (a bare detail, or not JAGGAER's word)."""
    if not isinstance(body, dict):
        return None
    code = _whole(body.get("returnCode"))
    if code is None:
        return None
    message = body.get("returnMessage")
    return Envelope(
        code=str(code),
        message=safe(message) if isinstance(message, str) else "",
        total=_count(body.get("totRecords")),
        returned=_count(body.get("returnedRecords")),
        body=body,
    )


def refusal(envelope: Envelope, status: int, sent: JsonValue = None) -> SyncError:
    """What a code that is neither success nor busy asks of us, after a write or a detail.

    `sent` is the body that was refused: the field and the key at fault are looked for in it.
    """
    code, message = envelope.code, envelope.message
    word = ServerWord(status=status, code=code, message=message or None)
    field_name, value = field_in(message, sent)
    if code == EXISTS or HIDDEN_DUPLICATE in message:
        return AlreadyExists(
            "JAGGAER has a record of this key", field=field_name, value=value, remedy=_EXISTS_REMEDY, word=word
        )
    if code == UNKNOWN_VALUE and (named := custom_field_in(message, sent)):
        return Waiting(
            f"JAGGAER does not know {named[0]} {named[1]}",
            waits_for=f"{ACCOUNT}:{named[0]}:{named[1]}",
            field=field_name,
            value=named[1],
            remedy=_UNKNOWN_REMEDY,
            word=word,
        )
    if code in UNKNOWN:
        kind, place = UNKNOWN[code]
        key = key_in(message, sent, place) or value or ""
        return Waiting(
            f"JAGGAER does not know {kind.replace('_', ' ')} {key}".rstrip(),
            waits_for=f"{kind}:{key}",
            field=field_name,
            value=key or None,
            remedy=_UNKNOWN_REMEDY,
            word=word,
        )
    if code == STALE:
        return Conflict("the document has a newer revision in JAGGAER", field=field_name, word=word)
    said = {CLOSED: "the document is closed", INVALID: "JAGGAER refuses a value"}.get(code, "JAGGAER refuses")
    return Rejected(said, field=field_name, value=value, remedy=_REFUSED_REMEDY, word=word)


def list_refusal(envelope: Envelope, status: int) -> SettingsError:
    """A list that is refused is no one record's fault: a filter name, a path or a permission is."""
    return SettingsError(
        "JAGGAER refuses to give the list",
        remedy="compare the profile's filter and component names with the tenant's, and see the permissions",
        word=ServerWord(status=status, code=envelope.code, message=envelope.message or None),
    )


@dataclass(frozen=True, slots=True)
class ValueResult:
    """What came of one custom field value; `error` is None where it was carried out."""

    value: str
    error: SyncError | None


def value_results(body: Json, sent: JsonValue, status: int = 200) -> list[ValueResult]:
    """What came of each value of a POST to customfieldvalues: each has its own code (contract 4)."""
    outer = body.get("resultList")
    inner = outer.get("result") if isinstance(outer, dict) else None
    results: list[ValueResult] = []
    for entry in inner if isinstance(inner, list) else []:
        envelope = envelope_of(entry)
        value = entry.get("value") if isinstance(entry, dict) else None
        if envelope is not None and isinstance(value, str | int):
            results.append(ValueResult(str(value), _value_error(envelope, sent, status)))
    return results


def _value_error(envelope: Envelope, sent: JsonValue, status: int) -> SyncError | None:
    if envelope.busy:
        return Unreachable("JAGGAER is busy", system="jaggaer")
    return None if envelope.done else refusal(envelope, status, sent)


_UNKNOWN_REMEDY = "goes by itself once that is there"
_REFUSED_REMEDY = "correct what JAGGAER names, in IFS or at JAGGAER; then it goes by itself"
_EXISTS_REMEDY = "see whose record it is: ours only if it carries our mark"


def _whole(value: JsonValue) -> int | str | None:
    if isinstance(value, str):
        text = value.strip()
        try:
            return int(text)
        except ValueError:
            return text or None
    return None if value is None or isinstance(value, bool | list | dict) else int(value)


def _count(value: JsonValue) -> int | None:
    number = _whole(value)
    return number if isinstance(number, int) and number >= 0 else None
