"""Companies with their extended data, and the values of customer-defined fields (contracts/jaggaer.md 3, 4)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.jaggaer.fields import Flag, Instant, Text, Wire, unwrap


class CompanyInfo(Wire):
    """`returnCompanyInfo`: who the company is."""

    bravo_id: Text
    type: Text | None = None
    status: Text | None = None
    company_name: Text | None = None
    ext_code: Text | None = None
    ext_unique_code: Text | None = None
    fiscal_code: Text | None = None
    eu_vat: Text | None = None
    d_and_b_code: Text | None = None
    currency: Text | None = None
    biz_legal_struct: Text | None = None
    biz_email: Text | None = None
    biz_phone: Text | None = None
    biz_fax: Text | None = None
    web_site: Text | None = None
    address: Text | None = None
    zip: Text | None = None
    city: Text | None = None
    province: Text | None = None
    iso_country: Text | None = None
    user_name: Text | None = None
    user_sur_name: Text | None = None
    user_email: Text | None = None
    user_phone: Text | None = None
    last_mod_time: Instant | None = None


class DeValue(Wire):
    """One value of an extended field."""

    de_value: Text | None = None


class DeInfo(Wire):
    """One extended field with its values; none when it is empty."""

    name: Text
    type: Text | None = None
    values: Annotated[tuple[DeValue, ...], BeforeValidator(unwrap("value"))] = ()


class ExtendedData(Wire):
    """`deBasic`: the fields that the customer defined."""

    de_info: tuple[DeInfo, ...]

    def values(self, name: str) -> tuple[str, ...]:
        """All values of the extended field, in their order; empty when the field is empty."""
        return tuple(
            value.de_value
            for field in self.de_info
            if field.name == name
            for value in field.values
            if value.de_value is not None
        )

    def get(self, name: str) -> str | tuple[str, ...] | None:
        """One value, several as a tuple, or None for an empty field."""
        values = self.values(name)
        return values if len(values) > 1 else next(iter(values), None)


class CompanyProfile(Wire):
    """A supplier. `info` or `de` is None when that component did not come: unknown, not empty (law 11)."""

    info: CompanyInfo | None = Field(default=None, alias="returnCompanyInfo")
    de: ExtendedData | None = Field(default=None, alias="deBasic")


class CustomFieldValue(Wire):
    """One GL account, cost centre, project... of a customer-defined field."""

    custom_field: Text
    value: Text
    description: Text | None = None
    active: Flag | None = None
    last_update: Instant | None = None
