"""Explicit labels: read back, measured from outside, and how fast films get theirs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks import varied
from benchmarks.measuring import Row, timed
from colophon.labels.explicit import image, video
from colophon.provisions import parameters

TITLE = "Explicit labels"
PICTURES = 200
WORDS = "AI生成"
FILM_BAR = 2.0
"""Times the film's own length."""
FILM_SECONDS = 20


def rows(folder: Path) -> Iterator[Row]:
    yield from _pictures(folder)
    yield from _films(folder)


def _pictures(folder: Path) -> Iterator[Row]:
    seen, seconds = [], 0.0
    for picture in varied.pictures(PICTURES):
        started = time.perf_counter()
        data, _ = image.apply(picture.data, f"image/{picture.form.lower()}", name=picture.name)
        seconds += time.perf_counter() - started
        seen.append(varied.seen(picture.data, data))
    read = sum(words == WORDS for words in varied.read([one.cut for one in seen], folder))
    yield Row(
        f"label read back by OCR, {PICTURES} varied pictures of 64 to 4000 pixels",
        f"{read} of {PICTURES}",
        bar=f"{PICTURES}",
        held=read == PICTURES,
    )
    yield _least(
        "ink height, share of the shortest side", [one.height_ratio for one in seen], "height"
    )
    yield _least("contrast in the written file", [one.contrast for one in seen], "contrast")
    yield Row("time to label one of them, mean", f"{seconds / PICTURES * 1000:.0f} ms")


def _least(what: str, found: list[float], number: str) -> Row:
    name = {"height": "explicit.image.min_height_ratio", "contrast": "explicit.min_contrast"}
    bar = parameters.number(name[number])
    return Row(
        f"{what}, least of {len(found)}",
        f"{min(found):.3f}" if number == "height" else f"{min(found):.1f} : 1",
        bar=f"≥ {bar:g}",
        held=min(found) >= bar,
    )


def _films(folder: Path) -> Iterator[Row]:
    for interval, splicing, what in (
        (50, True, "only the opening encoded again, a key picture each 2 s"),
        (250, True, "only the opening encoded again, a key picture each 10 s"),
        (250, False, "encoded whole"),
    ):
        film = _film(folder, interval)
        target = film.with_stem(film.stem + ".labelled")
        work = partial(video.apply, film, target, "video/mp4", splicing=splicing)
        speed = FILM_SECONDS / min(timed(work) for _ in range(2))
        yield Row(
            f"label on a film, 1920 x 1080, H.264, {what}",
            f"{speed:.1f} × real time",
            bar=f"≥ {FILM_BAR:g} ×",
            held=speed >= FILM_BAR,
        )


def _film(folder: Path, interval: int) -> Path:
    """A camera over a photo with grain."""
    path = folder / f"film-{interval}.mp4"
    if not path.exists():
        photo = folder / "photo.png"
        varied.photo(photo)
        pan = "loop=-1:1,crop=1920:1080:x=2*mod(n\\,250):y=3*mod(n\\,250),noise=alls=6:allf=t"
        command = ["ffmpeg", "-v", "error", "-y", "-i", str(photo), "-t", str(FILM_SECONDS)]
        command += ["-vf", f"{pan},format=yuv420p", "-r", "25", "-c:v", "libx264"]
        command += ["-preset", "veryfast", "-g", str(interval), str(path)]
        subprocess.run(command, check=True)
    return path
