"""The working process of the image editor: decodes hostile pictures away from the service.

Reads one order (JSON) on standard input; a refusal is one line on standard output and
exit 1. Run with ``python -m``; nothing imports it.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

MOST_PIXELS = 24_000_000
MEMORY_BYTES = 4 << 30
CPU_SECONDS = 150


class Refused(Exception):
    """One line for the person who sent the picture."""


def main() -> int:
    """Limits first, then the work."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        _restore(json.load(sys.stdin))
    except Refused as refusal:
        sys.stdout.write(str(refusal))
        return 1
    return 0


def _restore(order: dict[str, Any]) -> None:
    import cv2

    picture = _pixels(order["inputs"]["file"], cv2.IMREAD_COLOR)
    if order["operation"] == "inpaint":
        mask = _pixels(order["inputs"]["mask"], cv2.IMREAD_GRAYSCALE)
        if mask.shape != picture.shape[:2]:
            raise Refused("mask: width x height differs from the picture's")
        result = cv2.inpaint(
            picture, (mask > 0).astype("uint8"), order["radius"], cv2.INPAINT_TELEA
        )
    else:
        strength = float(order["strength"])
        result = cv2.fastNlMeansDenoisingColored(picture, None, strength, strength, 7, 21)
    if not cv2.imwrite(order["target"], result):
        raise Refused("the result could not be written")


def _pixels(path: str, mode: int) -> Any:
    import cv2
    from PIL import Image

    try:
        with Image.open(path) as header:  # reads the header only
            width, height = header.size
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refused("not a picture that can be read") from error
    if width * height > MOST_PIXELS:
        raise Refused(f"{width} x {height} > {MOST_PIXELS} pixels")
    pixels = cv2.imread(path, mode)
    if pixels is None:
        raise Refused("not a picture that can be read")
    return pixels


if __name__ == "__main__":
    sys.exit(main())
