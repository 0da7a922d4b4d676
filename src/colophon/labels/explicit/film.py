"""One film being labelled: its picture stream, its label, and the streams beside it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from colophon.errors import MalformedFile, TruncatedFile
from colophon.labels.explicit import encoders
from colophon.labels.explicit.frames import FrameLabel, paintable
from colophon.labels.explicit.limits import Limits
from colophon.labels.explicit.manner import USUAL
from colophon.labels.model import Style
from colophon.labels.remarks import Remark, remark

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

ATTACHED_PICTURE = 0x0400
"""Disposition of cover art."""
KEY_PICTURE, CHOSEN_ANEW = 1, 0
"""What an encoder is told of a picture: where the source can be entered, the new film can be too,
and there scenes mostly change."""
TO_THE_END = math.inf
"""Seconds of a label that stays."""
WHOLE_ENOUGH = 0.9
"""Share of the declared frames that must be there, else the file was cut off."""
WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders that also read the alpha channel WebM keeps beside the picture."""
_WRITTEN = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})
"""Keys the muxer writes itself."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the caller wants."""

    wording: str
    position: str
    note: Callable[[Remark], None]
    progress: Callable[[float], None]
    limits: Limits
    style: Style = USUAL


@dataclass(slots=True)
class Work:
    """One labelling while it runs. ``seconds``: how long the label must be on, infinite for the
    whole film; ``phase``: where this part of the work begins in the whole of it, and its share."""

    name: str
    label: FrameLabel
    seconds: float
    ask: Ask
    look: encoders.Look
    start: float | None = None
    shown_until: float = 0.0
    last: float = 0.0
    length: float = 0.0
    phase: tuple[float, float] = (0.0, 1.0)
    packets: int = 0
    contrasts: list[float] = field(default_factory=list)

    def painted(self, frame: VideoFrame, picture: VideoStream) -> VideoFrame:
        """The frame ready to encode, labelled while the label is due."""
        now = float((frame.pts or 0) * (picture.time_base or 0))
        if self.start is None:
            self.start = now
        passed = now - self.start
        self.ask.limits.check("seconds", passed, self.ask.limits.seconds, self.name)
        due = passed <= self.seconds
        frame = drawable(frame, self.look.form) if due else formed(frame, self.look.form)
        entry = frame.key_frame and not picture.codec_context.codec.intra_only
        frame.pict_type = KEY_PICTURE if entry else CHOSEN_ANEW
        if due:
            self.contrasts.append(self.label.paint(frame))
            self.shown_until = passed + float((frame.duration or 0) * (picture.time_base or 0))
        elif self.last <= self.seconds:
            self.shown_until = passed  # the last labelled frame stayed until this one
        self.last = passed
        self.tell(passed)
        return frame

    def check_whole(self, picture: VideoStream) -> None:
        """Raises TruncatedFile when the file was cut off."""
        if picture.frames and self.packets < picture.frames * WHOLE_ENOUGH:
            detail = f"{self.packets} of {picture.frames} frames are there"
            raise TruncatedFile(file=self.name, detail=detail)

    def tell(self, passed: float) -> None:
        """How far the work is; of a film that does not say how long it is, that it goes on."""
        begin, share = self.phase
        part = passed / self.length if self.length else 0.0
        self.ask.progress(min(0.999, begin + share * part))


def main_picture(container: InputContainer, name: str) -> VideoStream:
    """The film's picture. Raises MalformedFile."""
    for stream in container.streams.video:
        known = stream.codec_context is not None
        if known and not int(stream.disposition) & ATTACHED_PICTURE:
            stream.thread_type = "AUTO"
            return stream
    raise MalformedFile(file=name, detail="no video stream")


class Decoder:
    """What decodes the picture whole, alpha included, and says when each frame is shown.

    AVI only keeps the order in which pictures are decoded, at an even rate: there the first
    picture shown gets the first time, and so on.
    """

    def __init__(self, container: InputContainer, picture: VideoStream) -> None:
        import av

        codec = encoders.canonical(picture.codec_context.codec.name)
        mode = {key.lower(): value for key, value in picture.metadata.items()}.get("alpha_mode")
        self.with_alpha = codec in WITH_ALPHA and mode == "1"
        self.context = picture.codec_context
        if self.with_alpha:
            made = av.CodecContext.create(WITH_ALPHA[codec], "r")
            self.context = cast("VideoCodecContext", made)
        self.in_order = container.format.name == "avi"
        self.times: deque[int] = deque()

    def decode(self, packet: Packet | None) -> Iterator[VideoFrame]:
        """The frames that this packet completes; the last ones for None."""
        if self.in_order and packet is not None and packet.size and packet.dts is not None:
            self.times.append(packet.dts)
        for frame in self.context.decode(packet):
            if self.times:
                frame.pts = self.times.popleft()
            yield frame


def frames_of(container: InputContainer, picture: VideoStream) -> Iterator[VideoFrame]:
    """All frames of the picture, in the order they are shown."""
    decoder = Decoder(container, picture)
    for packet in container.demux(picture):
        yield from decoder.decode(packet)


def formed(frame: VideoFrame, form: str) -> VideoFrame:
    """The frame in a form to encode; the decoder may still look at its pixels."""
    if frame.format.name != form or not paintable(frame):
        frame = frame.reformat(format=form)
    return frame


def drawable(frame: VideoFrame, form: str) -> VideoFrame:
    """The frame in a form to draw on and to encode, not shared with the decoder."""
    frame = formed(frame, form)
    frame.make_writable()
    return frame


def describe(container: InputContainer, out: OutputContainer) -> None:
    """Title, keys and chapters."""
    out.metadata.update({k: v for k, v in container.metadata.items() if k not in _WRITTEN})
    out.set_chapters(container.chapters())


def streams(
    container: InputContainer,
    out: OutputContainer,
    picture: VideoStream,
    work: Work,
    add: Callable[[], VideoStream],
) -> tuple[VideoStream, dict[int, Stream]]:
    """The output's streams in the source's order: the picture's, and those copied."""
    made: VideoStream | None = None
    others: dict[int, Stream] = {}
    for stream in container.streams:
        if stream.index == picture.index:
            made = add()
            made.metadata.update({k: v for k, v in stream.metadata.items() if k != "encoder"})
            made.disposition = stream.disposition
        elif (copied := _copied(stream, out, work)) is not None:
            others[stream.index] = copied
    if made is None:
        raise MalformedFile(file=work.name, detail="no video stream")
    return made, others


def _copied(stream: Stream, out: OutputContainer, work: Work) -> Stream | None:
    """A stream like this one; what the container cannot hold is noted and left out."""
    import av

    try:
        copied: Stream = out.add_stream_from_template(stream, opaque=True)
    except (ValueError, av.error.FFmpegError):
        work.ask.note(remark("stream_left_out", kind=stream.type))
        return None
    copied.metadata.update(stream.metadata)
    copied.disposition = stream.disposition
    if stream.type == "video" and not int(stream.disposition) & ATTACHED_PICTURE:
        work.ask.note(remark("first_stream_only"))
    return copied


def pass_on(packet: Packet, others: dict[int, Stream], out: OutputContainer) -> None:
    """A packet of a copied stream, as it is."""
    if packet.dts is not None and packet.stream.index in others:
        packet.stream = others[packet.stream.index]
        out.mux_one(packet)
