"""A version without explicit label in words: where it stands, and the duties to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from colophon.content.unlabelled import Stand
from colophon.portal.contents import Standing

if TYPE_CHECKING:
    from colophon.content.duties import Duties
    from colophon.errors import Lang

TONES = {
    Stand.NOT_RELEASED: "none",
    Stand.NOT_NEEDED: "none",
    Stand.NOT_ASKED: "none",
    Stand.ACCEPTED: "due",
    Stand.MADE: "met",
    Stand.HELD: "gap",
}
TAGS: dict[Lang, str] = {"zh": "zh-Hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class Text:
    """The duties in one language, as the page shows them."""

    tag: str
    sha256: str
    paragraphs: tuple[str, ...]


def told(stand: Stand) -> Standing:
    """The stand in a shape and a word."""
    words = {
        Stand.NOT_RELEASED: _("Not released"),
        Stand.NOT_NEEDED: _("Not needed"),
        Stand.NOT_ASKED: _("Not asked for"),
        Stand.ACCEPTED: _("Being made"),
        Stand.MADE: _("Ready"),
        Stand.HELD: _("Held"),
    }
    return Standing(TONES[stand], words[stand], moving=stand is Stand.ACCEPTED)


def text_of(duties: Duties, lang: Lang) -> Text:
    """The duties paragraph by paragraph."""
    text = duties.texts[lang]
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    return Text(TAGS[lang], duties.sha256(lang), lines)
