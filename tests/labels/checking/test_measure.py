"""Heights and contrasts of words whose heights and colours are known."""

import numpy as np
import pytest

from colophon.labels.checking import measure
from colophon.labels.checking.ocr import Box
from colophon.labels.explicit import contrast
from tests.labels.checking.drawn import ratio_of, rows_of, words_on

TEXT = "AI生成"


def light_of(pixels):
    return contrast.luminance(pixels.astype(np.float32) / np.float32(255))


def box_of(at, ink, loose=0.2):
    from colophon.labels.face import render

    mask = render(TEXT, ink)
    room = ink * loose
    return Box(at[0] - room, at[1] - room, at[0] + mask.width + room, at[1] + mask.height + room)


@pytest.mark.parametrize("ink", [12, 20, 33, 64, 120])
@pytest.mark.parametrize("colours", [(255, 40), (20, 230), (140, 90)])
@pytest.mark.parametrize("loose", [0.0, 0.2, 0.45])
def test_height_and_contrast_are_those_that_were_drawn(ink, colours, loose):
    at = (60, 70)
    light = light_of(words_on((700, 300), TEXT, ink, at, colours))
    found = measure.ink_of(light, box_of(at, ink, loose), TEXT)
    assert abs(found.height - rows_of(TEXT, ink)) <= 1
    # Strokes of a pixel are never wholly of their own colour.
    least = 0.88 if ink > 12 else 0.6
    assert least <= found.contrast / ratio_of(*colours) <= 1.05


def test_a_box_that_reaches_over_the_plate():
    pixels = words_on((400, 200), TEXT, 24, (150, 80), (250, 40))
    rng = np.random.default_rng(2)
    noisy = rng.integers(120, 255, pixels.shape, np.uint8)
    noisy[64:124, 130:270] = pixels[64:124, 130:270]
    found = measure.ink_of(light_of(noisy), Box(128, 62, 272, 126), TEXT)
    assert abs(found.height - rows_of(TEXT, 24)) <= 1
    assert found.contrast > 10


def test_the_height_is_that_of_the_chinese_glyphs():
    pixels = words_on((500, 200), TEXT, 30, (40, 60), (0, 255))
    pixels[40:130, 30:35] = 0
    found = measure.ink_of(light_of(pixels), Box(37, 50, 200, 110), TEXT)
    assert abs(found.height - rows_of(TEXT, 30)) <= 2


@pytest.mark.parametrize("box", [Box(0, 0, 0, 0), Box(0, 0, 2, 2), Box(5, 5, 90, 40)])
@pytest.mark.parametrize("value", [0, 255])
def test_a_flat_ground_has_no_ink(box, value):
    flat = np.full((50, 100, 3), value, np.uint8)
    assert measure.ink_of(light_of(flat), box, TEXT) is None
