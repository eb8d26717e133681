"""A posting in IFS and the invoice that it was made of: what a person changed since, on either side.

Nothing of it is rewritten; each is an item that says what differs and what can be done (DESIGN, invoices).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.export_status import SUCCESS
from mapping.invoices.extras import changed_extras
from mapping.invoices.made import DATES, SERIE
from mapping.invoices.model import alike, header_print, number_of, whole_print
from mapping.invoices.said import changes, in_words
from mapping.kinds import Item, ItemKind
from mapping.money import exact_sum, plain
from mapping.remedies import resolve
from mapping.watching import any_of

if TYPE_CHECKING:
    from connectors.jaggaer.invoices import InvoiceHeader
    from mapping.invoices.case import InvoiceCase
    from mapping.invoices.made import Made
    from mapping.profile import Profile

_ZERO = Decimal(0)


def lost(case: InvoiceCase) -> Item:
    """A lost permission looks like a document that was deleted."""
    company, _, number = (case.link.ifs_key if case.link else "").partition(":")
    if case.posted_as_voucher:
        what = f"voucher {number}"
        mark = f"reference {SERIE} {case.invoice_id}"
    else:
        what, mark = f"posting proposal {number}", f"source reference {case.mark}"
    return Item(
        ItemKind.HELD,
        "SourceReference",
        case.mark,
        f"IFS no longer shows {what} of company {company}, which was posted of it: unknown, not gone",
        f"look for {what} ({mark}) in IFS: if it is there, let our service user see it (its permission on "
        f"{'vouchers' if case.posted_as_voucher else 'posting proposals'}, company {company} among its allowed "
        f"companies); if it was deleted, enter the invoice there by hand with that {mark.partition(' JAG')[0]}. "
        "It then closes by itself",
        any_of(case.watch),
    )


def changed(case: InvoiceCase, header: InvoiceHeader, one: Made, profile: Profile) -> list[Item]:
    """A person's changes to what was posted, on either side; never rewritten."""
    if one.cancelled:
        return [
            _conflict(
                case,
                "Objstate",
                "Cancelled",
                f"its {one.what} {one.key} was cancelled in IFS",
                "post it in IFS by hand, or withdraw it at JAGGAER; nothing is posted again by itself",
                ifs="Cancelled",
            )
        ]
    found = [_altered(case, one)] if one.stands else []
    if not case.kept("posted"):
        found.append(_against_posting(case, header, one))
        return [each for each in found if each]
    known = case.kept("fingerprint")
    differs = bool(case.whole and known and known != whole_print(case.whole))
    extras = changed_extras(case, header, profile)
    if differs or extras or case.kept("header") != header_print(header):
        found.append(_changed_there(case, header, one, extras))
    return [each for each in found if each]


def _changed_there(case: InvoiceCase, header: InvoiceHeader, one: Made, extras: str) -> Item:
    found = changes(case, header)
    said = "; ".join(filter(None, (in_words(found), extras)))
    both = {"ifs": found[0][1], "jaggaer": found[0][2]} if found else {}
    return _conflict(
        case,
        "invoice",
        case.invoice_id,
        f"changed at JAGGAER after it was posted as {one.what} {one.key}: "
        f"{said or 'in its lines or its accounting, of which was not kept what they were'}",
        f"correct {one.what} {one.key} in IFS by hand, or change the invoice back at JAGGAER",
        **both,
    )


def _altered(case: InvoiceCase, one: Made) -> Item | None:
    """Whoever completes a document in IFS may set its dates."""
    finished = case.kept("told") == SUCCESS
    altered = {name: both for name, both in case.altered(one).items() if finished or name not in DATES}
    if not altered:
        return None
    said = "; ".join(_alteration(name, *both) for name, both in altered.items())
    name, (was, now) = next(iter(altered.items()))
    reason = f"{one.what} {one.key} was changed in IFS after it was posted: {said}"
    remedy = "change it back in IFS, which closes this, or correct it at JAGGAER"
    return _conflict(case, name, now, reason, remedy, ifs=now, jaggaer=was)


def _against_posting(case: InvoiceCase, header: InvoiceHeader, one: Made) -> Item | None:
    """Without a snapshot the posting itself says what was posted."""
    total = header.total.value if header.total else None
    remedy = "correct the posting in IFS by hand"
    if total is not None and one.gross is not None and one.gross != total:
        reason = f"changed after it was posted: {plain(total)} at JAGGAER, {plain(one.gross)} posted"
        return _conflict(case, "total", plain(total), reason, remedy, ifs=plain(one.gross), jaggaer=plain(total))
    if alike(one.invoice_no) != alike(number_of(header)):
        reason = f"changed after it was posted: number {number_of(header)} at JAGGAER, {one.invoice_no} posted"
        number = number_of(header)
        return _conflict(case, "invoiceNumber", number, reason, remedy, ifs=one.invoice_no, jaggaer=number)
    return None


def _conflict(
    case: InvoiceCase,
    field: str,
    value: str,
    reason: str,
    remedy: str,
    *,
    ifs: str | None = None,
    jaggaer: str | None = None,
) -> Item:
    """It goes once both sides agree again, or once a person lets it be as it is in IFS."""
    resolved = resolve("invoices", case.invoice_id, "ifs")
    told = f"{remedy}; or let it be as it is in IFS: {resolved}"
    return Item(ItemKind.CONFLICT, field, value, reason, told, ifs=ifs, jaggaer=jaggaer)


def unfinished(case: InvoiceCase, one: Made) -> Item:
    return Item(
        ItemKind.HELD,
        "Objstate",
        one.state,
        _unbalanced(case, one),
        "complete it in IFS; JAGGAER is then told by itself",
        waits_for=any_of(case.watch),
    )


def _unbalanced(case: InvoiceCase, one: Made) -> str:
    if one.proposal is None:
        return f"{one.what} {one.key} is {one.state}"
    head, lines = one.proposal, case.posted_lines
    net = exact_sum(line.net_amount or _ZERO for line in lines)
    tax = exact_sum(line.tax_amount or _ZERO for line in lines)
    sides = (
        ("net", head.net_amount or _ZERO, net),
        ("tax", head.tax_amount or _ZERO, tax),
        ("gross", head.gross_amount or _ZERO, exact_sum((net, tax))),
    )
    told = [
        f"{name} {plain(stated)}, its lines {plain(sum_)}: difference {plain(exact_sum((stated, -sum_)))}"
        for name, stated, sum_ in sides
        if stated != sum_
    ]
    return f"{one.what} {one.key} is {one.state}" + (f": {'; '.join(told)}" if told else "")


def _alteration(name: str, before: str, now: str) -> str:
    return "its rows" if name == "rows" else f"{name} {before or 'empty'} -> {now or 'empty'}"
