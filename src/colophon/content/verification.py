"""What a file says about itself, and what this service's register knows of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from colophon.content import decoding, known, register, unlabelled
from colophon.labels.fingerprint.print import MATCH, Print
from colophon.labels.model import Findings, Integrity, RegisterLayer
from colophon.labels.reading import inspect
from colophon.labels.remarks import Remark, remark
from colophon.labels.security_data import EMPTY, TrustStore
from colophon.labels.sources import Source, opened
from colophon.parties import operator, signing

ALIKE = remark("register_alike")
LABEL_REMOVED = remark("register_label_removed")
OTHERS_LABEL = remark("register_others_label")
SAME_NUMBER = remark("register_bytes_differ")
UNLABELLED_ORIGINAL = remark("register_original")
WITHOUT_EXPLICIT = remark("register_without_explicit")


def inspect_upload(source: Source, name: str) -> Findings:
    """All findings of ``labels.inspect`` with the register's layer added.

    ``exact``: these very bytes are a file released here (or given without explicit label to who
    accepted the duties), or its original. A label that was
    written here, in a file whose bytes differ: it was changed after its release, or the label
    was put on something else. A manifest signed here counts as trusted. Raises what ``labels.inspect`` raises.
    """
    with opened(source, name) as given:
        # Opened once: a body that is read as it comes cannot be read again.
        found = inspect(
            given.path or given.file,
            name=name,
            anchors=signing.manifest_trust(),
            trust=trusted_keys(),
            look="auto",
            eye=decoding.seen,
        )
        return registered(found, lambda: decoding.print_of(given, found))


def trusted_keys() -> TrustStore:
    """Whose labels' signatures this service trusts: its own, and those it was given."""
    known = operator.find()
    return EMPTY if known is None else signing.trust(known.name, known.uscc)


def registered(findings: Findings, asked: Callable[[], Print | None]) -> Findings:
    """``findings`` with the register's layer. ``asked`` gives the file's fingerprint, which is
    taken only where nothing else tells what the file is.
    """
    exact = register.by_bytes(findings.sha256)
    if exact is not None:
        layer = RegisterLayer(known=True, content_id=str(exact.id), match="exact", distance=0)
        if unlabelled.is_version(exact, findings.sha256):
            return _with(findings, layer, integrity=Integrity.INTACT, note=WITHOUT_EXPLICIT)
        if exact.labelled_sha256 != findings.sha256:
            return _with(findings, layer, note=UNLABELLED_ORIGINAL)
        return _with(findings, layer, integrity=Integrity.INTACT)
    aigc = findings.layers.aigc
    labelled = aigc is not None and aigc.present
    named = register.by_label(aigc) if aigc is not None and labelled else None
    if named is None:
        return _without_label(findings, asked, labelled=labelled)
    layer = RegisterLayer(known=True, content_id=str(named.id))
    unsure = findings.integrity is Integrity.UNVERIFIABLE
    return _with(
        findings,
        layer,
        integrity=Integrity.ALTERED if unsure else findings.integrity,
        note=SAME_NUMBER,
    )


def _without_label(
    findings: Findings, asked: Callable[[], Print | None], *, labelled: bool
) -> Findings:
    """What the watermark, or else the fingerprint tells."""
    mark = findings.layers.watermark
    marked = register.by_mark((mark and mark.payload) or "").first()
    if marked is not None:
        layer = RegisterLayer(known=True, content_id=str(marked.id), match="watermark")
        if labelled:
            return _with(findings, layer, note=OTHERS_LABEL)
        return _with(findings, layer, integrity=Integrity.REMOVED, note=LABEL_REMOVED)
    query = asked()
    found = None if query is None else known.find(query)
    if found is None:
        return _with(findings, RegisterLayer(known=False))
    row, hit = found
    layer = RegisterLayer(
        known=True, content_id=str(row.content_id), match="fingerprint", distance=hit.distance
    )
    # Whoever has the unlabelled original took nothing off: only what is nearer to the labelled
    # version was made from it.
    removed = not labelled and row.step == "after" and hit.distance <= MATCH
    return _with(findings, layer, integrity=Integrity.REMOVED if removed else None, note=ALIKE)


def _with(
    findings: Findings,
    layer: RegisterLayer,
    *,
    integrity: Integrity | None = None,
    note: Remark | None = None,
) -> Findings:
    return dataclasses.replace(
        findings,
        layers=dataclasses.replace(findings.layers, register=layer),
        integrity=integrity or findings.integrity,
        notes=(*findings.notes, note) if note else findings.notes,
    )
