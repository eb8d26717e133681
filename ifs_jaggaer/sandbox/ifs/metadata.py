"""`$metadata`: CSDL 4.0 in XML, one document a service."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from ifs_jaggaer.sandbox.ifs.model import DECIMAL, ENUMERATION, STRING, TIMESTAMP, Attribute, EntitySet

_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"


def metadata(entity_sets: Iterable[EntitySet]) -> bytes:
    """The document of a service with these sets, which share a namespace."""
    sets = list(entity_sets)
    root = Element("edmx:Edmx", {"xmlns:edmx": _EDMX, "Version": "4.0"})
    schema = SubElement(
        SubElement(root, "edmx:DataServices"), "Schema", {"xmlns": _EDM, "Namespace": sets[0].namespace}
    )
    enumerations: dict[str, tuple[str, ...]] = {}
    for entity_set in sets:
        _entity_type(schema, entity_set, sets)
        enumerations |= {each.enum: each.members for each in entity_set.attributes.values() if each.enum}
    for name, members in enumerations.items():
        enum = SubElement(schema, "EnumType", {"Name": name})
        for value, member in enumerate(members):
            SubElement(enum, "Member", {"Name": member, "Value": str(value)})
    for entity_set in sets:
        for action in entity_set.actions:
            bound = SubElement(schema, "Action", {"Name": action, "IsBound": "true"})
            full = f"{entity_set.namespace}.{entity_set.entity}"
            SubElement(bound, "Parameter", {"Name": entity_set.entity, "Type": full, "Nullable": "false"})
            SubElement(bound, "ReturnType", {"Type": full})
    container = SubElement(schema, "EntityContainer", {"Name": sets[0].namespace.rpartition(".")[2]})
    for entity_set in sets:
        full = f"{entity_set.namespace}.{entity_set.entity}"
        SubElement(container, "EntitySet", {"Name": entity_set.name, "EntityType": full})
    body: bytes = tostring(root, "utf-8", xml_declaration=True)
    return body


def _entity_type(schema: Element, entity_set: EntitySet, sets: list[EntitySet]) -> None:
    entity = SubElement(schema, "EntityType", {"Name": entity_set.entity})
    key = SubElement(entity, "Key")
    for name in entity_set.keys:
        SubElement(key, "PropertyRef", {"Name": name})
    for attribute in entity_set.attributes.values():
        SubElement(entity, "Property", _facets(entity_set, attribute))
    for owned in sets:
        if owned.owner == entity_set.name and owned.navigation:
            collection = f"Collection({owned.namespace}.{owned.entity})"
            SubElement(entity, "NavigationProperty", {"Name": owned.navigation, "Type": collection})


def _facets(entity_set: EntitySet, attribute: Attribute) -> dict[str, str]:
    edm = f"{entity_set.namespace}.{attribute.enum}" if attribute.type == ENUMERATION else attribute.type
    facets = {"Name": attribute.name, "Type": edm}
    if attribute.name in entity_set.keys:
        facets["Nullable"] = "false"
    if attribute.type == DECIMAL:
        facets |= {"Precision": "130", "Scale": "65"}
    if attribute.type == TIMESTAMP:
        facets["Precision"] = "0"
    if attribute.type == STRING and attribute.max_length:
        facets["MaxLength"] = str(attribute.max_length)
    return facets
