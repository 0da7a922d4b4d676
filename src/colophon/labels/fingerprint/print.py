"""A print of any medium, fit to be kept and sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Print:
    """``medium``: image, audio, video or text. ``data``: bytes in a form of the medium's own."""

    medium: str
    data: bytes
