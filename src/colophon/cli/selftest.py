"""``colophon selftest``: the shipped vectors, on this machine."""

from __future__ import annotations

import sys

import click

from colophon.cli.output import emit_json, say, standard_options
from colophon.errors import Lang


@click.command("selftest")
@standard_options
def command(*, as_json: bool, lang: Lang) -> None:
    """Read every shipped vector and compare fields and deviations.

    \b
    Example:
      colophon selftest --json
    """
    del lang
    from colophon.labels import selftest
    from colophon.labels.model import as_json as plain

    results = list(selftest.run())
    failed = [result for result in results if not result.passed]
    if as_json:
        emit_json({"passed": len(results) - len(failed), "failed": plain(failed)})
    else:
        for result in results:
            say(f"{'●' if result.passed else '○'} {result.name}  {result.detail}")
        say(f"{len(results) - len(failed)} / {len(results)}")
    sys.exit(1 if failed or not results else 0)
