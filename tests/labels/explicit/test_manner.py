"""What an operator chooses of a label's look is what is then there, measured from outside."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import skimage.data
from PIL import Image

from colophon.errors import StyleNotCompliant
from colophon.labels import explicit
from colophon.labels.explicit import image, stamp
from colophon.labels.model import ExplicitWritten, Medium, Style
from colophon.labels.remarks import Remark
from tests.labels import made

GREYS = {"white": 255, "light": 200, "dark": 40, "black": 0}
LEAST_CONTRAST = 4.5


def flat(grey: int, size: tuple[int, int] = (640, 480)) -> np.ndarray:
    return np.full((size[1], size[0], 3), grey, np.uint8)


def saved(pixels: np.ndarray, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def pixels_of(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"))


def labelled(
    pixels: np.ndarray, style: Style, form: str = "PNG", text: str | None = None
) -> tuple[np.ndarray, ExplicitWritten, list[str]]:
    notes: list[Remark] = []
    data, written = image.apply(
        saved(pixels, form), f"image/{form.lower()}", text, style=style, note=notes.append
    )
    return pixels_of(data), written, [note.code for note in notes]


def light(pixels: np.ndarray) -> np.ndarray:
    """Relative luminance by WCAG's formula, reckoned here."""
    values = pixels.astype(np.float64) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def ink_height(after: np.ndarray, *, bright: bool) -> int:
    """Rows between the first and the last one that a word's inside touches."""
    values = after.astype(int).sum(axis=-1)
    words = values > 3 * 235 if bright else values < 3 * 45
    rows = np.flatnonzero(words.any(axis=1))
    return int(rows[-1] - rows[0] + 1)


@pytest.mark.parametrize("height", [0.06, 0.1, 0.15])
def test_words_are_as_high_as_chosen(height: float) -> None:
    after, written, notes = labelled(flat(128), Style(height=height, ink="light"))
    assert not notes
    # A letter of the label's words fills the ink height, the Chinese glyphs a little more.
    measured = ink_height(after, bright=True) / 480
    assert height - 2 / 480 <= measured <= height * 1.25
    assert height <= written.height_ratio <= height + 3 / 480


def test_words_too_wide_are_as_large_as_fits_and_said_so() -> None:
    words = "本内容由人工智能生成合成"
    after, written, notes = labelled(flat(128, (300, 900)), Style(height=0.15), text=words)
    assert notes == ["lower_words"]
    assert written.text == words
    assert 0.05 < written.height_ratio < 0.15
    changed = np.flatnonzero((after != 128).any(axis=(0, 2)))
    assert len(changed) > 300 * 0.85
    assert (after[:, [0, -1]] == 128).all()


def test_small_pictures_keep_legible_words_whatever_is_chosen() -> None:
    pixels = skimage.data.astronaut()[:120, :160]
    usual = image.apply(saved(pixels), "image/png")
    assert image.apply(saved(pixels), "image/png", style=Style(height=0.05)) == usual


def test_height_is_never_under_the_least() -> None:
    for wanted in (None, 0.001, 0.05):
        made = stamp.asked("AI生成", 640, 480, 0.05, wanted)
        assert made.ink_height >= 0.05 * 480


@pytest.mark.parametrize("ink", ["auto", "light", "dark"])
@pytest.mark.parametrize("ground", GREYS)
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_an_outline_where_it_is_legible_else_a_plate(form: str, ground: str, ink: str) -> None:
    grey = GREYS[ground]
    after, written, notes = labelled(flat(grey), Style(dress="outline", ink=ink), form)
    possible = {"light": grey < 100, "dark": grey > 150, "auto": True}[ink]
    assert notes == ([] if possible else ["outline_not_legible"])
    # How much of the label's room is as it was tells a plate from bare words.
    rows, columns = np.nonzero(np.abs(after.astype(int) - grey).max(axis=-1) > 12)
    room = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(int)
    kept = float((np.abs(room - grey).max(axis=-1) <= 12).mean())
    assert (kept > 0.2) is possible
    assert written.contrast >= LEAST_CONTRAST
    extremes = light(room).min(), light(room).max()
    assert ratio(*extremes) >= LEAST_CONTRAST


def test_an_outline_on_restless_ground_becomes_a_plate() -> None:
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 256, (300, 400, 3), dtype=np.uint8)
    after, written, notes = labelled(noise, Style(dress="outline"))
    plated, other, none = labelled(noise, Style(dress="plate"))
    assert notes == ["outline_not_legible"] and none == []
    assert written == other and np.array_equal(after, plated)


def test_a_plate_where_bare_words_would_do() -> None:
    bare, _, _ = labelled(flat(250), Style())
    plated, written, notes = labelled(flat(250), Style(dress="plate"))
    assert not notes and written.contrast >= LEAST_CONTRAST
    assert (plated != 250).any(axis=-1).sum() > 2 * (bare != 250).any(axis=-1).sum()


@pytest.mark.parametrize("ink", ["light", "dark"])
@pytest.mark.parametrize("form", ["PNG", "GIF", "JPEG", "WEBP", "TIFF"])
def test_the_ink_is_the_chosen_one(form: str, ink: str) -> None:
    pixels = skimage.data.coffee()[:300, :400]
    source = saved(pixels, form)
    data, written = image.apply(
        source, f"image/{form.lower()}", style=Style(dress="plate", ink=ink)
    )
    before, after = pixels_of(source), pixels_of(data)
    far = np.abs(after.astype(int) - before.astype(int)).max(axis=-1) > 40
    rows, columns = np.nonzero(far)
    top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
    # The plate's rim bears no word; the words are what differs most from it.
    room = light(after[top : bottom + 1, left : right + 1])
    rim = float(np.median(room[1:4, len(room[0]) // 3 : -len(room[0]) // 3]))
    words = float(np.percentile(room, 97 if ink == "light" else 3))
    assert (words > rim) is (ink == "light")
    assert ratio(words, rim) >= LEAST_CONTRAST
    assert written.contrast >= LEAST_CONTRAST


def test_an_animation_keeps_its_plate_under_an_outline_and_says_so_once() -> None:
    frames = [Image.fromarray(flat(grey, (160, 120))) for grey in (250, 5, 250)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100)
    notes: list[Remark] = []
    style = Style(dress="outline")
    _, written = image.apply(buffer.getvalue(), "image/gif", style=style, note=notes.append)
    assert [note.code for note in notes].count("outline_not_legible") == 1
    assert written.contrast >= LEAST_CONTRAST


@pytest.mark.parametrize("ink", ["light", "dark"])
def test_a_drawing_has_the_height_and_the_ink(ink: str) -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200"></svg>'
    notes: list[Remark] = []
    style = Style(height=0.1, ink=ink, dress="outline")
    data, written = image.apply(drawing, "image/svg+xml", style=style, note=notes.append)
    assert written.height_ratio == 0.1
    assert written.contrast >= LEAST_CONTRAST
    plate = data.split(b'fill="#')[1][:6]
    words = data.split(b'fill="#')[2][:6]
    assert (int(words, 16) > int(plate, 16)) is (ink == "light")
    assert [note.code for note in notes] == ["outline_not_legible"]


def film(path: Path, seconds: float = 6, *, ground: str = "gray", rate: int = 10) -> Path:
    source = f"color={ground}:size=320x240:rate={rate}:duration={seconds}"
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-g", str(rate)]
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *coding]
    subprocess.run([*command, "-pix_fmt", "yuv420p", str(path)], check=True)
    return path


def frames_of(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield (
                float(frame.pts * (frame.time_base or Fraction(1))),
                frame.to_ndarray(format="rgb24"),
            )


def label_film(
    source: Path, style: Style, **options: object
) -> tuple[Path, ExplicitWritten, list[str]]:
    notes: list[Remark] = []
    target = source.with_name("out.mp4")
    written = explicit.apply(
        source, target, "video/mp4", Medium.VIDEO, style=style, note=notes.append, **options
    )
    assert written is not None
    return target, written, [note.code for note in notes]


def marked(path: Path) -> list[float]:
    """Times of the frames on which a label stands, on even ground."""
    return [time for time, pixels in frames_of(path) if np.ptp(pixels.astype(int)) > 60]


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(("seconds", "until"), [(None, 2.0), (3.5, 3.5), (10.0, 6.0)])
def test_a_film_shows_its_label_as_long_as_chosen(
    tmp_path: Path, seconds: float | None, until: float
) -> None:
    target, written, notes = label_film(film(tmp_path / "in.mp4"), Style(seconds=seconds))
    times = marked(target)
    assert times == [number / 10 for number in range(len(times))]
    assert until - 0.05 <= times[-1] + 0.1 <= until + 0.15
    assert written.seconds == pytest.approx(times[-1] + 0.1, abs=0.01)
    assert not notes


@pytest.mark.needs("ffmpeg", "ffprobe")
def test_a_film_shows_its_label_to_the_end_and_tells_how_far_it_is(tmp_path: Path) -> None:
    source, told = film(tmp_path / "in.mp4"), []
    target, written, _ = label_film(source, Style(seconds="whole"), progress=told.append)
    assert len(marked(target)) == 60
    assert written.seconds == pytest.approx(6.0, abs=0.01)
    assert told == sorted(told) and told[-1] == 1.0
    assert all(any(low <= part < low + 0.2 for part in told) for low in (0.0, 0.2, 0.4, 0.6, 0.8))
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    length = subprocess.run([*command, str(target)], check=True, capture_output=True, text=True)
    assert float(length.stdout) == pytest.approx(6.0, abs=0.05)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(
    ("ground", "ink", "bare"),
    [
        ("black", "auto", True),
        ("white", "auto", True),
        ("white", "dark", True),
        ("white", "light", False),
        ("black", "dark", False),
    ],
)
def test_a_film_has_the_dress_the_ink_and_the_height(
    tmp_path: Path, ground: str, ink: str, bare: bool
) -> None:
    source = film(tmp_path / "in.mp4", 3, ground=ground)
    target, written, notes = label_film(source, Style(height=0.1, dress="outline", ink=ink))
    assert notes == ([] if bare else ["outline_not_legible"])
    assert written.contrast >= LEAST_CONTRAST
    _, pixels = next(frames_of(target))
    grey = 0 if ground == "black" else 255
    rows, columns = np.nonzero(np.abs(pixels.astype(int) - grey).max(axis=-1) > 12)
    room = pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    kept = float((np.abs(room.astype(int) - grey).max(axis=-1) <= 12).mean())
    assert (kept > 0.2) is bare
    assert ratio(light(room).min(), light(room).max()) >= LEAST_CONTRAST
    if bare:
        # With the outline, which is faint beyond the ink itself.
        assert 0.1 * 240 <= len(room) <= 0.1 * 240 * 1.4


@pytest.mark.needs("ffmpeg")
def test_an_outline_that_a_later_frame_would_drown_is_none(tmp_path: Path) -> None:
    """The ground turns white while the label is on."""
    graph = (
        "color=black:size=320x240:rate=10:duration=3,geq=lum='if(gt(T,1.5),235,16)':cb=128:cr=128"
    )
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", graph, "-pix_fmt", "yuv420p"]
    subprocess.run([*command, str(tmp_path / "in.mp4")], check=True)
    _, written, notes = label_film(tmp_path / "in.mp4", Style(dress="outline"))
    assert notes == ["outline_not_legible"]
    assert written.contrast >= LEAST_CONTRAST


def test_a_style_that_the_standard_forbids_draws_nothing(tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    source.write_bytes(saved(flat(128)))
    with pytest.raises(StyleNotCompliant):
        explicit.apply(
            source, tmp_path / "b.png", "image/png", Medium.IMAGE, style=Style(height=0.01)
        )
    assert not (tmp_path / "b.png").exists()


@pytest.mark.parametrize("height", [0.08, 0.15])
def test_a_scene_has_the_height(tmp_path: Path, height: float) -> None:
    import trimesh

    source = tmp_path / "a.glb"
    source.write_bytes(trimesh.Scene(trimesh.creation.box()).export(file_type="glb"))
    kind = "model/gltf-binary"
    sizes = []
    for style in (Style(), Style(height=height)):
        target = tmp_path / f"{len(sizes)}.glb"
        written = explicit.apply(source, target, kind, Medium.SCENE, style=style)
        assert written is not None
        loaded = trimesh.load(target)
        plate = next(m for m in loaded.dump() if m.visual.kind == "texture")
        sizes.append((written.height_ratio, float(plate.extents[1])))
    (usual, small), (wished, large) = sizes
    assert wished == pytest.approx(height, abs=1e-3)
    assert large / small == pytest.approx(wished / usual, rel=0.01)


def test_texts_take_a_style_and_stay_as_they_are(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("文字", encoding="utf-8")
    outcomes = []
    for style in (Style(), Style(height=0.1, dress="plate", ink="dark")):
        explicit.apply(source, tmp_path / "b.txt", "text/plain", Medium.TEXT, style=style)
        outcomes.append((tmp_path / "b.txt").read_bytes())
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("where", ["left", "right"])
@pytest.mark.parametrize("name", ["a.svg", "a.pdf", "a.glb"])
def test_the_sides_are_places_in_every_medium(tmp_path: Path, name: str, where: str) -> None:
    import trimesh

    makers = {
        "a.svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200"></svg>',
        "a.pdf": made.pdf,
        "a.glb": lambda: trimesh.Scene(trimesh.creation.box()).export(file_type="glb"),
    }
    kinds = {
        "a.svg": ("image/svg+xml", Medium.IMAGE),
        "a.pdf": ("application/pdf", Medium.DOCUMENT),
        "a.glb": ("model/gltf-binary", Medium.SCENE),
    }
    source, target = tmp_path / name, tmp_path / f"out-{name}"
    source.write_bytes(makers[name]())
    written = explicit.apply(source, target, *kinds[name], position=where)
    assert written is not None and written.where == where
    if name == "a.svg":
        rect = re.search(
            rb'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"',
            target.read_bytes(),
        )
        assert rect is not None
        x, y, wide, high = map(float, rect.groups())
        assert y + high / 2 == pytest.approx(100, abs=0.1)
        assert (x + wide < 150) is (where == "left")
