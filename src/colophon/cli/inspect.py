"""``colophon inspect``: everything a file says about its origin."""

from __future__ import annotations

import sys
from functools import partial
from typing import Literal

import click

from colophon.cli.findings import Manner, examine, manner_options

Look = Literal["auto", "on", "off"]


@click.command("inspect")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--look",
    type=click.Choice(("auto", "on", "off")),
    default="auto",
    help="For the explicit label: off reads metadata and words only; on demands the extra ocr.",
)
@manner_options
def command(files: tuple[str, ...], *, look: Look, manner: Manner) -> None:
    """Read each FILE (a file, a folder or a glob): labels, manifests, deviations.

    Exit code 0: labelled · 1: unlabelled or altered · 3: a file that cannot be read.

    \b
    Examples:
      colophon inspect picture.png
      colophon inspect --json downloads/ > report.json
      colophon inspect archive/ --jobs 2 --report archive.csv
    """
    from colophon.cli import profile
    from colophon.labels.reading import inspect

    marks = profile.mark_keys(profile.initialised(None))
    sys.exit(examine(files, partial(inspect, look=look, marks=marks), manner))
