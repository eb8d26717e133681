"""Whether an answer of JAGGAER's is what was asked for, worth another try, or a definite no."""

from __future__ import annotations

from connectors.http import Again, Answer, Fine, Judge, Verdict
from connectors.jaggaer.envelope import UNKNOWN, Envelope, envelope_of, list_refusal, refusal, value_results
from connectors.wire import JsonValue
from ifs_jaggaer.errors import Rejected, ServerWord, SettingsError, Unreachable

TRANSIENT = frozenset({408, 425, 500, 502, 503, 504})


def judge(answer: Answer) -> Verdict:
    """Judges a page of a list, and what else comes in an envelope."""
    envelope = envelope_of(answer.json)
    if verdict := _before_the_code(answer, envelope):
        return verdict
    if envelope is None:
        return _not_jaggaer(answer)
    return Fine(envelope.returned) if envelope.done else list_refusal(envelope, answer.status)


def detail_judge(answer: Answer) -> Verdict:
    """Judges one record, which comes bare; one that is not there is no fault."""
    if answer.status == 404:
        return Fine(0)
    envelope = envelope_of(answer.json)
    if verdict := _before_the_code(answer, envelope):
        return verdict
    if envelope is not None and not envelope.done:
        return Fine(0) if envelope.code in UNKNOWN else refusal(envelope, answer.status)
    return Fine(1) if isinstance(answer.json, dict) else _not_jaggaer(answer)


def write_judge(sent: JsonValue, *, of_record: bool = False) -> Judge:
    """Judges a change; `sent` is its body. `of_record`: its path names a record, which may not be there."""

    def of_write(answer: Answer) -> Verdict:
        envelope = envelope_of(answer.json)
        if answer.status == 404 and of_record:
            return Rejected("JAGGAER has no such record", system="jaggaer", word=ServerWord(status=404))
        if verdict := _before_the_code(answer, envelope):
            return verdict
        if envelope is None:
            return _not_jaggaer(answer)
        return _verdict(envelope, answer.status, sent)

    return of_write


def _verdict(envelope: Envelope, status: int, sent: JsonValue) -> Verdict:
    if not envelope.done:
        return refusal(envelope, status, sent)
    errors = [result.error for result in value_results(envelope.body, sent, status)]
    if errors and all(isinstance(error, Unreachable) for error in errors):
        return Again("JAGGAER is busy (-998)", "no")
    # Of several values each has an end of its own, which the answer tells.
    return Fine() if len(errors) != 1 or errors[0] is None else errors[0]


def _before_the_code(answer: Answer, envelope: Envelope | None) -> Verdict | None:
    """What status and busyness decide; None where the code has the word."""
    word = ServerWord(
        status=answer.status,
        code=envelope.code if envelope else None,
        message=envelope.message or None if envelope else None,
        request_id=answer.server_request_id,
    )
    if answer.status in TRANSIENT or answer.status > 504:
        return Again(f"HTTP {answer.status}", "maybe", word=word)
    if envelope is not None and envelope.busy:
        return Again("JAGGAER is busy (-998)", "no", word=word)
    if answer.status == 403:
        return SettingsError(
            "this account may not do that",
            system="jaggaer",
            remedy="give the integration user of JAGGAER the permission for this resource",
            word=word,
        )
    if answer.status == 404:
        return SettingsError(
            "there is nothing at this path",
            system="jaggaer",
            field="base",
            remedy="correct JAGGAER's base path in the settings, or the resource's path in the profile",
            word=word,
        )
    if answer.status >= 400 and (envelope is None or envelope.done):
        return Rejected("JAGGAER refuses the request", system="jaggaer", word=word)
    return None


def _not_jaggaer(answer: Answer) -> Again:
    return Again(f"HTTP {answer.status}, but the answer is not JAGGAER's", "maybe")
