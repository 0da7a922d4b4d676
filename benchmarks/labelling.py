"""Metadata labelling and reading: time, memory, and what others take for the same."""

from __future__ import annotations

import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from colophon.labels import Label
from colophon.labels.duty import Action
from colophon.labels.provider_code import build, uscc_check_character
from colophon.labels.reading import inspect
from colophon.labels.writing import apply

_FIRST_17 = "91110000MADEM0000"
PRODUCER = build(_FIRST_17 + uscc_check_character(_FIRST_17), "10000")
LABEL = Label(PRODUCER, "benchmark-0001")
GIB = 1 << 30


@dataclass(frozen=True)
class Row:
    """One measured line. ``held``: inside its limit."""

    what: str
    figure: str
    peer: str
    limit: str
    held: bool

    def line(self) -> str:
        mark = "yes" if self.held else "**no**"
        return f"| {self.what} | {self.figure} | {self.peer} | {self.limit} | {mark} |"


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="colophon-bench-") as folder:
        return list(_rows(Path(folder)))


def _rows(folder: Path) -> Iterator[Row]:
    yield _import_time()
    photo = _photo(folder)
    yield _label_photo(photo, folder)
    yield _inspect_photo(folder)
    yield _rate(folder)
    yield from _big_video(folder)


def _median(work: Callable[[], object], times: int = 9) -> float:
    """Seconds of wall time, the median of several runs after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _import_time() -> Row:
    def start(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    bare = _median(start("pass"))
    ours = _median(start("import colophon; from colophon import labels")) - bare
    return Row(
        "`from colophon import labels`",
        f"{ours * 1000:.0f} ms",
        f"bare interpreter {bare * 1000:.0f} ms",
        "< 300 ms",
        ours < 0.3,
    )


def _photo(folder: Path) -> Path:
    """A 12-megapixel JPEG with the grain of a photo."""
    noise = np.random.default_rng(7).normal(0, 8, (3000, 4000, 3))
    slope = np.linspace(40, 210, 4000)[None, :, None]
    path = folder / "photo.jpg"
    Image.fromarray(np.clip(slope + noise, 0, 255).astype(np.uint8)).save(path, quality=90)
    return path


def _mark(source: Path, target: Path) -> None:
    apply(source, target, label=LABEL, kind="image", action=Action.EDITED, replace=True)


def _label_photo(photo: Path, folder: Path) -> Row:
    target = folder / "photo.labelled.jpg"
    ours = _median(lambda: _mark(photo, target))
    peer = _median(lambda: _exiftool(photo, folder / "peer.jpg"), 3)
    return Row(
        f"metadata label, 12 MP JPEG ({photo.stat().st_size / 1e6:.1f} MB)",
        f"{ours * 1000:.1f} ms",
        f"exiftool {peer * 1000:.0f} ms",
        f"≤ 30 ms; {peer / ours:.0f} × faster",
        ours <= 0.03,
    )


def _exiftool(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    command = ["exiftool", "-q", "-XMP-dc:Description=label", "-o", str(target), str(source)]
    subprocess.run(command, check=True)


def _inspect_photo(folder: Path) -> Row:
    labelled = folder / "photo.labelled.jpg"
    ours = _median(lambda: inspect(labelled))
    peer = _median(lambda: subprocess.run(["exiftool", "-q", labelled], capture_output=True), 3)
    return Row(
        "inspect, the same JPEG",
        f"{ours * 1000:.1f} ms",
        f"exiftool {peer * 1000:.0f} ms",
        f"≤ 20 ms; {peer / ours:.0f} × faster",
        ours <= 0.02,
    )


def _rate(folder: Path) -> Row:
    """Files of about 1 MB a second, each labelled, read back, flushed to disk."""
    small = folder / "small.jpg"
    noise = np.random.default_rng(9).integers(0, 255, (820, 1024, 3), dtype=np.uint8)
    Image.fromarray(noise).save(small, quality=88)
    ours = _median(lambda: _mark(small, folder / "small.labelled.jpg"), 30)
    copy = _median(lambda: _flushed_copy(small, folder / "small.copy.jpg"), 30)
    return Row(
        f"metadata label, JPEG of {small.stat().st_size / 1e6:.1f} MB",
        f"{1 / ours:.0f} files/s",
        f"bare flushed copy {1 / copy:.0f} files/s",
        f"{copy / ours:.2f} × a copy",
        True,
    )


def _flushed_copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _big_video(folder: Path) -> Iterator[Row]:
    video = _gibibyte_video(folder)
    started = time.perf_counter()
    _flushed_copy(video, folder / "big.copy.mp4")
    copy = time.perf_counter() - started
    (folder / "big.copy.mp4").unlink()
    seconds, memory = _in_child(video, folder / "big.labelled.mp4")
    yield Row(
        "metadata label, 1 GiB MP4",
        f"{seconds:.2f} s",
        f"flushed copy {copy:.2f} s",
        f"{seconds / copy:.2f} × the copy (≤ 2.5)",
        seconds <= 2.5 * copy,
    )
    yield Row(
        "memory over baseline, 1 GiB MP4",
        f"{memory / 2**20:.0f} MiB",
        "–",
        "≤ 64 MiB",
        memory <= 64 << 20,
    )


def _gibibyte_video(folder: Path) -> Path:
    """A real short video whose media box is padded to 1 GiB of data."""
    small, path = folder / "small.mp4", folder / "big.mp4"
    command = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=d=2:s=320x240"]
    subprocess.run([*command, "-pix_fmt", "yuv420p", str(small)], check=True)
    data = small.read_bytes()
    with path.open("wb") as out:
        out.write(data)
        block = os.urandom(1 << 20)
        out.write((GIB + 8).to_bytes(4, "big") + b"free")
        for _ in range(GIB >> 20):
            out.write(block)
    return path


_CHILD = """
import resource, sys, time
from benchmarks.labelling import _mark, warm
warm(sys.argv[3])
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.perf_counter()
_mark(sys.argv[1], sys.argv[2])
taken = time.perf_counter() - started
print(taken, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) * 1024)
"""


def warm(folder: str) -> None:
    """One small labelling, so that what is loaded late is in the baseline."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, "JPEG")
    path = Path(folder) / "warm.jpg"
    path.write_bytes(buffer.getvalue())
    _mark(path, Path(folder) / "warm.labelled.jpg")


def _in_child(video: Path, target: Path) -> tuple[float, int]:
    command = [sys.executable, "-c", _CHILD, str(video), str(target), str(video.parent)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = result.stdout.split()
    return float(seconds), int(memory)
