"""Light of code values: how bright words and plate are, in standard and high dynamic range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colophon.labels.explicit import contrast

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from numpy.typing import NDArray

    Values = NDArray[np.float32]

FULL_RANGE = 2
"""FFmpeg's AVCOL_RANGE_JPEG."""
BLACK, WHITE, NEUTRAL = 16, 235, 128
PQ, HLG = 16, 18
"""Transfers as ITU-T H.273 numbers them."""
PQ_PAPER, HLG_PAPER = 0.58, 0.75
"""Signal of diffuse white. Source: ITU-R BT.2408 2.2."""
DIFFUSE_NITS, PEAK_NITS = 203.0, 10_000.0
HLG_GAMMA = 1.2


@dataclass(frozen=True, slots=True)
class Tone:
    """How one stream's luma means light. ``transfer`` as ITU-T H.273 numbers it; ``dark``: the
    words are dark and their plate is light."""

    floor: int
    span: int
    transfer: int
    dark: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> Tone:
        """Of the stream this frame is from."""
        full = int(frame.color_range) == FULL_RANGE or frame.format.name.startswith("yuvj")
        floor, span = (0, 255) if full else (BLACK, WHITE - BLACK)
        return cls(floor, span, int(frame.color_trc))

    @property
    def plate(self) -> float:
        """Luma of the plate, 0 to 255."""
        return self._paper if self.dark else self._ink

    @property
    def words(self) -> float:
        """Luma of the words."""
        return self._ink if self.dark else self._paper

    @property
    def _ink(self) -> float:
        return self.floor + self.span * contrast.INK[1]

    @property
    def _paper(self) -> float:
        """Diffuse white, not the display's peak."""
        paper = {PQ: PQ_PAPER, HLG: HLG_PAPER}.get(self.transfer, contrast.PAPER[1])
        return self.floor + self.span * paper

    def light(self, luma: Any) -> Values:
        """Relative luminance of luma 0 to 255; diffuse white is 1."""
        import numpy as np

        share = (np.asarray(luma, np.float32) - self.floor) / self.span
        signal = np.clip(share, 0, 1).astype(np.float32)
        if self.transfer == PQ:
            return _pq(signal)
        if self.transfer == HLG:
            return np.asarray((_hlg(signal) / _hlg(np.float32(HLG_PAPER))) ** HLG_GAMMA, np.float32)
        return contrast.luminance(np.repeat(signal[..., None], 3, -1))

    def over(self, luma: float, opacity: float) -> float:
        """Contrast of the words where the plate lies over this luma."""
        mixed = luma * (1 - opacity) + self.plate * opacity
        return contrast.ratio(float(self.light(self.words)), float(self.light(mixed)))


def _pq(signal: Values) -> Values:
    """Source: SMPTE ST 2084 5.2."""
    import numpy as np

    root = signal ** (1 / 78.84375)
    linear = (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578)
    return np.asarray(linear * PEAK_NITS / DIFFUSE_NITS, np.float32)


def _hlg(signal: Any) -> Values:
    """Source: ITU-R BT.2100 table 5."""
    import numpy as np

    low = signal**2 / 3
    high = (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.asarray(np.where(signal <= 0.5, low, high), np.float32)
