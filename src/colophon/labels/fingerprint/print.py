"""A print of any medium, fit to be kept and sent."""

from __future__ import annotations

from dataclasses import dataclass

MATCH = 31
"""Bits two prints of one picture differ by at most, as PDQ's authors advise."""


@dataclass(frozen=True, slots=True)
class Print:
    """``medium``: image, audio, video or text. ``data``: bytes in a form of the medium's own."""

    medium: str
    data: bytes
