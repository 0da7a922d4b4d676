"""The invisible mark in text, as a reader's browser meets it: unseen, findable, and copied along."""

import html

import markdown_it
import pytest

from colophon.labels.watermark.key import PUBLIC
from colophon.labels.watermark.text import detect, embed
from tests.labels.watermark.test_text import (
    ARABIC,
    CHINESE,
    ENGLISH,
    bare,
    excerpts,
    with_all_places,
)

TEXT = "\n\n".join((ENGLISH * 2, CHINESE * 2, ARABIC * 2))
FONTS = ("serif", "sans-serif", "monospace")


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 700, "height": 900})
    yield context.new_page()
    context.close()


def shown(text, font="serif"):
    body = "".join(f"<p>{html.escape(one)}</p>" for one in text.split("\n\n"))
    return f"<meta charset=utf-8><body style='font: 21px {font}; width: 420px'>{body}"


@pytest.mark.parametrize("font", FONTS)
def test_a_marked_page_looks_the_same_to_the_pixel(page, font):
    page.set_content(shown(TEXT, font))
    before = page.screenshot()
    page.set_content(shown(with_all_places(TEXT), font))
    assert page.screenshot() == before
    page.set_content(shown(embed(TEXT, 1, PUBLIC), font))
    assert page.screenshot() == before


@pytest.mark.parametrize(
    "words",
    [
        "that morning. Nets hung over the wall, still wet",
        "morning.",
        "wet, and",
        "“Will they sail?” asked",
        "很安静。渔网挂在墙上，还是湿的",
        "安静。",
        "等待！“他们会出海吗？”孩子",
        "الصباح. الشباك معلقة",
    ],
)
def test_search_finds_words_across_marks(page, words):
    page.set_content(shown(with_all_places(TEXT)))
    assert page.evaluate("words => window.find(words)", words)
    assert bare(page.evaluate("getSelection().toString()")) == words


def test_the_clipboard_carries_the_mark_as_text_and_as_html(page):
    marked = embed(TEXT, 2**63 + 5, PUBLIC)
    page.set_content(markdown_it.MarkdownIt().render(marked))
    page.evaluate("getSelection().selectAllChildren(document.body)")
    page.keyboard.press("Control+C")
    page.set_content("<textarea></textarea><div contenteditable></div>")
    page.focus("textarea")
    page.keyboard.press("Control+V")
    page.focus("div")
    page.keyboard.press("Control+V")
    for pasted in (page.input_value("textarea"), page.evaluate("document.body.innerText")):
        assert bare(pasted).split() == TEXT.split()
        for excerpt in excerpts(pasted):
            assert detect(excerpt, PUBLIC).payload == 2**63 + 5


def test_one_selected_paragraph_is_enough(page):
    page.set_content(shown(embed(TEXT, 6, PUBLIC)))
    page.evaluate("getSelection().selectAllChildren(document.querySelector('p'))")
    page.keyboard.press("Control+C")
    page.set_content("<textarea></textarea>")
    page.focus("textarea")
    page.keyboard.press("Control+V")
    assert detect(page.input_value("textarea"), PUBLIC).payload == 6


def test_the_caret_steps_over_a_mark_as_over_one_character(page):
    """A reader who selects with the keyboard does not get stuck."""
    text = ENGLISH.strip()
    page.set_content("<textarea rows=20 cols=80></textarea>")
    page.fill("textarea", embed(text, 1, PUBLIC))
    page.evaluate("document.querySelector('textarea').setSelectionRange(0, 0)")
    for _ in text:
        page.keyboard.press("ArrowRight")
    at = "document.querySelector('textarea')"
    assert page.evaluate(f"{at}.selectionStart === {at}.value.length")
