"""All that is known of one requisition on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mapping.purchasing.case import DocumentCase
from mapping.purchasing.document import REQUISITION, DocumentType

if TYPE_CHECKING:
    from mapping.profile_tables import Company


@dataclass(frozen=True, slots=True)
class RequisitionCase(DocumentCase):
    """One requisition; it waits for no supplier, who is only preferred."""

    type: ClassVar[DocumentType] = REQUISITION

    def switched_off(self, company: Company) -> str:
        return "" if company.requisitions else "requisitions"
