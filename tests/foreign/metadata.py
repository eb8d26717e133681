"""$metadata of one service; the XML prefix and the namespace of the types are free."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from xml.sax.saxutils import quoteattr

from foreign.catalogue import ACTIONS, ARRAYS, EntitySet

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


def metadata(entries: Collection[EntitySet], lacks: Lacks, alias: str, *, actions: bool) -> bytes:
    """`actions`: whether this tenant lists its bound actions and navigations."""
    edm = f"{alias}:" if alias else ""
    declared = f"xmlns:{alias}" if alias else "xmlns"
    out = ['<?xml version="1.0" encoding="utf-8"?>', f'<x:Edmx xmlns:x="{EDMX}" Version="4.0"><x:DataServices>']
    out.append(f'<{edm}Schema {declared}="{EDM}" Namespace="IfsApp.Foreign" Alias="Self">')
    for entry in entries:
        out.append(f'<{edm}EntityType Name="{entry.entity}"><{edm}Key>')
        out += [f'<{edm}PropertyRef Name="{name}"/>' for name in entry.keys]
        out.append(f"</{edm}Key>")
        out += _properties(entry, lacks, edm)
        out += _navigations(entry, edm) if actions else ()
        out.append(f"</{edm}EntityType>")
    out += [each for entry in entries if actions for each in _actions(entry, edm)]
    out.append(f'<{edm}EntityContainer Name="Container">')
    out += [f'<{edm}EntitySet Name="{e.name}" EntityType="Self.{e.entity}"/>' for e in entries]
    out.append(f"</{edm}EntityContainer></{edm}Schema></x:DataServices></x:Edmx>")
    return "".join(out).encode()


def _properties(entry: EntitySet, lacks: Lacks, edm: str) -> Iterable[str]:
    for name, kind in entry.types.items():
        if not lacks(entry, name):
            full = entry.enumeration(name) if kind == "enum" else f"Edm.{_TYPES[kind]}"
            yield f'<{edm}Property Name="{name}" Type={quoteattr(full)} Nullable="true"/>'


def _navigations(entry: EntitySet, edm: str) -> Iterable[str]:
    for (head, name), lines in ARRAYS.items():
        if head == entry.name:
            yield f'<{edm}NavigationProperty Name="{name}" Type="Collection(Self.{lines.removesuffix("Set")})"/>'


def _actions(entry: EntitySet, edm: str) -> Iterable[str]:
    for action in ACTIONS.get(entry.name, ()):
        parameter = f'<{edm}Parameter Name="it" Type="Self.{entry.entity}"/>'
        yield f'<{edm}Action Name="{entry.entity}_{action}" IsBound="true">{parameter}</{edm}Action>'
