"""The suppliers as IFS keeps them: several rows each (contracts/ifs.md 4)."""

from datetime import date, datetime, timedelta
from random import Random

from ifs_jaggaer.sandbox.seed.model import Row
from ifs_jaggaer.sandbox.seed.stamps import Stamps
from ifs_jaggaer.sandbox.seed.suppliers import BY_MARK, Supplier, Terms

PARTY = "Supplier"


def rows(suppliers: list[Supplier], now: datetime, rng: Random) -> dict[str, list[Row]]:
    """The rows of every supplier that IFS knows; four of five were loaded in one second."""
    stamps = Stamps(rng, now, bulk=0.8)
    known = [supplier for supplier in suppliers if supplier.in_ifs]
    return {
        "SupplierInfoGeneralSet": [_general(supplier, now.date(), stamps, rng) for supplier in known],
        "SupplierInfoAddressSet": [row for supplier in known for row in _addresses(supplier, stamps, rng)],
        "CommMethodSet": [row for supplier in known for row in _contacts(supplier, stamps)],
        "IdentityInvoiceInfoSet": [_finance(supplier, terms, stamps) for supplier in known for terms in supplier.terms],
        "PaymentAddressSet": [_bank(supplier, stamps) for supplier in known if supplier.iban],
        "SupplierSet": [_purchase(supplier, stamps) for supplier in known],
    }


def _general(supplier: Supplier, today: date, stamps: Stamps, rng: Random) -> Row:
    knows_jaggaer = supplier.in_jaggaer
    return {
        "SupplierId": supplier.number,
        "Name": supplier.name,
        "AssociationNo": supplier.registration,
        "Country": supplier.country.code,
        "DefaultLanguage": supplier.country.language,
        "CreationDate": today - timedelta(days=rng.randrange(200, 4000)),
        "PartyType": PARTY,
        "VatNo": supplier.tax_number,
        "CorporateForm": supplier.form,
        "Status": supplier.status,
        "Cf_JaggaerId": str(supplier.bravo_id) if supplier.presence == BY_MARK else None,
        "Cf_Categories": _unless("Cf_Categories", supplier, ";".join(supplier.categories)) if knows_jaggaer else None,
        "Cf_Qualification": _unless("Cf_Qualification", supplier, supplier.qualification) if knows_jaggaer else None,
        "Cf_Diversity": _unless("Cf_Diversity", supplier, supplier.diversity) if knows_jaggaer else None,
        "LastModifiedDate": stamps.next(),
    }


def _unless(gap: str, supplier: Supplier, value: str) -> str | None:
    return None if gap in supplier.gaps else value


def _addresses(supplier: Supplier, stamps: Stamps, rng: Random) -> list[Row]:
    main: Row = {
        "SupplierId": supplier.number,
        "AddressId": "1",
        "Address1": supplier.street,
        "Address2": supplier.addition,
        "ZipCode": supplier.zip_code,
        "City": supplier.city,
        "State": supplier.state,
        "Country": supplier.country.code,
        "DefAddress": True,
        "LastModifiedDate": stamps.next(),
    }
    if rng.random() < 0.8:
        return [main]
    return [main, {**main, "AddressId": "2", "Address1": f"P.O. Box {rng.randrange(100, 9999)}", "DefAddress": False}]


def _contacts(supplier: Supplier, stamps: Stamps) -> list[Row]:
    methods = (("E_MAIL", supplier.email), ("PHONE", supplier.phone), ("WWW", supplier.web))
    return [
        {
            "Identity": supplier.number,
            "CommId": place,
            "MethodId": method,
            "Value": value,
            "DefaultPerMethod": True,
            "LastModifiedDate": stamps.next(),
        }
        for place, (method, value) in enumerate(methods, 1)
        if method not in supplier.gaps
    ]


def _finance(supplier: Supplier, terms: Terms, stamps: Stamps) -> Row:
    return {
        "Company": terms.company,
        "Identity": supplier.number,
        "PartyType": PARTY,
        "GroupId": terms.group,
        "PayTermId": terms.terms,
        "DefCurrency": terms.currency,
        "DefVatCode": terms.tax_code,
        "Cf_GlAccount": terms.account,
        "Cf_CostCenter": terms.cost_center,
        "LastModifiedDate": stamps.next(),
    }


def _bank(supplier: Supplier, stamps: Stamps) -> Row:
    return {
        "Company": supplier.terms[0].company,
        "Identity": supplier.number,
        "PartyType": PARTY,
        "WayId": "SEPA",
        "AddressId": "1",
        "Account": supplier.iban,
        "BicCode": supplier.bic,
        "DefaultAddress": True,
        "LastModifiedDate": stamps.next(),
    }


def _purchase(supplier: Supplier, stamps: Stamps) -> Row:
    return {
        "VendorNo": supplier.number,
        "BuyerCode": supplier.buyer,
        "CurrencyCode": supplier.terms[0].currency,
        "SuppGrp": supplier.terms[0].group,
        "Objstate": "Active",
        "LastModifiedDate": stamps.next(),
    }
