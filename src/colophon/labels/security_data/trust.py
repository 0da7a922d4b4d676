"""Whose signatures are believed: the keys and certificate authorities that an operator pinned.

A key that comes with a label proves that the label has not been changed since that key signed
it, and nothing of who that was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from colophon.errors import FileMissing, MalformedFile, TooLarge, Unreadable
from colophon.labels import provider_code
from colophon.labels.security_data import certificate, keys
from colophon.labels.security_data.certificate import Certificate
from colophon.labels.security_data.keys import PublicKey

INDEX = "trust.json"
"""Lists files of the folder or keys with a name and the provider codes they speak for."""
_SUFFIXES = frozenset((".pem", ".crt", ".cer", ".der", ".hex", ".txt", ".pub"))
_MOST_FILES = 1000
_LONGEST_FILE = 64 * 1024
_LONGEST_INDEX = 8 << 20
_USCC = slice(4, 22)
"""Where an organisation's own 18 characters stand in its provider code."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A key, or an authority's certificate, under a name. ``codes``: the providers it speaks for,
    as whole codes or as the 18 characters of the organisation; empty: any.
    """

    name: str
    key: PublicKey
    codes: tuple[str, ...] = ()
    authority: Certificate | None = None

    def speaks_for(self, code: str) -> bool:
        return not self.codes or code in self.codes or code[_USCC] in self.codes


@dataclass(frozen=True, slots=True)
class Known:
    """A signer that is known: by what name, and whether it may sign for the provider."""

    name: str
    may: bool


@dataclass(frozen=True, slots=True)
class TrustStore:
    """What an operator pinned; see docs/security-data.md for the folder's form."""

    pins: tuple[Pin, ...] = ()

    @classmethod
    def load(cls, path: Path) -> TrustStore:
        """The store in a folder of keys and certificates, or in one file.

        Raises FileMissing, Unreadable, MalformedFile, TooLarge.
        """
        try:
            if path.is_dir():
                return cls(tuple(_in_folder(path)))
            if not path.exists():
                raise FileMissing(file=path.name)
            return cls((_pinned(path, path.stem, _codes_of(path.stem)),))
        except OSError as error:
            raise Unreadable(file=path.name, detail=error.strerror or "") from error

    def also(self, *pins: Pin) -> TrustStore:
        """This store with further pins: the operator's own key, another folder's."""
        return TrustStore((*self.pins, *pins))

    def knows(
        self,
        key: PublicKey,
        code: str,
        chain: Sequence[Certificate] = (),
        moment: datetime | None = None,
    ) -> Known | None:
        """Who holds a key, or a certificate for it in ``chain`` that holds at that moment."""
        found = [pin for pin in self.pins if pin.authority is None and pin.key.info == key.info]
        for pin in sorted(found, key=lambda pin: not pin.speaks_for(code)):
            return Known(pin.name, pin.speaks_for(code))
        own = next((one for one in chain if one.key.info == key.info), None)
        authorities = [pin for pin in self.pins if pin.authority is not None]
        if own is None or moment is None or not authorities:
            return None
        anchors = [pin.authority for pin in authorities if pin.authority is not None]
        index = certificate.anchor(own, chain, anchors, moment)
        if index is None:
            return None
        above = authorities[index]
        return Known(own.name or above.name, above.speaks_for(code))

    def keys_for(self, code: str) -> tuple[PublicKey, ...]:
        """The pinned keys that may have signed for a provider; those pinned for it come first."""
        found = [pin for pin in self.pins if pin.authority is None and pin.speaks_for(code)]
        return tuple(pin.key for pin in sorted(found, key=lambda pin: not pin.codes))


EMPTY = TrustStore()


def _in_folder(folder: Path) -> Iterator[Pin]:
    listed: set[str] = set()
    index = folder / INDEX
    if index.is_file():
        for entry in _index(index):
            pin = _listed(folder, entry)
            listed.add(str(entry.get("file")))
            yield pin
    names = sorted(one.name for one in folder.iterdir() if one.suffix.lower() in _SUFFIXES)
    if len(names) > _MOST_FILES:
        raise TooLarge(file=folder.name, detail=f"> {_MOST_FILES}")
    for name in names:
        path = folder / name
        if name not in listed and path.is_file():
            yield _pinned(path, path.stem, _codes_of(path.stem))


def _codes_of(stem: str) -> tuple[str, ...]:
    """A file that is named as a provider's or an organisation's code speaks for it alone."""
    named = provider_code.uscc_valid(stem) or not provider_code.faults(stem)
    return (stem,) if named else ()


def _index(path: Path) -> list[dict[str, Any]]:
    try:
        entries = json.loads(_read(path, _LONGEST_INDEX))
    except (ValueError, RecursionError) as error:
        raise MalformedFile(file=path.name, detail="JSON") from error
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise MalformedFile(file=path.name, detail="[{…}, …]")
    return entries


def _listed(folder: Path, entry: dict[str, Any]) -> Pin:
    name, codes = entry.get("name"), entry.get("codes", [])
    if not isinstance(name, str) or not name or not isinstance(codes, list):
        raise MalformedFile(file=INDEX, detail="name, codes")
    allowed = tuple(str(code) for code in codes)
    if isinstance(entry.get("file"), str):
        # A name alone: the index leads to nothing outside its folder.
        return _pinned(folder / Path(entry["file"]).name, name, allowed)
    pin = _pin(str(entry.get("key", "")), name, allowed)
    if pin is None:
        raise MalformedFile(file=INDEX, detail=f"{name}: key")
    return pin


def _pinned(path: Path, name: str, codes: tuple[str, ...]) -> Pin:
    data = _read(path, _LONGEST_FILE)
    text = data.decode("ascii") if data.isascii() and b"\0" not in data else data.hex()
    found = _pin(text, name, codes)
    if found is None:
        raise MalformedFile(file=path.name, detail="PEM, DER, hex")
    return found


def _pin(text: str, name: str, codes: tuple[str, ...]) -> Pin | None:
    found = certificate.of_text(text)
    if found is not None:
        return Pin(name, found.key, codes, found if found.signs_others else None)
    key = keys.public_key(text.strip())
    return Pin(name, key, codes) if key is not None else None


def _read(path: Path, most: int) -> bytes:
    if not path.is_file():
        raise FileMissing(file=path.name)
    with open(path, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TooLarge(file=path.name, detail=f"> {most}")
    return data
