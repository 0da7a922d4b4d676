"""``colophon inspect``: everything a file says about its origin."""

from __future__ import annotations

import sys

import click

from colophon.cli.findings import Manner, examine, manner_options


@click.command("inspect")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@manner_options
def command(files: tuple[str, ...], *, manner: Manner) -> None:
    """Read each FILE (a file, a folder or a glob): labels, manifests, deviations.

    Exit code 0: labelled · 1: unlabelled or altered · 3: a file that cannot be read.

    \b
    Examples:
      colophon inspect picture.png
      colophon inspect --json downloads/ > report.json
      colophon inspect archive/ --jobs 2 --report archive.csv
    """
    from colophon.labels.reading import inspect

    sys.exit(examine(files, inspect, manner))
