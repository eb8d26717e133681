"""The entity sets of contracts/ifs.md 4: paths, keys, attributes and types.

The contract gives names; types are chosen here: dates without a time are Edm.Date, numbers that count are
Edm.Int32, all others Edm.Decimal; `DefAddress` and `DefaultAddress` are Edm.Boolean, `DefaultPerMethod`
and `LedgFlag` the enumeration FndBoolean, so that both forms occur.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ifs_jaggaer.sandbox.ifs.model import (
    BOOLEAN,
    DATE,
    DECIMAL,
    ENUMERATION,
    INTEGER,
    MODIFIED,
    TIMESTAMP,
    Attribute,
    EntitySet,
    Reference,
)

MAIN: Final = "/main/ifsapplications/projection/v1"
ENTITY: Final = "/int/ifsapplications/entity/v1"
PARTS: Final = "BCDEFGHIJ"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DATES = _words(
    "CreationDate ValidFrom ValidUntil DateFrom DateUntil OrderDate WantedReceiptDate AckDate"
    " WantedDeliveryDate PlannedReceiptDate PromisedDeliveryDate RequisitionDate ArrivalDate InvoiceDate"
    " DueDate PostingDate VoucherDate PaymentDate"
)
_INTEGERS = _words(
    "AccountingYear AccountingPeriod CommId Revision PreAccountingId RowNo ReceiptSequence ReceiptNo"
    " ProposalId VoucherNo LeadTime"
)
_DECIMALS = _words(
    "TotalAmount BuyQtyDue FbuyUnitPrice NetAmtCurr Discount PriceConvFactor AdditionalCost QtyReceived"
    " QtyInvoiced Percent OriginalQty EstimatedPrice QtyArrived NetAmount TaxAmount GrossAmount Quantity"
    " UnitPrice CurrencyDebetAmount CurrencyCreditAmount PaidAmount OpenAmount MinQuantity Price"
)
_BOOLEANS = frozenset({"DefAddress", "DefaultAddress"})
_FND_BOOLEANS = frozenset({"DefaultPerMethod", "LedgFlag"})
_LENGTHS = {"ReceiptReference": 50, "SourceReference": 50, "InvoiceNo": 50, "Name": 100}

_ORDER_STATES = "Planned Released Confirmed Stopped Arrived Received Closed Cancelled"
_OPEN_ORDER = "Planned Released Confirmed Stopped Arrived Received"
_CODES = "CodeA CodeB CodeC CodeD CodeE CodeF CodeG CodeH CodeI CodeJ"
_SUPPLIER = Reference(("SupplierId",), "SupplierInfoGeneralSet")
_VENDOR = Reference(("VendorNo",), "SupplierInfoGeneralSet")
_ORDER_LINE = Reference(("OrderNo", "LineNo", "ReleaseNo"), "PurchaseOrderLineSet")


def _attribute(entity: str, name: str, members: Mapping[str, str], facts: Mapping[str, Any]) -> Attribute:
    if name in members:
        enum = f"{entity}State" if name == "Objstate" else name
        return Attribute(name, ENUMERATION, enum, tuple(members[name].split()), **facts)
    if name.startswith("ReqCode"):
        return Attribute(name, ENUMERATION, "CodePartRequirement", ("Can", "Mandatory", "Blocked"), **facts)
    if name in _FND_BOOLEANS:
        return Attribute(name, ENUMERATION, "FndBoolean", ("True", "False"), **facts)
    for names, edm in (
        (_DATES, DATE), (_INTEGERS, INTEGER), (_DECIMALS, DECIMAL), (_BOOLEANS, BOOLEAN),
        ({MODIFIED}, TIMESTAMP),
    ):  # fmt: skip
        if name in names:
            return Attribute(name, edm, **facts)
    return Attribute(name, max_length=_LENGTHS.get(name), **facts)


def _set(
    path: str,
    keys: str,
    attributes: str,
    *,
    enums: Mapping[str, str] | None = None,
    required: str = "",
    server: str = "",
    actions: Mapping[str, tuple[str, str]] | None = None,
    **rest: Any,
) -> EntitySet:
    service, _, name = path.rpartition("/")
    entity = name.removesuffix("Set")
    by_server = {*server.split(), MODIFIED}
    must = {*keys.split(), *required.split()} - by_server
    names = [*keys.split(), *attributes.split(), MODIFIED]
    return EntitySet(
        name=name,
        service=service,
        keys=tuple(keys.split()),
        attributes={
            attribute: _attribute(
                entity,
                attribute,
                enums or {},
                {"required": attribute in must, "server": attribute in by_server},
            )
            for attribute in names
        },
        actions={
            f"{entity}_{action}": (frozenset(before.split()), after)
            for action, (before, after) in (actions or {}).items()
        },
        **rest,
    )


def _all() -> Iterable[EntitySet]:
    yield from _suppliers()
    yield from _ledger()
    yield from _purchasing()
    yield from _invoicing()


def _suppliers() -> Iterable[EntitySet]:
    yield _set(
        f"{MAIN}/SupplierHandling.svc/SupplierInfoGeneralSet",
        "SupplierId",
        "Name AssociationNo Country DefaultLanguage CreationDate PartyType VatNo CorporateForm Status"
        " Cf_JaggaerId Cf_Categories Cf_Qualification Cf_Diversity",
        enums={"Status": "Active Blocked Closed"},
        required="Name",
    )
    yield _set(
        f"{ENTITY}/SupplierInfoAddressEntity.svc/SupplierInfoAddressSet",
        "SupplierId AddressId",
        "Address1 Address2 ZipCode City State Country DefAddress",
        references=(_SUPPLIER,),
    )
    yield _set(
        f"{ENTITY}/CommMethodEntity.svc/CommMethodSet",
        "Identity CommId",
        "MethodId Value DefaultPerMethod",
        required="MethodId Value",
    )
    yield _set(
        f"{ENTITY}/IdentityInvoiceInfoEntity.svc/IdentityInvoiceInfoSet",
        "Company Identity PartyType",
        "GroupId PayTermId DefCurrency DefVatCode Cf_GlAccount Cf_CostCenter",
    )
    yield _set(
        f"{ENTITY}/PaymentAddressEntity.svc/PaymentAddressSet",
        "Company Identity PartyType WayId AddressId",
        "Account BicCode DefaultAddress",
    )
    yield _set(
        f"{ENTITY}/SupplierEntity.svc/SupplierSet",
        "VendorNo",
        "BuyerCode CurrencyCode SuppGrp Objstate",
        enums={"Objstate": "Active Blocked Closed"},
        initial_state="Active",
    )


def _ledger() -> Iterable[EntitySet]:
    yield _set(
        f"{ENTITY}/AccountEntity.svc/AccountSet",
        "Company Account",
        f"Description ValidFrom ValidUntil {' '.join(f'ReqCode{part}' for part in PARTS)} LedgFlag",
    )
    yield _set(
        f"{ENTITY}/CodePartValueEntity.svc/CodePartValueSet",
        "Company CodePart CodePartValue",
        "Description ValidFrom ValidUntil",
    )
    yield _set(
        f"{ENTITY}/AccountingPeriodEntity.svc/AccountingPeriodSet",
        "Company AccountingYear AccountingPeriod",
        "DateFrom DateUntil PeriodStatus",
        enums={"PeriodStatus": "Open Closed"},
        required="DateFrom DateUntil",
    )
    yield _set(
        f"{MAIN}/CompanySiteHandling.svc/CompanySiteSet",
        "Contract",
        "Company Description TimeZone Address1 Address2 ZipCode City State Country",
        required="Company",
    )


def _purchasing() -> Iterable[EntitySet]:
    order_actions = {
        "Release": ("Planned Stopped", "Released"),
        "Confirm": ("Released", "Confirmed"),
        "Stop": ("Released Confirmed", "Stopped"),
        "Close": (_OPEN_ORDER, "Closed"),
        "Cancel": ("Planned Released Confirmed Stopped", "Cancelled"),
    }
    yield _set(
        f"{MAIN}/PurchaseOrderHandling.svc/PurchaseOrderSet",
        "OrderNo",
        "VendorNo Contract BuyerCode OrderDate CurrencyCode Objstate Company PayTermId WantedReceiptDate"
        " DeliveryAddress DocAddressNo NoteText Revision TotalAmount AckOrderNo AckDate",
        enums={"Objstate": _ORDER_STATES},
        server="TotalAmount",
        actions=order_actions,
        initial_state="Planned",
    )
    yield _set(
        f"{MAIN}/PurchaseOrderLinesHandling.svc/PurchaseOrderLineSet",
        "OrderNo LineNo ReleaseNo",
        "PartNo Description BuyQtyDue BuyUnitMeas FbuyUnitPrice NetAmtCurr Discount WantedDeliveryDate"
        f" PlannedReceiptDate PromisedDeliveryDate {_CODES} PriceUnitMeas PriceConvFactor Contract Objstate"
        " BlanketOrder ServiceType NoteText FeeCode AddressId PreAccountingId AdditionalCost QtyReceived"
        " QtyInvoiced",
        enums={"Objstate": _ORDER_STATES},
        required="BuyQtyDue",
        server="NetAmtCurr QtyReceived QtyInvoiced",
        references=(Reference(("OrderNo",), "PurchaseOrderSet"),),
        initial_state="Planned",
    )
    yield _set(
        f"{ENTITY}/PreAccountingEntity.svc/PreAccountingSet",
        "PreAccountingId RowNo",
        f"{_CODES} Percent OrderNo LineNo ReleaseNo",
        references=(_ORDER_LINE,),
    )
    yield _set(
        f"{MAIN}/PurchaseRequisitionHandling.svc/PurchaseRequisitionSet",
        "RequisitionNo",
        "RequisitionerCode Contract RequisitionDate Objstate NoteText",
        enums={"Objstate": "Planned Released Closed Cancelled"},
        actions={
            "Release": ("Planned", "Released"),
            "Close": ("Planned Released", "Closed"),
            "Cancel": ("Planned Released", "Cancelled"),
        },
        initial_state="Planned",
    )
    yield _set(
        f"{MAIN}/PurchaseRequisitionHandling.svc/PurchaseReqLineSet",
        "RequisitionNo LineNo ReleaseNo",
        "PartNo Description OriginalQty UnitMeas EstimatedPrice CurrencyCode WantedReceiptDate VendorNo"
        f" {_CODES} Objstate OrderNo",
        enums={"Objstate": "Planned Released Closed Cancelled"},
        references=(Reference(("RequisitionNo",), "PurchaseRequisitionSet"),),
        initial_state="Planned",
    )
    yield _set(
        f"{ENTITY}/PurchaseReceiptEntity.svc/PurchaseReceiptSet",
        "ReceiptSequence",
        "OrderNo LineNo ReleaseNo ReceiptNo ReceiptReference QtyArrived Uom ArrivalDate Objstate",
        enums={"Objstate": "Arrived Received Cancelled"},
        required="OrderNo LineNo ReleaseNo QtyArrived",
        server="ReceiptSequence ReceiptNo",
        references=(_ORDER_LINE,),
        actions={"Cancel": ("Arrived Received", "Cancelled")},
        initial_state="Received",
        states_at_creation=frozenset({"Arrived", "Received"}),
    )
    yield _set(
        f"{ENTITY}/SupplierAgreementEntity.svc/SupplierAgreementSet",
        "AgreementId",
        "VendorNo Description CurrencyCode ValidFrom ValidUntil ExternalReference Objstate",
        enums={"Objstate": "Active Closed"},
        required="VendorNo",
        references=(_VENDOR,),
        actions={"Close": ("Active", "Closed"), "Activate": ("Closed", "Active")},
        initial_state="Active",
        states_at_creation=frozenset({"Active", "Closed"}),
    )
    yield _set(
        f"{ENTITY}/SupplierAgreementPartEntity.svc/SupplierAgreementPartSet",
        "AgreementId PartNo MinQuantity ValidFrom",
        "Price PriceUnitMeas Discount ValidUntil LeadTime VendorPartNo",
        references=(Reference(("AgreementId",), "SupplierAgreementSet"),),
    )


def _invoicing() -> Iterable[EntitySet]:
    yield _set(
        f"{MAIN}/PostingProposalHandling.svc/PostingProposalHeadSet",
        "Company ProposalId",
        "SupplierId InvoiceNo InvoiceType InvoiceDate DueDate PostingDate CurrencyCode NetAmount TaxAmount"
        " GrossAmount PoRefNumber SourceReference PayTermId Objstate",
        enums={
            "InvoiceType": "Invoice Credit",
            "Objstate": "Unbalanced Balanced Authorized Posted Cancelled",
        },
        required="SupplierId InvoiceNo InvoiceDate PostingDate CurrencyCode NetAmount GrossAmount",
        server="ProposalId",
        references=(_SUPPLIER,),
        actions={
            "Authorize": ("Balanced", "Authorized"),
            "Post": ("Authorized", "Posted"),
            "Cancel": ("Unbalanced Balanced Authorized", "Cancelled"),
        },
        initial_state="Unbalanced",
    )
    yield _set(
        f"{MAIN}/PostingProposalHandling.svc/PostingProposalLineSet",
        "Company ProposalId RowNo",
        f"OrderNo LineNo ReleaseNo Text Quantity UnitPrice NetAmount TaxCode TaxAmount {_CODES}",
        required="NetAmount",
        references=(_ORDER_LINE,),
        owner="PostingProposalHeadSet",
        navigation="PostingProposalLineArray",
    )
    yield _set(
        f"{MAIN}/VoucherHandling.svc/VoucherSet",
        "Company VoucherType AccountingYear VoucherNo",
        "VoucherDate AccountingPeriod Text ReferenceSerie ReferenceNumber Objstate",
        enums={"Objstate": "Approved AwaitingApproval Error"},
        required="VoucherDate",
        server="VoucherNo",
        actions={"Approve": ("AwaitingApproval", "Approved")},
        initial_state="Approved",
        states_at_creation=frozenset({"Approved", "AwaitingApproval"}),
    )
    yield _set(
        f"{MAIN}/VoucherHandling.svc/VoucherRowSet",
        "Company VoucherType AccountingYear VoucherNo RowNo",
        f"Account {_CODES.removeprefix('CodeA ')} CurrencyCode CurrencyDebetAmount CurrencyCreditAmount"
        " Text OptionalCode PartyTypeId ReferenceSerie ReferenceNumber",
        required="Account",
        owner="VoucherSet",
        navigation="VoucherRowArray",
    )
    yield _set(
        f"{ENTITY}/InvoiceLedgerItemEntity.svc/InvoiceLedgerItemSet",
        "Company Identity PartyType LedgerItemId",
        "InvoiceNo PaidAmount OpenAmount PaymentDate PaymentReference",
    )


#: All entity sets by name.
SETS: Final[Mapping[str, EntitySet]] = {entity_set.name: entity_set for entity_set in _all()}
