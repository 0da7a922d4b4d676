"""What the settings read from the environment, and the defaults when nothing is set.

Every variable is listed in ``docs/settings.md``. Nothing here needs Django to be set up.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from colophon.errors import TargetUnwritable, UsageError
from colophon.store import files

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})
POSTGRESQL_SCHEMES = frozenset({"postgres", "postgresql"})
# Seconds a writer waits for SQLite's one write lock before it gives up.
SQLITE_WAIT_SECONDS = 20
# FULL: a commit that was answered survives a power cut, not only a crash of the process.
SQLITE_INIT = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    f"PRAGMA busy_timeout={SQLITE_WAIT_SECONDS * 1000};"
)


def data_folder() -> Path:
    """The one data folder, made on first use: ``COLOPHON_DATA``, else the user's data home."""
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    chosen = os.environ.get("COLOPHON_DATA") or f"{home}/colophon"
    folder = Path(chosen).expanduser().absolute()
    try:
        folder.mkdir(mode=files.OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise TargetUnwritable(file=folder, detail=error.strerror) from error
    return folder


def secret_key(data: Path) -> str:
    """Django's secret: ``COLOPHON_SECRET_KEY``, else one made once in the data folder.

    Several machines need the variable: they must share one secret.
    """
    given = os.environ.get("COLOPHON_SECRET_KEY")
    if given:
        return given
    return files.make_once(data / "keys" / "django-secret", _new_secret).decode("ascii")


def _new_secret() -> bytes:
    return secrets.token_urlsafe(64).encode("ascii")


def flag(name: str, *, default: bool = False) -> bool:
    """A yes-or-no variable; anything else is refused, so that a typing slip is not a no."""
    text = os.environ.get(name)
    if text is None:
        return default
    word = text.strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise UsageError(detail=f"{name} must be one of 1, 0, true, false, yes, no, on, off")
    return word in TRUE_WORDS


def words(name: str, default: str) -> list[str]:
    """A variable that lists words, apart by spaces or commas."""
    return os.environ.get(name, default).replace(",", " ").split()


def number(name: str, default: int, *, minimum: int = 0) -> int:
    """A whole number of at least ``minimum``."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) < minimum:
        raise UsageError(detail=f"{name} must be a whole number of at least {minimum}")
    return int(text)


def database(data: Path) -> dict[str, Any]:
    """Django's DATABASES entry: ``COLOPHON_DATABASE_URL``, else SQLite in ``data``."""
    url = os.environ.get("COLOPHON_DATABASE_URL", "").strip()
    return _postgresql(url) if url else _sqlite(data)


def _sqlite(data: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data / "colophon.sqlite3",
        "OPTIONS": {
            # A transaction that will write takes the write lock at its start: waiting for it
            # is safe then, while an upgrade half way through fails at once.
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_WAIT_SECONDS,
            "init_command": SQLITE_INIT,
        },
        # A file, as in service: threads of one test see one database in WAL mode.
        "TEST": {"NAME": data / "test.sqlite3"},
    }


def _postgresql(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(detail="COLOPHON_DATABASE_URL cannot be read as a URL") from error
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in POSTGRESQL_SCHEMES or not name:
        raise UsageError(
            detail="COLOPHON_DATABASE_URL must look like postgresql://user:password@host:5432/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
