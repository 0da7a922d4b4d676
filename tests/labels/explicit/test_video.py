"""The explicit label of a video: there for the first two seconds, gone after, all else kept."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from colophon.errors import (
    EmptyFile,
    ExplicitUnsupported,
    InputError,
    MalformedFile,
    TooLarge,
    TruncatedFile,
)
from colophon.labels.explicit import apply as apply_door
from colophon.labels.explicit.limits import Limits
from colophon.labels.explicit.video import apply
from colophon.labels.model import Medium

pytestmark = pytest.mark.needs("ffmpeg", "ffprobe")

CORNER = "bottom-right"


def made(
    folder: Path,
    name: str,
    *options: str,
    source: str = "testsrc2=s=320x240:r=25:d=3",
    seconds: int = 3,
) -> Path:
    target = folder / name
    sound = ("-f", "lavfi", "-i", f"sine=f=330:d={seconds}")
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *sound]
    subprocess.run([*command, "-shortest", *options, str(target)], check=True)
    return target


def probe(path: Path, *what: str) -> dict[str, object]:
    command = ["ffprobe", "-v", "error", "-of", "json", *what, str(path)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def packets(path: Path, kind: str) -> list[bytes]:
    with av.open(str(path)) as container:
        stream = next(s for s in container.streams if s.type == kind)
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


def shown(path: Path) -> list[tuple[float, np.ndarray]]:
    """Seconds and upright RGB pixels of every frame."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [(frame, frame.rotation) for frame in container.decode(stream)]
        return [(f.time, np.rot90(f.to_ndarray(format="rgb24"), turn // 90)) for f, turn in frames]


def labelled(before: np.ndarray, after: np.ndarray) -> bool:
    """The label's corner differs much more than encoding makes it."""
    high, wide = before.shape[:2]
    part = (slice(high * 3 // 4, None), slice(wide // 2, None))
    away = np.abs(before[part].astype(np.int16) - after[part])
    return float(np.percentile(away, 99)) > 50


def compared(source: Path, target: Path) -> tuple[list[float], list[bool]]:
    before, after = shown(source), shown(target)
    assert len(before) == len(after)
    assert [t for t, _ in before] == pytest.approx([t for t, _ in after], abs=0.002)
    return [t for t, _ in before], [
        labelled(b, a) for (_, b), (_, a) in zip(before, after, strict=True)
    ]


def test_5_4_two_seconds_at_the_opening_and_not_after(tmp_path: Path) -> None:
    source, target = made(tmp_path, "a.mp4"), tmp_path / "b.mp4"
    written = apply(source, target, "video/mp4", position=CORNER)
    times, there = compared(source, target)
    assert written.seconds is not None
    assert 2 <= written.seconds < 2.2
    assert written.height_ratio is not None
    assert written.height_ratio >= 0.05
    assert written.contrast is not None
    assert written.contrast >= 4.5
    assert all(on == (time <= 2.0) for time, on in zip(times, there, strict=True))


@pytest.mark.needs("tesseract")
@pytest.mark.parametrize("size", ["640x360", "360x640", "1280x720"])
def test_ocr_reads_a_frame(tmp_path: Path, size: str) -> None:
    source = made(tmp_path, "a.mp4", source=f"testsrc2=s={size}:r=10:d=1")
    target = tmp_path / "b.mp4"
    apply(source, target, "video/mp4", position=CORNER)
    before, after = shown(source)[3][1], shown(target)[3][1]
    rows, columns = np.nonzero(np.abs(before.astype(np.int16) - after).max(axis=-1) > 60)
    pad = min(before.shape[:2]) // 40
    label = after[rows.min() : rows.max(), columns.min() + pad : columns.max() - pad]
    grey = cv2.resize(cv2.cvtColor(label, cv2.COLOR_RGB2GRAY), None, fx=3, fy=3)
    _, sharp = cv2.threshold(grey, 190, 255, cv2.THRESH_BINARY_INV)
    cv2.imwrite(str(tmp_path / "o.png"), np.pad(sharp, 40, constant_values=255))
    command = ["tesseract", str(tmp_path / "o.png"), "-", "-l", "chi_sim", "--psm", "7"]
    read = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert read.replace(" ", "").strip() == "AI生成"


def test_sound_is_copied_packet_for_packet_and_words_are_kept(tmp_path: Path) -> None:
    source = made(tmp_path, "a.mp4", "-metadata", "title=Spring", "-metadata", "comment=words")
    target = tmp_path / "b.mp4"
    apply(source, target, "video/mp4")
    assert packets(source, "audio") == packets(target, "audio")
    tags = probe(target, "-show_format")["format"]["tags"]  # type: ignore[index]
    assert tags["title"] == "Spring"
    assert tags["comment"] == "words"
    kinds = [s["codec_name"] for s in probe(target, "-show_streams")["streams"]]  # type: ignore[attr-defined]
    assert kinds == ["h264", "aac"]
    data = target.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_video_is_labelled_as_displayed(tmp_path: Path, turn: int) -> None:
    source, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
    flat = made(tmp_path, "flat.mp4", source="color=c=gray:s=320x240:r=10:d=1")
    with av.open(str(flat)) as old, av.open(str(source), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        stream.set_display_rotation(turn)
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    apply(source, target, "video/mp4", position=CORNER)
    (_, before), (_, after) = shown(source)[2], shown(target)[2]
    assert after.shape == before.shape == ((240, 320, 3) if turn == 180 else (320, 240, 3))
    rows, columns = np.nonzero(np.abs(before.astype(np.int16) - after).max(axis=-1) > 60)
    high, wide = before.shape[:2]
    assert rows.min() > high * 0.8
    assert columns.min() > wide * 0.5
    assert columns.max() - columns.min() > 2 * (rows.max() - rows.min())


def variable(path: Path, times: list[float]) -> None:
    """Frames at uneven times, in milliseconds."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, time in enumerate(times):
            picture = np.full((240, 320, 3), 60 + 5 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def test_variable_frame_rate_is_measured_by_time(tmp_path: Path) -> None:
    times = [0, 0.1, 0.15, 0.9, 1.7, 1.95, 2.6, 2.65, 3.5, 4.0]
    source, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
    variable(source, times)
    written = apply(source, target, "video/mp4", position=CORNER)
    seen, there = compared(source, target)
    assert seen == pytest.approx(times, abs=0.002)
    assert there == [time <= 2 for time in times]
    assert written.seconds == pytest.approx(2.6, abs=0.01)


def test_a_short_video_is_labelled_whole(tmp_path: Path) -> None:
    source = made(tmp_path, "a.mp4", source="testsrc2=s=320x240:r=25:d=1")
    target = tmp_path / "b.mp4"
    written = apply(source, target, "video/mp4", position=CORNER)
    _, there = compared(source, target)
    assert all(there)
    assert written.seconds == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("name", "media_type", "options", "codec"),
    [
        ("a.mov", "video/quicktime", ("-c:v", "libx264", "-c:a", "pcm_s16le"), "h264"),
        ("a.mkv", "video/x-matroska", ("-c:v", "libx264", "-pix_fmt", "yuv444p"), "h264"),
        ("a.webm", "video/webm", ("-c:v", "libvpx", "-c:a", "libopus"), "vp9"),
        (
            "b.webm",
            "video/webm",
            ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-c:a", "libopus"),
            "vp9",
        ),
        ("a.avi", "video/x-msvideo", ("-c:v", "mpeg4", "-c:a", "mp3"), "mpeg4"),
        ("a.flv", "video/x-flv", ("-c:v", "libx264", "-c:a", "aac"), "h264"),
        ("h.mp4", "video/mp4", ("-c:v", "libx265", "-pix_fmt", "yuv420p10le"), "hevc"),
    ],
)
def test_other_containers_and_codecs(
    tmp_path: Path, name: str, media_type: str, options: tuple[str, ...], codec: str
) -> None:
    source = made(tmp_path, name, *options, source="testsrc2=s=320x240:r=10:d=3")
    target = tmp_path / f"out-{name}"
    written = apply(source, target, media_type, position=CORNER)
    times, there = compared(source, target)
    assert all(on == (time - times[0] <= 2.0) for time, on in zip(times, there, strict=True))
    assert packets(source, "audio") == packets(target, "audio")
    streams = probe(target, "-show_streams")["streams"]
    picture = next(s for s in streams if s["codec_type"] == "video")  # type: ignore[attr-defined]
    assert picture["codec_name"] == codec
    assert written.seconds is not None
    assert written.seconds >= 2
    if name == "h.mp4":
        assert picture["pix_fmt"] == "yuv420p10le"
        assert picture["codec_tag_string"] == "hvc1"


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    source = made(tmp_path, "a.mp4", "-vf", "setsar=2/1", source="color=c=gray:s=200x300:r=10:d=1")
    target = tmp_path / "b.mp4"
    written = apply(source, target, "video/mp4", position=CORNER)
    _, picture = shown(target)[1]
    rows, columns = np.nonzero(picture[..., 0] > 220)
    assert rows.max() - rows.min() + 1 >= 0.05 * 300
    assert written.height_ratio is not None
    assert written.height_ratio >= 0.05
    stretched = (columns.max() - columns.min() + 1) * 2 / (rows.max() - rows.min() + 1)
    assert 3 < stretched < 5
    stream = probe(target, "-show_streams")["streams"][0]  # type: ignore[index]
    assert stream["sample_aspect_ratio"] == "2:1"


def test_chapters_and_subtitles_are_kept(tmp_path: Path) -> None:
    words = tmp_path / "w.srt"
    words.write_text("1\n00:00:00,500 --> 00:00:01,500\n你好\n", "utf-8")
    marks = tmp_path / "m.txt"
    marks.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=one\n")
    source, target = tmp_path / "s.mkv", tmp_path / "t.mkv"
    plain = made(tmp_path, "p.mkv")
    inputs = ["-i", str(plain), "-i", str(words), "-i", str(marks)]
    maps = ["-map", "0", "-map", "1", "-map_chapters", "2", "-c", "copy", "-c:s", "srt"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, *maps, str(source)], check=True)
    apply(source, target, "video/x-matroska")
    assert packets(source, "subtitle") == packets(target, "subtitle")
    chapters = probe(target, "-show_chapters")["chapters"]
    assert chapters[0]["tags"]["title"] == "one"  # type: ignore[index]


def test_the_picture_keeps_its_quality(tmp_path: Path) -> None:
    source, target = made(tmp_path, "a.mp4"), tmp_path / "b.mp4"
    apply(source, target, "video/mp4", position=CORNER)
    for (_, before), (_, after) in list(zip(shown(source), shown(target), strict=True))[::10]:
        top = np.s_[: before.shape[0] // 2]
        error = np.mean((before[top].astype(np.float32) - after[top]) ** 2)
        assert 10 * np.log10(255**2 / max(error, 1e-6)) > 38


def test_progress_runs_and_raising_stops_it(tmp_path: Path) -> None:
    source, target = made(tmp_path, "a.mp4"), tmp_path / "b.mp4"
    seen: list[float] = []
    apply(source, target, "video/mp4", progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 10

    def stop(fraction: float) -> None:
        if fraction > 0.3:
            raise KeyboardInterrupt

    other = tmp_path / "c.mp4"
    with pytest.raises(KeyboardInterrupt):
        apply(source, other, "video/mp4", progress=stop)
    assert not other.exists()


def test_limits_are_checked_before_decoding(tmp_path: Path) -> None:
    source, target = made(tmp_path, "a.mp4"), tmp_path / "b.mp4"
    for limits in (Limits(video_pixels=1000), Limits(seconds=1)):
        with pytest.raises(TooLarge):
            apply(source, target, "video/mp4", limits=limits)
        assert not target.exists()


def test_bad_files_are_named(tmp_path: Path) -> None:
    source, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
    whole = made(tmp_path, "w.mp4", "-movflags", "faststart").read_bytes()
    cases: list[tuple[bytes, type[InputError]]] = [
        (b"", EmptyFile),
        (b"not a film" * 50, MalformedFile),
        (whole[: len(whole) // 2], TruncatedFile),
        (whole[:200], MalformedFile),
    ]
    for data, error in cases:
        source.write_bytes(data)
        with pytest.raises(error):
            apply(source, target, "video/mp4")
        assert not target.exists()
    with pytest.raises(ExplicitUnsupported):
        apply(made(tmp_path, "x.mp4"), target, "video/x-unheard-of")


def test_a_long_film_that_is_cut_off_is_named(tmp_path: Path) -> None:
    options = ("-g", "20", "-movflags", "faststart")
    film = made(tmp_path, "a.mp4", *options, source="testsrc2=s=320x240:r=10:d=8", seconds=8)
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 3 // 4])
    with pytest.raises(TruncatedFile):
        apply(film, tmp_path / "b.mp4", "video/mp4")
    assert not (tmp_path / "b.mp4").exists()


def test_playlists_open_nothing(tmp_path: Path) -> None:
    secret = made(tmp_path, "secret.mp4")
    listing = f"ffconcat version 1.0\nfile {secret.name}\n"
    playlist = f"#EXTM3U\n#EXTINF:3,\n{secret.name}\n#EXT-X-ENDLIST\n"
    for text in (listing, playlist):
        source, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
        source.write_text(text)
        for media_type in ("video/mp4", "video/x-matroska", "video/x-msvideo"):
            with pytest.raises(InputError):
                apply(source, target, media_type)
            assert not target.exists()


def test_the_door_writes_a_file(tmp_path: Path) -> None:
    source, target = made(tmp_path, "a.mp4"), tmp_path / "b.mp4"
    written = apply_door(source, target, "video/mp4", Medium.VIDEO, lang="en")
    assert written is not None
    assert written.text == "AI-generated"


def sums(path: Path) -> list[str]:
    """A checksum of each decoded frame, by FFmpeg; nothing may be wrong on the way."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stderr
    lines = done.stdout.splitlines()
    return [line.split(",")[-1].strip() for line in lines if not line.startswith("#")]


HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params")
SPLICED = [
    ("a.mp4", "video/mp4", ("-c:v", "libx264", "-g", "30", "-pix_fmt", "yuv420p")),
    ("b.mp4", "video/mp4", ("-c:v", "libx264", "-g", "30", "-profile:v", "baseline")),
    ("c.mp4", "video/mp4", ("-c:v", "libx264", "-g", "30", "-pix_fmt", "yuv420p10le")),
    ("d.mkv", "video/x-matroska", ("-c:v", "libx264", "-g", "30", "-pix_fmt", "yuv420p")),
    ("e.flv", "video/x-flv", ("-c:v", "libx264", "-g", "30", "-c:a", "aac")),
    ("open.mp4", "video/mp4", (*HEVC, "log-level=error:keyint=30", "-tag:v", "hvc1")),
    ("closed.mkv", "video/x-matroska", (*HEVC, "log-level=error:keyint=30:open-gop=0")),
    ("v.webm", "video/webm", ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-g", "30")),
    ("p.mov", "video/quicktime", ("-c:v", "prores_ks", "-c:a", "pcm_s16le")),
    ("m.avi", "video/x-msvideo", ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "mp3")),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "media_type", "options"), SPLICED)
def test_only_the_opening_is_encoded_again(
    tmp_path: Path, name: str, media_type: str, options: tuple[str, ...]
) -> None:
    chroma = () if "-pix_fmt" in options or "prores_ks" in options else ("-pix_fmt", "yuv420p")
    source = made(
        tmp_path, name, *options, *chroma, source="testsrc2=s=320x240:r=10:d=8", seconds=8
    )
    target = tmp_path / f"out-{name}"
    written = apply(source, target, media_type, position=CORNER)
    before, after = sums(source), sums(target)
    assert len(after) == len(before)
    assert written.seconds is not None
    opening = round(written.seconds * 10)
    kept = len(before) - max(opening, 30)
    assert kept >= 40
    assert after[-kept:] == before[-kept:]
    assert all(one != other for one, other in zip(before[:18], after[:18], strict=True))
    assert packets(source, "audio") == packets(target, "audio")
    assert [time for time, _ in shown(target)] == pytest.approx(
        [time for time, _ in shown(source)], abs=0.002
    )


@pytest.mark.parametrize("place", ["start", "middle", "late"])
def test_a_spliced_film_can_be_sought(tmp_path: Path, place: str) -> None:
    source = made(tmp_path, "a.mp4", "-g", "30", source="testsrc2=s=320x240:r=10:d=8", seconds=8)
    target = tmp_path / "b.mp4"
    apply(source, target, "video/mp4", position=CORNER)
    at = {"start": 0.5, "middle": 3.5, "late": 7.0}[place]
    pictures = []
    for path in (source, target):
        with av.open(str(path)) as film:
            film.seek(round(at * 1_000_000))
            frame = next(f for f in film.decode(video=0) if (f.time or 0) >= at - 0.01)
            pictures.append(frame.to_ndarray(format="rgb24").astype(np.int16))
    far = np.abs(pictures[0] - pictures[1])[:120]
    assert far.mean() < 3
    if place != "start":
        assert not far.any()


@pytest.mark.parametrize("splicing", [True, False])
def test_high_dynamic_range_is_kept(tmp_path: Path, splicing: bool) -> None:
    light = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)"
    light += "L(10000000,1):max-cll=1000,400:log-level=error:keyint=25"
    colour = ("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
    options = (*HEVC, light, "-pix_fmt", "yuv420p10le", *colour, "-tag:v", "hvc1")
    source = made(tmp_path, "a.mp4", *options, source="testsrc2=s=320x240:r=10:d=4")
    target = tmp_path / "b.mp4"
    written = apply(source, target, "video/mp4", splicing=splicing)
    traits = ("pix_fmt", "color_transfer", "color_primaries", "color_space", "codec_tag_string")
    old, new = (probe(path, "-show_streams")["streams"][0] for path in (source, target))  # type: ignore[index]
    assert {t: new[t] for t in traits} == {t: old[t] for t in traits}
    sides = []
    for path in (source, target):
        with av.open(str(path)) as film:
            frame = next(film.decode(video=0))
            found = {item.type.name: bytes(item) for item in frame.side_data}
            mastering = np.frombuffer(found["MASTERING_DISPLAY_METADATA"][:80], "<i4")
            sides.append(
                ((mastering[::2] / mastering[1::2]).tolist(), found["CONTENT_LIGHT_LEVEL"])
            )
    assert sides[0][0] == pytest.approx(sides[1][0])
    assert sides[0][1] == sides[1][1]
    assert written.contrast is not None
    assert written.contrast >= 4.5


@pytest.mark.parametrize(
    ("name", "media_type", "options", "decoder"),
    [
        (
            "a.webm",
            "video/webm",
            ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-auto-alt-ref", "0", "-pix_fmt", "yuva420p"),
            ("-c:v", "libvpx-vp9"),
        ),
        ("a.mov", "video/quicktime", ("-c:v", "prores_ks", "-pix_fmt", "yuva444p10le"), ()),
    ],
)
def test_a_clear_film_stays_clear_under_a_solid_label(
    tmp_path: Path, name: str, media_type: str, options: tuple[str, ...], decoder: tuple[str, ...]
) -> None:
    clear = "testsrc2=s=320x240:r=10:d=3,format=yuva444p,colorchannelmixer=aa=0.3"
    sound = ("-c:a", "libopus") if name.endswith("webm") else ()
    source = made(tmp_path, name, *options, *sound, source=clear)
    target = tmp_path / f"out-{name}"
    apply(source, target, media_type, position=CORNER)
    picture = tmp_path / "frame.png"
    take = ["-i", str(target), "-frames:v", "1", "-pix_fmt", "rgba", str(picture)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *decoder, *take], check=True)
    alpha = cv2.imread(str(picture), cv2.IMREAD_UNCHANGED)[..., 3]
    assert abs(int(alpha[40, 40]) - 76) < 8
    rows, columns = np.nonzero(alpha > 240)
    assert rows.min() > 200
    assert columns.min() > 160
    assert len(rows) > 300


@pytest.mark.parametrize("splicing", [True, False])
def test_half_pictures_stay_half_pictures(tmp_path: Path, splicing: bool) -> None:
    fields = ("-flags", "+ildct+ilme", "-x264-params", "tff=1", "-g", "25")
    source = made(tmp_path, "a.mp4", *fields, source="testsrc2=s=320x240:r=10:d=4")
    target = tmp_path / "b.mp4"
    apply(source, target, "video/mp4", splicing=splicing)
    orders = [
        probe(path, "-show_streams")["streams"][0]["field_order"] for path in (source, target)
    ]  # type: ignore[index]
    assert orders[0] == orders[1] != "progressive"
    for path in (source, target):
        with av.open(str(path)) as film:
            assert all(frame.interlaced_frame for frame in film.decode(video=0))


@pytest.mark.parametrize(
    ("encoder", "preset"), [("libx264", "ultrafast"), ("libx265", "ultrafast"), ("libsvtav1", "10")]
)
def test_a_large_film_encoded_whole_keeps_its_quality_and_its_entries(
    tmp_path: Path, encoder: str, preset: str
) -> None:
    large = "testsrc2=s=1920x1080:r=4:d=3"
    source = made(tmp_path, "a.mp4", "-c:v", encoder, "-preset", preset, "-g", "5", source=large)
    target = tmp_path / "b.mp4"
    apply(source, target, "video/mp4", position=CORNER, splicing=False)
    assert entries(target) == entries(source) != [0.0]
    for (_, before), (_, after) in zip(shown(source), shown(target), strict=True):
        top = np.s_[: before.shape[0] // 2]
        error = np.mean((before[top].astype(np.float32) - after[top]) ** 2)
        assert 10 * np.log10(255**2 / max(error, 1e-6)) > 38


def entries(path: Path) -> list[float]:
    """Times of the pictures where a film can be entered."""
    with av.open(str(path)) as film:
        return sorted(float(p.pts * p.time_base) for p in film.demux(video=0) if p.is_keyframe)
