"""Which named fields of a container count as carrying a label: one rule for reading and writing.

Source: GB 45438-2025 Annex E (the field's name contains ``AIGC``; its value is a JSON string).
"""

from __future__ import annotations

import re

FIELD = "AIGC"

_NAMED = re.compile(r"(^|[^a-z])aigc$", re.IGNORECASE)
_MARKS = ("ContentProducer", "ProduceID", "ContentPropagator")


def holds_label(name: str, value: str) -> bool:
    """Is this field a label, whatever the vendor called it?

    ``AIGC``, ``aigc`` and ``com.vendor.AIGC`` are by name; any other field only if its value
    is an object with a label's own keys in it.
    """
    if _NAMED.search(name.strip("\0 ")):
        return True
    return looks_like_label(value)


def looks_like_label(value: str) -> bool:
    """Is this text, as a whole, a label's JSON object (bare or wrapped, perhaps cut off)?"""
    text = value.lstrip("\ufeff\0\t\r\n ")
    return text.startswith("{") and any(mark in text for mark in _MARKS)
