"""All that is known of one order on both sides: what goes to JAGGAER, and what comes back of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from mapping.kinds import Item, ItemKind
from mapping.purchase_orders.back import read_kept
from mapping.purchasing.case import DocumentCase
from mapping.purchasing.document import ORDER, DocumentType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.jaggaer.models import OrderHeader, PurchaseOrder
    from connectors.wire import ETag
    from mapping.kinds import Link
    from mapping.purchase_orders.back import Kept
    from mapping.purchase_orders.reading import OrderRows
    from mapping.purchasing.model import Words


@dataclass(frozen=True, slots=True)
class OrderCase(DocumentCase):
    """One order. `supplier` is the link of its supplier, `etags` are those of IFS's rows, by set and key."""

    type: ClassVar[DocumentType] = ORDER

    rows: OrderRows | None
    there: PurchaseOrder | None = None
    whole: PurchaseOrder | None = None
    supplier: Link | None = None
    etags: Mapping[tuple[str, ...], ETag | None] = field(default_factory=dict)

    @property
    def references(self) -> tuple[str, ...]:
        own = (f"ifs:{self.number}", f"jaggaer:{self.number}")
        return (*own, f"jaggaer:{self.there_as}") if self.there_as else own

    @property
    def header(self) -> OrderHeader | None:
        return self.there.header if self.there else None

    @property
    def owner(self) -> str:
        """By its mark, else by the supplier's name."""
        header = self.header
        return (header and (header.external_reference or (header.supplier and header.supplier.name))) or ""

    @property
    def waits(self) -> tuple[Item, ...]:
        """For its supplier: JAGGAER takes no order without."""
        vendor = (self.rows and self.rows.head.vendor_no) or ""
        if self.supplier:
            return ()
        return (
            Item(
                ItemKind.WAITING,
                "VendorNo",
                vendor,
                f"supplier {vendor} is not linked yet",
                "goes by itself once the supplier is in both systems",
                waits_for=f"supplier:{vendor}",
            ),
        )

    def quiet(self, words: Words) -> bool:
        """Whether JAGGAER's record is as it was settled, and tells nothing new."""
        if self.header is None or not self.link or self.unsettled or self.news:
            return False
        base, status = self.base(words), words.of_order(self.header.status)
        return self.accepted or status not in ORDER.ended or status == (base.status if base else "Cancelled")

    # --- what comes back ---

    @property
    def back(self) -> Kept:
        """What was settled of the acknowledgement."""
        return read_kept(self.kept("acknowledged"))

    @property
    def news(self) -> bool:
        """Whether JAGGAER's record, which is ours, moved since it was dealt with.

        What the supplier says moves lastUpdate alone; so does what we send.
        """
        if self.header is None or not self.there_as:
            return False
        moved = self.header.last_update
        return moved is None or moved.isoformat() != self.kept("seen")

    @property
    def known_there(self) -> bool:
        """Whether some state of JAGGAER's record was dealt with: what is not kept of it was not there."""
        return bool(self.kept("seen") or self.kept("told"))

    @property
    def must_look(self) -> bool:
        """Whether JAGGAER must be asked for its header before this order can be decided."""
        return self.rows is not None and not self.faults

    @property
    def must_read(self) -> bool:
        """Whether the lines must be read for what the supplier promised.

        At first sight a header without acknowledgement tells that there is nothing (contracts/jaggaer.md 5), unless
        it moved later than our creation was answered: neither a creation nor a lost store costs reading each order.
        """
        if not self.news or self.header is None:
            return False
        moved, told = self.header.last_update, self.kept("told")
        later = bool(told and moved and moved.replace(microsecond=0) > datetime.fromisoformat(told))
        return bool(self.kept("seen") or self.header.acknowledgement or later)
