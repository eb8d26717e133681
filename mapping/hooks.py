"""A customer's own code: what data cannot say (docs/customising.md).

The profile names it, `hook = "package.module:Class"`; it is a subclass of `Hook` that overrides what it needs.
Like all of mapping it is pure: no network, no clock, no chance, so that a dry run shows what a run does.
"""

from __future__ import annotations

from connectors.wire import Row
from mapping.kinds import Case, Decision
from mapping.profile import Profile


class Hook:
    """Two places at which a customer's code is asked. What it raises makes a dead letter of that one document."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def read(self, sync: str, row: Row) -> Row:  # noqa: ARG002 - for those who override it
        """The row as mapping shall see it, e.g. with an attribute that is derived from others.

        Asked for each row of the sets and resources that the sync polls. Kind, key and ETag stay as they came.
        """
        return row

    def revise(self, sync: str, case: Case, decision: Decision) -> Decision:  # noqa: ARG002 - likewise
        """The decision as it shall be carried out, e.g. without its writes and with an item that holds it.

        The key stays. What is added to a document that carries a fingerprint belongs into `read`, or a later
        change of it is not noticed.
        """
        return decision
