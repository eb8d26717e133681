"""Exact amounts: currencies and their minor units, rounding, adding, spreading (DESIGN, law 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Clamped, Context, Decimal, Inexact, InvalidOperation, Overflow, Rounded
from types import MappingProxyType

from ifs_jaggaer.errors import Rejected
from mapping.remedies import add_below, key

# Wide enough for Edm.Decimal (precision 130, scale 65) and a product of two; loses nothing silently.
_EXACT = Context(prec=600, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation, Overflow])
_ROUNDING = Context(prec=600, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow])
for _context in (_EXACT, _ROUNDING):
    for _signal in (Clamped, Rounded):
        _context.traps[_signal] = False

_TWO_DIGITS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR
SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU
UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_OTHER_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

ISO_4217: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(_TWO_DIGITS.split(), 2)
    | {code: digits for digits, codes in _OTHER_DIGITS.items() for code in codes.split()}
)
"""Digits after the point of each currency in use (ISO 4217, list one)."""


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 code and its digits after the point (EUR 2, JPY 0, TND 3)."""

    code: str
    digits: int

    @property
    def minor_unit(self) -> Decimal:
        """The smallest amount: 0.01 for EUR, 1 for JPY, 0.001 for TND."""
        return Decimal(1).scaleb(-self.digits)


def currency(code: str, more: Mapping[str, int] = MappingProxyType({})) -> Currency:
    """The currency of that code; `more` (the profile's `[currencies]`) goes before ISO 4217.

    Raises:
        Rejected: the code is in neither.
    """
    digits = more.get(code, ISO_4217.get(code))
    if digits is None:
        raise Rejected(
            "currency is not known",
            field="currency",
            value=code,
            remedy=add_below("currencies", f"{key(code)} = 2  # its digits after the point"),
        )
    return Currency(code, digits)


def minor_unit(code: str, more: Mapping[str, int] = MappingProxyType({})) -> Decimal:
    """The smallest amount in that currency. Raises Rejected for a code that is not known."""
    return currency(code, more).minor_unit


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency; refuses floats, infinities and the mixing of currencies."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        _checked(self.amount)

    def __add__(self, other: Money) -> Money:
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(_EXACT.minus(self.amount), self.currency)

    def __abs__(self) -> Money:
        return Money(_EXACT.abs(self.amount), self.currency)

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")
        return other.amount

    @staticmethod
    def sum(amounts: Iterable[Money], currency: str) -> Money:
        """The exact sum, 0 for none. Raises ValueError if one is in another currency."""
        total = Money(Decimal(0), currency)
        for amount in amounts:
            total += amount
        return total


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum of amounts of any length (the default context would round at 28 digits)."""
    total = Decimal(0)
    for amount in amounts:
        total = _EXACT.add(total, _checked(amount))
    return total


def exact_product(*factors: Decimal) -> Decimal:
    """The exact product."""
    product = Decimal(1)
    for factor in factors:
        product = _EXACT.multiply(product, _checked(factor))
    return product


def round_half_even(amount: Decimal, digits: int) -> Decimal:
    """`amount` with `digits` digits after the point, a tie to the even neighbour."""
    return _unsigned_zero(_checked(amount).quantize(Decimal(1).scaleb(-digits), context=_ROUNDING))


def spread(total: Decimal, weights: Sequence[Decimal], currency: Currency) -> list[Decimal]:
    """Shares of `total` by weight, which add up to it exactly (largest remainder).

    Shares are whole minor units, or as fine as `total` itself is (1.4800 is as fine as 1.48). Where all weights
    are 0 they are equal; where they cancel each other out their sizes count. What is left over goes to the largest
    remainders, the earlier one first in a tie. A share has the sign of `total`, or the other one if its weight has
    another sign than their sum: the tax of a returned deposit lessens the tax of the rest.

    Raises:
        ValueError: there is no weight.
    """
    if not weights:
        raise ValueError("an amount is spread over at least one weight")
    quantum = min(currency.minor_unit, Decimal(1).scaleb(_exponent(Decimal(canonical(total)))))
    units = int(_EXACT.divide_int(_checked(total).copy_abs(), quantum))
    parts = _integers([_checked(weight) for weight in weights]) if any(weights) else [1] * len(weights)
    if sum(parts) == 0:
        parts = [abs(part) for part in parts]
    if sum(parts) < 0:
        parts = [-part for part in parts]
    whole = sum(parts)
    shares = [units * part // whole for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda at: (-(units * parts[at] % whole), at))
    for at in by_remainder[: units - sum(shares)]:
        shares[at] += 1
    signed = -quantum if total < 0 else quantum
    return [_unsigned_zero(_EXACT.multiply(Decimal(share), signed)) for share in shares]


def plain(amount: Decimal) -> str:
    """As text, digit for digit and without an exponent: `1E+3` is `1000`, `1.50` stays `1.50`."""
    return format(_unsigned_zero(_checked(amount)), "f")


def in_minor_units(amount: Decimal, code: str, more: Mapping[str, int] = MappingProxyType({})) -> str:
    """For a person: `1234.5` EUR is `1,234.50`, `1200.00` JPY is `1,200`; nothing is rounded (`0.005` EUR stays).

    What is in no known currency, as a quantity is, is shown without zeros at its end.
    """
    exact = Decimal(canonical(amount))
    digits = max(more.get(code, ISO_4217.get(code, 0)), -_exponent(exact))
    return format(exact, f",.{digits}f")


def canonical(amount: Decimal) -> str:
    """As text for comparing: equal amounts give equal text (`1.50` and `1.5` are `1.5`)."""
    text = plain(amount)
    return text.rstrip("0").rstrip(".") if "." in text else text


def json_number(amount: Decimal) -> Decimal:
    """The same amount so stated that JSON shows it without an exponent.

    Raises:
        ValueError: it is closer to 0 than 0.000001 (round first, e.g. a unit price to six decimals).
    """
    number = Decimal(canonical(amount))
    if "E" in str(number):
        raise ValueError(f"{number} is closer to 0 than 0.000001")
    return number


def decimal(value: object, field: str) -> Decimal:
    """An amount or quantity from the wire: a Decimal, an int or text (IFS, IEEE754Compatible).

    Raises:
        Rejected: it is none of these; a float among them, which would have lost digits already.
    """
    number: Decimal | None = None
    if isinstance(value, Decimal | int | str) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite():
        raise Rejected("is no decimal number", field=field, value=repr(value), remedy="correct the record")
    return number


def _checked(amount: Decimal) -> Decimal:
    if not isinstance(amount, Decimal):
        raise TypeError(f"an amount is a Decimal, not {type(amount).__name__}")
    if not amount.is_finite():
        raise ValueError(f"{amount} is no amount")
    return amount


def _unsigned_zero(amount: Decimal) -> Decimal:
    return amount.copy_abs() if amount.is_zero() else amount


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _integers(weights: Sequence[Decimal]) -> list[int]:
    """The weights in the same proportion, as integers."""
    scale = -min(0, *(_exponent(weight) for weight in weights))
    return [int(weight.scaleb(scale, context=_EXACT)) for weight in weights]
