"""Canonical JSON: one value, one sequence of bytes (RFC 8785).

Values are what JSON holds: None, bool, int, float, str, lists or tuples, and mappings with
string keys. What has no exact JSON form is refused, never rounded or dropped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

# RFC 8785 3.2.2.3 takes numbers as IEEE 754 doubles; beyond this an integer is not exact.
MAX_EXACT_INTEGER: Final = 2**53 - 1
MAX_DEPTH: Final = 64
# ECMA-262 Number::toString: plain notation for 1e-7 < |x| < 1e21.
PLAIN_BELOW_POINT: Final = 21
PLAIN_ABOVE_POINT: Final = -6

SHORT_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
MUST_ESCAPE: Final = re.compile(r'["\\\x00-\x1f]')


class NotCanonical(ValueError):
    """The value has no canonical JSON form; the message names the reason, never the value."""


def encode(value: object) -> bytes:
    """The canonical bytes of ``value``; raises NotCanonical.

    Source: RFC 8785 3.2.
    """
    pieces: list[str] = []
    _value(value, pieces, 0)
    try:
        return "".join(pieces).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("a string holds a lone surrogate") from error


def _value(value: object, pieces: list[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotCanonical(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, str):
        pieces.append(_string(value))
    elif value is None:
        pieces.append("null")
    elif isinstance(value, bool):
        pieces.append("true" if value else "false")
    elif isinstance(value, int):
        pieces.append(_integer(value))
    elif isinstance(value, float):
        pieces.append(number(value))
    elif isinstance(value, Mapping):
        _object(value, pieces, depth)
    elif isinstance(value, list | tuple):
        _array(value, pieces, depth)
    else:
        raise NotCanonical(f"{type(value).__name__} is not a JSON type")


def _object(value: Mapping[object, object], pieces: list[str], depth: int) -> None:
    keys = [key for key in value if isinstance(key, str)]
    if len(keys) != len(value):
        raise NotCanonical("a key is not a string")
    pieces.append("{")
    for place, key in enumerate(sorted(keys, key=_utf16)):
        if place:
            pieces.append(",")
        pieces.append(_string(key))
        pieces.append(":")
        _value(value[key], pieces, depth + 1)
    pieces.append("}")


def _utf16(key: str) -> bytes:
    # Big-endian bytes compare as the code units do (RFC 8785 3.2.3).
    return key.encode("utf-16-be", "surrogatepass")


def _array(value: list[object] | tuple[object, ...], pieces: list[str], depth: int) -> None:
    pieces.append("[")
    for place, item in enumerate(value):
        if place:
            pieces.append(",")
        _value(item, pieces, depth + 1)
    pieces.append("]")


def _string(text: str) -> str:
    return '"' + MUST_ESCAPE.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    return SHORT_ESCAPES.get(character) or f"\\u{ord(character):04x}"


def _integer(value: int) -> str:
    if abs(value) > MAX_EXACT_INTEGER:
        raise NotCanonical("an integer is beyond 2^53 - 1; write it as a string")
    return int.__repr__(value)


def number(value: float) -> str:
    """The ECMAScript form of a double. Source: ECMA-262 Number::toString; RFC 8785 3.2.2.3."""
    if not math.isfinite(value):
        raise NotCanonical("NaN and infinities are not JSON")
    if value == 0:
        return "0"
    digits, point = _shortest(abs(value))
    sign = "-" if value < 0 else ""
    return sign + _laid_out(digits, point)


def _shortest(value: float) -> tuple[str, int]:
    """Digits d and point n with value = 0.d × 10^n; repr gives the shortest exact digits."""
    mantissa, _, exponent = float.__repr__(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    point = len(whole) - leading + int(exponent or 0)
    return digits.rstrip("0"), point


def _laid_out(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= PLAIN_BELOW_POINT:
        return digits + "0" * (point - count)
    if 0 < point <= PLAIN_BELOW_POINT:
        return f"{digits[:point]}.{digits[point:]}"
    if PLAIN_ABOVE_POINT < point <= 0:
        return "0." + "0" * -point + digits
    mantissa = digits if count == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{point - 1:+d}"
