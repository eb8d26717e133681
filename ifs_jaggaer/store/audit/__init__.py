"""The audit record: every attempt on the wire, in chains of hashes that can be proved (DESIGN, law 8)."""

from ifs_jaggaer.store.audit.events import Event, Phase, Recorded
from ifs_jaggaer.store.audit.findings import Finding
from ifs_jaggaer.store.audit.record import Audit, Chain

__all__ = ["Audit", "Chain", "Event", "Finding", "Phase", "Recorded"]
