"""The operator's signing key: where it lies, and the signer made of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from colophon.store import folder as data_folder

if TYPE_CHECKING:
    from colophon.labels.certificates import Signer


def folder() -> Path:
    """Where the key and the certificate chain lie, in the data folder."""
    return data_folder.data() / "signing"


def signer() -> Signer | None:
    """The signer for manifests, or None before ``colophon init`` made or was given a key."""
    place = folder()
    if not place.is_dir():
        return None
    from colophon.labels import certificates

    return certificates.load(place)
