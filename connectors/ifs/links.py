"""`@odata.nextLink`: where a server says that it goes on."""

from __future__ import annotations

import httpx

from ifs_jaggaer.errors import SettingsError


def followed(link: str, *, base: httpx.URL, service: str) -> tuple[str, str]:
    """Path below `base` and query of a link, which is relative to the service root or absolute.

    Raises:
        SettingsError: it leads to another host or out of the service: a token must not go there.
    """
    root = httpx.URL(f"{str(base).rstrip('/')}/{service}/")
    try:
        target = root.join(link)
    except httpx.InvalidURL:
        target = httpx.URL("")
    same = (target.scheme, target.host, target.port) == (root.scheme, root.host, root.port)
    if not same or not target.path.startswith(root.path) or ".." in target.path.split("/"):
        raise SettingsError(
            "the server's next page lies elsewhere",
            system="ifs",
            field="host",
            value=f"{target.scheme}://{target.host}" if target.host else None,
            remedy="set the address that the server itself uses",
        )
    prefix = len(base.raw_path.rstrip(b"/"))
    path, _, query = target.raw_path[prefix:].decode("ascii").partition("?")
    return path, query
