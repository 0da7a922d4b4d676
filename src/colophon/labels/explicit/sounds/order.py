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


TAIL_SECONDS = 0.1
"""Silence after a label at the end: players cut off as much as the content's encoder once added."""


@dataclass(frozen=True, slots=True)
class Order:
    """``note`` hears what could not be kept; ``progress`` gets 0.0 to 1.0. ``at_end``: the label
    comes after the content."""

    name: str
    text: str
    lang: Lang
    form: speech.Form
    limits: Limits
    note: Callable[[Remark], None]
    progress: Callable[[float], None]
    at_end: bool = False

    def sound(
        self, rate_hz: int, channels: int, content_lufs: float
    ) -> tuple[speech.Spoken, NDArray[np.float32]]:
        """The label, and its frames x channels with the pause between it and the content.

        As loud as the content; in more than two channels it is in the front two.
        """
        import numpy as np

        said = speech.make(self.text, self.lang, self.form, rate_hz)
        if said.form == "rhythm" and self.form != "rhythm":
            self.note(remark("rhythm_for_speech"))
        length = len(said.samples)
        label = np.zeros((length, channels), np.float32)
        label[:, : min(channels, 2)] = said.samples[:, None]
        label = loudness.matched(label, rate_hz, content_lufs)
        pause, tail = (
            np.zeros((round(seconds * rate_hz), channels), np.float32)
            for seconds in (speech.PAUSE_SECONDS, TAIL_SECONDS)
        )
        return said, np.concatenate([pause, label, tail] if self.at_end else [label, pause])
