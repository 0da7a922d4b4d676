"""From a carrier's packets to the readings of labels, each with what its place says of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from colophon.labels import aigc, deviations, xmp
from colophon.labels.aigc import AigcReading
from colophon.labels.carriers.packet import Packet
from colophon.labels.model import AigcLayer, Deviation
from colophon.labels.security_data import EMPTY, Content, TrustStore
from colophon.labels.tolerant import fields

_ANNEX_B = (":EXIF:UserComment", ":eXIf:UserComment", ":tEXt:AIGC", ":zTXt:AIGC", ":iTXt:AIGC")
"""The other places the standard allows for pictures (Source: GB 45438-2025 Annex B)."""


_AFTER = (":after-data", ":outside")
_COMPRESSED = ":compressed"
_DICTIONARY = ":dictionary"
"""How a carrier says that a right field lies late, packed, or in another form."""


def layer(
    packets: Iterable[Packet],
    standard: Collection[str],
    *,
    trust: TrustStore = EMPTY,
    content: Content | None = None,
) -> AigcLayer:
    """All labels of one file; the one in a standard place speaks first.

    ``standard``: the places the carrier writes. A label that stands in two standard places of
    one container (a PDF's) with the same words is one label. ``trust`` and ``content``: see
    `security_data.look`.
    """
    found = [reading for packet in packets for reading in readings(packet, standard)]
    found.sort(key=lambda reading: _base(reading.place) not in standard)
    return aigc.layer(_once(found, standard), trust=trust, content=content)


def as_json(found: AigcLayer) -> str:
    """The label's fields as the JSON it was read from would be written."""
    return json.dumps(dict(zip(fields.NAMES, found.fields(), strict=True)))


def readings(packet: Packet, standard: Collection[str]) -> Iterator[AigcReading]:
    """The labels in one packet."""
    oddities = _place(packet, standard)
    if packet.form == "text":
        yield from aigc.find(packet.data, packet.place)
    elif packet.form == "xmp":
        yield from _in_xmp(packet, oddities)
    else:
        yield _with(aigc.read(packet.data, packet.place), oddities)


def _in_xmp(packet: Packet, oddities: list[Deviation]) -> Iterator[AigcReading]:
    facts = xmp.read(packet.data)
    header = [deviations.of("xpacket_malformed")] if facts.malformed_header else []
    for found in facts.aigc:
        named = [*oddities, *header]
        if found.form == "attribute":
            named.append(deviations.of("xmp_attribute_form", found.prefix))
        if found.namespace != xmp.NAMESPACE:
            named.append(deviations.of("xmp_other_namespace", found.namespace or ""))
        if found.cut:
            named.append(deviations.of("value_truncated", packet.place))
        yield _with(aigc.read(found.value, packet.place), named)


def _place(packet: Packet, standard: Collection[str]) -> list[Deviation]:
    base, named = _base(packet.place), []
    if packet.place.endswith(_AFTER):
        named.append(deviations.of("place_after_data", packet.place))
    if packet.place.endswith(_COMPRESSED):
        named.append(deviations.of("container_structure", packet.place))
    if packet.place.endswith(_DICTIONARY):
        named.append(deviations.of("pdf_dictionary", packet.place))
    if base in standard or packet.form == "text":
        return named
    code = "place_annex_b" if base.endswith(_ANNEX_B) else "place_nonstandard"
    return [*named, deviations.of(code, packet.place)]


def _base(place: str) -> str:
    for suffix in (*_AFTER, _COMPRESSED, _DICTIONARY):
        place = place.removesuffix(suffix)
    return place


def _with(reading: AigcReading, named: list[Deviation]) -> AigcReading:
    return replace(reading, deviations=tuple(dict.fromkeys([*named, *reading.deviations])))


def _once(found: list[AigcReading], standard: Collection[str]) -> list[AigcReading]:
    usual = frozenset(standard)
    kept: list[AigcReading] = []
    places: dict[tuple[object, ...], set[str]] = {}
    for reading in found:
        told = places.setdefault(reading.fields(), set())
        if reading.place in usual:
            if told - {reading.place}:
                continue
            told.add(reading.place)
        kept.append(reading)
    return kept
