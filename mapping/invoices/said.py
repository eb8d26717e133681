"""What an invoice said when it was posted, field by field, so that a change of it can be named with both values."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.invoices.case import FACT
from mapping.invoices.model import alike, header_content, line_content, number_of
from mapping.money import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connectors.jaggaer.invoices import Invoice, InvoiceHeader
    from connectors.wire import JsonValue
    from mapping.invoices.case import InvoiceCase

KEPT = "said"
_LINES = "lines["
_TOLD = 10


def kept_words(case: InvoiceCase, header: InvoiceHeader) -> dict[str, str | None]:
    """What a snapshot keeps: lines that are not known now as they were."""
    lines = {name: text for name, text in _before(case).items() if name.startswith(_LINES)}
    now = _of_header(header) | (_of_lines(case.whole) if case.whole else lines)
    return {KEPT: json.dumps(now, sort_keys=True, ensure_ascii=False)}


def changes(case: InvoiceCase, header: InvoiceHeader) -> tuple[tuple[str, str, str], ...]:
    """Field, what it was and what it is; as far as that is known of what an earlier release posted."""
    before = _before(case)
    now = _of_header(header) | (_of_lines(case.whole) if case.whole else {})
    if not before:
        return tuple(_beside_facts(case, header, now))
    names = [name for name in dict.fromkeys((*before, *now)) if case.whole or not name.startswith(_LINES)]
    return tuple((name, before.get(name, ""), now.get(name, "")) for name in names if before.get(name) != now.get(name))


def in_words(found: tuple[tuple[str, str, str], ...]) -> str:
    """The first of them in a sentence."""
    told = [f"{name} {was or 'empty'} -> {now or 'empty'}" for name, was, now in found[:_TOLD]]
    if len(found) > _TOLD:
        told.append(f"{len(found) - _TOLD} further fields")
    return "; ".join(told)


def _before(case: InvoiceCase) -> dict[str, str]:
    kept: dict[str, str] = json.loads(case.kept(KEPT) or "{}")
    return kept


def _beside_facts(case: InvoiceCase, header: InvoiceHeader, now: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What was posted says what the invoice said."""
    fact = {name: case.kept(f"{FACT}{name}") for name in ("InvoiceNo", "Text", "InvoiceDate", "DueDate")}
    number = fact["InvoiceNo"] or fact["Text"]
    if number and alike(number) != alike(number_of(header)):
        yield "invoiceNumber", number, number_of(header)
    for name, was in (("invoiceDate", fact["InvoiceDate"]), ("dueDate", fact["DueDate"])):
        if was and was != now.get(name, ""):
            yield name, was, now.get(name, "")
    gross = case.kept(f"{FACT}GrossAmount")
    if gross and header.total and header.total.value is not None:
        posted = -Decimal(gross) if case.kept(f"{FACT}InvoiceType") == "Credit" else Decimal(gross)
        if posted != header.total.value:
            yield "total", canonical(posted), canonical(header.total.value)


def _of_header(header: InvoiceHeader) -> dict[str, str]:
    content = header_content(header)
    days = {"invoiceDate": header.invoice_date, "dueDate": header.due_date, "accountingDate": header.accounting_date}
    dated = {name: day.isoformat() for name, day in days.items() if day}
    return dated | {name: text for name, text in _texts(content, "") if name != "dates"}


def _of_lines(invoice: Invoice) -> dict[str, str]:
    lines = invoice.lines or ()
    return {name: text for line in lines for name, text in _texts(line_content(line), f"{_LINES}{line.line_number}].")}


def _texts(content: Mapping[str, JsonValue], at: str) -> Iterator[tuple[str, str]]:
    for name, value in content.items():
        if text := _text(value):
            yield f"{at}{name}", text


def _text(value: JsonValue) -> str:
    if isinstance(value, list):
        return " ".join(text for inner in value if (text := _text(inner)))
    if isinstance(value, bool) or value is None or isinstance(value, dict):
        return ""
    if isinstance(value, str):
        return value
    return canonical(Decimal(value)) if value else ""
