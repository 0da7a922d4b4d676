"""The explicit label of sound: speech or the rhythm before or after the content, never over it.

Source: GB 45438-2025 5.3. The content stays as it was: samples of WAV and AIFF, frames of MP3 and
AAC, packets of AAC and Opus byte for byte, samples of FLAC and ALAC in value. What else there is,
is encoded again at no lower rate.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from colophon.errors import Lang
from colophon.labels.explicit import opening, speech
from colophon.labels.explicit.limits import STANDARD, Limits
from colophon.labels.explicit.manner import USUAL
from colophon.labels.explicit.sounds.order import Order
from colophon.labels.explicit.wording import words
from colophon.labels.model import ExplicitWritten, Medium, Style
from colophon.labels.remarks import Remark

AIFF = ("audio/aiff", "audio/x-aiff")
FORMS = ("speech", "rhythm")


def apply(
    source: Path,
    target: Path,
    media_type: str,
    text: str | None = None,
    lang: Lang = "zh",
    *,
    form: speech.Form = "auto",
    note: Callable[[Remark], None] = lambda _sentence: None,
    progress: Callable[[float], None] = lambda _fraction: None,
    limits: Limits = STANDARD,
    at_end: bool = False,
) -> ExplicitWritten:
    """Writes the labelled sound to ``target``. ``seconds`` of the answer: the label's sound.

    ``form`` ``auto`` speaks where espeak-ng is installed, else plays the rhythm. ``at_end`` puts
    the label after the content. Raises
    EmptyFile, ExplicitUnsupported, TooLarge, MalformedFile, TruncatedFile, TargetUnwritable, DiskFull,
    ToolMissing (speech demanded), WordingNotCompliant; on any, no target is left.
    """
    opening.not_empty(source)
    wording = words(Medium.AUDIO, text, lang)
    order = Order(source.name, wording, lang, form, limits, note, progress, at_end)
    with opening.clean_target(target), opening.named_failures(source.name):
        said, _rate = _write(source, target, media_type, order)
    progress(1.0)
    return ExplicitWritten(
        text=said.text,
        where="end" if at_end else "start",
        seconds=round(said.seconds, 3),
        form=said.form,
    )


def _write(source: Path, target: Path, media_type: str, order: Order) -> tuple[speech.Spoken, int]:
    from colophon.labels.explicit.sounds import adts, aiff, mp3, packets, recoded, wav

    bytewise = {"audio/mpeg": mp3.apply, "audio/aac": adts.apply}
    bytewise |= dict.fromkeys(wav.MEDIA_TYPES, wav.apply) | dict.fromkeys(AIFF, aiff.apply)
    if media_type in bytewise:
        written = bytewise[media_type](source, target, order)
    else:
        written = packets.apply(source, target, media_type, order)
    if written is not None:
        return written
    return recoded.apply(source, target, media_type, order)


def apply_file(
    source: Path,
    target: Path,
    media_type: str,
    *,
    wording: str | None,
    lang: Lang,
    position: str,
    note: Callable[[Remark], None],
    progress: Callable[[float], None],
    limits: Limits,
    style: Style = USUAL,
) -> ExplicitWritten:
    """The door `dispatch.apply` calls; ``position`` is ``start``, ``end`` or ``auto`` (start), or
    names the form in place of the style: speech or rhythm."""
    form = cast("speech.Form", position if position in FORMS else style.sound)
    return apply(
        source,
        target,
        media_type,
        wording,
        lang,
        form=form,
        note=note,
        progress=progress,
        limits=limits,
        at_end=position == "end",
    )
