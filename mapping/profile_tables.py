"""The tables of which a profile is made. What each key means is also told in docs/profile.md."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Table(BaseModel):
    """A table of the profile: frozen, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _attribute_type(value: str) -> str:
    known = ("text", "int", "decimal", "bool", "date", "timestamp", "absent")
    if value in known or value.startswith("enum:"):
        return value
    raise ValueError(f"{value!r} is none of {', '.join(known)} or enum:<literal type>")


def _zone(value: str) -> str:
    if value in {"utc", "aware"}:
        return value
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is neither utc, aware nor an IANA zone such as Europe/Berlin") from None


def spelt(pattern: str, otherwise: str) -> AfterValidator:
    """A text of this pattern; `otherwise` says in words what is wrong with another one."""

    def checked(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(otherwise)
        return value

    return AfterValidator(checked)


AttributeType = Annotated[str, AfterValidator(_attribute_type)]
Zone = Annotated[str, AfterValidator(_zone)]
Percent = Annotated[Decimal, Field(ge=0)]
Tolerated = Annotated[Decimal, Field(ge=0)]


class IfsSet(Table):
    """One entity set (contracts/ifs.md 2 and 4); names are the contract's, `renames` gives the tenant's.

    `strategy`: `modified` reads by `change`, `sweep` by all keys and ETags. `zone`: of its timestamps.
    `select`: `$select` is sent. `filter_state`: the server can filter on Objstate. `lines`: navigation
    under which rows are made together with their head; `actions`: bound actions by our name for them.
    """

    path: str
    keys: tuple[str, ...] = Field(min_length=1)
    attributes: dict[str, AttributeType]
    change: str = "LastModifiedDate"
    strategy: Literal["modified", "sweep"] = "modified"
    zone: Zone = "utc"
    select: bool = True
    filter_state: bool = True
    renames: dict[str, str] = {}
    lines: str = ""
    actions: dict[str, str] = {}
    given_by_server: tuple[str, ...] = ()

    @property
    def present(self) -> dict[str, str]:
        """The attributes that this tenant has, with their types."""
        return {name: kind for name, kind in self.attributes.items() if kind != "absent"}

    @model_validator(mode="after")
    def _names_known_attributes(self) -> Self:
        for name in (*self.keys, *self.renames, *self.given_by_server):
            if name not in self.attributes:
                raise ValueError(f"{name} is not listed in its attributes")
        for name in self.keys:
            if self.attributes[name] == "absent":
                raise ValueError(
                    f'attributes.{name} is "absent", but it is a key: without it no row can be told from another'
                    f" -> give {name} its type; where the tenant calls it otherwise, name it by renames"
                )
        if self.strategy == "modified" and self.attributes.get(self.change, "absent") == "absent":
            raise ValueError(f"change names {self.change}, which this set lacks: set strategy to 'sweep'")
        return self


class JaggaerResource(Table):
    """One resource (contracts/jaggaer.md); places are dotted paths inside a record.

    `id`: where the id stands by which a record is read whole, the last of `key` if empty. `parts`: `comp`.
    `always`: a filter that every list carries. `filters`: the contract's filter fields = the tenant's.
    """

    module: str
    path: str = ""
    container: str
    key: tuple[str, ...] = Field(min_length=1)
    id: str = ""
    modified: str
    modified_filter: str
    parts: tuple[str, ...] = ()
    always: dict[str, str] = {}
    filters: dict[str, str]


class Jaggaer(Table):
    resources: dict[str, JaggaerResource]
    words: dict[str, dict[str, str]] = {}


class Ifs(Table):
    sets: dict[str, IfsSet]


Does = Literal["post", "hold", "reject"]
CauseKey = Literal["price", "quantity", "not_received", "over_invoiced", "unknown_line"]


class Match(Table):
    """Tolerances of the three-way match, and what a discrepancy does.

    Percent of what is due, and amounts: `quantity_amount` by IFS's unit, `price_amount` of a line's net by
    currency; what is not listed has no such limit. `within`: where both are set, `both` limits are kept or
    `either` is enough. `on_cause` says what one cause does, where that differs from `on_discrepancy`.
    """

    quantity_percent: Percent
    quantity_amount: dict[str, Tolerated] = {}
    price_percent: Percent
    price_amount: dict[str, Tolerated] = {}
    within: Literal["both", "either"] = "both"
    on_discrepancy: Does
    on_cause: dict[CauseKey, Does] = {}

    def does(self, cause: str) -> Does:
        """What a discrepancy of that cause does, by its key."""
        return {str(name): does for name, does in self.on_cause.items()}.get(cause, self.on_discrepancy)


class Company(Table):
    """What a company sets. Account numbers are its own; `code_parts`: code part = custom field."""

    clearing_account: str
    tax_account: str
    voucher_type: str
    invoices_without_order: Literal["proposal", "voucher"]
    closed_period: Literal["hold", "next_open"]
    payment_status_back: bool
    requisitions: bool
    code_parts: dict[str, str]
    match: Match

    @model_validator(mode="after")
    def _code_parts_one_to_one(self) -> Self:
        if "A" not in self.code_parts:
            raise ValueError("code_parts lacks A, the account")
        if len(set(self.code_parts.values())) < len(self.code_parts):
            raise ValueError("two code parts have the same custom field: one to one, please")
        return self


class Limits(Table):
    """The brake (DESIGN, law 11): the greater of a number and a percentage; and the age that alerts."""

    brake_least: int = Field(ge=0)
    brake_percent: Percent
    closed_orders_percent: Percent
    waiting_alert_hours: Decimal = Field(gt=0)


Form = Annotated[
    str,
    spelt(
        r"text|key|number|country|currency|joined|several|account|bank|map:\w+",
        "is none of text, key, number, country, currency, joined, several, account, bank, map:<name of a value map>",
    ),
]


class FieldPolicy(Table):
    """Where a supplier's field stands on both sides, how it is compared, which way it goes, who wins."""

    ifs: tuple[str, ...] = Field(min_length=1)
    jaggaer: tuple[str, ...] = Field(min_length=1)
    form: Form = "text"
    direction: Literal["both", "from_ifs", "from_jaggaer"] = "both"
    winner: Literal["ifs", "jaggaer", "manual", "stricter"] = "manual"
    longest: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _stricter_of_words(self) -> Self:
        if self.winner == "stricter" and not self.form.startswith("map:"):
            raise ValueError("winner 'stricter' needs the form map:<name>, whose words go from mild to strict")
        return self

    @model_validator(mode="after")
    def _places(self) -> Self:
        rows = {"general", "address", "contact", "finance", "bank", "purchase"}
        for place, known in [*((p, rows) for p in self.ifs), *((p, {"info", "de"}) for p in self.jaggaer)]:
            head, _, name = place.partition(".")
            if head not in known or not name:
                raise ValueError(f"{place!r} begins with none of {', '.join(sorted(known))} and a point")
        return self


class PurchaseOrders(Table):
    """Orders: whether what was changed in IFS of the supplier's acknowledgement is restored, or listed.

    `confirm`: IFS confirms an order once it has the number of its acknowledgement.
    """

    put_back: bool
    confirm: bool


class Contracts(Table):
    """Contracts: whether what was changed in IFS on an agreement of ours is restored, or listed."""

    put_back: bool


class Suppliers(Table):
    """Suppliers: when one is made in IFS and under which number, and its fields."""

    create_in_ifs: Literal["off", "active", "qualified"]
    qualified: tuple[str, ...]
    supplier_number: str
    put_back: bool
    compare_names: bool
    new_ifs: dict[str, dict[str, str | bool]]
    fields: dict[str, FieldPolicy]

    @model_validator(mode="after")
    def _number_rule(self) -> Self:
        if self.supplier_number == "series":
            return self
        try:
            one, other = (self.supplier_number.format(bravoId=n) for n in ("1", "2"))
        except (KeyError, IndexError, ValueError):
            one = other = ""
        if one == other:
            raise ValueError("supplier_number is 'series' or a pattern with {bravoId}")
        return self
