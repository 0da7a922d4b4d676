"""Codes as words: label positions, ways of finding, deviations, states, kinds of technology."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from colophon.errors import ClauseUnknown, Lang
from colophon.labels import profiles
from colophon.labels.model import Medium
from colophon.parties.operator import Operator
from colophon.provisions.clause import Clause

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
    "ocr": gettext_lazy("the words seen in the picture"),
    "scene": gettext_lazy("the words on the scene’s plate"),
    "speech": gettext_lazy("spoken words"),
    "words": gettext_lazy("words"),
}


@dataclass(frozen=True, slots=True)
class KindChoice:
    """One technology of Art. 23 as a choice in a form, with the clause that binds it."""

    value: str
    name: str
    help: str
    clause: str = ""


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
    """What made the content, in the words of Art. 23, with the clause of Art. 17."""
    return (
        KindChoice("", _("Decide from the file"),
                   _("Sound is then taken for speech, the stricter of the two.")),
        KindChoice("text", _("Text"),
                   _("Written or rewritten by a model: articles, answers, summaries."),
                   _cited("17.1.1")),
        KindChoice("speech", _("Speech"),
                   _("A synthesised or imitated human voice."), _cited("17.1.2")),
        KindChoice("audio", _("Music and other sound"),
                   _("Music, ambience, effects."), _cited("17.1.5")),
        KindChoice("face", _("Faces and people"),
                   _("A face or a body generated, replaced or moved."), _cited("17.1.3")),
        KindChoice("image", _("Picture"),
                   _("A picture without a person’s features, generated or reworked."),
                   _cited("17.1.5")),
        KindChoice("video", _("Video"),
                   _("Moving pictures without a person’s features."), _cited("17.1.5")),
        KindChoice("scene", _("3D scene"),
                   _("Digital people, virtual scenes, immersive worlds."), _cited("17.1.4")),
    )  # fmt: skip


def kind_name(value: str) -> str:
    """A technology's name, as the form offers it; one that it does not offer as it is."""
    return next((choice.name for choice in kind_choices() if choice.value == value), value)


def label_words(operator: Operator | None) -> tuple[tuple[str, str], ...]:
    """What the explicit label will say in each medium, the operator's own words first."""
    rules = profiles.profile(operator.profile if operator else "cn")
    media = (
        (Medium.IMAGE, _("Picture, video")),
        (Medium.TEXT, _("Text")),
        (Medium.AUDIO, _("Sound, spoken")),
    )
    own = operator.wording if operator else ""
    return tuple((name, own or rules.words(medium, page_lang())) for medium, name in media)


def always_chinese(operator: Operator | None) -> bool:
    """Whether the rules the operator follows ask for Chinese words whatever the page's language."""
    return operator is None or profiles.profile(operator.profile).chinese


def clause_words(clause: str | None) -> str:
    """A clause's name in the page's language; an unknown one as it is."""
    if not clause:
        return ""
    try:
        return _cited(clause.removeprefix("Art. "))
    except ClauseUnknown:
        return clause


def _cited(clause: str) -> str:
    found = Clause.parse(clause)
    return found.zh if page_lang() == "zh" else found.en
