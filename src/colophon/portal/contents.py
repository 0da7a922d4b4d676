"""One content as its owner sees it: a shape and a word for its state, and what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from colophon.content.states import SETTLED, State
from colophon.labels import style
from colophon.portal.rows import SHAPES, Fact
from colophon.portal.wording import place_words, position_words

if TYPE_CHECKING:
    from colophon.content.models import Content

TONES = {
    State.RECEIVED: "due",
    State.PRODUCING: "due",
    State.LABELLING: "due",
    State.RELEASED: "met",
    State.HELD: "gap",
    State.WITHDRAWN: "none",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a content stands, in a word and a shape."""

    tone: str
    word: str
    moving: bool

    @property
    def shape(self) -> str:
        """The shape before the word."""
        return SHAPES[self.tone]


@dataclass(frozen=True, slots=True)
class Shown:
    """A content with its standing, for a list."""

    content: Content
    standing: Standing


@dataclass(frozen=True, slots=True)
class Written:
    """One layer that was written into a file."""

    name: str
    facts: tuple[Fact, ...]


def standing(state: str) -> Standing:
    """The standing for a state's code."""
    words = {
        State.RECEIVED: _("Received"),
        State.PRODUCING: _("Being made"),
        State.LABELLING: _("Being labelled"),
        State.RELEASED: _("Released"),
        State.HELD: _("Held"),
        State.WITHDRAWN: _("Withdrawn"),
    }
    known = State(state)
    return Standing(TONES[known], words[known], moving=known not in SETTLED)


def written(layers: Mapping[str, Any]) -> tuple[Written, ...]:
    """What was written, layer by layer, in the order it was put on."""
    names = {
        "explicit": _("Explicit label"),
        "watermark": _("Watermark"),
        "aigc": _("AIGC metadata"),
        "credential": _("Signed manifest"),
    }
    return tuple(
        Written(name, _facts(layers[key])) for key, name in names.items() if layers.get(key)
    )


def numbers(medium: str, explicit: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Words, place and the measured numbers of an explicit label, with what is asked for."""
    if not explicit:
        return ()
    facts = [
        Fact(_("Words"), str(explicit.get("text", ""))),
        Fact(_("Place"), position_words(str(explicit.get("where", "")))),
    ]
    measures = style.measured(
        medium,
        height_ratio=explicit.get("height_ratio"),
        contrast=explicit.get("contrast"),
        seconds=explicit.get("seconds"),
    )
    facts += [_measure(measure) for measure in measures]
    form = str(explicit.get("form", "words"))
    if form != "words":
        facts.append(Fact(_("Form"), place_words(form) or form))
    return tuple(facts)


def _measure(measure: style.Measure) -> Fact:
    terms = {
        "height": _("Height, share of the shortest side"),
        "contrast": _("Contrast"),
        "seconds": _("Seconds shown or heard"),
    }
    form = {"height": "{:.1%}", "contrast": "{:.1f}\u00a0:\u00a01", "seconds": "{:.1f}"}
    shown = form[measure.name]
    least = "" if measure.least is None else shown.format(measure.least)
    tone = "" if measure.least is None else "met" if measure.met else "bad"
    return Fact(terms[measure.name], shown.format(measure.value), least=least, tone=tone)


def _facts(layer: Any) -> tuple[Fact, ...]:
    if not isinstance(layer, dict):
        return (Fact(_("Written"), str(layer)),)
    return tuple(
        _fact(key, value) for key, value in layer.items() if value not in (None, "", [], {})
    )


def _fact(key: str, value: Any) -> Fact:
    terms = {
        "text": _("Words"),
        "where": _("Place"),
        "height_ratio": _("Height, share of the shortest side"),
        "contrast": _("Contrast"),
        "seconds": _("Seconds shown or heard"),
        "form": _("Form"),
        "place": _("Place in the file"),
        "signer": _("Signer"),
    }
    if key == "where":
        return Fact(terms[key], position_words(str(value)))
    if key == "height_ratio":
        return Fact(terms[key], f"{float(value) * 100:.1f} %")
    if isinstance(value, float):
        return Fact(terms.get(key, key), f"{value:.2f}")
    if isinstance(value, bool):
        return Fact(terms.get(key, key), _("yes") if value else _("no"))
    return Fact(terms.get(key, key), str(value), mono=key not in terms)
