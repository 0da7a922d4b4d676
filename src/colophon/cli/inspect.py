"""``colophon inspect``: everything a file says about its origin."""

from __future__ import annotations

import sys

import click

from colophon.cli.findings import examine
from colophon.cli.output import standard_options
from colophon.errors import Lang


@click.command("inspect")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@standard_options
def command(files: tuple[str, ...], *, as_json: bool, lang: Lang) -> None:
    """Read each FILE (a file, a folder or a glob): labels, manifests, deviations.

    Exit code 0: labelled · 1: unlabelled or altered · 3: a file that cannot be read.

    \b
    Examples:
      colophon inspect picture.png
      colophon inspect --json downloads/ > report.json
    """
    from colophon.labels.reading import inspect

    sys.exit(examine(files, inspect, as_json=as_json, lang=lang))
