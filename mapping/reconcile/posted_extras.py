"""Extra fields of an invoice against those of its posting (docs/customising.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from connectors.ifs.literals import canonical as ifs_text
from mapping.extras import attributes, differing, for_ifs
from mapping.kinds import Change

if TYPE_CHECKING:
    from connectors.jaggaer.invoices import Invoice
    from connectors.wire import Row
    from mapping.profile import Profile


def unlike_extras(invoice: Invoice, head: Row, rows: Sequence[Row], profile: Profile) -> Iterator[Change]:
    """`before` as it stands in IFS, `after` as the invoice says. What one of them lacks is no difference.

    A line may be posted as several rows, which do not say of which line they are: so the values of all lines are
    compared with those of all rows.
    """
    for name, here, there in differing("invoice", invoice.header, head, profile):
        yield Change(name, there, here)
    called = attributes("invoice_line", profile)
    if not called:
        return
    said = [for_ifs("invoice_line", line, profile)[0] for line in invoice.lines or ()]
    for attribute, name in called.items():
        due = {text for of_line in said if (text := of_line.get(attribute))}
        posted = {text for row in rows if (text := _text(row, attribute, profile))}
        if due and posted and due != posted:
            yield Change(f"lines.{name}", ", ".join(sorted(posted)), ", ".join(sorted(due)))


def _text(row: Row, attribute: str, profile: Profile) -> str:
    value = row.values.get(attribute)
    if value is None or isinstance(value, list | dict):
        return ""
    try:
        return ifs_text(profile.ifs_set(row.kind).attributes[attribute], value).strip()
    except ValueError:
        return str(value)
