"""The explicit label of a video: words on its opening frames.

Source: GB 45438-2025 5.4 (both elements, on the opening frames, at an edge or corner, glyphs at
least 5 % of the shortest side, at least 2 s at normal speed). Where the codec allows, only the
opening is encoded again and the rest is copied packet for packet; else the whole picture is, at a
quality at which the eye sees no loss. All other streams are copied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from colophon.errors import ExplicitUnsupported, Lang, MalformedFile
from colophon.labels.explicit import encoders, film, opening, proof, splice, whole
from colophon.labels.explicit.frames import FrameLabel, turn_of
from colophon.labels.explicit.limits import STANDARD, Limits
from colophon.labels.explicit.manner import OUTLINE, PLATE, USUAL
from colophon.labels.explicit.sight import Sight
from colophon.labels.explicit.wording import words
from colophon.labels.model import ExplicitWritten, Medium, Style
from colophon.labels.remarks import Remark, remark
from colophon.provisions import parameters

LOOKING, ENCODING = 0.2, 0.65
"""Shares of the progress where the label stays to the end; the rest is the last look."""
UNKNOWN_SECONDS = 60.0
"""How long a film is taken to be that does not say."""

_NO_ENCODER = ("video/ogg",)
"""Theora: nobody encodes it any more."""


def apply(
    source: Path,
    target: Path,
    media_type: str,
    text: str | None = None,
    lang: Lang = "zh",
    *,
    position: str = "auto",
    note: Callable[[Remark], None] = lambda _sentence: None,
    progress: Callable[[float], None] = lambda _fraction: None,
    limits: Limits = STANDARD,
    splicing: bool = True,
    style: Style = USUAL,
) -> ExplicitWritten:
    """Writes the labelled video to ``target``; streams, so memory does not grow with length.

    ``progress`` may raise to stop; then, as on any error, no target is left. ``splicing`` False
    encodes the whole picture again. Raises InputError kinds, TargetUnwritable, DiskFull.
    """
    opening.not_empty(source)
    wording = words(Medium.VIDEO, text, lang)
    ask = film.Ask(wording, position, note, progress, limits, style)
    work = _planned(source, media_type, ask)
    with opening.clean_target(target), opening.named_failures(source.name):
        reached = _written(source, target, media_type, work, splicing=splicing)
        if not work.label.opacity and reached < parameters.number("explicit.min_contrast"):
            note(remark("outline_not_legible"))
            plated = replace(ask, note=_said_already, style=replace(style, dress=PLATE))
            work = _planned(source, media_type, plated)
            reached = _written(source, target, media_type, work, splicing=splicing)
    progress(1.0)
    return ExplicitWritten(
        text=work.label.text,
        where=work.label.where,
        height_ratio=work.label.height_ratio,
        contrast=round(reached, 2),
        seconds=round(work.shown_until, 3),
    )


def _written(
    source: Path, target: Path, media_type: str, work: film.Work, *, splicing: bool
) -> float:
    """Writes the film; the least contrast of its label, as drawn and as it then is."""
    to_the_end = work.seconds == film.TO_THE_END
    seam = splice.seam(source, media_type, work) if splicing and not to_the_end else None
    spliced = seam is not None and splice.write(source, target, media_type, work, seam)
    if not spliced:
        work.start, work.shown_until, work.last = None, 0.0, 0.0
        work.packets, work.contrasts = 0, []
        work.phase = (LOOKING, ENCODING) if to_the_end else work.phase
        whole.write(source, target, media_type, work)
    work.phase = (LOOKING + ENCODING, 1 - LOOKING - ENCODING)
    return min([*work.contrasts, *proof.contrasts(target, media_type, work)])


def _said_already(_remark: Remark) -> None:
    """The notes of a second drawing are those of the first."""


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
    """The door `dispatch.apply` calls."""
    return apply(
        source,
        target,
        media_type,
        wording,
        lang,
        position=position,
        note=note,
        progress=progress,
        limits=limits,
        style=style,
    )


def _planned(source: Path, media_type: str, ask: film.Ask) -> film.Work:
    """Looks at the header and the opening frames; nothing is decoded over a limit."""
    if media_type in _NO_ENCODER:
        raise ExplicitUnsupported(media_type=media_type)
    name, seconds = source.name, _seconds(ask.style)
    with source.open("rb") as stream, opening.reading(stream, media_type, name) as container:
        picture = film.main_picture(container, name)
        ask.limits.check("pixels", picture.width * picture.height, ask.limits.video_pixels, name)
        opening.check_length(container, ask.limits, name)
        frames = film.frames_of(container, picture)
        frame = next(frames, None)
        if frame is None:
            raise MalformedFile(file=name, detail="no frame can be decoded")
        form = encoders.pixel_format(picture, frame, media_type, ask.note)
        turn, matrix = turn_of(frame)
        look = encoders.look_of(frame, form, matrix)
        length = (container.duration or 0) / opening.MICROSECONDS
        first, start = film.drawable(frame, form), frame.time or 0.0
        sight = Sight.of(first, turn, picture.sample_aspect_ratio, ask.style)
        span = min(seconds, length or UNKNOWN_SECONDS) if seconds == film.TO_THE_END else seconds
        sight.add(first, 0.0, span)
        for frame in frames:
            if (passed := (frame.time or 0.0) - start) > seconds:
                break
            ask.limits.check("seconds", passed, ask.limits.seconds, name)
            sight.add(film.drawable(frame, form), passed, span)
            if seconds == film.TO_THE_END:
                ask.progress(min(1.0, passed / length) * LOOKING if length else 0.0)
        label = sight.label(ask.wording, ask.position)
    _tell(label, ask)
    return film.Work(name, label, seconds, ask, look, length=length)


def _seconds(style: Style) -> float:
    """How long the label must be on."""
    if style.seconds == "whole":
        return film.TO_THE_END
    return max(style.seconds or 0.0, parameters.number("explicit.video.min_seconds"))


def _tell(label: FrameLabel, ask: film.Ask) -> None:
    """Notes what of the wish could not be kept."""
    if label.text != ask.wording:
        ask.note(remark("shorter_words", text=label.text))
    if label.height_ratio < (ask.style.height or 0):
        ask.note(remark("lower_words", percent=f"{100 * label.height_ratio:.1f}"))
    if ask.style.dress == OUTLINE and label.opacity:
        ask.note(remark("outline_not_legible"))
