"""Keys in the data folder: made once, owner only, never shown."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from colophon.errors import KeyUnusable
from colophon.store import files, folder

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)


def signing_key(name: str) -> Ed25519PrivateKey:
    """The Ed25519 key of this name, made on first use; raises KeyUnusable."""
    path = _path(name, ".pem")
    pem = files.make_once(path, _new_signing_key)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnusable(name=name) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(name=name)
    return key


def _new_signing_key() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def secret(name: str, size: int = 32) -> bytes:
    """``size`` random bytes under this name, made on first use; raises KeyUnusable."""
    found = files.make_once(_path(name, ".key"), lambda: secrets.token_bytes(size))
    if len(found) != size:
        raise KeyUnusable(name=name)
    return found


def _path(name: str, ending: str) -> Path:
    if not NAME.fullmatch(name):
        raise ValueError("a key's name is made of lower-case letters, digits and hyphens")
    return folder.data() / "keys" / f"{name}{ending}"
