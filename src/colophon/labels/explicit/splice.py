"""A film of which only the opening is encoded again: the rest stays, packet for packet.

The cut is the first key picture after the label; the new opening comes from the same kind of
encoder, and its parameter sets lie beside the source's. The join is decoded again and held
against the source before the result counts.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from colophon.errors import InputError, TruncatedFile
from colophon.labels.explicit import encoders, film, opening
from colophon.labels.explicit.frames import plane_pixels
from colophon.labels.explicit.parameter_sets import Avc, Bare, CannotJoin, Hevc

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer, OutputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

Sets = Avc | Hevc | Bare
KINDS: dict[str, type[Avc | Hevc]] = {"h264": Avc, "hevc": Hevc}
BARE = frozenset({"vp9", "mjpeg", "prores", "ffv1"})
"""Codecs that need no joining of sets."""
EXTRA = {
    "libx264": {"bf": "0", "x264-params": "sps-id={number}"},
    "libx265": {"x265-params": "bframes=0:open-gop=0:repeat-headers=0:info=0:log-level=error"},
    "libvpx-vp9": {"lag-in-frames": "0"},
}
"""Options of an opening: pictures are encoded in the order they are shown."""
H264_PROFILES = {
    "Baseline": "baseline",
    "Constrained Baseline": "baseline",
    "Main": "main",
    "High": "high",
}
LONGEST_SECONDS = 60
"""An opening longer than this is no opening."""
CHECKED_FRAMES = 48
"""Copied frames behind the join that are decoded again and compared."""

TOLERANCE_SECONDS = 0.002
GLOBAL_HEADER = 1 << 22
"""FFmpeg's AV_CODEC_FLAG_GLOBAL_HEADER."""
TAGS_KEPT = frozenset({"hvc1", "hev1", "avc1", "ap4h", "apch", "apcn", "apcs", "apco", "ap4x"})


@dataclass(frozen=True, slots=True)
class Seam:
    """Where the source's own packets begin. Times in ticks of the stream; ``shown`` and
    ``decoded``: those of the pictures before the cut, one each."""

    cut: int
    shown: list[int]
    decoded: list[int]
    sets: Sets
    base: Fraction


def seam(source: Path, media_type: str, work: film.Work) -> Seam | None:
    """The cut, or None when this film has to be encoded whole."""
    try:
        with source.open("rb") as stream, opening.reading(stream, media_type, work.name) as film_in:
            picture = film.main_picture(film_in, work.name)
            codec = encoders.canonical(picture.codec_context.codec.name)
            if codec not in KINDS and codec not in BARE:
                return None
            record = picture.codec_context.extradata or b""
            sets: Sets = KINDS[codec](record) if codec in KINDS else Bare()
            if film.Decoder(film_in, picture).with_alpha:
                return None
            return _found(film_in.demux(picture), picture, sets, work.seconds)
    except CannotJoin:
        return None


def _found(
    packets: Iterator[Packet], picture: VideoStream, sets: Sets, seconds: float
) -> Seam | None:
    base = cast("Fraction", picture.time_base)
    before: list[tuple[int, int | None]] = []
    cut: tuple[int, int] | None = None
    shown: list[int] = []
    for packet in packets:
        if packet.size == 0:
            break  # the end mark
        if packet.pts is None or packet.is_discard:
            return None
        if cut is not None:
            if packet.pts > cut[0]:
                break
            shown.append(packet.pts)
            continue
        passed = float((packet.pts - min([packet.pts, *(p for p, _ in before[:64])])) * base)
        if passed > LONGEST_SECONDS:
            return None
        late = packet.is_keyframe and before and passed >= seconds
        if late and packet.dts is not None and sets.enters(bytes(packet)):
            cut = packet.pts, packet.dts
        else:
            before.append((packet.pts, packet.dts))
    if cut is None or any(pts > cut[0] for pts, _ in before):
        return None
    shown = sorted([*shown, *(pts for pts, _ in before)])
    decoded = _spread([dts for _, dts in before], shown, cut[1])
    return Seam(cut[0], shown, decoded, sets, base) if decoded else None


def _spread(known: list[int | None], shown: list[int], end: int) -> list[int]:
    """Decoding times for as many pictures as are shown, rising, all before ``end``: those of
    the source where it keeps them."""
    decoded = [time for time in known if time is not None]
    if len(decoded) != len(shown):
        first = shown[0] if known[0] is None else known[0]
        step = Fraction(end - first, len(shown))
        decoded = [first + int(number * step) for number in range(len(shown))]
    times = [min(pair) for pair in zip(decoded, shown, strict=True)]
    rising = all(one < other for one, other in itertools.pairwise([*times, end]))
    return times if rising else []


def write(source: Path, target: Path, media_type: str, work: film.Work, cut: Seam) -> bool:
    """Writes the film with a new opening; False when the result does not hold."""
    import av

    try:
        with (
            source.open("rb") as stream,
            opening.reading(stream, media_type, work.name) as container,
            opening.writing(target, media_type, container.metadata) as out,
        ):
            _Splicing(container, out, work, cut).run()
        return _holds(source, target, media_type, cut)
    except TruncatedFile:
        raise
    except (CannotJoin, InputError, ValueError, av.error.FFmpegError):
        return False


class _Splicing:
    """One run over the packets of the source."""

    def __init__(
        self, container: InputContainer, out: OutputContainer, work: film.Work, cut: Seam
    ) -> None:
        self.container, self.out, self.work, self.cut = container, out, work, cut
        self.picture = film.main_picture(container, work.name)
        self.decoder = film.Decoder(container, self.picture)
        self.base = cast("Fraction", self.picture.time_base)
        self.encoder = self._encoder()
        film.describe(container, out)
        self.stream, self.others = film.streams(container, out, self.picture, work, self._stream)
        self.held: list[Packet] = []
        self.pending: Packet | None = None
        self.written = 0
        self.closed = False

    def _encoder(self) -> VideoCodecContext:
        import av

        codec = encoders.canonical(self.picture.codec_context.codec.name)
        name, base = encoders.chosen(codec, False)
        options = encoders.options_for(name, base, self.work.look)
        number = getattr(self.cut.sets, "number", 0)
        for key, value in EXTRA.get(name, {}).items():
            more = value.format(number=number)
            options[key] = f"{options[key]}:{more}" if "params" in key and key in options else more
        profile = H264_PROFILES.get(str(self.picture.codec_context.profile))
        if name == "libx264" and profile:
            options["profile"] = profile
        context = cast("VideoCodecContext", av.CodecContext.create(name, "w"))
        encoders.dress(context, self.picture, self.work.look)
        rate = self.picture.average_rate or self.picture.guessed_rate
        context.framerate = rate or Fraction(encoders.USUAL_RATE)
        context.flags |= GLOBAL_HEADER
        context.options = options
        context.open()
        return context

    def _stream(self) -> VideoStream:
        made = self.out.add_stream_from_template(self.picture, opaque=True)
        joined = self.cut.sets.joined(self.encoder.extradata or b"")
        if joined is not None:
            made.codec_context.extradata = joined
        if self.picture.codec_context.codec_tag in TAGS_KEPT:
            made.codec_context.codec_tag = self.picture.codec_context.codec_tag
        return made

    def run(self) -> None:
        """All packets, in the order of the source."""
        for packet in self.container.demux():
            if packet.stream.index != self.picture.index:
                film.pass_on(packet, self.others, self.out)
                continue
            self.work.packets += packet.size > 0
            if packet.size == 0:
                continue  # the end mark
            if self.closed:
                self._copy(packet)
            elif self.held and (packet.pts or 0) > self.cut.cut:
                self.held.append(packet)
                self._close()
            else:
                self._open(packet)
        if not self.closed:
            self._close()
        self.work.check_whole(self.picture)

    def _open(self, packet: Packet) -> None:
        """A packet of the opening, or the cut and what is shown before it."""
        if packet.pts == self.cut.cut:
            self.held.append(packet)
        for frame in self.decoder.decode(packet):
            self._encode(frame)

    def _close(self) -> None:
        """Ends the opening; from here on packets are copied."""
        for frame in self.decoder.decode(None):
            self._encode(frame)
        self._mux(self.encoder.encode(None))
        if self.pending is None or self.written != len(self.cut.shown) - 1:
            raise CannotJoin("pictures are missing")
        self._put(self.pending, last=True)
        self.closed = True
        for packet in self.held:
            self._copy(packet)

    def _encode(self, frame: VideoFrame) -> None:
        if frame.pts is not None and frame.pts < self.cut.cut:
            self._mux(self.encoder.encode(self.work.painted(frame, self.picture)))

    def _mux(self, packets: list[Packet]) -> None:
        """Writes all but the newest, which may turn out to be the last."""
        for packet in packets:
            if self.pending is not None:
                self._put(self.pending, last=False)
            self.pending = packet

    def _put(self, packet: Packet, *, last: bool) -> None:
        import av

        if self.written >= len(self.cut.shown) or packet.pts != self.cut.shown[self.written]:
            raise CannotJoin("a picture at another time")
        data = self.cut.sets.packet(bytes(packet))
        made = av.Packet(self.cut.sets.last(data) if last else data)
        made.pts, made.dts = packet.pts, self.cut.decoded[self.written]
        following = [*self.cut.shown[self.written + 1 : self.written + 2], self.cut.cut][0]
        made.duration, made.time_base = following - packet.pts, self.base
        made.is_keyframe, made.stream = packet.is_keyframe, self.stream
        self.out.mux_one(made)
        self.written += 1

    def _copy(self, packet: Packet) -> None:
        if packet.pts is None or packet.dts is None:
            raise CannotJoin("a packet without a time")
        if packet.pts < self.cut.cut:
            return  # it went into the opening
        self.work.tell(float((packet.pts - self.cut.shown[0]) * self.base))
        packet.stream = self.stream
        self.out.mux_one(packet)


def _holds(source: Path, target: Path, media_type: str, cut: Seam) -> bool:
    """The result decodes without a gap, and behind the join as the source does."""
    count = len(cut.shown)
    frames = itertools.islice(_decoded(target, media_type, None), count + CHECKED_FRAMES)
    new = [(time, _checksum(f) if at >= count else 0) for at, (time, f) in enumerate(frames)]
    frames = itertools.islice(_decoded(source, media_type, cut.cut), CHECKED_FRAMES)
    old = [(time, _checksum(frame)) for time, frame in frames]
    if not old or len(new) != count + len(old):
        return False
    first, base = old[0][0], old[0][0] - new[count][0]
    times = [first + float((pts - cut.cut) * cut.base) for pts in cut.shown]
    times += [time for time, _ in old]
    on_time = all(
        abs(time + base - wanted) < TOLERANCE_SECONDS
        for (time, _), wanted in zip(new, times, strict=True)
    )
    return on_time and [pixels for _, pixels in new[count:]] == [pixels for _, pixels in old]


def _decoded(path: Path, media_type: str, start: int | None) -> Iterator[tuple[float, VideoFrame]]:
    """Frames from ``start`` on, with their times in seconds."""
    with path.open("rb") as stream, opening.reading(stream, media_type, path.name) as container:
        picture = film.main_picture(container, path.name)
        if start is not None:
            container.seek(start, stream=picture)
        for frame in film.frames_of(container, picture):
            if frame.is_corrupt:
                raise CannotJoin("a picture is broken")
            if start is None or (frame.pts or 0) >= start:
                yield float((frame.pts or 0) * (picture.time_base or 0)), frame


def _checksum(frame: VideoFrame) -> int:
    depth, value = frame.format.components[0].bits, 0
    for index in range(len(frame.planes)):
        value = zlib.crc32(plane_pixels(frame, index, depth).tobytes(), value)
    return value
