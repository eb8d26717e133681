"""What an order and a requisition call their own at JAGGAER; all else of the document is the same (jaggaer.md 5)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Names of the header's number, date and person, of the list of lines.

    `words`: the profile's, for its states; `part`: the profile's, for the extra fields of its header.
    """

    number: str
    date: str
    person: str
    lines: str
    words: str
    part: str


ORDER = DocumentType("poNumber", "poDate", "buyer", "poLine", "order", "purchase_order")
REQUISITION = DocumentType(
    "requisitionNumber", "requisitionDate", "requester", "requisitionLine", "requisition", "requisition"
)
