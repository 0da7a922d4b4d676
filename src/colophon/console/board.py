"""The 25 articles as a strip of shapes.

Nothing measures them yet in this release: each shows the dash that means exactly that. The
measures bring their own shapes later; a shape is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from colophon.errors import Lang
from colophon.provisions import catalogue

UNMEASURED = "–"


@dataclass(frozen=True, slots=True)
class Tile:
    """One article on the strip."""

    number: int
    title: str
    shape: str


def strip() -> tuple[Tile, ...]:
    """All articles in order, titled in the active language."""
    lang: Lang = "zh" if (get_language() or "").startswith("zh") else "en"
    return tuple(
        Tile(article.number, article.title(lang), UNMEASURED) for article in catalogue.articles()
    )
