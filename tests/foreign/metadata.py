"""$metadata of one service; the XML prefix and the namespace of the types are free."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from xml.sax.saxutils import quoteattr

from foreign.catalogue import EntitySet

Lacks = Callable[[EntitySet, str], bool]
EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
_TYPES = {
    "text": "String",
    "int": "Int64",
    "decimal": "Decimal",
    "bool": "Boolean",
    "date": "Date",
    "timestamp": "DateTimeOffset",
}


def metadata(entries: Collection[EntitySet], lacks: Lacks, alias: str) -> bytes:
    edm = f"{alias}:" if alias else ""
    declared = f"xmlns:{alias}" if alias else "xmlns"
    out = ['<?xml version="1.0" encoding="utf-8"?>', f'<x:Edmx xmlns:x="{EDMX}" Version="4.0"><x:DataServices>']
    out.append(f'<{edm}Schema {declared}="{EDM}" Namespace="IfsApp.Foreign" Alias="Self">')
    for entry in entries:
        out.append(f'<{edm}EntityType Name="{entry.entity}"><{edm}Key>')
        out += [f'<{edm}PropertyRef Name="{name}"/>' for name in entry.keys]
        out.append(f"</{edm}Key>")
        out += _properties(entry, lacks, edm)
        out.append(f"</{edm}EntityType>")
    out.append(f'<{edm}EntityContainer Name="Container">')
    out += [f'<{edm}EntitySet Name="{e.name}" EntityType="Self.{e.entity}"/>' for e in entries]
    out.append(f"</{edm}EntityContainer></{edm}Schema></x:DataServices></x:Edmx>")
    return "".join(out).encode()


def _properties(entry: EntitySet, lacks: Lacks, edm: str) -> Iterable[str]:
    for name, kind in entry.types.items():
        if not lacks(entry, name):
            full = entry.enumeration(name) if kind == "enum" else f"Edm.{_TYPES[kind]}"
            yield f'<{edm}Property Name="{name}" Type={quoteattr(full)} Nullable="true"/>'
