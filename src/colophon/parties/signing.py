"""The operator's signing keys: where they lie, how they are made, and whose keys are trusted."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps

from colophon.errors import TargetExists
from colophon.store import folder as data_folder

if TYPE_CHECKING:
    from colophon.labels.certificates import Signer
    from colophon.labels.security_data import Sm2Key, TrustStore
    from colophon.labels.trust_list import TrustList
    from colophon.labels.watermark.key import MarkKey


def folder() -> Path:
    """Where the key and the certificate chain lie, in the data folder."""
    return data_folder.data() / "signing"


def signer() -> Signer | None:
    """The signer for manifests, or None before ``colophon init`` made or was given a key.

    Raises SigningKeyUnusable for a key that is there but cannot be used.
    """
    from colophon.labels import certificates

    if not certificates.paths(folder()).key.exists():
        return None
    url = str(vars(apps.get_app_config("parties"))["timestamp_url"])
    return certificates.load(folder(), timestamp_url=url or None)


def label_key() -> Sm2Key | None:
    """The key for security data in labels, or None before ``ensure`` made one.

    Raises SigningKeyUnusable for a key that is there but cannot be used.
    """
    from colophon.labels.security_data import KEY_FILE, Sm2Key

    path = folder() / KEY_FILE
    return Sm2Key.load(path) if path.exists() else None


def mark_key() -> MarkKey | None:
    """The key of watermarks, or None before ``ensure`` made one.

    Raises SigningKeyUnusable for a key that is there but cannot be used.
    """
    from colophon.labels.marking import key_file

    path = folder() / key_file.NAME
    return key_file.load(path) if path.exists() else None


def mark_keys() -> tuple[MarkKey, ...]:
    """The keys whose watermarks are looked for."""
    own = mark_key()
    return () if own is None else (own,)


def trust(operator_name: str, uscc: str) -> TrustStore:
    """The keys pinned in the data folder's ``trust``, and the operator's own.

    Raises MalformedFile, Unreadable for a folder that cannot be read.
    """
    from colophon.labels.security_data import EMPTY, Pin, TrustStore

    pinned = data_folder.data() / "trust"
    store = TrustStore.load(pinned) if pinned.is_dir() else EMPTY
    own = label_key()
    return store if own is None else store.also(Pin(operator_name, own.public, (uscc,)))


def anchors() -> tuple[bytes, ...]:
    """The roots (PEM) this service's own manifests end at, those set aside too."""
    from colophon.labels import certificates

    folders = (folder(), *sorted(folder().glob("until-*")))
    roots = (certificates.paths(each).root for each in folders)
    return tuple(root.read_bytes() for root in roots if root.is_file())


def manifest_trust() -> TrustList:
    """Whose manifests are trusted: our own, and those of the list in the data folder's
    ``trust-list``. Raises MalformedFile, Unreadable, TooLarge for a list that cannot be read.
    """
    from colophon.labels.trust_list import TrustList

    listed = data_folder.data() / "trust-list"
    return TrustList.load(listed, anchors()) if listed.is_dir() else TrustList.of(anchors())


def ensure(operator_name: str, *, now: datetime) -> Signer:
    """The signer; a development one is made where there is none, and made anew under the
    operator's present name. A certificate the operator brought is never touched.

    Raises SigningKeyUnusable, TargetUnwritable, DiskFull.
    """
    from colophon.labels import certificates
    from colophon.labels.marking import key_file
    from colophon.labels.security_data import KEY_FILE, Sm2Key
    from colophon.labels.watermark.key import MarkKey

    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    if label_key() is None:
        with suppress(TargetExists):
            Sm2Key.generate().save(folder() / KEY_FILE)
    if mark_key() is None:
        with suppress(TargetExists):
            key_file.save(MarkKey.drawn(), folder() / key_file.NAME)
    found = signer()
    if found is not None and not (found.development and _renamed(found, operator_name)):
        return found
    if found is not None:
        _set_aside(now)
    certificates.make_development(folder(), operator_name, now=now)
    return certificates.load(folder())


def _renamed(found: Signer, operator_name: str) -> bool:
    return not operator_name.strip().startswith(found.name)


def _set_aside(now: datetime) -> None:
    """Old files stay readable: manifests signed by them still end at the old root."""
    from colophon.labels import certificates

    aside = folder() / f"until-{now:%Y%m%dT%H%M%S}"
    aside.mkdir(mode=0o700)
    where = certificates.paths(folder())
    # The key goes first: without it the rest is no signer any more.
    for path in (where.key, where.chain, where.root):
        if path.exists():
            path.rename(aside / path.name)
