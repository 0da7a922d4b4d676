"""The label face: exact ink height, and words that a stranger's OCR reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from colophon.errors import FontMissing
from colophon.labels.face import covers, render
from colophon.labels.face.strokes import glyphs

PHRASES = (
    "AI生成",
    "AI合成",
    "人工智能生成",
    "人工智能合成",
    "由AI生成",
    "内容由AI生成",
    "本内容由AI生成",
    "AI生成图片",
    "AI生成视频",
    "AI生成音频",
    "AI合成声音",
    "AI辅助生成作品",
    "本图片由AI生成",
    "AI-generated",
)


def ink_rows(alpha: np.ndarray) -> int:
    """From the first to the last row with ink; glyphs such as 合 are open between."""
    rows = np.flatnonzero((alpha >= 128).any(axis=1))
    return int(rows[-1] - rows[0] + 1)


@pytest.mark.needs("tesseract")
@pytest.mark.parametrize("phrase", PHRASES)
def test_ocr_reads_every_character(phrase: str, tmp_path: Path) -> None:
    page = tmp_path / "page.png"
    cv2.imwrite(str(page), np.pad(255 - render(phrase, 56).alpha, 40, constant_values=255))
    command = ["tesseract", str(page), "-", "-l", "chi_sim", "--psm", "7"]
    read = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert read.replace(" ", "").strip() == phrase.replace(" ", "")


@pytest.mark.parametrize("height", [13, 50, 200])
@pytest.mark.parametrize("char", sorted(c for c, g in glyphs().items() if g.han))
def test_a_chinese_glyph_has_exactly_the_ink_height_asked(char: str, height: int) -> None:
    assert abs(ink_rows(render(char, height).alpha) - height) <= 1


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_counting_character_is_lower_than_asked(phrase: str) -> None:
    whole = ink_rows(render(phrase, 64).alpha)
    assert whole >= 64
    assert render(phrase, 64).ink_height == 64


def test_every_glyph_has_ink_but_the_space() -> None:
    empty = [char for char, glyph in glyphs().items() if not glyph.strokes]
    assert empty == [" "]


def test_edges_are_smooth() -> None:
    levels = np.unique(render("生", 40).alpha)
    assert len(levels) > 10


def test_letters_digits_and_label_words_are_covered() -> None:
    assert covers("ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789-.")
    assert covers("本内容由人工智能生成合成图片视频音文字声像作品为辅助")
    assert not covers("龘")


@pytest.mark.needs("fc-match")
def test_other_words_come_from_a_font_of_the_system() -> None:
    mask = render("数字人合成Ω", 48)
    assert mask.ink_height >= 48
    assert ink_rows(mask.alpha) >= 48


def test_words_no_font_has_are_named() -> None:
    with pytest.raises(FontMissing):
        render("\U0010fffd生成", 40)


def test_a_font_file_without_the_characters_is_named(tmp_path: Path) -> None:
    with pytest.raises(FontMissing):
        render("龘生成", 40, tmp_path / "none.ttf")


@pytest.mark.needs("fc-match")
def test_words_beside_arabic_keep_their_order_and_height() -> None:
    alone = render("由人工智能鑫生成", 40.0)
    mixed = render("محتوى 由人工智能鑫生成 تم", 40.0)
    assert mixed.ink_height >= 40
    assert mixed.width > alone.width * 1.2
    same = cv2.matchTemplate(mixed.alpha, alone.alpha, cv2.TM_CCOEFF_NORMED)
    assert same.max() > 0.95
    between = render("人工智能 محتوى 生成鑫", 40.0).alpha
    places = []
    for word in ("人工智能鑫", "生成鑫"):
        glyphs = render(word, 40.0).alpha
        glyphs = glyphs[:, : round(glyphs.shape[1] * 0.75)] if word.startswith("人") else glyphs
        found = cv2.matchTemplate(between, glyphs[:40], cv2.TM_CCOEFF_NORMED)
        places.append(int(found.max(axis=0).argmax()))
    assert places[0] < places[1]
