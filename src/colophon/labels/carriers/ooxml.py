"""OOXML (DOCX, XLSX, PPTX): the label is the custom document property ``AIGC``.

Source: TC260-PG-20258A; ECMA-376 part 1, 15.2.12.2 and 22.3. Only the property's own bytes are
written; where the part is not there it is made and registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import ColophonError, MalformedFile
from colophon.labels.carriers import opc
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.package import CONTENT_TYPES, OOXML_BY_MAIN_PART, guessed
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.xml_part import XmlPart, xml_part
from colophon.labels.carriers.zip_directory import Directory, directory_of
from colophon.labels.carriers.zip_rewriting import rewritten
from colophon.labels.tolerant.xml_spans import Element, escape

_STANDARD = f"ooxml:custom:{FIELD}"
_FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_PART = "docProps/custom.xml"
_PART_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument"
_RELATION = f"{_OFFICE}/relationships/custom-properties"
_STRICT_RELATION = f"{_STRICT}/relationships/customProperties"
_VALUES = (f"{_OFFICE}/docPropsVTypes", f"{_STRICT}/docPropsVTypes")
_FIRST_PID, _LAST_PID = 2, 2**31 - 1
_OTHER_PARTS = ("docProps/core.xml", "docProps/app.xml")


class OoxmlCarrier:
    """Carrier of Office Open XML documents, their templates and macro-enabled kin."""

    name = "ooxml"
    media_types = tuple(OOXML_BY_MAIN_PART.values())
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        found = guessed(head)
        return found if found in self.media_types else None

    def read(self, source: BinaryIO) -> list[Packet]:
        directory = directory_of(source)
        package = _Package(source, directory)
        packets = [
            Packet("aigc", _STANDARD if name == FIELD else f"ooxml:custom:{name}", value.encode())
            for _, name, value in package.labels()
        ]
        for name in _OTHER_PARTS:
            part = package.maybe(name)
            for leaf, words in part.labels_in_fields() if part else ():
                packets.append(Packet("aigc", f"ooxml:{name}:{leaf.name}", words.encode()))
        return packets

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        directory = directory_of(source)
        opc.check_whole(directory)
        opc.check_unsigned(directory)
        changed = _Package(source, directory).changes(packets["aigc"].decode("ascii"))
        return rewritten(source, directory, changed)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


class _Package:
    """The parts of one package that a label may be in, or that make it known."""

    def __init__(self, source: BinaryIO, directory: Directory) -> None:
        self.source, self.directory = source, directory
        self._relations_part = opc.xml_of(source, directory, opc.RELATIONS)
        self._relations = opc.relations(self._relations_part)
        known = [one.target for one in self._relations if one.kind in (_RELATION, _STRICT_RELATION)]
        self.related = bool(known)
        self.place = opc.actual(directory, known[0] if known else _PART)

    def maybe(self, name: str) -> XmlPart | None:
        """A part that is there and can be read; broken ones are passed over in reading."""
        try:
            return opc.xml_of(self.source, self.directory, name)
        except ColophonError:
            return None

    def labels(self) -> list[tuple[Element, str, str]]:
        part = self.maybe(self.place)
        return _labels(part) if part else []

    def changes(self, value: str) -> dict[str, bytes | None]:
        """The parts to write."""
        changed: dict[str, bytes | None] = {self.place: self._properties(value)}
        types = opc.xml_of(self.source, self.directory, CONTENT_TYPES)
        if not opc.has_type(types, self.place, _PART_TYPE):
            changed[CONTENT_TYPES] = opc.with_type(types, self.place, _PART_TYPE)
        if not self.related:
            kind = _STRICT_RELATION if opc.is_strict(self._relations) else _RELATION
            changed[opc.RELATIONS] = opc.with_relation(self._relations_part, kind, self.place)
        for name in _OTHER_PARTS:
            other = self.maybe(name)
            stale = other.labels_in_fields() if other else []
            if other and stale:
                changed[name] = other.edited(Change(leaf.start, leaf.end) for leaf, _ in stale)
        return changed

    def _properties(self, value: str) -> bytes:
        if self.directory.get(self.place) is None:
            return _labelled(xml_part(_empty(strict=opc.is_strict(self._relations)), _PART), value)
        part = opc.xml_of(self.source, self.directory, self.place)
        if part.root.name.rpartition(":")[2] != "Properties":
            raise MalformedFile(detail=f"{self.place} holds no properties")
        return _labelled(part, value)


def _empty(*, strict: bool) -> bytes:
    kind = f"{_STRICT}/customProperties" if strict else f"{_OFFICE}/custom-properties"
    values = _VALUES[strict]
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        f'<Properties xmlns="{kind}" xmlns:vt="{values}"/>'
    ).encode("ascii")


def _labels(part: XmlPart) -> list[tuple[Element, str, str]]:
    """Element, name and words of each property that is a label."""
    named = (
        (one, part.attribute(one, "name") or "", part.text(one))
        for one in part.children(part.root, "property")
    )
    return [found for found in named if holds_label(found[1], found[2])]


def _labelled(part: XmlPart, value: str) -> bytes:
    labels = [element for element, _, _ in _labels(part)]
    first = labels[0] if labels else None
    new = _property(part, _pid(part, first), value)
    stale = [Change(one.start, one.end) for one in labels[1:]]
    put = part.replace(first, new) if first else part.append(part.root, new)
    return part.edited([put, *stale])


def _property(part: XmlPart, pid: int, value: str) -> str:
    uri = next((uri for uri in _VALUES if part.prefix_for(uri) is not None), None)
    prefix = part.prefix_for(uri) if uri else None
    declared = ""
    if prefix is None:
        strict = _STRICT in (part.root.uri or "")
        prefix, declared = "vt:", f' xmlns:vt="{_VALUES[strict]}"'
    tag = f"{part.same_prefix(part.root)}property"
    return (
        f'<{tag} fmtid="{_FMTID}" pid="{pid}" name="{FIELD}">'
        f"<{prefix}lpwstr{declared}>{escape(value)}</{prefix}lpwstr></{tag}>"
    )


def _pid(part: XmlPart, own: Element | None) -> int:
    """The property's own number, or the next free one."""
    used = {_number(part, one) for one in part.children(part.root, "property") if one is not own}
    before = _number(part, own) if own else 0
    if _FIRST_PID <= before <= _LAST_PID and before not in used:
        return before
    highest = max((pid for pid in used if pid <= _LAST_PID), default=0)
    if highest < _LAST_PID:
        return max(highest + 1, _FIRST_PID)
    return next(pid for pid in range(_FIRST_PID, len(used) + _FIRST_PID + 1) if pid not in used)


def _number(part: XmlPart, element: Element) -> int:
    words = (part.attribute(element, "pid") or "").strip()
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 10 else 0


OOXML = OoxmlCarrier()
