"""The operator's signing key and certificate for content credentials (C2PA).

A development certificate is made on the operator's own machine so that manifests can be signed
from the first day. Nobody else trusts it: for credentials that others accept, put a chain from
a certificate authority of the C2PA trust list and its key into the same two files.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from colophon.errors import DiskFull, SigningKeyUnusable, TargetExists, TargetUnwritable
from colophon.labels.trust_list import TrustList

__all__ = ["Paths", "Signer", "TrustList", "load", "make_development", "paths"]

KEY_FILE = "signer.key.pem"
CHAIN_FILE = "signer.pem"
ROOT_FILE = "root.pem"
DEVELOPMENT = "Colophon development"
"""Begins the common names of certificates made here, so that everyone sees what they are."""

_LEAF_DAYS = 5 * 365
_ROOT_DAYS = 10 * 365
_LONGEST_NAME = 64  # X.520 ub-organization-name
_DISK_FULL = 28  # errno ENOSPC


@dataclass(frozen=True, slots=True)
class Paths:
    key: Path
    chain: Path
    root: Path


@dataclass(frozen=True, slots=True)
class Signer:
    """What signing needs: the chain (leaf first, PEM), its key (PKCS 8, PEM), the algorithm's
    name in C2PA. ``root`` is the anchor's PEM where the operator keeps one. ``timestamp_url``
    names an RFC 3161 authority that each signature is sent to: what is signed then stays valid
    when the certificate has run out, and signing fails while the authority does not answer.
    """

    chain: bytes
    key: bytes = field(repr=False)
    algorithm: str
    name: str
    development: bool
    root: bytes | None = None
    timestamp_url: str | None = None


def paths(folder: Path) -> Paths:
    """Where the three files lie in a folder of keys."""
    return Paths(folder / KEY_FILE, folder / CHAIN_FILE, folder / ROOT_FILE)


def make_development(folder: Path, operator_name: str, *, now: datetime | None = None) -> Paths:
    """A new ES256 key with a development certificate, each file readable by its owner alone.

    The root's own key is thrown away: it can never sign anything else. Raises TargetExists
    rather than replace a key, TargetUnwritable, DiskFull.
    """
    made = paths(folder)
    start = (now or datetime.now(UTC)) - timedelta(days=1)
    root_key = ec.generate_private_key(ec.SECP256R1())
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    root = _root(root_key, operator_name, start)
    leaf = _leaf(leaf_key, operator_name, start, root, root_key)
    key_pem = leaf_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = serialization.Encoding.PEM
    # The key comes last: where it stands, everything it needs stands beside it.
    _folder(folder)
    if made.key.exists():
        raise TargetExists(file=made.key.name)
    _write(made.root, root.public_bytes(pem))
    _write(made.chain, leaf.public_bytes(pem))
    _write(made.key, key_pem)
    return made


def load(folder: Path, *, timestamp_url: str | None = None) -> Signer:
    """The signer kept in a folder. Raises SigningKeyUnusable, saying which part is at fault."""
    where = paths(folder)
    chain, key_pem = _bytes(where.chain), _bytes(where.key)
    try:
        leaf = x509.load_pem_x509_certificates(chain)[0]
        key = serialization.load_pem_private_key(key_pem, password=None)
    except (ValueError, TypeError, IndexError, UnsupportedAlgorithm) as error:
        raise SigningKeyUnusable(detail=f"{CHAIN_FILE} / {KEY_FILE}") from error
    if _public(key.public_key()) != _public(leaf.public_key()):
        raise SigningKeyUnusable(detail=f"{KEY_FILE} ≠ {CHAIN_FILE}")
    common = _name(leaf, NameOID.COMMON_NAME)
    return Signer(
        chain=chain,
        key=key_pem,
        algorithm=_algorithm(key),
        name=_name(leaf, NameOID.ORGANIZATION_NAME) or common,
        development=common.startswith(DEVELOPMENT),
        root=where.root.read_bytes() if where.root.is_file() else None,
        timestamp_url=timestamp_url,
    )


def _root(key: ec.EllipticCurvePrivateKey, operator_name: str, start: datetime) -> x509.Certificate:
    subject = _subject(operator_name, f"{DEVELOPMENT} root")
    usage = _usage(certificate_signing=True)
    builder = _builder(subject, subject, key, start, _ROOT_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    operator_name: str,
    start: datetime,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """Source: C2PA technical specification, certificate profile: not a CA, digitalSignature
    alone, an extended key usage for signing, both key identifiers, an organisation's name.
    """
    subject = _subject(operator_name, f"{DEVELOPMENT} signer")
    builder = _builder(subject, root.subject, key, start, _LEAF_DAYS)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    builder = builder.add_extension(_usage(certificate_signing=False), critical=True)
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    builder = builder.add_extension(purposes, critical=False)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    builder = builder.add_extension(authority, critical=False)
    return builder.sign(root_key, hashes.SHA256())


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: datetime,
    days: int,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=start,
        not_valid_after=start + timedelta(days=days),
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return builder.add_extension(identifier, critical=False)


def _subject(operator_name: str, common_name: str) -> x509.Name:
    organisation = operator_name.strip()[:_LONGEST_NAME] or DEVELOPMENT
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, certificate_signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificate_signing,
        key_cert_sign=certificate_signing,
        crl_sign=certificate_signing,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _algorithm(key: object) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        named = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
        if key.curve.name in named:
            return named[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    raise SigningKeyUnusable(detail=type(key).__name__)


def _public(key: object) -> bytes:
    # Every public key class has this method; the union type of the library is wider than ours.
    return key.public_bytes(  # type: ignore[attr-defined,no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _name(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(kind)
    return str(found[0].value) if found else ""


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SigningKeyUnusable(detail=path.name) from error


def _folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise TargetUnwritable(file=folder.name, detail=error.strerror) from error


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno == _DISK_FULL:
            raise DiskFull(file=path.name) from error
        raise TargetUnwritable(file=path.name, detail=error.strerror) from error
