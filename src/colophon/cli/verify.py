"""``colophon verify``: inspect, and say whom to trust for it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from colophon.cli.findings import Manner, examine, manner_options
from colophon.labels.model import Findings


@click.command("verify")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    metavar="PEM",
    help="A certificate whose signers you trust.",
)
@click.option("--data", metavar="DIR", help="The operator's data folder.")
@manner_options
def command(
    files: tuple[str, ...], *, anchors: tuple[str, ...], data: str | None, manner: Manner
) -> None:
    """Inspect each FILE, then check signatures, trusted signers and the operator's register.

    \b
    Examples:
      colophon verify picture.png
      colophon verify --anchor partner-root.pem received/
    """
    from colophon.cli import profile
    from colophon.labels.reading import inspect

    trusted = [Path(anchor).read_bytes() for anchor in anchors]
    folder = profile.initialised(data)
    if folder is not None:
        profile.boot(folder)
        from colophon.site import preparation

        preparation.refuse_newer()
        trusted += profile.own_anchors(folder)

    def look(path: Path) -> Findings:
        found = inspect(path, anchors=trusted)
        if folder is None:
            return found
        from colophon.content import verification

        return verification.registered(found)

    # The register is asked over this process's own connection.
    sys.exit(examine(files, look, replace(manner, jobs=1)))
