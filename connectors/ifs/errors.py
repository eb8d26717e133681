"""What an answer of IFS means: done, try again, or which error (contracts/ifs.md 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.http import Again, Answer, Fine, Verdict
from connectors.redaction import safe
from connectors.wire import JsonValue
from ifs_jaggaer.errors import (
    AlreadyExists,
    Conflict,
    Rejected,
    ServerWord,
    SettingsError,
    SyncError,
)

METADATA_RENEWED = "MI_MODIFIED_ERROR"
DATABASE = "DATABASE_ERROR"
TRANSIENT = frozenset({408, 425, 502, 503, 504})

# Numbers that PL/SQL gives its standard errors.
DOES_NOT_EXIST, EXISTS, LOCKED, MODIFIED, REMOVED = "20111", "20112", "20113", "20114", "20115"

_NUMBER = re.compile(r"(?<!\d)(2011[1-5])(?!\d)")
_NUMBER_IN_TEXT = re.compile(r"ORA-(2011[1-5])(?!\d)")
_UNKNOWN_NAME = re.compile(
    r"(?:unknown|undefined|no such|find an?|find)\s+(?:property|attribute|field)(?:\s+named)?[\s:]+"
    r"['\"]?(?P<one>\w{1,80})"
    r"|(?:property|attribute|field)\s+(?:named\s+)?['\"]?(?P<two>\w{1,80})['\"]?[^.;]{0,60}?"
    r"\b(?:not\s+(?:be\s+)?(?:defined|found|exist|known|declared)|unknown|undefined)",
    re.IGNORECASE,
)


def word_of(answer: Answer) -> ServerWord:
    """Code, message and details as far as the answer has them, fit to be shown and kept."""
    return word(answer.status, answer.json, answer.server_request_id or answer.request_id)


def word(status: int, body: JsonValue, request_id: str | None) -> ServerWord:
    """The same of a bare status and body, e.g. of a part of a batch."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return ServerWord(status=status, request_id=request_id)
    details = error.get("details")
    return ServerWord(
        status=status,
        code=_text(error.get("code")),
        message=_text(error.get("message")),
        details=tuple(
            (_text(detail.get("code")) or "", _text(detail.get("message")) or "")
            for detail in (details if isinstance(details, list) else [])
            if isinstance(detail, Mapping)
        ),
        request_id=request_id,
    )


def judge(answer: Answer) -> Verdict:
    """The judge of a change."""
    return Fine() if answer.status < 300 else verdict(word_of(answer), changes=True)


def judge_page(answer: Answer) -> Verdict:
    """The judge of a question for rows: what IFS cannot answer is the profile's fault, not a record's."""
    if answer.status >= 300:
        return verdict(word_of(answer), changes=False)
    rows = answer.json.get("value") if isinstance(answer.json, dict) else None
    return Fine(len(rows)) if isinstance(rows, list) else Again("an answer without rows")


def judge_row(answer: Answer) -> Verdict:
    """The judge of a question for one row, which may be gone."""
    if answer.status == 404 and word_of(answer).code:
        return Fine(0)
    if answer.status >= 300:
        return verdict(word_of(answer), changes=False)
    return Fine(1) if isinstance(answer.json, dict) else Again("an answer that is no row")


def judge_change_of_row(answer: Answer) -> Verdict:
    """The judge of a change of one row, which may be gone."""
    if answer.status == 404:
        return Conflict("the row is gone", remedy="it is decided again", word=word_of(answer))
    return judge(answer)


def verdict(said: ServerWord, *, changes: bool) -> Again | SyncError:
    """What a refusal means. `changes`: it answers a change, not a question."""
    return (
        _standard(said, changes=changes)
        or _not_offered(said)
        or _passing(said)
        or (_refused(said) if changes else _misasked(said))
    )


def _passing(said: ServerWord) -> Again | None:
    """What goes by itself. A 5xx with the database's own words is an answer, any other is doubt."""
    status = said.status or 0
    if said.code == METADATA_RENEWED:
        return Again("the projection's metadata was renewed", "no", word=said)
    if status == 429:
        return Again("HTTP 429, too many requests", "no", word=said)
    if status in TRANSIENT or (status >= 500 and DATABASE not in _codes(said)):
        return Again(f"HTTP {status}", "maybe", word=said)
    return None


def _standard(said: ServerWord, *, changes: bool) -> Again | SyncError | None:
    """The conflicts and locks that every set of IFS knows, by status or by the database's number."""
    status, number = said.status or 0, _number(said)
    if said.code == METADATA_RENEWED:
        return None
    if status == 412 or number in {MODIFIED, REMOVED} or said.code == "ODP_PRECONDITION_FAILED":
        gone = number == REMOVED
        return Conflict(
            "the row was removed meanwhile" if gone else "the row was changed meanwhile",
            remedy="it is decided again",
            word=said,
        )
    if status == 423 or number == LOCKED:
        at_last = Rejected("the row is locked by another user", remedy="it is tried again every hour", word=said)
        return Again("the row is locked", "no", word=said, at_last=at_last if changes else None)
    if number == EXISTS and changes:
        return AlreadyExists(_reason(said), remedy="see whose record has this key", word=said)
    if number == DOES_NOT_EXIST and changes:
        return Rejected(_reason(said), remedy="create what IFS names, or correct the reference", word=said)
    return None


def _not_offered(said: ServerWord) -> SettingsError | None:
    """What an administrator has to allow, activate or correct first."""
    if said.status in {404, 405, 501}:
        return SettingsError(
            "IFS does not offer this",
            remedy="correct the set's path in the profile, or activate the entity service in IFS",
            word=said,
        )
    if said.status == 428:
        return SettingsError("IFS asks for an ETag", remedy="report it: a change left without one", word=said)
    if said.status not in {401, 403}:
        return None
    if said.code == "CSRF_ERROR":
        return SettingsError(
            "IFS took the program for a browser",
            remedy="use the integration endpoint (/int/) for this set in the profile",
            word=said,
        )
    return SettingsError(
        "the service user may not do this",
        remedy="grant its permission set the projection or entity service, with the action",
        word=said,
    )


def _refused(said: ServerWord) -> SyncError:
    if said.status == 400 and (name := _unknown_name(said)):
        return _unknown(name, said)
    return Rejected(
        _reason(said), remedy="correct what IFS names, at JAGGAER or in IFS; then it goes by itself", word=said
    )


def _misasked(said: ServerWord) -> Again | SettingsError:
    name = _unknown_name(said)
    error = (
        _unknown(name, said)
        if name
        else SettingsError(
            f"IFS cannot answer this question: {_reason(said)}",
            remedy="see this set's attributes, types, zone and the flags select and filter_state in the profile",
            word=said,
        )
    )
    # The database may be at fault for a moment; a question may be asked twice.
    return Again(_reason(said), word=said, at_last=error) if (said.status or 0) >= 500 else error


def _unknown(name: str, said: ServerWord) -> SettingsError:
    return SettingsError(
        "an attribute that this tenant does not have",
        field=name,
        remedy="profile: rename it (renames) or set its type to absent",
        word=said,
    )


def _codes(said: ServerWord) -> set[str]:
    return {said.code or "", *(code for code, _ in said.details)}


def _number(said: ServerWord) -> str | None:
    for code, text in ((said.code or "", said.message or ""), *said.details):
        if found := _NUMBER.search(code) or _NUMBER_IN_TEXT.search(text):
            return found[1]
    return None


def _unknown_name(said: ServerWord) -> str | None:
    for text in (*(text for _, text in said.details), said.message or ""):
        if found := _UNKNOWN_NAME.search(text):
            return found["one"] or found["two"]
    return None


def _reason(said: ServerWord) -> str:
    """The text a person needs: IFS puts it into the details."""
    texts = [text for _, text in said.details if text]
    return "; ".join(texts) or said.message or said.code or f"refused with HTTP {said.status}"


def _text(value: JsonValue) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("value")
    return safe(str(value)) or None if isinstance(value, str | int) else None
