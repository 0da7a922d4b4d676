"""The label as sound: spoken words, or the rhythm short-long short-short.

Source: GB 45438-2025 5.3 (speech with both elements at a normal rate, or the rhythm of "A I" in
Morse code). Speech comes from the program espeak-ng where there is one.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from colophon.errors import Lang, MalformedFile, ToolMissing
from colophon.provisions import parameters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

Form = Literal["auto", "speech", "rhythm"]

PROGRAM = "espeak-ng"
VOICES: dict[str, str] = {"zh": "cmn", "en": "en-us"}
FIRST_RATE = {"zh": 110, "en": 150}
SLOWEST, FASTEST = 60, 400
"""Rates espeak-ng is asked for, in its words a minute."""
TRIES = 8
SPEAKING_SECONDS = 30
QUIET = 0.012
"""Share of the peak under which speech has not begun or has ended."""

UNIT_SECONDS = 0.12
"""A short sound of the rhythm; a long one is three, as are gaps between letters (ITU-R M.1677)."""
LONG = 3
TONE_HZ = 880.0
RAMP_SECONDS = 0.008
RHYTHM_WORDS = "短长 短短"
PAUSE_SECONDS = 0.4
"""Silence between the label and the content."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One label as mono samples -1 to 1; ``seconds`` from first to last sound."""

    samples: Sound
    rate_hz: int
    form: str
    text: str
    seconds: float
    chars_per_minute: float | None = None


def make(text: str, lang: Lang, form: Form, rate_hz: int) -> Spoken:
    """The label at the content's sample rate. Raises ToolMissing when ``form`` is speech and
    there is nothing to speak with; ``auto`` then takes the rhythm."""
    if form == "rhythm" or (form == "auto" and shutil.which(PROGRAM) is None):
        return rhythm(rate_hz)
    return spoken(text, lang, rate_hz)


@lru_cache(maxsize=16)
def spoken(text: str, lang: Lang, rate_hz: int) -> Spoken:
    """Words at a normal rate: Chinese characters a minute between the parameters' bounds."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise ToolMissing(tool=PROGRAM)
    low, high = _bounds()
    pace, wanted = FIRST_RATE[lang], (low + high) / 2
    for _ in range(TRIES):
        samples, own_rate = _said(program, text, VOICES[lang], pace)
        seconds = len(samples) / own_rate
        reached = characters(text) * 60 / seconds
        if lang != "zh" or abs(reached - wanted) < (high - low) / 4:
            break
        pace = int(min(FASTEST, max(SLOWEST, pace * wanted / reached)))
    samples = _resampled(samples, own_rate, rate_hz)
    return Spoken(samples, rate_hz, "speech", text, seconds, reached if lang == "zh" else None)


def rhythm(rate_hz: int) -> Spoken:
    """The rhythm as a clean tone with soft edges."""
    import numpy as np

    unit = round(UNIT_SECONDS * rate_hz)
    parts: list[Sound] = []
    for letter in str(parameters.value("explicit.audio.rhythm")).split():
        for mark in letter:
            parts += [
                _tone(unit * (LONG if mark == "-" else 1), rate_hz),
                np.zeros(unit, np.float32),
            ]
        parts.append(np.zeros(unit * (LONG - 1), np.float32))
    samples = np.concatenate(parts)[: -unit * LONG]
    return Spoken(samples, rate_hz, "rhythm", RHYTHM_WORDS, len(samples) / rate_hz)


def characters(text: str) -> int:
    """Syllables of the words as a Chinese speaker counts them: glyphs, and letters of AI."""
    return sum("一" <= char <= "鿿" or char.isupper() for char in text)


def _bounds() -> tuple[float, float]:
    return (
        parameters.number("explicit.speech.min_chars_per_minute"),
        parameters.number("explicit.speech.max_chars_per_minute"),
    )


def _said(program: str, text: str, voice: str, pace: int) -> tuple[Sound, int]:
    """espeak-ng's voice, cut to where it speaks."""
    import numpy as np

    command = [program, "-v", voice, "-s", str(pace), "--stdin", "--stdout"]
    answer = subprocess.run(
        command, input=text.encode(), capture_output=True, timeout=SPEAKING_SECONDS, check=False
    )
    if answer.returncode or len(answer.stdout) < MIN_ANSWER:
        raise ToolMissing(tool=f"{PROGRAM} ({voice})")
    try:
        with wave.open(io.BytesIO(_sized(answer.stdout))) as sound:
            rate = sound.getframerate()
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    except (wave.Error, EOFError) as error:
        raise MalformedFile(file=PROGRAM, detail=str(error)) from error
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > np.abs(samples).max() * QUIET)
    return samples[loud[0] : loud[-1] + 1].astype(np.float32) / np.float32(32768), rate


MIN_ANSWER = 1000  # bytes; less is no speech


def _sized(data: bytes) -> bytes:
    """espeak-ng cannot know the length when it writes to a pipe: put it in."""
    at = data.find(b"data")
    size = len(data) - at - 8
    return data[: at + 4] + size.to_bytes(4, "little") + data[at + 8 :]


def _resampled(samples: Sound, own_rate: int, rate_hz: int) -> Sound:
    """Band-limited, through FFmpeg's resampler."""
    import av
    import numpy as np

    if own_rate == rate_hz:
        return samples
    frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
    frame.sample_rate = own_rate
    resampler = av.AudioResampler("flt", "mono", rate_hz)
    parts = [f.to_ndarray()[0] for f in [*resampler.resample(frame), *resampler.resample(None)]]
    return np.concatenate(parts).astype(np.float32)


def _tone(length: int, rate_hz: int) -> Sound:
    import numpy as np

    ramp = max(1, round(RAMP_SECONDS * rate_hz))
    time = np.arange(length, dtype=np.float32)
    edge = np.minimum(1, np.minimum(time + 1, length - time) / ramp)
    swell: Sound = np.sin(np.pi / 2 * edge) ** 2
    tone: Sound = (swell * np.sin(2 * np.pi * TONE_HZ / rate_hz * time)).astype(np.float32)
    return tone
