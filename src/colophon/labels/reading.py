"""The reading road: every layer a file may say its origin in, and what follows from them.

Tolerant: whatever is wrong with a label is read all the same and named as a deviation. Only a
file that cannot be walked at all raises.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from colophon.errors import InputError, UnknownType
from colophon.labels import binding, carriers, gathering, sidecar
from colophon.labels.carriers.packet import Carrier, Packet
from colophon.labels.model import (
    AigcLayer,
    CredentialLayer,
    ExplicitLayer,
    Findings,
    Integrity,
    IptcLayer,
    Layers,
    Medium,
    MemberFound,
    Notice,
    Security,
    Verdict,
    WatermarkLayer,
)
from colophon.labels.remarks import Remark, remark
from colophon.labels.security_data import EMPTY, TrustStore
from colophon.labels.sources import Opened, Source, opened
from colophon.labels.tolerant import fields

if TYPE_CHECKING:
    from colophon.labels.trust_list import TrustList
    from colophon.labels.watermark.key import MarkKey


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a file's container told; ``places`` are those where a label is right."""

    media_type: str
    packets: list[Packet]
    places: tuple[str, ...] = ()
    notes: tuple[Remark, ...] = ()
    carrier: Carrier | None = None


@dataclass(frozen=True, slots=True)
class Trusted:
    """Whom the reader trusts: ``anchors`` (PEM certificates) for manifests, ``keys`` for the
    security data of labels.
    """

    anchors: TrustList | Sequence[bytes] = ()
    keys: TrustStore = EMPTY
    manifests: bool = True
    """False: no manifest is looked for at all."""


_WRONG_PRODUCER = "security_wrong_producer"
Look = Literal["off", "auto", "on"]
Seen = tuple[ExplicitLayer | None, WatermarkLayer | None]
"""What pixels and sound themselves tell."""
Eye = Callable[[Opened, str, Medium, CredentialLayer | None], Seen]
TEXT_CAP = 16 << 20
"""Bytes of a text of unknown kind that are searched for labels."""
_VERDICTS = {
    "1": (Verdict.LABELLED, Notice.IS),
    "2": (Verdict.DECLARED, Notice.MAY_BE),
    "3": (Verdict.SUSPECTED, Notice.SUSPECTED),
}
_MACHINE_MADE = (
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "algorithmicMedia",
)
_BY_FIRST_WORD = {
    "image": Medium.IMAGE,
    "audio": Medium.AUDIO,
    "video": Medium.VIDEO,
    "model": Medium.SCENE,
    "text": Medium.TEXT,
}
_TEXTS = frozenset(
    f"application/{word}"
    for word in (
        *("xhtml+xml", "rdf+xml", "json", "x-ndjson", "geo+json", "yaml", "toml", "xml"),
        *("x-subrip", "x-ipynb+json", "rtf"),
    )
)
"""Words for people and programs to read that are not of the type ``text/…``."""

_TRACKS = {
    "video/x-matroska": "matroska",
    "video/webm": "matroska",
    "video/ogg": "vorbis",
    "video/x-flv": "flv",
    "video/x-msvideo": "avi",
}
"""Which carrier knows whether a film's container holds nothing but sound."""


def inspect(
    source: Source,
    *,
    name: str | None = None,
    anchors: TrustList | Sequence[bytes] = (),
    trust: TrustStore = EMPTY,
    digest: str | None = None,
    look: Look = "off",
    manifests: bool = True,
    marks: Sequence[MarkKey] = (),
    eye: Eye | None = None,
) -> Findings:
    """Everything ``source`` says about its origin. ``anchors``: certificates (PEM) of trusted
    signers; ``trust``: keys of trusted labels. ``look``: off reads metadata and words; auto also
    pixels (by the extra ``ocr``), sound, archives and watermarks under the keys in ``marks``; on
    insists on the extra; ``eye`` looks instead. ``digest``: SHA-256, if known. Without
    ``manifests`` none counts. Raises InputError kinds.
    """
    started = time.perf_counter()
    with opened(source, name) as given:
        found = _packets(given)
        medium = medium_in(given, found.media_type)
        layers = _layers(given, found, Trusted(anchors, trust, manifests))
        see = partial(seen, look=look, marks=marks) if eye is None or look == "off" else eye
        explicit, mark = see(given, found.media_type, medium, layers.credential)
        inner = () if look == "off" else _members(given, found.media_type)
        digest = digest or _digest(given)
    layers = replace(layers, explicit=explicit, watermark=mark)
    return Findings(
        *(str(given.path or given.name), found.media_type, medium.value, digest),
        *_verdict(layers),
        _integrity(layers),
        layers,
        seconds=round(time.perf_counter() - started, 4),
        notes=(*found.notes, *_of_members(inner)),
        members=inner,
    )


def _members(given: Opened, media_type: str) -> tuple[MemberFound, ...]:
    from colophon.labels import members

    return members.found(given.file) if media_type in members.ARCHIVES else ()


def _of_members(inner: tuple[MemberFound, ...]) -> tuple[Remark, ...]:
    labelled = sum(member.label is not None for member in inner)
    return (remark("members_labelled", count=labelled, total=len(inner)),) if labelled else ()


def medium_of(media_type: str) -> Medium:
    """What a person perceives of a file of this type."""
    if media_type in _TEXTS:
        return Medium.TEXT
    first = media_type.partition("/")[0]
    return _BY_FIRST_WORD.get(first, Medium.DOCUMENT)


def medium_in(given: Opened, media_type: str) -> Medium:
    """As ``medium_of``, with a look inside: a film's container may hold nothing but sound."""
    medium = medium_of(media_type)
    if medium is Medium.VIDEO:
        module = import_module(f"colophon.labels.carriers.{_TRACKS.get(media_type, 'bmff_tracks')}")
        if module.only_sound(given.file):
            return Medium.AUDIO
    return medium


def _packets(given: Opened) -> Gathered:
    found = carriers.recognise(given.file, given.name)
    if found is None:
        return _loose(given)
    notes: tuple[Remark, ...] = ()
    if not found.name_fits:
        notes = (remark("name_says_otherwise", media_type=found.media_type),)
    packets = found.carrier.read(given.file)
    places = tuple(found.carrier.standard_place(form) for form in found.carrier.forms)
    return Gathered(found.media_type, packets, (*places, sidecar.PLACE), notes, found.carrier)


def _loose(given: Opened) -> Gathered:
    """A file of no known family: an XMP packet by itself, or words a label may stand in."""
    given.file.seek(0)
    data = given.file.read(TEXT_CAP)
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnknownType(file=given.name)
    if b"rdf:Description" in data or b"<?xpacket" in data:
        packets = [Packet("xmp", "xmp:sidecar", data)]
        return Gathered("application/rdf+xml", packets, ("xmp:sidecar",))
    if PurePath(given.name).suffix.lower() in carriers.extensions():
        raise UnknownType(file=given.name)
    return Gathered("text/plain", [Packet("text", "text:body", data)])


def _layers(given: Opened, found: Gathered, trusted: Trusted) -> Layers:
    packets, media_type = found.packets, found.media_type
    content = binding.content(given.file, found.carrier) if found.carrier else None
    label = gathering.layer(packets, found.places, trust=trusted.keys, content=content)
    if not label.present and (beside := sidecar.packets(given)):
        packets = [*packets, *beside]
        label = gathering.layer(packets, found.places, trust=trusted.keys, content=content)
    manifest = None
    if trusted.manifests:
        manifest = _credential(given, media_type, label, trusted.anchors)
    words = medium_of(media_type) is Medium.TEXT
    return Layers(
        aigc=label,
        credential=manifest,
        iptc=None if words else _iptc(packets),
    )


def _credential(
    given: Opened, media_type: str, label: AigcLayer, anchors: TrustList | Sequence[bytes]
) -> CredentialLayer | None:
    from colophon.labels import credential

    fields = gathering.as_json(label) if label.present else None
    found = None
    if credential.readable(media_type):
        found = credential.read(given.file, media_type, anchors, aigc_json=fields)
    beside = sidecar.manifest(given) if found is None or not found.present else None
    if beside is None:
        return found
    return credential.read_sidecar(given.file, media_type, beside, anchors, aigc_json=fields)


def seen(
    given: Opened,
    media_type: str,
    medium: Medium,
    manifest: CredentialLayer | None,
    *,
    look: Look,
    marks: Sequence[MarkKey] = (),
) -> Seen:
    """The explicit label and the watermark; what cannot be decoded tells of none."""
    from colophon.labels import checking

    explicit = checking.explicit(given, media_type, medium, manifest, look=look)
    if look == "off" or not marks:
        return explicit, None
    from colophon.labels.marking import dispatch
    from colophon.labels.marking.order import Order

    with suppress(InputError):
        return explicit, dispatch.look(given.file, media_type, marks, Order(given.name))
    return explicit, None


def _iptc(packets: Iterable[Packet]) -> IptcLayer:
    from colophon.labels import xmp

    for packet in packets:
        if packet.form == "xmp":
            found = xmp.read(packet.data).digital_source_type
            if found:
                return IptcLayer(present=True, digital_source_type=found)
    return IptcLayer(present=False)


def _verdict(layers: Layers) -> tuple[Verdict, Notice]:
    """Source: Measures for Labelling Art. 6: a metadata label decides; other traces only let
    suspect."""
    if layers.aigc and layers.aigc.present:
        value = fields.claim(layers.aigc.label)
        return _VERDICTS.get(value or "", (Verdict.SUSPECTED, Notice.SUSPECTED))
    types = [
        layer.digital_source_type or ""
        for layer in (layers.credential, layers.iptc)
        if layer is not None and layer.present
    ]
    traces = any(kind.rpartition("/")[2] in _MACHINE_MADE for kind in types)
    shown = (layers.explicit, layers.watermark)
    if traces or any(layer is not None and layer.present for layer in shown):
        return Verdict.SUSPECTED, Notice.SUSPECTED
    return Verdict.UNLABELLED, Notice.NONE


def _integrity(layers: Layers) -> Integrity:
    """A signature that fails, of label or manifest, says more than one that holds."""
    security = (layers.aigc and layers.aigc.security) or Security()
    manifest = layers.credential
    # One that was found and not checked (``valid`` None) says nothing against the file.
    checked = manifest if manifest and manifest.present and manifest.valid is not None else None
    deviations = layers.aigc.deviations if layers.aigc else ()
    if any(deviation.code == _WRONG_PRODUCER for deviation in deviations):
        return Integrity.FORGED
    if security.signature == "invalid" or security.binding == "altered":
        return Integrity.ALTERED
    if checked and (not checked.valid or checked.aigc_matches is False):
        return Integrity.ALTERED
    if checked or (security.signature == "valid" and security.binding == "intact"):
        return Integrity.INTACT
    return Integrity.UNVERIFIABLE


def _digest(given: Opened) -> str:
    given.file.seek(0)
    return hashlib.file_digest(given.file, "sha256").hexdigest()  # type: ignore[arg-type]
