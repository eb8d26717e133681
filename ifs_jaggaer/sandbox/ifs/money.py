"""Amounts as IFS calculates them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from ifs_jaggaer.sandbox.kernel import Row

_PLACES: Final = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "TND": 3, "KWD": 3, "BHD": 3, "OMR": 3, "JOD": 3}

#: What the net amount of an order line is calculated from.
PRICING: Final = frozenset({"BuyQtyDue", "FbuyUnitPrice", "PriceConvFactor", "Discount", "AdditionalCost"})


def rounded(amount: Decimal, currency: str | None) -> Decimal:
    """To the minor unit of the currency, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-_PLACES.get(currency or "", 2)), ROUND_HALF_UP)


def net_of_line(line: Row, currency: str | None) -> Decimal:
    """Quantity x price x conversion factor, less discount, plus additional cost."""
    factor = 1 if line["PriceConvFactor"] is None else line["PriceConvFactor"]
    gross = line["BuyQtyDue"] * (line["FbuyUnitPrice"] or 0) * factor
    return rounded(gross * (100 - (line["Discount"] or 0)) / Decimal(100) + (line["AdditionalCost"] or 0), currency)
