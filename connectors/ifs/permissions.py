"""What an administrator of IFS has to allow, by the names that he looks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.ifs.sets import EntitySet
from ifs_jaggaer.errors import SettingsError

METADATA = "$metadata"
CSRF = "CSRF_ERROR"


@contextmanager
def allowing(entity_set: EntitySet, what: str) -> Iterator[None]:
    """Puts projection and set into the remedy of a request that IFS does not allow or offer.

    `what` was asked for: `METADATA`, or e.g. "reading" or a bound action.
    """
    try:
        yield
    except SettingsError as error:
        error.remedy = _remedy(entity_set, what, error) or error.remedy
        raise


def _remedy(entity_set: EntitySet, what: str, error: SettingsError) -> str:
    status, code = (error.word.status, error.word.code) if error.word else (None, None)
    if status == 403 and code != CSRF:
        if what == METADATA:
            return f"IFS administrator: let the service user read $metadata of projection {entity_set.projection}"
        return (
            f"IFS administrator: grant projection {entity_set.projection} to the permission set of the service user, "
            f"with {what} {entity_set.entity_set}"
        )
    if status in {404, 405, 501}:
        how = "activate entity service" if "/entity/" in f"/{entity_set.service}" else "deploy projection"
        return (
            f"IFS administrator: {how} {entity_set.projection}; or correct ifs.sets.{entity_set.name}.path in the "
            f"profile ({entity_set.path})"
        )
    return ""
