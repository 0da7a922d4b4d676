"""``colophon articles``: the clauses, whom they bind, and their words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from colophon.cli.output import emit_json, say, standard_options
from colophon.errors import Lang
from colophon.provisions import catalogue
from colophon.provisions.catalogue import Article, Item, Paragraph
from colophon.terms import ADDRESSEES


@click.command("articles")
@click.argument("number", required=False)
@standard_options
def command(number: str | None, *, as_json: bool, lang: Lang) -> None:
    """The articles of the Provisions; with NUMBER one of them, or one clause, in full.

    \b
    Examples:
      colophon articles
      colophon articles 17
      colophon articles 17.1.3 --lang zh
      colophon articles 第十七条第一款第（三）项
    """
    if number is None:
        found = list(catalogue.articles())
        if as_json:
            emit_json([_document(article) for article in found])
            return
        for article in found:
            say(f"{article.number:>2}  {article.title(lang)}  ({_bound(article.addressees, lang)})")
        return
    passage = catalogue.clause(number)
    if as_json:
        emit_json(_document(passage))
        return
    name = passage.title(lang) if isinstance(passage, Article) else catalogue.cite(passage.id, lang)
    say(f"{name}  ({_bound(passage.addressees, lang)})")
    say(_words(passage, lang))


def _bound(addressees: tuple[str, ...], lang: Lang) -> str:
    words = [ADDRESSEES[name][0 if lang == "zh" else 1] for name in addressees]
    return ("、" if lang == "zh" else ", ").join(words)


def _words(passage: Article | Paragraph | Item, lang: Lang) -> str:
    own = passage.zh if lang == "zh" else passage.en
    if isinstance(passage, Paragraph):
        items = (item.zh if lang == "zh" else item.en for item in passage.items)
        return "\n".join([own, *(f"({at}) {words}" for at, words in enumerate(items, 1))])
    return own


def _document(passage: Article | Paragraph | Item) -> dict[str, Any]:
    return {
        "clause": passage.id,
        "cite": {"zh": catalogue.cite(passage.id, "zh"), "en": catalogue.cite(passage.id, "en")},
        "addressees": list(passage.addressees),
        **asdict(passage),
    }
