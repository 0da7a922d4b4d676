"""Public keys in every form that labels bring them in, and the operator's own SM2 key."""

from __future__ import annotations

import base64
import errno
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from colophon.errors import DiskFull, SigningKeyUnusable, TargetExists, TargetUnwritable
from colophon.labels.security_data import der, sm2, sm3

KEY_FILE = "label.key.pem"
"""The name of an operator's SM2 key in its folder of keys."""
SM2_WITH_SM3 = "1.2.156.10197.1.501"
_EC_KEY = bytes.fromhex("2a8648ce3d0201")
_SM2_CURVE = bytes.fromhex("2a811ccf5501822d")
_HEADER = der.wrap(der.SEQUENCE, der.wrap(der.OID, _EC_KEY), der.wrap(der.OID, _SM2_CURVE))
_PEM = re.compile(r"-----BEGIN ?([A-Z0-9 ]+?)-----([^-]*)-----END", re.DOTALL)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LONGEST_FILE = 64 * 1024

HASHES: Mapping[str, str] = MappingProxyType(
    {
        "1.2.840.113549.1.1.11": "SHA256",
        "1.2.840.113549.1.1.12": "SHA384",
        "1.2.840.113549.1.1.13": "SHA512",
        "1.2.840.10045.4.3.2": "SHA256",
        "1.2.840.10045.4.3.3": "SHA384",
        "1.2.840.10045.4.3.4": "SHA512",
    }
)
"""RSA (PKCS 1 v1.5) and ECDSA by their object identifiers."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """``info``: its SubjectPublicKeyInfo in DER; ``point``: where it is an SM2 key."""

    info: bytes
    point: sm2.Point | None = None

    @property
    def fingerprint(self) -> str:
        """SM3 of the SubjectPublicKeyInfo, in hex."""
        return sm3.digest(self.info).hex()

    @property
    def short(self) -> str:
        """The key in the fewest characters that readers of labels take: an SM2 key compressed."""
        if self.point is None:
            return self.info.hex().upper()
        return f"{2 + self.point[1] % 2:02}{sm2.octets(self.point[0]).hex().upper()}"

    @property
    def pem(self) -> str:
        return _as_pem("PUBLIC KEY", self.info)

    def verifies(self, algorithm: str, message: bytes, signature: bytes) -> str | None:
        """How the signature fits: ``plain``, ``prehashed``, or None where it does not."""
        if self.point is None:
            return _verified_by_others(self.info, algorithm, message, signature)
        numbers = der.pair(signature, sm2.SIZE)
        if numbers is None or algorithm != SM2_WITH_SM3:
            return None
        for form in ("plain", "prehashed"):
            number = sm2.digest(self.point, message, prehashed=form == "prehashed")
            if sm2.verify(self.point, number, numbers):
                return form
        return None


@dataclass(frozen=True, slots=True)
class Sm2Key:
    """A key that signs labels. Its file is PKCS 8 in PEM, as OpenSSL reads and writes it."""

    secret: int = field(repr=False)

    @classmethod
    def generate(cls) -> Sm2Key:
        """A new key."""
        return cls(secrets.randbelow(sm2.N - 2) + 1)

    @classmethod
    def load(cls, path: Path) -> Sm2Key:
        """The key in a file. Raises SigningKeyUnusable."""
        try:
            text = path.read_bytes()[:_LONGEST_FILE].decode("ascii")
            return cls(_secret(text))
        except (OSError, ValueError) as error:
            raise SigningKeyUnusable(detail=path.name) from error

    @property
    def public(self) -> PublicKey:
        return of_point(sm2.public_of(self.secret))

    def signature(self, message: bytes) -> bytes:
        """The DER signature over a message, in the plain form."""
        public = sm2.public_of(self.secret)
        return der.signature(*sm2.sign(self.secret, sm2.digest(public, message)))

    def save(self, path: Path) -> None:
        """Writes a new file that its owner alone can read.

        Raises TargetExists rather than replace a key, TargetUnwritable, DiskFull.
        """
        public = _uncompressed(sm2.public_of(self.secret))
        inner = der.wrap(
            der.SEQUENCE,
            der.integer(1),
            der.wrap(der.OCTETS, sm2.octets(self.secret)),
            der.wrap(0xA1, der.wrap(der.BITS, b"\0", public)),
        )
        info = der.wrap(der.SEQUENCE, der.integer(0), _HEADER, der.wrap(der.OCTETS, inner))
        write_new(path, _as_pem("PRIVATE KEY", info).encode("ascii"))


def of_point(point: sm2.Point) -> PublicKey:
    """The SM2 key that is this point."""
    bits = der.wrap(der.BITS, b"\0", _uncompressed(point))
    return PublicKey(der.wrap(der.SEQUENCE, _HEADER, bits), point)


def public_key(text: str) -> PublicKey | None:
    """A key as DER (hex or Base64), PEM, 04‖x‖y, x‖y, or compressed; None when it is none."""
    data = pem_body(text, "PUBLIC KEY") or der.bytes_of(text)
    return of_bytes(data) if data else None


def of_bytes(data: bytes) -> PublicKey | None:
    """A key in any of the forms as bytes; None when it is none."""
    point = _point(data)
    if point is not None:
        return of_point(point)
    try:
        header, bits = der.children(der.inside(data))
        names = [content for tag, content in der.children(header[1]) if tag == der.OID]
    except ValueError:
        return None
    if _SM2_CURVE in names:
        point = _point(bits[1][1:])
        return of_point(point) if point else None
    return PublicKey(data) if bits[0] == der.BITS else None


def pem_body(text: str, kind: str) -> bytes | None:
    """The bytes in the first PEM block of this kind; line ends may be escaped or lost."""
    for match in _PEM.finditer(text[: 2 * _LONGEST_FILE]):
        if match[1].replace(" ", "") == kind.replace(" ", ""):
            return der.bytes_of(match[2].replace("\\n", "").replace("\\r", ""))
    return None


def _point(data: bytes) -> sm2.Point | None:
    if len(data) == 1 + sm2.SIZE and data[0] in (2, 3):
        return sm2.with_parity(int.from_bytes(data[1:]), odd=data[0] == 3)
    if len(data) == 1 + 2 * sm2.SIZE and data[0] == 4:
        data = data[1:]
    if len(data) != 2 * sm2.SIZE:
        return None
    point = int.from_bytes(data[: sm2.SIZE]), int.from_bytes(data[sm2.SIZE :])
    return point if sm2.on_curve(point) else None


def _uncompressed(point: sm2.Point) -> bytes:
    return b"\4" + sm2.octets(point[0]) + sm2.octets(point[1])


def _verified_by_others(info: bytes, algorithm: str, message: bytes, sign: bytes) -> str | None:
    """RSA and ECDSA, by the cryptography package."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    if algorithm not in HASHES:
        return None
    hashed = getattr(hashes, HASHES[algorithm])()
    try:
        key = serialization.load_der_public_key(info)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(sign, message, padding.PKCS1v15(), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(sign, message, ec.ECDSA(hashed))
        else:
            return None
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return None
    return "plain"


def _secret(text: str) -> int:
    """Raises ValueError."""
    data = pem_body(text, "PRIVATE KEY")
    if data is not None:
        parts = der.children(der.inside(data))
        if len(parts) < 3 or _SM2_CURVE not in parts[1][1]:
            raise ValueError("another kind of key")
        data = parts[2][1]
    else:
        data = pem_body(text, "EC PRIVATE KEY") or pem_body(text, "SM2 PRIVATE KEY") or b""
        if _SM2_CURVE not in data:
            raise ValueError("another kind of key")
    secret = int.from_bytes(der.children(der.inside(data))[1][1])
    if not 0 < secret < sm2.N - 1:
        raise ValueError("out of range")
    return secret


def _as_pem(kind: str, data: bytes) -> str:
    text = base64.b64encode(data).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""))


def write_new(path: Path, data: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise TargetExists(file=path.name) from error
    except OSError as error:
        raise TargetUnwritable(file=path.name, detail=error.strerror or "") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise DiskFull(file=path.name) from error
        raise TargetUnwritable(file=path.name, detail=error.strerror or "") from error
