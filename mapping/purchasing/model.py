"""A purchase order or requisition between the two systems, in the words of the contract; one model for both sides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from connectors.jaggaer.models import Address as WireAddress
from connectors.jaggaer.models import OrderLine as WireLine
from connectors.jaggaer.models import PurchaseOrder, Requisition, RequisitionLine
from ifs_jaggaer.errors import Rejected
from mapping.distribution import Distribution, from_jaggaer, to_jaggaer
from mapping.extras import at_jaggaer, filled, label, place
from mapping.fingerprint import canonical_json
from mapping.money import canonical, json_number, round_half_even
from mapping.purchasing.document import ORDER, DocumentType
from mapping.value_maps import NamedMap

if TYPE_CHECKING:
    from connectors.wire import Json, JsonValue
    from mapping.profile import Profile
    from mapping.profile_extras import Specs

Wired: TypeAlias = PurchaseOrder | Requisition
"""A document as JAGGAER shows it."""

_ZERO = Decimal(0)
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ship to; `code` is the site."""

    code: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    postal_code: str = ""
    country: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.code, *self.lines, self.postal_code, self.city, self.country)))


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `number` is `<LineNo>-<ReleaseNo>`, `unit_price` for one `unit`, `charges` for the whole line.

    `supplier` and `order` are a requisition's alone: who is preferred, and the order that came of it. `extras`: the
    profile's extra fields that are not empty, by name.
    """

    number: str
    status: str
    part: str
    description: str
    unit: str
    product_type: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    charges: Decimal
    requested: date | None
    distribution: Distribution | None
    supplier: str = ""
    order: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """An order or requisition (`type`) as JAGGAER should have it, or has it; money in `currency`, `total` net of tax.

    A requisition's `buyer` is its requester; its `supplier` and `terms` are empty. Revision, mark and the quantities
    that the server keeps are no part of it.
    """

    number: str
    status: str
    date: date | None
    business_unit: str
    supplier: str
    currency: str
    terms: str
    buyer: str
    ship_to: Place
    total: Decimal
    note: str
    lines: tuple[Line, ...]
    type: DocumentType = ORDER
    extras: Mapping[str, str] = field(default_factory=dict)

    def line(self, number: str) -> Line | None:
        return next((line for line in self.lines if line.number == number), None)


@dataclass(frozen=True, slots=True)
class Words:
    """The tenant's words for the states of documents of one type, and of their lines; and their extra fields."""

    order: NamedMap
    line: NamedMap
    type: DocumentType = ORDER
    extras: Specs = field(default_factory=dict)
    line_extras: Specs = field(default_factory=dict)

    @classmethod
    def of(cls, profile: Profile, document: DocumentType = ORDER) -> Words:
        return cls(
            profile.words(document.words),
            profile.words("order_line"),
            document,
            profile.extra_fields.of(document.record),
            profile.extra_fields.of(f"{document.record}_line"),
        )

    def of_order(self, word: str | None) -> str:
        """The contract's word for the tenant's state of an order; one that is not known stays as it is."""
        return _known(self.order, word)

    def of_line(self, word: str | None) -> str:
        """The same for a line."""
        return _known(self.line, word)


def fields(order: Order) -> dict[str, str]:
    """Field by field, in words for comparing, for a person and for the audit; what is empty is ""."""
    told = {
        "header.status": order.status,
        f"header.{order.type.date}": _day(order.date),
        "header.businessUnit": order.business_unit,
        "header.supplier": order.supplier,
        "header.currency": order.currency,
        "header.terms": order.terms,
        f"header.{order.type.person}": order.buyer,
        "header.shipTo": str(order.ship_to),
        "header.total": canonical(order.total),
        "header.note": order.note,
        **{f"header.{label(name)}": text for name, text in order.extras.items()},
    }
    for line in order.lines:
        told |= {f"lines[{line.number}].{name}": value for name, value in _line_fields(line).items()}
    return told


def content(order: Order, words: Words, cleared: frozenset[str] = frozenset()) -> Json:
    """The document as it goes over the wire, without revision and mark.

    What is empty is left out, but `cleared` fields (by the names of `fields`) go as "".
    """

    def stated(name: str, value: str) -> bool:
        return bool(value) or name in cleared

    header: Json = {
        order.type.number: order.number,
        "status": words.order.to_jaggaer(order.status),
        "businessUnit": {"internalName": order.business_unit},
        "currency": order.currency,
        "total": {"currency": order.currency, "value": _number(order.total)},
        "shipTo": {"address": _address(order.ship_to)},
    }
    if order.supplier:
        header["supplier"] = {"supplierNumber": order.supplier}
    if order.date:
        header[order.type.date] = _midnight(order.date)
    if stated("header.terms", order.terms):
        header["terms"] = {"standardPaymentTermsCode": order.terms}
    if stated(f"header.{order.type.person}", order.buyer):
        header[order.type.person] = {"username": order.buyer}
    if stated("header.note", order.note):
        header["note"] = order.note
    place(header, words.extras, order.extras, {name for name in words.extras if f"header.{label(name)}" in cleared})
    lines: list[JsonValue] = [_line_content(line, order.currency, words) for line in order.lines]
    return {"header": header, "lineList": {order.type.lines: lines}}


def kept(order: Order, words: Words) -> str:
    """The content as text, for the snapshot."""
    return canonical_json(content(order, words))


def unkept(text: str, words: Words) -> Order:
    """The order that `kept` wrote."""
    told = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return of_wire(model_of(words.type).model_validate(told), words)


def model_of(document: DocumentType) -> type[Wired]:
    """How JAGGAER shows documents of this type."""
    return PurchaseOrder if document is ORDER else Requisition


def of_wire(record: Wired, words: Words) -> Order:
    """The order as JAGGAER shows it; a distribution there that cannot be read as one counts as none."""
    header = record.header
    of_order = record.header if isinstance(record, PurchaseOrder) else None
    return Order(
        number=header.number,
        status=words.of_order(header.status),
        date=header.dated,
        business_unit=header.business_unit or "",
        supplier=(of_order and of_order.supplier and of_order.supplier.supplier_number) or "",
        currency=header.currency or "",
        terms=(of_order and of_order.terms and of_order.terms.standard_payment_terms_code) or "",
        buyer=(header.person and header.person.username) or "",
        ship_to=_place(header.ship_to.address if header.ship_to else None),
        total=(header.total and header.total.value) or _ZERO,
        note=header.note or "",
        lines=tuple(_wire_line(line, words) for line in record.lines or ()),
        type=words.type,
        extras=filled(at_jaggaer(words.extras, header)),
    )


def _line_fields(line: Line) -> dict[str, str]:
    told = {
        "status": line.status,
        "catalogNumber": line.part,
        "description": line.description,
        "unitOfMeasure": line.unit,
        "productType": line.product_type,
        "quantity": canonical(line.quantity),
        "unitPrice": canonical(line.unit_price),
        "discountPercent": canonical(line.discount),
        "charges": canonical(line.charges),
        "requestedDeliveryDate": _day(line.requested),
        "distribution": str(line.distribution or ""),
    }
    asked = {"preferredSupplier": line.supplier, "poNumber": line.order}
    asked |= {label(name): text for name, text in line.extras.items()}
    return told | {name: value for name, value in asked.items() if value}


def _line_content(line: Line, currency: str, words: Words) -> Json:
    item: Json = {
        "description": line.description,
        "unitOfMeasure": {"dimension": line.unit},
        "productType": line.product_type,
    }
    if line.part:
        item["catalogNumber"] = line.part
    told: Json = {
        "lineNumber": line.number,
        "status": words.line.to_jaggaer(line.status),
        "item": item,
        "quantity": _number(line.quantity),
        "unitPrice": {"currency": currency, "value": _number(line.unit_price)},
        "discountPercent": _number(line.discount),
        "charges": _number(line.charges),
    }
    if line.requested:
        told["requestedDeliveryDate"] = _midnight(line.requested)
    if line.distribution:
        told["splittableFieldSetGroupList"] = to_jaggaer(line.distribution)
    if line.supplier:
        told["preferredSupplier"] = {"supplierNumber": line.supplier}
    if line.order:
        told["poNumber"] = line.order
    place(told, words.line_extras, line.extras)
    return told


def _wire_line(line: WireLine, words: Words) -> Line:
    item = line.item
    asked = line if isinstance(line, RequisitionLine) else None
    return Line(
        number=line.line_number,
        status=words.of_line(line.status),
        part=(item and item.catalog_number) or "",
        description=(item and item.description) or "",
        unit=(item and item.unit_of_measure and item.unit_of_measure.dimension) or "",
        product_type=(item and item.product_type) or "",
        quantity=line.quantity or _ZERO,
        unit_price=(line.unit_price and line.unit_price.value) or _ZERO,
        discount=line.discount_percent or _ZERO,
        charges=line.charges or _ZERO,
        requested=line.requested_delivery_date,
        distribution=_distribution(line),
        supplier=(asked and asked.preferred_supplier and asked.preferred_supplier.supplier_number) or "",
        order=(asked and asked.po_number) or "",
        extras=filled(at_jaggaer(words.line_extras, line)),
    )


def _distribution(line: WireLine) -> Distribution | None:
    try:
        return from_jaggaer(line.split_groups, lambda _: True)
    except Rejected:
        return None


def _known(words: NamedMap, word: str | None) -> str:
    try:
        return words.to_ifs(word or "")
    except Rejected:
        return word or ""


def _address(place: Place) -> Json:
    told: Json = {
        "addressCode": place.code,
        "city": place.city,
        "postalCode": place.postal_code,
        "isoCountryCode": place.country,
    }
    lines: list[JsonValue] = [{"lineNumber": at, "addressLine": text} for at, text in enumerate(place.lines, 1)]
    told["addressLineList"] = {"addressLine": lines} if lines else ""
    return {name: value for name, value in told.items() if value}


def _place(address: WireAddress | None) -> Place:
    if address is None:
        return Place()
    return Place(
        code=address.address_code or "",
        lines=tuple(line.address_line for line in address.lines if line.address_line),
        city=address.city or "",
        postal_code=address.postal_code or "",
        country=address.iso_country_code or "",
    )


def _number(amount: Decimal) -> Decimal:
    """Six decimals are as fine as this wire goes; what IFS states finer was refused before."""
    return json_number(round_half_even(amount, _DIGITS))


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _midnight(value: date) -> str:
    return f"{value.isoformat()}T00:00:00.000Z"
