"""Codes as words: label positions, ways of finding, deviations, states, kinds of technology."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from colophon.errors import Lang

POSITIONS = {
    "start": gettext_lazy("at the start"),
    "end": gettext_lazy("at the end"),
    "middle": gettext_lazy("in the middle"),
    "top-left": gettext_lazy("at the top left"),
    "top-right": gettext_lazy("at the top right"),
    "bottom-left": gettext_lazy("at the bottom left"),
    "bottom-right": gettext_lazy("at the bottom right"),
    "top": gettext_lazy("at the top"),
    "bottom": gettext_lazy("at the bottom"),
    "left": gettext_lazy("at the left edge"),
    "right": gettext_lazy("at the right edge"),
    "below": gettext_lazy("below the picture"),
    "above": gettext_lazy("above the picture"),
    "center": gettext_lazy("in the middle"),
}
WAYS = {
    "text": gettext_lazy("the words in the text"),
    "rhythm": gettext_lazy("the rhythm short-long short-short, “AI” in Morse code"),
    "manifest": gettext_lazy("the signed manifest, which records it"),
    "speech": gettext_lazy("spoken words"),
    "words": gettext_lazy("words"),
}


@dataclass(frozen=True, slots=True)
class KindChoice:
    """One technology of Art. 23 as a choice in a form, with what Art. 17 asks of it."""

    value: str
    name: str
    help: str


def position_words(code: str | None) -> str:
    """Where a label stands, in words; a code without words as it is."""
    return str(POSITIONS.get(code, code)) if code else ""


def place_words(code: str | None) -> str | None:
    """What a finding rests on, in words."""
    return str(WAYS.get(code, code)) if code else None


def page_lang() -> Lang:
    """The page's language as the pure rooms name it."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def kind_choices() -> tuple[KindChoice, ...]:
    """What made the content, in the words of Art. 23, with the duty of Art. 17."""
    must = _("Must carry a label people can see or hear.")
    return (
        KindChoice("", _("Decide from the file"),
                   _("Sound is then taken for speech, the stricter of the two.")),
        KindChoice("text", _("Text"),
                   _("Written or rewritten by a model: articles, answers, summaries.")
                   + f" {must} Art. 17.1(1)"),
        KindChoice("speech", _("Speech"),
                   _("A synthesised or imitated human voice.") + f" {must} Art. 17.1(2)"),
        KindChoice("audio", _("Music and other sound"),
                   _("Music, ambience, effects.") + f" {must} Art. 17.1(5)"),
        KindChoice("face", _("Faces and people"),
                   _("A face or a body generated, replaced or moved.") + f" {must} Art. 17.1(3)"),
        KindChoice("image", _("Picture"),
                   _("A picture without a person’s features, generated or reworked.")
                   + f" {must} Art. 17.1(5)"),
        KindChoice("video", _("Video"),
                   _("Moving pictures without a person’s features.") + f" {must} Art. 17.1(5)"),
    )  # fmt: skip
