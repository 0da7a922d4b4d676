"""Content credentials (C2PA): a signed manifest in the file, and what one found there says.

Signing is the last step before the hash: whatever is changed afterwards makes the manifest
invalid, which is its purpose. No thumbnail is made and nothing is fetched from a network.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Required, TypedDict, Unpack

from colophon.errors import (
    CredentialFailed,
    CredentialUnsupported,
    MalformedFile,
    TooLarge,
    UsageError,
)
from colophon.labels import (
    credential_assertions,
    credential_bytes,
    credential_places,
    credential_report,
    credential_sdk,
    credential_text,
)
from colophon.labels.credential_assertions import (
    COMPOSITE,
    GENERATED,
    SOURCE_TYPES,
    Action,
    Claims,
    Model,
)
from colophon.labels.credential_places import MisplacedManifest
from colophon.labels.credential_sdk import ELSEWHERE, UNCHECKABLE, reason
from colophon.labels.model import CredentialLayer
from colophon.labels.trust_list import TrustList

if TYPE_CHECKING:
    import c2pa

    from colophon.labels.certificates import Signer

__all__ = [
    "COMPOSITE",
    "ELSEWHERE",
    "GENERATED",
    "SIDECAR_TYPE",
    "SOURCE_TYPES",
    "TEXTS",
    "TOO_LARGE",
    "UNCHECKABLE",
    "Model",
    "Signed",
    "Told",
    "holds",
    "read",
    "read_sidecar",
    "readable",
    "sign",
    "sign_sidecar",
    "signable",
    "supports",
    "too_large",
]

Source = Path | BinaryIO
Trust = TrustList | Sequence[bytes]

TOO_LARGE = "too_large_to_check"
"""The issue of a manifest that was found and, to keep memory bounded, not checked."""
SIDECAR_TYPE = "application/c2pa"
"""The media type of a manifest store in a file of its own, ``<file>.c2pa``."""

TEXTS = credential_places.TEXTS
"""The types of words that may bear a manifest."""
_LARGEST_SIDECAR = 16 * 1024 * 1024
_LARGEST_TEXT = credential_places.LARGEST
_BARE_JXL = b"\xff\x0a"


class Told(TypedDict, total=False):
    """What is said of a file that is signed.

    ``title``: the content's name or number. ``software_agent``: the generating system's name
    and version. ``digital_source_type``: a full URI, generated content's unless given; None where
    nobody knows it, which only an opened file allows. ``aigc_json``: the label's fields.
    ``explicit``: the words of the explicit label that was drawn in this step. ``model``: the
    model, as far as it is to be told. ``soft_bindings``: algorithm and value of each watermark
    that was put in. ``action`` follows from there being a parent, unless given.
    ``parent``: the file this one was made from; without it, a source that already holds a
    manifest is its own parent. ``parent_type``: its media type where it differs;
    ``parent_manifest``: its manifest store where that lies beside it.
    ``text_manifest``: texts are to be signed too.
    """

    title: Required[str]
    software_agent: Required[tuple[str, str]]
    digital_source_type: str | None
    aigc_json: str | None
    explicit: str | None
    model: Model | None
    soft_bindings: Sequence[tuple[str, str]]
    action: Action | None
    parent: Source | None
    parent_type: str | None
    parent_manifest: bytes | None
    text_manifest: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """``size``: bytes of the manifest store. ``parent``: the source's own manifest was kept
    as the parent's.
    """

    size: int
    parent: bool
    signer: str


@dataclass(frozen=True, slots=True)
class _Origin:
    """The file that was opened; ``store``: its manifest, where the SDK cannot find it itself."""

    stream: BinaryIO
    media_type: str
    store: bytes | None
    report: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class _Job:
    """One manifest to be made: its definition, for what type, by whom, with which parent."""

    definition: dict[str, Any]
    media_type: str
    signer: Signer
    origin: _Origin | None


def supports(media_type: str, *, text_manifest: bool = False) -> bool:
    """Whether a manifest can be put into files of this type."""
    return media_type in credential_sdk.types()[0] or (
        text_manifest and media_type in credential_places.TEXTS
    )


def signable(source: Source, media_type: str) -> bool:
    """Whether this file of a type that can be signed has a place for a manifest: a text in UTF-8
    with words, a page with a head, a JPEG XL that is more than its bare stream of pixels, a TIFF
    of one page (of several the SDK loses all but the first).
    """
    with _opened(source, "rb") as reading:
        if media_type == "image/tiff":
            from colophon.labels.carriers import tiff_file

            return tiff_file.pages(reading) == 1
        reading.seek(0)
        if media_type == "image/jxl":
            return bool(reading.read(2) != _BARE_JXL)
        if media_type not in credential_places.TEXTS:
            return True
        try:
            data = credential_places.without(reading.read(_LARGEST_TEXT + 1), media_type)
            credential_places.inserted(data, media_type, b"")
        except (CredentialFailed, MisplacedManifest):
            return False
        return len(data) <= _LARGEST_TEXT


def readable(media_type: str) -> bool:
    """Whether files of this type are looked into for a manifest."""
    return media_type in credential_sdk.types()[1] or media_type in credential_places.TEXTS


def holds(source: Source, media_type: str, *, usual_place: bool = False) -> bool:
    """Whether a file holds a manifest, valid or not; cheap, and for any bytes. ``usual_place``: a
    look where writers put one is enough.
    """
    if not readable(media_type):
        return False
    with _opened(source, "rb") as reading:
        if usual_place and not credential_bytes.heralds(reading, media_type):
            return False
        return _holds_manifest(reading, media_type)


def too_large(source: Source, media_type: str) -> bool:
    """Whether a file is too large to be signed, or its manifest checked, in bounded memory."""
    with _opened(source, "rb") as reading:
        return credential_bytes.too_large(reading, media_type)


def sign(
    source: Source, target: Source, media_type: str, signer: Signer, **told: Unpack[Told]
) -> Signed:
    """The source with a signed manifest, written to ``target`` (a path of its own, or a stream).

    Raises CredentialUnsupported, CredentialFailed, SigningKeyUnusable, and UsageError for what
    cannot be said; a target path is then left empty of anything partial.
    """
    if not supports(media_type, text_manifest=told.get("text_manifest", False)):
        raise CredentialUnsupported(media_type=media_type)
    with _opened(source, "rb") as reading, _opened(told.get("parent"), "rb") as given:
        origin = _origin(reading, given, media_type, told)
        job = _Job(_definition(media_type, told, origin), media_type, signer, origin)
        with _opened(target, "w+b") as writing:
            if media_type in credential_places.TEXTS:
                size = _sign_text(job, reading, writing)
            else:
                size = len(_sign(job, reading, writing))
    return Signed(size, origin is not None, signer.name)


def sign_sidecar(source: Source, media_type: str, signer: Signer, **told: Unpack[Told]) -> bytes:
    """A manifest store for a file that cannot hold one, bound to its bytes as they are.

    Raises CredentialUnsupported for a file that can; CredentialFailed, SigningKeyUnusable.
    """
    if supports(media_type):
        raise CredentialUnsupported(media_type=media_type)
    with _opened(source, "rb") as reading, _opened(told.get("parent"), "rb") as given:
        origin = _origin(reading, given, media_type, told)
        job = _Job(_definition(media_type, told, origin), media_type, signer, origin)
        reading.seek(0)
        digest = hashlib.file_digest(reading, "sha256").digest()
        return _sign_apart(job, credential_assertions.binding(digest))


def read(
    source: Source, media_type: str, anchors: Trust = (), *, aigc_json: str | None = None
) -> CredentialLayer:
    """What the manifest in a file says and whether it holds; never raises for any bytes.

    A manifest in a file too large to be checked in bounded memory is present, with ``valid``
    None and TOO_LARGE among its ``issues``.
    ``anchors`` are certificates (PEM) whose signers count as trusted, or a whole trust list.
    ``aigc_json`` is the label found in the file's metadata, to be compared with the manifest's
    copy.
    """
    if not readable(media_type):
        return CredentialLayer(present=False)
    with _opened(source, "rb") as reading:
        if credential_bytes.rules_out(reading, media_type):
            return CredentialLayer(present=False)
        if credential_bytes.too_large(reading, media_type):
            return _unchecked(reading, media_type)
        return _checked(reading, media_type, TrustList.of(anchors), None, aigc_json)


def read_sidecar(
    source: Source,
    media_type: str,
    manifest: bytes,
    anchors: Trust = (),
    *,
    aigc_json: str | None = None,
) -> CredentialLayer:
    """As ``read``, of a manifest store that lies beside the file."""
    if len(manifest) > _LARGEST_SIDECAR:
        return CredentialLayer(present=True, issues=(TOO_LARGE,))
    with _opened(source, "rb") as reading:
        return _checked(reading, media_type, TrustList.of(anchors), manifest, aigc_json)


def _checked(
    reading: BinaryIO,
    media_type: str,
    trust: TrustList,
    manifest: bytes | None,
    aigc_json: str | None,
) -> CredentialLayer:
    import c2pa

    try:
        report = _report(reading, media_type, trust, manifest)
    except c2pa.C2paError.ManifestNotFound:
        report = None
    except MisplacedManifest as error:
        return CredentialLayer(present=True, valid=False, trusted=False, issues=(str(error),))
    except (c2pa.C2paError, ValueError, RecursionError, OSError) as error:
        return _broken(reading, media_type, error, beside=manifest is not None)
    if report is None:
        return CredentialLayer(present=False)
    return credential_report.layer(report, aigc_json)


def _report(
    reading: BinaryIO, media_type: str, trust: TrustList, manifest: bytes | None = None
) -> dict[str, Any] | None:
    """The SDK's report. Raises its errors, MisplacedManifest, ValueError, RecursionError."""
    import c2pa

    reading.seek(0)
    if manifest is None and media_type in credential_places.TEXTS:
        place = credential_places.locate(reading.read(), media_type)
        if place is None:
            return None
        told = credential_text.report(place, media_type, trust)
        return credential_report.with_allowed(told, trust, lambda _: place.manifest)
    context = credential_sdk.reading(trust)
    kind = media_type if manifest is None else credential_sdk.SEPARATE
    with c2pa.Reader(kind, reading, manifest, context=context) as reader:
        told = json.loads(reader.json())
        return credential_report.with_allowed(told, trust, partial(_store, reader))


def store(source: Source, media_type: str) -> bytes | None:
    """The manifest store that a file holds, as the bytes of a file of its own; None without one.

    Raises MalformedFile for one that cannot be taken out, TooLarge for one that would take memory
    without bound.
    """
    import c2pa

    if not holds(source, media_type):
        return None
    if too_large(source, media_type):
        raise TooLarge(file="manifest", detail=f"> {credential_bytes.LARGEST} bytes")
    with _opened(source, "rb") as reading:
        if media_type in credential_places.TEXTS:
            return _store_in_text(reading, media_type)
        reading.seek(0)
        try:
            context = credential_sdk.looking()
            with c2pa.Reader(media_type, reading, context=context) as reader:
                active = json.loads(reader.json()).get("active_manifest")
                return _store(reader, str(active))
        except (c2pa.C2paError, ValueError) as error:
            raise MalformedFile(file="manifest", detail=reason(error)) from error


def _store(reader: c2pa.Reader, label: str) -> bytes:
    held = io.BytesIO()
    reader.resource_to_stream(label, held)
    return held.getvalue()


def _origin(
    reading: BinaryIO, given: BinaryIO | None, media_type: str, told: Told
) -> _Origin | None:
    stream = given or reading
    kind = (told.get("parent_type") or media_type) if given else media_type
    store = told.get("parent_manifest")
    if given is None and store is None and not _holds_manifest(reading, media_type):
        return None
    if store is None and kind in credential_places.TEXTS:
        store = _store_in_text(stream, kind)
    report = None
    if store is not None:
        try:
            report = _report(stream, kind, TrustList(), told.get("parent_manifest"))
        except Exception as error:
            raise CredentialFailed(detail=reason(error)) from error
    return _Origin(stream, kind, store, report)


def _store_in_text(stream: BinaryIO, media_type: str) -> bytes | None:
    stream.seek(0)
    try:
        place = credential_places.locate(stream.read(), media_type)
    except MisplacedManifest as error:
        raise CredentialFailed(detail=str(error)) from error
    return place.manifest if place else None


def _definition(media_type: str, told: Told, origin: _Origin | None) -> dict[str, Any]:
    action = told.get("action") or ("opened" if origin else "created")
    if action == "opened" and origin is None:
        raise UsageError(detail="a manifest for opened content needs the file that was opened")
    claims = Claims(
        title=told["title"],
        media_type=media_type,
        software_agent=told["software_agent"],
        digital_source_type=told.get("digital_source_type", GENERATED),
        aigc_json=told.get("aigc_json"),
        explicit=told.get("explicit"),
        model=told.get("model"),
        soft_bindings=tuple(told.get("soft_bindings", ())),
    )
    made = credential_assertions.definition(claims, action)
    if origin is not None and not _found_by_sdk(origin):
        made["ingredients"] = [credential_assertions.parent(origin.media_type, origin.report)]
    return made


def _found_by_sdk(origin: _Origin) -> bool:
    return origin.store is None and origin.media_type in credential_sdk.types()[1]


def _sign_text(job: _Job, reading: BinaryIO, writing: BinaryIO) -> int:
    reading.seek(0)
    kind, signer = job.media_type, job.signer
    try:
        data = credential_places.without(reading.read(), kind)
    except MisplacedManifest as error:
        raise CredentialFailed(detail=str(error)) from error
    if kind == credential_places.PLAIN:
        # Its manifest is made several times over; an authority is not to be asked that often.
        signer = replace(signer, timestamp_url=None)

    make = partial(_sign_apart, replace(job, signer=signer))
    text, size = credential_text.signed(data, kind, make)
    writing.write(text)
    return size


def _sign_apart(job: _Job, binding: dict[str, Any]) -> bytes:
    """A manifest alone, bound to a hash that is known already: the SDK, given the file, would
    copy it twice to no end.
    """
    assertions = [*job.definition["assertions"], binding]
    bound = replace(job, definition={**job.definition, "assertions": assertions})
    return _sign(bound, io.BytesIO(), io.BytesIO(), embed=False)


def _sign(job: _Job, reading: BinaryIO, writing: BinaryIO, *, embed: bool = True) -> bytes:
    import c2pa

    context = credential_sdk.signing(job.signer)
    try:
        with c2pa.Builder(job.definition, context=context) as builder:
            if job.origin is not None:
                _add(builder, job.origin)
            if not embed:
                builder.set_no_embed()
            kind = job.media_type if embed else credential_sdk.SEPARATE
            reading.seek(0)
            return bytes(builder.sign(kind, reading, writing))
    except c2pa.C2paError as error:
        raise CredentialFailed(detail=reason(error)) from error


def _add(builder: Any, origin: _Origin) -> None:
    if origin.store is not None:
        builder.add_resource(credential_assertions.PARENT_STORE, io.BytesIO(origin.store))
    elif _found_by_sdk(origin):
        origin.stream.seek(0)
        ingredient = {"relationship": "parentOf", "label": credential_assertions.PARENT}
        builder.add_ingredient(ingredient, origin.media_type, origin.stream)


def _holds_manifest(reading: BinaryIO, media_type: str) -> bool:
    """Whether the file has a manifest store; a cheap look settles it for nearly all files."""
    import c2pa

    if credential_bytes.rules_out(reading, media_type):
        return False
    if credential_bytes.too_large(reading, media_type):
        return credential_bytes.mentions(reading, media_type)
    reading.seek(0)
    try:
        if media_type in credential_places.TEXTS:
            return credential_places.locate(reading.read(), media_type) is not None
        c2pa.Reader(media_type, reading, context=credential_sdk.looking()).close()
    except (c2pa.C2paError, MisplacedManifest) as error:
        return credential_sdk.unchecked(error) == UNCHECKABLE
    return True


def _unchecked(reading: BinaryIO, media_type: str) -> CredentialLayer:
    if not credential_bytes.mentions(reading, media_type):
        return CredentialLayer(present=False)
    return CredentialLayer(present=True, issues=(TOO_LARGE,))


def _broken(
    reading: BinaryIO, media_type: str, error: Exception, *, beside: bool
) -> CredentialLayer:
    """A manifest that cannot be read is there and not valid; a broken file has none."""
    if not beside and not credential_bytes.mentions(reading, media_type):
        return CredentialLayer(present=False)
    if issue := credential_sdk.unchecked(error):
        return CredentialLayer(present=True, issues=(issue,))
    return CredentialLayer(present=True, valid=False, trusted=False, issues=(reason(error),))


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
