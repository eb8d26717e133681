"""The buying side: two companies, their sites, charts of accounts, code parts and periods."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from ifs_jaggaer.sandbox.seed.model import Row
from ifs_jaggaer.sandbox.seed.stamps import Stamps

Coding = dict[str, str]
"""Code part letter -> value, `{"A": "4010", "B": "1100"}`."""

CUSTOM_FIELD = {"A": "Account", "B": "CostCenter", "C": "Project", "D": "ObjectCode"}
"""Internal names at JAGGAER (contracts/mapping.md, GL accounts and code parts)."""

CLEARING_ACCOUNT = "1590"
TAX_ACCOUNT = "1576"
UNKNOWN_ACCOUNT = "9999"
EVER = (date(2015, 1, 1), date(2099, 12, 31))


@dataclass(frozen=True)
class Account:
    number: str
    text: str
    req_b: str
    req_c: str
    valid_from: date
    valid_until: date
    ledger: bool = False


@dataclass(frozen=True)
class Site:
    contract: str
    company: str
    text: str
    zone: str
    street: str
    addition: str | None
    zip_code: str
    city: str
    country: str


@dataclass(frozen=True)
class Company:
    number: str
    currency: str
    country: str
    accounts: tuple[Account, ...]
    parts: dict[str, tuple[tuple[str, str], ...]]
    sites: tuple[Site, ...]

    def postable(self, today: date) -> list[Account]:
        """Cost and asset accounts that an order or an invoice may name today."""
        return [
            account
            for account in self.accounts
            if account.number[0] in "046" and account.valid_from <= today <= account.valid_until
        ]

    def ended(self, today: date) -> Account:
        """An account that is known but no longer valid."""
        return next(account for account in self.accounts if account.valid_until < today)

    def coding(self, rng: Random, today: date) -> Coding:
        """Account and code parts that obey what the account demands."""
        account = rng.choice(self.postable(today))
        coding = {"A": account.number}
        if account.req_b == "Mandatory" or (account.req_b == "Can" and rng.random() < 0.6):
            coding["B"] = rng.choice(self.parts["B"])[0]
        if account.req_c == "Mandatory" or (account.req_c == "Can" and rng.random() < 0.25):
            coding["C"] = rng.choice(self.parts["C"])[0]
        if rng.random() < 0.15:
            coding["D"] = rng.choice(self.parts["D"])[0]
        return coding

    def text_of(self, part: str, value: str) -> str:
        known = self.parts[part] if part != "A" else tuple((a.number, a.text) for a in self.accounts)
        return next((text for number, text in known if number == value), value)


_FAMILIES_10 = (
    (4000, "Rohstoffe", "Mandatory", "Can", ("Stahl", "Edelstahl", "Aluminium", "Messing", "Kupfer", "Titan")),
    (4050, "Guß- und Schmiedeteile", "Mandatory", "Can", ("Grauguß", "Sphäroguß", "Feinguß", "Schmiedeteile")),
    (4100, "Hilfsstoffe", "Can", "Can", ("Schmierstoffe", "Kühlmittel", "Klebstoffe", "Lacke", "Gase")),
    (4150, "Verpackung", "Can", "Blocked", ("Kartonagen", "Paletten", "Folien", "Kisten")),
    (4200, "Werkzeuge", "Mandatory", "Can", ("Fräser", "Bohrer", "Wendeplatten", "Messmittel", "Vorrichtungen")),
    (4300, "Elektronik", "Can", "Can", ("Steuerungen", "Sensoren", "Antriebe", "Kabel", "Gehäuse")),
    (4400, "Normteile", "Can", "Can", ("Schrauben", "Lager", "Dichtungen", "Federn", "Ketten")),
    (4500, "Instandhaltung", "Mandatory", "Can", ("Maschinen", "Gebäude", "Krane", "Druckluft")),
    (4700, "Frachten", "Can", "Blocked", ("Straße", "See", "Luft", "Zoll")),
    (6300, "Fremdleistungen", "Mandatory", "Can", ("Lohnfertigung", "Prüfung", "Beratung", "Reinigung", "IT")),
    (6800, "Verwaltung", "Can", "Blocked", ("Büro", "Reisen", "Telefon", "Fortbildung")),
    (400, "Anlagen", "Can", "Mandatory", ("Maschinen", "Vorrichtungen", "Fuhrpark")),
)
_FAMILIES_20 = (
    (4010, "Materiały", "Mandatory", "Can", ("stal", "aluminium", "odlewy", "chemia", "opakowania")),
    (4210, "Narzędzia", "Can", "Can", ("frezy", "wiertła", "przyrządy pomiarowe")),
    (4310, "Energia", "Can", "Blocked", ("prąd", "gaz", "woda")),
    (4600, "Usługi obce", "Mandatory", "Can", ("transport", "remonty", "doradztwo", "najem")),
    (6410, "Koszty ogólne", "Can", "Can", ("biuro", "szkolenia", "podróże")),
    (480, "Środki trwałe", "Can", "Mandatory", ("maszyny", "pojazdy")),
)
_GRADES = ("Gruppe I", "Gruppe II", "Sonstige")
_GRADES_PL = ("grupa I", "grupa II", "pozostałe")
_Families = tuple[tuple[int, str, str, str, tuple[str, ...]], ...]


def _chart(families: _Families, grades: tuple[str, ...], today: date) -> tuple[Account, ...]:
    accounts: list[Account] = []
    for start, family, req_b, req_c, kinds in families:
        texts = [f"{family} — {kind}, {grade}" for kind in kinds for grade in grades]
        accounts += [Account(f"{start + place:04d}", text, req_b, req_c, *EVER) for place, text in enumerate(texts)]
    for place in (7, 23):
        accounts[place] = replace(accounts[place], valid_until=date(today.year - 1, 12, 31))
    accounts[11] = replace(accounts[11], valid_from=today + timedelta(days=60))
    balance = (
        (TAX_ACCOUNT, "Vorsteuer / VAT naliczony", False),
        (CLEARING_ACCOUNT, "Verrechnung Wareneingang", False),
        ("1600", "Verbindlichkeiten aus Lieferungen und Leistungen", True),
        ("1800", "Bank", True),
    )
    accounts += [Account(number, text, "Can", "Can", *EVER, ledger=ledger) for number, text, ledger in balance]
    return tuple(accounts)


def _parts(names: tuple[str, ...], prefix: str, projects: int) -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        "B": tuple(
            (f"{1000 + 100 * row + place}", f"{name} {place + 1}")
            for row, name in enumerate(names)
            for place in range(6)
        ),
        "C": tuple((f"P-{2000 + place}", f"{prefix} {place + 1:03d}") for place in range(projects)),
        "D": tuple((f"OC{10 + place}", f"{prefix} / {chr(65 + place)}") for place in range(20)),
    }


def _sites() -> tuple[Site, ...]:
    return (
        Site(
            "101",
            "10",
            "Werk Esslingen",
            "Europe/Berlin",
            "Fritz-Müller-Straße 14",
            "Tor 4",
            "73730",
            "Esslingen",
            "DE",
        ),
        Site("102", "10", "Werk Graz", "Europe/Vienna", "Puchstraße 85", None, "8020", "Graz", "AT"),
        Site(
            "103", "10", "Entrepôt Lyon", "Europe/Paris", "12, rue de l'Épargne", "Bât. B", "69200", "Vénissieux", "FR"
        ),
        Site("201", "20", "Zakład Wrocław", "Europe/Warsaw", "ul. Żernicka 219", None, "54-510", "Wrocław", "PL"),
        Site("202", "20", "Magazyn Gdańsk", "Europe/Warsaw", "ul. Kontenerowa 7", None, "80-601", "Gdańsk", "PL"),
    )


def companies(today: date) -> tuple[Company, Company]:
    """The lead company '10' (EUR) and '20' (PLN)."""
    sites = _sites()
    german = ("Gießerei", "Dreherei", "Montage", "Instandhaltung", "Lager", "Entwicklung", "Einkauf", "Verwaltung")
    polish = ("Odlewnia", "Tokarnia", "Montaż", "Utrzymanie ruchu", "Magazyn")
    return (
        Company("10", "EUR", "DE", _chart(_FAMILIES_10, _GRADES, today), _parts(german, "Projekt", 40), sites[:3]),
        Company(
            "20", "PLN", "PL", _chart(_FAMILIES_20, _GRADES_PL, today), _parts(polish, "Projekt PL", 24), sites[3:]
        ),
    )


def first_open(now: datetime) -> date:
    """First day of the oldest open accounting period: two months before this one."""
    month = now.year * 12 + now.month - 1 - 2
    return date(month // 12, month % 12 + 1, 1)


def _periods(company: str, now: datetime, stamps: Stamps) -> list[Row]:
    rows = []
    for month in range((now.year - 2) * 12, (now.year + 2) * 12):
        start = date(month // 12, month % 12 + 1, 1)
        following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
        rows.append(
            {
                "Company": company,
                "AccountingYear": start.year,
                "AccountingPeriod": start.month,
                "DateFrom": start,
                "DateUntil": following - timedelta(days=1),
                "PeriodStatus": "Open" if start >= first_open(now) else "Closed",
                "LastModifiedDate": stamps.next(),
            }
        )
    return rows


def _account_row(company: str, account: Account, stamps: Stamps) -> Row:
    blocked = dict.fromkeys((f"ReqCode{part}" for part in "EFGHIJ"), "Blocked")
    return {
        "Company": company,
        "Account": account.number,
        "Description": account.text,
        "ValidFrom": account.valid_from,
        "ValidUntil": account.valid_until,
        "ReqCodeB": account.req_b,
        "ReqCodeC": account.req_c,
        "ReqCodeD": "Can",
        **blocked,
        "LedgFlag": account.ledger,
        "LastModifiedDate": stamps.next(),
    }


def _part_rows(company: Company, today: date, stamps: Stamps) -> list[Row]:
    return [
        {
            "Company": company.number,
            "CodePart": part,
            "CodePartValue": value,
            "Description": text,
            "ValidFrom": EVER[0],
            "ValidUntil": EVER[1] if place else date(today.year - 1, 12, 31),
            "LastModifiedDate": stamps.next(),
        }
        for part, values in company.parts.items()
        # the first value of each part has ended; nothing refers to it
        for place, (value, text) in enumerate((("0000", f"{part} 0000"), *values))
    ]


def _site_row(site: Site, stamps: Stamps) -> Row:
    return {
        "Contract": site.contract,
        "Company": site.company,
        "Description": site.text,
        "TimeZone": site.zone,
        "Address1": site.street,
        "Address2": site.addition,
        "ZipCode": site.zip_code,
        "City": site.city,
        "State": None,
        "Country": site.country,
        "LastModifiedDate": stamps.next(),
    }


def rows(both: tuple[Company, Company], now: datetime, rng: Random) -> dict[str, list[Row]]:
    """All rows of the sets that describe the companies."""
    stamps = Stamps(rng, now, bulk=0.85, days=300)
    return {
        "CompanySiteSet": [_site_row(site, stamps) for company in both for site in company.sites],
        "AccountSet": [_account_row(c.number, account, stamps) for c in both for account in c.accounts],
        "CodePartValueSet": [row for company in both for row in _part_rows(company, now.date(), stamps)],
        "AccountingPeriodSet": [row for c in both for row in _periods(c.number, now, stamps)],
    }
