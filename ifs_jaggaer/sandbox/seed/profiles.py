"""The suppliers as JAGGAER keeps them: company profiles (contracts/jaggaer.md 3)."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from ifs_jaggaer.sandbox.seed.countries import BY_CODE, EU
from ifs_jaggaer.sandbox.seed.identifiers import TAX_NUMBER, bic, digits, iban
from ifs_jaggaer.sandbox.seed.model import Row
from ifs_jaggaer.sandbox.seed.scene import Scene
from ifs_jaggaer.sandbox.seed.stamps import Stamps, wire
from ifs_jaggaer.sandbox.seed.suppliers import TERMS, Supplier

STATUS = {"Active": "ACTIVE", "Blocked": "SUSPENDED", "Closed": "INACTIVE"}


def profiles(scene: Scene, suppliers: list[Supplier]) -> list[Row]:
    """Those that JAGGAER knows, look-alikes, and two buyers that no filter for sellers may show."""
    now, rng, specials = scene.now, scene.rng("profiles"), scene.specials
    stamps = Stamps(rng, now, bulk=0.5)
    made = [_written(_profile(each, now, stamps, rng), each, rng) for each in suppliers if each.in_jaggaer]
    for supplier in suppliers:
        if supplier.kind in {"supplier_name_alike", "supplier_tax_number_ambiguous"}:
            alike = _look_alike(supplier, _profile(supplier, now, stamps, rng), rng)
            specials.note(f"{supplier.kind}_profile", str(alike["returnCompanyInfo"]["bravoId"]))
            made.append(alike)
    return sorted(made, key=lambda each: int(each["returnCompanyInfo"]["bravoId"])) + _buyers(stamps)


def _profile(supplier: Supplier, now: datetime, stamps: Stamps, rng: Random) -> Row:
    terms = supplier.terms[0]
    info: dict[str, Any] = {
        "bravoId": str(supplier.bravo_id),
        "type": "SELLER",
        "status": "SUSPENDED" if supplier.kind == "supplier_status_differs" else STATUS[supplier.status],
        "companyName": supplier.name,
        "extCode": supplier.number if supplier.in_ifs else None,
        "extUniqueCode": supplier.tax_number,
        "fiscalCode": supplier.registration,
        "euVat": supplier.tax_number if supplier.country.code in EU else None,
        "dAndBCode": supplier.duns if rng.random() < 0.6 else None,
        "currency": terms.currency,
        "bizLegalStruct": supplier.form,
        "bizEmail": supplier.email,
        "bizPhone": supplier.phone,
        "webSite": supplier.web,
        "address": ", ".join(part for part in (supplier.street, supplier.addition) if part),
        "zip": supplier.zip_code,
        "city": supplier.city,
        "province": supplier.state,
        "isoCountry": supplier.country.code3 if rng.random() < 0.3 else supplier.country.code,
        "userName": supplier.contact[0],
        "userSurName": supplier.contact[1],
        "userEmail": supplier.email,
        "registrationDate": wire(now - timedelta(days=rng.randrange(130, 2000))),
        "lastModTime": stamps.milliseconds(),
    }
    extended = {
        "PAYMENT_TERMS": [TERMS[terms.terms]] if supplier.in_ifs and terms.terms in TERMS else [],
        "GL_ACCOUNT": [terms.account] if terms.account else [],
        "COST_CENTER": [terms.cost_center] if terms.cost_center else [],
        "SUPPLIER_GROUP": [terms.group] if supplier.in_ifs else [],
        "CATEGORIES": list(reversed(supplier.categories)),
        "QUALIFICATION": [supplier.qualification],
        "DIVERSITY": [supplier.diversity],
        "IBAN": [supplier.iban] if supplier.iban else [],
        "BIC": [supplier.bic] if supplier.bic else [],
    }
    return _record(info, extended, supplier.gaps)


def _record(info: dict[str, Any], extended: dict[str, list[str]], gaps: frozenset[str]) -> Row:
    """What is missing is a missing key (contracts/jaggaer.md 2)."""
    if "extUniqueCode" in gaps:
        gaps |= {"euVat"}
    return {
        "returnCompanyInfo": {k: v for k, v in info.items() if v is not None and k not in gaps},
        "deBasic": {
            "deInfo": [
                {"name": name, "type": "TEXT", "values": {"value": [{"deValue": value} for value in values]}}
                for name, values in extended.items()
                if values and name not in gaps
            ]
        },
    }


def _written(profile: Row, supplier: Supplier, rng: Random) -> Row:
    """Write down what differs on purpose."""
    info = profile["returnCompanyInfo"]
    if supplier.kind == "supplier_fields_conflict":
        info["bizPhone"] = f"{supplier.country.dial} 800 {digits(rng, 6)}"
        info["companyName"] = f"{supplier.name} (vormals O'Neill)"
        info["zip"] = digits(rng, 5)
    elif supplier.kind == "supplier_bank_conflict":
        for extended in profile["deBasic"]["deInfo"]:
            if extended["name"] == "IBAN":
                extended["values"]["value"] = [{"deValue": iban(rng, "DE")}]
            elif extended["name"] == "BIC":
                extended["values"]["value"] = [{"deValue": bic(rng, "DE")}]
    elif "extUniqueCode" in info and supplier.in_ifs and rng.random() < 0.08:
        # numbers are compared without spaces, dots and dashes (contracts/mapping.md)
        number = info["extUniqueCode"]
        info["extUniqueCode"] = f"{number[:2]} {number[2:5]}.{number[5:]}"
    return profile


def _look_alike(supplier: Supplier, profile: Row, rng: Random) -> Row:
    """A profile that may be this supplier or not: same name and another number, or a shared number."""
    info = profile["returnCompanyInfo"]
    info["bravoId"] = str(supplier.bravo_id + 1)
    info.pop("extCode", None)
    if supplier.kind == "supplier_name_alike":
        info["extUniqueCode"] = TAX_NUMBER[supplier.country.code](rng)
        info["fiscalCode"] = f"{info['fiscalCode']}-7"
        info.pop("euVat", None)
    else:
        info["companyName"] = f"{supplier.name} Holding"
        info.pop("fiscalCode", None)
    return profile


def _buyers(stamps: Stamps) -> list[Row]:
    return [
        {
            "returnCompanyInfo": {
                "bravoId": str(10_001 + place),
                "type": "BUYER",
                "status": "ACTIVE",
                "companyName": name,
                "isoCountry": BY_CODE[country].code,
                "lastModTime": stamps.milliseconds(),
            },
            "deBasic": {"deInfo": []},
        }
        for place, (name, country) in enumerate((("Werk Esslingen", "DE"), ("Zakład Wrocław", "PL")))
    ]
