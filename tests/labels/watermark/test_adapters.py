"""Readers of other makers' marks: what is missing is named, before anything is loaded or fetched.

The makers' packages and weights are no part of any environment of ours, so what they read is not
shown here.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from colophon.errors import MarkPackageMissing, MarkWeightsMissing
from colophon.labels.watermark import adapters
from colophon.labels.watermark.adapters import audioseal, rivagan, trustmark

PIXELS = np.zeros((300, 300, 3), np.uint8)
SAMPLES = np.zeros((16000, 1), np.float32)
FILES = {
    "trustmark": trustmark.files("Q"),
    "rivagan": (rivagan.WEIGHTS,),
    "audioseal": (audioseal.WEIGHTS,),
}


def look(name: str, folder: Path) -> object:
    if name in adapters.PICTURES:
        return adapters.in_picture(name, PIXELS, folder)
    return adapters.in_sound(name, SAMPLES, folder, rate_hz=16000)


@pytest.mark.parametrize("name", [*adapters.PICTURES, *adapters.SOUNDS])
def test_weights_that_are_not_there_are_named(name: str, tmp_path: Path) -> None:
    *others, last = FILES[name]
    for other in others:
        (tmp_path / other).write_bytes(b"")
    with pytest.raises(MarkWeightsMissing) as missing:
        look(name, tmp_path)
    assert missing.value.details == {"file": last}


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [
        ("trustmark", "trustmark", "trustmark"),
        ("rivagan", "onnxruntime", "onnxruntime"),
        ("audioseal", "audioseal", "audioseal"),
    ],
)
def test_a_package_that_is_not_there_is_named(
    name: str, module: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in FILES[name]:
        (tmp_path / file).write_bytes(b"")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MarkPackageMissing) as missing:
        look(name, tmp_path)
    assert missing.value.details["package"] == package
    assert f"pip install {package}" in missing.value.remedy("en")


def test_trustmark_takes_the_variant_whose_weights_are_whole(tmp_path: Path) -> None:
    for file in (*trustmark.files("P")[1:], *trustmark.files("Q")[:-1]):
        (tmp_path / file).write_bytes(b"")
    with pytest.raises(MarkWeightsMissing) as missing:
        look("trustmark", tmp_path)
    assert missing.value.details == {"file": "encoder_Q.ckpt"}


@pytest.mark.parametrize("name", ["", "image", "../trustmark", "audioseal"])
def test_no_other_module_is_taken_for_a_reader(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        adapters.in_picture(name, PIXELS, tmp_path)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_sound_is_brought_to_the_rate_that_is_known(rate: int) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)
    wanted = np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    found = audioseal._at(tone, rate)
    assert found.dtype == np.float32
    assert np.abs(found - wanted).max() < 1e-3


def test_nothing_of_theirs_is_loaded_unasked() -> None:
    code = (
        "import sys, colophon.labels.watermark.adapters\n"
        "print([n for n in ('torch', 'onnxruntime', 'trustmark', 'audioseal') if n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
