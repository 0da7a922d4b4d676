"""PDF: the label is the string ``/AIGC`` of the Info dictionary, and in the XMP metadata.

Source: TC260-PG-20258A; ISO 32000-1 14.3. Writing appends an incremental update; an update of
our own at the end of a file is exchanged for the new one, any other stays.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from colophon.errors import (
    ColophonError,
    EmptyFile,
    EncryptedFile,
    MalformedFile,
    TooLarge,
    TruncatedFile,
)
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.packet import Keep, Packet, PacketForm, Piece, Put
from colophon.labels.carriers.pdf_increment import (
    TAIL,
    Entry,
    Update,
    literal,
    start_of_own,
    stream,
)

if TYPE_CHECKING:
    from pypdf import PdfReader

_MAX_FILE = 256 * 1024 * 1024
_MAX_STREAM = 8 * 1024 * 1024
_MAX_WORK = 64 * 1024 * 1024
_MAX_ROWS = 2_000_000
_MAX_DEPTH, _MAX_ITEMS = 2, 64
_END_WITHIN = 64 << 10
_HEADER_WITHIN = 1024
_DICTIONARY = ":dictionary"
_INFO, _XMP = f"pdf:Info:{FIELD}", "pdf:Metadata"
_LATE_HEADER = re.compile(rb"%PDF-\d\.\d\s*[\r\n]%[^\r\n]{0,8}[\x80-\xff]")


class PdfCarrier:
    """Carrier of PDF documents."""

    name = "pdf"
    media_types = ("application/pdf",)
    forms: tuple[PacketForm, ...] = ("aigc", "xmp")
    extensions = (".pdf",)

    def sniff(self, head: bytes) -> str | None:
        begins = head.lstrip(b"\xef\xbb\xbf\0\t\r\n ").startswith(b"%PDF-")
        late = _LATE_HEADER.search(head, 0, _HEADER_WITHIN + 32)
        return self.media_types[0] if begins or late else None

    def read(self, source: BinaryIO) -> list[Packet]:
        with _document(source, _size_of(source)) as document:
            return document.packets()

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        size = _size_of(source)
        base = _without_own_update(source, size)
        with _document(source, base) as document:
            if base == size and document.packets() == _wanted(packets):
                return [Keep(0, size)]
            return [Keep(0, base), Put(document.update(packets))]

    def standard_place(self, form: PacketForm) -> str:
        return _INFO if form == "aigc" else _XMP


def _wanted(packets: Mapping[PacketForm, bytes]) -> list[Packet]:
    return [Packet("aigc", _INFO, packets["aigc"]), Packet("xmp", _XMP, packets["xmp"])]


def _size_of(source: BinaryIO) -> int:
    size = source.seek(0, io.SEEK_END)
    if not size:
        raise EmptyFile
    if size > _MAX_FILE:
        raise TooLarge(detail=f"a PDF of over {_MAX_FILE} bytes")
    return size


def _without_own_update(source: BinaryIO, size: int) -> int:
    """Size of the file before an update of ours that ends it. It is ours only if writing the
    labels it holds onto what precedes it gives the same bytes again."""
    source.seek(max(0, size - TAIL))
    start = start_of_own(source.read(TAIL))
    offset = _header_at(source)
    base = size if start is None else start + offset
    if base >= size:
        return size
    with _document(source, size) as document:
        packets = {packet.form: packet.data for packet in document.packets()}
    if set(packets) != {"aigc", "xmp"}:
        return size
    try:
        with _document(source, base) as document:
            again = document.update(packets)
    except ColophonError:
        return size
    source.seek(base)
    return base if source.read() == again else size


def _header_at(source: BinaryIO) -> int:
    """Offsets count from the header, which may stand after other bytes (Annex H.3)."""
    source.seek(0)
    return max(0, source.read(_HEADER_WITHIN).find(b"%PDF-"))


@contextmanager
def _document(source: BinaryIO, end: int) -> Iterator[_Document]:
    """The document in the first ``end`` bytes, parsed under limits."""
    from pypdf import apply_configuration

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    start = _header_at(source)
    # The parser looks for the end line by line, however far away; nothing sound is so long.
    source.seek(max(start, end - _END_WITHIN))
    if b"%%EOF" not in source.read(min(_END_WITHIN, end - start)):
        raise TruncatedFile(detail="no %%EOF")
    with apply_configuration(
        zlib_maximum_output_length=_MAX_WORK,
        lzw_maximum_output_length=_MAX_STREAM,
        run_length_maximum_output_length=_MAX_STREAM,
        brotli_maximum_output_length=_MAX_STREAM,
        stream_decoding_work_maximum_length=_MAX_WORK,
        disable_legacy_handling=True,
    ):
        try:
            yield _opened(io.BufferedReader(_Window(source, start, end)), end - start)
        except ColophonError:
            raise
        except Exception as wrong:  # pypdf lets any of Python's out on damage
            raise MalformedFile(detail=type(wrong).__name__) from wrong


def _opened(window: BinaryIO, size: int) -> _Document:
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    try:
        document = _Document(PdfReader(window, strict=True), size, sound=True)
        document.catalog()
    except (PdfReadError, ValueError, KeyError, TypeError):
        document = _Document(PdfReader(window, strict=False), size, sound=False)
    document.unlock()
    return document


class _Window(io.RawIOBase):
    """A range of the source as a file of its own; closing it leaves the source open."""

    def __init__(self, source: BinaryIO, start: int, end: int) -> None:
        super().__init__()
        self._source, self._start, self._end, self._at = source, start, end, start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origins = {io.SEEK_SET: self._start, io.SEEK_CUR: self._at, io.SEEK_END: self._end}
        target = origins[whence] + offset
        if target < self._start:
            raise ValueError(offset)
        self._at = target
        return target - self._start

    def tell(self) -> int:
        return self._at - self._start

    def readinto(self, buffer: Any) -> int:
        wanted = max(0, min(len(buffer), self._end - self._at))
        self._source.seek(self._at)
        data = self._source.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


@dataclass(slots=True)
class _Document:
    reader: PdfReader
    size: int
    sound: bool
    """The file's own cross-reference leads everywhere it should."""
    opened: bool = True

    def unlock(self) -> None:
        """Files that open without a password can be read, but not written."""
        if self.reader.is_encrypted:
            self.opened = False
            try:
                unlocked = self.reader.decrypt("")
            except Exception as wrong:  # any cipher pypdf does not know
                raise EncryptedFile from wrong
            if not unlocked:
                raise EncryptedFile

    def catalog(self) -> Any:
        catalog = self.reader.trailer["/Root"].get_object()
        if not hasattr(catalog, "raw_get"):
            raise MalformedFile(detail="no document catalog")
        return catalog

    def info(self) -> Any:
        found = self.reader.trailer.get("/Info")
        info = found.get_object() if found is not None else None
        return info if hasattr(info, "raw_get") else None

    def packets(self) -> list[Packet]:
        packets = [
            Packet("aigc", f"pdf:Info:{key.removeprefix('/')}{form}", value.encode())
            for key, value, form in self._info_values()
            if holds_label(key, value)
        ]
        reference = self.catalog().get("/Metadata")
        metadata: Any = reference.get_object() if reference is not None else None
        if hasattr(metadata, "get_data"):
            data = metadata.get_data()
            if len(data) > _MAX_STREAM:
                raise TooLarge(detail=f"an XMP packet of over {_MAX_STREAM} bytes")
            packets.append(Packet("xmp", _XMP, data))
        return packets

    def _info_values(self) -> Iterator[tuple[str, str, str]]:
        """Key, words, and what the place says of a value that is no string."""
        info = self.info()
        for key in info or ():
            value = _plain(info[key], 0)
            if isinstance(value, str):
                yield key, value, ""
            else:
                yield key, _json(value) if holds_label(key, "") else "", _DICTIONARY

    def update(self, packets: Mapping[PacketForm, bytes]) -> bytes:
        """The increment that sets both places to ``packets``."""
        if not self.opened:
            raise EncryptedFile
        catalog = self.catalog()
        if "/Pages" not in catalog:
            raise MalformedFile(detail="a document catalog without pages")
        known = {} if self.sound else self._rows()
        size = max([int(self.reader.trailer.get("/Size", 1)), *self._numbers()])
        info_at, xmp_at = _place(self.reader.trailer, "/Info"), _place(catalog, "/Metadata")
        info_at = info_at or (size, 0)
        size = max(size, info_at[0] + 1)
        objects = {info_at: self._new_info(packets["aigc"])}
        root: Any = self.reader.trailer.raw_get("/Root")
        if xmp_at is None:
            xmp_at = (size, 0)
            objects[root.idnum, root.generation] = _with_metadata(catalog, xmp_at)
        objects[xmp_at] = stream(packets["xmp"])
        trailer = self._trailer(info_at)
        return Update(self.size, objects, trailer, size, self._as_stream(known), known).written()

    def _new_info(self, value: bytes) -> bytes:
        info = self.info()
        kept = b"".join(
            _written(_name(key)) + b" " + _written(info.raw_get(key)) + b" "
            for key, text, _ in self._info_values()
            if not holds_label(key, text)
        )
        return b"<< " + kept + b"/AIGC " + literal(value) + b" >>"

    def _trailer(self, info_at: tuple[int, int]) -> dict[str, bytes]:
        trailer = {"/Root": _written(self.reader.trailer.raw_get("/Root"))}
        trailer["/Info"] = b"%d %d R" % info_at
        if "/ID" in self.reader.trailer:
            trailer["/ID"] = _written(self.reader.trailer["/ID"])
        if self.sound:
            trailer["/Prev"] = b"%d" % self.reader._startxref  # noqa: SLF001 -- not public
        return trailer

    def _as_stream(self, known: Mapping[int, Entry]) -> bool:
        """An update is written in the style of the cross-reference that it follows."""
        if not self.sound:
            return any(entry.kind == 2 for entry in known.values())
        window = self.reader.stream
        window.seek(self.reader._startxref)  # noqa: SLF001 -- not public
        return not window.read(16).lstrip().startswith(b"xref")

    def _numbers(self) -> Iterator[int]:
        for rows in self.reader.xref.values():
            yield from (number + 1 for number in rows)
        yield from (number + 1 for number in self.reader.xref_objStm)

    def _rows(self) -> dict[int, Entry]:
        rows = {number: Entry(2, *at) for number, at in self.reader.xref_objStm.items()}
        for generation, entries in self.reader.xref.items():
            if generation < 65535:
                rows |= {number: Entry(1, at, generation) for number, at in entries.items()}
        if len(rows) > _MAX_ROWS:
            raise TooLarge(detail=f"more than {_MAX_ROWS} objects")
        return rows


def _place(holder: Any, key: str) -> tuple[int, int] | None:
    """Number and generation of the object that ``key`` refers to."""
    raw: Any = holder.raw_get(key) if key in holder else None
    if not hasattr(raw, "idnum") or not hasattr(raw.get_object(), "write_to_stream"):
        return None
    return raw.idnum, raw.generation


def _with_metadata(catalog: Any, at: tuple[int, int]) -> bytes:
    kept = b"".join(
        _written(_name(key)) + b" " + _written(catalog.raw_get(key)) + b" "
        for key in catalog
        if key != "/Metadata"
    )
    return b"<< " + kept + b"/Metadata %d %d R >>" % at


def _name(key: str) -> Any:
    from pypdf.generic import NameObject

    return NameObject(key)


def _written(value: Any) -> bytes:
    out = io.BytesIO()
    value.write_to_stream(out)
    return out.getvalue()


def _plain(value: Any, depth: int) -> Any:
    """A PDF value as Python's own: a dictionary's numbers stay numbers, so that the reader
    sees what was really there."""
    value = value.get_object()
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        items = {key.removeprefix("/"): value[key] for key in islice(value, _MAX_ITEMS)}
        return {key: _plain(item, depth + 1) for key, item in items.items()}
    if isinstance(value, dict | list):
        return None
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value).removeprefix("/") if type(value).__name__ == "NameObject" else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


PDF = PdfCarrier()
