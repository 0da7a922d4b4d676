"""Metadata labels: time and memory of writing and reading them, beside others at the same work."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

from benchmarks import pictures
from benchmarks.measuring import (
    LABEL,
    MIB,
    PRODUCER,
    Row,
    child,
    flushed_copy,
    mebibytes,
    median,
    milliseconds,
    processor,
    side_by_side,
    timed,
)
from colophon.labels.duty import Action
from colophon.labels.model import Kind
from colophon.labels.reading import inspect
from colophon.labels.writing import apply

TITLE = "Labelling"
RATE_BAR = 300
"""Files of 1 MB a second and core."""
IMPORT_BAR, LABEL_BAR, INSPECT_BAR = 0.3, 0.03, 0.02
"""Seconds."""
MEMORY_BAR = 64 * MIB
FILM_BAR = 2.5
"""Times the flushed copy: a film is read once, hashed, written and flushed."""


def rows(folder: Path) -> Iterator[Row]:
    yield _import_time()
    yield _command(folder)
    photo = pictures.photo(folder)
    yield _label_photo(photo, folder)
    yield _rate(folder)
    yield from _processor_rates(folder)
    for path in (folder / "photo.labelled.jpg", *_labelled(folder)):
        yield _inspect(path)
    yield from _films(folder)


def mark(source: Path, target: Path, kind: Kind = Kind.IMAGE) -> None:
    """The label in the metadata, nothing drawn, nothing signed."""
    apply(
        source, target, label=LABEL, kind=kind, action=Action.EDITED, explicit="off", replace=True
    )


def _start(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def _import_time() -> Row:
    bare = median(_start("-c", "pass"))
    ours = median(_start("-c", "import colophon; from colophon import labels")) - bare
    return Row(
        "`from colophon import labels`",
        milliseconds(ours),
        f"bare interpreter {milliseconds(bare)}",
        f"{ours / bare:.1f} × its start",
        f"< {milliseconds(IMPORT_BAR)}",
        ours < IMPORT_BAR,
    )


def _command(folder: Path) -> Row:
    """The whole program for one small file, without a data folder."""
    source = pictures.megabyte(folder, "JPEG")
    options = ["-d", str(folder / "command"), "--force", "--kind", "image", "--action", "edited"]
    nowhere = ["--producer", PRODUCER, "--data", str(folder / "none")]
    work = _start("-m", "colophon.cli", "label", str(source), *options, *nowhere)
    ours = median(work, 5)
    peer = median(lambda: _exiftool(source, folder / "peer.jpg"), 5)
    return Row(
        "`colophon label` of one file, from start to end",
        milliseconds(ours),
        f"exiftool {milliseconds(peer)}",
        f"{ours / peer:.1f} ×",
    )


def _label_photo(photo: Path, folder: Path) -> Row:
    ours = median(partial(mark, photo, folder / "photo.labelled.jpg"), 15)
    peer = median(lambda: _exiftool(photo, folder / "peer.jpg"), 3)
    return Row(
        f"label, 12-megapixel JPEG ({photo.stat().st_size / 1e6:.1f} MB)",
        milliseconds(ours),
        f"exiftool {milliseconds(peer)}",
        f"{peer / ours:.0f} × faster",
        f"≤ {milliseconds(LABEL_BAR)}",
        ours <= LABEL_BAR,
    )


def _exiftool(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    command = ["exiftool", "-q", "-XMP-dc:Description=label", "-o", str(target), str(source)]
    subprocess.run(command, check=True)


def _rate(folder: Path) -> Row:
    """Each file labelled, flushed to the disk, and read back."""
    small = pictures.megabyte(folder, "JPEG")
    ours = median(partial(mark, small, folder / "small.labelled.jpg"), 40)
    copy = median(partial(flushed_copy, small, folder / "small.copy.jpg"), 40)
    return Row(
        f"label, JPEG of {small.stat().st_size / 1e6:.1f} MB, one after the other",
        f"{1 / ours:.0f} files/s",
        f"flushed copy {1 / copy:.0f} files/s",
        f"{ours / copy:.1f} × the copy's time",
    )


def _processor_rates(folder: Path) -> Iterator[Row]:
    """What one core could label if the disk kept up: time of the processor, the system's too.

    The same target is written over and over, so that the system's cache of fresh memory, which is
    another from minute to minute, counts for nobody.
    """
    small, target = pictures.megabyte(folder, "JPEG"), folder / "rate.jpg"
    rate = _best(partial(mark, small, target))
    bare, whole = (
        _by_pyexiv2(small, folder / "pyexiv2.jpg", whole=whole) for whole in (False, True)
    )
    what = f"label, JPEG of {small.stat().st_size / 1e6:.1f} MB: files/s of CPU time a core"
    yield _rated(what, rate, whole, "flushed, hashed and read back as ours", RATE_BAR)
    yield _rated(f"{what}, again", rate, bare, "which only copies and writes", None)


def _rated(what: str, rate: float, peer: float | None, how: str, bar: int | None) -> Row:
    return Row(
        what,
        f"{rate:.0f} files/s",
        "pyexiv2 not installed" if peer is None else f"pyexiv2, {how}: {peer:.0f} files/s",
        "–" if peer is None else f"{rate / peer:.1f} ×",
        f"≥ {bar} files/s" if bar else "–",
        bar is None or rate >= bar,
    )


def _best(work: Callable[[], object]) -> float:
    """Files a second of CPU time, the best of three rounds."""
    return max(1 / processor(work, 60) for _ in range(3))


def _by_pyexiv2(source: Path, target: Path, *, whole: bool) -> float | None:
    """Files a second; None where it is missing. ``whole``: with all that ours does besides."""
    try:
        pyexiv2 = import_module("pyexiv2")
    except ImportError:
        return None

    def work() -> None:
        shutil.copyfile(source, target)
        with pyexiv2.Image(str(target)) as image:
            image.modify_xmp({"Xmp.dc.description": "label"})
        if whole:
            with target.open("rb") as written:
                os.fsync(written.fileno())
                hashlib.file_digest(written, "sha256")
            with pyexiv2.Image(str(target)) as image:
                image.read_xmp()

    return _best(work)


def _labelled(folder: Path) -> Iterator[Path]:
    for source in pictures.families(folder):
        target = source.with_stem(source.stem + ".labelled")
        mark(source, target)
        yield target


def _inspect(path: Path) -> Row:
    ours = median(lambda: inspect(path), 15)
    command = ["exiftool", "-q", str(path)]
    peer = median(lambda: subprocess.run(command, capture_output=True, check=False), 3)
    return Row(
        f"inspect, {path.suffix[1:].upper()} ({path.stat().st_size / 1e6:.1f} MB)",
        milliseconds(ours),
        f"exiftool {milliseconds(peer)}",
        f"{peer / ours:.0f} × faster",
        f"≤ {milliseconds(INSPECT_BAR)}",
        ours <= INSPECT_BAR,
    )


def _films(folder: Path) -> Iterator[Row]:
    film = pictures.large_film(folder)
    yield from _film(film, "index at the end")
    first = pictures.index_first(film)
    film.unlink()
    yield from _film(first, "index at the front")
    first.unlink()


def _film(film: Path, where: str) -> Iterator[Row]:
    warm, target = film.with_name("photo.jpg"), film.with_stem("film.out")
    memories: list[int] = []

    def ours() -> float:
        seconds, memory = child(_CHILD, warm, film, target).split()
        memories.append(int(memory))
        return float(seconds)

    def copy() -> float:
        return timed(partial(flushed_copy, film, target))

    seconds, peer = side_by_side(ours, copy, 3)
    yield Row(
        f"label, MP4 of {film.stat().st_size / 2**30:.1f} GiB, {where}",
        f"{seconds:.2f} s",
        f"flushed copy {peer:.2f} s",
        f"{seconds / peer:.2f} × the copy's time",
        f"≤ {FILM_BAR} ×",
        seconds <= FILM_BAR * peer,
    )
    yield Row(
        f"memory over what a small file takes, {where}",
        mebibytes(max(memories)),
        bar=f"≤ {mebibytes(MEMORY_BAR)}",
        held=max(memories) <= MEMORY_BAR,
    )


_CHILD = """
import sys, time
from pathlib import Path
from benchmarks.labelling import mark
from benchmarks.measuring import peak_memory
warm, film, target = map(Path, sys.argv[1:])
mark(warm, target.with_suffix(".jpg"))
base, started = peak_memory(), time.perf_counter()
mark(film, target)
print(time.perf_counter() - started, peak_memory() - base)
"""
