"""Signing a text and checking a signed one.

The SDK takes no text for what it is, but it signs a manifest for any bytes beside it, and binds
it to the hash it is given: so the manifest is made for the text, put into it in the way of
its type (see credential_places), and made again until it says exactly where it lies.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

from colophon.errors import CredentialFailed
from colophon.labels import credential_assertions, credential_places, credential_sdk
from colophon.labels.credential_places import Place
from colophon.labels.trust_list import TrustList

Make = Callable[[dict[str, Any]], bytes]
"""From the assertion of the hard binding to a manifest store."""

_TRIES, _ROUND = 400, 16
_GUESS = 0x4000
_NEAR = 12
"""Bytes by which runs of selectors differ for the signature's sake alone."""
_SLACK = 64
"""Bytes that a manifest may grow by when it is made again, in base 64."""
_MISMATCH, _MATCH = "assertion.dataHash.mismatch", "assertion.dataHash.match"


def signed(data: bytes, media_type: str, make: Make) -> tuple[bytes, int]:
    """The text with its manifest, and the manifest's bytes. Raises CredentialFailed.

    How long a run of selectors is depends on the bytes of a signature that no one can know
    beforehand: one of about six fits the length that was foretold, so they are made until one
    does. (Padding it would be quicker; the specification's wrapper has no room for that.)
    An element or a comment is filled up with spaces: its second manifest fits.
    """
    if len(data) > credential_places.LARGEST:
        raise CredentialFailed(detail=f"> {credential_places.LARGEST // 2**20} MiB")
    _, place = credential_places.inserted(data, media_type, b"")
    beside = place.bound[: place.start] + place.bound[place.start + place.length :]
    digest = hashlib.sha256(beside).digest()
    slack = 0 if media_type == credential_places.PLAIN else _SLACK
    length, room = _GUESS, 0
    for attempt in range(_TRIES):
        manifest = make(credential_assertions.binding(digest, (place.start, length)))
        taken = credential_places.taken(place, media_type, manifest, room)
        if taken == length:
            return credential_places.inserted(data, media_type, manifest, room)[0], len(manifest)
        # A length once met is met again, unless it was a rare one.
        if attempt % _ROUND == 0 or abs(taken - length) > _NEAR:
            length = room = taken + slack
    raise CredentialFailed(detail="length")


def report(place: Place, media_type: str, trust: TrustList) -> dict[str, Any]:
    """The SDK's report on a text and its manifest, its finding on the binding put right.

    The SDK compares the excluded range with the place where it would look for a manifest
    itself, which in texts is nowhere; here it is compared with the place where the manifest was
    found. That the hash fits is the SDK's finding.
    """
    import c2pa

    context = credential_sdk.reading(trust)
    stream = io.BytesIO(place.bound)
    with c2pa.Reader(media_type, stream, place.manifest, context=context) as reader:
        told: dict[str, Any] = json.loads(reader.json())
        bound = _excluded(json.loads(reader.crjson())) == [(place.start, place.length)]
    return _settled(told) if bound else told


def _excluded(crjson: dict[str, Any]) -> list[tuple[int, int]] | None:
    try:
        assertion = crjson["manifests"][0]["assertions"]["c2pa.hash.data"]
        return [(one["start"], one["length"]) for one in assertion["exclusions"]]
    except (KeyError, IndexError, TypeError):
        return None


def _settled(told: dict[str, Any]) -> dict[str, Any]:
    """Without the failures that the SDK's own finding of a fitting hash makes groundless."""
    active = told.get("validation_results", {}).get("activeManifest", {})
    fits = {one.get("url") for one in active.get("success", []) if one.get("code") == _MATCH}
    left = [
        one
        for one in active.get("failure", [])
        if one.get("code") != _MISMATCH or one.get("url") not in fits
    ]
    active["failure"] = left
    trusted = any(one.get("code") == "signingCredential.trusted" for one in active["success"])
    wrong = [one for one in left if one.get("code") != "signingCredential.untrusted"]
    told["validation_state"] = "Invalid" if wrong else ("Trusted" if trusted else "Valid")
    return told
