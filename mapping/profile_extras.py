"""Extra fields of documents: what the shipped mapping does not know, as data of the profile (docs/customising.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import dropwhile
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field, ValidationError

from connectors.jaggaer.fields import Wire
from connectors.jaggaer.models import OrderHeader, OrderLine, RequisitionHeader, RequisitionLine
from mapping.profile_tables import Table, spelt

if TYPE_CHECKING:
    from ifs_jaggaer.errors import System
    from mapping.profile import Profile

CUSTOM = "custom:"
"""Begins the place of a custom field's value: `customFieldValueSetList` (contracts/jaggaer.md 7)."""

_LIST = "customFieldValueSetList"


class ExtraField(Table):
    """An attribute of IFS and a place in JAGGAER's document.

    `jaggaer`: dotted, inside the header, line, contract or price, or `custom:<name>`. `longest`: never exceeded by
    cutting; 0 is no limit.
    """

    ifs: str
    jaggaer: Annotated[
        str,
        spelt(
            rf"{CUSTOM}\S(.*\S)?|[A-Za-z]\w*(\.[A-Za-z]\w*)*",
            f"is neither a dotted place such as delivery.incoterm nor {CUSTOM}<name of a custom field>",
        ),
    ]
    form: Annotated[
        str,
        spelt(r"text|decimal|date|bool|map:\w+", "is none of text, decimal, date, bool, map:<name of a value map>"),
    ] = "text"
    longest: int = Field(default=0, ge=0)


Name = Annotated[str, spelt(r"[A-Za-z]\w*", "names of extra fields begin with a letter; letters, digits and _ follow")]
Specs: TypeAlias = Mapping[str, ExtraField]
"""Extra fields by the name that items and the audit call them by."""


class ExtraFields(Table):
    """By the part of a document that carries them."""

    purchase_order: dict[Name, ExtraField] = Field(default_factory=dict)
    purchase_order_line: dict[Name, ExtraField] = Field(default_factory=dict)
    requisition: dict[Name, ExtraField] = Field(default_factory=dict)
    requisition_line: dict[Name, ExtraField] = Field(default_factory=dict)
    invoice: dict[Name, ExtraField] = Field(default_factory=dict)
    invoice_line: dict[Name, ExtraField] = Field(default_factory=dict)
    receipt: dict[Name, ExtraField] = Field(default_factory=dict)
    receipt_line: dict[Name, ExtraField] = Field(default_factory=dict)
    contract: dict[Name, ExtraField] = Field(default_factory=dict)
    contract_price: dict[Name, ExtraField] = Field(default_factory=dict)

    def of(self, part: str) -> Specs:
        """Those of one part, by its name in the profile."""
        specs: Specs = getattr(self, part)
        return specs


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document: where it comes from, IFS's sets of it, and what the mapping itself writes at the target."""

    source: System
    sets: tuple[str, ...]
    taken: frozenset[str]
    shares: str = ""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HEADER = (
    "revisionNumber status businessUnit.internalName currency total shipTo.address note externalReference lastUpdate"
)
_LINE = (
    "lineNumber status item.catalogNumber item.description item.unitOfMeasure item.productType quantity unitPrice"
    " discountPercent charges requestedDeliveryDate promisedDeliveryDate receivedQuantity invoicedQuantity"
    " splittableFieldSetGroupList"
)
_RECEIPT = _words(
    "OrderNo LineNo ReleaseNo QtyArrived Uom ArrivalDate ReceiptReference ReceiptSequence ReceiptNo Objstate"
)
PARTS: Mapping[str, Part] = {
    "purchase_order": Part(
        "ifs",
        ("purchase_order",),
        _words(
            f"{_HEADER} poNumber poId poDate supplier terms.standardPaymentTermsCode buyer.username acknowledgement"
        ),
    ),
    "purchase_order_line": Part("ifs", ("purchase_order_line",), _words(_LINE)),
    "requisition": Part(
        "ifs",
        ("requisition",),
        _words(f"{_HEADER} requisitionNumber requisitionId requisitionDate requester.username"),
    ),
    "requisition_line": Part("ifs", ("requisition_line",), _words(f"{_LINE} preferredSupplier poNumber")),
    "invoice": Part(
        "jaggaer",
        ("posting_proposal", "voucher"),
        _words(
            "Company SupplierId InvoiceNo InvoiceType InvoiceDate PostingDate DueDate CurrencyCode NetAmount TaxAmount"
            " GrossAmount SourceReference PoRefNumber ProposalId VoucherType AccountingYear AccountingPeriod VoucherNo"
            " VoucherDate Text ReferenceSerie ReferenceNumber Objstate"
        ),
    ),
    "invoice_line": Part(
        "jaggaer",
        ("posting_proposal_line", "voucher_row"),
        _words(
            "Company ProposalId RowNo OrderNo LineNo ReleaseNo Text Quantity UnitPrice NetAmount TaxAmount TaxCode"
            " CodeA CodeB CodeC CodeD CodeE CodeF CodeG CodeH CodeI CodeJ VoucherType AccountingYear VoucherNo Account"
            " CurrencyCode CurrencyDebetAmount CurrencyCreditAmount OptionalCode PartyTypeId ReferenceSerie"
            " ReferenceNumber"
        ),
    ),
    "receipt": Part("jaggaer", ("receipt",), _RECEIPT, shares="receipt_line"),
    "receipt_line": Part("jaggaer", ("receipt",), _RECEIPT, shares="receipt"),
    "contract": Part(
        "jaggaer",
        ("agreement",),
        _words("AgreementId VendorNo Description CurrencyCode ExternalReference ValidFrom ValidUntil Objstate"),
    ),
    "contract_price": Part(
        "jaggaer",
        ("agreement_price",),
        _words(
            "AgreementId PartNo MinQuantity ValidFrom Price PriceUnitMeas Discount LeadTime VendorPartNo ValidUntil"
        ),
    ),
}
"""`shares`: the other part whose fields go into the same row."""

_DOCUMENTS: Mapping[str, tuple[type[Wire], str]] = {
    "purchase_order": (OrderHeader, "poNumber"),
    "purchase_order_line": (OrderLine, "lineNumber"),
    "requisition": (RequisitionHeader, "requisitionNumber"),
    "requisition_line": (RequisitionLine, "lineNumber"),
}
_AROUND = _words("header lineList poLine requisitionLine invoiceLine receiptLine priceList")
"""What stands around headers, lines and prices, and in none of them."""

_TYPES = {
    "text": ("text", "int", "enum"),
    "decimal": ("decimal", "int"),
    "date": ("date",),
    "bool": ("bool",),
    "map": ("text", "int", "enum", "bool"),
}


def sets_of(part: str, profile: Profile) -> tuple[str, ...]:
    """IFS's sets that a part's extra fields are read from or written to; vouchers only where a company posts some."""
    every = (profile.of_company(company).invoices_without_order for company in profile.companies)
    vouchers = "voucher" in every
    return tuple(name for name in PARTS[part].sets if vouchers or not name.startswith("voucher"))


def users_of(set_name: str, attribute: str, profile: Profile) -> list[str]:
    """Key paths of the extra fields that an attribute of IFS carries."""
    return [
        f"extra_fields.{part}.{name}"
        for part in PARTS
        for name, spec in profile.extra_fields.of(part).items()
        if spec.ifs == attribute and set_name in sets_of(part, profile)
    ]


def faults(profile: Profile) -> Iterator[str]:
    """What is wrong with the extra fields, each with its key path."""
    for part in PARTS:
        targets: dict[str, str] = {}
        for name, spec in profile.extra_fields.of(part).items():
            at = f"extra_fields.{part}.{name}"
            head, *more = spec.jaggaer.split(".")
            if head in _AROUND:
                rest = ".".join(dropwhile(lambda step: step in _AROUND or step == "price", more))
                yield (
                    f"{at}.jaggaer: places are counted from inside the {_inside(part)}: {spec.jaggaer} would be {head} "
                    f"in it -> write {rest or 'the place inside of it'}"
                )
            yield from _form(at, spec, part, profile)
            target = spec.jaggaer if PARTS[part].source == "ifs" else spec.ifs
            key = "jaggaer" if PARTS[part].source == "ifs" else "ifs"
            own = next((own for own in (*PARTS[part].taken, _LIST) if _clash(target, own)), None)
            if own:
                yield f"{at}.{key}: {target} is written by the mapping itself ({own})"
            for other, place in targets.items():
                if _clash(target, place):
                    yield f"{at}.{key}: {target} is the place of extra field {other}, too"
            if not own and _misfit(spec, part):
                yield f"{at}.form: {spec.form} does not fit JAGGAER's field {spec.jaggaer}"
            targets[name] = target
        shared = profile.extra_fields.of(PARTS[part].shares) if PARTS[part].shares else {}
        for name, spec in shared.items():
            if spec.ifs in targets.values():
                yield f"extra_fields.{PARTS[part].shares}.{name}.ifs: {spec.ifs} is one of extra_fields.{part}, too"


def _form(at: str, spec: ExtraField, part: str, profile: Profile) -> Iterator[str]:
    form, _, named = spec.form.partition(":")
    if form == "map" and named not in profile.maps:
        yield f"{at}.form names maps.{named}, which is not there"
    for set_name in sets_of(part, profile):
        kind = profile.ifs.sets[set_name].attributes.get(spec.ifs, "absent")
        if kind == "absent":
            yield f"{at}.ifs: {spec.ifs} is not listed in ifs.sets.{set_name}.attributes, or absent there"
        elif kind.partition(":")[0] not in _TYPES[form]:
            yield f"{at}.form: {spec.form} does not fit ifs.sets.{set_name}.attributes.{spec.ifs}, which is {kind}"


def _misfit(spec: ExtraField, part: str) -> bool:
    """Whether the place is that of a field which JAGGAER's document has, and the form is none of its type."""
    if part not in _DOCUMENTS or spec.jaggaer.startswith(CUSTOM):
        return False
    value: object = {"decimal": "1.5", "date": "2026-02-14T00:00:00.000Z", "bool": "true"}.get(spec.form, "text")
    for step in reversed(spec.jaggaer.split(".")):
        value = {step: value}
    assert isinstance(value, dict)  # noqa: S101 - a place has one step at least
    model, number = _DOCUMENTS[part]
    try:
        model.model_validate({**value, number: "1"})
    except ValidationError:
        return True
    return False


def _inside(part: str) -> str:
    return {"line": "line", "price": "price", "contract": "contract"}.get(part.rpartition("_")[2], "header")


def _clash(one: str, other: str) -> bool:
    """Whether one place is the other, or inside of it."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
