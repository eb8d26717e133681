"""What JAGGAER is told of a document that went to the ERP: exported or failed (contracts/jaggaer.md 6 and 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapping.fingerprint import fingerprint
from mapping.kinds import Change, ItemKind, JaggaerPost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from connectors.wire import Json
    from mapping.kinds import Item
    from mapping.value_maps import NamedMap

SUCCESS = "SUCCESS"


@dataclass(frozen=True, slots=True)
class ExportStatus:
    """The export status of one document.

    `shown` is what its header says, `told` what the snapshot keeps of our last telling: `SUCCESS`, the
    fingerprint of a failure, or "".
    """

    resource: str
    key: str
    shown: str | None
    told: str
    words: NamedMap

    def shows(self, status: str) -> bool:
        """Whether the header shows the contract's word (`NotExported`, `Exported`, `Failed`)."""
        return self.shown == self.words.to_jaggaer(status)

    def success(self, number: str, on: date | None, message: str) -> JaggaerPost:
        """That it stands in the ERP, with number and date."""
        body: Json = {"status": SUCCESS, "erpNumber": number, "message": message}
        if on:
            body["erpDate"] = f"{on.isoformat()}T00:00:00.000Z"
        return self._post(body, "Exported")

    def failure(self, content: str, reasons: Mapping[str, str]) -> tuple[JaggaerPost, str] | None:
        """That it could not go, and what to keep of having said so. `reasons`: as `dead_letters` gives them.

        None where it was said of this content with these reasons, or where the header shows it already and
        nothing is kept of it.
        """
        why = fingerprint([content, *reasons])
        if not reasons or self.told == why or (self.shows("Failed") and not self.told):
            return None
        return self._post({"status": "FAILED", "message": "; ".join(reasons.values())}, "Failed"), why

    def _post(self, body: Json, becomes: str) -> JaggaerPost:
        return JaggaerPost(
            resource=self.resource,
            key=self.key,
            body=body,
            changes=(Change("exportStatus", self.shown, becomes),),
            action="exportstatus",
            path=f"/{self.key}/exportstatus",
            enforced=True,
        )


def dead_letters(items: Iterable[Item]) -> dict[str, str]:
    """The reasons that JAGGAER is told: what somebody has to correct, not what waits or is held.

    Each in the words that it is told in, with the value, which alone makes no other reason of it.
    """
    dead = [item for item in items if item.kind is ItemKind.DEAD_LETTER]
    return {f"{item.field}: {item.reason}": f"{_named(item)}: {item.reason}" for item in dead}


def _named(item: Item) -> str:
    return f"{item.field} {item.value}" if item.value and item.value not in item.reason else item.field
