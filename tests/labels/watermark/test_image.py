"""Marks in pictures: what they come through, what they refuse, and where none is found."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from colophon.errors import TooSmallToMark
from colophon.labels.watermark import image
from colophon.labels.watermark.key import PUBLIC, MarkKey

PAYLOAD = 0x0123456789ABCDEF


def test_a_mark_is_read_and_strangers_read_nothing() -> None:
    marked = image.embed(data.astronaut(), PAYLOAD, PUBLIC)
    found = image.detect(marked, PUBLIC)
    assert found is not None
    assert found.payload == PAYLOAD
    assert image.detect(marked, MarkKey(bytes(32))) is None


def test_nothing_is_found_where_nothing_is() -> None:
    assert image.detect(data.astronaut(), PUBLIC) is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (95, 400, 3)])
def test_a_tiny_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(TooSmallToMark):
        image.embed(np.zeros(shape, np.uint8), PAYLOAD, PUBLIC)
