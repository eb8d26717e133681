"""What is sent to JAGGAER of an order or a requisition: its content with revision and mark, or its cancellation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from mapping.findings import few
from mapping.fingerprint import fingerprint
from mapping.kinds import JaggaerPost
from mapping.purchasing.model import content

if TYPE_CHECKING:
    from connectors.wire import Json
    from mapping.fingerprint import Mark
    from mapping.kinds import Change
    from mapping.purchasing.document import DocumentType
    from mapping.purchasing.model import Order, Words

Operation: TypeAlias = Literal["create", "send again", "update", "close", "cancel"]

CREATING = frozenset({"create", "send again"})
"""A creation is never repeated by itself; once more because the record is gone is a deed of its own."""


def cancelled_print(number: str, document: DocumentType) -> str:
    """The fingerprint of a cancelled document: of its header nothing else counts any more."""
    return fingerprint(_cancelled(number, document))


def revised(
    order: Order | None, mark: Mark, operation: Operation, changes: tuple[Change, ...], words: Words
) -> JaggaerPost:
    """The post of the revision that the mark names; without an order, of its cancellation.

    What the changes leave empty is cleared. Raises Rejected for a value that a map of the profile lacks.
    """
    header, body = _cancelled(mark.number, words.type), {}
    if order:
        body = content(order, words, frozenset(change.field for change in changes if not change.after))
        told = body["header"]
        assert isinstance(told, dict)  # noqa: S101 - `content` makes it so
        header = told
    body["header"] = {**header, "revisionNumber": mark.revision, "externalReference": str(mark)}
    return JaggaerPost(
        resource=words.type.resource,
        key=mark.number,
        body={
            "operationCode": "CREATE" if operation in CREATING else "CANCEL" if operation == "cancel" else "UPDATE",
            words.type.body: body,
        },
        changes=few(changes),
        action=operation,
        enforced=True,
    )


def _cancelled(number: str, document: DocumentType) -> Json:
    return {document.number: number, "status": "Cancelled"}
