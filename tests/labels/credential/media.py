"""Small files of every type that a manifest is put into or beside, made on the spot."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import wave
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

Maker = Callable[[], bytes]


def picture(form: str, size: tuple[int, int] = (96, 64), **options: object) -> bytes:
    dice = np.random.default_rng(7)
    pixels = dice.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, form, **options)
    return held.getvalue()


def heif() -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return picture("HEIF")


def jxl(*, use_container: bool = True) -> bytes:
    import pillow_jxl  # noqa: F401  (registers the format)

    return picture("JXL", use_container=use_container)


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>'


def wav() -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(struct.pack("<400h", *range(400)))
    return held.getvalue()


def sound(form: str, subtype: str) -> bytes:
    import soundfile

    held = io.BytesIO()
    soundfile.write(held, np.sin(np.arange(4000) / 9), 8000, format=form, subtype=subtype)
    return held.getvalue()


def ffmpeg(name: str, *source: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", *source, str(path)]
        subprocess.run(command, check=True, timeout=60)
        return path.read_bytes()


def docx() -> bytes:
    import docx

    document, held = docx.Document(), io.BytesIO()
    document.add_paragraph("正文")
    document.save(held)
    return held.getvalue()


def xlsx() -> bytes:
    import openpyxl

    book, held = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "正文"
    book.save(held)
    return held.getvalue()


def pptx() -> bytes:
    import pptx

    deck, held = pptx.Presentation(), io.BytesIO()
    deck.slides.add_slide(deck.slide_layouts[6])
    deck.save(held)
    return held.getvalue()


def packed(media_type: str, parts: dict[str, bytes]) -> bytes:
    """A ZIP package whose parts but the first are compressed."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("mimetype", media_type, zipfile.ZIP_STORED)
        for name, data in parts.items():
            file.writestr(name, data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def odt() -> bytes:
    kind = "application/vnd.oasis.opendocument.text"
    return packed(kind, {"content.xml": b"<office/>", "META-INF/manifest.xml": b"<manifest/>"})


def epub() -> bytes:
    return packed("application/epub+zip", {"META-INF/container.xml": b"<container/>"})


def glb() -> bytes:
    body = json.dumps({"asset": {"version": "2.0"}}).encode()
    body += b" " * (-len(body) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 20 + len(body))
    return head + struct.pack("<I4s", len(body), b"JSON") + body


OOXML = "application/vnd.openxmlformats-officedocument."
VIDEO, TONE = "testsrc=d=1:s=64x64", "sine=d=1"
EMBEDDED: dict[str, Maker] = {
    "image/png": lambda: picture("PNG"),
    "image/jpeg": lambda: picture("JPEG"),
    "image/webp": lambda: picture("WEBP"),
    "image/gif": lambda: picture("GIF"),
    "image/tiff": lambda: picture("TIFF"),
    "image/heic": heif,
    "image/heif": heif,
    "image/avif": lambda: picture("AVIF"),
    "image/jxl": jxl,
    "image/svg+xml": svg,
    "application/pdf": lambda: picture("PDF"),
    "audio/wav": wav,
    "audio/flac": lambda: sound("FLAC", "PCM_16"),
    "audio/mpeg": lambda: sound("MP3", "MPEG_LAYER_III"),
}
"""Made by Python packages alone; those that need FFmpeg stand below."""
FILMS: dict[str, tuple[str, str]] = {
    "video/mp4": ("v.mp4", VIDEO),
    "video/quicktime": ("v.mov", VIDEO),
    "audio/mp4": ("a.m4a", TONE),
    "video/x-msvideo": ("v.avi", VIDEO),
}
TEXTS: dict[str, bytes] = {
    "text/plain": "第一段。\n第二段。\n".encode(),
    "text/markdown": "---\ntitle: 题\n---\n# 题\n\n正文\n".encode(),
    "text/html": "<!DOCTYPE html><html><head><title>题</title></head><p>正文</p></html>".encode(),
}
BESIDE: dict[str, Maker] = {
    f"{OOXML}wordprocessingml.document": docx,
    f"{OOXML}spreadsheetml.sheet": xlsx,
    f"{OOXML}presentationml.presentation": pptx,
    "application/vnd.oasis.opendocument.text": odt,
    "application/epub+zip": epub,
    "audio/ogg": lambda: sound("OGG", "VORBIS"),
    "image/bmp": lambda: picture("BMP"),
    "model/gltf-binary": glb,
    "model/gltf+json": lambda: b'{"asset":{"version":"2.0"}}',
    "text/csv": lambda: b"a,b\r\n1,2\r\n",
    "application/json": lambda: b'{"a": 1}',
    "application/x-subrip": lambda: "1\n00:00:00,000 --> 00:00:01,000\n字幕\n".encode(),
}


@cache
def made(media_type: str) -> bytes:
    if media_type in TEXTS:
        return TEXTS[media_type]
    maker = EMBEDDED.get(media_type) or BESIDE.get(media_type)
    return maker() if maker else ffmpeg(*FILMS[media_type])
