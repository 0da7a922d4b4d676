"""Other tools, each where it is installed (the extra ``peers``, or its own program).

None is a dependency: they are loaded here, late, and named as missing where they are not there.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.watermark.image_attacks import Pixels
from benchmarks.watermark.material import Sound
from benchmarks.watermark.trial import NOTHING, Found, Marker

PictureMarker = Marker[Pixels]
SoundMarker = Marker[Sound]
_REFUSALS = (RuntimeError, ValueError, LookupError, TypeError, AssertionError, cv2.error)
"""What they raise on what they cannot read: it counts as not read."""


def picture_markers(*, slow: bool) -> tuple[list[PictureMarker], list[str]]:
    """The markers, and the names of those that are missing or, unless ``slow``, left out."""
    makers: dict[str, Callable[[], list[PictureMarker]]] = {
        "invisible-watermark": partial(_invisible, slow=slow),
        "blind-watermark": _blind,
    }
    found, missing = [], []
    for name, make in makers.items():
        try:
            found += make()
        except ImportError as error:
            missing.append(f"{name} ({error.name or error} is not installed)")
    if not slow:
        missing.append("RivaGAN (13 s a megapixel; `--slow` brings it)")
    return found, missing


def sound_markers() -> tuple[list[SoundMarker], list[str]]:
    if not shutil.which("audiowmark"):
        return [], ["audiowmark (no such program here)"]
    return [Marker("audiowmark", 128, _audiowmark_add, _audiowmark_get, most=2)], []


def _bits(payload: int, count: int) -> list[int]:
    return [payload >> (count - 1 - place) & 1 for place in range(count)]


def _number(bits: NDArray[np.generic] | list[int]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _reading(read: Callable[[Pixels], NDArray[np.generic] | list[int]], pixels: Pixels) -> Found:
    """They give bits whatever they are shown."""
    try:
        return Found(_number(read(np.ascontiguousarray(pixels[..., ::-1]))), True)
    except _REFUSALS:
        return NOTHING


def _invisible(*, slow: bool) -> list[PictureMarker]:
    from imwatermark import WatermarkDecoder, WatermarkEncoder

    def one(method: str, bits: int, most: int | None) -> PictureMarker:
        def embed(pixels: Pixels, payload: int) -> Pixels:
            encoder = WatermarkEncoder()
            encoder.set_watermark("bits", _bits(payload, bits))
            marked = encoder.encode(np.ascontiguousarray(pixels[..., ::-1]), method)
            return np.ascontiguousarray(marked[..., ::-1])

        def read(pixels: Pixels) -> list[int]:
            return list(WatermarkDecoder("bits", bits).decode(pixels, method))

        return Marker(f"{method} {bits}", bits, embed, partial(_reading, read), most=most)

    markers = [one("dwtDct", 32, None), one("dwtDctSvd", 32, None), one("dwtDctSvd", 64, 4)]
    if slow:
        WatermarkEncoder.loadModel()
        markers.append(one("rivaGan", 32, 2))
    return markers


def _blind() -> list[PictureMarker]:
    from blind_watermark import WaterMark, bw_notes

    bw_notes.close()
    bits = 64

    def embed(pixels: Pixels, payload: int) -> Pixels:
        even = pixels[: len(pixels) // 2 * 2, : pixels.shape[1] // 2 * 2]
        marker = WaterMark(password_img=1, password_wm=1)
        marker.read_img(img=np.ascontiguousarray(even[..., ::-1]))
        marker.read_wm(np.array(_bits(payload, bits), bool), mode="bit")
        out = pixels.copy()
        marked = np.clip(np.rint(marker.embed()), 0, 255).astype(np.uint8)
        out[: even.shape[0], : even.shape[1]] = marked[..., ::-1]
        return out

    def read(pixels: Pixels) -> NDArray[np.generic]:
        marker = WaterMark(password_img=1, password_wm=1)
        return np.asarray(marker.extract(embed_img=pixels, wm_shape=bits, mode="bit")) > 0.5

    return [Marker("blind-watermark 64", bits, embed, partial(_reading, read), most=3)]


def _audiowmark_add(sound: Sound, payload: int) -> Sound:
    with tempfile.TemporaryDirectory(prefix="colophon-peer-") as folder:
        before, after = (Path(folder) / name for name in ("before.wav", "after.wav"))
        _wave(before, sound)
        command = ["audiowmark", "add", str(before), str(after), f"{payload:032x}"]
        subprocess.run(command, check=True, capture_output=True)
        return Sound(_samples(after, sound), sound.rate, sound.speech)


def _audiowmark_get(sound: Sound) -> Found:
    """Its best candidate; it says nothing of how probable a false one is."""
    with tempfile.TemporaryDirectory(prefix="colophon-peer-") as folder:
        path = Path(folder) / "sound.wav"
        _wave(path, sound)
        said = subprocess.run(["audiowmark", "get", str(path)], capture_output=True, text=True)
    found = re.findall(r"^pattern\s+\S+ ([0-9a-f]{32}) (\S+)", said.stdout, re.MULTILINE)
    if not found:
        return NOTHING
    return Found(int(max(found, key=lambda one: float(one[1]))[0], 16), True)


def _wave(path: Path, sound: Sound) -> None:
    raw = ["-f", "f32le", "-ar", str(sound.rate), "-ac", str(sound.samples.shape[1])]
    command = ["ffmpeg", "-y", "-v", "error", *raw, "-i", "pipe:0", "-c:a", "pcm_s24le", str(path)]
    subprocess.run(command, input=sound.samples.astype("<f4").tobytes(), check=True)


def _samples(path: Path, like: Sound) -> NDArray[np.float32]:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "f32le", "pipe:1"]
    out = subprocess.run(command, check=True, capture_output=True).stdout
    samples = np.frombuffer(out, "<f4").reshape(-1, like.samples.shape[1])
    return np.resize(samples, like.samples.shape)
