"""Watermarks: marks inside the picture, sound, words or mesh itself, under a key.

``embed`` and ``detect`` take arrays of pictures and sound; each medium's own module takes more.
Nothing heavy is loaded before a call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colophon.labels.watermark.detection import Detection
    from colophon.labels.watermark.key import MarkKey

__all__ = ["detect", "embed"]


def embed(
    content: NDArray[Any], payload: int, key: MarkKey | None = None, *, rate_hz: int | None = None
) -> NDArray[Any]:
    """The content with a mark of 64 bits: a picture (height × width × 3, uint8, RGB), or with
    ``rate_hz`` a sound (frames × channels, float32, ±1).

    Without a ``key`` anybody can read the mark, and could forge it. Raises TooSmallToMark,
    ValueError for a payload of more than 64 bits.
    """
    from colophon.labels.watermark.key import PUBLIC

    if rate_hz is None:
        from colophon.labels.watermark import image

        return image.embed(content, payload, key or PUBLIC)
    from colophon.labels.watermark import audio

    return audio.embed(content, payload, key or PUBLIC, rate_hz=rate_hz)


def detect(
    content: NDArray[Any], key: MarkKey | None = None, *, rate_hz: int | None = None
) -> Detection | None:
    """The mark under ``key``, or the public one; None where none was found, which is no proof that
    there is none."""
    from colophon.labels.watermark.key import PUBLIC

    if rate_hz is None:
        from colophon.labels.watermark import image

        return image.detect(content, key or PUBLIC)
    from colophon.labels.watermark import audio

    return audio.detect(content, key or PUBLIC, rate_hz=rate_hz)
