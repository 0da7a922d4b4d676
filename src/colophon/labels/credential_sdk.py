"""The C2PA project's SDK as it is used here: its settings, and a context for each use.

Nothing is fetched from a network: no remote manifest, no revocation list; only a time-stamp is
asked for, and only where the operator's signer names an authority. Settings stand at the top
level: the SDK ignores in silence what it does not find there.
"""

from __future__ import annotations

import os
import threading
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from colophon.errors import SigningKeyUnusable
from colophon.labels.trust_list import TrustList

if TYPE_CHECKING:
    import c2pa

    from colophon.labels.certificates import Signer

SETTINGS: dict[str, Any] = {
    "version": 1,
    # A thumbnail costs ten times the signature and shows what the file shows anyway.
    "builder": {"thumbnail": {"enabled": False}},
    # Beyond this the SDK's working copy goes to a temporary file instead of memory. (Hashing a
    # film piece by piece would save more, but the SDK's check of it is wrong now and then.)
    "core": {"backing_store_memory_threshold_in_mb": 32},
    # The road reads the finished file back itself, once, after the last step.
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
}


SEPARATE = "application/octet-stream"
"""What the SDK is told of a file whose manifest lies beside it: bytes, nothing to look into."""
_PACKAGES = ("application/vnd.", "application/epub+zip", "application/oxps", "application/x-zip")
_NO_ANSWER = "http resolver"
UNCHECKABLE = "cannot_be_checked"
"""The issue of a manifest in a container that cannot be looked into here."""
ELSEWHERE = "manifest_elsewhere"
"""The issue of a file that names an address for its manifest; nothing is fetched."""
_REMOTE = "Remote"
_NO_INFLATION = "compression method not supported"


@cache
def types() -> tuple[frozenset[str], frozenset[str]]:
    """The media types that can be signed, and those that can be read.

    Packages (ZIP) are read only: the SDK names them, but as it is built for Python it can open
    none whose parts are compressed, which is nearly every one.
    """
    import c2pa

    named = frozenset(c2pa.Builder.get_supported_mime_types())
    can_sign = frozenset(one for one in named if not is_package(one))
    return can_sign, named | frozenset(c2pa.Reader.get_supported_mime_types())


def is_package(media_type: str) -> bool:
    return media_type.startswith(_PACKAGES)


def unchecked(error: Exception) -> str | None:
    """The issue, where the SDK could not look at a manifest at all: that says nothing against
    the file.
    """
    if _NO_INFLATION in str(error):
        return UNCHECKABLE
    return ELSEWHERE if str(error).startswith(_REMOTE) else None


def signing(signer: Signer) -> c2pa.Context:
    return _signing(signer, os.getpid(), threading.get_ident())


def reading(trust: TrustList) -> c2pa.Context:
    return _reading(trust, os.getpid(), threading.get_ident())


def looking() -> c2pa.Context:
    """For whether there is a manifest at all: nothing of it is checked."""
    return _looking(os.getpid(), threading.get_ident())


def reason(error: Exception) -> str:
    """The SDK's own short name of a failure, without paths or content."""
    if _NO_ANSWER in str(error):
        return "RFC 3161"  # of all that is asked for over a network, the only thing allowed
    first = str(error).split(":", 1)[0].strip()
    return first if first.isidentifier() else type(error).__name__.strip("_")


# The SDK's contexts are neither for two threads at once nor for a forked child: one for each.
@lru_cache(maxsize=16)
def _signing(signer: Signer, _process: int, _thread: int) -> c2pa.Context:
    import c2pa

    try:
        stamps = signer.timestamp_url
        info = c2pa.C2paSignerInfo(signer.algorithm, signer.chain, signer.key, stamps)
        native = c2pa.Signer.from_info(info)
        return c2pa.Context(settings=c2pa.Settings.from_dict(SETTINGS), signer=native)
    except c2pa.C2paError as error:
        raise SigningKeyUnusable(detail=reason(error)) from error


@lru_cache(maxsize=16)
def _reading(trust: TrustList, _process: int, _thread: int) -> c2pa.Context:
    import c2pa

    settings = {**SETTINGS, "trust": trust.settings()}
    return c2pa.Context(settings=c2pa.Settings.from_dict(settings))


@lru_cache(maxsize=16)
def _looking(_process: int, _thread: int) -> c2pa.Context:
    import c2pa

    verify = {**SETTINGS["verify"], "verify_after_reading": False}
    return c2pa.Context(settings=c2pa.Settings.from_dict({**SETTINGS, "verify": verify}))
