"""The tables of contracts/ifs.md 4 and contracts/jaggaer.md 3-8, once more and by hand."""

from .wire import BASE, EntitySet, Resource

MAIN = "main/ifsapplications/projection/v1"
ENTITY = "int/ifsapplications/entity/v1"
CODES = tuple(f"Code{letter}" for letter in "ABCDEFGHIJ")


# Decimal by its meaning in the contract: money, quantity, price, percent, factor.
DECIMALS = frozenset(
    [
        "BuyQtyDue",
        "FbuyUnitPrice",
        "NetAmtCurr",
        "Discount",
        "PriceConvFactor",
        "AdditionalCost",
        "QtyReceived",
        "QtyInvoiced",
        "Percent",
        "OriginalQty",
        "EstimatedPrice",
        "QtyArrived",
        "NetAmount",
        "TaxAmount",
        "GrossAmount",
        "TotalAmount",
        "Quantity",
        "UnitPrice",
        "CurrencyDebetAmount",
        "CurrencyCreditAmount",
        "PaidAmount",
        "OpenAmount",
        "MinQuantity",
        "Price",
    ]
)


def _set(path: str, keys: str, attributes: str, *more: str) -> EntitySet:
    return EntitySet(path, tuple(keys.split()), (*attributes.split(), *more, "LastModifiedDate"), DECIMALS)


SUPPLIER = _set(
    f"{MAIN}/SupplierHandling.svc/SupplierInfoGeneralSet",
    "SupplierId",
    "Name AssociationNo Country DefaultLanguage CreationDate PartyType VatNo CorporateForm Status Cf_JaggaerId"
    " Cf_Categories Cf_Qualification Cf_Diversity",
)
ADDRESS = _set(
    f"{ENTITY}/SupplierInfoAddressEntity.svc/SupplierInfoAddressSet",
    "SupplierId AddressId",
    "Address1 Address2 ZipCode City State Country DefAddress",
)
COMM_METHOD = _set(f"{ENTITY}/CommMethodEntity.svc/CommMethodSet", "Identity CommId", "MethodId Value DefaultPerMethod")
INVOICE_INFO = _set(
    f"{ENTITY}/IdentityInvoiceInfoEntity.svc/IdentityInvoiceInfoSet",
    "Company Identity PartyType",
    "GroupId PayTermId DefCurrency DefVatCode Cf_GlAccount Cf_CostCenter",
)
PAYMENT_ADDRESS = _set(
    f"{ENTITY}/PaymentAddressEntity.svc/PaymentAddressSet",
    "Company Identity PartyType WayId AddressId",
    "Account BicCode DefaultAddress",
)
PURCHASE_DATA = _set(f"{ENTITY}/SupplierEntity.svc/SupplierSet", "VendorNo", "BuyerCode CurrencyCode SuppGrp Objstate")
ACCOUNT = _set(
    f"{ENTITY}/AccountEntity.svc/AccountSet",
    "Company Account",
    "Description ValidFrom ValidUntil LedgFlag",
    *(f"ReqCode{letter}" for letter in "BCDEFGHIJ"),
)
CODE_PART = _set(
    f"{ENTITY}/CodePartValueEntity.svc/CodePartValueSet",
    "Company CodePart CodePartValue",
    "Description ValidFrom ValidUntil",
)
PERIOD = _set(
    f"{ENTITY}/AccountingPeriodEntity.svc/AccountingPeriodSet",
    "Company AccountingYear AccountingPeriod",
    "DateFrom DateUntil PeriodStatus",
)
SITE = _set(f"{MAIN}/CompanySiteHandling.svc/CompanySiteSet", "Contract", "Company Description TimeZone")
ORDER = _set(
    f"{MAIN}/PurchaseOrderHandling.svc/PurchaseOrderSet",
    "OrderNo",
    "VendorNo Contract BuyerCode OrderDate CurrencyCode Objstate Company PayTermId WantedReceiptDate"
    " DeliveryAddress DocAddressNo NoteText Revision TotalAmount AckOrderNo AckDate",
)
ORDER_LINE = _set(
    f"{MAIN}/PurchaseOrderLinesHandling.svc/PurchaseOrderLineSet",
    "OrderNo LineNo ReleaseNo",
    "PartNo Description BuyQtyDue BuyUnitMeas FbuyUnitPrice NetAmtCurr Discount WantedDeliveryDate"
    " PlannedReceiptDate PromisedDeliveryDate PriceUnitMeas PriceConvFactor Contract Objstate BlanketOrder"
    " ServiceType NoteText FeeCode AddressId PreAccountingId AdditionalCost QtyReceived QtyInvoiced",
    *CODES,
)
PRE_ACCOUNTING = _set(
    f"{ENTITY}/PreAccountingEntity.svc/PreAccountingSet",
    "PreAccountingId RowNo",
    "Percent OrderNo LineNo ReleaseNo",
    *CODES,
)
REQUISITION = _set(
    f"{MAIN}/PurchaseRequisitionHandling.svc/PurchaseRequisitionSet",
    "RequisitionNo",
    "RequisitionerCode Contract RequisitionDate Objstate NoteText",
)
REQUISITION_LINE = _set(
    f"{MAIN}/PurchaseRequisitionHandling.svc/PurchaseReqLineSet",
    "RequisitionNo LineNo ReleaseNo",
    "PartNo Description OriginalQty UnitMeas EstimatedPrice CurrencyCode WantedReceiptDate VendorNo Objstate OrderNo",
    *CODES,
)
RECEIPT = _set(
    f"{ENTITY}/PurchaseReceiptEntity.svc/PurchaseReceiptSet",
    "ReceiptSequence",
    "OrderNo LineNo ReleaseNo ReceiptNo ReceiptReference QtyArrived Uom ArrivalDate Objstate",
)
PROPOSAL = _set(
    f"{MAIN}/PostingProposalHandling.svc/PostingProposalHeadSet",
    "Company ProposalId",
    "SupplierId InvoiceNo InvoiceType InvoiceDate DueDate PostingDate CurrencyCode NetAmount TaxAmount GrossAmount"
    " PoRefNumber SourceReference PayTermId Objstate",
)
PROPOSAL_LINE = _set(
    f"{MAIN}/PostingProposalHandling.svc/PostingProposalLineSet",
    "Company ProposalId RowNo",
    "OrderNo LineNo ReleaseNo Text Quantity UnitPrice NetAmount TaxCode TaxAmount",
    *CODES,
)
VOUCHER = _set(
    f"{MAIN}/VoucherHandling.svc/VoucherSet",
    "Company VoucherType AccountingYear VoucherNo",
    "VoucherDate AccountingPeriod Text ReferenceSerie ReferenceNumber Objstate",
)
VOUCHER_ROW = _set(
    f"{MAIN}/VoucherHandling.svc/VoucherRowSet",
    "Company VoucherType AccountingYear VoucherNo RowNo",
    "Account CurrencyCode CurrencyDebetAmount CurrencyCreditAmount Text OptionalCode PartyTypeId ReferenceSerie"
    " ReferenceNumber",
    *CODES[1:],
)
LEDGER_ITEM = _set(
    f"{ENTITY}/InvoiceLedgerItemEntity.svc/InvoiceLedgerItemSet",
    "Company Identity PartyType LedgerItemId",
    "InvoiceNo PaidAmount OpenAmount PaymentDate PaymentReference",
)
AGREEMENT = _set(
    f"{ENTITY}/SupplierAgreementEntity.svc/SupplierAgreementSet",
    "AgreementId",
    "VendorNo Description CurrencyCode ValidFrom ValidUntil ExternalReference Objstate",
)
AGREEMENT_PRICE = _set(
    f"{ENTITY}/SupplierAgreementPartEntity.svc/SupplierAgreementPartSet",
    "AgreementId PartNo MinQuantity ValidFrom",
    "Price PriceUnitMeas Discount ValidUntil LeadTime VendorPartNo",
)

SETS = [
    SUPPLIER,
    ADDRESS,
    COMM_METHOD,
    INVOICE_INFO,
    PAYMENT_ADDRESS,
    PURCHASE_DATA,
    ACCOUNT,
    CODE_PART,
    PERIOD,
    SITE,
    ORDER,
    ORDER_LINE,
    PRE_ACCOUNTING,
    REQUISITION,
    REQUISITION_LINE,
    RECEIPT,
    PROPOSAL,
    PROPOSAL_LINE,
    VOUCHER,
    VOUCHER_ROW,
    LEDGER_ITEM,
    AGREEMENT,
    AGREEMENT_PRICE,
]

# Literal values that the contract lists for an attribute.
ENUMERATIONS = {
    ("SupplierInfoGeneralSet", "Status"): {"Active", "Blocked", "Closed"},
    ("CommMethodSet", "MethodId"): {"E_MAIL", "PHONE", "WWW"},
    ("AccountingPeriodSet", "PeriodStatus"): {"Open", "Closed"},
    ("PurchaseOrderSet", "Objstate"): {
        "Planned",
        "Released",
        "Confirmed",
        "Stopped",
        "Arrived",
        "Received",
        "Closed",
        "Cancelled",
    },
    ("PurchaseOrderLineSet", "Objstate"): {
        "Planned",
        "Released",
        "Confirmed",
        "Stopped",
        "Arrived",
        "Received",
        "Closed",
        "Cancelled",
    },
    ("PurchaseRequisitionSet", "Objstate"): {"Planned", "Released", "Closed", "Cancelled"},
    ("PurchaseReceiptSet", "Objstate"): {"Arrived", "Received", "Cancelled"},
    ("PostingProposalHeadSet", "InvoiceType"): {"Invoice", "Credit"},
    ("PostingProposalHeadSet", "Objstate"): {"Unbalanced", "Balanced", "Authorized", "Posted", "Cancelled"},
    ("VoucherSet", "Objstate"): {"Approved", "AwaitingApproval", "Error"},
    ("SupplierAgreementSet", "Objstate"): {"Active", "Closed"},
}

SUPPLIERS = Resource("companyprofiles", f"{BASE}/ja/v1/companyprofiles", ("returnCompanyData",))
FIELD_VALUES = Resource(
    "customfieldvalues", f"{BASE}/ji/v1/customfieldvalues", ("customFieldValueList", "customFieldValue")
)
ORDERS = Resource("purchaseorders", f"{BASE}/ji/v1/purchaseorders", ("purchaseOrderList", "purchaseOrder"))
REQUISITIONS = Resource("requisitions", f"{BASE}/ji/v1/requisitions", ("requisitionList", "requisition"))
RECEIPTS = Resource("receipts", f"{BASE}/ji/v1/receipts", ("receiptList", "receipt"))
INVOICES = Resource("invoices", f"{BASE}/ji/v1/invoices", ("jiinvoiceList", "jiinvoice"))
CONTRACTS = Resource("contracts", f"{BASE}/ja/v1/contracts", ("contractList", "item"))

RESOURCES = [SUPPLIERS, FIELD_VALUES, ORDERS, REQUISITIONS, RECEIPTS, INVOICES, CONTRACTS]
