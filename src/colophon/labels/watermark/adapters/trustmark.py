"""TrustMark (Adobe, MIT): up to 61 bits in pictures under a code that tells that there is none.

Source: the package ``trustmark`` 0.8 and 0.9; variant P, the least visible, if its weights are
there, else Q.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colophon.labels.watermark.adapters import OtherMark, package, weights_in

PACKAGE = "trustmark"
VARIANTS = ("P", "Q")


def read(pixels: NDArray[np.uint8], weights: Path) -> OtherMark | None:
    bits, present, _ = _model(weights).decode(Image.fromarray(pixels), MODE="binary")
    return OtherMark(PACKAGE, f"{int(bits, 2):x}", None) if present and bits else None


def files(variant: str) -> tuple[str, ...]:
    """What its weights' folder holds for a variant."""
    return (f"trustmark_{variant}.yaml", f"decoder_{variant}.ckpt", f"encoder_{variant}.ckpt")


@lru_cache(maxsize=1)
def _model(weights: Path) -> Any:
    whole = (one for one in VARIANTS if all((weights / name).is_file() for name in files(one)))
    variant = next(whole, VARIANTS[-1])
    weights_in(weights, *files(variant))
    maker = package(PACKAGE, "trustmark.trustmark")

    class Local(maker.TrustMark):  # type: ignore[misc, name-defined]
        """Takes its weights from the folder, and fetches none."""

        def check_and_download(self, filename: str) -> None:
            weights_in(weights, Path(filename).name)

        def load_model(self, config: str, path: str, *others: Any, **more: Any) -> Any:
            here = (str(weights / Path(one).name) for one in (config, path))
            return super().load_model(*here, *others, **more)

    return Local(verbose=False, model_type=variant, device="cpu", loadRemover=False)
