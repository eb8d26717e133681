"""Reports as JSON and as HTML that needs nothing else: to be mailed, printed, kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from ifs_jaggaer.pipeline.reconcile.wording import NAMES, sides_of
from mapping.money import exact_sum, in_minor_units, plain
from mapping.reconcile.documents import Cause
from mapping.reconcile.month import Standing
from mapping.reconcile.totals import by_currency

if TYPE_CHECKING:
    from decimal import Decimal

    from ifs_jaggaer.pipeline.reconcile.course import KindReport, Report
    from ifs_jaggaer.pipeline.reconcile.month import MonthReport
    from mapping.reconcile.documents import Difference
    from mapping.reconcile.month import Group, Statement
    from mapping.reconcile.totals import Figures, Named

Document: TypeAlias = "dict[str, object]"
_STYLE = """
body{font:14px/1.4 system-ui,sans-serif;color:#1a1a1a;max-width:1100px;margin:2em auto;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid #999}
table{border-collapse:collapse;width:100%;margin:.6em 0}th,td{padding:.25em .5em;text-align:left;vertical-align:top}
th{border-bottom:1px solid #555;font-weight:600}td{border-bottom:1px solid #ddd;overflow-wrap:anywhere}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.sum td{border-top:1px solid #555;font-weight:600}
.line{padding:.7em 1em;border-left:6px solid;background:#f4f4f4;font-weight:600;overflow-wrap:anywhere}
.well{border-color:#2a7d2a}.not{border-color:#b3261e}.small{color:#555;font-size:.85em}
@media print{body{margin:0;max-width:none;font-size:11px}h2{break-after:avoid}tr{break-inside:avoid}}
"""


_SUM, _NUMBER = ' class="sum"', ' class="n"'


# --- JSON -------------------------------------------------------------------------------------


def as_json(report: Report) -> Document:
    """Amounts are texts, digit for digit."""
    return {
        "report": "reconcile",
        "run_id": report.asked.run_id,
        "at": report.at.isoformat(),
        "state": report.state,
        "message": report.message,
        "companies": list(report.companies),
        **report.asked.as_document(),
        "cut_over": report.cut_over.isoformat() if report.cut_over else None,
        "unexplained": len(report.unexplained),
        "kinds": [_kind(kind) for kind in report.kinds],
        "differences": [difference_as_json(one) for kind in report.kinds for one in kind.differences],
        "requests": dict(report.requests),
        "error": report.error,
    }


def difference_as_json(one: Difference) -> Document:
    """One difference, as `--json` and the artifact show it."""
    return {
        "sync": one.sync,
        "key": one.key,
        "other_key": one.other_key,
        "field": one.field,
        "source": one.source,
        "target": one.target,
        "source_system": one.source_system,
        "target_system": one.target_system,
        "cause": str(one.cause),
        "reason": one.reason,
        "remedy": one.remedy,
    }


def _kind(kind: KindReport) -> Document:
    return {
        "sync": kind.sync,
        "source": kind.source,
        "target": kind.target,
        "documents": kind.documents,
        "standing": dict(kind.standing),
        "out_of_scope": dict(kind.rules),
        "totals": [_figures(one) for one in by_currency(kind.figures)],
        "by_supplier": [_figures(one) for one in kind.figures],
    }


def _figures(one: Figures) -> Document:
    return {
        "currency": one.currency,
        "supplier": one.supplier,
        "source": {"count": one.source_count, "amount": plain(one.source_amount)},
        "target": {"count": one.target_count, "amount": plain(one.target_amount)},
        "ties": one.ties,
        "named": [_named(each) for each in one.named],
    }


def _named(one: Named) -> Document:
    return {
        "key": one.key,
        "record": one.own,
        "count": one.count,
        "amount": plain(one.amount),
        "cause": str(one.cause),
        "reason": one.reason,
    }


def month_as_json(report: MonthReport) -> Document:
    """Likewise, of a month's end."""
    return {
        "report": "month-end",
        "run_id": report.run_id,
        "month": report.month,
        "at": report.at.isoformat(),
        "state": report.state,
        "ties": report.ties,
        "message": report.message,
        "companies": list(report.companies),
        "undated": report.undated,
        "statements": [_statement(one, report) for one in report.statements],
        "requests": dict(report.requests),
        "error": report.error,
    }


def _statement(one: Statement, report: MonthReport) -> Document:
    return {
        "company": one.period.company,
        "period": one.period.name,
        "from": one.period.first.isoformat(),
        "until": one.period.last.isoformat(),
        "closed": one.period.closed,
        "currency": one.currency,
        "ties": one.ties,
        "verdict": one.verdict,
        "jaggaer": {"count": one.source_count, "amount": plain(one.source_amount)},
        "standing": {
            str(standing): {"count": one.count_of(standing), "amount": plain(one.amount_of(standing))}
            for standing in Standing
        },
        "groups": [_group(group, report) for group in one.groups],
        "ifs": {
            "count": one.ifs_count,
            "amount": plain(one.ifs_amount),
            "by_state": {
                name: {"count": count, "amount": plain(amount)} for name, (count, amount) in one.by_state.items()
            },
        },
        "posted_in_another_period": _group(one.elsewhere, report),
        "of_another_period": _group(one.from_others, report),
        "not_payable_yet": {"count": one.not_payable.count, "amount": plain(one.not_payable.amount)},
        "difference": plain(one.difference),
        "gaps": [{"record": gap.key, "amount": plain(gap.amount), "reason": gap.reason} for gap in one.gaps],
    }


def _group(group: Group, report: MonthReport) -> Document:
    return {
        "standing": str(group.standing),
        "name": group.name,
        "count": group.count,
        "amount": plain(group.amount),
        "example": group.example,
        "invoices": [
            {
                "invoice": key,
                "supplier": bill.entry.supplier,
                "amount": plain(bill.entry.worth),
                "posted": [made.own for made in bill.posted],
                "reason": bill.why,
            }
            for key in group.keys
            if (bill := report.bills.get(key)) is not None
        ],
    }


# --- HTML -------------------------------------------------------------------------------------


class _Amount(str):
    """An amount as it is shown, below others of its column."""

    __slots__ = ()


def as_html(report: Report) -> str:
    """The comparison of both systems."""
    parts = [
        _line(report.message, well=report.state == "completed"),
        _small(f"{report.span} · companies {', '.join(report.companies)} · made {report.at:%Y-%m-%d %H:%M} UTC "
               f"· run {report.asked.run_id} · requests: {_requests(report.requests)}"),
        *(part for kind in report.kinds for part in _kind_in_html(kind)),
        _small(f"Audit chain: {report.head}"),
    ]  # fmt: skip
    return _page("Reconciliation of IFS Cloud and JAGGAER", parts)


def _kind_in_html(kind: KindReport) -> Iterator[str]:
    yield f"<h2>{escape(kind.sync)}: {NAMES[kind.source]} to {NAMES[kind.target]}</h2>"
    yield _table(("how they stand", "documents"), [*kind.standing.items(), ("all", kind.documents)], sums=1)
    if kind.rules:
        yield _table(("out of scope by rule", "documents"), sorted(kind.rules.items()))
    totals = by_currency(kind.figures)
    if totals:
        yield _table(
            ("currency", f"{NAMES[kind.source]}: records", "amount", f"{NAMES[kind.target]}: records", "amount",
             "named difference: records", "amount", "ties"),
            [(one.currency, one.source_count, _Amount(kind.worth(one.source_amount, one.currency)),
              one.target_count, _Amount(kind.worth(one.target_amount, one.currency)),
              one.source_count - one.target_count,
              _Amount(kind.worth(exact_sum((one.source_amount, -one.target_amount)), one.currency)),
              "yes" if one.ties else "NO")
             for one in totals],
        )  # fmt: skip
        named = [(one.currency, each) for one in totals for each in one.named]
        if named:
            yield _table(
                ("currency", "record", "supplier", "records", "amount", "cause", "reason"),
                [(code, each.key, each.supplier, each.count, _Amount(kind.worth(each.amount, code)), each.cause,
                  each.reason) for code, each in named],
            )  # fmt: skip
    if kind.differences:
        order = list(Cause)
        rows = sorted(kind.differences, key=lambda one: (-order.index(one.cause), one.key, one.field))
        yield _table(
            ("record", "field", NAMES["ifs"], NAMES["jaggaer"], "cause", "reason", "remedy"),
            [(f"{one.key} {one.other_key}".strip(), one.field, ifs, jaggaer, one.cause, reason, one.remedy)
             for one in rows for ifs, jaggaer, reason in (sides_of(one),)],
        )  # fmt: skip


def month_as_html(report: MonthReport) -> str:
    """For the controller: the tie-out line first, then each company's period."""
    parts = [
        _line(report.message, well=report.ties),
        _small(f"Companies {', '.join(report.companies)} · made {report.at:%Y-%m-%d %H:%M} UTC "
               f"· requests: {_requests(report.requests)}"),
        *(part for one in report.statements for part in _statement_in_html(one, report)),
        _small("Payable: payment status Payable or Paid, workflow Completed. Amounts are gross, of credit notes "
               f"negative. Audit chain: {report.head}"),
    ]  # fmt: skip
    return _page(f"Month end {report.month}: invoices of JAGGAER and their postings in IFS Cloud", parts)


def _statement_in_html(one: Statement, report: MonthReport) -> Iterator[str]:
    state = "closed" if one.period.closed else "open"
    yield (
        f"<h2>Company {escape(one.period.company)} · period {escape(one.period.name)} "
        f"({one.period.first} to {one.period.last}, {state}) · {escape(one.currency or 'no currency')}</h2>"
    )
    yield _line(one.verdict, well=one.ties)

    def worth(amount: Decimal) -> _Amount:
        return _Amount(in_minor_units(amount, one.currency, report.digits))

    rows: list[Sequence[object]] = [
        (group.standing, group.name, group.count, worth(group.amount), group.example) for group in one.groups
    ]
    total = ("JAGGAER, payable", "", one.source_count, worth(one.source_amount), "")
    yield _table(("", "", "invoices", f"amount {one.currency}", "for example"), [*rows, total], sums=1)
    due = [
        ("posted, of JAGGAER's total", one.count_of(Standing.POSTED), worth(one.amount_of(Standing.POSTED))),
        ("less posted in another period", -one.elsewhere.count, worth(-one.elsewhere.amount)),
        ("and posted here of another period's invoices", one.from_others.count, worth(one.from_others.amount)),
        *((f"gap: {gap.key}: {gap.reason}", "", worth(gap.amount)) for gap in one.gaps),
        ("IFS Cloud, our postings of the period", one.ifs_count, worth(one.ifs_amount)),
    ]
    yield _table(("", "documents", f"amount {one.currency}"), due, sums=1)
    if one.by_state:
        states = [(name, count, worth(amount)) for name, (count, amount) in sorted(one.by_state.items())]
        yield _table(("in IFS Cloud by state", "documents", f"amount {one.currency}"), states)
    if one.not_payable.count:
        yield _small(f"Not counted, for not payable yet: {one.not_payable.count}, {worth(one.not_payable.amount)}")
    open_ = [
        (key, bill.entry.supplier, worth(bill.entry.worth), group.standing, bill.why or group.name)
        for group in one.groups
        if group.standing is not Standing.POSTED
        for key in group.keys
        if (bill := report.bills.get(key)) is not None
    ]
    if open_:
        yield _table(("invoice not posted", "supplier", f"amount {one.currency}", "", "reason"), open_)


def _page(title: str, parts: Iterable[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def _line(text: str, *, well: bool) -> str:
    return f'<p class="line {"well" if well else "not"}">{escape(text)}</p>'


def _small(text: str) -> str:
    return f'<p class="small">{escape(text)}</p>'


def _table(head: Sequence[str], rows: Iterable[Sequence[object]], sums: int = 0) -> str:
    """`sums`: so many last rows are sums."""
    every = [*rows]
    numbers = {place for row in every[:1] for place, value in enumerate(row) if isinstance(value, _Amount | int)}
    titles = "".join(f"<th{_NUMBER if place in numbers else ''}>{escape(name)}</th>" for place, name in enumerate(head))
    lines = [
        f"<tr{_SUM if place >= len(every) - sums else ''}>{''.join(map(_cell, row))}</tr>"
        for place, row in enumerate(every)
    ]
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _cell(value: object) -> str:
    kind = _NUMBER if isinstance(value, _Amount | int) else ""
    return f"<td{kind}>{escape('' if value is None else str(value))}</td>"


def _requests(sent: object) -> str:
    return ", ".join(f"{NAMES[name]} {number}" for name, number in dict(sent).items()) if isinstance(sent, dict) else ""
