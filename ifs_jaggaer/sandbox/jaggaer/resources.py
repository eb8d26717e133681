"""The seven resources: where they are, how they are filtered, what a list shows (contracts/jaggaer.md 3 to 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ifs_jaggaer.sandbox.kernel import Row
    from ifs_jaggaer.sandbox.storage import Key

BASE: Final = "/j1p/api/public"
OLDER_BASE: Final = "/esop/jint/api/public"
Path = tuple[str, ...]


def dig(row: Mapping[str, Any], path: Path) -> Any:
    """The value at a path; None where it is missing."""
    part: Any = row
    for name in path:
        part = part.get(name) if isinstance(part, dict) else None
    return part


def at(dotted: str) -> Path:
    return tuple(dotted.split("."))


@dataclass(frozen=True)
class Field:
    """A filter field: where its value stands, and whether it is a time, which alone can be more or less."""

    path: Path
    is_time: bool = False


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource.

    `texts`: codes and counts come as strings. `names`: what a person may call a record by, the first is its id.
    """

    name: str
    module: str
    container: Path
    names: Mapping[str, Path]
    stamp: Path
    fields: Mapping[str, Field]
    code_as_text: bool = False
    counts_as_text: bool = False
    done: str = ""
    shown: tuple[str, ...] = ()
    components: Mapping[str, str] = field(default_factory=dict)
    has_documents: bool = False
    compound: bool = False
    """The key is made of all names together, and not of the first alone."""

    def key_of(self, row: Row) -> Key:
        paths = list(self.names.values())
        return tuple(str(dig(row, path)) for path in (paths if self.compound else paths[:1]))

    def order_of(self, row: Row) -> tuple[Any, ...]:
        """Lists are ordered by id, a number as a number."""
        return tuple((len(part), part) if part.isdigit() else (99, part) for part in self.key_of(row))

    def code(self, value: int) -> int | str:
        return str(value) if self.code_as_text else value

    def count(self, value: int) -> int | str:
        return str(value) if self.counts_as_text else value


def _document(name: str, number: str, lines: str) -> Resource:
    filters = {
        number: Field(at(f"header.{number}")),
        "lastUpdate": Field(at("header.lastUpdate"), is_time=True),
        "status": Field(at("header.status")),
    }
    if name == "purchaseorders":
        filters["supplierNumber"] = Field(at("header.supplier.supplierNumber"))
    identity = "poId" if name == "purchaseorders" else "requisitionId"
    return Resource(
        name=name,
        module="ji",
        container=at(lines),
        names={identity: at(f"header.{identity}"), number: at(f"header.{number}")},
        stamp=at("header.lastUpdate"),
        fields=filters,
        shown=("header",),
        has_documents=True,
    )


PROFILES: Final = Resource(
    name="companyprofiles",
    module="ja",
    container=at("returnCompanyData"),
    names={"bravoId": at("returnCompanyInfo.bravoId"), "extCode": at("returnCompanyInfo.extCode")},
    stamp=at("returnCompanyInfo.lastModTime"),
    fields={
        "TYPE": Field(at("returnCompanyInfo.type")),
        "BRAVOID": Field(at("returnCompanyInfo.bravoId")),
        "extCode": Field(at("returnCompanyInfo.extCode")),
        "extUniqueCode": Field(at("returnCompanyInfo.extUniqueCode")),
        "fiscalCode": Field(at("returnCompanyInfo.fiscalCode")),
        "LASTMODTIME": Field(at("returnCompanyInfo.lastModTime"), is_time=True),
    },
    code_as_text=True,
    counts_as_text=True,
    done="OK",
    shown=("returnCompanyInfo",),
    components={"returnCompanyInfo": "returnCompanyInfo", "deBasic": "deBasic"},
)
FIELD_VALUES: Final = Resource(
    name="customfieldvalues",
    module="ji",
    container=at("customFieldValueList.customFieldValue"),
    names={"customField": at("customField"), "value": at("value")},
    stamp=at("lastUpdate"),
    fields={"customField": Field(at("customField")), "lastUpdate": Field(at("lastUpdate"), is_time=True)},
    compound=True,
)
ORDERS: Final = _document("purchaseorders", "poNumber", "purchaseOrderList.purchaseOrder")
REQUISITIONS: Final = _document("requisitions", "requisitionNumber", "requisitionList.requisition")
RECEIPTS: Final = Resource(
    name="receipts",
    module="ji",
    container=at("receiptList.receipt"),
    names={"receiptId": at("header.receiptId"), "receiptNumber": at("header.receiptNumber")},
    stamp=at("header.lastUpdate"),
    fields={"lastUpdate": Field(at("header.lastUpdate"), is_time=True)},
    code_as_text=True,
    done="OK",
)
INVOICES: Final = Resource(
    name="invoices",
    module="ji",
    container=at("jiinvoiceList.jiinvoice"),
    names={"invoiceId": at("header.invoiceId"), "invoiceNumber": at("header.invoiceNumber")},
    stamp=at("header.lastUpdate"),
    fields={
        "lastUpdate": Field(at("header.lastUpdate"), is_time=True),
        "paymentStatus": Field(at("header.paymentStatus")),
        "workflowStatus": Field(at("header.workflowStatus")),
    },
    shown=("header",),
    has_documents=True,
)
CONTRACTS: Final = Resource(
    name="contracts",
    module="ja",
    container=at("contractList.item"),
    names={"contractReferenceCode": at("contractReferenceCode")},
    stamp=at("lastModTime"),
    fields={"deletedStatus": Field(at("deletedStatus")), "LASTMODTIME": Field(at("lastModTime"), is_time=True)},
    code_as_text=True,
    counts_as_text=True,
    done="OK",
    components={"PRICES": "priceList"},
)

RESOURCES: Final = {
    each.name: each for each in (PROFILES, FIELD_VALUES, ORDERS, REQUISITIONS, RECEIPTS, INVOICES, CONTRACTS)
}
