"""What all makers of the seed share."""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from ifs_jaggaer.sandbox.seed.companies import Company
from ifs_jaggaer.sandbox.seed.model import Specials


@dataclass(frozen=True)
class Scene:
    """The moment, the buying companies, the special cases found so far."""

    seed: int
    now: datetime
    companies: tuple[Company, Company]
    specials: Specials = field(default_factory=Specials)

    @property
    def today(self) -> date:
        return self.now.date()

    def rng(self, what: str) -> Random:
        """A source of chance of its own for each kind of record, so that sizes do not disturb each other."""
        return Random(f"{self.seed}/{what}")
