"""What a reconciliation leaves for people to read: a summary, the differences, the head of its audit chain."""

from __future__ import annotations

from collections.abc import Iterable

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from flows.artifacts import MOST_ROWS, NAMES, anchor_head, as_table
from ifs_jaggaer.pipeline.reconcile.course import NAME
from ifs_jaggaer.pipeline.reconcile.report import difference_as_json
from ifs_jaggaer.pipeline.reconcile.run import AnyReport, MonthReport, Report
from mapping.reconcile.documents import Cause
from mapping.reconcile.month import Group, Standing
from mapping.reconcile.totals import by_currency


async def publish(report: AnyReport) -> None:
    """Artifacts of the run."""
    await anchor_head(NAME, report.run_id, report.store, report.head)
    name = "month-end" if isinstance(report, MonthReport) else "reconcile"
    summary = month_summary(report) if isinstance(report, MonthReport) else reconcile_summary(report)
    await acreate_markdown_artifact(summary, key=f"{name}-summary", description=report.message)
    rows = month_rows(report) if isinstance(report, MonthReport) else difference_rows(report)
    if rows:
        shown = rows[:MOST_ROWS]
        told = f"{len(rows)}" if len(shown) == len(rows) else f"{len(shown)} of {len(rows)}"
        key, what = (
            ("open", "invoices not posted") if isinstance(report, MonthReport) else ("differences", "differences")
        )
        await acreate_table_artifact(shown, key=f"{name}-{key}", description=f"{told} {what}")


def reconcile_summary(report: Report) -> str:
    """Documents by how they stand, and the sums of both sides."""
    parts = [f"# {report.message}"]
    names = ["agreed", *(str(cause) for cause in Cause)]
    rows = [(kind.sync, kind.documents, *(kind.standing.get(name, 0) for name in names)) for kind in report.kinds]
    parts.append(as_table(("kind", "documents", *names), rows))
    sums = [(kind, one) for kind in report.kinds for one in by_currency(kind.figures)]
    if sums:
        head = ("kind", "currency", "source", "amount", "target", "amount", "differences named", "ties")
        lines = [
            (f"{kind.sync}, {NAMES[kind.source]} to {NAMES[kind.target]}", one.currency, one.source_count,
             f"{one.source_amount:,f}", one.target_count, f"{one.target_amount:,f}", len(one.named),
             "yes" if one.ties else "no")
            for kind, one in sums
        ]  # fmt: skip
        parts += ["## Counts and amounts", as_table(head, lines)]
    rules = [(kind.sync, rule, number) for kind in report.kinds for rule, number in sorted(kind.rules.items())]
    if rules:
        parts += ["## Out of scope", as_table(("kind", "rule", "documents"), rules)]
    return "\n\n".join([*parts, _foot(report)])


def month_summary(report: MonthReport) -> str:
    """The tie-out line, then a line for each company, period and currency."""
    head = ("company", "period", "currency", *(str(one) for one in Standing), "JAGGAER", "IFS Cloud", "ties")
    rows = [
        (one.period.company, f"{one.period.name}{' closed' if one.period.closed else ''}", one.currency,
         *(f"{one.amount_of(each):,f} ({one.count_of(each)})" if one.count_of(each) else "" for each in Standing),
         f"{one.source_amount:,f} ({one.source_count})", f"{one.ifs_amount:,f} ({one.ifs_count})",
         "yes" if one.ties else "no")
        for one in report.statements
    ]  # fmt: skip
    return "\n\n".join([f"# {report.message}", as_table(head, rows), _foot(report)])


def difference_rows(report: Report) -> list[dict[str, str]]:
    """Every difference, the gravest first."""
    order = list(Cause)
    found = sorted(
        (one for kind in report.kinds for one in kind.differences),
        key=lambda one: (-order.index(one.cause), one.sync, one.key, one.field),
    )
    return [{name: str(value or "") for name, value in difference_as_json(one).items()} for one in found]


def month_rows(report: MonthReport) -> list[dict[str, str]]:
    """Every payable invoice that is not posted, with the reason."""
    return [
        {
            "company": one.period.company,
            "period": one.period.name,
            "invoice": key,
            "supplier": bill.entry.supplier,
            "amount": f"{bill.entry.worth:f} {one.currency}",
            "standing": str(group.standing),
            "reason": bill.why or group.name,
        }
        for one in report.statements
        for group in _not_posted(one.groups)
        for key in group.keys
        if (bill := report.bills.get(key)) is not None
    ]


def _not_posted(groups: Iterable[Group]) -> list[Group]:
    return [group for group in groups if group.standing is not Standing.POSTED]


def _foot(report: AnyReport) -> str:
    sent = ", ".join(f"{NAMES[system]} {number}" for system, number in report.requests.items())
    return f"Requests: {sent}. Audit chain stands at\n\n`{report.head}`"
