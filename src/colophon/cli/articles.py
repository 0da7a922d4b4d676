"""``colophon articles``: the clauses, whom they bind, and their words."""

from __future__ import annotations

from typing import Any

import click

from colophon.cli.output import standard_options, emit_json, say
from colophon.errors import Lang


@click.command("articles")
@click.argument("number", required=False)
@standard_options
def command(number: str | None, *, as_json: bool, lang: Lang) -> None:
    """The articles of the Provisions; with NUMBER (17, 17.1.3, 第十七条) one of them in full.

    \b
    Examples:
      colophon articles
      colophon articles 17
      colophon articles 17.1.3 --lang zh
    """
    from colophon.cli import articles_text

    if number is None:
        listed: Any = articles_text.listing()
        text = articles_text.listing_lines(lang)
    else:
        listed = articles_text.found(number)
        text = articles_text.full_lines(listed, lang)
    if as_json:
        emit_json(listed)
        return
    for line in text:
        say(line)
