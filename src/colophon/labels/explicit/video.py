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

from colophon.errors import Lang, MalformedFile
from colophon.labels.explicit import encoders, film, opening, proof, splice, whole
from colophon.labels.explicit.frames import turn_of
from colophon.labels.explicit.limits import STANDARD, Limits
from colophon.labels.explicit.sight import Sight
from colophon.labels.explicit.wording import words
from colophon.labels.model import ExplicitWritten, Medium
from colophon.labels.remarks import Remark, remark
from colophon.provisions import parameters


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
) -> ExplicitWritten:
    """Writes the labelled video to ``target``; streams, so memory does not grow with length.

    ``progress`` is called with 0.0 to 1.0 and may raise to stop; then, as on any error, no
    target is left. ``splicing`` False encodes the whole picture again in any case. Raises
    EmptyFile, UnknownType, TooLarge, MalformedFile, TruncatedFile, TargetUnwritable, DiskFull,
    WordingNotCompliant.
    """
    opening.not_empty(source)
    wording = words(Medium.VIDEO, text, lang)
    work = _planned(source, media_type, film.Ask(wording, position, note, progress, limits))
    with opening.clean_target(target), opening.named_failures(source.name):
        seam = splice.seam(source, media_type, work) if splicing else None
        spliced = seam is not None and splice.write(source, target, media_type, work, seam)
        if not spliced:
            work = replace(work, start=None, shown_until=0.0, last=0.0, packets=0, contrasts=[])
            whole.write(source, target, media_type, work)
        seen = proof.contrasts(target, media_type, work)
    progress(1.0)
    return ExplicitWritten(
        text=work.label.text,
        where=work.label.where,
        height_ratio=work.label.height_ratio,
        contrast=round(min([*work.contrasts, *seen]), 2),
        seconds=round(work.shown_until, 3),
    )


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
    )


def _planned(source: Path, media_type: str, ask: film.Ask) -> film.Work:
    """Looks at the header and the opening frames; nothing is decoded over a limit."""
    name, seconds = source.name, parameters.number("explicit.video.min_seconds")
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
        first, start = film.drawable(frame, form), frame.time or 0.0
        sight = Sight.of(first, turn, picture.sample_aspect_ratio)
        sight.add(first, 0.0, seconds)
        for frame in frames:
            if (passed := (frame.time or 0.0) - start) > seconds:
                break
            sight.add(film.drawable(frame, form), passed, seconds)
        label = sight.label(ask.wording, ask.position)
        length = (container.duration or 0) / opening.MICROSECONDS
    if label.text != ask.wording:
        ask.note(remark("shorter_words", text=label.text))
    return film.Work(name, label, seconds, ask, look, length=length)
