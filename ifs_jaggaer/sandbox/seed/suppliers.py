"""The suppliers as they are, before either system writes them down."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from faker import Faker

from ifs_jaggaer.sandbox.seed.companies import UNKNOWN_ACCOUNT, Company
from ifs_jaggaer.sandbox.seed.countries import COUNTRIES, Country
from ifs_jaggaer.sandbox.seed.identifiers import IBAN_BBAN, REGISTRATION, TAX_NUMBER, bic, digits, iban
from ifs_jaggaer.sandbox.seed.model import Specials, deal, spread
from ifs_jaggaer.sandbox.seed.scene import Scene

GROUPS = ("RAW", "MRO", "SRV", "CAP")
TERMS = {"0": "Net 0", "30": "Net 30", "45": "Net 45", "60": "Net 60"}
BUYERS = ("AKLEIN", "BWOJCIK", "CROUX", "DOBERHUBER", "ESMITH")
CATEGORIES = ("Bearings", "Castings", "Chemicals", "Energy & Gas", "Logistics", "Packaging", "Services", "Tooling")
DIVERSITY = ("none", "small business", "women-owned")

ONLY_IFS, ONLY_JAGGAER = "only IFS", "only JAGGAER"
BY_MARK, BY_NUMBER, BY_TAX, BY_REGISTRATION = "by mark", "by number", "by tax number", "by registration"

KINDS = (
    "supplier_fields_conflict",
    "supplier_tax_number_shared",
    "supplier_tax_number_ambiguous",
    "supplier_name_alike",
    "supplier_account_unknown",
    "supplier_account_ended",
    "supplier_terms_unknown",
    "supplier_legal_form_unknown",
    "supplier_name_too_long",
    "supplier_bank_conflict",
)
"""Cases that must not go through without a person, in turn; suppliers of these get no ordinary documents."""


@dataclass(frozen=True)
class Terms:
    """What one company has agreed with a supplier."""

    company: str
    terms: str
    currency: str
    tax_code: str
    group: str
    account: str | None
    cost_center: str | None


@dataclass(frozen=True)
class Supplier:
    number: str
    bravo_id: int
    presence: str
    name: str
    country: Country
    form: str
    tax_number: str
    registration: str
    street: str
    addition: str | None
    zip_code: str
    city: str
    state: str | None
    email: str
    phone: str
    web: str
    contact: tuple[str, str]
    categories: tuple[str, ...]
    qualification: str
    diversity: str
    duns: str
    buyer: str
    terms: tuple[Terms, ...]
    iban: str | None = None
    bic: str | None = None
    status: str = "Active"
    kind: str = ""
    gaps: frozenset[str] = field(default_factory=frozenset)
    """What one side lacks, to be filled from the other."""

    @property
    def in_ifs(self) -> bool:
        return self.presence != ONLY_JAGGAER

    @property
    def in_jaggaer(self) -> bool:
        return self.presence != ONLY_IFS

    @property
    def invoices(self) -> bool:
        """JAGGAER knows it by IFS's number, so that its invoices can name it."""
        return self.presence == BY_NUMBER or (self.presence == BY_MARK and "extCode" not in self.gaps)

    @property
    def ordinary(self) -> bool:
        return self.in_ifs and not self.kind and self.status == "Active"

    def terms_in(self, company: str) -> Terms | None:
        return next((terms for terms in self.terms if terms.company == company), None)


def _slug(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ł", "l")).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.decode().lower()).strip("-")


class Directory:
    """Makes suppliers one by one, with names, tax numbers and web addresses that occur once."""

    def __init__(self, scene: Scene, rng: Random) -> None:
        self._rng = rng
        self._companies = scene.companies
        self._today = scene.today
        self._names: set[str] = set()
        self._numbers: set[str] = set()
        self._voices: dict[str, Faker] = {}
        for locale in sorted({country.locale for country in COUNTRIES}):
            self._voices[locale] = Faker(locale)
            self._voices[locale].seed_instance(f"{scene.seed}/{locale}")

    def supplier(self, at: int, presence: str) -> Supplier:
        rng = self._rng
        country = rng.choices(COUNTRIES, [each.weight for each in COUNTRIES])[0]
        voice = self._voices[country.locale]
        form = rng.choice(country.forms)
        name = self._name(country, form, voice)
        site = f"{_slug(name) or f'{country.code.lower()}-{at}'}.example"
        zip_code, city = rng.choice(country.cities) if country.cities else (voice.postcode(), voice.city())
        has_bank = country.code in IBAN_BBAN and rng.random() < (0.2 if presence == ONLY_IFS else 0.6)
        return Supplier(
            number=f"{6_510_000 + at * 7:010d}",
            bravo_id=10_400 + at * 3,
            presence=presence,
            name=name,
            country=country,
            form=form,
            tax_number=self._once(country, TAX_NUMBER),
            registration=self._once(country, REGISTRATION),
            street=self._street(country, voice),
            addition=rng.choice(country.additions) if rng.random() < 0.35 else None,
            zip_code=zip_code,
            city=city,
            state=rng.choice(country.states) if country.states else None,
            email=f"{rng.choice(('info', 'sales', 'vertrieb', 'contact'))}@{site}",
            phone=f"{country.dial} {digits(rng, 3)} {digits(rng, 6)}",
            web=f"https://www.{site}",
            contact=(voice.first_name(), voice.last_name()),
            categories=tuple(sorted(rng.sample(CATEGORIES, rng.randrange(1, 4)))),
            qualification=rng.choice(("Qualified", "Qualified", "Provisional")),
            diversity=rng.choice(DIVERSITY),
            duns=digits(rng, 9),
            buyer=rng.choice(BUYERS),
            terms=self._terms(country),
            iban=iban(rng, country.code) if has_bank else None,
            bic=bic(rng, country.code) if has_bank else None,
        )

    def _name(self, country: Country, form: str, voice: Faker) -> str:
        while True:
            family, trade = voice.last_name(), self._rng.choice(country.trades)
            name = f"{family}{trade}株式会社" if country.code == "JP" else f"{family} {trade} {form}"
            if name in self._names:
                name = f"{family} & {voice.last_name()} {trade} {form}"
            if name not in self._names:
                self._names.add(name)
                return name

    def _once(self, country: Country, makers: dict[str, Callable[[Random], str]]) -> str:
        while True:
            number = makers[country.code](self._rng)
            if number not in self._numbers:
                self._numbers.add(number)
                return number

    def _street(self, country: Country, voice: Faker) -> str:
        street, house = voice.street_name() if country.code != "JP" else voice.town(), voice.building_number()
        if country.language == "en" or country.code == "FR":
            return f"{house} {street}"
        # a comma inside Address1: the joined address cannot be split again by its commas
        return f"{street}, {house}" if self._rng.random() < 0.1 else f"{street} {house}"

    def _terms(self, country: Country) -> tuple[Terms, ...]:
        rng = self._rng
        lead, second = self._companies
        group = rng.choice(GROUPS)
        agreed = [self._terms_in(lead, country, group)]
        if rng.random() < (0.8 if country.code == second.country else 0.35):
            agreed.append(self._terms_in(second, country, rng.choice((group, *GROUPS))))
        return tuple(agreed)

    def _terms_in(self, company: Company, country: Country, group: str) -> Terms:
        rng = self._rng
        tax_code = "V19" if country.code == company.country else rng.choice(("V0", "V0", "V19", "V7"))
        account = rng.choice([each for each in company.postable(self._today) if each.req_c != "Mandatory"])
        has_account = rng.random() < 0.85
        return Terms(
            company=company.number,
            terms=rng.choice(("0", "30", "30", "45", "60")),
            currency=country.currency,
            tax_code=tax_code,
            group=group,
            account=account.number if has_account else None,
            cost_center=rng.choice(company.parts["B"])[0] if has_account else None,
        )


_GAPS = (
    frozenset({"bizPhone"}),
    frozenset({"webSite", "GL_ACCOUNT"}),
    frozenset({"WWW"}),
    frozenset({"PHONE", "Cf_Categories"}),
    frozenset({"province", "currency", "PAYMENT_TERMS"}),
    frozenset({"Cf_Qualification", "Cf_Diversity", "SUPPLIER_GROUP"}),
)


def suppliers(scene: Scene, count: int) -> list[Supplier]:
    """All suppliers of both systems: in both, only in IFS, only in JAGGAER."""
    rng = scene.rng("suppliers")
    directory = Directory(scene, rng)
    presences = list(
        deal(
            count,
            ((ONLY_JAGGAER, 0.08), (BY_MARK, 0.12), (BY_NUMBER, 0.2), (BY_TAX, 0.07), (BY_REGISTRATION, 0.03)),
            ONLY_IFS,
        )
    )
    rng.shuffle(presences)
    made = [directory.supplier(at, presence) for at, presence in enumerate(presences)]
    made = [_with_gaps(supplier, at, rng) for at, supplier in enumerate(made)]
    for place, kind in spread(count, 0.05, KINDS).items():
        made[place] = _special(made[place], kind, scene.companies[0], scene.today)
        scene.specials.note(kind, made[place].number if made[place].in_ifs else str(made[place].bravo_id))
    _share_numbers(made)
    return _with_states(made, scene.specials)


def _with_gaps(supplier: Supplier, at: int, rng: Random) -> Supplier:
    if not (supplier.in_ifs and supplier.in_jaggaer):
        return supplier
    gaps = rng.choice(_GAPS) if rng.random() < 0.35 else frozenset()
    if supplier.presence in {BY_TAX, BY_REGISTRATION} or (supplier.presence == BY_MARK and at % 3 == 0):
        gaps |= {"extCode"}
    if supplier.presence == BY_REGISTRATION:
        gaps |= {"extUniqueCode"}
    return replace(supplier, gaps=gaps)


def _special(supplier: Supplier, kind: str, lead: Company, today: date) -> Supplier:
    """Turn an ordinary supplier into a special case of a kind."""
    supplier = replace(supplier, kind=kind)
    agreed = supplier.terms[0]
    match kind:
        case "supplier_account_unknown":
            agreed = replace(agreed, account=UNKNOWN_ACCOUNT)
        case "supplier_account_ended":
            agreed = replace(agreed, account=lead.ended(today).number)
        case "supplier_terms_unknown":
            agreed = replace(agreed, terms="14")
        case "supplier_legal_form_unknown":
            supplier = replace(supplier, form="OHG")
        case "supplier_name_too_long":
            return replace(supplier, presence=ONLY_JAGGAER, name=f"{supplier.name} — {'Niederlassung ' * 8}".strip())
        case "supplier_fields_conflict":
            return replace(supplier, presence=BY_NUMBER, gaps=frozenset())
        case "supplier_bank_conflict":
            rng = Random(supplier.number)
            return replace(supplier, presence=BY_NUMBER, gaps=frozenset(), iban=iban(rng, "DE"), bic=bic(rng, "DE"))
        case _:
            pass
    terms = (agreed, *supplier.terms[1:])
    return replace(supplier, presence=ONLY_IFS, gaps=frozenset(), terms=terms)


def _share_numbers(made: list[Supplier]) -> None:
    """Give the next ordinary supplier that is only in IFS the same tax number: branches of one group."""
    for at, supplier in enumerate(made):
        if supplier.kind in {"supplier_tax_number_shared", "supplier_tax_number_ambiguous"} and supplier.in_ifs:
            for other in range(at + 1, len(made)):
                if made[other].presence == ONLY_IFS and not made[other].kind:
                    made[other] = replace(made[other], tax_number=supplier.tax_number, kind=f"{supplier.kind}_second")
                    break


def _with_states(made: list[Supplier], specials: Specials) -> list[Supplier]:
    """Some are blocked or closed; some of those that only JAGGAER knows are not to be made in IFS."""
    only_jaggaer = [at for at, each in enumerate(made) if each.presence == ONLY_JAGGAER and not each.kind]
    for turn, at in enumerate(only_jaggaer[2::3]):
        made[at] = replace(made[at], status=("Blocked", "Closed")[turn % 2])
        specials.note("supplier_not_active", str(made[at].bravo_id))
    known = [at for at, each in enumerate(made) if each.in_ifs and not each.kind]
    for turn, at in enumerate(known[15::30]):
        made[at] = replace(made[at], status=("Blocked", "Blocked", "Closed")[turn % 3])
        specials.note("supplier_blocked", made[at].number)
    in_both = [at for at, each in enumerate(made) if each.ordinary and each.in_jaggaer]
    for at in in_both[12::60]:
        made[at] = replace(made[at], kind="supplier_status_differs")
        specials.note("supplier_status_differs", made[at].number)
    return made
