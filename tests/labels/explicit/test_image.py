"""The explicit label of a picture: read by OCR, measured, and nothing else touched."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageDraw

from colophon.errors import (
    EmptyFile,
    ExplicitUnsupported,
    InputError,
    MalformedFile,
    TooLarge,
    TruncatedFile,
    WordingNotCompliant,
)
from colophon.labels.explicit import apply as apply_door
from colophon.labels.explicit.contrast import luminance
from colophon.labels.explicit.image import apply
from colophon.labels.explicit.limits import Limits
from colophon.labels.explicit.stamp import POSITIONS
from colophon.labels.model import Medium
from colophon.labels.remarks import Remark

BUNDLED = ("astronaut", "chelsea", "coffee", "rocket", "camera", "moon", "page", "text", "coins")
BUNDLED += ("brick", "grass", "gravel", "clock", "cell", "horse", "hubble_deep_field", "retina")


def flat(grey: int) -> np.ndarray:
    return np.full((420, 560, 3), grey, np.uint8)


def noise() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (480, 640, 3), np.uint8)


def gradient() -> np.ndarray:
    ramp = np.linspace(0, 255, 640).astype(np.uint8)
    return np.repeat(np.repeat(ramp[None], 480, 0)[..., None], 3, -1)


def checks() -> np.ndarray:
    squares = (np.indices((480, 640)) // 6).sum(0) % 2 * 255
    return np.repeat(squares[..., None].astype(np.uint8), 3, -1)


MADE: dict[str, Callable[[], np.ndarray]] = {
    "black": lambda: flat(0),
    "white": lambda: flat(255),
    "grey": lambda: flat(119),
    "noise": noise,
    "gradient": gradient,
    "checks": checks,
}
PICTURES = (*BUNDLED, *MADE)


def pixels_of(name: str) -> np.ndarray:
    found = MADE[name]() if name in MADE else getattr(skimage.data, name)()
    return found.astype(np.uint8) * 255 if found.dtype == bool else found


def saved(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def changed(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of all that differs."""
    first, second = np.asarray(before.convert("RGBA")), np.asarray(after.convert("RGBA"))
    rows, columns = np.nonzero((first != second).any(axis=-1))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def read(picture: Image.Image, box: tuple[int, int, int, int], folder: Path) -> str:
    """What tesseract reads in the box, enlarged, words dark on light."""
    left, top, right, bottom = box
    room = (max(0, left - 4), max(0, top - 4), right + 4, bottom + 4)
    part = np.asarray(picture.convert("RGB").crop(room).convert("L"))
    part = cv2.resize(part, None, fx=2.4, fy=2.4, interpolation=cv2.INTER_CUBIC)
    _, part = cv2.threshold(part, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if np.mean(part) < 128:
        part = 255 - part
    page = folder / "label.png"
    cv2.imwrite(str(page), np.pad(part, 30, constant_values=255))
    command = ["tesseract", str(page), "-", "-l", "chi_sim", "--psm", "7"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.needs("tesseract")
@pytest.mark.parametrize("name", PICTURES)
def test_5_2_ocr_reads_the_label_on(name: str, tmp_path: Path) -> None:
    before = Image.fromarray(pixels_of(name))
    data, written = apply(saved(before), "image/png", position="bottom-right")
    after = opened(data)
    box = changed(before, after)
    if written.contrast and written.contrast < 9:
        box = (box[0] + 6, box[1] + 4, box[2] - 6, box[3] - 4)
    assert read(after, box, tmp_path).replace(" ", "") == "AI生成"


@pytest.mark.parametrize("name", PICTURES)
def test_5_2_height_contrast_and_place_are_measured(name: str) -> None:
    before = Image.fromarray(pixels_of(name))
    data, written = apply(saved(before), "image/png")
    after = opened(data)
    assert after.mode == before.mode
    left, top, right, bottom = changed(before, after)
    wide, high = before.size
    assert written.height_ratio is not None
    assert written.height_ratio >= 0.05
    assert bottom - top >= 0.05 * min(wide, high)
    assert written.contrast is not None
    assert written.contrast >= 4.5
    near_side = left < 0.1 * wide or right > 0.9 * wide
    near_top = top < 0.15 * high or bottom > 0.85 * high
    assert near_side or near_top
    assert (right - left) * (bottom - top) < 0.12 * wide * high


@pytest.mark.parametrize("name", ["astronaut", "noise", "white", "checks"])
def test_words_stand_out_from_the_pixels_around_them(name: str) -> None:
    """Contrast measured again from outside: the lightest and darkest tenth in the label."""
    before = Image.fromarray(pixels_of(name))
    after = opened(apply(saved(before), "image/png")[0])
    label = np.asarray(after.convert("RGB").crop(changed(before, after)), np.float32) / 255
    light = np.sort(luminance(label).ravel())
    tenth = len(light) // 20
    assert (light[-tenth] + 0.05) / (light[len(light) // 3] + 0.05) >= 4.5 or (
        light[len(light) * 2 // 3] + 0.05
    ) / (light[tenth] + 0.05) >= 4.5


@pytest.mark.parametrize("position", POSITIONS)
def test_a_place_asked_for_is_taken(position: str) -> None:
    before = Image.fromarray(pixels_of("coffee"))
    data, written = apply(saved(before), "image/png", position=position)
    left, top, right, bottom = changed(before, opened(data))
    assert written.where == position
    assert (top > before.height / 2) == position.startswith("bottom")
    if position in ("top", "bottom"):
        assert abs((left + right) / 2 - before.width / 2) < 3
    else:
        assert (left > before.width / 2) == position.endswith("right")
    if position in ("left", "right"):
        assert abs((top + bottom) / 2 - before.height / 2) < 3
    assert bottom <= before.height


def test_auto_takes_the_calm_corner() -> None:
    canvas = noise()
    canvas[:160, :240] = 200  # all else is noise
    assert apply(saved(Image.fromarray(canvas)), "image/png")[1].where == "top-left"


def circle(mode: str) -> Image.Image:
    picture = Image.new("RGBA", (300, 260), (40, 90, 200, 0))
    ImageDraw.Draw(picture).ellipse((40, 40, 220, 220), fill=(200, 60, 20, 160))
    return picture.convert(mode) if mode != "RGBA" else picture


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_png_keeps_mode_and_every_other_pixel(mode: str) -> None:
    before = circle(mode)
    data, written = apply(saved(before), "image/png", position="bottom-right")
    after = opened(data)
    assert after.mode == mode
    left, top, _, _ = changed(before, after)
    first, second = (np.asarray(p.convert("RGBA")) for p in (before, after))
    assert (first[:top] == second[:top]).all()
    assert (first[:, :left] == second[:, :left]).all()
    assert left > 150
    assert written.contrast is not None
    assert written.contrast >= 4.5


def test_alpha_is_kept_and_the_label_is_opaque() -> None:
    before = circle("RGBA")
    after = opened(apply(saved(before), "image/png", position="bottom-right")[0])
    left, top, right, bottom = changed(before, after)
    alpha = np.asarray(after)[..., 3]
    assert alpha[0, 0] == 0
    assert alpha[(top + bottom) // 2, (left + right) // 2] == 255
    assert alpha[130, 130] == 160


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_stay_sixteen_bits(channels: int) -> None:
    shape = (240, 320) if channels == 1 else (240, 320, channels)
    before = np.random.default_rng(1).integers(0, 65536, shape, np.uint16)
    data = cv2.imencode(".png", before)[1].tobytes()
    after = cv2.imdecode(
        np.frombuffer(apply(data, "image/png", position="bottom-right")[0], np.uint8),
        cv2.IMREAD_UNCHANGED,
    )
    assert after.dtype == np.uint16
    assert after.shape == before.shape
    assert (after[:120] == before[:120]).all()
    assert (after[120:] != before[120:]).any()


def test_a_full_palette_is_promoted_and_said_so() -> None:
    rng = np.random.default_rng(3)
    before = Image.frombytes("P", (256, 256), np.arange(65536, dtype=np.uint32).astype(np.uint8))
    middle = rng.integers(110, 140, (256, 3), np.uint8)
    before.putpalette(middle.tobytes())
    notes: list[Remark] = []
    data, written = apply(saved(before), "image/png", note=notes.append)
    assert opened(data).mode == "RGB"
    assert "palette_full" in [note.code for note in notes]
    assert written.contrast is not None
    assert written.contrast >= 4.5


def test_jpeg_keeps_tables_sampling_and_metadata_segments() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a picture"
    before = Image.fromarray(pixels_of("astronaut"))
    source = saved(
        before,
        "JPEG",
        quality=83,
        subsampling=1,
        exif=exif,
        icc_profile=b"profile" * 20,
        dpi=(300, 300),
        comment=b"a comment",
    )
    data, _ = apply(source, "image/jpeg", position="bottom-right")
    old, new = opened(source), opened(data)
    assert new.quantization == old.quantization
    assert new.layer == old.layer
    for key in ("exif", "icc_profile", "dpi", "comment", "jfif_density"):
        assert new.info[key] == old.info[key]
    far = np.abs(np.asarray(new, np.int16)[:400, :300] - np.asarray(old, np.int16)[:400, :300])
    assert far.mean() < 0.6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_label_is_upright_as_displayed(orientation: int) -> None:
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    before = Image.new("RGB", (400, 300), (128, 128, 128))
    data, written = apply(saved(before, exif=exif), "image/png", position="bottom-right")
    shown = ImageOps.exif_transpose(opened(data))
    plain = Image.new("RGB", shown.size, (128, 128, 128))
    straight, _ = apply(saved(plain), "image/png", position="bottom-right")
    assert (np.asarray(shown) == np.asarray(opened(straight))).all()
    assert written.height_ratio is not None
    assert written.height_ratio >= 0.05


def test_cmyk_jpeg_stays_cmyk() -> None:
    before = Image.fromarray(pixels_of("astronaut")).convert("CMYK")
    source = saved(before, "JPEG", quality=90)
    data, written = apply(source, "image/jpeg", position="bottom-right")
    after = opened(data)
    assert after.mode == "CMYK"
    assert np.abs(np.asarray(after, np.int16) - np.asarray(opened(source)))[:300, :300].mean() < 1
    assert written.contrast is not None
    assert written.contrast >= 4.5


def test_png_chunks_survive_byte_for_byte() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "nobody")
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", zip=True)
    info.add(b"prVt", b"private chunk", after_idat=True)
    source = saved(circle("RGB"), pnginfo=info, icc_profile=b"icc" * 50, dpi=(120, 120))
    data, _ = apply(source, "image/png")
    assert {n: b for n, b in chunks(source) if n not in {b"IDAT"}} == {
        n: b for n, b in chunks(data) if n not in {b"IDAT"}
    }


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(name + body)
        found.append((name, body))
        at += 12 + length
    return found


def test_lossless_webp_stays_lossless() -> None:
    before = circle("RGBA")
    source = saved(before, "WEBP", lossless=True, exact=True, xmp=b"<x/>", icc_profile=b"icc")
    data, _ = apply(source, "image/webp", position="bottom-right")
    after = opened(data)
    assert b"VP8L" in data
    assert (np.asarray(before)[:150] == np.asarray(after)[:150]).all()
    assert after.info["xmp"] == b"<x/>"
    assert after.info["icc_profile"] == b"icc"


@pytest.mark.parametrize("form", ["WEBP", "AVIF", "BMP", "TIFF", "GIF"])
def test_other_formats_are_labelled_in_their_own_format(form: str) -> None:
    before = Image.fromarray(pixels_of("chelsea"))
    before = before.quantize(200) if form == "GIF" else before
    source = saved(before, form)
    data, written = apply(source, f"image/{form.lower()}", position="bottom-right")
    before, after = opened(source), opened(data)
    assert after.format == form
    assert after.size == before.size
    far = np.abs(
        np.asarray(after.convert("RGB"), np.int16) - np.asarray(before.convert("RGB"), np.int16)
    )
    assert far[:200, :250].mean() < 3
    assert far[-60:, -150:].max() > 60
    assert written.height_ratio is not None
    assert written.height_ratio >= 0.05


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_every_frame_of_an_animation_bears_the_label(form: str) -> None:
    frames = [Image.new("RGB", (200, 160), (60 * n, 90, 200 - 60 * n)) for n in range(4)]
    source = saved(
        frames[0],
        form,
        save_all=True,
        append_images=frames[1:],
        duration=[80, 120, 40, 200],
        loop=3,
    )
    data, _ = apply(source, f"image/{form.lower()}")
    after = opened(data)
    assert after.n_frames == 4
    assert after.info["loop"] == 3
    times = []
    for number, frame in enumerate(frames):
        after.seek(number)
        shown = after.convert("RGB")
        times.append(after.info["duration"])
        assert np.asarray(shown)[-60:].max() > 240, number
        assert np.abs(np.asarray(shown, np.int16)[0, 0] - np.asarray(frame)[0, 0]).max() < 12
    assert times == [80, 120, 40, 200]


def test_every_page_of_a_tiff_bears_the_label() -> None:
    pages = [Image.new("L", (200, 160), 60 * n) for n in range(3)]
    data, _ = apply(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]), "image/tiff")
    after = opened(data)
    assert after.n_frames == 3
    for number in range(3):
        after.seek(number)
        assert len(np.unique(np.asarray(after))) > 5


@pytest.mark.parametrize("size", [(16, 16), (3, 2), (1, 1), (4000, 40), (40, 4000), (64, 48)])
def test_odd_sizes_keep_the_ratio(size: tuple[int, int]) -> None:
    notes: list[Remark] = []
    before = Image.new("RGB", size, (30, 60, 90))
    data, written = apply(saved(before), "image/png", "本图片由AI生成", note=notes.append)
    assert opened(data).size == size
    assert written.height_ratio is not None
    assert written.height_ratio >= 0.05
    assert written.text in {"本图片由AI生成", "AI生成"}
    if max(size) <= 16:
        assert "picture_too_small" in [note.code for note in notes]


def test_english_words_and_refused_ones() -> None:
    source = saved(circle("RGB"))
    assert apply(source, "image/png", lang="en")[1].text == "AI-generated"
    with pytest.raises(WordingNotCompliant):
        apply(source, "image/png", "made by a computer")


def bomb() -> bytes:
    """A PNG header of 50 000 x 50 000 pixels, with next to nothing behind it."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    body = b"IHDR" + header
    idat = b"IDAT" + zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + body
        + struct.pack(">I", zlib.crc32(body))
        + struct.pack(">I", len(idat) - 4)
        + idat
        + struct.pack(">I", zlib.crc32(idat))
    )


def test_bombs_are_refused_before_decoding() -> None:
    with pytest.raises(TooLarge):
        apply(bomb(), "image/png")
    with pytest.raises(TooLarge):
        apply(saved(circle("RGB")), "image/png", limits=Limits(pixels=1000))


def test_bad_bytes_have_names() -> None:
    with pytest.raises(EmptyFile):
        apply(b"", "image/png")
    with pytest.raises(MalformedFile):
        apply(b"not a picture at all", "image/png")
    with pytest.raises(ExplicitUnsupported):
        apply(b"x", "image/x-unheard-of")
    with pytest.raises(MalformedFile):
        apply(saved(circle("RGB"), "JPEG"), "image/png")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "TIFF"])
def test_cut_files_are_named_and_not_half_labelled(form: str) -> None:
    source = saved(Image.fromarray(pixels_of("coffee")), form)
    for share in (0.3, 0.7):
        with pytest.raises(InputError) as caught:
            apply(source[: int(len(source) * share)], f"image/{form.lower()}")
        assert isinstance(caught.value, TruncatedFile | MalformedFile)


@pytest.mark.parametrize(
    "root",
    [
        'viewBox="0 0 200 100"',
        'width="400px" height="300"',
        'viewBox="-50,-50 100 100" width="1em"',
    ],
)
def test_svg_gets_drawn_words(root: str) -> None:
    source = f'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" {root}><rect/></svg>'
    data, written = apply(source.encode(), "image/svg+xml", position="bottom-left")
    assert data.startswith(source.removesuffix("</svg>").encode())
    assert b'aria-label="AI' in data
    assert written.where == "bottom-left"
    assert written.height_ratio is not None
    assert written.height_ratio >= 0.05
    assert written.contrast is not None
    assert written.contrast >= 4.5


def test_svg_that_expands_entities_is_refused() -> None:
    evil = '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'
    with pytest.raises(MalformedFile):
        apply(evil.encode(), "image/svg+xml")


def test_the_door_writes_a_file(tmp_path: Path) -> None:
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(saved(circle("RGB")))
    written = apply_door(source, target, "image/png", Medium.IMAGE)
    assert written is not None
    assert written.form == "words"
    assert opened(target.read_bytes()).size == (300, 260)
