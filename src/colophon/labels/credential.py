"""Content credentials (C2PA): a signed manifest in the file, and what one found there says.

Signing is the last step before the hash: whatever is changed afterwards makes the manifest
invalid, which is its purpose. No thumbnail is made and nothing is fetched from a network.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from colophon import __version__
from colophon.errors import CredentialFailed, CredentialUnsupported, SigningKeyUnusable
from colophon.labels import credential_bytes, credential_report
from colophon.labels.model import CredentialLayer

if TYPE_CHECKING:
    import c2pa

    from colophon.labels.certificates import Signer

Action = Literal["created", "opened"]
Source = Path | BinaryIO

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = SOURCE_TYPES + "trainedAlgorithmicMedia"
COMPOSITE = SOURCE_TYPES + "compositeWithTrainedAlgorithmicMedia"

TOO_LARGE = "too_large_to_check"
"""The issue of a manifest that was found and, to keep memory bounded, not checked."""

_PARENT = "parent"
_SETTINGS: dict[str, Any] = {
    "version": 1,
    # A thumbnail costs ten times the signature and shows what the file shows anyway.
    "builder": {"thumbnail": {"enabled": False}},
    # Beyond this the SDK's working copy goes to a temporary file instead of memory. (Hashing a
    # film piece by piece would save more, but the SDK's check of it is wrong now and then.)
    "core": {"backing_store_memory_threshold_in_mb": 32},
    # The road reads the finished file back itself, once, after the last step.
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
}


@dataclass(frozen=True, slots=True)
class Signed:
    """``size``: bytes of the manifest store. ``parent``: the source's own manifest was kept
    as the parent's.
    """

    size: int
    parent: bool
    signer: str


def supports(media_type: str) -> bool:
    """Whether a manifest can be put into files of this type."""
    return media_type in _types()[0]


def readable(media_type: str) -> bool:
    """Whether files of this type are looked into for a manifest."""
    return media_type in _types()[1]


def holds(source: Source, media_type: str) -> bool:
    """Whether a file holds a manifest, valid or not; cheap, and for any bytes."""
    if not readable(media_type):
        return False
    with _opened(source, "rb") as reading:
        return _holds_manifest(reading, media_type)


def too_large(source: Source, media_type: str) -> bool:
    """Whether a file is too large to be signed, or its manifest checked, in bounded memory."""
    with _opened(source, "rb") as reading:
        return credential_bytes.too_large(reading, media_type)


def sign(
    source: Source,
    target: Source,
    media_type: str,
    signer: Signer,
    *,
    title: str,
    software_agent: tuple[str, str],
    digital_source_type: str = GENERATED,
    aigc_json: str | None = None,
    explicit: str | None = None,
    action: Action | None = None,
    parent: Source | None = None,
    parent_type: str | None = None,
) -> Signed:
    """The source with a signed manifest, written to ``target`` (a path of its own, or a stream).

    ``software_agent`` is the generating system's name and version, ``explicit`` the words of
    the explicit label. ``parent`` is the file this one was made from; without it, a source that
    already holds a manifest is its own parent. ``parent_type`` is its media type where it
    differs. ``action`` follows from there being a parent, unless given.
    Raises CredentialUnsupported, CredentialFailed, SigningKeyUnusable; a target path is then
    left empty of anything partial.
    """
    if not supports(media_type):
        raise CredentialUnsupported(media_type=media_type)
    with _opened(source, "rb") as reading, _opened(parent, "rb") as given:
        origin = given or (reading if reading and _holds_manifest(reading, media_type) else None)
        chosen: Action = action or ("opened" if origin else "created")
        manifest = _manifest(title, software_agent, digital_source_type, chosen)
        manifest["assertions"] += _aigc_assertion(aigc_json, explicit)
        with _opened(target, "w+b") as writing:
            kept = (origin, parent_type or media_type) if origin else None
            size = _sign(manifest, reading, writing, media_type, signer=signer, parent=kept)
    return Signed(size, origin is not None, signer.name)


def read(
    source: Source,
    media_type: str,
    anchors: Sequence[bytes] = (),
    *,
    aigc_json: str | None = None,
) -> CredentialLayer:
    """What the manifest in a file says and whether it holds; never raises for any bytes.

    A manifest in a file too large to be checked in bounded memory is present, with ``valid``
    None and TOO_LARGE among its ``issues``.
    ``anchors`` are certificates (PEM) whose signers count as trusted. ``aigc_json`` is the label
    found in the file's metadata, to be compared with the manifest's copy.
    """
    import c2pa

    if not readable(media_type):
        return CredentialLayer(present=False)
    with _opened(source, "rb") as reading:
        if credential_bytes.rules_out(reading, media_type):
            return CredentialLayer(present=False)
        if credential_bytes.too_large(reading, media_type):
            return _unchecked(reading)
        reading.seek(0)
        try:
            context = _reading_context(b"".join(anchors), os.getpid(), threading.get_ident())
            with c2pa.Reader(media_type, reading, context=context) as reader:
                report = json.loads(reader.json())
        except c2pa.C2paError.ManifestNotFound:
            return CredentialLayer(present=False)
        except (c2pa.C2paError, ValueError, RecursionError, OSError) as error:
            return _broken(reading, error)
    return credential_report.layer(report, aigc_json)


def _sign(
    manifest: dict[str, Any],
    reading: BinaryIO,
    writing: BinaryIO,
    media_type: str,
    *,
    signer: Signer,
    parent: tuple[BinaryIO, str] | None,
) -> int:
    import c2pa

    context = _signing_context(signer, os.getpid(), threading.get_ident())
    try:
        with c2pa.Builder(manifest, context=context) as builder:
            if parent is not None:
                origin, kind = parent
                origin.seek(0)
                ingredient = {"relationship": "parentOf", "label": _PARENT}
                builder.add_ingredient(ingredient, kind, origin)
            reading.seek(0)
            return len(builder.sign(media_type, reading, writing))
    except c2pa.C2paError as error:
        raise CredentialFailed(detail=_reason(error)) from error


def _manifest(
    title: str, software_agent: tuple[str, str], source_type: str, action: Action
) -> dict[str, Any]:
    name, version = software_agent
    first: dict[str, Any] = {
        "action": f"c2pa.{action}",
        "digitalSourceType": source_type,
        "softwareAgent": {"name": name, "version": version},
    }
    if action == "opened":
        first["parameters"] = {"ingredientIds": [_PARENT]}
    return {
        "claim_generator_info": [{"name": "Colophon", "version": __version__}],
        "title": title,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [first]}}],
    }


def _aigc_assertion(aigc_json: str | None, explicit: str | None) -> list[dict[str, Any]]:
    data: dict[str, Any] = {}
    if aigc_json:
        data["implicit"] = json.loads(aigc_json)
    if explicit:
        data["explicit"] = explicit
    return [{"label": credential_report.AIGC_ASSERTION, "data": data}] if data else []


def _holds_manifest(reading: BinaryIO, media_type: str) -> bool:
    """Whether the file has a manifest store; a cheap look settles it for nearly all files."""
    import c2pa

    if credential_bytes.rules_out(reading, media_type):
        return False
    if credential_bytes.too_large(reading, media_type):
        return credential_bytes.mentions(reading)
    reading.seek(0)
    try:
        context = _looking_context(os.getpid(), threading.get_ident())
        c2pa.Reader(media_type, reading, context=context).close()
    except c2pa.C2paError:
        return False
    return True


def _unchecked(reading: BinaryIO) -> CredentialLayer:
    if not credential_bytes.mentions(reading):
        return CredentialLayer(present=False)
    return CredentialLayer(present=True, issues=(TOO_LARGE,))


def _broken(reading: BinaryIO, error: Exception) -> CredentialLayer:
    """A manifest that cannot be read is there and not valid; a broken file has none."""
    if not credential_bytes.mentions(reading):
        return CredentialLayer(present=False)
    return CredentialLayer(present=True, valid=False, trusted=False, issues=(_reason(error),))


def _reason(error: Exception) -> str:
    """The SDK's own short name of a failure, without paths or content."""
    first = str(error).split(":", 1)[0].strip()
    return first if first.isidentifier() else type(error).__name__.strip("_")


@contextmanager
def _opened(source: Source | None, mode: str) -> Iterator[Any]:
    """The stream, opened if it is a path; a written path that failed is taken away again."""
    if not isinstance(source, Path):
        yield source
        return
    try:
        with source.open(mode) as file:
            yield file
    except BaseException:
        if mode != "rb":
            source.unlink(missing_ok=True)
        raise


@cache
def _types() -> tuple[frozenset[str], frozenset[str]]:
    import c2pa

    can_sign = frozenset(c2pa.Builder.get_supported_mime_types())
    return can_sign, can_sign | frozenset(c2pa.Reader.get_supported_mime_types())


# The SDK's contexts are neither for two threads at once nor for a forked child: one for each.
@lru_cache(maxsize=16)
def _signing_context(signer: Signer, _process: int, _thread: int) -> c2pa.Context:
    import c2pa

    try:
        info = c2pa.C2paSignerInfo(signer.algorithm, signer.chain, signer.key, None)
        native = c2pa.Signer.from_info(info)
        return c2pa.Context(settings=c2pa.Settings.from_dict(_SETTINGS), signer=native)
    except c2pa.C2paError as error:
        raise SigningKeyUnusable(detail=_reason(error)) from error


@lru_cache(maxsize=16)
def _reading_context(anchors: bytes, _process: int, _thread: int) -> c2pa.Context:
    import c2pa

    settings = dict(_SETTINGS)
    if anchors:
        settings["trust"] = {"user_anchors": anchors.decode("ascii", "replace")}
    return c2pa.Context(settings=c2pa.Settings.from_dict(settings))


@lru_cache(maxsize=16)
def _looking_context(_process: int, _thread: int) -> c2pa.Context:
    import c2pa

    verify = {**_SETTINGS["verify"], "verify_after_reading": False}
    return c2pa.Context(settings=c2pa.Settings.from_dict({**_SETTINGS, "verify": verify}))
