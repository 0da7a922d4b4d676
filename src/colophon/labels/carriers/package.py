"""Which kind of file a ZIP package is, by what its directory holds."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Collection
from typing import BinaryIO

from colophon.errors import ColophonError, MalformedFile
from colophon.labels.carriers.zip_directory import (
    DESCRIPTOR,
    LOCAL,
    LOCAL_MARK,
    STORED,
    Directory,
    content,
    decoded_name,
    directory_of,
)

ZIP = "application/zip"
EPUB = "application/epub+zip"
OFD = "application/ofd"
XMIND = "application/vnd.xmind.workbook"
USDZ = "model/vnd.usdz+zip"
ODF = "application/vnd.oasis.opendocument."
CONTENT_TYPES, MIMETYPE = "[Content_Types].xml", "mimetype"
_OFFICE = "application/vnd.openxmlformats-officedocument."
OOXML_BY_MAIN_PART = {
    f"{_OFFICE}wordprocessingml.document.main+xml": f"{_OFFICE}wordprocessingml.document",
    f"{_OFFICE}spreadsheetml.sheet.main+xml": f"{_OFFICE}spreadsheetml.sheet",
    f"{_OFFICE}presentationml.presentation.main+xml": f"{_OFFICE}presentationml.presentation",
    f"{_OFFICE}wordprocessingml.template.main+xml": f"{_OFFICE}wordprocessingml.template",
    f"{_OFFICE}spreadsheetml.template.main+xml": f"{_OFFICE}spreadsheetml.template",
    f"{_OFFICE}presentationml.template.main+xml": f"{_OFFICE}presentationml.template",
    f"{_OFFICE}presentationml.slideshow.main+xml": f"{_OFFICE}presentationml.slideshow",
    "application/vnd.ms-word.document.macroEnabled.main+xml": (
        "application/vnd.ms-word.document.macroEnabled.12"
    ),
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml": (
        "application/vnd.ms-word.template.macroEnabled.12"
    ),
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml": (
        "application/vnd.ms-excel.sheet.macroEnabled.12"
    ),
    "application/vnd.ms-excel.template.macroEnabled.main+xml": (
        "application/vnd.ms-excel.template.macroEnabled.12"
    ),
    "application/vnd.ms-excel.addin.macroEnabled.main+xml": (
        "application/vnd.ms-excel.addin.macroEnabled.12"
    ),
    "application/vnd.ms-excel.sheet.binary.macroEnabled.main": (
        "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
    ),
    "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml": (
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12"
    ),
    "application/vnd.ms-powerpoint.template.macroEnabled.main+xml": (
        "application/vnd.ms-powerpoint.template.macroEnabled.12"
    ),
    "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml": (
        "application/vnd.ms-powerpoint.slideshow.macroEnabled.12"
    ),
    "application/vnd.ms-visio.drawing.main+xml": "application/vnd.ms-visio.drawing",
}
"""The type of an OOXML package by the content type of its main part (ECMA-376 part 1, 15.2)."""

_FOLDERS = (
    ("word/", f"{_OFFICE}wordprocessingml.document"),
    ("xl/", f"{_OFFICE}spreadsheetml.sheet"),
    ("ppt/", f"{_OFFICE}presentationml.presentation"),
)
_MAIN_PARTS = ("word/document.xml", "xl/workbook.xml", "ppt/presentation.xml")
_CONTENT_TYPE = re.compile(rb"""\bContentType\s*=\s*["']([^"'<>]{1,200})["']""")
_ROOT = re.compile(rb"""<[^<>]{0,400}full-path\s*=\s*["']/["'][^<>]{0,400}>""")
_MEDIA_TYPE = re.compile(rb"""media-type\s*=\s*["']([^"'<>]{1,200})["']""")
_MANIFEST = "META-INF/manifest.xml"
_OLD_XMIND = b"urn:xmind:xmap"
_USD = (".usd", ".usda", ".usdc")
_LONGEST_TYPE = 200
_MOST_IN_HEAD = 64

Content = Callable[[str], bytes]


def media_type_of(source: BinaryIO) -> str | None:
    """The exact type of a ZIP file: an office document's, a book's, or a plain archive's.

    None for an OPC package of a kind that is not known. Raises as ``directory_of`` and
    ``content`` do: a damaged document is named, not taken for something else.
    """
    directory = directory_of(source)
    stored = all(entry.method == STORED for entry in directory.entries)
    first = directory.by_offset[0].name if directory.entries else ""
    return _decided(directory.names, first, stored, lambda name: part(source, directory, name))


def part(source: BinaryIO, directory: Directory, name: str) -> bytes:
    """One part of a package. Raises MalformedFile where it is missing, and as ``content``."""
    entry = directory.get(name)
    if entry is None:
        raise MalformedFile(detail=f"no {name}")
    return content(source, entry)


def guessed(head: bytes) -> str | None:
    """What the entries in a file's first bytes say it is; None where they say nothing."""
    entries = _head_entries(head)
    if not entries:
        return None
    stored = all(packed is None for packed, _ in entries.values())
    if "_rels/.rels" in entries or "docProps/app.xml" in entries:
        usual = (kind for name in entries for folder, kind in _FOLDERS if name.startswith(folder))
        return _ooxml(entries.get(CONTENT_TYPES, (None, b""))[1]) or next(usual, None)
    try:
        return _decided(entries, next(iter(entries)), stored, lambda name: entries[name][1])
    except ColophonError:
        return None


def _decided(names: Collection[str], first: str, stored: bool, text: Content) -> str | None:
    if CONTENT_TYPES in names:
        return _ooxml(text(CONTENT_TYPES))
    if any(name in names for name in _MAIN_PARTS):
        raise MalformedFile(detail=f"no {CONTENT_TYPES}")
    if MIMETYPE in names:
        declared = text(MIMETYPE)[:_LONGEST_TYPE].strip().decode("ascii", "replace")
        if declared == EPUB or declared.startswith(ODF):
            return declared
    if "OFD.xml" in names:
        return OFD
    if "content.json" in names and ("metadata.json" in names or "manifest.json" in names):
        return XMIND
    if "META-INF/container.xml" in names:
        return EPUB
    if stored and first.lower().endswith(_USD):
        return USDZ
    return _by_manifest(text(_MANIFEST)) if _MANIFEST in names else ZIP


def _by_manifest(manifest: bytes) -> str:
    """An old XMind map, or an OpenDocument without the entry that names its type."""
    if _OLD_XMIND in manifest:
        return XMIND
    root = _ROOT.search(manifest)
    declared = root and _MEDIA_TYPE.search(root[0])
    named = declared[1].decode("ascii", "replace") if declared else ""
    return named if named.startswith(ODF) else ZIP


def _ooxml(types: bytes) -> str | None:
    for found in _CONTENT_TYPE.finditer(types):
        known = OOXML_BY_MAIN_PART.get(found[1].decode("ascii", "replace").strip())
        if known:
            return known
    return None


def _head_entries(head: bytes) -> dict[str, tuple[int | None, bytes]]:
    """Names in the first bytes, with the method (None: stored) and as much as is there."""
    found: dict[str, tuple[int | None, bytes]] = {}
    at = 0
    while head.startswith(LOCAL_MARK, at) and len(found) < _MOST_IN_HEAD:
        if at + LOCAL.size > len(head):
            break
        _, _, flags, method, *_, packed, _, name_size, extra_size = LOCAL.unpack_from(head, at)
        name_end = at + LOCAL.size + name_size
        name = decoded_name(head[at + LOCAL.size : name_end], flags)
        data = head[name_end + extra_size :]
        if method == STORED:
            if flags & DESCRIPTOR and not packed:
                packed = max(data.find(b"PK\x07\x08"), 0) or len(data)
            found[name] = None, data[:packed]
            at = name_end + extra_size + packed
            at += 16 if flags & DESCRIPTOR else 0
            continue
        plain, used = _inflated(data)
        found[name] = method, plain
        at = name_end + extra_size + (packed or used)
        if flags & DESCRIPTOR:
            at = head.find(LOCAL_MARK, at)
            if at < 0:
                break
    return found


def _inflated(data: bytes) -> tuple[bytes, int]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = stream.decompress(data, 1 << 18)
    except zlib.error:
        return b"", len(data)
    return plain, len(data) - len(stream.unused_data) - len(stream.unconsumed_tail)
