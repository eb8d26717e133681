"""What an order and a requisition call their own at JAGGAER; all else of the document is the same (jaggaer.md 5)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Names of the resource, of the document in what is posted there, of number, date, person and list of lines.

    `words`: the profile's, for its states; `part`: the profile's, for the extra fields of its header.
    """

    resource: str
    body: str
    number: str
    date: str
    person: str
    lines: str
    words: str
    part: str


ORDER = DocumentType(
    "purchaseorders", "purchaseOrder", "poNumber", "poDate", "buyer", "poLine", "order", "purchase_order"
)
REQUISITION = DocumentType(
    "requisitions",
    "requisition",
    "requisitionNumber",
    "requisitionDate",
    "requester",
    "requisitionLine",
    "requisition",
    "requisition",
)
