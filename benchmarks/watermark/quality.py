"""How far the marked content is from what it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from benchmarks.watermark.image_attacks import Pixels
from benchmarks.watermark.material import Sound
from benchmarks.watermark.sound_attacks import resampled


def of_picture(before: Pixels, after: Pixels) -> dict[str, float]:
    """PSNR over all channels in dB; SSIM with Gaussian windows, the mean of the channels."""
    error = np.mean((before.astype(np.float32) - after) ** 2)
    alike = structural_similarity(
        before,
        after,
        channel_axis=2,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    return {"PSNR": float(10 * np.log10(255**2 / max(error, 1e-9))), "SSIM": float(alike)}


def of_sound(before: Sound, after: Sound) -> dict[str, float]:
    """SNR in dB, the change of level in dB and, of speech where ``pesq`` is installed, PESQ
    (wide band, of 4.64)."""
    noise = after.samples.astype(np.float64) - before.samples
    found = {
        "SNR": _decibels(before.samples) - _decibels(noise),
        "level": abs(_decibels(after.samples) - _decibels(before.samples)),
    }
    score = _pesq(before, after) if before.speech else None
    return found if score is None else {**found, "PESQ": score}


def _pesq(before: Sound, after: Sound) -> float | None:
    try:
        from pesq import pesq
    except ImportError:
        return None
    old, new = (resampled(one.samples[:, :1], one.rate, 16000)[0][:, 0] for one in (before, after))
    return float(pesq(16000, old, new, "wb"))


def _decibels(samples: NDArray[np.floating]) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-12))
