"""`reconcile`: both systems compared, and the month-end report."""

from __future__ import annotations

import asyncio
import uuid
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from ifs_jaggaer import settings
from ifs_jaggaer.cli.output import AsJson, Config, Exit, out, print_json, print_table, progress
from ifs_jaggaer.cli.running import Company, moment
from ifs_jaggaer.pipeline.reconcile.as_text import reminder, told
from ifs_jaggaer.pipeline.reconcile.reading import Window
from ifs_jaggaer.pipeline.reconcile.report import as_html, as_json, month_as_html, month_as_json
from ifs_jaggaer.pipeline.reconcile.run import AnyReport, Asked, MonthReport, Report, reconcile
from ifs_jaggaer.pipeline.reconcile.wording import NAMES
from mapping.reconcile.documents import Cause
from mapping.reconcile.month import Standing
from mapping.reconcile.totals import by_currency

MOST_SHOWN = 200
"""Differences on the screen; the whole is in the report."""

CODES = {"completed": Exit.WELL, "attention": Exit.NEEDS_A_PERSON, "failed": Exit.FAILED}


def add_to(app: typer.Typer) -> None:
    app.command("reconcile")(reconcile_systems)


def _output(path: Path | None) -> Path | None:
    if path is not None and path.suffix not in {".html", ".json"}:
        raise typer.BadParameter("name a file that ends in .html or .json", param_hint="--output")
    return path


def reconcile_systems(
    *,
    since: Annotated[str | None, typer.Option("--since", help="Changed from then on; else since the cut-over.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="The end of the window, itself left out.")] = None,
    company: Company = None,
    sync: Annotated[list[str] | None, typer.Option("--sync", help="Only this kind of record; repeatable.")] = None,
    month: Annotated[
        str | None, typer.Option("--month", help="The month-end report instead, e.g. 2026-10, or last.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="The report as a file: .html or .json.", callback=_output)
    ] = None,
    as_json_: AsJson = False,
    config: Config = None,
) -> None:
    """Compare both systems: fields, counts and amounts; name each difference with its cause. Writes nothing.

    Exit code 1 where a difference is unexplained, or a month does not tie.
    """
    _ = config
    if month and (since or until or sync):
        raise typer.BadParameter("a month has its own window: leave out --since, --until and --sync")
    window = Window(moment(since, "--since"), moment(until, "--until"))
    if window.since and window.until and window.since > window.until:
        raise typer.BadParameter("--since lies after --until")
    asked = Asked(str(uuid.uuid4()), "command line", window, company, tuple(sync or ()))
    report = asyncio.run(reconcile(settings.load(), asked, month, progress))
    if output:
        output.write_text(_as_file(report, output.suffix), encoding="utf-8")
        progress(f"report: {output}")
    if as_json_:
        print_json(month_as_json(report) if isinstance(report, MonthReport) else as_json(report))
    elif isinstance(report, MonthReport):
        _show_month(report)
    else:
        _show(report)
    raise typer.Exit(CODES[report.state])


def _as_file(report: AnyReport, suffix: str) -> str:
    import simplejson  # noqa: PLC0415 - for a file alone

    if suffix == ".json":
        document = month_as_json(report) if isinstance(report, MonthReport) else as_json(report)
        return f"{simplejson.dumps(document, ensure_ascii=False, indent=1, default=str)}\n"
    return month_as_html(report) if isinstance(report, MonthReport) else as_html(report)


def _show(report: Report) -> None:
    for kind in report.kinds:
        standing = ", ".join(f"{number} {name}" for name, number in kind.standing.items()) or "nothing"
        out.print(f"{kind.sync}: {standing}", markup=False, highlight=False)
    totals = [(kind, one) for kind in report.kinds for one in by_currency(kind.figures)]
    if totals:
        print_table(
            "Counts and amounts",
            ("kind", "currency", "from", "records", "amount", "to", "records", "amount", "named", "ties"),
            [
                (kind.sync, one.currency, NAMES[kind.source], one.source_count,
                 kind.worth(one.source_amount, one.currency), NAMES[kind.target], one.target_count,
                 kind.worth(one.target_amount, one.currency), len(one.named),
                 "yes" if one.ties else "NO")
                for kind, one in totals
            ],
        )  # fmt: skip
    lines = told(report)
    for cause, line in lines[:MOST_SHOWN]:
        style = "red" if cause is Cause.UNEXPLAINED else None
        out.print(line, markup=False, style=style, highlight=False)
    if len(lines) > MOST_SHOWN:
        out.print(f"... and {len(lines) - MOST_SHOWN} more: --output FILE gives them all")
    for line in islice(reminder(report), MOST_SHOWN):
        out.print(line, markup=False, style="red", highlight=False)
    out.print(report.message, markup=False)


def _show_month(report: MonthReport) -> None:
    used = [standing for standing in Standing if any(one.count_of(standing) for one in report.statements)]
    print_table(
        f"Payable invoices of JAGGAER, {report.month}",
        ("company", "period", "from", "until", "", "currency", *(str(one) for one in used), "JAGGAER", "IFS", "ties"),
        [
            (one.period.company, one.period.name, one.period.first, one.period.last,
             "closed" if one.period.closed else "open", one.currency,
             *(report.worth(one.amount_of(s), one.count_of(s), one) if one.count_of(s) else "" for s in used),
             report.worth(one.source_amount, one.source_count, one), report.worth(one.ifs_amount, one.ifs_count, one),
             "yes" if one.ties else "NO")
            for one in report.statements
        ],
    )  # fmt: skip
    out.print(report.message, markup=False)
