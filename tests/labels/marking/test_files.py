"""The mark through the roads: put in by ``apply``, found by ``inspect``, in every form of file."""

import io
import subprocess
import sys
import wave

import numpy as np
import pytest
from PIL import Image
from skimage import data

from colophon.errors import SigningKeyUnusable, TargetExists, TooSmallToMark, UsageError
from colophon.labels.explicit.formats import png as png_chunks
from colophon.labels.explicit.limits import Limits
from colophon.labels.marking import dispatch, key_file
from colophon.labels.marking.media import FORMS, ON_REQUEST
from colophon.labels.marking.order import Mark, Order
from colophon.labels.model import Label, LabelValue
from colophon.labels.reading import inspect
from colophon.labels.watermark.key import MarkKey
from colophon.labels.writing import apply
from tests.labels.made import PRODUCER, ffmpeg, picture

KEY, STRANGER = MarkKey(bytes(range(32))), MarkKey(bytes(32))
LABEL = Label(PRODUCER, "a-number")
PAYLOAD = f"{KEY.payload('a-number'):016x}"
WORDS = "秋水共长天一色，落霞与孤鹜齐飞。" * 10


@pytest.fixture(scope="module")
def photo():
    return Image.fromarray(data.astronaut()[:384, :512])


@pytest.fixture(scope="module")
def tune():
    """Twelve seconds of notes with a soft noise, as 16-bit samples of 16 000 Hz."""
    noise = np.random.default_rng(5)
    time = np.arange(12 * 16000) / 16000
    notes = 220 * 2 ** (noise.integers(0, 24, 48) / 12)
    pitch = np.repeat(notes, 4000)
    sound = sum(np.sin(2 * np.pi * pitch * time * n) / n for n in range(1, 7))
    loud = 0.15 * sound * (0.3 + np.exp(-(time % 0.25) * 8)) + noise.normal(0, 0.01, time.size)
    return (np.clip(loud, -1, 1) * 32000).astype("<i2")


def marked(source, target, **options):
    wishes = {"watermark": "on", "mark_key": KEY, "explicit": "off", "action": "edited"}
    return apply(source, target, label=LABEL, **{**wishes, **options})


def found(path, *keys):
    return inspect(path, look="auto", marks=keys or (KEY,)).layers.watermark


PICTURES = {
    "a.png": lambda photo, path: photo.save(path),
    "a.jpg": lambda photo, path: photo.save(path, quality=85),
    "a.webp": lambda photo, path: photo.save(path, quality=80),
    "a.tiff": lambda photo, path: photo.save(path),
    "a.bmp": lambda photo, path: photo.save(path),
    "a.avif": lambda photo, path: photo.save(path, quality=75),
    "grey.png": lambda photo, path: photo.convert("L").save(path),
    "clear.png": lambda photo, path: photo.convert("RGBA").save(path),
    "palette.png": lambda photo, path: photo.convert("P").save(path, transparency=3),
    "deep.png": lambda photo, path: Image.fromarray(
        np.array(photo.convert("L")).astype(np.uint16) * 256 + 77
    ).save(path),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_bears_the_mark_in_its_own_form(name, photo, tmp_path):
    source, target = tmp_path / name, tmp_path / f"out-{name}"
    PICTURES[name](photo, source)
    applied = marked(source, target)
    assert applied.written["watermark"]["payload"] == PAYLOAD
    assert applied.written["watermark"]["psnr_db"] > 40
    layer = found(target)
    assert (layer.present, layer.payload) == (True, PAYLOAD)
    assert layer.confidence > 1 - 1e-9
    with Image.open(source) as before, Image.open(target) as after:
        assert after.size == before.size
        assert after.format == before.format


def test_strangers_read_nothing_and_nothing_is_read_where_nothing_is(photo, tmp_path):
    source, target = tmp_path / "a.png", tmp_path / "out.png"
    photo.save(source)
    marked(source, target)
    assert found(target, STRANGER).present is False
    assert found(target, STRANGER, KEY).payload == PAYLOAD
    assert found(source).present is False


def test_what_a_picture_says_of_itself_and_its_transparency_stay(photo, tmp_path):
    source, target = tmp_path / "a.png", tmp_path / "out.png"
    clear = photo.copy()
    clear.putalpha(Image.linear_gradient("L").resize(photo.size))
    clear.save(source, dpi=(300, 300))
    marked(source, target)
    with Image.open(source) as before, Image.open(target) as after:
        assert after.getchannel("A").tobytes() == before.getchannel("A").tobytes()
        assert after.info["dpi"] == before.info["dpi"]


def test_sixteen_bits_stay_sixteen(photo, tmp_path):
    source, target = tmp_path / "a.png", tmp_path / "out.png"
    PICTURES["deep.png"](photo, source)
    marked(source, target)
    assert png_chunks.header(target.read_bytes())[0] == 16
    with Image.open(source) as before, Image.open(target) as after:
        change = np.array(after).astype(int) - np.array(before)
    assert 0 < np.abs(change).mean() < 257 * 2.5


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_wave_file_keeps_all_but_its_samples(width, tune, tmp_path):
    source, target = tmp_path / "a.wav", tmp_path / "out.wav"
    shift = {1: lambda s: ((s >> 8) + 128).astype(np.uint8), 2: lambda s: s,
             3: lambda s: (s.astype("<i4") << 8).view(np.uint8).reshape(-1, 4)[:, :3],
             4: lambda s: s.astype("<i4") << 16}[width]  # fmt: skip
    with wave.open(str(source), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(16000)
        file.writeframes(shift(tune).tobytes())
    data = source.read_bytes()
    source.write_bytes(data + b"note\3\0\0\0abc\0")
    applied = marked(source, target)
    assert applied.written["watermark"]["snr_db"] > 24
    assert found(target).payload == PAYLOAD
    assert found(source).present is False
    out = target.read_bytes()
    assert b"note\3\0\0\0abc\0" in out
    with wave.open(io.BytesIO(out)) as file:
        assert (file.getnframes(), file.getsampwidth()) == (len(tune), width)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(
    ("name", "options", "asked"),
    [
        ("a.flac", (), "auto"),
        ("a.aiff", (), "auto"),
        ("a.mp3", ("-b:a", "96k"), "on"),
        ("a.m4a", ("-b:a", "96k"), "on"),
        ("a.opus", ("-b:a", "48k"), "on"),
    ],
)
def test_other_sound_bears_it_through_its_own_encoder(name, options, asked, tune, tmp_path):
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(tune.tobytes())
    source = ffmpeg(tmp_path / name, "-i", str(tmp_path / "a.wav"), *options)
    target = tmp_path / f"out-{name}"
    marked(source, target, watermark=asked)
    assert found(target).payload == PAYLOAD
    lengths = [
        float(
            subprocess.check_output(
                [
                    "ffprobe",
                    "-v",
                    "error",
                    "-show_entries",
                    "format=duration",
                    "-of",
                    "csv=p=0",
                    one,
                ]
            )
        )
        for one in (source, target)
    ]
    assert abs(lengths[0] - lengths[1]) < 0.1


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_words_bear_it_only_when_asked(name, tmp_path):
    source = tmp_path / name
    source.write_text(WORDS)
    quiet = marked(source, tmp_path / f"quiet-{name}", watermark="auto", explicit="on")
    assert "watermark" not in quiet.written and not quiet.notes
    marked(source, tmp_path / f"out-{name}", explicit="on")
    assert found(tmp_path / f"out-{name}").payload == PAYLOAD


def test_what_is_too_small_gets_the_other_labels(tmp_path):
    source = tmp_path / "a.png"
    source.write_bytes(picture("PNG", (40, 30)))
    applied = marked(source, tmp_path / "out.png", watermark="auto")
    assert [note.code for note in applied.notes] == ["no_watermark"]
    assert applied.written.keys() == {"aigc"}
    with pytest.raises(TooSmallToMark):
        marked(source, tmp_path / "not.png")
    assert not (tmp_path / "not.png").exists()


def test_a_platform_marks_what_others_made_only_when_asked(photo, tmp_path):
    source = tmp_path / "a.png"
    photo.save(source)
    options = {"label": Label(PRODUCER, "a-number", label=LabelValue.MAY_BE), "explicit": "off"}
    quiet = apply(source, tmp_path / "1.png", mark_key=KEY, **options)
    asked = apply(source, tmp_path / "2.png", mark_key=KEY, watermark="on", **options)
    assert "watermark" not in quiet.written
    assert asked.written["watermark"]["payload"] == PAYLOAD


def test_on_needs_a_key_and_off_leaves_every_pixel(photo, tmp_path):
    source = tmp_path / "a.png"
    photo.save(source)
    with pytest.raises(UsageError):
        marked(source, tmp_path / "out.png", mark_key=None)
    marked(source, tmp_path / "out.png", watermark="off")
    with Image.open(tmp_path / "out.png") as after:
        assert after.tobytes() == photo.tobytes()


def test_marking_anew_replaces_the_mark(photo, tmp_path):
    source = tmp_path / "a.png"
    photo.save(source)
    marked(source, tmp_path / "1.png")
    again = apply(
        tmp_path / "1.png", tmp_path / "2.png", label=Label(PRODUCER, "another"),
        explicit="off", action="edited", watermark="on", mark_key=KEY,
    )  # fmt: skip
    assert found(tmp_path / "2.png").payload == again.written["watermark"]["payload"] != PAYLOAD


def test_a_marked_picture_without_its_label_is_suspected(photo, tmp_path):
    source = tmp_path / "a.png"
    photo.save(source)
    marked(source, tmp_path / "1.png")
    with Image.open(tmp_path / "1.png") as image:
        image.convert("RGB").save(tmp_path / "bare.jpg", quality=75)
    told = inspect(tmp_path / "bare.jpg", look="auto", marks=(KEY,))
    assert (told.verdict, told.layers.aigc.present) == ("suspected", False)
    assert told.layers.watermark.payload == PAYLOAD


def test_a_look_is_bounded_and_other_files_have_none(photo, tmp_path):
    source = tmp_path / "a.png"
    photo.save(source)
    with source.open("rb") as stream:
        assert dispatch.look(stream, "video/mp4", (KEY,), Order("a")) is None
        assert dispatch.look(stream, "image/png", (), Order("a")) is None
        with pytest.raises(Exception, match="pixels"):
            dispatch.look(stream, "image/png", (KEY,), Order("a", limits=Limits(pixels=100)))
    with pytest.raises(TooSmallToMark):
        dispatch.apply(source, tmp_path / "x", "video/mp4", Mark(1, KEY), Order("a"))
    assert set(FORMS) > ON_REQUEST


def test_a_key_file_is_private_and_never_replaced(tmp_path):
    path = tmp_path / key_file.NAME
    key_file.save(KEY, path)
    assert key_file.load(path) == KEY
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(TargetExists):
        key_file.save(STRANGER, path)
    path.write_text("not hex")
    with pytest.raises(SigningKeyUnusable):
        key_file.load(path)


def test_a_picture_that_unpacks_beyond_the_memory_there_is_is_refused_by_name(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (9900, 9900)).save(path)
    code = (
        "import resource, sys, cv2, numpy\n"
        "from colophon.errors import TooLarge\n"
        "from colophon.labels.marking import dispatch, picture\n"
        "from colophon.labels.marking.order import Order\n"
        "from colophon.labels.watermark.key import PUBLIC\n"
        "held = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (held + (300 << 20),) * 2)\n"
        "try:\n"
        "    dispatch.look(open(sys.argv[1], 'rb'), 'image/png', (PUBLIC,), Order('bomb.png'))\n"
        "except TooLarge as error:\n"
        "    print(error.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "too_large", done.stderr[-400:]
