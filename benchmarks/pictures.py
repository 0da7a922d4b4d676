"""The pictures, sounds and papers that are measured with, made here from noise and tones."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

GIB = 1 << 30


def photo(folder: Path) -> Path:
    """A 12-megapixel JPEG with the grain of a photo."""
    path = folder / "photo.jpg"
    Image.fromarray(_grain(3000, 4000)).save(path, quality=90)
    return path


def megabyte(folder: Path, form: str) -> Path:
    """A picture of about 1 MB."""
    height, width = (900, 1100) if form == "JPEG" else (590, 560)
    noise = np.random.default_rng(9).integers(0, 255, (height, width, 3), dtype=np.uint8)
    path = folder / f"megabyte.{form.lower()}"
    Image.fromarray(noise).save(path, form, **({"quality": 92} if form == "JPEG" else {}))
    return path


def families(folder: Path) -> list[Path]:
    """One file of each family that is read often."""
    Image.fromarray(_grain(1500, 2000)).save(folder / "picture.png", compress_level=1)
    Image.fromarray(_grain(1500, 2000)).save(folder / "paper.pdf", resolution=150)
    paragraph = "Colophon writes what made it at the end of the book. 书末题记，言其所由。\n\n"
    (folder / "words.md").write_text("# A text\n\n" + paragraph * 4000, encoding="utf-8")
    _ffmpeg("testsrc2=d=20:s=640x360", "-pix_fmt", "yuv420p", folder / "film.mp4")
    _ffmpeg("sine=d=180", folder / "song.mp3")
    names = ("picture.png", "film.mp4", "paper.pdf", "song.mp3", "words.md")
    return [folder / name for name in names]


def clip(folder: Path) -> Path:
    """A short film of some megabytes."""
    path = folder / "clip.mp4"
    _ffmpeg("testsrc2=d=20:s=640x360", "-c:v", "mjpeg", "-q:v", "1", "-pix_fmt", "yuvj420p", path)
    return path


def large_film(folder: Path) -> Path:
    """A film of 1 GiB, nearly all of it pictures, its index at the end."""
    short, path = clip(folder), folder / "large.mp4"
    again = str(GIB // short.stat().st_size)
    _ffmpeg_copy("-stream_loop", again, "-i", str(short), str(path))
    return path


def index_first(film: Path) -> Path:
    """The same film as a server of films wants it: its index at the front."""
    path = film.with_stem(film.stem + ".first")
    _ffmpeg_copy("-i", str(film), "-movflags", "+faststart", str(path))
    return path


def _grain(height: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(7).normal(0, 8, (height, width, 3))
    slope = np.linspace(40, 210, width)[None, :, None]
    return np.clip(slope + noise, 0, 255).astype(np.uint8)


def _ffmpeg(source: str, *rest: object) -> None:
    command = ["ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", source, *map(str, rest)]
    subprocess.run(command, check=True)


def _ffmpeg_copy(*options: str) -> None:
    *given, target = options
    subprocess.run(["ffmpeg", "-y", "-v", "error", *given, "-c", "copy", target], check=True)
