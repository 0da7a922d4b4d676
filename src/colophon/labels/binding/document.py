"""The content of PDF documents: pages, forms, outlines and actions as objects, whatever their
numbers and order. A signer of manifests writes the whole document anew, so its bytes prove
nothing.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from colophon.errors import ColophonError, EncryptedFile, MalformedFile, TooLarge
from colophon.labels.binding.parts import Part, Value
from colophon.labels.carriers.ranges import size_of

if TYPE_CHECKING:
    from pypdf import PdfReader

_ROOTS = (
    "/Pages",
    "/AcroForm",
    "/OpenAction",
    "/AA",
    "/Outlines",
    "/OCProperties",
    "/Dests",
    "/PageLabels",
)
_SKIPPED = frozenset(
    ("/Parent", "/Metadata", "/AF", "/PieceInfo", "/Length", "/P", "/StructParent")
)
_MOST_OBJECTS = 1_000_000
_LARGEST = 256 << 20
_WORK = 64 << 20


def pdf(source: BinaryIO) -> Iterator[Part]:
    """Each object once, in the order in which it is met from the catalogue.

    Raises TooLarge, EncryptedFile, MalformedFile.
    """
    if size_of(source) > _LARGEST:
        raise TooLarge(detail=f"PDF > {_LARGEST} bytes")
    source.seek(0)
    with _reading(source) as reader:
        catalogue: Any = reader.trailer["/Root"].get_object()
        for name in _ROOTS:
            if name in catalogue:
                yield Value(b"root", name.encode())
                yield from _met(catalogue.raw_get(name), {})


@contextmanager
def _reading(source: BinaryIO) -> Iterator[PdfReader]:
    from pypdf import PdfReader, apply_configuration

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with apply_configuration(
        zlib_maximum_output_length=_WORK,
        stream_decoding_work_maximum_length=_WORK,
        disable_legacy_handling=True,
    ):
        try:
            reader = PdfReader(source, strict=False)
            if reader.is_encrypted:
                raise EncryptedFile
            yield reader
        except ColophonError:
            raise
        except Exception as wrong:  # pypdf lets any of Python's out on damage
            raise MalformedFile(detail=type(wrong).__name__) from wrong


def _met(first: Any, seen: dict[tuple[int, int], int]) -> Iterator[Part]:
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

    todo, count = [first], 0
    while todo:
        one = todo.pop()
        count += 1
        if count > _MOST_OBJECTS:
            raise TooLarge(detail=f"PDF > {_MOST_OBJECTS} objects")
        if isinstance(one, IndirectObject):
            number = (one.idnum, one.generation)
            if number in seen:
                yield Value(b"seen", str(seen[number]).encode())
                continue
            seen[number] = len(seen)
            todo.append(one.get_object())
        elif isinstance(one, DictionaryObject):
            names = sorted(name for name in one if name not in _SKIPPED)
            yield Value(b"dictionary", "\n".join(names).encode("utf-8", "surrogatepass"))
            todo += [one.raw_get(name) for name in reversed(names)]
            if isinstance(one, StreamObject):
                yield Value(b"stream", one._data)  # noqa: SLF001 - as it lies, undecoded
        elif isinstance(one, ArrayObject):
            yield Value(b"array", str(len(one)).encode())
            todo += reversed(one)
        else:
            yield _plain(one)


def _plain(one: Any) -> Part:
    from pypdf.generic import BooleanObject, ByteStringObject, NameObject, TextStringObject

    if isinstance(one, (ByteStringObject, TextStringObject)):
        return Value(b"string", one.original_bytes)
    if isinstance(one, NameObject):
        return Value(b"name", one.encode("utf-8", "surrogatepass"))
    if isinstance(one, BooleanObject):
        return Value(b"boolean", bytes((bool(one),)))
    if isinstance(one, (int, float)):
        # In single precision, as some writers keep them; a whole number may lose its point.
        return Value(b"number", struct.pack(">f", max(-3.4e38, min(3.4e38, float(one)))))
    return Value(b"null", b"")
