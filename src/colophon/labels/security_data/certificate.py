"""X.509 certificates (RFC 5280), SM2 ones among them, which the cryptography package parses but
whose keys and signatures it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from colophon.labels.security_data import der, keys
from colophon.labels.security_data.keys import PublicKey

if TYPE_CHECKING:
    from cryptography import x509

_Kind = TypeVar("_Kind", bound="x509.ExtensionType")
_LONGEST_CHAIN = 4
_VERSION = 0xA0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is needed of one. ``signs_others``: it is a certificate authority's; ``below``: how
    many further authorities may stand between it and a signer (None: any number).
    """

    key: PublicKey
    name: str
    subject: bytes
    issuer: bytes
    begins: datetime
    ends: datetime
    signs_others: bool
    below: int | None
    signs_content: bool
    body: bytes
    algorithm: str
    signature: bytes

    def holds_at(self, moment: datetime) -> bool:
        return self.begins <= moment <= self.ends

    def issued(self, other: Certificate) -> bool:
        """Whether the other certificate was signed with this one's key, by right."""
        if not self.signs_others or other.issuer != self.subject:
            return False
        return self.key.verifies(other.algorithm, other.body, other.signature) == "plain"


def of_text(text: str) -> Certificate | None:
    """A certificate as PEM, or its DER in hex or Base64; None when it is none."""
    data = keys.pem_body(text, "CERTIFICATE") or der.bytes_of(text)
    return of_bytes(data) if data else None


def of_bytes(data: bytes) -> Certificate | None:
    """A certificate in DER; None when it is none."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    if len(data) > der.MOST_BYTES:
        return None
    try:
        found = x509.load_der_x509_certificate(data)
        return _of(found)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension):
        return None


def anchor(
    signer: Certificate,
    others: Sequence[Certificate],
    anchors: Sequence[Certificate],
    moment: datetime,
) -> int | None:
    """The index of the anchor at which the signer's chain ends, over any of the other
    certificates; None without such a chain, or where one of it does not hold at that moment.
    """
    if not signer.signs_content or not signer.holds_at(moment):
        return None
    at, left = signer, [one for one in others[:_LONGEST_CHAIN] if one is not signer]
    for between in range(_LONGEST_CHAIN):
        for index, candidate in enumerate(anchors):
            if _stands_above(candidate, at, between, moment):
                return index
        above = next((one for one in left if _stands_above(one, at, between, moment)), None)
        if above is None:
            return None
        left.remove(above)
        at = above
    return None


def _stands_above(candidate: Certificate, at: Certificate, between: int, moment: datetime) -> bool:
    if candidate.below is not None and between > candidate.below:
        return False
    return candidate.holds_at(moment) and candidate.issued(at)


def _of(found: x509.Certificate) -> Certificate | None:
    from cryptography import x509

    body = found.tbs_certificate_bytes
    parts = der.children(der.inside(body))
    version = 1 if parts[0][0] == _VERSION else 0
    key = keys.of_bytes(der.wrap(der.SEQUENCE, parts[version + 5][1]))
    if key is None:
        return None
    constraints = _extension(found, x509.BasicConstraints)
    usage = _extension(found, x509.KeyUsage)
    return Certificate(
        key=key,
        name=_name(found),
        subject=parts[version + 4][1],
        issuer=parts[version + 2][1],
        begins=found.not_valid_before_utc,
        ends=found.not_valid_after_utc,
        signs_others=bool(constraints and constraints.ca) and (not usage or usage.key_cert_sign),
        below=constraints.path_length if constraints else None,
        signs_content=not usage or usage.digital_signature or usage.content_commitment,
        body=body,
        algorithm=found.signature_algorithm_oid.dotted_string,
        signature=found.signature,
    )


def _name(found: x509.Certificate) -> str:
    """The subject's organisation and common name."""
    from cryptography.x509.oid import NameOID

    kinds = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    named = [str(one.value) for kind in kinds for one in found.subject.get_attributes_for_oid(kind)]
    return " ".join(dict.fromkeys(named))[:200]


def _extension(found: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    from cryptography import x509

    try:
        return found.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
