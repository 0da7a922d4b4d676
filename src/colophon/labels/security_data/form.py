"""The ``SecurityData`` object: its entries, and the messages that its signatures are over.

Source: TC260-PG-202511A.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from colophon.labels.security_data import certificate, keys, sm3
from colophon.labels.security_data.certificate import Certificate
from colophon.labels.security_data.keys import PublicKey

LONGEST = 64 * 1024
"""Characters; longer texts are not looked into."""
METADATA, PROPAGATION, BOUND = "Md", "MdPropagation", "MdBindings"
"""What a signature is over: the producer's three fields, a propagator's, and these together with
the digest of the content. The second and third are of our own making."""
CONTENT = "Content"
METHODS = ("payload", "file")

_MOST_ENTRIES = 32
_MOST_KEYS = 8
_DIGEST_LENGTH = 2 * sm3.SIZE
_KEY_TYPES = ("pubkey", "publickey", "cert", "x509", "certificate")
_KEY_VALUES = ("keyvalue", "certvalue", "value", "cert", "x509", "certificate")


@dataclass(frozen=True, slots=True)
class Claims:
    """The fields of a label that signatures are over, as found; empty where absent."""

    label: str = ""
    producer: str = ""
    produce_id: str = ""
    propagator: str = ""
    propagate_id: str = ""

    @property
    def ambiguous(self) -> bool:
        """Whether the messages could be read in two ways, as no honest label's can."""
        values = (self.label, self.producer, self.produce_id, self.propagator, self.propagate_id)
        return any('"' in value or "\\" in value for value in values)

    def message(self) -> str:
        """What a producer signs."""
        return _message(
            ("Label", self.label),
            ("ContentProducer", self.producer),
            ("ProduceID", self.produce_id),
        )

    def propagation(self) -> str:
        """What a propagator signs: the fields of its own, with the label's value."""
        return _message(
            ("Label", self.label),
            ("ContentPropagator", self.propagator),
            ("PropagateID", self.propagate_id),
        )


@dataclass(frozen=True, slots=True)
class Binding:
    """The SM3 of a content by one of METHODS, in lower-case hex."""

    method: str
    digest: str

    def message(self) -> str:
        return _message(("AlgID", sm3.ALGORITHM), ("Method", self.method), ("Digest", self.digest))


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature: what kind of message it is over, by its own words."""

    algorithm: str
    over: str
    signature: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The entries of one object that were understood. ``unknown_bindings``: there are others."""

    signed: tuple[Signed, ...]
    keys: tuple[PublicKey, ...]
    certificates: tuple[Certificate, ...]
    binding: Binding | None
    unknown_bindings: bool


def parse(text: str) -> dict[str, Any] | None:
    """The ``SecurityData`` object, from JSON or from JSON escaped once more; else None.

    Bounded: longer texts than 64 Ki characters are not looked into.
    """
    if len(text) > LONGEST:
        return None
    body = _object(text) or _object(text.replace('\\"', '"'))
    inner = _get(body, "securitydata") if body else None
    return inner if isinstance(inner, dict) else None


def contents(data: dict[str, Any]) -> Contents:
    """What an object holds; never raises."""
    entries = _entries(data, "pubsd")
    signed = tuple(
        Signed(
            _word(entry, "algid"),
            _word(_get(entry, "tbsdata"), "type"),
            _word(entry, "signature"),
        )
        for entry in entries
        if _word(entry, "type").upper() == "DS" and _word(entry, "signature")
    )
    texts = [
        value
        for entry in entries
        if _word(entry, "type").lower() in _KEY_TYPES and (value := _key_value(entry))
    ][:_MOST_KEYS]
    certificates = _known(certificate.of_text, texts)
    found = [*(one.key for one in certificates), *_known(keys.public_key, texts)]
    bound = _entries(data, "bindings")
    bindings = [binding for entry in bound if (binding := _binding(entry))]
    return Contents(
        signed,
        tuple({key.info: key for key in found}.values()),
        tuple(certificates),
        bindings[0] if bindings else None,
        len(bound) > len(bindings),
    )


def encoded(message: str) -> bytes:
    """A message as it is signed; no two texts give the same bytes."""
    return message.encode("utf-8", "surrogatepass")


def _message(*fields: tuple[str, str]) -> str:
    return ",".join(f'"{name}":"{value}"' for name, value in fields)


def _known(reading: Callable[[str], Any], texts: list[str]) -> list[Any]:
    return [found for text in texts if (found := reading(text)) is not None]


def _binding(entry: dict[str, Any]) -> Binding | None:
    method, digest = _word(entry, "method"), _word(entry, "digest").lower()
    known = _word(entry, "type") == CONTENT and _word(entry, "algid") == sm3.ALGORITHM
    if not known or method not in METHODS or len(digest) != _DIGEST_LENGTH:
        return None
    return Binding(method, digest)


def _key_value(entry: dict[str, Any]) -> str:
    return next((value for name in _KEY_VALUES if (value := _word(entry, name))), "")


def _entries(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = _get(data, name)
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        return []
    return [entry for entry in found[:_MOST_ENTRIES] if isinstance(entry, dict)]


def _get(data: object, name: str) -> Any:
    """By name in any case, as producers write it."""
    if not isinstance(data, dict):
        return None
    return next((value for key, value in data.items() if str(key).lower() == name), None)


def _word(data: object, name: str) -> str:
    found = _get(data, name)
    return found.strip() if isinstance(found, str) else ""


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
        if isinstance(value, str):
            value = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
