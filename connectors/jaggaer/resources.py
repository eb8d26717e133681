"""What a JAGGAER resource is called and how its records lie on the wire: data, which the profile may change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Protocol, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict

from connectors.jaggaer.filters import Flt, equals


def _dotted(value: object) -> object:
    return tuple(value.split(".")) if isinstance(value, str) else value


Path: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_dotted)]


class Told(Protocol):
    """What a profile says of a resource; paths are dotted, `path` is "" for the usual one."""

    @property
    def module(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def container(self) -> str: ...
    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def id(self) -> str: ...
    @property
    def modified(self) -> str: ...
    @property
    def modified_filter(self) -> str: ...
    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def always(self) -> Mapping[str, str]: ...
    @property
    def filters(self) -> Mapping[str, str]: ...


class Resource(BaseModel):
    """One resource of the REST API; paths inside records may be given dotted.

    Attributes:
        name: our logical name, `Row.kind`.
        path: below the API's base, e.g. "ja/v1/companyprofiles".
        container: where a list keeps its records, from the outside in.
        key: where a record keeps what makes it one: `Row.key`.
        id: where a record keeps the id by which it is read whole.
        modified: where a record keeps the time of its last change.
        modified_filter: the filter field of that time.
        always: what every list is filtered by beside, never a state (law 1).
        parts: `comp`, the components that are left out unless asked for.
        filters: the contract's filter fields = the tenant's, where they differ.
        headers_only: lists give headers; the whole record comes by `GET /{id}`.
        id_filter: the filter field of the id where lists give whole records; None where there is none either.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    path: str
    container: Path
    key: tuple[Path, ...]
    id: Path
    modified: Path
    modified_filter: str
    always: Mapping[str, str] = {}
    parts: tuple[str, ...] = ()
    filters: Mapping[str, str] = {}
    headers_only: bool = False
    id_filter: str | None = None

    def told(self, own: Told) -> Self:
        """This resource as the profile has it; what is no matter of names stays."""
        return self.model_validate(
            self.model_dump()
            | {
                "path": own.path or f"{own.module}/v1/{self.name}",
                "container": own.container,
                "key": own.key,
                "id": own.id or own.key[-1],
                "modified": own.modified,
                "modified_filter": own.modified_filter,
                "parts": own.parts,
                "always": own.always,
                "filters": own.filters,
            }
        )

    def filter_field(self, name: str) -> str:
        """The tenant's name of a filter field of the contract."""
        return self.filters.get(name, name)

    def standing(self) -> Flt:
        """The filter that every list carries."""
        flt = Flt()
        for name, value in self.always.items():
            flt &= equals(self.filter_field(name), value)
        return flt


COMPANY_PROFILES = Resource(
    name="companyprofiles",
    path="ja/v1/companyprofiles",
    container=("returnCompanyData",),
    key=(("returnCompanyInfo", "bravoId"),),
    id=("returnCompanyInfo", "bravoId"),
    modified=("returnCompanyInfo", "lastModTime"),
    modified_filter="LASTMODTIME",
    always={"TYPE": "SELLER"},
    parts=("returnCompanyInfo", "deBasic"),
    id_filter="BRAVOID",
)
CUSTOM_FIELD_VALUES = Resource(
    name="customfieldvalues",
    path="ji/v1/customfieldvalues",
    container=("customFieldValueList", "customFieldValue"),
    key=(("customField",), ("value",)),
    id=("value",),
    modified=("lastUpdate",),
    modified_filter="lastUpdate",
)
PURCHASE_ORDERS = Resource(
    name="purchaseorders",
    path="ji/v1/purchaseorders",
    container=("purchaseOrderList", "purchaseOrder"),
    key=(("header", "poNumber"),),
    id=("header", "poId"),
    modified=("header", "lastUpdate"),
    modified_filter="lastUpdate",
    headers_only=True,
)
REQUISITIONS = Resource(
    name="requisitions",
    path="ji/v1/requisitions",
    container=("requisitionList", "requisition"),
    key=(("header", "requisitionNumber"),),
    id=("header", "requisitionId"),
    modified=("header", "lastUpdate"),
    modified_filter="lastUpdate",
    headers_only=True,
)
RECEIPTS = Resource(
    name="receipts",
    path="ji/v1/receipts",
    container=("receiptList", "receipt"),
    key=(("header", "receiptId"),),
    id=("header", "receiptId"),
    modified=("header", "lastUpdate"),
    modified_filter="lastUpdate",
)
INVOICES = Resource(
    name="invoices",
    path="ji/v1/invoices",
    container=("jiinvoiceList", "jiinvoice"),
    key=(("header", "invoiceId"),),
    id=("header", "invoiceId"),
    modified=("header", "lastUpdate"),
    modified_filter="lastUpdate",
    headers_only=True,
)
CONTRACTS = Resource(
    name="contracts",
    path="ja/v1/contracts",
    container=("contractList", "item"),
    key=(("contractReferenceCode",),),
    id=("contractReferenceCode",),
    modified=("lastModTime",),
    modified_filter="LASTMODTIME",
    parts=("PRICES",),
)
RESOURCES: Mapping[str, Resource] = {
    resource.name: resource
    for resource in (
        COMPANY_PROFILES,
        CUSTOM_FIELD_VALUES,
        PURCHASE_ORDERS,
        REQUISITIONS,
        RECEIPTS,
        INVOICES,
        CONTRACTS,
    )
}
