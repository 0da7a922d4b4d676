"""PDQ: as its authors compute it, the same for one picture on all its ways, apart for others."""

import io
import itertools
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFilter

from colophon.errors import ExplicitUnsupported, InputError, TooLarge
from colophon.labels import explicit
from colophon.labels.fingerprint import image, pictures
from colophon.labels.fingerprint.codes import Codes
from colophon.labels.fingerprint.print import MATCH
from tests.labels.fingerprint import made

# Values of the package pdqhash 0.2.8, which is the authors' own C++.
REFERENCE = (
    ("astronaut", "2d6b1af3a956c529e79ca3d2526fa834d4196c81cedd04de0a26b855fc99b724", 100, 2),
    ("camera", "dc9c9d3b746978f888f40ce6e5c3f70f7266623e8d989cb99f21f2010841e1c7", 100, 2),
    ("moon", "131645cde366d981e1e371b264d8b25b9e4d13771d8c4f366d946ca57133d0c9", 83, 2),
    ("coffee", "8c629e779a663698b9a33866c026726c21a679f61eb6e1f8c79ba7e23c8299e0", 100, 16),
    ("chelsea", "5feb5321f01da156898e2bf629a5d3438412cdbd23f48942464526315db33ffd", 100, 16),
    ("rocket", "8792786c87937064bf1bc0e43f1fc0e03f1cc2e33da4c2537cec821b2ce4f376", 100, 16),
    ("retina", "83d22b5802d238191b87b1f8bf1ad487fc0f55f8405adc011fafa8f4ebfc2a59", 100, 20),
)
WAYS = {
    "JPEG 50": lambda one: made.again(one, "JPEG", quality=50),
    "JPEG 20": lambda one: made.again(one, "JPEG", quality=20),
    "WebP 40": lambda one: made.again(one, "WEBP", quality=40),
    "half": lambda one: one.resize((one.width // 2, one.height // 2)),
    "double": lambda one: one.resize((one.width * 2, one.height * 2)),
    "stretched": lambda one: one.resize((one.width, one.height * 2 // 3)),
    "grey": lambda one: one.convert("L").convert("RGB"),
    "blurred": lambda one: one.filter(ImageFilter.GaussianBlur(1.5)),
    "brighter": lambda one: one.point(lambda value: int(255 * (value / 255) ** 0.7)),
    "noisy": lambda one: Image.fromarray(
        np.clip(
            np.asarray(one) + np.random.default_rng(5).normal(0, 15, (one.height, one.width, 3)),
            0,
            255,
        ).astype(np.uint8)
    ),
}


@pytest.mark.parametrize(("name", "bits", "quality", "most"), REFERENCE)
def test_as_the_reference_computes_it(name, bits, quality, most):
    found = image.of_pixels(made.pixels(made.photo(name)))
    assert made.differ(found.bits, bytes.fromhex(bits)) <= most
    assert found.quality == quality


@pytest.mark.parametrize("way", WAYS)
def test_one_picture_on_its_ways(way):
    for name in made.PHOTOS[:5]:
        photo = made.photo(name)
        one, other = (image.of_pixels(made.pixels(x)) for x in (photo, WAYS[way](photo)))
        assert made.differ(one.bits, other.bits) <= MATCH, name


def test_a_label_drawn_on_it():
    """Both prints are kept, before and after; most are alike all the same."""
    found = 0
    for name in made.PHOTOS[:4]:
        plain = made.saved(made.photo(name), "PNG").getvalue()
        drawn, _written = explicit.image.apply(plain, "image/png")
        prints = [pictures.of_file(io.BytesIO(data), "image/png", name) for data in (plain, drawn)]
        distance = made.differ(*(one.bits for one in prints))
        found += distance <= image.POSSIBLE
    assert found == 4


@pytest.mark.parametrize(
    "edges", [(0.02, 0.02, 0.02, 0.02), (0, 0, 0, 0.05), (0.05, 0, 0, 0), (0, 0.04, 0.04, 0)]
)
def test_cut_edges_are_found_by_the_further_prints(edges):
    for name in made.PHOTOS[:4]:
        kept = Codes()
        grey = pictures.grey(made.saved(made.photo(name), "PNG"), "image/png", name)
        kept.add(7, [image.of_grey(grey).bits, *image.cuts(grey)], range(16))
        asked = image.of_pixels(made.pixels(made.cut(made.photo(name), *edges)))
        hit = kept.within(asked.variants, image.POSSIBLE)[0]
        assert (hit.id, image.VARIANTS[hit.query]) == (7, "same")
        assert hit.false_match < 1e-6


def test_strangers_stay_apart():
    prints = [image.of_pixels(made.pixels(made.photo(name))) for name in made.PHOTOS]
    for one, other in itertools.combinations(prints, 2):
        for variant in other.variants:
            assert made.differ(one.bits, variant) > image.POSSIBLE + 15


TURNS = {
    "same": lambda grid: grid,
    "turned_90": lambda grid: np.rot90(grid),
    "turned_180": lambda grid: np.rot90(grid, 2),
    "turned_270": lambda grid: np.rot90(grid, 3),
    "mirrored": np.fliplr,
    "flipped": np.flipud,
    "transposed": lambda grid: grid.swapaxes(0, 1),
    "turned_90_mirrored": lambda grid: np.fliplr(np.rot90(grid)),
}


@pytest.mark.parametrize("variant", image.VARIANTS)
def test_turned_and_mirrored(variant):
    for name in ("astronaut", "chelsea"):
        grid = made.pixels(made.photo(name))
        turned = image.of_pixels(np.ascontiguousarray(TURNS[variant](grid)))
        expected = image.of_pixels(grid).variants[image.VARIANTS.index(variant)]
        assert made.differ(turned.bits, expected) <= 6


def test_even_pictures_say_that_they_are():
    flat = image.of_pixels(np.full((300, 400, 3), 90, np.uint8))
    assert (flat.quality, flat.usable) == (0, False)
    assert image.of_pixels(made.pixels(made.photo("coffee"))).usable


@pytest.mark.parametrize("size", [(1, 1), (4, 900), (900, 4)])
def test_too_small(size):
    assert image.of_pixels(np.zeros((*size, 3), np.uint8)) is None
    assert image.cuts(np.zeros(size, np.uint8)) == ()


def test_models_of_colour():
    photo = made.photo("coffee")
    grid = made.pixels(photo)
    plain = image.of_pixels(grid).bits
    deep = (grid.astype(np.uint16) << 8) + 77
    opaque = np.dstack([grid, np.full(grid.shape[:2], 255, np.uint8)])
    grey = np.asarray(photo.convert("L"))
    for other in (deep, opaque, grey, grey[..., None], np.dstack([grey, opaque[..., 3]])):
        assert made.differ(image.of_pixels(other).bits, plain) <= 2


def test_what_is_clear_counts_as_white():
    grid = made.pixels(made.photo("coffee")).copy()
    clear = np.dstack([grid, np.full(grid.shape[:2], 255, np.uint8)])
    clear[:150, :, 3] = 0
    white = grid.copy()
    white[:150] = 255
    assert image.of_pixels(clear).bits == image.of_pixels(white).bits


@pytest.mark.parametrize("turn", range(1, 9))
def test_files_count_upright(turn):
    photo = made.photo("chelsea").resize((900, 600))
    exif = Image.Exif()
    exif[0x0112] = turn
    back = {1: "same", 2: "mirrored", 3: "turned_180", 4: "flipped", 5: "transposed"}
    back |= {6: "turned_90", 7: "turned_90_mirrored", 8: "turned_270"}
    stored = Image.fromarray(np.ascontiguousarray(TURNS[back[turn]](made.pixels(photo))))
    file = made.saved(stored, "JPEG", quality=95, exif=exif)
    found = pictures.of_file(file, "image/jpeg", "a.jpg")
    assert made.differ(found.bits, image.of_pixels(made.pixels(photo)).bits) <= 4


def test_a_large_jpeg_is_the_same_decoded_small():
    photo = made.photo("retina").resize((3000, 2200))
    file = made.saved(photo, "JPEG", quality=90)
    whole = image.of_pixels(made.pixels(Image.open(file)))
    assert made.differ(pictures.of_file(file, "image/jpeg", "a.jpg").bits, whole.bits) <= 6


@pytest.mark.parametrize(
    ("form", "media_type", "mode"),
    [
        ("PNG", "image/png", "P"),
        ("PNG", "image/png", "1"),
        ("PNG", "image/png", "LA"),
        ("PNG", "image/png", "RGBA"),
        ("JPEG", "image/jpeg", "CMYK"),
        ("JPEG", "image/jpeg", "L"),
        ("WEBP", "image/webp", "RGB"),
        ("GIF", "image/gif", "P"),
        ("TIFF", "image/tiff", "CMYK"),
        ("BMP", "image/bmp", "RGB"),
    ],
)
def test_files_of_all_kinds(form, media_type, mode):
    photo = made.photo("astronaut")
    found = pictures.of_file(made.saved(photo.convert(mode), form), media_type, "a")
    assert made.differ(found.bits, image.of_pixels(made.pixels(photo)).bits) <= MATCH


def test_sixteen_bits_of_grey():
    deep = (np.asarray(made.photo("moon").convert("L")).astype(np.uint16) << 8) + 200
    file = made.saved(Image.fromarray(deep), "PNG")
    plain = image.of_pixels(made.pixels(made.photo("moon")))
    assert made.differ(pictures.of_file(file, "image/png", "a.png").bits, plain.bits) <= 2


def test_bad_files_get_names():
    with pytest.raises(ExplicitUnsupported):
        pictures.of_file(io.BytesIO(b"x"), "image/svg+xml", "a.svg")
    with pytest.raises(InputError):
        pictures.of_file(io.BytesIO(b"\xff\xd8\xff\xe0 not a picture"), "image/jpeg", "a.jpg")
    cut = made.saved(made.photo("coffee"), "PNG").getvalue()[:3000]
    with pytest.raises(InputError):
        pictures.of_file(io.BytesIO(cut), "image/png", "a.png")


def test_a_picture_with_too_many_pixels_is_not_decoded():
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(TooLarge):
        pictures.of_file(io.BytesIO(data), "image/png", "huge.png")
