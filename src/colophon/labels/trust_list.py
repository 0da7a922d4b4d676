"""Whose signatures on manifests count as trusted: anchors, single certificates, purposes.

A folder of the operator's holds what the C2PA project or a regulator publishes, as it is
published: bundles of certificates (PEM), among them those of time-stamping authorities; a file
whose name begins with ``allowed`` names end-entity certificates, or their digests, that are
trusted without a chain; a file ``*.cfg`` lists the extended key usages that count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from colophon.errors import FileMissing, MalformedFile, TooLarge, Unreadable

LARGEST = 8 * 1024 * 1024
"""Bytes of one file of a trust list."""
_BUNDLES = (".pem", ".crt", ".cer")
_CONFIGURATION = ".cfg"
_ALLOWED = "allowed"
_BEGIN = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class TrustList:
    """All PEM. ``own``: the operator's own anchors, beside those of the list. ``purposes``:
    object identifiers of extended key usages, one a line; empty for the SDK's own.
    """

    anchors: bytes = b""
    allowed: bytes = b""
    purposes: bytes = b""
    own: bytes = b""

    @classmethod
    def load(cls, folder: Path, own: Sequence[bytes] = ()) -> TrustList:
        """Raises FileMissing, Unreadable, TooLarge, and MalformedFile for a bundle that holds no
        certificate.
        """
        bundles: list[bytes] = []
        allowed: list[bytes] = []
        purposes: list[bytes] = []
        for path in _files(folder):
            data = _read(path)
            if path.suffix == _CONFIGURATION:
                purposes.append(data)
            elif path.name.startswith(_ALLOWED):
                allowed.append(_checked(path, data) if _BEGIN in data else data)
            elif path.suffix in _BUNDLES:
                bundles.append(_checked(path, data))
        return cls(*(b"\n".join(part) for part in (bundles, allowed, purposes, own)))

    @classmethod
    def of(cls, anchors: TrustList | Sequence[bytes]) -> TrustList:
        """The list itself, or one of single anchors."""
        return anchors if isinstance(anchors, TrustList) else cls(own=b"\n".join(anchors))

    def settings(self) -> dict[str, str]:
        """The SDK's ``trust`` settings."""
        told = {
            "trust_anchors": self.anchors,
            "allowed_list": self.allowed,
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


def _checked(path: Path, data: bytes) -> bytes:
    """The SDK leaves out in silence what it cannot read; nobody would know why none is trusted."""
    try:
        x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise MalformedFile(file=path.name, detail="PEM") from error
    return data
