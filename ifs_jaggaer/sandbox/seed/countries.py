"""Where the suppliers live: what names, addresses and currencies look like there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    code: str
    code3: str
    locale: str
    language: str
    currency: str
    forms: tuple[str, ...]
    dial: str
    weight: int
    in_eu: bool
    trades: tuple[str, ...]
    additions: tuple[str, ...]
    states: tuple[str, ...] = ()
    cities: tuple[tuple[str, str], ...] = ()
    """Zip code and city, where the locale's own do not belong to the country."""


_GERMAN = ("Gießerei", "Werkzeugbau", "Präzisionsteile", "Stahlhandel", "Kühltechnik", "Hydraulik", "Federn")
_FRENCH = ("Fonderie", "Mécanique", "Outillage", "Décolletage", "Emballages", "Câblage", "Étanchéité")
_ENGLISH = ("Castings", "Tooling", "Bearings", "Fasteners", "Coatings", "Controls", "Freight")

COUNTRIES = (
    Country("DE", "DEU", "de_DE", "de", "EUR", ("GmbH", "AG"), "+49", 30, True, _GERMAN, ("Halle 3", "Gebäude Süd")),
    Country(
        "PL",
        "POL",
        "pl_PL",
        "pl",
        "PLN",
        ("Sp. z o.o.",),
        "+48",
        16,
        True,
        ("Odlewnia", "Narzędzia", "Łożyska", "Śruby", "Obróbka", "Logistyka"),
        ("hala 2", "lok. 14"),
    ),
    Country("FR", "FRA", "fr_FR", "fr", "EUR", ("SAS", "SARL"), "+33", 12, True, _FRENCH, ("Bât. C", "ZI de l'Étang")),
    Country("AT", "AUT", "de_AT", "de", "EUR", ("GmbH", "AG"), "+43", 8, True, _GERMAN, ("Objekt 7",)),
    Country("GB", "GBR", "en_GB", "en", "GBP", ("Ltd",), "+44", 9, False, _ENGLISH, ("Unit 5", "St. Mary's Yard")),
    Country(
        "US",
        "USA",
        "en_US",
        "en",
        "USD",
        ("Inc",),
        "+1",
        9,
        False,
        _ENGLISH,
        ("Suite 210", "Dock #4"),
        states=("OH", "MI", "TX", "CA", "IL"),
    ),
    Country("JP", "JPN", "ja_JP", "ja", "JPY", ("Ltd",), "+81", 7, False, ("製作所", "工業", "精機"), ("2号棟",)),
    Country(
        "TN",
        "TUN",
        "fr_FR",
        "fr",
        "TND",
        ("SARL",),
        "+216",
        6,
        False,
        _FRENCH,
        ("Zone industrielle",),
        cities=(("1002", "Tunis"), ("3000", "Sfax"), ("4000", "Sousse"), ("7000", "Bizerte")),
    ),
    Country("CH", "CHE", "de_CH", "de", "EUR", ("AG", "GmbH"), "+41", 6, False, _GERMAN, ("2. Stock",)),
)

BY_CODE = {country.code: country for country in COUNTRIES}
EU = {country.code for country in COUNTRIES if country.in_eu}
