"""Extra fields of an invoice: what was posted of them is kept apart, so that a later change of one is noticed.

Apart from the fingerprint, since a field that the profile names later was no part of what was posted before.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from mapping.extras import at_jaggaer, label
from mapping.fingerprint import fingerprint
from mapping.invoices.model import whole_print

if TYPE_CHECKING:
    from connectors.jaggaer.invoices import Invoice, InvoiceHeader
    from mapping.extras import Extras
    from mapping.invoices.case import InvoiceCase
    from mapping.profile import Profile

_HEADER, _KEPT = "", "extras"
_State: TypeAlias = "dict[str, Extras]"
"""By line number, those of the header under ""; what did not come is missing."""


def content_print(invoice: Invoice, profile: Profile) -> str:
    """The fingerprint of all that is carried of an invoice."""
    plain, extras = whole_print(invoice), _state(invoice.header, invoice, profile)
    return fingerprint([plain, _text(extras)]) if extras else plain


def kept_extras(case: InvoiceCase, header: InvoiceHeader, profile: Profile) -> dict[str, str | None]:
    """What a snapshot keeps of them; nothing where the profile names none."""
    before, now = _before(case, profile), _state(header, case.whole, profile)
    places = dict.fromkeys((*before, *now))
    both = {place: {**before.get(place, {}), **now.get(place, {})} for place in places}
    return {_KEPT: _text(both)} if both else {}


def changed_extras(case: InvoiceCase, header: InvoiceHeader, profile: Profile) -> str:
    """In words, what is not as it was when it was posted; "" for nothing."""
    before, now = _before(case, profile), _state(header, case.whole, profile)
    return "; ".join(
        f"{f'lines[{place}].' if place else ''}{label(name)} {was or 'empty'} -> {now[place][name] or 'empty'}"
        for place, kept in before.items()
        for name, was in kept.items()
        if now.get(place, {}).get(name, was) != was
    )


def _state(header: InvoiceHeader, whole: Invoice | None, profile: Profile) -> _State:
    fields = profile.extra_fields
    found = {_HEADER: at_jaggaer(fields.invoice, header)}
    if whole and fields.invoice_line:
        found |= {line.line_number: at_jaggaer(fields.invoice_line, line) for line in whole.lines or ()}
    return {place: extras for place, extras in found.items() if extras}


def _before(case: InvoiceCase, profile: Profile) -> _State:
    """What was kept of those that the profile still names."""
    kept: _State = json.loads(case.kept(_KEPT) or "{}")
    fields = profile.extra_fields
    left = {
        place: {
            name: text for name, text in extras.items() if name in fields.of("invoice_line" if place else "invoice")
        }
        for place, extras in kept.items()
    }
    return {place: extras for place, extras in left.items() if extras}


def _text(state: _State) -> str:
    return json.dumps(state, sort_keys=True, ensure_ascii=False)
