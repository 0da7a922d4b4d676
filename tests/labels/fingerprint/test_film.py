"""Prints of films on their ways, and the index that finds them."""

import io
import subprocess

import numpy as np
import pytest

from colophon.errors import ExplicitUnsupported, InputError
from colophon.labels.fingerprint import video
from colophon.labels.fingerprint.films import Films
from tests.labels.fingerprint import made

WIDE, HIGH, RATE, SECONDS = 320, 180, 25, 2
FFMPEG = ("ffmpeg", "-v", "error", "-threads", "1")
SCENES = {1: ("astronaut", "coffee", "chelsea"), 2: ("rocket", "camera", "moon")}

pytestmark = pytest.mark.needs("ffmpeg")


def film(path, names):
    """The camera goes across one picture after another."""
    frames = []
    for name in names:
        whole = made.photo(name).resize((500, 350))
        for number in range(SECONDS * RATE):
            x, y = number, number // 2
            frames.append(made.pixels(whole.crop((x, y, x + WIDE, y + HIGH))).tobytes())
    command = [
        *(*FFMPEG, "-f", "rawvideo", "-pix_fmt", "rgb24"),
        *("-s", f"{WIDE}x{HIGH}", "-r", str(RATE), "-i", "-"),
        *("-pix_fmt", "yuv420p", "-preset", "veryfast", "-crf", "20", str(path)),
    ]
    subprocess.run(command, input=b"".join(frames), check=True)
    return path


def asked(path):
    types = {".mp4": "video/mp4", ".webm": "video/webm", ".avi": "video/x-msvideo"}
    return video.asked(io.BytesIO(path.read_bytes()), types[path.suffix], path.name)


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    return {number: film(folder / f"{number}.mp4", names) for number, names in SCENES.items()}


@pytest.fixture(scope="module")
def films(known):
    index = Films()
    for number, path in known.items():
        index.add(number, video.of_file(io.BytesIO(path.read_bytes()), "video/mp4", "a.mp4"))
    return index


WAYS = {
    "half size, low rate": (("-vf", "scale=160:90", "-crf", "32"), ".mp4", 0.0),
    "VP8": (
        ("-c:v", "libvpx", "-b:v", "200k", "-deadline", "realtime", "-cpu-used", "8"),
        ".webm",
        0.0,
    ),
    "AVI": (("-c:v", "mpeg4", "-q:v", "6"), ".avi", 0.0),
    "12 frames a second": (("-r", "12"), ".mp4", 0.0),
    "three seconds of it": (("-ss", "1.88", "-t", "3"), ".mp4", 1.88),
    "a box drawn on": (("-vf", "drawbox=x=8:y=150:w=70:h=20:color=black:t=fill"), ".mp4", 0.0),
    "a little faster": (("-vf", "setpts=PTS/1.03"), ".mp4", 0.0),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_film_on_its_ways(films, known, tmp_path, way):
    options, suffix, start = WAYS[way]
    made_ = tmp_path / f"a{suffix}"
    speed = ("-preset", "ultrafast") if suffix == ".mp4" else ()
    subprocess.run(["ffmpeg", "-v", "error", "-i", known[1], *options, *speed, made_], check=True)
    hit, *others = films.find(asked(made_))
    assert (hit.id, hit.mirrored, others) == (1, False, [])
    assert hit.start_s == pytest.approx(start, abs=0.5)
    assert hit.frames >= 5
    assert hit.false_match < 1e-9


def test_in_a_mirror(films, known, tmp_path):
    subprocess.run([*FFMPEG, "-i", known[2], "-vf", "hflip", tmp_path / "a.mp4"], check=True)
    hit = films.find(asked(tmp_path / "a.mp4"))[0]
    assert (hit.id, hit.mirrored) == (2, True)


def test_strangers_are_not_found(films, tmp_path):
    path = film(tmp_path / "other.mp4", ("coins", "retina"))
    assert films.find(asked(path)) == []


def test_scenes_in_another_order_are_found_scene_by_scene(films, known, tmp_path):
    path = film(tmp_path / "b.mp4", ("coffee", "astronaut"))
    hit = films.find(asked(path))[0]
    assert hit.id == 1
    assert hit.frames < hit.of


def test_times_and_still_frames(known, tmp_path):
    found = video.of_file(io.BytesIO(known[1].read_bytes()), "video/mp4", "a.mp4").frames
    times = [time for time, _ in found]
    assert times == sorted(times)
    assert len(times) == pytest.approx(2 * 3 * SECONDS, abs=3)
    still = tmp_path / "still.mp4"
    picture = tmp_path / "a.png"
    made.photo("coffee").resize((WIDE, HIGH)).save(picture)
    command = [*FFMPEG, "-loop", "1", "-i", picture, "-t", "8"]
    subprocess.run([*command, "-r", "10", "-pix_fmt", "yuv420p", still], check=True)
    assert len(video.of_file(io.BytesIO(still.read_bytes()), "video/mp4", "a").frames) == 1


def test_a_black_film_has_no_print(tmp_path):
    path = tmp_path / "black.mp4"
    source = "color=black:s=160x120:d=2"
    subprocess.run([*FFMPEG, "-f", "lavfi", "-i", source, path], check=True)
    assert video.of_file(io.BytesIO(path.read_bytes()), "video/mp4", "a.mp4") is None
    assert asked(path) is None


def test_bad_files(known):
    with pytest.raises(ExplicitUnsupported):
        video.of_file(io.BytesIO(b"x"), "video/x-unknown", "a")
    with pytest.raises(InputError):
        video.of_file(io.BytesIO(b"not a film at all"), "video/mp4", "a.mp4")
    cut = known[1].read_bytes()[:9_000]
    with pytest.raises(InputError):
        video.of_file(io.BytesIO(cut), "video/mp4", "a.mp4")


def test_saved_and_removed(films, known, tmp_path):
    films.save(tmp_path / "films")
    loaded = Films(tmp_path / "films")
    query = asked(known[2])
    assert loaded.find(query)[0].id == 2
    loaded.remove(2)
    assert loaded.find(query) == []
    assert np.isclose(loaded.find(asked(known[1]))[0].start_s, 0)
