"""EPUB: the label is the ``meta`` named ``AIGC`` of the package document's metadata.

Source: practice of vendors; EPUB 3.3 5.5.5 (``property``), OPF 2.0.1 2.2 (``name``/``content``).
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import BinaryIO
from urllib.parse import unquote

from colophon.errors import ColophonError, EncryptedFile, MalformedFile, SignedFile
from colophon.labels.carriers import opc
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.package import EPUB as EPUB_TYPE
from colophon.labels.carriers.package import guessed
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.xml_part import XmlPart
from colophon.labels.carriers.zip_directory import Directory, directory_of
from colophon.labels.carriers.zip_rewriting import rewritten
from colophon.labels.tolerant.xml_spans import Element, escape

_STANDARD = f"epub:meta:{FIELD}"
_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_SIGNATURES = "META-INF/signatures.xml"
_PACKAGE = "application/oebps-package+xml"


class EpubCarrier:
    """Carrier of EPUB 2 and 3 books."""

    name = "epub"
    media_types = (EPUB_TYPE,)
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        return EPUB_TYPE if guessed(head) == EPUB_TYPE else None

    def read(self, source: BinaryIO) -> list[Packet]:
        directory = directory_of(source)
        part = opc.xml_of(source, directory, package_document(source, directory))
        packets = [
            Packet("aigc", _STANDARD if name == FIELD else f"epub:meta:{name}", value.encode())
            for _, name, value in _labels(part)
        ]
        return packets + [
            Packet("aigc", f"epub:metadata:{leaf.name}", words.encode())
            for leaf, words in _stale(part)
        ]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        directory = directory_of(source)
        if len(directory.names) != len(directory.entries):
            raise MalformedFile(detail="two entries have one name")
        if _SIGNATURES in directory.names:
            raise SignedFile
        name = package_document(source, directory)
        check_open(source, directory, name)
        part = opc.xml_of(source, directory, name)
        return rewritten(
            source, directory, {name: _labelled(part, packets["aigc"].decode("ascii"))}
        )

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def package_document(source: BinaryIO, directory: Directory) -> str:
    """The entry of the book's first package document. Raises MalformedFile without one."""
    container = opc.xml_of(source, directory, _CONTAINER)
    for one in container.below("rootfiles", "rootfile"):
        kind = container.attribute(one, "media-type")
        path = container.attribute(one, "full-path") or ""
        if kind in (None, _PACKAGE) and path:
            path = posixpath.normpath(path).lstrip("/")
            return path if path in directory.names else unquote(path)
    raise MalformedFile(detail="no package document in META-INF/container.xml")


def check_open(source: BinaryIO, directory: Directory, name: str) -> None:
    """Raises EncryptedFile where an entry is among the encrypted ones (fonts often are)."""
    if directory.get(_ENCRYPTION) is None:
        return
    try:
        part = opc.xml_of(source, directory, _ENCRYPTION)
    except ColophonError as wrong:
        raise EncryptedFile from wrong
    for one in part.elements:
        if one.name.rpartition(":")[2] == "CipherReference":
            uri = unquote(part.attribute(one, "URI") or "")
            if posixpath.normpath(uri).lstrip("/") == name:
                raise EncryptedFile


def _metadata(part: XmlPart) -> Element:
    found = part.below("metadata")
    if not found:
        raise MalformedFile(detail="the package document has no metadata")
    return found[0]


def _labels(part: XmlPart) -> list[tuple[Element, str, str]]:
    """Element, name and value of each ``meta`` that is a label, of EPUB 3 and 2."""
    named = []
    for one in [*part.below("metadata", "meta"), *part.below("metadata", "x-metadata", "meta")]:
        name = part.attribute(one, "property") or part.attribute(one, "name") or ""
        content = part.attribute(one, "content")
        named.append((one, name, part.text(one) if content is None else content))
    return [found for found in named if holds_label(found[1], found[2])]


def _stale(part: XmlPart) -> list[tuple[Element, str]]:
    """Labels in fields of another purpose (dc:description)."""
    known = {id(element) for element, _, _ in _labels(part)}
    return [found for found in part.labels_in_fields() if id(found[0]) not in known]


def _labelled(part: XmlPart, value: str) -> bytes:
    parent = _metadata(part)
    labels = [element for element, _, _ in _labels(part)]
    old = part.children(parent, "x-metadata")
    tag = f"{part.same_prefix(parent)}meta"
    if (part.attribute(part.root, "version") or "").strip().startswith("3"):
        new = f'<{tag} property="{FIELD}">{escape(value)}</{tag}>'
    else:
        new = f'<{tag} name="{FIELD}" content="{escape(value)}"/>'
    put = part.replace(labels[0], new) if labels else part.append((old or [parent])[0], new)
    stale = [*labels[1:], *(leaf for leaf, _ in _stale(part))]
    return part.edited([put, *(Change(one.start, one.end) for one in stale)])


EPUB = EpubCarrier()
