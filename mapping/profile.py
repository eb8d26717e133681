"""The tenant profile: paths, names, value maps and policies, as data (contracts/*.md; docs/profile.md).

The shipped `profiles/standard.toml` is complete; a customer's file is laid over it.
"""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from ifs_jaggaer.errors import Rejected, SettingsError
from mapping import countries, money, profile_extras, profile_file
from mapping.profile_extras import ExtraFields
from mapping.profile_tables import (
    Company,
    Contracts,
    Ifs,
    IfsSet,
    Jaggaer,
    JaggaerResource,
    Limits,
    PurchaseOrders,
    Suppliers,
    Table,
    spelt,
)
from mapping.remedies import add_below, blank, entry
from mapping.value_maps import NamedMap, PassedWord, ValueMap

STANDARD = Path(__file__).parent / "profiles" / "standard.toml"

TOPS = {
    "hook": re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"),
    "companies": re.compile(r".*"),
    "lead_company": re.compile(r".*"),
    "eu_countries": re.compile(r".*"),
}
"""Keys that stand above all tables, and what their values look like: a unit may well be called "hook"."""


class Profile(Table):
    """All that differs from tenant to tenant.

    `hook`: a customer's own code (docs/customising.md). `companies`: those in scope. `company_defaults` and
    `company`: read them by `of_company`.
    """

    name: str
    hook: Annotated[
        str,
        spelt(
            f"({TOPS['hook'].pattern})?",
            "does not name a class in a module -> write package.module:Class, with a colon before the class, "
            'such as "acme_purchasing.rules:Rules"',
        ),
    ] = ""
    companies: tuple[str, ...] = Field(min_length=1)
    lead_company: str
    eu_countries: tuple[str, ...]
    currencies: dict[str, int]
    countries: dict[str, str]
    company: dict[str, Company]
    company_defaults: Company
    limits: Limits
    maps: dict[str, ValueMap]
    suppliers: Suppliers
    contracts: Contracts
    extra_fields: ExtraFields = ExtraFields()
    purchase_orders: PurchaseOrders
    ifs: Ifs
    jaggaer: Jaggaer

    _hash_key: bytes = PrivateAttr(default=b"")
    _passed: set[PassedWord] | None = PrivateAttr(default=None)

    @classmethod
    def load(cls, path: Path | str | None = None) -> Self:
        """The shipped profile, with the customer's file laid over it.

        Raises:
            SettingsError: the file cannot be read or says something wrong; names file, line or key
                path, and the remedy.
        """
        shipped = profile_file.read(STANDARD)
        if path is None:
            return cls.of(shipped, STANDARD)
        own = profile_file.read(Path(path))
        profile_file.refuse_misplaced(own, TOPS, Path(path))
        return cls.of(profile_file.lay_over(shipped, own), Path(path), shipped)

    @classmethod
    def of(cls, tree: dict[str, Any], path: Path, shipped: dict[str, Any] | None = None) -> Self:
        """The profile that these tables state; `path` is named in what is refused."""
        defaults = tree.get("company_defaults", {})
        company = tree.get("company", {})
        if isinstance(company, dict) and isinstance(defaults, dict):
            company = {
                name: profile_file.lay_over(defaults, own) if isinstance(own, dict) else own
                for name, own in company.items()
            }
        try:
            return cls.model_validate(tree | {"company": company})
        except ValidationError as error:
            raise profile_file.refusal(error, cls, path, shipped or tree) from None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.lead_company and self.lead_company not in self.companies:
            raise ValueError(f"lead_company {self.lead_company!r} is not among companies")
        for company in self.company:
            if company not in self.companies:
                raise ValueError(f"company.{company} is not among companies")
        return self

    @model_validator(mode="after")
    def _fields_name_what_is_there(self) -> Self:
        for field, policy in self.suppliers.fields.items():
            form, _, named = policy.form.partition(":")
            if form == "map" and named not in self.maps:
                raise ValueError(f"suppliers.fields.{field}.form names maps.{named}, which is not there")
            for place in policy.ifs:
                head, _, name = place.partition(".")
                if head != "contact" and name not in self.ifs.sets[f"supplier_{head}"].attributes:
                    raise ValueError(
                        f"suppliers.fields.{field}.ifs: {name} is not listed in ifs.sets.supplier_{head}.attributes"
                    )
        return self

    @model_validator(mode="after")
    def _extra_fields_have_places(self) -> Self:
        for fault in profile_extras.faults(self):
            raise ValueError(fault)
        return self

    @model_validator(mode="after")
    def _words_mean_something(self) -> Self:
        for tax_code, percent in self.maps["tax_rate"].values.items() if "tax_rate" in self.maps else ():
            try:
                money.decimal(percent, tax_code)
            except Rejected:
                raise ValueError(f"maps.tax_rate.values.{tax_code}: {percent!r} is no percentage") from None
        for document, words in self.jaggaer.words.items():
            if len(set(words.values())) < len(words):
                raise ValueError(f"jaggaer.words.{document}: two words are the same at JAGGAER")
        return self

    # --- bank accounts ---

    @property
    def hash_key(self) -> bytes:
        """Key of the hash under which bank accounts are kept; given by the installation, never in a file."""
        return self._hash_key

    def with_hash_key(self, key: bytes) -> Self:
        """The same profile with the installation's secret key for bank accounts."""
        own = self.model_copy()
        own._hash_key = key  # noqa: SLF001
        return own

    # --- companies ---

    @property
    def lead(self) -> str:
        """The leading company: whose finance data JAGGAER shows, whose descriptions count."""
        return self.lead_company or self.companies[0]

    def of_company(self, company: str) -> Company:
        """What this company sets, else the defaults."""
        return self.company.get(company, self.company_defaults)

    def leaves_out(self, company: str) -> str:
        """Says that a company is none of those in scope."""
        return f"company {company} is not in {', '.join(self.companies)}"

    def custom_field(self, company: str, code_part: str) -> str:
        """JAGGAER's custom field of a code part (A is the account). Raises Rejected where there is none."""
        name = self.of_company(company).code_parts.get(code_part)
        if name is None:
            raise Rejected(
                f"code part {code_part} of company {company} has no custom field",
                system="ifs",
                field=f"Code{code_part}",
                value=code_part,
                remedy=add_below("company_defaults.code_parts", entry(code_part, blank("custom field"))),
            )
        return name

    def code_part(self, company: str, custom_field: str) -> str:
        """The code part that JAGGAER's custom field stands for. Raises Rejected where there is none."""
        for part, name in self.of_company(company).code_parts.items():
            if name == custom_field:
                return part
        raise Rejected(
            f"custom field {custom_field} is no code part of company {company}",
            system="jaggaer",
            field=custom_field,
            value=custom_field,
            remedy=add_below("company_defaults.code_parts", entry(blank("code part"), custom_field)),
        )

    def business_unit(self, company: str, site: str = "") -> str:
        """JAGGAER's business unit: of the site where the map names "company/site", else of the company.

        Raises Rejected where the map has neither.
        """
        units = self.map("business_unit")
        of_site = f"{company}/{site}"
        return units.to_jaggaer(of_site if of_site in self.maps["business_unit"].values else company, "Company")

    def company_of(self, business_unit: str) -> str:
        """The company whose unit it is, or in which its site lies. Raises Rejected where the map lacks it."""
        return self.map("business_unit").to_ifs(business_unit, "businessUnit").partition("/")[0]

    # --- words ---

    def map(self, name: str) -> NamedMap:
        """A value map by its name. Raises SettingsError where the profile lacks it."""
        if name not in self.maps:
            raise SettingsError(f"profile {self.name}: maps.{name} is missing", remedy="state it")
        return NamedMap(name, self.maps[name], self._passed)

    def noting(self, passed: set[PassedWord]) -> Self:
        """The same profile, which also collects what its maps hand over as it is."""
        own = self.model_copy()
        own._passed = passed  # noqa: SLF001
        return own

    def words(self, document: str) -> NamedMap:
        """Status words of a JAGGAER document ("order", "order_line", "invoice", ...).

        `to_jaggaer` gives the tenant's word for the contract's, `to_ifs` the contract's for the tenant's.
        """
        return NamedMap(document, ValueMap(default="same", values=self.jaggaer.words.get(document, {})))

    def tax_rate(self, tax_code: str) -> Decimal | None:
        """Percent of a tax code as the profile states it, None where it does not."""
        percent = self.maps["tax_rate"].values.get(tax_code)
        return None if percent is None else Decimal(percent)

    def currency(self, code: str) -> money.Currency:
        """The currency of that code. Raises Rejected where it is not known."""
        return money.currency(code, self.currencies)

    def country(self, code: str) -> str:
        """The country in two letters. Raises Rejected where it is not known."""
        return countries.two_letters(code, self.countries)

    # --- wire ---

    def ifs_set(self, name: str) -> IfsSet:
        """An entity set by its logical name, e.g. `purchase_order`."""
        return self.ifs.sets[name]

    def resource(self, name: str) -> JaggaerResource:
        """A JAGGAER resource by its logical name, e.g. `purchaseorders`."""
        return self.jaggaer.resources[name]

    def fingerprint(self) -> str:
        """Changes when anything in the profile changes: then a backfill is offered (DESIGN, watermarks)."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
