"""The 25 articles, their 42 paragraphs and 13 items, looked up by clause.

The Chinese is authentic; English and titles are ours and not law. Read on first use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from colophon.errors import ClauseUnknown
from colophon.provisions import numerals, packaged
from colophon.provisions.clause import Clause
from colophon.terms import Lang

ARTICLES = 25
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Chapter:
    number: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered item (项); it speaks to whom its paragraph speaks to."""

    id: str
    zh: str
    en: str
    sha256: str
    addressees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph (款); ``zh`` is its own words without its items'.

    ``addressees`` are ids of ``terms.ADDRESSEES``; ``sha256`` is of ``zh`` in UTF-8.
    """

    id: str
    zh: str
    en: str
    sha256: str
    addressees: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """An article (条). The titles are not part of the law."""

    number: int
    chapter: Chapter
    title_zh: str
    title_en: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def id(self) -> str:
        return str(self.number)

    @property
    def zh(self) -> str:
        """The authentic text as promulgated, numbered items and all."""
        return f"第{numerals.chinese(self.number)}条 " + "\n".join(self._lines("zh"))

    @property
    def en(self) -> str:
        """Our translation, laid out as the Chinese."""
        return f"Article {self.number}. " + "\n".join(self._lines("en"))

    @property
    def addressees(self) -> tuple[str, ...]:
        """Everyone one of its paragraphs speaks to, in order of appearance."""
        return tuple(dict.fromkeys(who for each in self.paragraphs for who in each.addressees))

    def title(self, lang: Lang) -> str:
        return self.title_zh if lang == "zh" else self.title_en

    def _lines(self, lang: Lang) -> Iterator[str]:
        for paragraph in self.paragraphs:
            yield paragraph.zh if lang == "zh" else paragraph.en
            for position, item in enumerate(paragraph.items, start=1):
                yield _numbered(position, item, lang)


Passage = Article | Paragraph | Item


def articles() -> tuple[Article, ...]:
    """All articles, in order."""
    return tuple(article(number) for number in range(1, ARTICLES + 1))


@cache
def article(number: int) -> Article:
    """One article. Raises ClauseUnknown outside 1 to 25."""
    if not 1 <= number <= ARTICLES:
        raise ClauseUnknown(clause=number)
    data = packaged.load(f"articles/{number:02}.yaml")
    return Article(
        number=number,
        chapter=chapters()[data["chapter"] - 1],
        title_zh=data["title"]["zh"],
        title_en=data["title"]["en"],
        paragraphs=tuple(_paragraph(entry) for entry in data["paragraphs"]),
    )


@cache
def chapters() -> tuple[Chapter, ...]:
    """The five chapters."""
    return tuple(Chapter(**entry) for entry in packaged.load("provisions.yaml")["chapters"])


def title(lang: Lang) -> str:
    """The regulation's title."""
    return str(packaged.load("provisions.yaml")["title"][lang])


def clause(named: str | Clause) -> Passage:
    """The article, paragraph or item so named, in any spelling. Raises ClauseUnknown.

    ``16`` is the whole article and ``16.1`` its only paragraph; both are accepted.
    """
    name = Clause.parse(named) if isinstance(named, str) else named
    whole = article(name.article)
    if name.paragraph is None:
        return whole
    paragraph = _nth(whole.paragraphs, name.paragraph, name)
    return paragraph if name.item is None else _nth(paragraph.items, name.item, name)


def cite(named: str | Clause, lang: Lang = "en") -> str:
    """The clause as lawyers write it: the only paragraph of an article is not numbered.

    Raises ClauseUnknown.
    """
    name = Clause.parse(named) if isinstance(named, str) else named
    clause(name)
    if name.item is None and len(article(name.article).paragraphs) == 1:
        name = Clause(name.article)
    return name.zh if lang == "zh" else name.en


def paragraphs() -> Iterator[Paragraph]:
    """All 42 paragraphs, in order."""
    for each in articles():
        yield from each.paragraphs


def _paragraph(entry: dict[str, Any]) -> Paragraph:
    addressees = tuple(entry["addressees"])
    return Paragraph(
        id=entry["id"],
        zh=entry["zh"],
        en=entry["en"],
        sha256=entry["sha256"],
        addressees=addressees,
        items=tuple(Item(**item, addressees=addressees) for item in entry.get("items", ())),
    )


def _numbered(position: int, item: Item, lang: Lang) -> str:
    if lang == "zh":
        return f"（{numerals.chinese(position)}）{item.zh}"
    return f"({position}) {item.en}"


def _nth(parts: tuple[Part, ...], position: int, name: Clause) -> Part:
    if not 1 <= position <= len(parts):
        raise ClauseUnknown(clause=name.id)
    return parts[position - 1]
