"""RivaGAN (MIT): 32 bits in pictures, always, whether or not anybody put them there.

Source: the package ``invisible-watermark`` 0.2, in which the weights lie; only the decoder's are
used, by onnxruntime, as the package does it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.adapters import OtherMark, package, weights_in

PACKAGE = "onnxruntime"
WEIGHTS = "rivagan_decoder.onnx"
_THRESHOLD = 0.52
_LEAST_PIXELS = 256 * 256


def read(pixels: NDArray[np.uint8], weights: Path) -> OtherMark | None:
    model = _model(weights)
    if pixels.shape[0] * pixels.shape[1] < _LEAST_PIXELS:
        return None
    blue_first = pixels[..., ::-1].astype(np.float32) / 127.5 - 1
    frame = np.ascontiguousarray(blue_first.transpose(2, 0, 1))[None, :, None]
    said = model.run(None, {"frame": frame})[0][0]
    bits = "".join("1" if value > _THRESHOLD else "0" for value in said)
    return OtherMark("rivagan", f"{int(bits, 2):0{len(bits) // 4}x}", None)


@lru_cache(maxsize=1)
def _model(weights: Path) -> Any:
    (path,) = weights_in(weights, WEIGHTS)
    maker = package(PACKAGE, "onnxruntime")
    return maker.InferenceSession(str(path), providers=["CPUExecutionProvider"])
