"""``colophon verify``: inspect, and say whom to trust for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from colophon.cli.findings import Manner, examine, manner_options
from colophon.labels.fingerprint.print import Print
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
@click.option(
    "--trust-list",
    "listed",
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="A C2PA trust list: bundles of anchors (PEM), allowed certificates, purposes.",
)
@click.option(
    "--trust",
    "keys",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PATH",
    help="A key (PEM or hex) or a folder of keys whose labels you trust.",
)
@click.option("--data", metavar="DIR", help="The operator's data folder.")
@manner_options
def command(
    files: tuple[str, ...],
    *,
    anchors: tuple[str, ...],
    listed: str | None,
    keys: tuple[str, ...],
    data: str | None,
    manner: Manner,
) -> None:
    """Inspect each FILE, then check signatures, trusted signers and the operator's register.

    \b
    Examples:
      colophon verify picture.png
      colophon verify --anchor partner-root.pem received/
      colophon verify --trust keys-of-partners/ received/
    """
    from colophon.cli import profile

    folder = profile.initialised(data)
    if folder is not None:
        profile.boot(folder)
        from colophon.site import preparation

        preparation.refuse_newer()
    look = _look(folder, anchors, listed, keys)
    # The register is asked over this process's own connection.
    sys.exit(examine(files, look, replace(manner, jobs=1)))


def _look(
    folder: Path | None, anchors: tuple[str, ...], listed: str | None, keys: tuple[str, ...]
) -> Callable[[Path], Findings]:
    """Inspects with all that the caller and the operator trust, and asks the register."""
    from colophon.labels.reading import inspect
    from colophon.labels.security_data import EMPTY, TrustStore
    from colophon.labels.trust_list import TrustList

    trusted = [Path(anchor).read_bytes() for anchor in anchors]
    store = EMPTY.also(*(pin for key in keys for pin in TrustStore.load(Path(key)).pins))
    if folder is None:
        manifests = TrustList.load(Path(listed), trusted) if listed else TrustList.of(trusted)
        return partial(inspect, anchors=manifests, trust=store, look="auto")
    from colophon.cli import profile
    from colophon.content import verification

    trusted += profile.own_anchors(folder)
    store = store.also(*verification.trusted_keys().pins)
    own_list = folder / "trust-list"
    chosen = Path(listed) if listed else own_list
    manifests = TrustList.load(chosen, trusted) if chosen.is_dir() else TrustList.of(trusted)

    marks = profile.mark_keys(folder)

    def look(path: Path) -> Findings:
        found = inspect(path, anchors=manifests, trust=store, look="auto", marks=marks)
        return verification.registered(found, lambda: _print_of(path, found))

    return look


def _print_of(path: Path, found: Findings) -> Print | None:
    """The fingerprint by which the file is looked for in the register."""
    from colophon.labels.fingerprint import files

    with path.open("rb") as source:
        return files.asked(source, found.media_type, found.medium, path.name)
