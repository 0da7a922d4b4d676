"""Labels read off pictures, and each number judged."""

import io

import numpy as np
import pytest
import skimage.data
from PIL import Image

from colophon.labels.checking import finding, ocr, pictures
from colophon.labels.explicit import image
from tests.labels.checking.drawn import photo, saved, words_on

pytest.importorskip("rapidocr")
FORMS = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
}


def seen(data, media_type="image/png"):
    return pictures.seen(io.BytesIO(data), media_type, "picture")


def met(layer):
    return {one.code: one.met for one in layer.requirements}


def labelled(picture, form="PNG", **options):
    data = saved(picture, form, **options)
    return image.apply(data, FORMS[form])


@pytest.mark.parametrize("form", FORMS)
def test_what_our_writer_draws_is_read_and_meets_everything(form):
    data, written = labelled(photo(300), form)
    found = seen(data, FORMS[form])
    assert (found.text, found.where, found.how) == (written.text, written.where, "ocr")
    assert met(found) == dict.fromkeys(("elements", "place", "height", "contrast"), True)
    assert found.legible
    assert written.height_ratio <= found.height_ratio < written.height_ratio * 1.25


def test_photos_without_a_label_have_none():
    assert not seen(saved(photo(300), "PNG")).present


@pytest.mark.parametrize("where", ["left", "top", "top-left", "bottom-right"])
def test_every_edge_and_corner(where):
    data, _ = image.apply(saved(photo(), "PNG"), "image/png", position=where)
    assert seen(data).where == where


@pytest.mark.parametrize(("wide", "high"), [(64, 64), (1500, 200), (200, 1500)])
def test_unusual_sizes(wide, high):
    data, written = labelled(photo().resize((wide, high)))
    found = seen(data)
    assert (found.text, found.where) == (written.text, written.where)
    assert met(found)["height"]


@pytest.mark.parametrize("orientation", [3, 6])
def test_pictures_that_are_turned_when_shown(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data, written = labelled(photo(), "JPEG", exif=exif)
    assert seen(data, "image/jpeg").where == written.where


def drawn(ink, at, colours=(20, 235), text="AI生成"):
    return saved(Image.fromarray(words_on((640, 480), text, ink, at, colours)), "PNG")


def test_too_low():
    found = seen(drawn(14, (560, 450)))
    assert met(found) == {"elements": True, "place": True, "height": False, "contrast": True}
    assert found.legible is False
    height = next(one for one in found.requirements if one.code == "height")
    assert height.found < height.least == 0.05


def test_in_the_middle():
    found = seen(drawn(30, (260, 225)))
    assert found.where == "middle"
    assert met(found)["place"] is False


@pytest.mark.parametrize("top", [135, 165])
def test_at_the_left_edge_wherever_the_picture_is_divided(top):
    found = seen(drawn(30, (12, top)))
    assert found.where == "left"
    assert met(found) == dict.fromkeys(("elements", "place", "height", "contrast"), True)


def test_too_faint():
    found = seen(drawn(30, (500, 430), (170, 130)))
    assert met(found)["contrast"] is False


def test_english_words_are_found_and_lack_the_elements():
    found = seen(drawn(30, (340, 430), text="AI-generated"))
    assert found.text == "AI-generated"
    assert met(found)["elements"] is False
    assert met(found)["height"] is True


def test_clear_pictures_are_seen_on_white():
    clear = np.zeros((480, 640, 4), np.uint8)
    clear[..., 3] = 255 - words_on((640, 480), "AI生成", 30, (500, 430), (0, 255))[..., 0]
    assert met(seen(saved(Image.fromarray(clear), "PNG")))["contrast"]


def test_sixteen_bits():
    grey = words_on((640, 480), "AI生成", 30, (500, 430), (20, 235))[..., 0]
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    assert met(seen(saved(deep, "PNG")))["contrast"]


def test_an_animation_must_show_it_on_every_frame():
    bare = photo(300).convert("P", palette=Image.Palette.ADAPTIVE)
    data = saved(bare, "GIF", save_all=True, append_images=[bare.rotate(5), bare.rotate(9)])
    marked, _ = image.apply(data, "image/gif")
    assert seen(marked, "image/gif").present
    first = Image.open(io.BytesIO(marked)).convert("RGB")
    partly = saved(first, "GIF", save_all=True, append_images=[bare, bare.rotate(9)])
    assert not seen(partly, "image/gif").present


@pytest.mark.parametrize("name", ["page", "text", "coins"])
def test_no_label_where_there_is_none(name):
    assert not seen(saved(Image.fromarray(getattr(skimage.data, name)()), "PNG")).present


def test_words_that_stand_apart_are_read_together():
    pixels = words_on((640, 480), "AI", 28, (480, 430), (20, 235))
    more = words_on((640, 480), "生成", 28, (545, 430), (20, 235))
    found = finding.in_picture(np.minimum(pixels, more))
    assert found.text == "AI生成"


def test_the_reader_of_words_needs_no_network(monkeypatch):
    import socket

    def refuse(*_arguments):
        raise OSError("no network here")

    ocr._engine.cache_clear()
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert ocr.lines(words_on((400, 120), "AI生成", 30, (60, 40), (0, 255)))
