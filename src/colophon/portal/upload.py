"""What arrives with a form: the file, checked before anything reads it, and how it is shown.

Nothing here keeps a byte: a preview travels back inside the page it was asked from.
"""

from __future__ import annotations

import base64
import math
import re
import wave
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, cast

from colophon.errors import RequestInvalid, TooLarge
from colophon.labels import carriers

if TYPE_CHECKING:
    from django.http import HttpRequest

INLINE_BYTES = 4 * 1024 * 1024
"""The largest file shown again from inside the page; larger ones only from the reader's disk."""
FORM_BYTES = 64 * 1024
"""Room for the form around a file."""
TEXT_CHARACTERS = 1200
FRONT_MATTER = re.compile(r"\A\ufeff?---\r?\n.*?\n---\r?\n\s*", re.DOTALL)
"""Metadata at the head of a text; the preview shows what a reader reads."""
WAVE_BARS = 96
WAVE_SECONDS = 600
INLINE_TYPES = {
    "image": {f"image/{kind}" for kind in ("png", "apng", "jpeg", "webp", "gif", "avif", "bmp")},
    "audio": {f"audio/{kind}" for kind in ("wav", "x-wav", "mpeg", "mp4", "aac", "flac", "ogg")},
    "video": {f"video/{kind}" for kind in ("mp4", "webm", "quicktime")},
}
WORDS = {f"application/{kind}" for kind in ("x-subrip", "json", "x-ndjson", "yaml", "toml", "xml")}
"""Texts that are not of the type ``text/…``, and are read as they stand."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How to show the file: by address, as words, as a drawn wave, or by its name alone."""

    medium: str
    address: str = ""
    text: str = ""
    bars: tuple[tuple[int, int], ...] = ()  # (x, height), in a box of 288 by 96


@dataclass(frozen=True, slots=True)
class Received:
    """An uploaded file: its bytes and its name, fit to be shown."""

    source: BinaryIO
    name: str


def received(request: HttpRequest, field: str, limit: int) -> Received:
    """The uploaded file.

    ``limit`` is in bytes. Raises TooLarge before the body is read where its length says so,
    and RequestInvalid when there is no file.
    """
    declared = int(request.META.get("CONTENT_LENGTH") or 0)
    if declared > limit + FORM_BYTES:
        raise TooLarge(file=field, detail=_limit_words(limit))
    upload = request.FILES.get(field)
    if upload is None or upload.file is None:
        raise RequestInvalid(detail=field)
    name = safe_name(upload.name)
    if (upload.size or 0) > limit:
        raise TooLarge(file=name, detail=_limit_words(limit))
    return Received(cast("BinaryIO", upload.file), name)


def accepted() -> str:
    """What a file field offers to choose from: every form that some label goes into."""
    kinds = ("image/*", "audio/*", "video/*", "text/*")
    return ",".join((*kinds, *sorted(carriers.extensions())))


def safe_name(name: str | None) -> str:
    """A file name fit to be shown and to be offered for download: no path, one line."""
    bare = PurePath((name or "").replace("\\", "/")).name
    return "".join(c for c in bare if c.isprintable())[:120] or "file"


def preview(source: BinaryIO, media_type: str, medium: str, *, most: int = INLINE_BYTES) -> Preview:
    """The file as the page can show it without keeping it; ``most``: bytes sent back in it."""
    source.seek(0)
    worded = media_type in WORDS or not media_type.startswith("application/")
    if medium in {"text", "document"} and worded:
        head = source.read(TEXT_CHARACTERS * 4).decode("utf-8", errors="replace")
        return Preview(medium, text=FRONT_MATTER.sub("", head, count=1)[:TEXT_CHARACTERS])
    bars = wave_bars(source) if media_type in {"audio/wav", "audio/x-wav"} else ()
    source.seek(0)
    if media_type not in INLINE_TYPES.get(medium, set()):
        return Preview(medium, bars=bars)
    data = source.read(most + 1)
    if len(data) > most:
        return Preview(medium, bars=bars)
    encoded = base64.b64encode(data).decode("ascii")
    return Preview(medium, address=f"data:{media_type};base64,{encoded}", bars=bars)


def wave_bars(source: BinaryIO) -> tuple[tuple[int, int], ...]:
    """The loudness of a plain WAV file over time, as bars; empty for any other coding."""
    source.seek(0)
    try:
        with wave.open(source, "rb") as sound:
            return _bars(sound)
    except (wave.Error, EOFError, RuntimeError):
        return ()


def _bars(sound: wave.Wave_read) -> tuple[tuple[int, int], ...]:
    import numpy as np

    frames = min(sound.getnframes(), sound.getframerate() * WAVE_SECONDS)
    if sound.getsampwidth() != 2 or frames < WAVE_BARS:
        return ()
    step = frames // WAVE_BARS
    # One look of at most 4096 frames a bar: time and memory do not grow with the file.
    look = min(step, 4096)
    loudness = []
    for bar in range(WAVE_BARS):
        sound.setpos(bar * step)
        data = sound.readframes(look)
        # A file cut off within a sample ends one byte early.
        samples = np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype("f4")
        loudness.append(float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0)
    top = max(loudness) or 1.0
    return tuple(
        (bar * 3, max(2, round(88 * math.sqrt(value / top)))) for bar, value in enumerate(loudness)
    )


def _limit_words(limit: int) -> str:
    return f"{limit // (1024 * 1024)} MiB"
