"""The explicit label of a video: words on its opening frames.

Source: GB 45438-2025 5.4 (both elements, on the opening frames, at an edge or corner, glyphs at
least 5 % of the shortest side, at least 2 s at normal speed). The picture is encoded again at a
quality at which the eye sees no loss; all other streams are copied packet for packet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from colophon.errors import Lang, MalformedFile, TruncatedFile
from colophon.labels.explicit import encoders, opening
from colophon.labels.explicit.frames import FrameLabel, label_for, paintable, turn_of
from colophon.labels.explicit.limits import STANDARD, Limits
from colophon.labels.explicit.wording import words
from colophon.labels.model import ExplicitWritten, Medium
from colophon.labels.remarks import Remark, remark
from colophon.provisions import parameters

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

ATTACHED_PICTURE = 0x0400
"""Disposition of cover art."""
WHOLE_ENOUGH = 0.9
"""Share of the declared frames that must be there, else the file was cut off."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the caller wants."""

    wording: str
    position: str
    note: Callable[[Remark], None]
    progress: Callable[[float], None]
    limits: Limits


@dataclass(slots=True)
class Work:
    """One labelling while it runs."""

    name: str
    label: FrameLabel
    seconds: float
    ask: Ask
    look: encoders.Look
    start: float | None = None
    shown_until: float = 0.0
    last: float = 0.0
    length: float = 0.0
    packets: int = 0
    contrasts: list[float] = field(default_factory=list)


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
) -> ExplicitWritten:
    """Writes the labelled video to ``target``; streams, so memory does not grow with length.

    ``progress`` is called with 0.0 to 1.0 and may raise to stop; then, as on any error, no
    target is left. Raises EmptyFile, UnknownType, TooLarge, MalformedFile, TruncatedFile,
    TargetUnwritable, DiskFull, WordingNotCompliant.
    """
    opening.not_empty(source)
    wording = words(Medium.VIDEO, text, lang)
    ask = Ask(wording, position, note, progress, limits)
    work = _planned(source, media_type, ask)
    with (
        opening.clean_target(target),
        source.open("rb") as stream,
        opening.reading(stream, media_type, source.name) as container,
        opening.writing(target, media_type, container.metadata) as out,
    ):
        _copy(container, out, work)
    progress(1.0)
    return ExplicitWritten(
        text=work.label.text,
        where=work.label.where,
        height_ratio=work.label.height_ratio,
        contrast=round(min(work.contrasts), 2),
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


def _planned(source: Path, media_type: str, ask: Ask) -> Work:
    """Looks at the header and the first frame; nothing is decoded over a limit."""
    name = source.name
    with source.open("rb") as stream, opening.reading(stream, media_type, name) as container:
        picture = _main_picture(container, name)
        ask.limits.check("pixels", picture.width * picture.height, ask.limits.video_pixels, name)
        opening.check_length(container, ask.limits, name)
        frame = next(container.decode(picture), None)
        if frame is None:
            raise MalformedFile(file=name, detail="no frame can be decoded")
        form = encoders.pixel_format(picture, frame, media_type, ask.note)
        turn, matrix = turn_of(frame)
        look = encoders.Look(frame.width, frame.height, form, matrix)
        frame = _drawable(frame, form)
        label = label_for(frame, turn, ask.wording, ask.position, picture.sample_aspect_ratio)
        if label.text != ask.wording:
            ask.note(remark("shorter_words", text=label.text))
        length = (container.duration or 0) / opening.MICROSECONDS
    seconds = parameters.number("explicit.video.min_seconds")
    return Work(name, label, seconds, ask, look, length=length)


def _main_picture(container: InputContainer, name: str) -> VideoStream:
    for stream in container.streams.video:
        known = stream.codec_context is not None
        if known and not int(stream.disposition) & ATTACHED_PICTURE:
            return stream
    raise MalformedFile(file=name, detail="no video stream")


def _drawable(frame: VideoFrame, form: str) -> VideoFrame:
    """The frame in a form to draw on and to encode, not shared with the decoder."""
    if frame.format.name != form or not paintable(frame):
        frame = frame.reformat(format=form)
    frame.make_writable()
    return frame


def _copy(container: InputContainer, out: OutputContainer, work: Work) -> None:
    picture = _main_picture(container, work.name)
    picture.thread_type = "AUTO"
    out.metadata.update({k: v for k, v in container.metadata.items() if k not in _WRITTEN})
    out.set_chapters(container.chapters())
    encoder, others = _streams(container, out, picture, work)
    for packet in container.demux():
        if packet.stream.index == picture.index:
            work.packets += packet.size > 0
            for frame in picture.codec_context.decode(packet):
                out.mux(encoder.encode(_painted(frame, picture, work)))
        elif packet.dts is not None and packet.stream.index in others:
            packet.stream = others[packet.stream.index]
            out.mux_one(packet)
    if work.start is None:
        raise MalformedFile(file=work.name, detail="no frame can be decoded")
    out.mux(encoder.encode(None))
    _check_whole(picture, work)


def _streams(
    container: InputContainer, out: OutputContainer, picture: VideoStream, work: Work
) -> tuple[VideoStream, dict[int, Stream]]:
    """The output's streams in the source's order: the encoder's, and those copied."""
    encoder: VideoStream | None = None
    others: dict[int, Stream] = {}
    for stream in container.streams:
        if stream.index == picture.index:
            encoder = encoders.add(out, picture, work.look)
            encoder.metadata.update({k: v for k, v in stream.metadata.items() if k != "encoder"})
            encoder.disposition = stream.disposition
        elif (copied := _copied(stream, out, work)) is not None:
            others[stream.index] = copied
    if encoder is None:
        raise MalformedFile(file=work.name, detail="no video stream")
    return encoder, others


def _copied(stream: Stream, out: OutputContainer, work: Work) -> Stream | None:
    """A stream like this one; what the container cannot hold is noted and left out."""
    import av

    try:
        copied: Stream = out.add_stream_from_template(stream)
    except (ValueError, av.error.FFmpegError):
        work.ask.note(remark("stream_left_out", kind=stream.type))
        return None
    copied.metadata.update(stream.metadata)
    copied.disposition = stream.disposition
    if stream.type == "video" and not int(stream.disposition) & ATTACHED_PICTURE:
        work.ask.note(remark("first_stream_only"))
    return copied


_WRITTEN = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})
"""Keys the muxer writes itself."""


def _painted(frame: VideoFrame, picture: VideoStream, work: Work) -> VideoFrame:
    now = float((frame.pts or 0) * (picture.time_base or 0))
    if work.start is None:
        work.start = now
    passed = now - work.start
    work.ask.limits.check("seconds", passed, work.ask.limits.seconds, work.name)
    frame = _drawable(frame, work.look.form)
    frame.pict_type = 0  # the encoder chooses anew
    if passed <= work.seconds:
        work.contrasts.append(work.label.paint(frame))
        work.shown_until = passed + float((frame.duration or 0) * (picture.time_base or 0))
    elif work.last <= work.seconds:
        work.shown_until = passed  # the last labelled frame stayed until this one
    work.last = passed
    if work.length:
        work.ask.progress(min(0.999, passed / work.length))
    return frame


def _check_whole(picture: VideoStream, work: Work) -> None:
    if picture.frames and work.packets < picture.frames * WHOLE_ENOUGH:
        detail = f"{work.packets} of {picture.frames} frames are there"
        raise TruncatedFile(file=work.name, detail=detail)
