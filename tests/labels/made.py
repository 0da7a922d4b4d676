"""Small real media, made when asked: pictures, sound, video, documents, words."""

from __future__ import annotations

import io
import math
import struct
import subprocess
import wave
from functools import cache
from pathlib import Path

from PIL import Image

from colophon.labels.provider_code import build, uscc_check_character

_FIRST_17 = "91110000MADEM0000"
PRODUCER = build(_FIRST_17 + uscc_check_character(_FIRST_17), "10000")
_OTHER_17 = "91310000MADEM0001"
OTHER_PRODUCER = build(_OTHER_17 + uscc_check_character(_OTHER_17), "20001")


@cache
def picture(form: str, size: tuple[int, int] = (320, 240)) -> bytes:
    """A gradient with some detail, as PNG, JPEG or WEBP."""
    image = Image.radial_gradient("L").resize(size)
    colour = Image.merge(
        "RGB", (image, image.rotate(90, expand=False), image.point(lambda v: 255 - v))
    )
    out = io.BytesIO()
    colour.save(out, form)
    return out.getvalue()


@cache
def sound(seconds: float = 1.0, rate: int = 16000) -> bytes:
    """A soft tone as 16-bit mono WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = (
            int(9000 * math.sin(2 * math.pi * 220 * i / rate)) for i in range(int(seconds * rate))
        )
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()


def ffmpeg(path: Path, *arguments: str) -> Path:
    """A file that FFmpeg makes from its own test sources."""
    command = ["ffmpeg", "-loglevel", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def video(path: Path, seconds: int = 3) -> Path:
    return ffmpeg(
        path,
        "-f", "lavfi", "-i", f"testsrc=duration={seconds}:size=320x240:rate=12",
        "-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}",
        "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest",
    )  # fmt: skip


def song(path: Path, seconds: int = 2) -> Path:
    return ffmpeg(path, "-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}")


def pdf() -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(300, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
