"""XMind maps: the label is the member ``AIGC`` of ``metadata.json``, or of an old map's
``meta.xml`` the element ``AIGC``.

Source: practice; no guide names a place in mind maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import EncryptedFile, MalformedFile
from colophon.labels.carriers import json_label, json_spans, opc
from colophon.labels.carriers.edits import applied
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.package import XMIND as XMIND_TYPE
from colophon.labels.carriers.package import guessed
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.xml_part import XML_CAP, XmlPart, xml_part
from colophon.labels.carriers.zip_directory import Directory, content, directory_of
from colophon.labels.carriers.zip_rewriting import rewritten
from colophon.labels.tolerant.xml_spans import Element, escape, local_of

_STANDARD = f"xmind:metadata:{FIELD}"
_CONTENT, _METADATA, _MANIFEST = "content.json", "metadata.json", "manifest.json"
_META_XML, _MANIFEST_XML = "meta.xml", "META-INF/manifest.xml"
_EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
    b'<meta xmlns="urn:xmind:xmap:xmlns:meta:2.0" version="2.0"/>'
)


class XmindCarrier:
    """Carrier of XMind maps, of the JSON and of the XML kind."""

    name = "xmind"
    media_types = (XMIND_TYPE, "application/x-xmind")
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        return XMIND_TYPE if guessed(head) == XMIND_TYPE else None

    def read(self, source: BinaryIO) -> list[Packet]:
        directory = directory_of(source)
        packets: list[Packet] = []
        text = _text(source, directory, _METADATA)
        if text is not None:
            found = json_label.labels_of(text, json_spans.root(text))
            packets = [Packet("aigc", _place(member.name), value) for member, value in found]
        if directory.get(_META_XML) is not None:
            check_plain(source, directory)
            part = opc.xml_of(source, directory, _META_XML)
            packets += [Packet("aigc", _place(name), v.encode()) for _, name, v in _labels(part)]
        return packets

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        directory = directory_of(source)
        if len(directory.names) != len(directory.entries):
            raise MalformedFile(detail="two entries have one name")
        check_plain(source, directory)
        make = _json_parts if directory.get(_CONTENT) is not None else _xml_parts
        return rewritten(source, directory, make(source, directory, packets["aigc"]))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def _place(name: str) -> str:
    return _STANDARD if name == FIELD else f"xmind:metadata:{name}"


def _text(source: BinaryIO, directory: Directory, name: str) -> bytes | None:
    entry = directory.get(name)
    return None if entry is None else content(source, entry, XML_CAP)


def check_plain(source: BinaryIO, directory: Directory) -> None:
    """Raises EncryptedFile where a password hides the map."""
    if b"encryption-data" in (_text(source, directory, _MANIFEST) or b""):
        raise EncryptedFile
    if directory.get(_MANIFEST_XML) is not None:
        part = opc.xml_of(source, directory, _MANIFEST_XML)
        if part.below("file-entry", "encryption-data"):
            raise EncryptedFile


def _json_parts(source: BinaryIO, directory: Directory, label: bytes) -> dict[str, bytes | None]:
    text = _text(source, directory, _METADATA)
    before = b"{}" if text is None else text
    edits = json_label.label_edits(before, json_spans.root(before), label)
    changed: dict[str, bytes | None] = {_METADATA: applied(before, edits)}
    manifest = _text(source, directory, _MANIFEST)
    if text is None and manifest is not None:
        tree: json_spans.Tree = {"file-entries": {_METADATA: b"{}"}}
        added = json_spans.merged(manifest, json_spans.root(manifest), tree)
        changed[_MANIFEST] = applied(manifest, added)
    # A map may keep a copy for old readers: what that says of labels is stale.
    if directory.get(_META_XML) is not None:
        part = opc.xml_of(source, directory, _META_XML)
        stale = [Change(one.start, one.end) for one, _, _ in _labels(part)]
        if stale:
            changed[_META_XML] = part.edited(stale)
    return changed


def _xml_parts(source: BinaryIO, directory: Directory, label: bytes) -> dict[str, bytes | None]:
    value = label.decode("ascii")
    if directory.get(_META_XML) is not None:
        part = opc.xml_of(source, directory, _META_XML)
        return {_META_XML: _labelled(part, value)}
    changed: dict[str, bytes | None] = {_META_XML: _labelled(xml_part(_EMPTY, _META_XML), value)}
    if directory.get(_MANIFEST_XML) is not None:
        manifest = opc.xml_of(source, directory, _MANIFEST_XML)
        prefix = manifest.same_prefix(manifest.root)
        new = f'<{prefix}file-entry full-path="{_META_XML}" media-type="text/xml"/>'
        changed[_MANIFEST_XML] = manifest.edited([manifest.append(manifest.root, new)])
    return changed


def _labels(part: XmlPart) -> list[tuple[Element, str, str]]:
    named = (
        (one, local_of(one.name), part.text(one)) for one in part.leaves() if one is not part.root
    )
    return [found for found in named if holds_label(found[1], found[2])]


def _labelled(part: XmlPart, value: str) -> bytes:
    tag = f"{part.same_prefix(part.root)}{FIELD}"
    new = f"<{tag}>{escape(value)}</{tag}>"
    labels = [element for element, _, _ in _labels(part)]
    put = part.replace(labels[0], new) if labels else part.append(part.root, new)
    return part.edited([put, *(Change(one.start, one.end) for one in labels[1:])])


XMIND = XmindCarrier()
