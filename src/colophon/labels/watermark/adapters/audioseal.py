"""AudioSeal (Meta, MIT): 16 bits in speech, and for each moment whether it is marked.

Source: the package ``audioseal`` 0.1 and 0.2 with the weights of its detector.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.adapters import OtherMark, package, weights_in

PACKAGE = "audioseal"
WEIGHTS = "detector_base.pth"
_CARD = "audioseal_detector_16bits"
_RATE = 16000
_PRESENT = 0.5
"""Share of moments that are to be marked."""


def read(samples: NDArray[np.float32], weights: Path, *, rate_hz: int) -> OtherMark | None:
    model = _model(weights)
    torch = package(PACKAGE, "torch")
    sound = _at(samples.mean(axis=1), rate_hz)
    with torch.no_grad():
        share, message = model.detect_watermark(
            torch.from_numpy(sound)[None, None], sample_rate=_RATE
        )
    if share < _PRESENT:
        return None
    bits = "".join(str(int(bit)) for bit in message[0])
    return OtherMark(PACKAGE, f"{int(bits, 2):0{len(bits) // 4}x}", float(share))


def _at(sound: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """At 16 kHz, which is all it knows: what lies above 8 kHz is smoothed away first."""
    if rate_hz == _RATE:
        return sound.astype(np.float32)
    spectrum = np.fft.rfft(sound)
    count = round(len(sound) * _RATE / rate_hz)
    return np.asarray(np.fft.irfft(spectrum, count) * (count / len(sound)), np.float32)


@lru_cache(maxsize=1)
def _model(weights: Path) -> Any:
    (path,) = weights_in(weights, WEIGHTS)
    loader, builder = (package(PACKAGE, f"audioseal.{name}") for name in ("loader", "builder"))
    card = dict(loader.load_local_model_config(_CARD))
    card.pop("checkpoint", None)
    kind = builder.AudioSealDetectorConfig
    model = builder.create_detector(loader.AudioSeal.parse_config(card, kind))
    kept = loader.load_model_checkpoint(path)
    model.load_state_dict(kept.get("model", kept))
    return model.eval()
