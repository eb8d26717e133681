"""One invoice as a supplier states it, and how JAGGAER shows it (contracts/jaggaer.md 7)."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ifs_jaggaer.sandbox.seed.companies import CUSTOM_FIELD, Company
from ifs_jaggaer.sandbox.seed.model import Row
from ifs_jaggaer.sandbox.seed.money import HUNDRED, ZERO, minor, plain, rounded, shared
from ifs_jaggaer.sandbox.seed.orders import UNITS, Line, Order, Split, value

RATE = {"V19": Decimal(19), "V7": Decimal(7), "V0": ZERO}
"""Percent of each tax code."""


@dataclass(frozen=True)
class Item:
    """One line; amounts in the invoice's currency."""

    text: str
    unit: str
    quantity: Decimal
    price: Decimal
    rate: Decimal
    discount: Decimal = ZERO
    handling: Decimal = ZERO
    tax: Decimal = ZERO
    tax2: Decimal = ZERO
    order: str | None = None
    order_line: str | None = None
    splits: tuple[Split, ...] = ()
    by_amount: bool = False

    def net(self, currency: str) -> Decimal:
        """Quantity x price less discount plus charges of the line, without tax."""
        return rounded(self.quantity * self.price, currency) - self.discount + self.handling

    def taxed(self, currency: str) -> "Item":
        return replace(self, tax=rounded(self.net(currency) * self.rate / HUNDRED, currency))

    def reversed(self) -> "Item":
        """The same as a credit: every amount and quantity times -1, the price stays."""
        return replace(
            self,
            quantity=-self.quantity,
            discount=-self.discount,
            handling=-self.handling,
            tax=-self.tax,
            tax2=-self.tax2,
        )


def billed(order: Order, line: Line, quantity: Decimal) -> Item:
    """What a supplier bills for a quantity of an order line; AdditionalCost comes with it."""
    currency = order.currency
    gross = rounded(quantity * line.unit_price, currency)
    item = Item(
        text=line.text,
        unit=UNITS[line.unit],
        quantity=quantity,
        price=line.unit_price,
        rate=RATE[line.tax_code],
        discount=gross - rounded(value(line, quantity), currency),
        handling=line.extra,
        order=order.number,
        order_line=line.number,
    )
    return item.taxed(currency)


@dataclass(frozen=True)
class Charges:
    """What the header states besides its lines."""

    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    handling: Decimal = ZERO
    discount: Decimal = ZERO
    misc: Decimal = ZERO
    withholding: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        return self.shipping + self.handling + self.misc - self.discount


NO_CHARGES = Charges()


def total(items: tuple[Item, ...], charges: Charges, currency: str) -> Decimal:
    """Lines, charges and taxes; withholding tax is not part of it."""
    lines = sum((item.net(currency) + item.tax + item.tax2 for item in items), ZERO)
    return (lines + charges.net + charges.tax).quantize(minor(currency))


def tax_is_plain(items: tuple[Item, ...], charges: Charges, currency: str) -> bool:
    """Whether each line's tax stays well within a minor unit of rate x net, once charges and header tax are spread."""
    nets = [item.net(currency) for item in items]
    freight = shared(charges.net, [abs(net) for net in nets], currency)
    taxable = [item.rate * (net + share) / HUNDRED for item, net, share in zip(items, nets, freight, strict=True)]
    taxes = shared(charges.tax, [abs(tax) for tax in taxable], currency)
    stated = [item.tax + item.tax2 + tax for item, tax in zip(items, taxes, strict=True)]
    return all(abs(a - b) * 4 <= minor(currency) * 3 for a, b in zip(stated, taxable, strict=True))


def charge_fields(charges: Charges) -> Row:
    fields: Row = {
        "taxCharge1": charges.tax,
        "taxCharge2": ZERO,
        "shippingCharge": charges.shipping,
        "handlingCharge": charges.handling,
        "discountAmount": charges.discount,
        "miscFeeList": {"miscFee": [{"name": "MiscFee1", "fee": charges.misc}]},
    }
    return fields | ({"withholdingTax1": charges.withholding} if charges.withholding else {})


def line_wire(item: Item, line_id: int, place: int, company: Company, currency: str) -> Row:
    """One `invoiceLine`."""
    shown: dict[str, Any] = {
        "lineId": line_id,
        "lineNumber": str(place),
        "item": {"description": item.text, "unitOfMeasure": {"dimension": item.unit}},
        "receipts": {"receipt": []},
        "quantity": plain(item.quantity),
        "unitPrice": plain(item.price),
        "taxable": "true" if item.rate else "false",
        "taxCharge1": item.tax,
        "taxCharge2": item.tax2,
        "shippingCharge": ZERO,
        "handlingCharge": item.handling,
        "discountAmount": item.discount,
        "matchStatus": "Matched" if item.order else "Do Not Match",
    }
    if item.order:
        shown |= {"poNumber": item.order, "poLineNumber": item.order_line, "poLineMatchStatus": "Fully Matched"}
    if item.splits:
        shown["splittableFieldSetGroupList"] = split_groups(item, company, currency)
    return shown


def split_groups(item: Item, company: Company, currency: str) -> Row:
    """The distribution of a line; one index alone carries no distribution type, as in real data."""
    index_set: dict[str, Any] = {"context": "Line"}
    values: list[Decimal] = [percent for percent, _ in item.splits]
    if len(item.splits) > 1:
        index_set["distributionType"] = "AmountOfPrice" if item.by_amount else "PercentOfPrice"
        if item.by_amount:
            values = spread_amount(item.net(currency), values, currency)
    indexes = []
    for place, (_, coding) in enumerate(item.splits):
        shown: Row = {"splitIndex": place, "distributionValue": values[place]} if len(item.splits) > 1 else {}
        shown["customFieldValueList"] = {
            "customFieldValue": [
                {"internalName": CUSTOM_FIELD[part], "value": code, "description": company.text_of(part, code)}
                if (code := coding.get(part))
                else {"internalName": CUSTOM_FIELD[part]}
                for part in CUSTOM_FIELD
            ]
        }
        indexes.append(shown)
    index_set["splittableFieldIndexList"] = {"splittableFieldIndex": indexes}
    return {"splittableFieldSetGroup": [{"splittableFieldIndexSet": [index_set]}]}


def spread_amount(amount: Decimal, percents: list[Decimal], currency: str) -> list[Decimal]:
    """Amounts by percent that add up to the whole; the last takes what rounding leaves."""
    parts = [rounded(amount * percent / HUNDRED, currency) for percent in percents[:-1]]
    return [*parts, amount - sum(parts, ZERO)]
