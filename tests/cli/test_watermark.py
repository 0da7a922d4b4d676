"""``colophon label --watermark`` and what ``verify`` makes of what is left."""

import pytest
from PIL import Image
from skimage import data

from .conftest import colophon


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(data.astronaut()[:384, :512]).save(path)
    return path


def test_a_marked_picture_is_known_again_by_what_is_left_of_it(operator, photo, tmp_path):
    out = tmp_path / "out"
    ran = colophon("label", photo, "-d", out, "--json", data=operator)
    mark = ran.json["written"]["watermark"]
    assert len(mark["payload"]) == 16 and mark["psnr_db"] > 41
    bare = tmp_path / "bare.jpg"
    with Image.open(out / "a.png") as labelled:
        labelled.convert("RGB").crop((30, 20, 480, 350)).save(bare, quality=80)
    told = colophon("verify", bare, "--json", data=operator).json
    assert told["layers"]["watermark"]["payload"] == mark["payload"]
    assert told["layers"]["register"]["match"] == "watermark"
    assert told["integrity"] == "removed"


def test_off_puts_none_in_and_on_is_refused_without_a_key(operator, photo, tmp_path):
    ran = colophon(
        "label", photo, "-d", tmp_path / "o", "--json", "--watermark", "off", data=operator
    )
    assert "watermark" not in ran.json["written"]
    producer = ran.json["written"]["aigc"]["value"].split('"ContentProducer":"')[1][:27]
    alone = colophon(
        "label", photo, "-d", tmp_path / "p", "--watermark", "on", "--producer", producer
    )
    assert alone.code == 2 and "mark key" in alone.err
