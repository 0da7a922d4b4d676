"""Labels on the opening of films, by their time stamps."""

import io
import subprocess

import numpy as np
import pytest

from colophon.labels.checking import film
from colophon.labels.explicit import video
from colophon.labels.model import Medium
from tests.labels.checking.drawn import words_on

pytest.importorskip("rapidocr")
pytestmark = pytest.mark.needs("ffmpeg")
TYPE = "video/mp4"


def ffmpeg(path, *arguments):
    subprocess.run(["ffmpeg", "-y", "-v", "error", *map(str, arguments), str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "plain.mp4"
    source = "testsrc2=d=3:s=480x270:r=25"
    return ffmpeg(path, "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-g", "10")


@pytest.fixture(scope="module")
def labelled(plain):
    target = plain.with_name("labelled.mp4")
    return target, video.apply(plain, target, TYPE)


def seen(path, media_type=TYPE):
    return film.seen(io.BytesIO(path.read_bytes()), media_type, path.name)


def met(layer):
    return {one.code: one.met for one in layer.requirements}


def test_what_our_writer_draws_meets_everything(labelled):
    path, written = labelled
    found = seen(path)
    assert (found.text, found.where, found.how) == (written.text, written.where, "ocr")
    assert met(found) == dict.fromkeys(("elements", "place", "height", "contrast", "seconds"), True)
    assert found.seconds == pytest.approx(written.seconds, abs=0.05)
    assert found.legible


def test_no_label_no_finding(plain):
    assert not seen(plain).present


def test_turned_when_shown(plain, tmp_path):
    turned = ffmpeg(tmp_path / "t.mp4", "-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90")
    written = video.apply(turned, tmp_path / "out.mp4", TYPE)
    found = seen(tmp_path / "out.mp4")
    assert (found.where, met(found)["height"]) == (written.where, True)


@pytest.mark.parametrize("seconds", [0.5, pytest.param(1.6, marks=pytest.mark.slow)])
def test_shown_too_briefly(plain, labelled, tmp_path, seconds):
    parts = (
        f"[0:v]trim=0:{seconds},setpts=PTS-STARTPTS[a];"
        f"[1:v]trim={seconds}:3,setpts=PTS-STARTPTS[b];[a][b]concat"
    )
    inputs = ("-i", labelled[0], "-i", plain)
    found = seen(ffmpeg(tmp_path / "brief.mp4", *inputs, "-filter_complex", parts))
    assert met(found)["seconds"] is False
    assert found.seconds == pytest.approx(seconds, abs=0.05)
    assert found.legible is False


def test_frames_that_last_unequally_long(labelled, tmp_path):
    """Half of the frames left out, and the rest slowed down after a second: time stamps count."""
    change = "select=not(mod(n\\,2)),setpts=if(lt(T\\,1)\\,PTS\\,PTS*2-1/TB)"
    options = ("-fps_mode", "vfr") if _has("-fps_mode") else ("-vsync", "vfr")
    path = ffmpeg(tmp_path / "v.mp4", "-i", labelled[0], "-vf", change, *options)
    found = seen(path)
    assert met(found)["seconds"] is True
    assert found.seconds > 2


def _has(option):
    told = subprocess.run(["ffmpeg", "-h", "full"], capture_output=True, text=True, check=False)
    return option in told.stdout


def test_a_film_shorter_than_the_least_time(labelled, tmp_path):
    found = seen(ffmpeg(tmp_path / "s.mp4", "-i", labelled[0], "-t", "1"))
    assert met(found)["seconds"] is True
    assert found.seconds == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    "name",
    ["webm", *(pytest.param(name, marks=pytest.mark.slow) for name in ("mkv", "avi", "mov"))],
)
def test_other_containers(labelled, tmp_path, name):
    kinds = {
        "webm": ("video/webm", ["-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime"]),
        "mkv": ("video/x-matroska", ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj444p"]),
        "avi": ("video/x-msvideo", ["-c:v", "mpeg4", "-q:v", "3"]),
        "mov": ("video/quicktime", ["-c:v", "prores_ks"]),
    }
    media_type, options = kinds[name]
    path = ffmpeg(tmp_path / f"x.{name}", "-i", labelled[0], "-t", "2.5", *options)
    found = seen(path, media_type)
    assert met(found) == dict.fromkeys(("elements", "place", "height", "contrast", "seconds"), True)


def test_too_low(tmp_path):
    pixels = words_on((480, 270), "AI生成", 9, (420, 250), (20, 235))
    raw = tmp_path / "frame.rgb"
    raw.write_bytes(np.tile(pixels[None], (3, 1, 1, 1)).tobytes())
    picture = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "480x270", "-r", "1", "-i", raw)
    found = seen(ffmpeg(tmp_path / "low.mp4", *picture, "-pix_fmt", "yuv444p"))
    assert met(found)["height"] is False
    assert met(found)["seconds"] is True


def test_which_types_can_be_looked_at():
    assert film.readable(TYPE, Medium.VIDEO)
    assert not film.readable(TYPE, Medium.AUDIO)
    assert not film.readable("video/unheard-of", Medium.VIDEO)
