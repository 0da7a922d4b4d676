"""Which encoder a picture stream goes back through, at a quality that shows no loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from colophon.labels.remarks import Remark, remark

if TYPE_CHECKING:
    from fractions import Fraction

    from av import VideoFrame
    from av.container import OutputContainer
    from av.video.stream import VideoStream

X264 = ("libx264", {"crf": "16", "preset": "veryfast"})
VP9 = ("libvpx-vp9", {"crf": "18", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"})

ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    "h264": X264,
    "hevc": ("libx265", {"crf": "18", "preset": "veryfast", "x265-params": "log-level=error"}),
    "vp9": VP9,
    "av1": ("libsvtav1", {"crf": "20", "preset": "9"}),
    "mpeg4": ("mpeg4", {"q": "2", "qmin": "2", "qmax": "3"}),
    "mjpeg": ("mjpeg", {"qmin": "2", "qmax": "2"}),
    "prores": ("prores_ks", {}),
    "ffv1": ("ffv1", {}),
}
"""Source codec to encoder; others become H.264, or VP9 in WebM."""

FALLBACK_FORM = "yuv420p"
APPLE_TAG = {"libx265": "hvc1"}
MOV_LIKE = ("mp4", "mov")
USUAL_RATE = 25


@dataclass(frozen=True, slots=True)
class Look:
    """What the first frame says of the picture; ``matrix``: how it is turned for display."""

    width: int
    height: int
    form: str
    matrix: list[int] | None


def chosen(codec: str, webm: bool) -> tuple[str, dict[str, str]]:
    """Encoder and options for a source codec."""
    if codec in ENCODERS and not (webm and codec not in {"vp9", "av1"}):
        return ENCODERS[codec]
    return VP9 if webm else X264


def pixel_format(
    picture: VideoStream, frame: VideoFrame, media_type: str, note: Callable[[Remark], None]
) -> str:
    """The form of pixels to draw on and encode: the source's own where the encoder takes it."""
    import av

    from colophon.labels.explicit.frames import paintable

    codec = picture.codec_context.codec.name
    encoder, _ = chosen(canonical(codec), media_type.endswith("/webm"))
    taken = {form.name for form in av.Codec(encoder, "w").video_formats or ()}
    name = str(frame.format.name)
    if name in taken and paintable(frame):
        return name
    if name not in {"nv12", "yuvj420p"}:
        note(remark("pixels_converted", found=name, written=FALLBACK_FORM))
    return FALLBACK_FORM


def canonical(decoder: str) -> str:
    """The codec a decoder is for, as FFmpeg names it."""
    return {"libdav1d": "av1", "libvpx-vp9": "vp9", "libvpx": "vp8"}.get(decoder, decoder)


def add(out: OutputContainer, picture: VideoStream, look: Look) -> VideoStream:
    """A stream in ``out`` for frames that look so, timed and coloured as the source is."""
    name, options = chosen(canonical(picture.codec_context.codec.name), out.format.name == "webm")
    rate = picture.average_rate or picture.guessed_rate or USUAL_RATE
    stream = cast("VideoStream", out.add_stream(name, rate=rate, options=dict(options)))
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = look.width, look.height, look.form
    context.time_base = stream.time_base = cast("Fraction", picture.time_base)
    if picture.sample_aspect_ratio:
        context.sample_aspect_ratio = picture.sample_aspect_ratio
    source = picture.codec_context
    for trait in ("color_range", "color_primaries", "color_trc", "colorspace"):
        setattr(context, trait, getattr(source, trait))
    if name in APPLE_TAG and any(part in out.format.name for part in MOV_LIKE):
        context.codec_tag = APPLE_TAG[name]
    if look.matrix is not None:
        stream.set_display_matrix(look.matrix)
    return stream
