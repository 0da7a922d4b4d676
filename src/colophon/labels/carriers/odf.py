"""OpenDocument: the label is the user-defined field ``AIGC`` of ``meta.xml``.

Source: OASIS OpenDocument 1.3 part 3, 4.3.2 (meta:user-defined) and part 2, 3 (packages).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import EncryptedFile, MalformedFile, SignedFile
from colophon.labels.carriers import opc
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.package import ODF as ODF_TYPES
from colophon.labels.carriers.package import guessed
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.xml_part import XmlPart, xml_part
from colophon.labels.carriers.zip_directory import Directory, directory_of
from colophon.labels.carriers.zip_rewriting import rewritten
from colophon.labels.tolerant.xml_spans import Element, escape

_KINDS = [
    "text",
    "spreadsheet",
    "presentation",
    "graphics",
    "formula",
    "chart",
    "image",
    "database",
]
_STANDARD = f"odf:meta:{FIELD}"
_META, _MANIFEST = "meta.xml", "META-INF/manifest.xml"
_SIGNATURES = "META-INF/documentsignatures.xml"
_SPACE = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
_EMPTY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    f'xmlns:meta="{_SPACE}" office:version="1.2"><office:meta/></office:document-meta>'
).encode("ascii")


class OdfCarrier:
    """Carrier of OpenDocument packages and their templates."""

    name = "odf"
    media_types = (
        *(f"{ODF_TYPES}{kind}" for kind in _KINDS),
        *(f"{ODF_TYPES}{kind}-template" for kind in _KINDS[:-1]),
        f"{ODF_TYPES}text-master",
        f"{ODF_TYPES}text-web",
    )
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        found = guessed(head)
        return found if found in self.media_types else None

    def read(self, source: BinaryIO) -> list[Packet]:
        directory = directory_of(source)
        if directory.get(_META) is None:
            return []
        check_readable(source, directory)
        part = opc.xml_of(source, directory, _META)
        packets = [
            Packet("aigc", _STANDARD if name == FIELD else f"odf:meta:{name}", words.encode())
            for _, name, words in _labels(part)
        ]
        return packets + [
            Packet("aigc", f"odf:meta:{leaf.name}", words.encode()) for leaf, words in _stale(part)
        ]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        directory = directory_of(source)
        if len(directory.names) != len(directory.entries):
            raise MalformedFile(detail="two entries have one name")
        if _SIGNATURES in directory.names:
            raise SignedFile
        check_readable(source, directory)
        value = packets["aigc"].decode("ascii")
        if directory.get(_META) is None:
            manifest = opc.xml_of(source, directory, _MANIFEST)
            changed = {
                _META: _labelled(xml_part(_EMPTY, _META), value),
                _MANIFEST: _registered(manifest),
            }
            return rewritten(source, directory, changed)
        part = opc.xml_of(source, directory, _META)
        return rewritten(source, directory, {_META: _labelled(part, value)})

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def check_readable(source: BinaryIO, directory: Directory) -> None:
    """Raises EncryptedFile where parts are; all that are bear one password."""
    if directory.get(_MANIFEST) is None:
        return
    manifest = opc.xml_of(source, directory, _MANIFEST)
    if manifest.below("file-entry", "encryption-data"):
        raise EncryptedFile


def _registered(manifest: XmlPart) -> bytes:
    """The manifest with ``meta.xml`` in it."""
    for one in manifest.below("file-entry"):
        if manifest.attribute(one, "full-path") == _META:
            return manifest.file.data
    prefix = manifest.same_prefix(manifest.root)
    new = f'<{prefix}file-entry {prefix}full-path="{_META}" {prefix}media-type="text/xml"/>'
    return manifest.edited([manifest.append(manifest.root, new)])


def _labels(part: XmlPart) -> list[tuple[Element, str, str]]:
    named = (
        (one, part.attribute(one, "name") or "", part.text(one))
        for one in part.below("meta", "user-defined")
    )
    return [found for found in named if holds_label(found[1], found[2])]


def _stale(part: XmlPart) -> list[tuple[Element, str]]:
    """Labels in fields of another purpose."""
    known = {id(element) for element, _, _ in _labels(part)}
    return [found for found in part.labels_in_fields() if id(found[0]) not in known]


def _labelled(part: XmlPart, value: str) -> bytes:
    parents = part.below("meta")
    if not parents:
        raise MalformedFile(detail=f"{part.what} has no office:meta")
    labels = [element for element, _, _ in _labels(part)]
    new = _field(part, value)
    put = part.replace(labels[0], new) if labels else part.append(parents[0], new)
    stale = [*labels[1:], *(leaf for leaf, _ in _stale(part))]
    return part.edited([put, *(Change(one.start, one.end) for one in stale)])


def _field(part: XmlPart, value: str) -> str:
    prefix, declared = part.prefix_for(_SPACE), ""
    if not prefix:
        prefix, declared = "meta:", f' xmlns:meta="{_SPACE}"'
    return (
        f'<{prefix}user-defined{declared} {prefix}name="{FIELD}" {prefix}value-type="string">'
        f"{escape(value)}</{prefix}user-defined>"
    )


ODF = OdfCarrier()
