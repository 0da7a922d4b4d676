"""XMP in glTF is JSON-LD: our properties out of it as a plain XMP packet, and back into it.

Source: KHR_xmp_json_ld (Khronos), ISO 16684-3. Only the properties that labels use cross over;
all else in the JSON-LD stays as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from colophon.labels import xmp
from colophon.labels.carriers import json_spans
from colophon.labels.carriers.edits import Edit
from colophon.labels.carriers.json_spans import Member, Object, Tree
from colophon.labels.carriers.label_field import holds_label
from colophon.labels.carriers.ranges import METADATA_CAP
from colophon.labels.tolerant.xml_spans import elements, escape, inner_text, local_of

EXTENSION = "KHR_xmp_json_ld"
_CONTEXT = "@context"
_IPTC_PREFIX = "Iptc4xmpExt"
_IPTC = (xmp.IPTC_PROPERTY, xmp.SYSTEM_PROPERTY, xmp.SYSTEM_VERSION_PROPERTY)
_PREFIXES = {xmp.NAMESPACE: xmp.PREFIX, xmp.IPTC_NAMESPACE: _IPTC_PREFIX}
_FOREIGN = "label"
"""The prefix under which a label of another namespace is handed on."""


@dataclass(frozen=True, slots=True)
class Property:
    """One of our properties in a JSON-LD packet; ``name`` without prefix or namespace."""

    name: str
    namespace: str
    value: str
    member: Member


def properties(data: bytes, packet: Object) -> Iterator[Property]:
    """The labels and the IPTC properties of one packet."""
    known = _prefixes(data, packet)
    for member in packet.members:
        namespace, name = _expanded(member.name, known)
        if holds_label(name, "") or (namespace == xmp.IPTC_NAMESPACE and name in _IPTC):
            yield Property(name, namespace, plain(data, member), member)


def as_packet(found: list[Property]) -> bytes:
    """The same as an XMP packet, one element a property."""
    lines = []
    for one in found:
        prefix = _PREFIXES.get(one.namespace, _FOREIGN)
        local = xmp.PROPERTY if one.name.upper() == xmp.PROPERTY else one.name
        tag = f"{prefix}:{local}"
        spaced = f'{tag} xmlns:{prefix}="{escape(one.namespace)}"'
        lines.append(f"<{spaced}>{escape(one.value)}</{tag}>")
    body = "".join(lines)
    about = f'<rdf:Description rdf:about="">{body}</rdf:Description>'
    rdf = f'<rdf:RDF xmlns:rdf="{xmp.RDF_NAMESPACE}">{about}</rdf:RDF>'
    whole = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>'
    return whole.encode("utf-8", "replace")


def wanted(packet: bytes) -> dict[tuple[str, str], str]:
    """Namespace and name to value: what an XMP packet says of our properties."""
    facts = xmp.read(packet)
    found = {}
    if facts.aigc:
        found[(xmp.NAMESPACE, xmp.PROPERTY)] = facts.aigc[0].value
    text = packet.decode("utf-8", "replace")
    for one in elements(text):
        name = local_of(one.name)
        if one.uri == xmp.IPTC_NAMESPACE and name in _IPTC:
            value = inner_text(text[one.inner_start : one.inner_end]).strip()
            found[(xmp.IPTC_NAMESPACE, name)] = value
    if facts.digital_source_type:
        found[(xmp.IPTC_NAMESPACE, xmp.IPTC_PROPERTY)] = facts.digital_source_type
    return found


def fresh(values: dict[tuple[str, str], str]) -> bytes:
    """A new JSON-LD packet about the file itself."""
    names = {_PREFIXES[namespace]: namespace for namespace, _ in values}
    body = {f"{_PREFIXES[space]}:{name}": value for (space, name), value in values.items()}
    whole = {_CONTEXT: names, "@id": "", **body}
    return json.dumps(whole, separators=(",", ":")).encode()


def edited(data: bytes, packet: Object, values: dict[tuple[str, str], str]) -> list[Edit]:
    """Edits that give a packet these values and take its other labels out."""
    known = _prefixes(data, packet)
    found = list(properties(data, packet))
    tree: dict[str, bytes | Tree] = {}
    prefixes: dict[str, bytes | Tree] = {}
    for (namespace, name), value in values.items():
        there = [one for one in found if (one.namespace, one.name) == (namespace, name)]
        key = _key(data, packet, namespace, name)
        if there and there[-1].member.name.rpartition(":")[0] in known:
            key = there[-1].member.name
        tree[key] = json.dumps(value).encode()
        prefix = _PREFIXES[namespace]
        if key == f"{prefix}:{name}" and prefix not in known:
            prefixes[prefix] = json.dumps(namespace).encode()
    if prefixes:
        tree = {_CONTEXT: prefixes, **tree}
    drops = [
        one.member for one in found if holds_label(one.name, "") and one.member.name not in tree
    ]
    return json_spans.merged(data, packet, tree, drops)


def plain(data: bytes, member: Member) -> str:
    """A member's value as text: a string's words, of anything else the JSON."""
    raw = data[member.value : min(member.end, member.value + METADATA_CAP)]
    if raw.startswith(b'"') and member.end - member.value <= METADATA_CAP:
        return json_spans.text(raw)
    if raw.startswith(b"{"):
        value = json_spans.object_at(data, member.value).get("@value")
        if value is not None and data[value.value : value.value + 1] == b'"':
            return json_spans.text(data[value.value : min(value.end, value.value + METADATA_CAP)])
    return raw.decode("utf-8", "replace")


def _key(data: bytes, packet: Object, namespace: str, name: str) -> str:
    """Short where the packet's context tells our prefix or can be made to, else in full."""
    prefix = _PREFIXES[namespace]
    known = _prefixes(data, packet)
    context = packet.get(_CONTEXT)
    open_context = context is None or json_spans.is_object(data, context)
    if open_context and known.get(prefix, namespace) == namespace:
        return f"{prefix}:{name}"
    return namespace + name


def _prefixes(data: bytes, packet: Object) -> dict[str, str]:
    """What the packet's own context says of prefixes; contexts elsewhere are not followed."""
    context = packet.get(_CONTEXT)
    if context is None or not json_spans.is_object(data, context):
        return {}
    return {
        one.name: json_spans.text(data[one.value : one.end])
        for one in json_spans.object_at(data, context.value).members
        if data[one.value : one.value + 1] == b'"'
    }


def _expanded(key: str, known: dict[str, str]) -> tuple[str, str]:
    """Namespace and name of a key; an unknown prefix of ours counts as what it usually means."""
    for namespace in _PREFIXES:
        if key.startswith(namespace):
            return namespace, key.removeprefix(namespace)
    prefix, colon, name = key.rpartition(":")
    usual = {usual: namespace for namespace, usual in _PREFIXES.items()}
    return (known.get(prefix, usual.get(prefix, "")), name) if colon else ("", key)
