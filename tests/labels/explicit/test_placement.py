"""Where the label goes: away from what matters, at an edge, and where it was asked for."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchmarks import varied
from colophon.errors import TooLarge
from colophon.labels.explicit import placement, saliency
from colophon.labels.explicit.image import apply
from colophon.labels.explicit.placement import POSITIONS, Room, Spot, calmest, choose

FACE = (60, 170, 210, 285)
"""Top, left, bottom and right of the face in the astronaut's picture."""


def box(before: np.ndarray) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of what the label changed."""
    buffer = io.BytesIO()
    Image.fromarray(before).save(buffer, "PNG")
    data, _ = apply(buffer.getvalue(), "image/png")
    after = np.asarray(Image.open(io.BytesIO(data)))
    rows, columns = np.nonzero((after != before).any(axis=-1))
    return int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1


def apart(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@pytest.mark.parametrize(("down", "right"), [(215, 295), (230, 300), (250, 330), (225, 420)])
def test_a_face_in_the_usual_corner_is_left_alone(down: int, right: int) -> None:
    picture = np.ascontiguousarray(skimage.data.astronaut()[:down, 40:right])
    top, left, bottom, far = FACE
    assert apart(box(picture), (top, left - 40, bottom, far - 40))


@pytest.mark.parametrize("corner", ["bottom-right", "bottom-left", "top-right"])
def test_writing_is_left_alone(corner: str) -> None:
    picture = np.full((480, 640, 3), 225, np.uint8)
    y = 380 if corner.startswith("bottom") else 60
    x = 330 if corner.endswith("right") else 20
    for line in range(3):
        cv2.putText(
            picture,
            "Written words stay",
            (x, y + 30 * line),
            cv2.FONT_HERSHEY_SIMPLEX,
            1,
            (30,) * 3,
            2,
        )
    assert apart(box(picture), (y - 25, x, y + 70, x + 300))


def test_a_calm_picture_gets_it_at_the_bottom_right() -> None:
    assert calmest(Room(640, 480, 100, 40, 10), np.zeros((192, 256), np.float32)) == Spot(
        "bottom-right", 530, 430
    )


def test_what_matters_moves_it_and_what_is_asked_stands() -> None:
    room = Room(640, 480, 100, 40, 10)
    importance = np.zeros((192, 256), np.float32)
    importance[96:, 128:] = 0.6
    assert calmest(room, importance).where == "bottom-left"
    importance[96:] = 0.6
    assert calmest(room, importance).where.startswith("top")
    asked = choose(room, "bottom-right", lambda: importance)
    assert (asked.where, asked.x, asked.y) == ("bottom-right", 530, 430)
    fixed = Spot("left", 3, 77)
    assert choose(room, fixed, lambda: importance) == fixed


@given(
    wide=st.integers(1, 5000),
    high=st.integers(1, 5000),
    label=st.tuples(st.integers(1, 600), st.integers(1, 200)),
    margin=st.integers(0, 60),
)
def test_a_label_that_fits_is_never_cut(
    wide: int, high: int, label: tuple[int, int], margin: int
) -> None:
    room = Room(wide, high, *label, margin)
    for spot in room.candidates():
        assert spot.where in POSITIONS
        assert 0 <= spot.x
        assert 0 <= spot.y
        if label[0] <= wide and label[1] <= high:
            assert spot.x + label[0] <= wide
            assert spot.y + label[1] <= high


@pytest.mark.parametrize("shape", [(1, 1), (2, 900), (900, 2), (64, 64), (200, 4000)])
def test_importance_is_bounded_at_any_size(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(5).integers(0, 256, (*shape, 3), np.uint8)
    found = saliency.importance(saliency.thumb(picture))
    assert max(found.shape) <= saliency.LONGEST
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found.max() <= 1.001


def test_importance_marks_the_thing_on_the_plain() -> None:
    picture = np.full((300, 400, 3), 90, np.uint8)
    cv2.circle(picture, (300, 80), 40, (230, 60, 20), -1)
    found = saliency.importance(picture)
    scale = found.shape[1] / 400
    thing = found[int(50 * scale) : int(110 * scale), int(270 * scale) : int(330 * scale)]
    plain = found[int(200 * scale) :, : int(150 * scale)]
    assert thing.mean() > 5 * plain.mean() + 0.05
    assert plain.mean() < placement.CALM


@pytest.mark.slow
@pytest.mark.needs("tesseract")
def test_5_2_a_stranger_finds_reads_and_measures_it(tmp_path: Path) -> None:
    sample = list(itertools.islice(varied.pictures(), 24))
    seen = [
        varied.seen(one.data, apply(one.data, f"image/{one.form.lower()}")[0]) for one in sample
    ]
    assert [one.height_ratio for one in seen if one.height_ratio < 0.05] == []
    assert [one.contrast for one in seen if one.contrast < 4.5] == []
    read = varied.read([one.cut for one in seen], tmp_path)
    found = zip(sample, read, strict=True)
    assert [one.name for one, words in found if words != "AI生成"] == []


def test_a_gif_of_ten_thousand_frames_is_named() -> None:
    frames = [Image.new("P", (8, 8), number % 3) for number in range(4)]
    for frame in frames:
        frame.putpalette([0, 0, 0, 90, 90, 90, 200, 200, 200])
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:] * 3334, duration=20)
    with pytest.raises(TooLarge):
        apply(buffer.getvalue(), "image/gif")
