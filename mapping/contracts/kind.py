"""Contracts and their prices, JAGGAER to IFS: supplier agreements that planners see (DESIGN, contracts and prices)."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date

from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from mapping.contracts import decide, gather
from mapping.contracts.case import ContractCase
from mapping.contracts.model import AGREEMENT, PRICE, RECORD, RESOURCE
from mapping.fields import at_ifs, one
from mapping.kinds import Answers, Ask, Case, Decision, Instructions, Reach, Source, Write
from mapping.profile import Profile


def _contract(row: Row) -> str | None:
    return f"jaggaer:{row.key[-1]}" if row.key else None


def _agreement(row: Row) -> str | None:
    number = one(at_ifs(row, "AgreementId"))
    return f"ifs:{number}" if number else None


class Contracts:
    """JAGGAER's contracts; IFS's agreements are polled too, so that what a planner changes there is seen.

    A document's key is the contractReferenceCode. Contracts are no documents of a day: what is in effect counts,
    whenever it was made, so that no cut-over applies.
    """

    name = "contracts"
    record = RECORD
    sources = (
        Source("jaggaer", RESOURCE, _contract),
        Source("ifs", AGREEMENT, _agreement),
        Source("ifs", PRICE, _agreement),
    )

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:  # noqa: ARG002 - the same in every profile
        """The action that closes an agreement."""
        return (Reach("ifs", AGREEMENT, actions=("close",)),)

    def gather(self, references: frozenset[str], profile: Profile) -> Generator[tuple[Ask, ...], Answers, list[Case]]:
        """See `gather.gather`."""
        return gather.gather(references, profile)

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:
        """See `decide.decide`. Raises TypeError for the case of another kind."""
        if not isinstance(case, ContractCase):
            raise TypeError(f"{type(case).__name__} is no contract")
        return decide.decide(case, profile, as_of, told)

    def refused(self, write: Write, refusal: Rejected, profile: Profile) -> frozenset[str]:  # noqa: ARG002
        """The price that IFS refused: all others go (DESIGN, law 9); none for what was no price."""
        fields = (change.field.rpartition("].") for change in write.changes)
        return frozenset(f"{price}]" for price, mark, _ in fields if mark)


CONTRACTS = Contracts()
