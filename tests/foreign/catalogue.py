"""The entity sets of contracts/ifs.md 4, as this foreign tenant declares them."""

# ruff: noqa: E501, SIM905 - one line a set, as the contract has it
from __future__ import annotations

from dataclasses import dataclass

_CODES = "CodeA CodeB CodeC CodeD CodeE CodeF CodeG CodeH CodeI CodeJ"
_P = "main/ifsapplications/projection/v1/"
_E = "int/ifsapplications/entity/v1/"

# path | keys | other attributes
_TEXT = f"""
{_P}SupplierHandling.svc/SupplierInfoGeneralSet|SupplierId|Name AssociationNo Country DefaultLanguage CreationDate PartyType VatNo CorporateForm Status Cf_JaggaerId Cf_Categories Cf_Qualification Cf_Diversity
{_E}SupplierInfoAddressEntity.svc/SupplierInfoAddressSet|SupplierId AddressId|Address1 Address2 ZipCode City State Country DefAddress
{_E}CommMethodEntity.svc/CommMethodSet|Identity CommId|MethodId Value DefaultPerMethod
{_E}IdentityInvoiceInfoEntity.svc/IdentityInvoiceInfoSet|Company Identity PartyType|GroupId PayTermId DefCurrency DefVatCode Cf_GlAccount Cf_CostCenter
{_E}PaymentAddressEntity.svc/PaymentAddressSet|Company Identity PartyType WayId AddressId|Account BicCode DefaultAddress
{_E}SupplierEntity.svc/SupplierSet|VendorNo|BuyerCode CurrencyCode SuppGrp Objstate
{_E}AccountEntity.svc/AccountSet|Company Account|Description ValidFrom ValidUntil ReqCodeB ReqCodeC ReqCodeD ReqCodeE ReqCodeF ReqCodeG ReqCodeH ReqCodeI ReqCodeJ LedgFlag
{_E}CodePartValueEntity.svc/CodePartValueSet|Company CodePart CodePartValue|Description ValidFrom ValidUntil
{_E}AccountingPeriodEntity.svc/AccountingPeriodSet|Company AccountingYear AccountingPeriod|DateFrom DateUntil PeriodStatus
{_P}CompanySiteHandling.svc/CompanySiteSet|Contract|Company Description TimeZone Address1 Address2 ZipCode City State Country
{_P}PurchaseOrderHandling.svc/PurchaseOrderSet|OrderNo|VendorNo Contract BuyerCode OrderDate CurrencyCode Objstate Company PayTermId WantedReceiptDate DeliveryAddress DocAddressNo NoteText Revision TotalAmount AckOrderNo AckDate
{_P}PurchaseOrderLinesHandling.svc/PurchaseOrderLineSet|OrderNo LineNo ReleaseNo|PartNo Description BuyQtyDue BuyUnitMeas FbuyUnitPrice NetAmtCurr Discount WantedDeliveryDate PlannedReceiptDate PromisedDeliveryDate {_CODES} PriceUnitMeas PriceConvFactor Contract Objstate BlanketOrder ServiceType NoteText FeeCode AddressId PreAccountingId AdditionalCost QtyReceived QtyInvoiced
{_E}PreAccountingEntity.svc/PreAccountingSet|PreAccountingId RowNo|{_CODES} Percent OrderNo LineNo ReleaseNo
{_P}PurchaseRequisitionHandling.svc/PurchaseRequisitionSet|RequisitionNo|RequisitionerCode Contract RequisitionDate Objstate NoteText
{_P}PurchaseRequisitionHandling.svc/PurchaseReqLineSet|RequisitionNo LineNo ReleaseNo|PartNo Description OriginalQty UnitMeas EstimatedPrice CurrencyCode WantedReceiptDate VendorNo {_CODES} Objstate OrderNo
{_E}PurchaseReceiptEntity.svc/PurchaseReceiptSet|ReceiptSequence|OrderNo LineNo ReleaseNo ReceiptNo ReceiptReference QtyArrived Uom ArrivalDate Objstate
{_P}PostingProposalHandling.svc/PostingProposalHeadSet|Company ProposalId|SupplierId InvoiceNo InvoiceType InvoiceDate DueDate PostingDate CurrencyCode NetAmount TaxAmount GrossAmount PoRefNumber SourceReference PayTermId Objstate
{_P}PostingProposalHandling.svc/PostingProposalLineSet|Company ProposalId RowNo|OrderNo LineNo ReleaseNo Text Quantity UnitPrice NetAmount TaxCode TaxAmount {_CODES}
{_P}VoucherHandling.svc/VoucherSet|Company VoucherType AccountingYear VoucherNo|VoucherDate AccountingPeriod Text ReferenceSerie ReferenceNumber Objstate
{_P}VoucherHandling.svc/VoucherRowSet|Company VoucherType AccountingYear VoucherNo RowNo|Account {_CODES[6:]} CurrencyCode CurrencyDebetAmount CurrencyCreditAmount Text OptionalCode PartyTypeId ReferenceSerie ReferenceNumber
{_E}InvoiceLedgerItemEntity.svc/InvoiceLedgerItemSet|Company Identity PartyType LedgerItemId|InvoiceNo PaidAmount OpenAmount PaymentDate PaymentReference
{_E}SupplierAgreementEntity.svc/SupplierAgreementSet|AgreementId|VendorNo Description CurrencyCode ValidFrom ValidUntil ExternalReference Objstate
{_E}SupplierAgreementPartEntity.svc/SupplierAgreementPartSet|AgreementId PartNo MinQuantity ValidFrom|Price PriceUnitMeas Discount ValidUntil LeadTime VendorPartNo
"""

_DATES = set(
    "CreationDate ValidFrom ValidUntil DateFrom DateUntil OrderDate WantedReceiptDate AckDate WantedDeliveryDate"
    " PlannedReceiptDate PromisedDeliveryDate RequisitionDate ArrivalDate InvoiceDate DueDate PostingDate VoucherDate"
    " PaymentDate".split()
)
_DECIMALS = set(
    "TotalAmount BuyQtyDue FbuyUnitPrice NetAmtCurr Discount PriceConvFactor AdditionalCost QtyReceived QtyInvoiced"
    " Percent OriginalQty EstimatedPrice QtyArrived NetAmount TaxAmount GrossAmount Quantity UnitPrice"
    " CurrencyDebetAmount CurrencyCreditAmount PaidAmount OpenAmount MinQuantity Price".split()
)
_INTEGERS = set(
    "CommId AccountingYear AccountingPeriod Revision PreAccountingId RowNo ReceiptSequence ReceiptNo ProposalId"
    " VoucherNo LeadTime".split()
)
_BOOLEANS = {"DefAddress", "DefaultPerMethod", "DefaultAddress", "LedgFlag"}
_WORDS = {
    "Status": "Active Blocked Closed",
    "PeriodStatus": "Open Closed",
    "InvoiceType": "Invoice Credit",
    **{f"ReqCode{letter}": "Can Mandatory Blocked" for letter in "BCDEFGHIJ"},
}
_STATES = {
    "PurchaseOrder": "Planned Released Confirmed Stopped Arrived Received Closed Cancelled",
    "PurchaseOrderLine": "Planned Released Confirmed Stopped Arrived Received Closed Cancelled",
    "PurchaseRequisition": "Planned Released Closed Cancelled",
    "PurchaseReqLine": "Planned Released Closed Cancelled",
    "PurchaseReceipt": "Arrived Received Cancelled",
    "PostingProposalHead": "Unbalanced Balanced Authorized Posted Cancelled",
    "Voucher": "Approved AwaitingApproval Error",
    "SupplierAgreement": "Active Closed",
}


@dataclass(frozen=True)
class EntitySet:
    service: str
    """Path of the service below the host, without a slash at either end."""
    name: str
    keys: tuple[str, ...]
    types: dict[str, str]
    words: dict[str, tuple[str, ...]]

    @property
    def entity(self) -> str:
        return self.name.removesuffix("Set")

    @property
    def projection(self) -> str:
        return self.service.rsplit("/", 1)[1].removesuffix(".svc")

    def enumeration(self, attribute: str) -> str:
        """The type's name: of states as the contract shows it, of the others our choice."""
        short = f"{self.entity}State" if attribute == "Objstate" else attribute
        return f"IfsApp.{self.projection}.{short}"


def _type(attribute: str) -> str:
    for kind, names in (("date", _DATES), ("decimal", _DECIMALS), ("int", _INTEGERS), ("bool", _BOOLEANS)):
        if attribute in names:
            return kind
    if attribute == "LastModifiedDate":
        return "timestamp"
    return "enum" if attribute in _WORDS or attribute == "Objstate" else "text"


def _read(line: str) -> EntitySet:
    path, keys, others = line.split("|")
    service, _, name = path.rpartition("/")
    attributes = [*keys.split(), *others.split(), "LastModifiedDate"]
    words = {
        a: tuple(_WORDS.get(a, _STATES.get(name.removesuffix("Set"), "Active Hidden")).split())
        for a in attributes
        if _type(a) == "enum"
    }
    return EntitySet(service, name, tuple(keys.split()), {a: _type(a) for a in attributes}, words)


SETS = {entry.name: entry for entry in map(_read, filter(None, _TEXT.splitlines()))}
GIVEN = {
    "PurchaseReceiptSet": ("ReceiptSequence", "ReceiptNo"),
    "PostingProposalHeadSet": ("ProposalId",),
    "PostingProposalLineSet": ("RowNo",),
    "VoucherSet": ("VoucherNo",),
    "VoucherRowSet": ("RowNo",),
}
"""Key parts that the server gives; a line's number may also come with the line."""

NUMBERED = {"SupplierInfoGeneralSet": "SupplierId", "CommMethodSet": "CommId", "SupplierAgreementSet": "AgreementId"}
"""Keys of a series: the server gives one where the client states none."""

ACTIONS = {
    "PurchaseOrderSet": {"Confirm": "Confirmed"},
    "PurchaseReceiptSet": {"Cancel": "Cancelled"},
    "SupplierAgreementSet": {"Close": "Closed"},
}
"""Bound actions, and the state that each leads to: the only way to change one."""

READ_ONLY = {"InvoiceLedgerItemSet"}

ARRAYS = {
    ("PostingProposalHeadSet", "PostingProposalLineArray"): "PostingProposalLineSet",
    ("VoucherSet", "VoucherRowArray"): "VoucherRowSet",
}
