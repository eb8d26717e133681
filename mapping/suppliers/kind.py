"""The kind `suppliers`: both ways, a three-way merge of every field (DESIGN, suppliers)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from mapping.fields import at_ifs, one
from mapping.kinds import Case, Decision, Gathering, IfsRows, Instructions, Reach, Source, Write
from mapping.profile import Profile
from mapping.suppliers import decide
from mapping.suppliers.case import PARTS, RECORD, RESOURCE, SupplierCase, accounts_in_question, bravo_id
from mapping.suppliers.gather import GENERAL, OF_LEAD, Known, is_seller


def _named(attribute: str) -> Callable[[Row], str | None]:
    def leads_to(row: Row) -> str | None:
        number = one(at_ifs(row, attribute))
        return f"ifs:{number}" if number else None

    return leads_to


def _company(row: Row) -> str | None:
    bravo = bravo_id(row)
    return f"jaggaer:{bravo}" if bravo and is_seller(row) else None


_SOURCES = (
    Source("ifs", GENERAL, _named("SupplierId")),
    *(
        Source("ifs", name, _named(attribute), scope_attribute="Company" if head in OF_LEAD else None)
        for head, (name, attribute) in PARTS.items()
    ),
    Source("jaggaer", RESOURCE, _company),
)


class Suppliers:
    """Suppliers, from and to both systems. A document's key is the SupplierId, or "JAGGAER:<bravoId>"."""

    name = "suppliers"
    record = RECORD

    @property
    def sources(self) -> tuple[Source, ...]:
        return _SOURCES

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:  # noqa: ARG002 - the same in every profile
        """Accounts, and the numbers by which JAGGAER's companies are looked up."""
        by = ("BRAVOID", "extCode", "extUniqueCode", "fiscalCode")
        return (Reach("ifs", "account"), Reach("jaggaer", RESOURCE, filters=by))

    def gather(self, references: frozenset[str], profile: Profile) -> Gathering:
        """Every supplier that the references lead to, with its counterpart, in a handful of requests."""
        known = Known(profile)
        yield from known.asked_for(references)
        yield from known.counterparts()
        matches = known.matches()
        yield from known.rows_of_matched(matches)
        cases = known.cases(matches)
        accounts = accounts_in_question(cases, profile)
        if accounts:
            ask = IfsRows("account", "Account", accounts, (("Company", frozenset({profile.lead})),))
            rows = (yield (ask,)).rows(ask)
            found = {one(at_ifs(row, "Account")): row for row in rows}
            cases = [replace(case, accounts=found) for case in cases]
        gathered: list[Case] = list(cases)
        return gathered

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:
        """See `decide.decide`. Raises TypeError for the case of another kind."""
        if not isinstance(case, SupplierCase):
            raise TypeError(f"{type(case).__name__} is no supplier")
        return decide.decide(case, profile, as_of, told)

    def refused(self, write: Write, refusal: Rejected, profile: Profile) -> frozenset[str]:
        """The fields of a write that the target's refusal is about, for `Instructions.without` (DESIGN, law 9).

        Those whose place its words name; where they name none, all but the status, which goes first.
        """
        words = f"{refusal.field} {refusal}"
        fields = {change.field for change in write.changes}
        named = {field for field in fields if any(_says(words, name) for name in _names(field, profile))}
        return frozenset(named or fields - {"status"} or fields)


def _names(field: str, profile: Profile) -> list[str]:
    """What both systems call the field."""
    policy = profile.suppliers.fields.get(field)
    return [] if policy is None else [place.partition(".")[2] for place in (*policy.ifs, *policy.jaggaer)]


def _says(words: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", words) is not None


SUPPLIERS = Suppliers()
