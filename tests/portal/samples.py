"""Findings as the reading road gives them, one for each thing the page must tell apart."""

from dataclasses import replace

from colophon.content.verification import UNLABELLED_ORIGINAL
from colophon.labels import deviations
from colophon.labels.model import (
    AigcLayer,
    CredentialLayer,
    ExplicitLayer,
    Findings,
    Integrity,
    IptcLayer,
    Layers,
    Notice,
    Producer,
    RegisterLayer,
    Security,
    Verdict,
    WatermarkLayer,
)

CODE = "001191000000TEAT00000X10000"
AIGC = AigcLayer(
    present=True,
    label="1",
    content_producer=CODE,
    produce_id="0f3c2a9be1",
    content_propagator=CODE,
    propagate_id="0f3c2a9be1",
    place="png:iTXt:XML:com.adobe.xmp",
    count=1,
    producer=Producer("91000000TEAT00000X", uscc_valid=True, extension="10000", role="generation"),
    security=Security(),
)
CREDENTIAL = CredentialLayer(
    present=True,
    valid=True,
    trusted=True,
    signer="Example Technology",
    digital_source_type="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    ingredients=(
        {
            "title": "sketch.png",
            "relationship": "parentOf",
            "ingredients": [{"title": "hills.jpg", "relationship": "componentOf"}],
        },
    ),
    aigc_matches=True,
)
EXPLICIT = ExplicitLayer(
    present=True, text="AI生成", where="bottom-right", height_ratio=0.052, how="manifest"
)
RELEASED = RegisterLayer(known=True, content_id="8a0a7c0e", match="exact", distance=0)
NOTHING = Layers(
    aigc=AigcLayer(present=False),
    credential=CredentialLayer(present=False),
    explicit=ExplicitLayer(present=False),
    watermark=WatermarkLayer(present=False),
    register=RegisterLayer(known=False),
)


def plain() -> Findings:
    """A file without a trace."""
    return Findings(
        file="plain.png",
        media_type="image/png",
        medium="image",
        sha256="ab" * 32,
        verdict=Verdict.UNLABELLED,
        notice=Notice.NONE,
        integrity=Integrity.UNVERIFIABLE,
        layers=NOTHING,
        seconds=0.01,
    )


def labelled() -> Findings:
    """A label, without anything signed or recorded."""
    layers = replace(NOTHING, aigc=AIGC, explicit=EXPLICIT)
    return replace(plain(), verdict=Verdict.LABELLED, notice=Notice.IS, layers=layers)


def signed() -> Findings:
    """A label under a signature that holds."""
    layers = replace(labelled().layers, credential=CREDENTIAL)
    return replace(labelled(), integrity=Integrity.INTACT, layers=layers)


def recorded() -> Findings:
    """Exactly the bytes this service released."""
    layers = replace(labelled().layers, register=RELEASED)
    return replace(labelled(), integrity=Integrity.INTACT, layers=layers)


def original() -> Findings:
    """The bytes that came in, before labelling."""
    return replace(
        plain(), layers=replace(NOTHING, register=RELEASED), notes=(UNLABELLED_ORIGINAL,)
    )


def unknown_signer() -> Findings:
    """A signature that holds, by somebody unknown."""
    layers = replace(signed().layers, credential=replace(CREDENTIAL, trusted=False))
    return replace(signed(), layers=layers)


def altered() -> Findings:
    """Changed after signing and after release."""
    layers = replace(
        signed().layers,
        credential=replace(CREDENTIAL, valid=False, issues=("assertion.dataHash.mismatch",)),
        register=RegisterLayer(known=True, content_id="8a0a7c0e"),
    )
    return replace(signed(), integrity=Integrity.ALTERED, layers=layers)


def deviating() -> Findings:
    """A label that departs from the standard."""
    found = (deviations.of("label_not_enum", "AIGC"), deviations.of("stacked_labels", "3"))
    layers = replace(labelled().layers, aigc=replace(AIGC, label="AIGC", deviations=found))
    return replace(labelled(), layers=layers)


def with_verdict(verdict: Verdict, notice: Notice, integrity: Integrity) -> Findings:
    """Any other combination, on a file with an IPTC trace and a watermark."""
    layers = replace(
        NOTHING,
        iptc=IptcLayer(present=True, digital_source_type="trainedAlgorithmicMedia"),
        watermark=WatermarkLayer(present=True, payload="0123456789abcdef", confidence=0.9999),
        credential=None,
    )
    return replace(plain(), verdict=verdict, notice=notice, integrity=integrity, layers=layers)


EVERY = (plain, labelled, signed, recorded, original, unknown_signer, altered, deviating)
