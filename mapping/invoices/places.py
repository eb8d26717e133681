"""Where the lines of an invoice go: the accounts and code parts that it states, and those that it leaves to others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import Rejected
from mapping.distribution import Distribution, Share, from_jaggaer, of_order_line, split_by_others, whole
from mapping.remedies import add_below, blank, entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.ifs.models import PurchaseOrderLine
    from connectors.jaggaer.documents import SplitGroup
    from connectors.jaggaer.invoices import Invoice, InvoiceLine
    from mapping.invoices.case import InvoiceCase, KnownOrder
    from mapping.profile import Profile

_FIELD = "splittableFieldSetGroupList"


@dataclass(frozen=True, slots=True)
class Place:
    """The distribution of a line by code part letters; None where the invoice waits for what it depends on.

    `lent_by`: the leading company, where it is the supplier's default there that the line goes to, as its own company
    has none; "" for all else. `lent`: the codes that are taken from it. `own`: the line states its accounts itself.
    """

    distribution: Distribution | None
    lent_by: str = ""
    lent: frozenset[tuple[str, str]] = frozenset()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Where the lines of an invoice go in its company."""

    case: InvoiceCase
    invoice: Invoice
    company: str
    profile: Profile

    def of(self, line: InvoiceLine, order: KnownOrder | None, ordered: PurchaseOrderLine | None) -> Place:
        """The line's own distribution, else its order line's, the invoice's, the supplier's default account.

        A share that states its account stands by itself. One that states other code parts alone keeps them, and takes
        what it leaves out from the next of these, where that is one value.

        Raises:
            Rejected: nothing names an account, what a share leaves out is several there, or the line is split by
                custom fields that are no code parts.
        """
        stated = self._stated(line.split_groups)
        if stated is not None and _complete(stated):
            return Place(stated, own=True)
        theirs = of_order_line(ordered, order.shares) if order and ordered else None
        if theirs is not None:
            if stated is None:
                return Place(theirs)
            stated = self._filled(stated, theirs, "its order line")
        if stated is None or not _complete(stated):
            at_head = self._stated(self.invoice.header.split_groups)
            if at_head is not None:
                stated = self._filled(stated, at_head, "the head of the invoice") if stated else at_head
        if stated is not None and _complete(stated):
            return Place(stated)
        default = self._default()
        if stated is None or default.distribution is None:
            return default
        return replace(default, distribution=self._filled(stated, default.distribution, "the supplier"))

    def _stated(self, groups: Iterable[SplitGroup] | None) -> Distribution | None:
        """None where it says nothing of accounts and code parts."""
        groups = tuple(groups or ())
        fields = self.profile.of_company(self.company).code_parts
        made = from_jaggaer(groups, set(fields.values()).__contains__)
        if made is None:
            self._refuse_split_by_others(groups)
            return None
        if not all(share.codes for share in made.shares):
            raise Rejected(
                "a share names no account or code part, and others do",
                system="jaggaer",
                field=_FIELD,
                value=str(made),
                remedy=f"give every share its {fields['A']} at JAGGAER",
            )
        return made.renamed(lambda name: self.profile.code_part(self.company, name))

    def _refuse_split_by_others(self, groups: Iterable[SplitGroup]) -> None:
        """A split is meant to matter: where nobody knows how, it does not silently go to one place."""
        names = split_by_others(groups)
        if names is None:
            return
        known = ", ".join(self.profile.of_company(self.company).code_parts.values())
        seen = f"states {', '.join(names)} alone" if names else "states nothing"
        otherwise = f"in the invoice, whose company {self.company} knows {known}"
        remedy = f"state {known} in each share at JAGGAER, or take the split out of the line"
        raise Rejected(
            f"is split in several shares, and each {seen}: no custom field that is a code part of company "
            f"{self.company}",
            system="jaggaer",
            field=_FIELD,
            value=", ".join(names) or None,
            remedy=add_below("company_defaults.code_parts", entry(blank("code part"), names[0]), otherwise)
            if names
            else remedy,
        )

    def _filled(self, stated: Distribution, below: Distribution, whose: str) -> Distribution:
        shares = tuple(self._with(share, below.shares, whose) for share in stated.shares)
        return replace(stated, shares=shares)

    def _with(self, share: Share, others: Iterable[Share], whose: str) -> Share:
        """A share with what it leaves out: of several values none is taken by guess."""
        codes = dict(share.codes)
        if "A" in codes:
            return share
        said = [dict(other.codes) for other in others]
        for part in sorted({part for each in said for part in each} - codes.keys()):
            values = list(dict.fromkeys(each.get(part, "") for each in said))
            if len(values) > 1:
                name = self.profile.custom_field(self.company, part)
                several = ", ".join(value or "none" for value in values)
                raise Rejected(
                    f"a share states no {name}, and {whose} has several: {several}",
                    system="jaggaer",
                    field=_FIELD,
                    value=" ".join(
                        f"{self.profile.custom_field(self.company, at)}={value}" for at, value in share.codes
                    ),
                    remedy=f"state {name} in each share of the line at JAGGAER",
                )
            codes[part] = values[0]
        return replace(share, codes=tuple(sorted(codes.items())))

    def _default(self) -> Place:
        """The supplier's in the invoice's company, else in the leading one: JAGGAER shows and keeps that alone."""
        finance, lead = self.case.finance_in(self.company), self.profile.lead
        if finance is None:
            return Place(None)  # the invoice waits for it
        lender = finance if finance.cf_gl_account else self.case.finance_in(lead)
        if lender is None or not lender.cf_gl_account:
            raise Rejected(
                "no account: neither the invoice, nor an order, nor the supplier's default names one",
                system="jaggaer",
                field=_FIELD,
                remedy="give the line an account, or the supplier a default GL account",
            )
        centre = ((self._centre(), lender.cf_cost_center),) if lender.cf_cost_center else ()
        made = whole(("A", lender.cf_gl_account), *centre)
        return Place(made) if lender is finance else Place(made, lead, frozenset(made.shares[0].codes))

    def _centre(self) -> str:
        """The company's code part for cost centres: that of the custom field which B, theirs, has where they lead."""
        field = self.profile.of_company(self.profile.lead).code_parts.get("B")
        parts = self.profile.of_company(self.company).code_parts
        return next((part for part, name in parts.items() if name == field), "B")


def _complete(stated: Distribution) -> bool:
    return all(any(part == "A" for part, _ in share.codes) for share in stated.shares)
