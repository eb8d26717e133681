"""Amounts: exact decimals in the minor units of a currency (ISO 4217)."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext

EXPONENT = {"JPY": 0, "TND": 3}
"""Decimals of the currencies that do not have two."""

ZERO = Decimal(0)
HUNDRED = Decimal(100)


def minor(currency: str) -> Decimal:
    """One minor unit: 1 for JPY, 0.01 for EUR, 0.001 for TND."""
    return Decimal(1).scaleb(-EXPONENT.get(currency, 2))


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(minor(currency), ROUND_HALF_UP)


def on_a_tie(amount: Decimal, currency: str) -> bool:
    """True where half-up and half-even would differ; the seed avoids such amounts."""
    with localcontext() as context:
        context.prec = 60
        return (amount / minor(currency)) % 1 in (Decimal("0.5"), Decimal("-0.5"))


def unit_price(price: Decimal, factor: Decimal) -> Decimal:
    """Price for one buying unit: half-even, six decimals (contracts/mapping.md, purchase orders)."""
    return (price * factor).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def plain(amount: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent."""
    short = amount.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def shared(amount: Decimal, weights: list[Decimal], currency: str) -> list[Decimal]:
    """Spread an amount by largest remainder; equally where all weights are 0."""
    if not any(weights):
        weights = [Decimal(1)] * len(weights)
    exact = [amount * weight / sum(weights) / minor(currency) for weight in weights]
    units = [each // 1 for each in exact]
    missing = int(amount / minor(currency) - sum(units))
    for at in sorted(range(len(exact)), key=lambda at: units[at] - exact[at])[:missing]:
        units[at] += 1
    return [each * minor(currency) for each in units]
