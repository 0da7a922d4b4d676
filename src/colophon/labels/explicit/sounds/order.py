"""What is asked of one sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colophon.errors import Lang
from colophon.labels.explicit import loudness, speech
from colophon.labels.explicit.limits import Limits
from colophon.labels.remarks import Remark, remark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Order:
    """``note`` hears what could not be kept; ``progress`` gets 0.0 to 1.0."""

    name: str
    text: str
    lang: Lang
    form: speech.Form
    limits: Limits
    note: Callable[[Remark], None]
    progress: Callable[[float], None]

    def sound(
        self, rate_hz: int, channels: int, content_lufs: float
    ) -> tuple[speech.Spoken, NDArray[np.float32]]:
        """The label, and its frames x channels with the pause after it.

        As loud as the content; in more than two channels it is in the front two.
        """
        import numpy as np

        said = speech.make(self.text, self.lang, self.form, rate_hz)
        if said.form == "rhythm" and self.form != "rhythm":
            self.note(remark("rhythm_for_speech"))
        length = len(said.samples)
        frames = np.zeros((length + round(speech.PAUSE_SECONDS * rate_hz), channels), np.float32)
        frames[:length, : min(channels, 2)] = said.samples[:, None]
        frames[:length] = loudness.matched(frames[:length], rate_hz, content_lufs)
        return said, frames
