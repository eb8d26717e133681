"""Accounts, periods, sites and suppliers of the foreign tenants, each with what must become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from foreign.ifs import Ifs
from foreign.j1p import J1p, days_ago

COMPANIES = ("10", "20")
LONG_AGO = date(2015, 1, 1)
EU = {"DE", "FR", "IT", "NL", "AT", "PL"}
THREE = {
    "DE": "DEU",
    "FR": "FRA",
    "US": "USA",
    "GB": "GBR",
    "JP": "JPN",
    "NL": "NLD",
    "IT": "ITA",
    "CH": "CHE",
    "KW": "KWT",
}
TERMS = {"0": "Net 0", "30": "Net 30", "45": "Net 45", "60": "Net 60"}


def today() -> date:
    return datetime.now(UTC).date()


def back(days: float) -> datetime:
    return (datetime.now(UTC) - timedelta(days=days)).replace(microsecond=0)


def month(day: date, shift: int) -> date:
    """The first day of the month `shift` months away."""
    index = day.year * 12 + day.month - 1 + shift
    return date(index // 12, index % 12 + 1, 1)


@dataclass
class Partner:
    """One supplier as both sides hold it before the first run; `differs` is laid over JAGGAER's side."""

    number: str
    name: str
    country: str
    vat: str | None
    registration: str | None = None
    currency: str = "EUR"
    terms: str = "30"
    bravo: str | None = None
    status: str = "Active"
    in_ifs: bool = True
    by: str = "extCode"
    """What leads from one to the other: extCode, vat, registration, mark; or none."""
    account: str | None = "4010"
    centre: str | None = "CC10"
    ifs: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    extended: dict[str, list[str]] = field(default_factory=dict)
    companies: tuple[str, ...] = COMPANIES
    iban: tuple[str | None, str | None] = (None, None)
    """In IFS, at JAGGAER."""

    @property
    def city(self) -> str:
        return {
            "DE": "Köln",
            "FR": "Lyon",
            "US": "Austin",
            "GB": "Leeds",
            "JP": "Osaka",
            "NL": "Delft",
            "IT": "Torino",
            "CH": "Basel",
            "KW": "Kuwait City",
        }[self.country]


PARTNERS = [
    Partner("0006510001", "Rheinwerk Gußteile GmbH", "DE", "DE 811.907-980", "HRB 1001", bravo="10401"),
    Partner("0006510002", "O'Brien & Söhne, Fittings", "DE", "DE129274202", "HRB-1002", bravo="10402", terms="45"),
    Partner("0006510003", "Lyon Mécanique SAS", "FR", "FR40303265045", "SIREN 303265045", bravo="10403"),
    Partner("0006510004", "Austin Valves Inc", "US", None, "74-1234567", "USD", "60", "10404"),
    Partner("0006510005", "Osaka Seiki", "JP", None, "JP 0100-01-012345", "JPY", bravo="10405"),
    Partner("0006510006", "Gulf Pipes W.L.L.", "KW", None, "KW 44-12", "KWD", "0", "10406"),
    Partner("0006510007", "Leeds Bearings Ltd", "GB", "GB123456789", "00445790", "GBP", bravo="10407"),
    Partner(
        "0006510008",
        "Delft Coatings BV",
        "NL",
        "NL004495445B01",
        "KVK 2008",
        bravo="10408",
        ifs={"Address1": "Industrieweg 5", "Address2": "Hal 3"},
        info={"address": "Industrieweg 5, Hal 3"},
    ),
    Partner(
        "0006510009",
        "Torino Utensili SpA",
        "IT",
        "IT00488410010",
        "REA 2009",
        bravo="10409",
        account=None,
        extended={"GL_ACCOUNT": ["9999"]},
    ),
    Partner(
        "0006510010",
        "Bergland Stahl AG",
        "CH",
        "CHE-116.281.710",
        "CH-020.3",
        "EUR",
        bravo="10410",
        account=None,
        extended={"GL_ACCOUNT": ["7777"]},
    ),
    Partner(
        "0006510011",
        "Mosel Logistik KG",
        "DE",
        "DE136695976",
        "HRA 1011",
        bravo="10411",
        account=None,
        extended={"GL_ACCOUNT": ["4020"]},
    ),
    Partner("0006510012", "Nur Zehn GmbH", "DE", "DE143593636", "HRB 1012", bravo="10412", companies=("10",)),
    Partner("0006510013", "Per Steuernummer GmbH", "DE", "DE 143 454 214", "HRB 1013", bravo="10413", by="vat"),
    Partner("0006510014", "By Register Ltd", "GB", None, "RC-77.88", "GBP", bravo="10414", by="registration"),
    Partner("0006510015", "Schon Markiert AG", "DE", "DE118619332", "HRB 1015", bravo="10415", by="mark"),
    Partner(
        "0006510016", "Gesperrt Dort GmbH", "DE", "DE811115368", "HRB 1016", bravo="10416", info={"status": "SUSPENDED"}
    ),
    Partner(
        "0006510017",
        "Gesperrt Hier GmbH",
        "DE",
        "DE129273398",
        "HRB 1017",
        bravo="10417",
        status="Blocked",
        info={"status": "ACTIVE"},
    ),
    Partner(
        "0006510018",
        "Lückenhaft GmbH",
        "DE",
        "DE123456788",
        "HRB 1018",
        bravo="10418",
        ifs={"City": None},
        info={"bizPhone": None, "webSite": None, "city": "Bonn"},
    ),
    Partner("0006510019", "Uneinig GmbH", "DE", "DE114103379", "HRB 1019", bravo="10419", info={"city": "Aachen"}),
    Partner(
        "0006510020",
        "Zwei Konten GmbH",
        "DE",
        "DE119429301",
        "HRB 1020",
        bravo="10420",
        iban=("DE89370400440532013000", "GB82WEST12345698765432"),
    ),
    Partner(
        "0006510021",
        "Konto Hier GmbH",
        "DE",
        "DE120590300",
        "HRB 1021",
        bravo="10421",
        iban=("FR1420041010050500013M02606", None),
    ),
    Partner("0006510022", "Neu Dort GmbH", "DE", "DE 136-752.388", "HRB 1022", by="none"),
    Partner("0006510023", "New York Tools LLC", "US", None, "13-5562308", "USD", by="none"),
    Partner("0006510024", "Nouveau SARL", "FR", "FR83404833048", "SIREN 404833048", by="none", account=None),
    Partner("0006510025", "Namensvetter GmbH", "DE", "DE811128135", "HRB 1025", by="none"),
    Partner("0006510026", "N" * 101, "DE", "DE811569869", "HRB 1026", by="none"),
    Partner(
        "0006510027",
        "Fremde Frist GmbH",
        "DE",
        "DE811193231",
        "HRB 1027",
        bravo="10427",
        terms="14",
        info={"bizPhone": None},
    ),
    Partner(
        "",
        "Nieuw Hier BV",
        "NL",
        "NL001234567B01",
        "KVK 3028",
        bravo="10428",
        in_ifs=False,
        by="none",
        extended={"CATEGORIES": ["Tools", "Abrasives"], "QUALIFICATION": ["Qualified"]},
    ),
    Partner(
        "",
        "Wartet Noch GmbH",
        "DE",
        "DE300000003",
        "HRB 3029",
        bravo="10429",
        in_ifs=False,
        by="none",
        info={"status": "SUSPENDED"},
    ),
    Partner("", "Namensvetter  GmbH ", "DE", "DE300000011", "HRB 3030", bravo="10430", in_ifs=False, by="none"),
    Partner(
        "",
        "Mit Konto GmbH",
        "DE",
        "DE300000020",
        "HRB 3031",
        bravo="10431",
        in_ifs=False,
        by="none",
        iban=(None, "DE89370400440532013000"),
    ),
]


def seed_ledger(ifs: Ifs) -> None:
    accounts = [
        ("4010", "Raw material", {}),
        ("4020", "Freight in", {}),
        ("4720", "Cost centre needed", {"ReqCodeB": "Mandatory"}),
        ("4730", "No project", {"ReqCodeC": "Blocked"}),
        ("6000", "Services", {}),
        ("1590", "Clearing", {}),
        ("1576", "Input tax", {}),
        ("9999", "Gone", {"ValidUntil": today() - timedelta(days=40)}),
    ]
    needs = {f"ReqCode{letter}": "Can" for letter in "BCDEFGHIJ"}
    for company in COMPANIES:
        for number, text, more in accounts:
            ifs.put(
                "AccountSet",
                Company=company,
                Account=number,
                LastModifiedDate=back(20),
                **{**needs, "Description": f"{text} {company}", "ValidFrom": LONG_AGO, "LedgFlag": False, **more},
            )
        for part, values in (("B", ("CC10", "CC20")), ("C", ("P-100", "P 200;x")), ("D", ("OC1",)), ("E", ("E1",))):
            for value in values:
                ifs.put(
                    "CodePartValueSet",
                    Company=company,
                    CodePart=part,
                    CodePartValue=value,
                    ValidFrom=LONG_AGO,
                    Description=f"{part} {value} of {company}",
                    LastModifiedDate=back(20),
                )
        for shift in range(-14, 3):
            first, last = month(today(), shift), month(today(), shift + 1) - timedelta(days=1)
            ifs.put(
                "AccountingPeriodSet",
                Company=company,
                AccountingYear=first.year,
                AccountingPeriod=first.month,
                DateFrom=first,
                DateUntil=last,
                PeriodStatus="Open" if shift >= -2 else "Closed",
            )
        ifs.put(
            "CompanySiteSet",
            Contract=f"S{company}",
            Company=company,
            Description=f"Works {company}",
            TimeZone="Europe/Berlin",
            Address1="Werkstr. 1",
            Address2=f"Tor {company}",
            ZipCode="50667",
            City="Köln",
            State="NW",
            Country="DE",
        )
    ifs.put(
        "AccountSet",
        Company="20",
        Account="8020",
        Description="Only in 20",
        ValidFrom=LONG_AGO,
        LedgFlag=False,
        **needs,
        LastModifiedDate=back(20),
    )


def seed_suppliers(ifs: Ifs, j1p: J1p) -> None:
    for number, partner in enumerate(PARTNERS):
        if partner.in_ifs:
            _in_ifs(ifs, partner, number)
        if partner.bravo:
            _at_jaggaer(j1p, partner)
    j1p.put(
        "companyprofiles",
        {
            "returnCompanyInfo": {
                "bravoId": "10499",
                "type": "BUYER",
                "status": "ACTIVE",
                "companyName": "Ourselves",
                "isoCountry": "DE",
                "lastModTime": days_ago(9),
            },
            "deBasic": {},
        },
    )


def _in_ifs(ifs: Ifs, p: Partner, number: int) -> None:
    then = back(12 - number // 10)
    ifs.put(
        "SupplierInfoGeneralSet",
        SupplierId=p.number,
        Name=p.name,
        AssociationNo=p.registration,
        Country=p.country,
        VatNo=p.vat,
        CorporateForm="GmbH" if p.country == "DE" else None,
        Status=p.status,
        PartyType="Supplier",
        CreationDate=date(2020, 2, 29),
        DefaultLanguage="en",
        LastModifiedDate=then,
        **({"Cf_JaggaerId": p.bravo} if p.by == "mark" and "Cf_JaggaerId" not in ifs.habits.lacking else {}),
    )
    address = {"Address1": "Hauptstr. 1", "Address2": None, "ZipCode": "50667", "City": p.city, "State": None, **p.ifs}
    ifs.put(
        "SupplierInfoAddressSet",
        SupplierId=p.number,
        AddressId="1",
        DefAddress=True,
        Country=p.country,
        LastModifiedDate=then,
        **address,
    )
    ifs.put(
        "SupplierInfoAddressSet",
        SupplierId=p.number,
        AddressId="2",
        DefAddress=False,
        Address1="Elsewhere",
        LastModifiedDate=then,
    )
    contacts = (
        ("E_MAIL", _email(p), True),
        ("E_MAIL", "old@example.com", False),
        ("PHONE", "+49 221 12345", True),
        ("WWW", "https://example.com", True),
    )
    for turn, (method, value, default) in enumerate(contacts):
        ifs.put(
            "CommMethodSet",
            Identity=p.number,
            CommId=number * 10 + turn,
            MethodId=method,
            Value=value,
            DefaultPerMethod=default,
            LastModifiedDate=then,
        )
    for company in p.companies:
        lead = company == "10"
        money = {"Cf_GlAccount": p.account, "Cf_CostCenter": p.centre} if lead else {"Cf_GlAccount": "6000"}
        if ifs.habits.lacking & {"Cf_GlAccount"}:
            money = {}
        ifs.put(
            "IdentityInvoiceInfoSet",
            Company=company,
            Identity=p.number,
            PartyType="Supplier",
            GroupId="DOM",
            PayTermId=p.terms if lead else "60",
            DefCurrency=p.currency,
            DefVatCode="V19",
            LastModifiedDate=then,
            **money,
        )
    if p.iban[0]:
        ifs.put(
            "PaymentAddressSet",
            Company="10",
            Identity=p.number,
            PartyType="Supplier",
            WayId="SEPA",
            AddressId="1",
            Account=p.iban[0],
            BicCode="COBADEFFXXX",
            DefaultAddress=True,
            LastModifiedDate=then,
        )
    ifs.put(
        "SupplierSet",
        VendorNo=p.number,
        BuyerCode="ADA",
        CurrencyCode=p.currency,
        SuppGrp="1",
        Objstate="Active",
        LastModifiedDate=then,
    )


def _at_jaggaer(j1p: J1p, p: Partner) -> None:
    vat = "".join(c for c in p.vat or "" if c.isalnum())
    info = {
        "bravoId": p.bravo,
        "type": "SELLER",
        "companyName": p.name,
        "isoCountry": THREE[p.country] if int(p.bravo or 0) % 2 else p.country,
        "status": {"Active": "ACTIVE", "Blocked": "SUSPENDED", "Closed": "INACTIVE"}[p.status],
        "extCode": p.number if p.by == "extCode" else None,
        "extUniqueCode": vat or None,
        "euVat": vat if vat and p.country in EU else None,
        "fiscalCode": p.registration,
        "currency": p.currency,
        "bizLegalStruct": "GmbH" if p.country == "DE" else None,
        "bizEmail": _email(p),
        "bizPhone": "+49 221 12345",
        "webSite": "https://example.com",
        "address": "Hauptstr. 1",
        "zip": "50667",
        "city": p.city,
        "userName": "Kim",
        "userEmail": "kim@example.com",
        "registrationDate": days_ago(400),
        "lastModTime": days_ago(11),
        **p.info,
    }
    extended = {
        "PAYMENT_TERMS": [TERMS[p.terms]] if p.terms in TERMS else [],
        "GL_ACCOUNT": [p.account] if p.account else [],
        "COST_CENTER": [p.centre] if p.centre else [],
        "SUPPLIER_GROUP": ["DOM"],
        **p.extended,
    }
    if p.iban[1]:
        extended |= {"IBAN": [p.iban[1]], "BIC": ["COBADEFFXXX"]}
    j1p.put(
        "companyprofiles", {"returnCompanyInfo": {k: v for k, v in info.items() if v is not None}, "deBasic": extended}
    )


def _email(p: Partner) -> str:
    return f"sales@{p.registration}.example".replace(" ", "").lower()
