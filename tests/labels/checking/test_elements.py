"""Which words read by a machine are a label."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.labels.checking import elements


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("AI生成", "AI生成"),
        ("ＡＩ 生 成", "AI生成"),
        ("Al生成", "AI生成"),
        ("A1 生成", "AI生成"),
        ("A|合成", "AI合成"),
        ("AI生戍", "AI生成"),
        ("AI含成", "AI合成"),
        ("豆包AI生成", "豆包AI生成"),
        ("本图片由Al生成", "本图片由AI生成"),
        ("人工智能 生成合成内容", "人工智能生成合成内容"),
        ("入工智能生成", "人工智能生成"),
        ("AI-generated", "AI-generated"),
        ("Al-generated", "AI-generated"),
        ("AIgenerated", "AI-generated"),
        ("OpenAI 生成", "OpenAI生成"),
    ],
)
def test_slips_of_reading_are_put_right(read, meant):
    assert elements.label_in(read) == meant


@pytest.mark.parametrize(
    "read",
    [
        "",
        "即梦AI",
        "生成",
        "人工智能",
        "MAIL 生成",
        "Al Pacino",
        "HAI generated",
        "A1 steak",
        "本文介绍如何使用AI工具生成图像以及在社交平台上发布这些图像时应当注意的若干问题与规范",
    ],
)
def test_other_words_are_no_label(read):
    assert elements.label_in(read) is None


def test_english_words_have_no_chinese_elements():
    assert elements.label_in("AI-generated content") is not None
    assert not elements.has_elements("AI-generated content")
    assert elements.has_elements("AI生成")


@given(st.text(max_size=60))
def test_what_is_put_right_stays_right(text):
    found = elements.label_in(text)
    assert found is None or elements.label_in(found) == found


@given(st.text(alphabet="AI生成由本图 a", min_size=1, max_size=20))
def test_chinese_spans_lie_in_order_inside_the_line(text):
    spans = elements.chinese_spans(text)
    flat = [edge for span in spans for edge in span]
    assert flat == sorted(flat)
    assert all(-1e-6 <= edge <= 1 + 1e-6 for edge in flat)
    assert bool(spans) == any("一" <= char <= "鿿" for char in text)
