"""How commands speak: results on standard output, failures on standard error, both languages."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NoReturn

import click

from colophon.errors import ColophonError, DatabaseUnusable, DiskFull, Lang, Unreadable
from colophon.labels.placing import FULL

LONGEST_DETAIL = 200
"""Characters of a database's own words that are told."""


def default_lang() -> Lang:
    """zh where the environment's locale is Chinese, else en."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "zh" if locale.lower().startswith("zh") else "en"


def standard_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json`` and ``--lang``, and named errors told instead of raised."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
    @click.option("--lang", type=click.Choice(["zh", "en"]), default=default_lang)
    @wraps(function)
    def told(*args: Any, as_json: bool, lang: Lang, **options: Any) -> Any:
        try:
            return function(*args, as_json=as_json, lang=lang, **options)
        except ColophonError as error:
            fail(error, as_json=as_json, lang=lang)
        except Exception as error:
            known = named(error)
            if known is None:
                raise
            # Where there is no room for the answer, there is none for another.
            fail(known, as_json=as_json and not isinstance(known, DiskFull), lang=lang)

    return told


def named(error: Exception) -> ColophonError | None:
    """What a disk or a database answers, as ours; None for anything else."""
    if isinstance(error, PermissionError) and error.filename is not None:
        return Unreadable(file=os.fsdecode(error.filename))
    if isinstance(error, OSError) and error.errno in FULL:
        return DiskFull(file=os.fsdecode(error.filename or "output"))
    # Django is asked only where a command has loaded it.
    database = sys.modules.get("django.db")
    if database is not None and isinstance(error, database.Error):
        return DatabaseUnusable(detail=str(error).partition("\n")[0][:LONGEST_DETAIL])
    return None


def say(message: str) -> None:
    """A line for the person, on standard output."""
    click.echo(visible(message))


def note(message: str) -> None:
    """A line beside the result, on standard error."""
    click.echo(visible(message), err=True)


def visible(text: str) -> str:
    """Control characters (a file name may hold them) shown, never sent to the terminal."""
    return "".join(
        char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text
    )


def one_line(name: str) -> str:
    """A file name on one line."""
    return visible(name).replace("\n", "\\n")


def emit_json(document: Any) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


@contextmanager
def json_answers(
    wanted: bool,
    *,
    several: bool,
) -> Iterator[Callable[[Any], None] | None]:
    """A function that writes one document after the other (as a list when there are several), or
    None where JSON is not wanted. However the work ends, the list is closed.
    """
    if not wanted:
        yield None
        return
    count = 0

    def answer(document: Any) -> None:
        nonlocal count
        text = json.dumps(document, ensure_ascii=False, indent=2)
        sys.stdout.write((",\n" if count else "") + text if several else text)
        count += 1

    sys.stdout.write("[\n" if several else "")
    try:
        yield answer
    finally:
        sys.stdout.write("\n]\n" if several else "\n")


def tell(error: ColophonError, lang: Lang) -> None:
    """Cause and remedy of a failure, on standard error."""
    click.echo(one_line(error.cause(lang)), err=True)
    click.echo(one_line(error.remedy(lang)), err=True)


def fail(error: ColophonError, *, as_json: bool, lang: Lang) -> NoReturn:
    """Tells the failure and leaves with its exit code."""
    if as_json:
        emit_json({"error": error.to_json(lang)})
    tell(error, lang)
    sys.exit(error.exit_code)
