"""The parts of a picture's mark: its waves, where it may be strong, how its pose is found."""

from __future__ import annotations

import numpy as np
import pytest

from colophon.labels.watermark import image_mask, image_patches, image_plane, image_sync, payload
from colophon.labels.watermark.image_tile import HIGHEST, LOWEST, PILOTS, TILE, pattern, waves
from colophon.labels.watermark.key import PUBLIC, MarkKey

KEY = MarkKey(bytes(range(32)))


def test_every_key_has_waves_of_its_own_in_the_band() -> None:
    mine, others = waves(KEY), waves(PUBLIC)
    cycles = np.hypot(*mine.places.T)
    assert len({tuple(place) for place in mine.places}) == len(mine.places)
    assert LOWEST <= cycles.min()
    assert cycles.max() <= HIGHEST
    assert 2 * (len(mine.places) - PILOTS) >= payload.CODED
    assert not np.array_equal(mine.places, others.places)


def test_marks_under_one_key_share_their_pilots_and_nothing_else() -> None:
    one, other = (
        np.fft.fft2(pattern(payload.encode(number, KEY), KEY))
        for number in (0x0123456789ABCDEF, 0xE96B2D80D14C7A35)
    )
    places = waves(KEY).places
    agree = (one * np.conj(other))[places[:, 0], places[:, 1]]
    data, pilots = agree[:-PILOTS], agree[-PILOTS:]
    assert np.all(pilots.real > 0.99 * np.abs(pilots))
    assert abs(data.real.mean()) < 0.2 * np.abs(data).mean()


def test_a_tile_has_no_mean_and_unit_power() -> None:
    tile = pattern(payload.encode(7, KEY), KEY)
    assert tile.shape == (TILE, TILE)
    assert abs(tile.mean()) < 1e-5
    assert tile.std() == pytest.approx(1, abs=1e-5)


def test_marks_hide_in_detail_not_in_the_flat_the_dark_or_beside_edges() -> None:
    noise = np.random.default_rng(1).normal(0, 12, (512, 512))
    luma = np.full((512, 512), 130, np.float32)
    luma[:256, :256] += noise[:256, :256]  # detail
    luma[:256, 256:] = 8  # dark
    luma[256:, 256:] = 230  # an edge to the left
    strong = image_mask.amplitude(luma, 2.0)
    detail, flat, dark = strong[60:200, 60:200], strong[320:450, 60:180], strong[60:200, 320:450]
    beside = strong[320:450, 250:262]
    assert detail.mean() > 3 * flat.mean()
    assert dark.mean() < 0.7 * flat.mean()
    assert beside.max() < 0.5 * detail.mean()
    assert flat.max() < 1


@pytest.mark.parametrize(("angle", "scale"), [(0.0, 1.0), (33.3, 0.6), (121.0, 1.9)])
def test_a_pose_is_found_among_all(angle: float, scale: float) -> None:
    """A bare tile on noise, turned and scaled, is found to a hundredth."""
    tile = np.fft.fft2(pattern(payload.encode(9, KEY), KEY))
    down, across = np.mgrid[:400, :400].astype(np.float64)
    turn = np.deg2rad(angle)
    place = np.stack([down, across], -1) @ [
        [np.cos(turn), -np.sin(turn)],
        [np.sin(turn), np.cos(turn)],
    ]
    plane = np.random.default_rng(2).normal(0, 1, (400, 400))
    for k, phasor in zip(waves(KEY).places, tile[tuple(waves(KEY).places.T)], strict=True):
        wave = np.exp(2j * np.pi / (TILE * scale) * (place @ k)) * phasor
        plane += 0.6 * 2 / TILE**2 * wave.real
    seen = image_sync.spectrum(plane.astype(np.float32))
    grid = image_sync.Grid.of(400, image_sync.FINE)
    best = image_sync.poses(seen, grid, KEY, 1)[0][0]
    found = image_sync.refined(seen, best, KEY)
    assert 1 / np.sqrt(abs(np.linalg.det(found))) == pytest.approx(TILE * scale, rel=0.01)
    away = image_sync.transform(found, 1).rotation_deg - angle
    assert abs((away + 90) % 180 - 90) < 0.5


def test_parts_of_a_plain_picture_give_no_readings() -> None:
    plane = image_plane.residual(np.zeros((200, 300), np.float32))
    assert all(not np.any(soft) for soft, _ in image_patches.readings(plane, KEY))
