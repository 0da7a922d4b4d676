"""From a file to its prints, from a stripped and changed file back to the known one."""

import io

import pytest
from PIL import Image

from colophon import labels
from colophon.labels.fingerprint import files, image
from colophon.labels.fingerprint.index import Index
from colophon.labels.fingerprint.print import MATCH, Print
from tests.labels import made as media
from tests.labels.fingerprint import made
from tests.labels.fingerprint.test_sound import wav

PICTURE = ("image/png", "image", "a.png")
SOUND = ("audio/wav", "audio", "a.wav")
TEXT = ("text/plain", "text", "a.txt")


def png(picture):
    return made.saved(picture, "PNG")


def add(index, id_, *given):
    """As a database keeps it."""
    print_ = files.kept(*given)
    files.add(index, id_, Print(print_.medium, bytes(print_.data)))


def found(index, *given):
    return files.find(index, files.asked(*given))


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Everything by id, read from disk."""
    index = Index()
    for number, name in enumerate(made.PHOTOS):
        add(index, number, png(made.photo(name)), *PICTURE)
    for seed in range(3):
        add(index, 100 + seed, io.BytesIO(wav(made.music(seed))), *SOUND)
        add(index, 200 + seed, io.BytesIO(made.chinese(seed).encode()), *TEXT)
    folder = tmp_path_factory.mktemp("index")
    index.save(folder)
    return Index(folder)


def test_a_labelled_picture_whose_labels_were_stripped():
    """Before and after the explicit label are both kept: a copy that still shows it is nearest to
    the one, a copy of what was never shown to the other."""
    plain = png(made.photo("coffee")).getvalue()
    applied = labels.apply(
        plain, label=labels.Label(media.PRODUCER, "fingerprint-1"), watermark="off"
    )
    index = Index()
    for id_, data in ((1, plain), (2, applied.data)):
        add(index, id_, io.BytesIO(data), *PICTURE)
    shown = Image.open(io.BytesIO(applied.data)).convert("RGB")
    for nearest, picture in ((1, made.photo("coffee")), (2, shown)):
        stripped = made.saved(picture.resize((420, 280)), "JPEG", quality=60)
        assert not labels.inspect(stripped.getvalue()).layers.aigc.present
        hit = found(index, stripped, "image/jpeg", "image", "b.jpg")[0]
        assert hit.id == nearest
        assert hit.distance <= 10
        assert hit.false_match < 1e-20


def test_turned_and_cut(index):
    turned = made.cut(made.photo("chelsea").rotate(90, expand=True), bottom=0.03)
    assert found(index, png(turned), *PICTURE)[0].id == 3
    cut = made.cut(made.photo("moon"), 0.05, 0.05, 0.05, 0.05)
    hit = found(index, png(cut), *PICTURE)[0]
    assert (hit.id, hit.false_match < files.MOST_CHANCE) == (4, True)
    assert MATCH < hit.distance <= image.POSSIBLE


def test_sound_and_text(index):
    part = made.music(1)[60_000:190_000]
    assert [hit.id for hit in found(index, io.BytesIO(wav(part)), *SOUND)] == [101]
    copied = "转载：" + made.chinese(2)[:350]
    hit = found(index, io.BytesIO(copied.encode()), *TEXT)[0]
    assert hit.id == 202
    assert 0 < hit.distance < 50


def test_strangers(index):
    assert found(index, png(made.photo("rocket")), *PICTURE) == []
    assert found(index, io.BytesIO(made.chinese(99).encode()), *TEXT) == []


def test_removed(index, tmp_path):
    index.save(tmp_path)
    mine = Index(tmp_path)
    mine.remove(2)
    mine.remove(202)
    assert found(mine, png(made.photo("coffee")), *PICTURE) == []
    assert mine.new == 0
    mine.save(tmp_path)
    assert found(Index(tmp_path), png(made.photo("coffee")), *PICTURE) == []
    assert found(Index(tmp_path), png(made.photo("camera")), *PICTURE)[0].id == 1


def test_added_twice_is_found_once():
    once, twice = Index(), Index()
    for index, times in ((once, 1), (twice, 2)):
        for _ in range(times):
            add(index, 1, png(made.photo("coffee")), *PICTURE)
            add(index, 2, io.BytesIO(wav(made.music(2))), *SOUND)
            add(index, 3, io.BytesIO(made.chinese(3).encode()), *TEXT)
    for given in (
        (png(made.photo("coffee")), *PICTURE),
        (io.BytesIO(wav(made.music(2)[:150_000])), *SOUND),
        (io.BytesIO(made.chinese(3).encode()), *TEXT),
    ):
        one, other = (found(index, *given) for index in (once, twice))
        assert [(hit.id, hit.distance) for hit in one] == [(hit.id, hit.distance) for hit in other]
        # Only the number of things that chance could have taken it for is larger.
        assert one[0].false_match <= other[0].false_match <= 2.1 * one[0].false_match


def test_what_has_no_print():
    flat = png(made.photo("coffee").resize((300, 300)).point(lambda _value: 90))
    assert files.kept(flat, *PICTURE) is None
    assert files.asked(flat, *PICTURE) is None
    assert files.kept(io.BytesIO(b"solid"), "model/stl", "scene", "a.stl") is None
    assert files.kept(io.BytesIO("……".encode()), *TEXT) is None
    assert files.kept(io.BytesIO(b"\x89PNG nothing"), *PICTURE) is None


@pytest.mark.needs("ffmpeg")
def test_a_film(tmp_path):
    path = media.video(tmp_path / "a.mp4")
    index = Index()
    given = (io.BytesIO(path.read_bytes()), "video/mp4", "video", "a.mp4")
    add(index, 5, *given)
    assert [hit.id for hit in found(index, *given)] == [5]


def test_the_door_loads_nothing_heavy():
    import subprocess
    import sys

    code = (
        "import sys; from colophon import labels;"
        "heavy = {'numpy', 'cv2', 'faiss', 'rensa', 'PIL', 'av'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    late = (
        "import sys; from colophon.labels.fingerprint import index, files;"
        "heavy = {'cv2', 'faiss', 'rensa', 'PIL', 'av'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", late], check=True)
