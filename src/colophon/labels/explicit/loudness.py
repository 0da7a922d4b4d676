"""How loud content is, so that its label is neither shouted nor lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

BLOCK_SECONDS = 0.4
GATE_DB, RELATIVE_GATE_DB = -60.0, -10.0
"""Blocks quieter than the first, or than the mean by the second, do not count (ITU-R BS.1770)."""
QUIETEST_DB, LOUDEST_DB, USUAL_DB = -30.0, -14.0, -20.0
"""The label stays between these, whatever the content; the last is for silence."""
PEAK = 0.89
LISTEN_BLOCKS = 900
"""Six minutes tell enough."""


def of(blocks: Iterable[Sound]) -> float:
    """Gated mean level in dB below full scale of blocks of `BLOCK_SECONDS`."""
    import numpy as np

    powers = [float(np.mean(np.square(block, dtype=np.float64))) for block in blocks if block.size]
    heard = [power for power in powers if _db(power) > GATE_DB]
    if not heard:
        return USUAL_DB
    gate = _db(sum(heard) / len(heard)) + RELATIVE_GATE_DB
    kept = [power for power in heard if _db(power) > gate]
    return _db(sum(kept) / len(kept))


def matched(label: Sound, rate_hz: int, content_db: float) -> Sound:
    """The label as loud as the content, within bounds, never clipping."""
    import numpy as np

    step = max(1, int(BLOCK_SECONDS * rate_hz / 4))
    own = of(label[at : at + step] for at in range(0, len(label), step))
    wanted = min(LOUDEST_DB, max(QUIETEST_DB, content_db))
    gain = 10 ** ((wanted - own) / 20)
    gain = min(gain, PEAK / max(1e-6, float(np.abs(label).max())))
    return label * np.float32(gain)


def _db(power: float) -> float:
    return 10 * math.log10(max(power, 1e-12))
