"""JAGGAER's records as they come, all under one name (contracts/jaggaer.md).

Every attribute may be None: see `Wire` for what that says. Only what names a record or a line is required.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from connectors.jaggaer.companies import (
    CompanyInfo,
    CompanyProfile,
    CustomFieldValue,
    DeInfo,
    DeValue,
    ExtendedData,
)
from connectors.jaggaer.contracts import (
    Contract,
    ContractSupplier,
    PriceLine,
)
from connectors.jaggaer.documents import (
    AccountingValue,
    Address,
    AddressLine,
    Item,
    Place,
    Split,
    SplitGroup,
    SplitGroups,
    SplitSet,
    SupplierReference,
    Terms,
    Unit,
)
from connectors.jaggaer.fields import Money, Wire
from connectors.jaggaer.invoices import (
    Charges,
    Invoice,
    InvoiceHeader,
    InvoiceLine,
    MiscFee,
)
from connectors.jaggaer.orders import (
    Acknowledgement,
    Buyer,
    OrderHeader,
    OrderLine,
    PurchaseOrder,
    Requisition,
    RequisitionHeader,
    RequisitionLine,
)
from connectors.jaggaer.receipts import (
    Receipt,
    ReceiptHeader,
    ReceiptLine,
)
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected

__all__ = [
    "AccountingValue",
    "Acknowledgement",
    "Address",
    "AddressLine",
    "Buyer",
    "Charges",
    "CompanyInfo",
    "CompanyProfile",
    "Contract",
    "ContractSupplier",
    "CustomFieldValue",
    "DeInfo",
    "DeValue",
    "ExtendedData",
    "Invoice",
    "InvoiceHeader",
    "InvoiceLine",
    "Item",
    "MiscFee",
    "Money",
    "OrderHeader",
    "OrderLine",
    "Place",
    "PriceLine",
    "PurchaseOrder",
    "Receipt",
    "ReceiptHeader",
    "ReceiptLine",
    "Requisition",
    "RequisitionHeader",
    "RequisitionLine",
    "Split",
    "SplitGroup",
    "SplitGroups",
    "SplitSet",
    "SupplierReference",
    "Terms",
    "Unit",
    "read",
]

Record = TypeVar("Record", bound=Wire)


def read(model: type[Record], row: Row) -> Record:
    """The row as its model.

    Raises:
        Rejected: a field is not what the contract says; names the first such field and, where it is safe
            to show, its value.
    """
    try:
        return model.model_validate(row.values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise Rejected(
            first["msg"].removeprefix("Value error, "),
            system="jaggaer",
            record=" ".join((row.kind, *row.key)),
            field=".".join(str(part) for part in first["loc"]),
            value=_safe(first["loc"], first.get("input")),
            remedy="correct the record in JAGGAER, or report it as a deviation from the contract",
        ) from None


def _safe(place: tuple[int | str, ...], value: Any) -> str | None:
    # Extended data holds bank accounts.
    if "deBasic" in place or not isinstance(value, str | int):
        return None
    return str(value)[:80]
