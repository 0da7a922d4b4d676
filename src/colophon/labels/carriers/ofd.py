"""OFD: the label is the ``CustomData`` named ``AIGC`` of the document's ``DocInfo``.

Source: GB/T 33190-2016 7.4 (OFD.xml; CustomDatas is the last child of DocInfo).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import MalformedFile, SignedFile
from colophon.labels.carriers import opc
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.package import OFD as OFD_TYPE
from colophon.labels.carriers.package import guessed
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.xml_part import XmlPart
from colophon.labels.carriers.zip_directory import directory_of
from colophon.labels.carriers.zip_rewriting import rewritten
from colophon.labels.tolerant.xml_spans import Element, escape

_STANDARD = f"ofd:CustomData:{FIELD}"
_ROOT = "OFD.xml"
_DOC_INFO = ("DocBody", "DocInfo")


class OfdCarrier:
    """Carrier of OFD documents."""

    name = "ofd"
    media_types = (OFD_TYPE,)
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        return OFD_TYPE if guessed(head) == OFD_TYPE else None

    def read(self, source: BinaryIO) -> list[Packet]:
        part = opc.xml_of(source, directory_of(source), _ROOT)
        packets = [
            Packet("aigc", _STANDARD if name == FIELD else f"ofd:CustomData:{name}", value.encode())
            for _, name, value in _labels(part)
        ]
        return packets + [
            Packet("aigc", f"ofd:DocInfo:{leaf.name}", words.encode())
            for leaf, words in _stale(part)
        ]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        directory = directory_of(source)
        if len(directory.names) != len(directory.entries):
            raise MalformedFile(detail="two entries have one name")
        part = opc.xml_of(source, directory, _ROOT)
        if part.below("DocBody", "Signatures"):
            raise SignedFile
        return rewritten(
            source, directory, {_ROOT: _labelled(part, packets["aigc"].decode("ascii"))}
        )

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def _labels(part: XmlPart) -> list[tuple[Element, str, str]]:
    named = (
        (one, part.attribute(one, "Name") or "", part.text(one))
        for one in part.below(*_DOC_INFO, "CustomDatas", "CustomData")
    )
    return [found for found in named if holds_label(found[1], found[2])]


def _stale(part: XmlPart) -> list[tuple[Element, str]]:
    """Labels in fields of another purpose (Abstract, Keyword)."""
    known = {id(element) for element, _, _ in _labels(part)}
    return [found for found in part.labels_in_fields() if id(found[0]) not in known]


def _labelled(part: XmlPart, value: str) -> bytes:
    infos = part.below(*_DOC_INFO)
    if not infos:
        raise MalformedFile(detail=f"{_ROOT} has no DocInfo")
    prefix = part.same_prefix(infos[0])
    new = f'<{prefix}CustomData Name="{FIELD}">{escape(value)}</{prefix}CustomData>'
    labels = [element for element, _, _ in _labels(part)]
    groups = part.children(infos[0], "CustomDatas")
    if labels:
        put = part.replace(labels[0], new)
    elif groups:
        put = part.append(groups[0], new)
    else:
        put = part.append(infos[0], f"<{prefix}CustomDatas>{new}</{prefix}CustomDatas>")
    stale = [*labels[1:], *(leaf for leaf, _ in _stale(part))]
    return part.edited([put, *(Change(one.start, one.end) for one in stale)])


OFD = OfdCarrier()
