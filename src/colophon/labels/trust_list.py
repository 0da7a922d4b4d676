"""Whose signatures on manifests count as trusted: anchors, single certificates, purposes.

A folder of the operator's holds what the C2PA project or a regulator publishes, as it is
published: bundles of certificates (PEM), among them those of time-stamping authorities; a file
whose name begins with ``allowed`` names end-entity certificates, or their digests, that are
trusted without a chain; a file ``*.cfg`` lists extended key usages that count too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from colophon.errors import FileMissing, MalformedFile, TooLarge, Unreadable

LARGEST = 8 * 1024 * 1024
"""Bytes of one file of a trust list."""
_BUNDLES = (".pem", ".crt", ".cer")
_CONFIGURATION = ".cfg"
_ALLOWED = "allowed"
_BEGIN = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class TrustList:
    """``anchors``, ``own``: PEM, those of the list and the operator's own. ``allowed``: SHA-256 of
    single certificates. ``purposes``: object identifiers of extended key usages, one a line, that
    count beside the SDK's own.
    """

    anchors: bytes = b""
    allowed: frozenset[bytes] = frozenset()
    purposes: bytes = b""
    own: bytes = b""

    @classmethod
    def load(cls, folder: Path, own: Sequence[bytes] = ()) -> TrustList:
        """Raises FileMissing, Unreadable, TooLarge, and MalformedFile for a bundle that holds no
        certificate.
        """
        bundles: list[bytes] = []
        allowed: set[bytes] = set()
        purposes: list[bytes] = []
        for path in _files(folder):
            data = _read(path)
            if path.suffix == _CONFIGURATION:
                purposes.append(data)
            elif path.name.startswith(_ALLOWED):
                allowed |= _digests(path, data)
            elif path.suffix in _BUNDLES:
                _certificates(path, data)
                bundles.append(data)
        joined = (b"\n".join(part) for part in (bundles, purposes, own))
        return cls(next(joined), frozenset(allowed), *joined)

    @classmethod
    def of(cls, anchors: TrustList | Sequence[bytes]) -> TrustList:
        """The list itself, or one of single anchors."""
        return anchors if isinstance(anchors, TrustList) else cls(own=b"\n".join(anchors))

    def allows(self, certificate: bytes | None) -> bool:
        """Whether a single certificate (DER) is trusted without a chain."""
        return certificate is not None and hashlib.sha256(certificate).digest() in self.allowed

    def settings(self) -> dict[str, str]:
        """The SDK's ``trust`` settings."""
        told = {
            "trust_anchors": self.anchors,
            "trust_config": self.purposes,
            "user_anchors": self.own,
        }
        return {name: data.decode("ascii", "replace") for name, data in told.items() if data}


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise FileMissing(file=folder.name) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Unreadable(file=path.name) from error
    if len(data) > LARGEST:
        raise TooLarge(file=path.name, detail=f"{LARGEST // 2**20} MiB")
    return data


def _certificates(path: Path, data: bytes) -> list[x509.Certificate]:
    """The SDK leaves out in silence what it cannot read; nobody would know why none is trusted."""
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise MalformedFile(file=path.name, detail="PEM") from error


def _digests(path: Path, data: bytes) -> set[bytes]:
    """Of certificates, or as they stand there in base 64, one a line."""
    if _BEGIN in data:
        return {one.fingerprint(hashes.SHA256()) for one in _certificates(path, data)}
    found = set()
    for line in data.split():
        try:
            found.add(base64.b64decode(line, validate=True))
        except binascii.Error as error:
            raise MalformedFile(file=path.name, detail="base64") from error
    return found
