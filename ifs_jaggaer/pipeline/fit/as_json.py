"""A fit as one JSON object: all of it, in a fixed order."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ifs_jaggaer.pipeline.causes import Cause, Hit
from ifs_jaggaer.pipeline.fit.report import Fit, Matching, SyncFit


def as_json(fit: Fit) -> dict[str, Any]:
    """Amounts as text, times in UTC. `state`: all, some, settings, away (see `Fit.state`)."""
    return {
        "state": fit.state,
        "at": fit.at.isoformat(timespec="seconds"),
        "connection": fit.connection,
        "profile": fit.profile,
        "companies": list(fit.companies),
        "since": fit.since.isoformat() if fit.since else None,
        "profile_lines": [
            {"table": table, "line": line.line, "documents": line.documents, "examples": list(line.examples)}
            for table, lines in fit.profile_lines().items()
            for line in lines
        ],
        "as_they_are": [{"map": word.map, "of": word.system, "word": word.word} for word in fit.passed],
        "syncs": [_sync(one) for one in fit.syncs],
    }


def _sync(one: SyncFit) -> dict[str, Any]:
    return {
        "sync": one.sync,
        "message": one.message,
        **asdict(one.counts),
        "not_or_not_wholly": one.touched,
        "would_write": [
            {"system": system, "action": action, "documents": number}
            for (system, action), number in one.written.items()
        ],
        "amounts": {currency: format(amount, "f") for currency, amount in one.amounts.items()},
        "causes": [_cause(cause) for cause in one.causes],
        "out_of_scope_because": [_hit(hit) for hit in one.out_of_scope],
        "remarks": [_hit(hit) for hit in one.remarks],
        "notes": list(one.notes),
        **({"matching": _matching(one.matching)} if one.matching else {}),
        "error": one.error,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "outcome": cause.outcome,
        "field": cause.field,
        "reason": cause.reason,
        "example": cause.example,
        "remedy": cause.remedy,
        "documents": cause.documents,
        "places": cause.places,
        "values": [_hit(hit) for hit in cause.hits],
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "value": hit.value, "documents": hit.documents, "places": hit.places, "examples": list(hit.examples),
    }  # fmt: skip


def _matching(matching: Matching) -> dict[str, Any]:
    return {
        "linked": matching.linked,
        "matched_by": dict(matching.matched),
        "may_match": [_hit(hit) for hit in matching.doubtful],
        "new_in_ifs": matching.new_in_ifs,
        "new_at_jaggaer": matching.new_at_jaggaer,
    }
