"""One shape for every label, duty and finding; frozen values, no behaviour beyond JSON.

The JSON keys are a contract with outsiders: add, never rename.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from colophon.labels.remarks import Remark


class Medium(StrEnum):
    """What a person perceives, whatever the container."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    SCENE = "scene"
    DOCUMENT = "document"


class Kind(StrEnum):
    """The technology that made or edited the content (Source: Art. 23)."""

    TEXT = "text"  # 23(1) text
    SPEECH = "speech"  # 23(2) speech
    AUDIO = "audio"  # 23(3) non-speech sound: music, ambience
    FACE = "face"  # 23(4) biometric features in pictures and video
    IMAGE = "image"  # 23(5) non-biometric features in pictures
    VIDEO = "video"  # 23(5) non-biometric features in video
    SCENE = "scene"  # 23(6) digital people and virtual scenes


class LabelValue(StrEnum):
    """The ``Label`` field (Source: GB 45438-2025 Annex E)."""

    IS = "1"
    MAY_BE = "2"
    SUSPECTED = "3"


class Integrity(StrEnum):
    INTACT = "intact"
    ALTERED = "altered"
    FORGED = "forged"
    REMOVED = "removed"
    UNVERIFIABLE = "unverifiable"


class Verdict(StrEnum):
    LABELLED = "labelled"
    DECLARED = "declared"
    SUSPECTED = "suspected"
    UNLABELLED = "unlabelled"
    UNREADABLE = "unreadable"


class Notice(StrEnum):
    """What a platform must tell the public (Source: Measures for Labelling Art. 6)."""

    IS = "is"
    MAY_BE = "may_be"
    SUSPECTED = "suspected"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Label:
    """The seven fields of the implicit label, as strings (Source: GB 45438-2025 Annex E).

    At first writing the propagator's fields equal the producer's; leaving them ``None``
    asks the writer to do that.
    """

    content_producer: str
    produce_id: str
    label: str = LabelValue.IS
    reserved_code1: str = ""
    content_propagator: str | None = None
    propagate_id: str | None = None
    reserved_code2: str | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """How the explicit label looks and sounds, as far as the standard leaves that open.

    ``height``: of the glyphs, as a share of the shortest side; None: the usual one. ``dress``:
    auto, plate (words on a plate) or outline (bare words with an outline). ``ink``: auto, light
    or dark words. ``seconds``: how long a film shows the label; None: the usual time, "whole":
    from the first frame to the last. ``sound``: auto, speech or rhythm.
    Source: GB 45438-2025 5.2-5.5.
    """

    height: float | None = None
    dress: str = "auto"
    ink: str = "auto"
    seconds: float | Literal["whole"] | None = None
    sound: str = "auto"

    def check(self) -> None:
        """Raises StyleNotCompliant for a label that would be too small, too short, or unknown."""
        from colophon.labels import style

        style.check(self)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """That a user accepted the duties of a version without an explicit label: who (a pseudonymous
    number of the operator's), which text of duties (its SHA-256 in hex), and when (ISO 8601).
    Source: Measures for Labelling Art. 9.
    """

    recipient: str
    duties_sha256: str
    accepted: str


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way a label differs from the standard; ``code`` is from a documented closed list."""

    code: str
    detail: str
    source: str


@dataclass(frozen=True, slots=True)
class Duty:
    """What the content must bear, and the clause that decides it."""

    explicit: str  # required | offered | none
    source: str  # clause as written in the interface: "Art. 17.1.3"
    clause: str  # clause id: "17.1.3"


@dataclass(frozen=True, slots=True)
class Producer:
    uscc: str | None
    uscc_valid: bool
    extension: str | None
    role: str  # generation | propagation | none | unknown


@dataclass(frozen=True, slots=True)
class Security:
    """What the reserved codes hold. ``kind``: none | securitydata | opaque. ``signer``: the name
    under which a pinned key is known, ``key`` the SM3 fingerprint of the key that signed (hex).
    ``binding``: whether the content is the one that was signed.
    """

    kind: str = "none"
    signature: str = "none"  # valid | invalid | unknown_signer | unsupported | none
    form: str | None = None  # plain | prehashed
    signer: str | None = None
    key: str | None = None
    binding: str = "none"  # intact | altered | unsupported | none


@dataclass(frozen=True, slots=True)
class AigcLayer:
    present: bool
    label: str | None = None
    content_producer: str | None = None
    produce_id: str | None = None
    reserved_code1: str | None = None
    content_propagator: str | None = None
    propagate_id: str | None = None
    reserved_code2: str | None = None
    place: str | None = None
    count: int = 0
    producer: Producer | None = None
    security: Security | None = None
    deviations: tuple[Deviation, ...] = ()

    def fields(self) -> tuple[str | None, ...]:
        """The seven values in the standard's order."""
        return (
            self.label,
            self.content_producer,
            self.produce_id,
            self.reserved_code1,
            self.content_propagator,
            self.propagate_id,
            self.reserved_code2,
        )


@dataclass(frozen=True, slots=True)
class CredentialLayer:
    """A C2PA manifest. ``valid``: hashes and signature check out. ``trusted``: the signer's
    chain ends at an anchor the reader was given."""

    present: bool
    valid: bool | None = None
    trusted: bool | None = None
    signer: str | None = None
    digital_source_type: str | None = None
    generator: str | None = None
    signed_at: str | None = None
    issues: tuple[str, ...] = ()
    ingredients: tuple[dict[str, Any], ...] = ()
    aigc_matches: bool | None = None  # the manifest's copy of the AIGC label equals the file's
    explicit: str | None = None  # the words of the explicit label, as the manifest records them
    manifest: str | None = None  # the active manifest's own name, a URN


@dataclass(frozen=True, slots=True)
class WatermarkLayer:
    """``payload``: 16 hex digits; None where only traces of a mark were found. ``confidence``: one
    less the probability that a file without a mark gives as much. ``transform``: how the content
    was changed since, as far as the mark tells."""

    present: bool
    payload: str | None = None
    confidence: float | None = None
    transform: dict[str, float | bool] | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """One number of GB 45438-2025 clause 5, held against what was found. ``met`` None: it could
    not be measured. ``found`` and ``least`` share ``unit``."""

    code: str  # elements | place | height | contrast | seconds | rate | not_mixed
    clause: str
    met: bool | None
    found: str | float | None = None
    least: str | float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class ExplicitLayer:
    """The explicit label found. ``how``: what the finding rests on (text, ocr, rhythm, scene,
    manifest). ``legible``: all that could be measured is met."""

    present: bool
    text: str | None = None
    where: str | None = None
    height_ratio: float | None = None
    seconds: float | None = None
    legible: bool | None = None
    how: str | None = None
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class IptcLayer:
    present: bool
    digital_source_type: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterLayer:
    known: bool
    content_id: str | None = None
    match: str = "none"  # exact | watermark | fingerprint | none
    distance: int | None = None


@dataclass(frozen=True, slots=True)
class Layers:
    """``None`` means: does not apply to this medium, or was not looked for."""

    aigc: AigcLayer | None = None
    credential: CredentialLayer | None = None
    watermark: WatermarkLayer | None = None
    explicit: ExplicitLayer | None = None
    iptc: IptcLayer | None = None
    register: RegisterLayer | None = None


@dataclass(frozen=True, slots=True)
class MemberFound:
    """What one file in an archive says by its own metadata; ``error`` is the code of why it could
    not be read. ``deviations`` are codes.
    """

    name: str
    media_type: str | None = None
    label: str | None = None
    content_producer: str | None = None
    produce_id: str | None = None
    deviations: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything a file says about its origin."""

    file: str
    media_type: str
    medium: str
    sha256: str
    verdict: Verdict
    notice: Notice
    integrity: Integrity
    layers: Layers
    seconds: float
    notes: tuple[Remark, ...] = ()
    members: tuple[MemberFound, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object of ``colophon inspect --json``; absent layers are left out, a layer that
        was looked for and not found is ``{"present": false}``."""
        body: dict[str, Any] = as_json(self)
        body["layers"] = {
            name: _layer_json(value)
            for name, value in ((f.name, getattr(self.layers, f.name)) for f in _fields(Layers))
            if value is not None
        }
        for name in ("notes", "members"):
            if not body[name]:
                del body[name]
        return body


@dataclass(frozen=True, slots=True)
class ExplicitWritten:
    """The explicit label as applied. Heights are a share of the shortest side, times seconds."""

    text: str
    where: str
    height_ratio: float | None = None
    contrast: float | None = None
    seconds: float | None = None
    form: str = "words"  # words | speech | rhythm


@dataclass(frozen=True, slots=True)
class WatermarkWritten:
    """The mark as put in and read back: ``payload`` is 16 hex digits. How near the marked content
    is to the one before, in decibels: of pictures ``psnr_db``, of sound ``snr_db``."""

    payload: str
    psnr_db: float | None = None
    snr_db: float | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What ``apply`` did; ``data`` holds the labelled bytes when no target path was given.

    ``sidecar`` and ``sidecar_data`` are the file beside it that holds the label of a format which
    cannot hold one, ``manifest`` and ``manifest_data`` the one that holds its signed manifest.
    """

    file: str
    output: str | None
    content_id: str
    produce_id: str
    media_type: str
    sha256: str
    duty: Duty
    written: dict[str, Any]
    read_back: bool
    seconds: float
    notes: tuple[Remark, ...] = ()
    sidecar: str | None = None
    manifest: str | None = None
    data: bytes | None = field(default=None, repr=False)
    sidecar_data: bytes | None = field(default=None, repr=False)
    manifest_data: bytes | None = field(default=None, repr=False)
    prints: dict[str, bytes] = field(default_factory=dict, repr=False)
    """The fingerprints, where they were asked for: ``before`` any label was on, and ``after``."""

    def without_bytes(self) -> Applied:
        """The same, fit to be told."""
        return dataclasses.replace(
            self, data=None, sidecar_data=None, manifest_data=None, prints={}
        )

    def to_json(self) -> dict[str, Any]:
        """The object of ``colophon label --json``."""
        body: dict[str, Any] = as_json(self.without_bytes())
        for name in ("data", "sidecar_data", "manifest_data", "prints"):
            del body[name]
        for name in ("sidecar", "manifest"):
            if body[name] is None:
                del body[name]
        body["duty"] = {"explicit": self.duty.explicit, "source": self.duty.source}
        if not body["notes"]:
            del body["notes"]
        return body


def as_json(value: Any) -> Any:
    """A dataclass tree as plain dicts, lists and strings."""
    if isinstance(value, Remark):
        return value.to_json()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_json(getattr(value, f.name)) for f in _fields(type(value))}
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    return value


def _layer_json(layer: Any) -> Any:
    if getattr(layer, "present", True) is False:
        return {"present": False}
    return as_json(layer)


def _fields(cls: type) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)
