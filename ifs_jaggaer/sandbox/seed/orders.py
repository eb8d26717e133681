"""Purchase orders whose arithmetic holds, and some whose does not (contracts/mapping.md, purchase orders)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from ifs_jaggaer.sandbox.seed.companies import UNKNOWN_ACCOUNT, Coding, Company, Site
from ifs_jaggaer.sandbox.seed.model import deal, spread
from ifs_jaggaer.sandbox.seed.money import EXPONENT, HUNDRED, ZERO, minor, on_a_tie, rounded, unit_price
from ifs_jaggaer.sandbox.seed.scene import Scene
from ifs_jaggaer.sandbox.seed.suppliers import Supplier

UNITS = {"PCS": "EA", "KG": "KGM", "M": "MTR", "H": "HUR", "L": "LTR"}
KINDS = (
    "order_unit_unknown",
    "order_line_not_tying",
    "order_total_not_tying",
    "order_supplier_uncertain",
    "order_supplier_unknown",
    "order_account_unknown",
    "order_split_not_100",
    "order_terms_unknown",
)
UNKNOWN_SUPPLIER = "0009999999"
NOTES = (
    "Lieferung an Tor 4 — „Wareneingang Süd“, bitte 24 h vorher avisieren.",
    'Certificate 3.1 per EN 10204 required; mark parcels "URGENT — O\'Brien".',
    "Proszę o potwierdzenie terminu; kontakt: Żaneta Wójcik, tel. wew. 12",
    "Livraison à l'entrepôt de Vénissieux, quai n° 7 (sauf août)",
    "Zeichnung A-4711/Rev. B ≥ gültig; 5 % Übermenge zulässig",
)
PARTS = (
    ("Gußgehäuse, Größe 2", "PCS"), ("Welle Ø 40 x 320", "PCS"), ("Kugellager 6204-2RS", "PCS"),
    ("Blech S355, 8 mm", "KG"), ("Rundstahl 42CrMo4", "KG"), ("Schweißdraht 1,2 mm", "KG"),
    ("Hydraulikschlauch DN 12", "M"), ("Steuerleitung 4x0,5²", "M"), ("Kühlschmierstoff", "L"),
    ("Hydrauliköl HLP 46", "L"), ('Dichtring 3/4"', "PCS"), ("Œillet laiton", "PCS"),
)  # fmt: skip
SERVICES = (
    "Lohnfräsen nach Zeichnung",
    "Wartung Kran 2",
    "Prüfung nach DGUV",
    "Doradztwo techniczne",
    "Conseil qualité",
)
SPLITS = (
    ("33.33", "33.33", "33.34"), ("50", "50"), ("60", "40"), ("70", "20", "10"), ("12.5", "87.5"),
)  # fmt: skip
FACTORS = ("0.01", "2.75", "0.354", "1.0936", "0.00025", "7.85")
_DEARER = {Decimal("0.01"): 50, Decimal("0.00025"): 900}
"""A price for a hundred or for a ton is higher, so that the line keeps a believable value."""

Split = tuple[Decimal, Coding]


@dataclass(frozen=True)
class Line:
    line_no: str
    release_no: str
    part: str | None
    text: str
    unit: str
    quantity: Decimal
    price: Decimal
    price_unit: str
    factor: Decimal
    discount: Decimal
    extra: Decimal
    net: Decimal
    tax_code: str
    state: str
    wanted: date | None
    planned: date
    service: str | None
    splits: tuple[Split, ...]
    received: Decimal = ZERO
    invoiced: Decimal = ZERO
    note: str | None = None

    @property
    def unit_price(self) -> Decimal:
        return unit_price(self.price, self.factor)

    @property
    def number(self) -> str:
        """The line number at JAGGAER."""
        return f"{self.line_no}-{self.release_no}"


@dataclass(frozen=True)
class Order:
    number: str
    vendor: str
    supplier: Supplier
    company: Company
    site: Site
    currency: str
    terms: str
    state: str
    ordered: date
    total: Decimal
    lines: tuple[Line, ...]
    buyer: str
    note: str | None
    kind: str = ""
    before_cutover: bool = False
    """Invoiced in full before the synchronisation began: credit memos refer to it."""

    @property
    def invoices(self) -> bool:
        """Something was received that ordinary invoices may bill."""
        return not self.kind and self.state in {"Arrived", "Received"} and self.supplier.invoices


def value(line: Line, quantity: Decimal) -> Decimal:
    """Exact value of a quantity less discount, without AdditionalCost, unrounded."""
    return quantity * line.unit_price * (HUNDRED - line.discount) / HUNDRED


def doubtful(line: Line, quantity: Decimal, currency: str) -> bool:
    """Whether the rule of rounding would decide on a minor unit; the seed has no such line."""
    return on_a_tie(value(line, quantity), currency) or on_a_tie(quantity * line.unit_price, currency)


class Purchasing:
    """Makes orders one by one."""

    def __init__(self, scene: Scene, rng: Random, suppliers: list[Supplier]) -> None:
        self._rng = rng
        self._companies = scene.companies
        self._today = scene.today
        self._ordinary = [each for each in suppliers if each.ordinary]
        # those whose invoices JAGGAER has are the main suppliers
        self._weights = [6 if each.invoices else 1 for each in self._ordinary]
        self._uncertain = [each for each in suppliers if each.in_ifs and each.kind.startswith("supplier_tax_number")]

    @property
    def possible(self) -> bool:
        return bool(self._ordinary)

    def order(self, at: int, state: str, kind: str) -> Order:
        rng = self._rng
        supplier = rng.choices(self._ordinary, self._weights)[0]
        if kind == "order_supplier_uncertain" and self._uncertain:
            supplier = rng.choice(self._uncertain)
        terms = rng.choice(supplier.terms)
        company = next(each for each in self._companies if each.number == terms.company)
        currency = rng.choice((terms.currency,) * 8 + ("EUR", "USD")) if terms.currency != "TND" else "TND"
        ordered = self._today - timedelta(days=rng.randrange(5, 220))
        count = rng.choice((1, 1, 1, 2, 2, 3, 4, 5, 12)) if at % 50 else 14
        lines = [self._line(place, company, currency, terms.tax_code, ordered) for place in range(1, count + 1)]
        lines = _with_second_release(lines, rng)
        lines = [_in_state(line, currency, state, place, rng) for place, line in enumerate(lines)]
        order = Order(
            number=f"P{100_000 + at}",
            vendor=supplier.number,
            supplier=supplier,
            company=company,
            site=rng.choice(company.sites),
            currency=currency,
            terms=terms.terms,
            state=state,
            ordered=ordered,
            total=_total(lines),
            lines=tuple(lines),
            buyer=supplier.buyer,
            note=rng.choice(NOTES) if rng.random() < 0.4 else None,
            kind=kind,
        )
        return _special(order, kind) if kind else order

    def _line(self, place: int, company: Company, currency: str, tax_code: str, ordered: date) -> Line:
        rng = self._rng
        service = rng.random() < 0.12
        text, unit = (rng.choice(SERVICES), "H") if service else rng.choice(PARTS)
        wanted = ordered + timedelta(days=rng.randrange(10, 90))
        line = Line(
            line_no=str(place),
            release_no="1",
            part=None if service else f"{rng.randrange(10, 99)}-{rng.randrange(10_000, 99_999)}",
            text=text,
            unit=unit,
            quantity=_quantity(unit, rng),
            price=_price(currency, rng),
            price_unit=unit,
            factor=Decimal(1),
            discount=rng.choice((ZERO,) * 6 + (Decimal(3), Decimal("7.5"), Decimal("12.25"))),
            extra=rng.randrange(100, 9000) * minor(currency) if rng.random() < 0.08 else ZERO,
            net=ZERO,
            tax_code="V7" if tax_code == "V19" and rng.random() < 0.1 else tax_code,
            state="",
            wanted=None if service and rng.random() < 0.5 else wanted,
            planned=wanted + timedelta(days=3),
            service="SERVICE" if service else None,
            splits=self._splits(company),
            note=rng.choice(NOTES) if rng.random() < 0.15 else None,
        )
        if not service and rng.random() < 0.15:
            factor = Decimal(rng.choice(FACTORS))
            line = replace(line, factor=factor, price=line.price * _DEARER.get(factor, 1), price_unit="KG")
        while doubtful(line, line.quantity, currency):
            line = replace(line, quantity=line.quantity + 1, price=line.price + minor(currency))
        return replace(line, net=rounded(value(line, line.quantity), currency) + line.extra)

    def _splits(self, company: Company) -> tuple[Split, ...]:
        shares = self._rng.choice(SPLITS) if self._rng.random() < 0.14 else ("100",)
        codings: list[Coding] = []
        while len(codings) < len(shares):
            coding = company.coding(self._rng, self._today)
            if coding not in codings:
                codings.append(coding)
        return tuple((Decimal(share), coding) for share, coding in zip(shares, codings, strict=True))


def _quantity(unit: str, rng: Random) -> Decimal:
    if unit == "PCS":
        return Decimal(rng.choice((rng.randrange(1, 40), rng.randrange(10, 900))))
    if unit == "H":
        return Decimal(rng.randrange(4, 400)) / 4
    return Decimal(rng.randrange(15, 9000)) / 10


def _price(currency: str, rng: Random) -> Decimal:
    cents = Decimal(rng.randrange(120, 48_000)) / 100
    if currency == "JPY":
        return Decimal(int(cents * 90)) / (1 if rng.random() < 0.8 else 10)
    extra = rng.choice((0, 0, 0, 1, 2))
    return cents + Decimal(rng.randrange(10**extra)).scaleb(-EXPONENT.get(currency, 2) - extra)


def _total(lines: list[Line]) -> Decimal:
    return sum((line.net for line in lines if line.state != "Cancelled"), ZERO)


def _with_second_release(lines: list[Line], rng: Random) -> list[Line]:
    """Now and then a line is delivered in two releases."""
    if rng.random() > 0.1:
        return lines
    last = lines[-1]
    return [*lines, replace(last, release_no="2", planned=last.planned + timedelta(days=30))]


def _in_state(line: Line, currency: str, state: str, place: int, rng: Random) -> Line:
    """A line in an order of this state; single lines are cancelled or closed."""
    if place and state in {"Released", "Confirmed", "Received"} and rng.random() < 0.05:
        return replace(line, state=rng.choice(("Cancelled", "Closed")))
    if state in {"Received", "Closed"}:
        billed = line.quantity if state == "Closed" else ZERO
        return replace(line, state=state, received=line.quantity, invoiced=billed)
    if state == "Arrived":
        if place % 2:
            return replace(line, state="Received", received=line.quantity)
        part = line.quantity / 2 // 1
        whole = part == 0 or doubtful(line, part, currency)
        return replace(line, state="Arrived", received=line.quantity if whole else part)
    return replace(line, state=state)


def _special(order: Order, kind: str) -> Order:
    first = order.lines[0]
    match kind:
        case "order_unit_unknown":
            first = replace(first, unit="PAL")
        case "order_line_not_tying":
            first = replace(first, net=first.net + 100 * minor(order.currency))
        case "order_total_not_tying":
            order = replace(order, total=order.total + 1000 * minor(order.currency))
        case "order_supplier_unknown":
            order = replace(order, vendor=UNKNOWN_SUPPLIER)
        case "order_account_unknown":
            first = replace(first, splits=((HUNDRED, {"A": UNKNOWN_ACCOUNT}),))
        case "order_split_not_100":
            coding = first.splits[0][1]
            others = ({**coding, "D": "OC10"}, {**coding, "D": "OC11"})
            first = replace(first, splits=tuple((Decimal("33.33"), each) for each in (coding, *others)))
        case "order_terms_unknown":
            order = replace(order, terms="14")
        case _:
            pass
    lines = [first, *order.lines[1:]]
    total = _total(lines) if kind == "order_line_not_tying" else order.total
    return replace(order, lines=tuple(lines), total=total)


def orders(scene: Scene, count: int, suppliers: list[Supplier]) -> list[Order]:
    """Orders in all states; those released, confirmed, arrived and received dominate."""
    rng = scene.rng("orders")
    purchasing = Purchasing(scene, rng, suppliers)
    if not purchasing.possible:
        return []
    shares = (
        ("Planned", 0.015), ("Stopped", 0.01), ("Closed", 0.02), ("Cancelled", 0.015),
        ("Released", 0.22), ("Confirmed", 0.18), ("Arrived", 0.12),
    )  # fmt: skip
    states = list(deal(count, shares, "Received"))
    rng.shuffle(states)
    kinds = spread(count, 0.05, KINDS)
    made = []
    for at, state in enumerate(states):
        kind = kinds.get(at, "")
        order = purchasing.order(at, "Released" if kind else state, kind)
        if kind:
            scene.specials.note(kind, order.number)
        elif state in {"Planned", "Stopped", "Closed", "Cancelled"}:
            scene.specials.note(f"order_{state.lower()}", order.number)
        made.append(order)
    return _invoiced_before(made)


def _invoiced_before(made: list[Order]) -> list[Order]:
    """One of ten received orders was invoiced in full before the cut-over."""
    billed = [at for at, order in enumerate(made) if order.invoices and order.state == "Received"][4::10]
    for at in billed:
        lines = tuple(replace(line, invoiced=line.received) for line in made[at].lines)
        made[at] = replace(made[at], lines=lines, before_cutover=True)
    return made
