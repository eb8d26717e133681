"""One reconciliation from its settings to its report: what flow and command line call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.reconcile.course import Asked, Report, ended, open_reconciliation
from ifs_jaggaer.pipeline.reconcile.month import MonthReport, month_end
from ifs_jaggaer.pipeline.wiring import identity_of, open_wiring
from ifs_jaggaer.settings import Settings

AnyReport: TypeAlias = "Report | MonthReport"


async def reconcile(
    told: Settings, asked: Asked, month: str | None = None, progress: Callable[[str], None] = lambda _: None
) -> AnyReport:
    """Compares both systems; with a month, reports that month's end instead.

    Raises:
        SettingsError: a setting, the profile, or what was asked for is wrong.
        Unreachable: a system did not answer; the run's record says so.
    """
    async with open_wiring(told) as wiring, open_reconciliation(wiring, asked, progress) as run:
        try:
            report: AnyReport = await month_end(run, month) if month else await run.report()
        except SyncError as error:
            ended(run, "failed", str(error), {}, error)
            raise
        report.head = ended(run, report.state, report.message, _counts(report), None)
        report.store = identity_of(wiring.store)
        return report


def _counts(report: AnyReport) -> dict[str, int]:
    """For the run's record in the store."""
    if isinstance(report, MonthReport):
        return {"statements": len(report.statements), "invoices": len(report.bills)}
    counts: Counter[str] = Counter()
    for kind in report.kinds:
        counts.update(kind.standing)
    return dict(counts)


__all__ = ["AnyReport", "Asked", "MonthReport", "Report", "reconcile"]
