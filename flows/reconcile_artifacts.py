"""What a reconciliation leaves for people to read: a summary, the differences, the head of its audit chain."""

from __future__ import annotations

from collections.abc import Iterable

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from flows.artifacts import anchor_head, as_table
from flows.run_tables import MOST_ROWS, NAMES
from ifs_jaggaer.pipeline.reconcile.course import NAME
from ifs_jaggaer.pipeline.reconcile.run import AnyReport, MonthReport, Report
from ifs_jaggaer.pipeline.reconcile.wording import sides_of
from mapping.money import in_minor_units
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
    parts = [f"# {report.message}", f"{report.span}; companies {', '.join(report.companies)}."]
    names = ["agreed", *(str(cause) for cause in Cause)]
    rows = [(kind.sync, kind.documents, *(kind.standing.get(name, 0) for name in names)) for kind in report.kinds]
    parts.append(as_table(("kind", "documents", *names), rows))
    sums = [(kind, one) for kind in report.kinds for one in by_currency(kind.figures)]
    if sums:
        head = ("kind", "currency", "from", "records", "amount", "to", "records", "amount", "named", "ties")
        lines = [
            (kind.sync, one.currency, NAMES[kind.source], one.source_count,
             kind.worth(one.source_amount, one.currency), NAMES[kind.target], one.target_count,
             kind.worth(one.target_amount, one.currency), len(one.named), "yes" if one.ties else "NO")
            for kind, one in sums
        ]  # fmt: skip
        parts += ["## Counts and amounts", as_table(head, lines)]
    rules = [(kind.sync, rule, number) for kind in report.kinds for rule, number in sorted(kind.rules.items())]
    if rules:
        parts += ["## Out of scope", as_table(("kind", "rule", "documents"), rules)]
    return "\n\n".join([*parts, _foot(report)])


def month_summary(report: MonthReport) -> str:
    """The tie-out line, then a line for each company, period and currency."""
    head = (
        "company",
        "period",
        "from",
        "until",
        "currency",
        *(str(one) for one in Standing),
        "JAGGAER",
        "IFS Cloud",
        "ties",
    )
    rows = [
        (one.period.company, f"{one.period.name}{' closed' if one.period.closed else ''}", one.period.first,
         one.period.last, one.currency,
         *(report.worth(one.amount_of(each), one.count_of(each), one) if one.count_of(each) else ""
           for each in Standing),
         report.worth(one.source_amount, one.source_count, one), report.worth(one.ifs_amount, one.ifs_count, one),
         "yes" if one.ties else "NO")
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
    return [
        {
            "kind": one.sync,
            "record": one.key,
            "other key": one.other_key,
            "field": one.field,
            NAMES["ifs"]: ifs,
            NAMES["jaggaer"]: jaggaer,
            "cause": str(one.cause),
            "reason": reason,
            "remedy": one.remedy,
        }
        for one in found
        for ifs, jaggaer, reason in (sides_of(one),)
    ]


def month_rows(report: MonthReport) -> list[dict[str, str]]:
    """Every payable invoice that is not posted, with the reason."""
    return [
        {
            "company": one.period.company,
            "period": one.period.name,
            "invoice": key,
            "supplier": bill.entry.supplier,
            "amount": f"{in_minor_units(bill.entry.worth, one.currency, report.digits)} {one.currency}",
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
