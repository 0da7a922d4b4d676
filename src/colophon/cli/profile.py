"""Who is labelling: the operator of the data folder, or a provider code given by hand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colophon.errors import OperatorMissing, Unreadable
from colophon.labels.model import Applied, Style

if TYPE_CHECKING:
    from colophon.labels.certificates import Signer
    from colophon.labels.security_data import Sm2Key
    from colophon.labels.watermark.key import MarkKey


@dataclass(frozen=True, slots=True)
class Operator:
    """What labels say about their producer, and how they are made where the caller does not say.
    ``folder`` is None where none was initialised.
    """

    producer: str
    wording: str | None
    folder: Path | None
    position: str = "auto"
    style: Style = Style()  # noqa: RUF009 - it is frozen
    profile: str = "cn"
    system: tuple[str, str] | None = None

    @property
    def records(self) -> bool:
        """Whether what is labelled goes into a register and its log."""
        return self.folder is not None

    def signer(self) -> Signer | None:
        """The operator's signing key, or None where there is no data folder."""
        if self.folder is None:
            return None
        from colophon.labels import certificates

        url = os.environ.get("COLOPHON_TSA_URL") or None
        return certificates.load(self.folder / "signing", timestamp_url=url)

    def label_key(self) -> Sm2Key | None:
        """The key for the label's security data, or None where there is none."""
        if self.folder is None:
            return None
        from colophon.labels.security_data import KEY_FILE, Sm2Key

        path = self.folder / "signing" / KEY_FILE
        return Sm2Key.load(path) if path.exists() else None

    def mark_key(self) -> MarkKey | None:
        """The key of watermarks, or None where there is none."""
        return mark_key(self.folder)

    def record(self, applied: Applied) -> str:
        """Enters a labelled file in the register before it gets its name; answers its id."""
        boot(self.folder)
        from colophon.content import recording
        from colophon.store import clock

        return str(recording.record(applied, by="command", now=clock.now()).id)


def load(data: str | None, producer: str | None) -> Operator:
    """The operator of ``data`` (or of the usual data folder), if it was initialised.

    Raises OperatorMissing when there is neither such a folder nor a provider code,
    StyleNotCompliant for a kept style that may not be.
    """
    folder = initialised(data)
    if folder is None:
        if producer is None:
            raise OperatorMissing
        return Operator(_checked(producer), None, None)
    boot(folder)
    from django.db import connections

    from colophon.parties import operator
    from colophon.site import preparation

    preparation.refuse_newer()
    current = operator.current()
    found = Operator(
        _checked(producer) if producer else operator.provider_code(current),
        folder=folder,
        **operator.label_options(current),
    )
    # The batch may fork: a connection must not be shared with a child.
    connections.close_all()
    return found


def initialised(data: str | None) -> Path | None:
    """The data folder, if ``colophon init`` or ``serve`` has been there.

    Raises Unreadable for one that we may not look into.
    """
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    chosen = data or os.environ.get("COLOPHON_DATA") or f"{home}/colophon"
    folder = Path(chosen).expanduser().absolute()
    has_database = bool(os.environ.get("COLOPHON_DATABASE_URL")) or _is_begun(folder)
    return folder if has_database else None


def _is_begun(folder: Path) -> bool:
    try:
        return (folder / "colophon.sqlite3").stat().st_size > 0
    except PermissionError as error:
        raise Unreadable(file=folder) from error
    except (OSError, ValueError):
        return False


def mark_key(folder: Path | None) -> MarkKey | None:
    """The key of watermarks in a data folder, or None where there is none."""
    if folder is None:
        return None
    from colophon.labels.marking import key_file

    path = folder / "signing" / key_file.NAME
    return key_file.load(path) if path.exists() else None


def mark_keys(folder: Path | None) -> tuple[MarkKey, ...]:
    """The keys whose watermarks are looked for."""
    own = mark_key(folder)
    return () if own is None else (own,)


def own_anchors(folder: Path) -> list[bytes]:
    """The operator's own root: what it signed itself, it trusts."""
    from colophon.labels import certificates

    root = certificates.paths(folder / "signing").root
    return [root.read_bytes()] if root.is_file() else []


def boot(folder: Path | None) -> None:
    """Sets Django up on ``folder``; a second call does nothing."""
    if folder is not None:
        os.environ["COLOPHON_DATA"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colophon.site.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def _checked(producer: str) -> str:
    from colophon.labels import provider_code

    provider_code.check(producer)
    return producer
