"""Which encoder a picture stream goes back through, at a quality that shows no loss."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from colophon.labels.remarks import Remark, remark

if TYPE_CHECKING:
    from fractions import Fraction

    from av import VideoFrame
    from av.container import OutputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

X264 = ("libx264", {"crf": "16", "preset": "veryfast"})
VP9 = (
    "libvpx-vp9",
    {"crf": "18", "b": "0", "deadline": "realtime", "cpu-used": "8", "row-mt": "1"},
)
"""Its realtime mode: at one quality an eighth of the work of the mode called good."""

ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    "h264": X264,
    "hevc": ("libx265", {"crf": "18", "preset": "veryfast", "x265-params": "log-level=error"}),
    "vp9": VP9,
    "av1": ("libsvtav1", {"crf": "20", "preset": "9"}),
    "mpeg4": ("mpeg4", {"q": "2", "qmin": "2", "qmax": "3"}),
    "mjpeg": ("mjpeg", {"qmin": "2", "qmax": "2"}),
    "prores": ("prores_aw", {}),
    "ffv1": ("ffv1", {}),
}
"""Source codec to encoder; others become H.264, or VP9 in WebM."""

FALLBACK_FORM = "yuv420p"
APPLE_TAG = {"libx265": "hvc1"}
MOV_LIKE = ("mp4", "mov")
USUAL_RATE = 25
LARGE = 1280 * 720
"""Pixels above which an encoder trades size, not quality, for speed."""
FAST = {
    "libx264": {
        "preset": "superfast",
        "b_strategy": "0",
        "weightp": "0",
        "sc_threshold": "0",
        "coder": "vlc",
    },
    "libx265": {
        "crf": "14",
        "preset": "ultrafast",
        "x265-params": "log-level=error:b-adapt=0:scenecut=0:weightp=0:rc-lookahead=5",
    },
}
"""How: x264 and x265 no longer look ahead, which took a third of the time and gained nothing."""
INTERLACED = 1 << 18 | 1 << 29
"""FFmpeg's AV_CODEC_FLAG_INTERLACED_DCT and _ME."""
MASTERING_SIZE = 88
LIGHT_PARAMETERS = {
    "libx264": ("x264-params", "mastering-display", "cll"),
    "libx265": ("x265-params", "master-display", "max-cll"),
}
"""Where an encoder is told the light the film was mastered for."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the first frame says of the picture. ``matrix``: how it is turned for display;
    ``fields``: two half pictures a frame; ``mastering`` and ``brightest``: of high dynamic
    range, as H.265 D.3.28 and D.3.35 count them."""

    width: int
    height: int
    form: str
    matrix: list[int] | None = None
    fields: bool = False
    mastering: str = ""
    brightest: str = ""


def look_of(frame: VideoFrame, form: str, matrix: list[int] | None) -> Look:
    """To be asked before the frame is made writable."""
    held = {item.type.name: bytes(item) for item in frame.side_data}
    mastering = _mastering(held.get("MASTERING_DISPLAY_METADATA", b""))
    levels = held.get("CONTENT_LIGHT_LEVEL", b"")
    brightest = ",".join(map(str, struct.unpack_from("<2I", levels))) if len(levels) >= 8 else ""
    fields = bool(frame.interlaced_frame)
    return Look(frame.width, frame.height, form, matrix, fields, mastering, brightest)


def _mastering(held: bytes) -> str:
    """G, B, R, white point and luminances as x264 and x265 take them."""
    if len(held) < MASTERING_SIZE:
        return ""
    numbers = struct.unpack_from("<20i2i", held)
    if not all(numbers[-2:]) or not all(numbers[1:20:2]):
        return ""
    parts = [numbers[at] / numbers[at + 1] for at in range(0, 20, 2)]
    red, green, blue, white = (
        [round(p * 50_000) for p in parts[at : at + 2]] for at in (0, 2, 4, 6)
    )
    dark, bright = (round(p * 10_000) for p in parts[8:])
    points = zip("GBR", (green, blue, red), strict=True)
    named = "".join(f"{name}({x},{y})" for name, (x, y) in points)
    return f"{named}WP({white[0]},{white[1]})L({bright},{dark})"


def chosen(codec: str, webm: bool) -> tuple[str, dict[str, str]]:
    """Encoder and options for a source codec."""
    if codec in ENCODERS and not (webm and codec not in {"vp9", "av1"}):
        return ENCODERS[codec]
    return VP9 if webm else X264


def pixel_format(
    picture: VideoStream, frame: VideoFrame, media_type: str, note: Callable[[Remark], None]
) -> str:
    """The form of pixels to draw on and encode: the source's own where the encoder takes it,
    else the nearest, which keeps what is clear and how finely colour is kept."""
    import av
    from av.codec.codec import find_best_pix_fmt_of_list

    from colophon.labels.explicit.frames import paintable_form

    codec = canonical(picture.codec_context.codec.name)
    encoder, _ = chosen(codec, media_type.endswith("/webm"))
    taken = [form.name for form in av.Codec(encoder, "w").video_formats or ()]
    taken = [name for name in taken if paintable_form(name)]
    name = str(frame.format.name)
    if name in taken:
        return name
    alpha = any(part.is_alpha for part in frame.format.components)
    best, _loss = find_best_pix_fmt_of_list(taken, frame.format, has_alpha=alpha)
    written = str(best.name) if best is not None else FALLBACK_FORM
    if name not in {"nv12", "yuvj420p"}:
        note(remark("pixels_converted", found=name, written=written))
    return written


def canonical(decoder: str) -> str:
    """The codec a decoder is for, as FFmpeg names it."""
    return {"libdav1d": "av1", "libvpx-vp9": "vp9", "libvpx": "vp8"}.get(decoder, decoder)


def options_for(name: str, base: dict[str, str], look: Look) -> dict[str, str]:
    """An encoder's options for this picture."""
    options = dict(base)
    if look.width * look.height > LARGE:
        options.update(FAST.get(name, {}))
    if look.mastering and name in LIGHT_PARAMETERS:
        key, mastering, brightest = LIGHT_PARAMETERS[name]
        light = f"{mastering}={look.mastering}"
        light += f":{brightest}={look.brightest}" if look.brightest else ""
        options[key] = ":".join(filter(None, (options.get(key), light)))
    if name == "libvpx-vp9" and "yuva" in look.form:
        options["auto-alt-ref"] = "0"  # alpha has no hidden frames
    return options


def dress(context: VideoCodecContext, picture: VideoStream, look: Look) -> None:
    """Makes an encoder take frames that look so, timed and coloured as the source is."""
    context.width, context.height, context.pix_fmt = look.width, look.height, look.form
    context.thread_type = "AUTO"  # whole frames side by side, where the encoder can
    context.time_base = cast("Fraction", picture.time_base)
    if picture.sample_aspect_ratio:
        context.sample_aspect_ratio = picture.sample_aspect_ratio
    source = picture.codec_context
    for trait in ("color_range", "color_primaries", "color_trc", "colorspace"):
        setattr(context, trait, getattr(source, trait))
    if look.fields:
        context.flags |= INTERLACED
        context.field_order = source.field_order


def add(out: OutputContainer, picture: VideoStream, look: Look) -> VideoStream:
    """A stream in ``out`` for frames that look so."""
    name, options = chosen(canonical(picture.codec_context.codec.name), out.format.name == "webm")
    rate = picture.average_rate or picture.guessed_rate or USUAL_RATE
    options = options_for(name, options, look)
    if out.format.name == "avi":
        options["bf"] = "0"  # it cannot tell when a picture is shown from when it is decoded
    stream = cast("VideoStream", out.add_stream(name, rate=rate, options=options))
    dress(stream.codec_context, picture, look)
    stream.time_base = cast("Fraction", picture.time_base)
    if name in APPLE_TAG and any(part in out.format.name for part in MOV_LIKE):
        stream.codec_context.codec_tag = APPLE_TAG[name]
    if look.matrix is not None:
        stream.set_display_matrix(look.matrix)
    return stream
