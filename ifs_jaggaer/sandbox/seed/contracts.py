"""Contracts at JAGGAER with their price lines (contracts/jaggaer.md 8)."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from ifs_jaggaer.sandbox.seed.model import Row
from ifs_jaggaer.sandbox.seed.money import rounded
from ifs_jaggaer.sandbox.seed.orders import PARTS, UNITS
from ifs_jaggaer.sandbox.seed.scene import Scene
from ifs_jaggaer.sandbox.seed.stamps import Stamps, midnight
from ifs_jaggaer.sandbox.seed.suppliers import TERMS, Supplier

STATES = ("ExecutedInEffect", "ExecutedInEffect", "ExecutedInEffect", "Draft", "Executed", "Expired", "Terminated")
TITLES = ("Rahmenvertrag Guß", "Umowa ramowa — łożyska", "Supply agreement 'fasteners'", "Contrat-cadre outillage")


def contracts(scene: Scene, suppliers: list[Supplier]) -> list[Row]:
    """One for every fourth supplier that both systems know; quantity breaks, validity, some not to be sent."""
    now, rng, specials = scene.now, scene.rng("contracts"), scene.specials
    stamps = Stamps(rng, now, bulk=0.4)
    known = [each for each in suppliers if each.ordinary and each.in_jaggaer]
    made = [_contract(place, supplier, now, stamps, rng) for place, supplier in enumerate(known[::4])]
    for contract in made[9::20]:
        contract["priceList"]["price"][0]["unitOfMeasure"] = "PF"
        specials.note("contract_unit_unknown", contract["contractReferenceCode"])
    for contract in made[14::20]:
        contract["deletedStatus"] = "DELETED"
        specials.note("contract_deleted", contract["contractReferenceCode"])
    return made


def _contract(place: int, supplier: Supplier, now: datetime, stamps: Stamps, rng: Random) -> Row:
    terms = supplier.terms[0]
    state = STATES[place % len(STATES)]
    start = now - timedelta(days=rng.randrange(30, 700))
    end = now + timedelta(days=rng.randrange(60, 500) if state != "Expired" else -5)
    prices = [
        price
        for item in range(rng.randrange(1, 5))
        for price in _prices(f"{rng.randrange(10, 99)}-{40_000 + 100 * place + item}", terms.currency, start, end, rng)
    ]
    supplier_reference = {"bravoId": str(supplier.bravo_id)}
    if "extCode" not in supplier.gaps:
        supplier_reference["extCode"] = supplier.number
    return {
        "contractReferenceCode": f"CW-{4000 + place:06d}",
        "title": rng.choice(TITLES),
        "status": state,
        "supplier": supplier_reference,
        "currency": terms.currency,
        "validFrom": midnight(start),
        "validTo": midnight(end),
        "value": Decimal(rng.randrange(20, 900) * 1000),
        "paymentTerms": TERMS[terms.terms],
        "deletedStatus": "NOT-DELETED",
        "lastModTime": stamps.milliseconds(),
        "priceList": {"price": prices},
    }


def _prices(item: str, currency: str, start: datetime, end: datetime, rng: Random) -> list[Row]:
    """Prices of one item with one to three quantity breaks, cheaper by 5 % each."""
    text, unit = rng.choice(PARTS)
    base = rounded(Decimal(rng.randrange(200, 90_000)) / 100, currency)
    return [
        {
            "itemCode": item,
            "supplierItemCode": f"S{item}",
            "description": text,
            "unitOfMeasure": UNITS[unit],
            "unitPrice": {"currency": currency, "value": rounded(base * (100 - 5 * step) / 100, currency)},
            "minQuantity": Decimal((1, 100, 1000)[step]),
            "discountPercent": rng.choice((Decimal(0), Decimal(0), Decimal("2.5"))),
            "validFrom": midnight(start),
            "validTo": midnight(end),
            "leadTimeDays": rng.choice((5, 14, 30)),
        }
        for step in range(rng.randrange(1, 4))
    ]
