"""Binding a label to its content by SM3, so that a label copied onto another file is noticed.

Where a C2PA manifest may be put into the file after the label, or other metadata may be edited
without touching the picture or the sound, the digest is taken over the media alone
(``payload``); elsewhere over the whole file with a blank label (``file``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import BinaryIO

from colophon.errors import MalformedFile
from colophon.labels.binding import boxes, document, normal, pictures, sound, strips
from colophon.labels.binding.parts import Part, streamed
from colophon.labels.carriers.packet import Carrier
from colophon.labels.security_data import sm3

BLANK = normal.BLANK
PAYLOAD, FILE = "payload", "file"
WALKS: Mapping[str, Callable[[BinaryIO], Iterator[Part]]] = MappingProxyType(
    {
        "png": pictures.png,
        "jpeg": pictures.jpeg,
        "gif": pictures.gif,
        "jxl": pictures.jxl,
        "webp": sound.riff,
        "wav": sound.riff,
        "avi": sound.riff,
        "mp3": sound.frames,
        "aac": sound.frames,
        "flac": sound.flac,
        "bmff": boxes.film,
        "heif": boxes.picture,
        "tiff": strips.tiff,
        "pdf": document.pdf,
    }
)
"""What makes the parts of a content, by the carrier's name."""


def method_of(carrier: Carrier) -> str:
    """How the content of this family's files is bound."""
    return PAYLOAD if carrier.name in WALKS else FILE


def payload(source: BinaryIO, carrier: Carrier) -> Iterator[bytes]:
    """The bytes that are the media, in constant memory, with names and lengths between them.

    Raises the InputError family; MalformedFile for a family that is bound as a whole.
    """
    if carrier.name not in WALKS:
        raise MalformedFile(detail=carrier.name)
    return streamed(source, WALKS[carrier.name](source))


def digest(source: BinaryIO, carrier: Carrier, method: str | None = None) -> str:
    """The SM3 of the content in hex, by the family's own method unless another is asked for.

    The same before and after a label is written, and after a manifest is. Raises the InputError
    family.
    """
    chosen = method or method_of(carrier)
    if chosen == PAYLOAD:
        return sm3.digest_of(payload(source, carrier)).hex()
    if chosen == FILE:
        return sm3.digest_of(normal.stream(source, carrier)).hex()
    raise MalformedFile(detail=chosen[:40])


def content(source: BinaryIO, carrier: Carrier) -> Callable[[str], str]:
    """What `security_data.judge` asks for the content of a file."""
    return lambda method: digest(source, carrier, method)
