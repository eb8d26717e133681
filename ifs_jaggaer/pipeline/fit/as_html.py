"""A fit as a page for a meeting: one file that needs nothing else, readable on screen and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ifs_jaggaer.pipeline.causes import Cause, Hit
from ifs_jaggaer.pipeline.fit.report import Fit, Matching, SyncFit

MOST_VALUES = 40
"""Values of one cause on paper; the JSON has all."""

MOST_FIRST = 12
"""Causes in the summary: what decides whether a project goes on."""

VERDICTS = {
    "all": "Everything in scope would go.",
    "some": "Some of it would not go, or not wholly: each cause is listed with its remedy.",
    "settings": "Some of it could not be looked at: a setting, a permission or the profile stands in the way.",
    "away": "The look was cut short: a system was out of reach.",
}
NAMES = {"ifs": "IFS Cloud", "jaggaer": "JAGGAER"}
TITLES = {
    "suppliers": "Suppliers",
    "gl-accounts": "GL accounts and code parts",
    "contracts": "Contracts and prices",
    "purchase-orders": "Purchase orders",
    "requisitions": "Requisitions",
    "receipts": "Receipts",
    "invoices": "Invoices",
    "payments": "Payment status",
}
STYLE = """
:root { --ink: #1c2430; --dim: #5b6675; --line: #d5dbe3; --bad: #a3261c; --good: #1d6b3a; --soft: #f4f6f9; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: var(--ink); background: #fff;
  max-width: 62rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .5rem;
  border-bottom: 2px solid var(--ink); } h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p { margin: .35rem 0; } .dim { color: var(--dim); } .verdict { font-size: 1.1rem; margin: 1rem 0;
  padding: .7rem 1rem; border-left: 5px solid var(--bad); background: var(--soft); }
.verdict.all { border-color: var(--good); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; } th { color: var(--dim); font-weight: 600; border-bottom-color: var(--ink); }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding-left: .4rem; }
td.k { white-space: nowrap; padding-right: 1rem; } td.bad { color: var(--bad); font-weight: 600; }
section.cause { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .9rem; margin: .7rem 0; }
section.cause h3 { margin: 0; } .tag { font-size: .78rem; text-transform: uppercase; letter-spacing: .04em;
  color: var(--bad); margin-right: .5rem; } .tag.waiting { color: var(--dim); }
.remedy::before { content: "\\2192\\00a0"; } pre { background: var(--soft); padding: .8rem 1rem; overflow-x: auto;
  white-space: pre-wrap; font-size: .88rem; }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt; } h2 { break-after: avoid; }
  section.cause, tr, pre { break-inside: avoid; } a { color: inherit; text-decoration: none; } @page { margin: 18mm; } }
"""


def as_html(fit: Fit) -> str:
    """The whole page. Every text that comes from a system or a file is escaped."""
    parts = [
        *_head(fit),
        *_summary(fit),
        *_first(fit),
        *_profile(fit),
        *(part for one in fit.syncs for part in _sync(one)),
        *_as_they_are(fit),
        *_foot(),
    ]
    body = "\n".join(parts)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Fit report {escape(fit.connection)} {fit.at:%Y-%m-%d}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _head(fit: Fit) -> list[str]:
    since = f"{fit.since:%Y-%m-%d %H:%M}" if fit.since else "not set"
    hosts = " · ".join(f"{escape(name)} {escape(host)}" for name, host in fit.hosts.items())
    return [
        "<header>",
        "<h1>IFS Cloud ↔ JAGGAER: fit report</h1>",
        (
            f'<p class="dim">{fit.at:%Y-%m-%d %H:%M} UTC · connection {escape(fit.connection)} · profile '
            f"{escape(fit.profile)} · companies {escape(', '.join(fit.companies))} · documents from {since} on</p>"
        ),
        f'<p class="dim">{hosts}</p>',
        f'<p class="verdict {fit.state}">{escape(VERDICTS[fit.state])} {_going(fit)}</p>',
        "</header>",
    ]


def _going(fit: Fit) -> str:
    """The figures that a meeting begins with."""
    read = sum(one.counts.read for one in fit.syncs)
    touched = sum(one.touched for one in fit.syncs)
    outside = sum(one.counts.out_of_scope for one in fit.syncs)
    return (
        f"Of {_number(read)} records {_number(max(0, read - touched - outside))} would go or agree already, "
        f"{_number(touched)} would not or not wholly, {_number(outside)} are out of scope."
    )


def _summary(fit: Fit) -> list[str]:
    head = ("", "read", "would be made", "would change", "agree", "not or not wholly", "out of scope")
    rows = [
        (
            f'<a href="#{escape(one.sync)}">{escape(_title(one))}</a>',
            _number(one.counts.read), _number(one.counts.created), _number(one.counts.updated),
            _number(one.counts.unchanged), _number(one.touched), _number(one.counts.out_of_scope),
        )
        for one in fit.syncs
    ]  # fmt: skip
    parts = ["<h2>Summary</h2>", _table(head, rows, numbers=range(1, 7), bad=5)]
    amounts = [
        (escape(_title(one)), escape(currency), f"{amount:,f}")
        for one in fit.syncs
        for currency, amount in one.amounts.items()
    ]
    if amounts:
        parts += [
            "<h3>Amounts that would move</h3>",
            _table(("", "currency", "amount"), amounts, numbers=(2,)),
        ]
    failed = [(escape(_title(one)), escape(one.error)) for one in fit.syncs if one.error]
    if failed:
        parts += ["<h3>Not looked at, or not to its end</h3>", _table(("", "why, and what to do"), failed)]
    return parts


def _first(fit: Fit) -> list[str]:
    causes = [(one, cause) for one in fit.syncs for cause in one.causes]
    causes.sort(key=lambda each: -each[1].documents)
    if not causes:
        return []
    rows = [
        (_number(cause.documents), escape(_title(one)), escape(f"{cause.field}: {cause.reason}"), escape(cause.remedy))
        for one, cause in causes[:MOST_FIRST]
    ]
    more = len(causes) - MOST_FIRST
    rest = f'<p class="dim">{more} more causes below.</p>' if more > 0 else ""
    return [
        "<h2>What to decide first</h2>",
        _table(("documents", "", "what stands in the way", "remedy"), rows, numbers=(0,), named=1),
        rest,
    ]


def _profile(fit: Fit) -> list[str]:
    tables = fit.profile_lines()
    if not tables:
        return []
    text: list[str] = []
    for table, lines in tables.items():
        text.append(f"[{table}]")
        for one in lines:
            text += [f"# {_documents(one.documents)}, e.g. {', '.join(one.examples)}", one.line]
        text.append("")
    return [
        "<h2>Lines that the profile lacks</h2>",
        (
            "<p>To be added to the profile's file (<code>IFS_JAGGAER_PROFILE</code>). What stands in &lt;&gt; is to be "
            "filled in; <code>ifs-jaggaer settings check</code> refuses what was forgotten. </p>"
        ),
        f"<pre>{escape(chr(10).join(text).rstrip())}</pre>",
    ]


def _sync(one: SyncFit) -> list[str]:
    parts = [f'<h2 id="{escape(one.sync)}">{escape(_title(one))}</h2>']
    if one.error:
        parts.append(f'<p class="verdict">{escape(one.error)}</p>')
    written = [
        f"{_documents(number)} {'made' if action == 'create' else 'changed'} in {escape(NAMES[system])}"
        for (system, action), number in one.written.items()
    ]
    told = [*written, *([f"{one.counts.unchanged} agree already"] if one.counts.unchanged else [])]
    parts.append(f"<p>{'; '.join(told) or 'Nothing would be written'}.</p>")
    if one.matching:
        parts += _matching(one.matching)
    for cause in one.causes:
        parts += _cause(cause)
    if one.out_of_scope:
        rows = [_row(hit) for hit in one.out_of_scope]
        parts += ["<h3>Out of scope</h3>", _table(("why", "documents", "for example"), rows, numbers=(1,))]
    if one.remarks:
        rows = [_row(hit) for hit in one.remarks]
        parts += [
            "<h3>Would go, with a remark</h3>",
            _table(("remark", "documents", "for example"), rows, numbers=(1,)),
        ]
    if one.notes:
        parts += [
            "<h3>Of the sync as a whole</h3>",
            "<ul>",
            *(f"<li>{escape(note)}</li>" for note in one.notes),
            "</ul>",
        ]
    return parts


def _matching(matching: Matching) -> list[str]:
    rows = [
        ("linked already", _number(matching.linked)),
        *((f"match by {escape(by)}", _number(number)) for by, number in matching.matched.items()),
        ("may match: a person decides", _number(sum(hit.documents for hit in matching.doubtful))),
        ("only in IFS: would be made at JAGGAER", _number(matching.new_at_jaggaer)),
        ("only at JAGGAER: would be made in IFS", _number(matching.new_in_ifs)),
    ]
    return ["<h3>Who is who</h3>", _table(("", "suppliers"), rows, numbers=(1,))]


def _cause(cause: Cause) -> list[str]:
    places = f" in {cause.places} places" if cause.places != cause.documents else ""
    parts = [
        '<section class="cause">',
        (
            f'<h3><span class="tag {cause.outcome}">{escape(cause.outcome)}</span>{escape(cause.field)}: '
            f"{escape(cause.reason)}</h3>"
        ),
        f'<p class="dim">{_documents(cause.documents)}{places}</p>',
    ]
    if cause.example != cause.reason:
        parts.append(f'<p class="dim">For example: {escape(cause.example)}</p>')
    parts.append(f'<p class="remedy">{escape(cause.remedy)}</p>')
    rows = [_row(hit) for hit in cause.hits[:MOST_VALUES]]
    if any(hit.value for hit in cause.hits):
        parts.append(_table(("value", "documents", "for example"), rows, numbers=(1,)))
    else:
        parts.append(_table(("documents", "for example"), [row[1:] for row in rows], numbers=(0,)))
    if len(cause.hits) > MOST_VALUES:
        parts.append(f'<p class="dim">{len(cause.hits) - MOST_VALUES} more values: the JSON has all of them.</p>')
    return [*parts, "</section>"]


def _as_they_are(fit: Fit) -> list[str]:
    if not fit.passed:
        return []
    words: dict[tuple[str, str], list[str]] = {}
    for one in fit.passed:
        words.setdefault((one.map, NAMES[one.system]), []).append(one.word)
    rows = [
        (
            escape(name),
            escape(system),
            escape(", ".join(found[:MOST_VALUES]) + (", …" if len(found) > MOST_VALUES else "")),
        )
        for (name, system), found in words.items()
    ]
    return [
        "<h2>Words that go over as they are</h2>",
        (
            "<p>Their value maps hand over what they do not name (<code>default = &quot;same&quot;</code>): the other "
            "system has to know these words.</p>"
        ),
        _table(("value map", "words of", "words"), rows),
    ]


def _foot() -> list[str]:
    return [
        (
            '<p class="dim">Made by <code>ifs-jaggaer fit</code>: the dry run of every sync. Nothing was written to '
            "either system.</p>"
        )
    ]


def _title(one: SyncFit) -> str:
    return TITLES.get(one.sync, one.sync)


def _row(hit: Hit) -> tuple[str, str, str]:
    return (
        escape(hit.value) or '<span class="dim">no value</span>',
        _number(hit.documents),
        escape(", ".join(hit.examples)),
    )


def _documents(number: int) -> str:
    return f"{number:,} document{'' if number == 1 else 's'}"


def _number(number: int) -> str:
    return f"{number:,}"


def _table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    numbers: Iterable[int] = (),
    bad: int | None = None,
    named: int | None = None,
) -> str:
    """A table of cells that are escaped already.

    `bad`: a column whose numbers are of interest when they are not 0; `named`: one of short names.
    """
    right = set(numbers)

    def cell(tag: str, at: int, text: str) -> str:
        names = [
            *(["n"] if at in right else []),
            *(["k"] if at == named and tag == "td" else []),
            *(["bad"] if at == bad and tag == "td" and text != "0" else []),
        ]
        told = f' class="{" ".join(names)}"' if names else ""
        return f"<{tag}{told}>{text}</{tag}>"

    top = "".join(cell("th", at, escape(text)) for at, text in enumerate(head))
    body = "".join(f"<tr>{''.join(cell('td', at, text) for at, text in enumerate(row))}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
