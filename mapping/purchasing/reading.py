"""What reading an order or a requisition from IFS needs and gives, whichever of the two it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mapping.purchasing.model import Place

if TYPE_CHECKING:
    from connectors.ifs.models import Site
    from mapping.kinds import Item
    from mapping.money import Money
    from mapping.profile import Profile
    from mapping.purchasing.lines import LineKey
    from mapping.purchasing.model import Order


@dataclass(frozen=True, slots=True)
class Reading:
    """The document as far as it could be read: with `items` it must not be sent, those `aside` keep nothing back.

    `order` has the lines that IFS has; `amount` counts towards the run's totals when it is sent.
    """

    order: Order
    items: tuple[Item, ...]
    notes: tuple[str, ...]
    aside: tuple[Item, ...] = ()
    amount: Money | None = None


class Rows(Protocol):
    """The rows of one document in IFS."""

    @property
    def state(self) -> str: ...

    @property
    def company(self) -> str:
        """The company that it is bought for; "" where IFS does not say."""

    @property
    def keys(self) -> list[LineKey]:
        """Those of its lines."""

    @property
    def stated(self) -> Money | None:
        """Its total, where IFS states one."""

    def read(self, profile: Profile, base: Order | None) -> Reading:
        """The document in JAGGAER's terms.

        `base` is what JAGGAER has of it: what did not come from IFS stays as it is there.
        """


def ship_to(site: Site | None, code: str, base: Order | None) -> Place:
    """The site's address; where the site does not come, what `base` has of it."""
    if site is None:
        return base.ship_to if base and base.ship_to.code == code else Place(code)
    return Place(
        code=code,
        lines=tuple(filter(None, (site.address1, site.address2))),
        city=site.city or "",
        postal_code=site.zip_code or "",
        country=site.country or "",
    )
