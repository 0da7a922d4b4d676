"""The five rows of the verify page: explicit label, metadata, manifest, watermark, log.

Each row: a shape and a word, the finding, who it comes from, what it proves and what it
does not, and facts to unfold. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from colophon.content.verification import SAME_NUMBER, UNLABELLED_ORIGINAL
from colophon.labels import deviations as standard
from colophon.labels.checking import wording as measured
from colophon.portal.wording import page_lang, place_words, position_words

if TYPE_CHECKING:
    from colophon.labels.model import (
        AigcLayer,
        CredentialLayer,
        ExplicitLayer,
        Findings,
        IptcLayer,
        RegisterLayer,
        Security,
        WatermarkLayer,
    )
    from colophon.labels.remarks import Remark

SAID_IN_ROWS = (SAME_NUMBER, UNLABELLED_ORIGINAL)
"""Remarks that a row says in its own words."""
SHAPES = {"met": "●", "due": "◐", "gap": "○", "bad": "○", "none": "–"}
"""The look's four shapes; ``bad`` shares the open circle and differs by its word."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of details; ``mono`` for codes and hashes. ``tone`` for what is held against
    something asked for, ``least`` for how much is asked."""

    term: str
    value: str
    mono: bool = False
    tone: str = ""
    least: str = ""

    @property
    def shape(self) -> str:
        """The shape that stands before the value, if any."""
        return SHAPES.get(self.tone, "")


@dataclass(frozen=True, slots=True)
class Row:
    """One layer in words."""

    key: str
    name: str
    tone: str
    word: str
    finding: str
    by: str
    proves: str
    limits: str
    facts: tuple[Fact, ...] = ()

    @property
    def shape(self) -> str:
        """The shape that stands before the word."""
        return SHAPES[self.tone]


@dataclass(frozen=True, slots=True)
class Deviance:
    """One departure from the standard, in words, with its clause."""

    code: str
    words: str
    remedy: str
    detail: str
    source: str


def five(findings: Findings) -> tuple[Row, ...]:
    """The rows, always five and always in this order."""
    layers = findings.layers
    return (
        _explicit(layers.explicit),
        _aigc(layers.aigc, layers.iptc),
        _credential(layers.credential),
        _watermark(layers.watermark),
        _register(layers.register, findings.notes),
    )


def deviances(findings: Findings) -> tuple[Deviance, ...]:
    """How the label departs from the standard; empty when it does not."""
    aigc, lang = findings.layers.aigc, page_lang()
    return tuple(
        Deviance(
            each.code,
            standard.words(each.code, lang),
            standard.remedy(each.code, lang),
            each.detail,
            each.source,
        )
        for each in (aigc.deviations if aigc else ())
    )


def _facts(*pairs: tuple[str, object] | tuple[str, object, bool]) -> tuple[Fact, ...]:
    return tuple(
        Fact(pair[0], str(pair[1]), mono=len(pair) > 2 and bool(pair[2]))
        for pair in pairs
        if pair[1] not in {None, "", "None"}
    )


def _share(ratio: float | None) -> str | None:
    return None if ratio is None else f"{ratio * 100:.1f} %"


def _explicit(layer: ExplicitLayer | None) -> Row:
    name = _("Explicit label")
    limits = _("Who put it there: anyone can add such words, and cropping removes them.")
    if layer is None:
        return _not_looked_for("explicit", name)
    if not layer.present:
        return Row(
            "explicit", name, "gap", _("Not found"),
            _("No label that people can see or hear was found."), "",
            _("Nothing, by itself."),
            _("That there is none: one may be there in a form this reader does not recognise. "
              "Not every content needs one (Art. 17)."),
        )  # fmt: skip
    where = position_words(layer.where)
    finding = _("“%(text)s”, %(where)s.") if where else _("“%(text)s”.")
    tone, word = _explicit_standing(layer)
    return Row(
        "explicit",
        name,
        tone,
        word,
        finding % {"text": layer.text or "AI", "where": where},
        _("Whoever made the content or passed it on"),
        _("That whoever sees or hears it is told that AI made or edited it."),
        limits,
        (*_requirements(layer), *_explicit_facts(layer)),
    )


def _explicit_standing(layer: ExplicitLayer) -> tuple[str, str]:
    if any(one.met is False for one in layer.requirements):
        return "due", _("Found, falls short of the standard")
    return "met", _("Found")


def _requirements(layer: ExplicitLayer) -> tuple[Fact, ...]:
    """Each number of the standard's clause 5, held against what was found."""
    lang = page_lang()
    tones = {True: "met", False: "bad", None: "none"}
    return tuple(
        Fact(measured.name(one, lang), measured.words(one, lang), tone=tones[one.met])
        for one in layer.requirements
    )


def _explicit_facts(layer: ExplicitLayer) -> tuple[Fact, ...]:
    known = {one.code for one in layer.requirements}
    return _facts(
        (
            _("Height, share of the shortest side"),
            None if "height" in known else _share(layer.height_ratio),
        ),
        (_("Seconds shown or heard"), None if "seconds" in known else layer.seconds),
        (_("Recognised by"), place_words(layer.how)),
    )


def _aigc(layer: AigcLayer | None, iptc: IptcLayer | None) -> Row:
    name = _("AIGC metadata")
    if layer is None:
        return _not_looked_for("aigc", name)
    if not layer.present and iptc and iptc.present:
        return _iptc(name, iptc)
    if not layer.present:
        return Row(
            "aigc", name, "gap", _("Not found"),
            _("The field that GB 45438-2025 sets aside for the label is not there."), "",
            _("Nothing, by itself."),
            _("That there never was any: copying, screenshots and some sites drop metadata without anyone meaning to."),
        )  # fmt: skip
    tone, word = _aigc_standing(layer)
    proves, limits = _signed_statement(layer.security)
    return Row(
        "aigc",
        name,
        tone,
        word,
        _statement(layer.label),
        _maker(layer),
        proves,
        limits,
        _aigc_facts(layer),
    )


def _aigc_standing(layer: AigcLayer) -> tuple[str, str]:
    security = layer.security
    if security and security.signature == "invalid":
        return "bad", _("Found, its signature does not check out")
    if security and security.binding == "altered":
        return "bad", _("Found, signed for another content")
    if layer.deviations:
        return "due", _("Found, with deviations")
    if security and (security.signature, security.binding) == ("valid", "intact"):
        return "met", _("Found, signed for this content")
    return "met", _("Found")


def _signed_statement(security: Security | None) -> tuple[str, str]:
    """What the field proves with the security data in it, and what it does not."""
    carried = _("That the file itself carries this statement, where machines look for it.")
    unsigned = _("Who wrote it: without a signature, anyone can add or copy metadata.")
    if security is None or security.signature in {"none", "unsupported"}:
        return carried, unsigned
    if security.signature == "invalid":
        return (
            _("That the label, or its signature, was changed after signing."),
            _("Who wrote what it says now."),
        )
    if security.binding == "altered":
        return (
            _("That the label was signed, for a content that differs from this one."),
            _("Whether the content was changed or the label was moved here from another."),
        )
    known = security.signature == "valid"
    if security.binding == "intact":
        return (
            _("That the named signer signed this label, and for this very content.")
            if known
            else _("That whoever holds that key signed this label, and for this very content."),
            _("That what the signer says about its making is right."),
        )
    return (
        _("That the named signer signed this label.")
        if known
        else _("That whoever holds that key signed this label."),
        _("That it belongs to this content: the signature covers the label alone."),
    )


def _iptc(name: str, layer: IptcLayer) -> Row:
    return Row(
        "aigc",
        name,
        "due",
        _("Another field found"),
        _("The label’s own field is missing, but the IPTC source type names AI."),
        _("Whoever made the file or worked on it"),
        _("That the file itself carries this statement, where machines look for it."),
        _("Who wrote it: without a signature, anyone can add or copy metadata."),
        _facts(("DigitalSourceType", layer.digital_source_type, True)),
    )


def _statement(label: str | None) -> str:
    said = {
        "1": _("It says: this is AI-generated."),
        "2": _("It says: this may be AI-generated, as a user declared."),
        "3": _("It says: this is suspected to be AI-generated."),
    }
    return said.get(label or "", _("It carries a label whose value is not one the standard has."))


def _maker(layer: AigcLayer) -> str:
    if not layer.content_producer:
        return _("No producer is named")
    producer = layer.producer
    if producer and producer.uscc and producer.uscc_valid:
        return _("Names the organisation with credit code %(code)s") % {"code": producer.uscc}
    return _("Names “%(name)s”") % {"name": layer.content_producer[:80]}


def _aigc_facts(layer: AigcLayer) -> tuple[Fact, ...]:
    security = layer.security
    return _facts(
        ("Label", layer.label, True),
        ("ContentProducer", layer.content_producer, True),
        ("ProduceID", layer.produce_id, True),
        ("ReservedCode1", layer.reserved_code1, True),
        ("ContentPropagator", layer.content_propagator, True),
        ("PropagateID", layer.propagate_id, True),
        ("ReservedCode2", layer.reserved_code2, True),
        (_("Place in the file"), layer.place, True),
        (_("Labels in the file"), layer.count),
        (_("Security data"), _security(security.kind, security.signature) if security else None),
        (_("Signed by"), security.signer if security else None),
        (_("Fingerprint of the key (SM3)"), security.key if security else None, True),
        (_("Bound to the content"), _binding(security.binding) if security else None),
    )


def _security(kind: str, signature: str) -> str:
    if kind == "none":
        return _("none")
    if kind == "opaque":
        return _("present, in a form only its maker can read")
    words = {
        "valid": _("signature valid"),
        "invalid": _("signature does not check out"),
        "unknown_signer": _("signature valid, signer not known here"),
        "unsupported": _("signed in a way not supported here"),
    }
    return words.get(signature, _("present, not signed"))


def _binding(binding: str) -> str | None:
    words = {
        "intact": _("yes, and it is unchanged"),
        "altered": _("yes, and it is another or was changed"),
        "unsupported": _("yes, in a way not supported here"),
    }
    return words.get(binding)


def _credential(layer: CredentialLayer | None) -> Row:
    name = _("Signed manifest")
    if layer is None:
        return _not_looked_for("credential", name)
    if not layer.present:
        return Row(
            "credential", name, "gap", _("Not found"),
            _("No signed manifest (C2PA) is attached."), "",
            _("Nothing, by itself."),
            _("Anything about its origin: most programs sign nothing, and many sites take manifests off."),
        )  # fmt: skip
    tone, word, finding, proves = _signature(layer)
    return Row(
        "credential",
        name,
        tone,
        word,
        finding,
        _("Signed by %(signer)s") % {"signer": layer.signer} if layer.signer else "",
        proves,
        _("That the signer’s account of how it was made is right."),
        _facts(
            (_("Signed at"), layer.signed_at),
            (_("Program"), layer.generator),
            (_("Source type"), (layer.digital_source_type or "").rsplit("/", 1)[-1], True),
            (_("Same AIGC label inside"), _yes_no(value=layer.aigc_matches)),
            (_("Remarks of the reader"), ", ".join(layer.issues), True),
        ),
    )


def _signature(layer: CredentialLayer) -> tuple[str, str, str, str]:
    if layer.valid is None:
        return (
            "gap",
            _("Not checked"),
            _("The file is too large for its manifest to be checked here."),
            _("Nothing, by itself."),
        )
    if not layer.valid:
        return (
            "bad",
            _("Does not check out"),
            _("The manifest does not fit these bytes."),
            _("That the file, or the manifest, was changed after signing."),
        )
    if not layer.trusted:
        return (
            "due",
            _("Valid, signer unknown"),
            _("The signature fits these bytes; this service does not know the signer."),
            _("That not one byte changed since it was signed, by whoever holds that key."),
        )
    return (
        "met",
        _("Checks out"),
        _("The signature fits these bytes, and the signer is known here."),
        _("That the signer signed exactly these bytes."),
    )


def _yes_no(*, value: bool | None) -> str | None:
    if value is None:
        return None
    return _("yes") if value else _("no")


def _watermark(layer: WatermarkLayer | None) -> Row:
    name = _("Watermark")
    if layer is None:
        return _not_looked_for("watermark", name)
    if not layer.present:
        return Row(
            "watermark", name, "gap", _("Not found"),
            _("No watermark that this reader knows was found."), "",
            _("Nothing, by itself."),
            _("That there is none: watermarks of other makers cannot be read here."),
        )  # fmt: skip
    return Row(
        "watermark",
        name,
        "met",
        _("Found"),
        _("A number is woven into the content itself."),
        _("A service that uses this watermark"),
        _("That the content, or the greater part of it, passed through such a service."),
        _("That nothing changed since: a watermark is made to outlive changes."),
        _facts((_("Number"), layer.payload, True), (_("Certainty"), _share(layer.confidence)),
               (_("Turned by"), _turned(layer))),
    )  # fmt: skip


def _turned(layer: WatermarkLayer) -> str | None:
    angle = (layer.transform or {}).get("rotation_deg")
    return f"{angle:.0f}°" if angle else None


def _register(layer: RegisterLayer | None, notes: tuple[Remark, ...]) -> Row:
    name = _("Public log")
    if layer is None:
        return _not_looked_for("register", name)
    if not layer.known:
        return Row(
            "register", name, "gap", _("Not on record"),
            _("This service has no record of these bytes."), _("This service’s own register"),
            _("That this service did not release this file in this form."),
            _("That nobody else did: other services keep their own registers."),
        )  # fmt: skip
    tone, word, finding, proves = _record(layer, notes)
    return Row(
        "register",
        name,
        tone,
        word,
        finding,
        _("This service’s own register"),
        proves,
        _("Who used the service: the register answers with numbers, never with names."),
        _facts((_("Number in the register"), layer.content_id, True)),
    )


def _record(layer: RegisterLayer, notes: tuple[Remark, ...]) -> tuple[str, str, str, str]:
    if UNLABELLED_ORIGINAL in notes:
        return (
            "due",
            _("On record, unlabelled"),
            _("This file was given to this service, which released it with labels; "
              "this is the copy from before."),
            _("That the content is known here, and that a labelled version exists."),
        )  # fmt: skip
    if layer.match == "exact":
        return (
            "met",
            _("On record"),
            _("This service released exactly these bytes."),
            _("That the file is now as it was when it left this service."),
        )
    if layer.match == "none":
        return (
            "bad",
            _("Same number, other bytes"),
            _("The number in the label is on record, but for a file with other bytes."),
            _("That the file was changed after release, or that the label was put on another."),
        )
    if layer.match == "watermark":
        return (
            "due",
            _("Known by its watermark"),
            _("The number woven into it is that of a content which this service released."),
            _("That it is that content, or was made from it."),
        )
    return (
        "due",
        _("Similar, on record"),
        _("This service released a content that this one derives from or resembles."),
        _("That the two are alike, which is evidence and no proof."),
    )


def _not_looked_for(key: str, name: str) -> Row:
    return Row(
        key,
        name,
        "none",
        _("Not looked for"),
        _("It was not looked for in this file."),
        "",
        "",
        "",
    )
