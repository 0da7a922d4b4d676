"""Findings as words: one verdict sentence, five rows, at most one seal.

Pure: findings in, words in the active language out. Two rules shape every sentence here:
a finding says what it proves *and* what it does not, and no sentence vouches for a content
being true or made by a person, because nothing in a file can show that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from colophon.content.verification import UNLABELLED_ORIGINAL
from colophon.labels.model import Integrity, Notice, Verdict
from colophon.portal import rows
from colophon.portal.wording import page_lang

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colophon.labels.model import AigcLayer, CredentialLayer, Findings, RegisterLayer
    from colophon.labels.remarks import Remark
    from colophon.portal.rows import Deviance, Row

MAX_DEPTH = 6
"""Generations of parents shown; deeper ones are in the JSON."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What the red seal says: it is stamped only over something that checks out."""

    kind: str  # signature | record
    words: str
    caption: str


@dataclass(frozen=True, slots=True)
class Parent:
    """One file this one was made from."""

    title: str
    relation: str
    parents: tuple[Parent, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the verify page says about one file."""

    findings: Findings
    verdict: str
    remark: str
    word: str
    tone: str  # met | due | bad | none
    rows: tuple[Row, ...]
    seals: tuple[Seal, ...] = ()
    parents: tuple[Parent, ...] = ()
    deviations: tuple[Deviance, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def shape(self) -> str:
        """The shape before the word."""
        return rows.SHAPES[self.tone]


def sheet(findings: Findings) -> Sheet:
    """The page for ``findings``, in the active language."""
    seals = _seals(findings)
    verdict, remark, tone = _verdict(findings, proven=bool(seals))
    credential = findings.layers.credential
    return Sheet(
        findings=findings,
        verdict=verdict,
        remark=remark,
        word=_word(tone),
        tone=tone,
        rows=rows.five(findings),
        seals=seals,
        parents=tuple(_parent(each, 1) for each in credential.ingredients) if credential else (),
        deviations=rows.deviances(findings),
        remarks=tuple(
            note.words(page_lang()) for note in findings.notes if note not in rows.SAID_IN_ROWS
        ),
    )


def signature_holds(credential: CredentialLayer | None) -> bool:
    """Whether the signed manifest checks out and its signer is one the reader knows."""
    return bool(
        credential and credential.present and credential.valid is True and credential.trusted
    )


def label_signature_holds(aigc: AigcLayer | None) -> bool:
    """Whether the label's own signature is of a signer the reader knows, and for this content."""
    security = aigc.security if aigc and aigc.present else None
    return bool(security and security.signature == "valid" and security.binding == "intact")


def record_holds(register: RegisterLayer | None, notes: tuple[Remark, ...] = ()) -> bool:
    """Whether this service released exactly these bytes (not only received them)."""
    exact = register is not None and register.known and register.match == "exact"
    return exact and UNLABELLED_ORIGINAL not in notes


def _seals(findings: Findings) -> tuple[Seal, ...]:
    layers = findings.layers
    found = []
    if findings.integrity in {Integrity.ALTERED, Integrity.FORGED}:
        return ()
    if signature_holds(layers.credential) or label_signature_holds(layers.aigc):
        found.append(Seal("signature", _("SIGNED"), _("The signature checks out")))
    if record_holds(layers.register, findings.notes):
        found.append(Seal("record", _("ON RECORD"), _("These bytes are in the register")))
    return tuple(found)


def _verdict(findings: Findings, *, proven: bool) -> tuple[str, str, str]:
    touched = _touched(findings.integrity)
    if touched:
        return touched
    if findings.verdict is Verdict.UNREADABLE:
        return (
            _("This file could not be read to the end."),
            _("What was read is below. A whole copy of the file may say more."),
            "due",
        )
    if findings.notice is Notice.IS or findings.verdict is Verdict.LABELLED:
        return _labelled(proven=proven)
    if findings.notice is Notice.MAY_BE:
        return (
            _("This may have been made with AI: whoever published it said so."),
            _("The statement comes from a person, not from the system that made the content."),
            "due",
        )
    if findings.notice is Notice.SUSPECTED:
        return (
            _("This is suspected to have been made with AI: there are traces of it."),
            _("No maker has declared it; a platform or this page found traces."),
            "due",
        )
    return (
        _("No label was found in this file."),
        _("That does not tell how it was made. Labels can be lost when a file is copied."),
        "none",
    )


def _word(tone: str) -> str:
    words = {
        "met": _("Declared, proven"),
        "due": _("Declared, not proven"),
        "bad": _("Label touched"),
        "none": _("No label"),
    }
    return words[tone]


def _touched(integrity: Integrity) -> tuple[str, str, str] | None:
    if integrity is Integrity.ALTERED:
        return (
            _("This file was changed after its label was signed."),
            _("What the label says may no longer describe what you see or hear."),
            "bad",
        )
    if integrity is Integrity.FORGED:
        return (
            _("The label in this file does not come from the maker it names."),
            _("Do not rely on the name it gives."),
            "bad",
        )
    if integrity is Integrity.REMOVED:
        return (
            _("This content once carried a label; the label has been taken off."),
            _("It was recognised by what remains. Its record is below."),
            "bad",
        )
    return None


def _labelled(*, proven: bool) -> tuple[str, str, str]:
    if proven:
        return (
            _("Declared as made or edited with AI, and who declared it is proven."),
            _("Below: each trace, who left it, and how far it carries."),
            "met",
        )
    return (
        _("This file says it was made or edited with AI."),
        _("Nothing here proves who wrote that; the file alone says so."),
        "due",
    )


def _parent(ingredient: Mapping[str, Any], depth: int) -> Parent:
    below = ingredient.get("ingredients") or ()
    return Parent(
        title=str(ingredient.get("title") or ingredient.get("instance_id") or _("untitled"))[:120],
        relation=_relation(str(ingredient.get("relationship") or "")),
        parents=tuple(_parent(each, depth + 1) for each in below if isinstance(each, dict))
        if depth < MAX_DEPTH
        else (),
    )


def _relation(code: str) -> str:
    named = {
        "parentOf": _("edited from"),
        "componentOf": _("contains"),
        "inputTo": _("made with, as input"),
    }
    return named.get(code, code)
