"""Carriers: one container family a file. See ``packet.py`` for the contract.

``recognise(head, name)`` picks one; a family's module loads when it is first asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import PurePath
from typing import cast

from colophon.labels.carriers.packet import Carrier


@dataclass(frozen=True, slots=True)
class Family:
    """Where a carrier lives, and the extensions its files go by."""

    module: str
    constant: str
    extensions: tuple[str, ...]

    def carrier(self) -> Carrier:
        return _load(self.module, self.constant)


BINARY = (
    Family("png", "PNG", (".png", ".apng")),
    Family("jpeg", "JPEG", (".jpg", ".jpeg", ".jpe", ".jfif")),
    Family("riff", "WEBP", (".webp",)),
    Family("riff", "WAV", (".wav", ".wave")),
    Family("bmff", "BMFF", (".mp4", ".m4v", ".mov", ".qt", ".m4a", ".m4b")),
    Family("pdf", "PDF", (".pdf",)),
    Family("id3", "MP3", (".mp3",)),
)
TEXT = (
    Family("markdown", "MARKDOWN", (".md", ".markdown", ".mdown")),
    Family("html", "HTML", (".html", ".htm", ".xhtml")),
    Family("plain_text", "PLAIN_TEXT", (".txt", ".text", ".log")),
)
FAMILIES = BINARY + TEXT


@dataclass(frozen=True, slots=True)
class Recognised:
    """The carrier for a file, its exact media type, and whether its name fits."""

    carrier: Carrier
    media_type: str
    name_fits: bool


def recognise(head: bytes, name: str) -> Recognised | None:
    """The family of a file by its first bytes; by its extension only where words alone
    cannot tell (Markdown, plain text). None when no family knows it."""
    suffix = PurePath(name).suffix.lower()
    for family in BINARY:
        media_type = family.carrier().sniff(head)
        if media_type:
            fits = not suffix or suffix in family.extensions or not _known(suffix)
            return Recognised(family.carrier(), media_type, fits)
    return _recognise_text(head, suffix)


def _recognise_text(head: bytes, suffix: str) -> Recognised | None:
    named = next((family for family in TEXT if suffix in family.extensions), None)
    if named is None:
        named = TEXT[1] if TEXT[1].carrier().sniff(head) else None
        if named is None:
            return None
        return Recognised(named.carrier(), named.carrier().media_types[0], not _known(suffix))
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    return Recognised(named.carrier(), named.carrier().media_types[0], name_fits=True)


def extensions() -> frozenset[str]:
    """All extensions that some family goes by."""
    return frozenset(extension for family in FAMILIES for extension in family.extensions)


def _known(suffix: str) -> bool:
    return suffix in extensions()


@cache
def _load(module: str, constant: str) -> Carrier:
    found = import_module(f"{__name__}.{module}")
    return cast("Carrier", getattr(found, constant))
