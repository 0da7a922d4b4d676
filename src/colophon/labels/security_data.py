"""What the reserved codes hold: the producer's own security data (TC260-PG-202511A).

This release names what is there; it verifies no signature, and says ``unsupported`` where a
signature awaits verification. Verification will answer through the same ``judge``.
"""

from __future__ import annotations

import json
from typing import Any

from colophon.labels.model import Security

_MOST_BYTES = 64 * 1024


def judge(*reserved_codes: str | None) -> Security:
    """The first reserved code that says anything decides."""
    for text in reserved_codes:
        if text and text.strip():
            return _one(text)
    return Security()


def parse(text: str) -> dict[str, Any] | None:
    """The ``SecurityData`` object, from JSON or from JSON escaped once more; else None.

    Bounded: longer texts than 64 KiB are not looked into.
    """
    if len(text) > _MOST_BYTES:
        return None
    body = _object(text) or _object(text.replace('\\"', '"'))
    inner = body.get("SecurityData") if body else None
    return inner if isinstance(inner, dict) else None


def _one(text: str) -> Security:
    data = parse(text)
    if data is None:
        return Security(kind="opaque")
    return Security(kind="securitydata", signature="unsupported" if _signed(data) else "none")


def _signed(data: dict[str, Any]) -> bool:
    public = data.get("PubSD")
    if not isinstance(public, list):
        return False
    return any(isinstance(item, dict) and item.get("Signature") for item in public)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
        if isinstance(value, str):
            value = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
