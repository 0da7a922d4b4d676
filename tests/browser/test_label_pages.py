"""The label seen before and after: tried by staff, previewed by a user, compared once released."""

import re

import pytest

from .conftest import PASSWORD
from .looking import look_over, reach_by_keyboard
from .test_look import keep

OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOADED = "(s) => [...document.querySelectorAll(s)].every((e) => e.complete && e.naturalWidth > 0)"


def until(page, script, given=None, tries=150):
    """Waits until the page answers yes; the pages' own policy forbids to wait inside them."""
    for _ in range(tries):
        if page.evaluate(script, given):
            return
        page.wait_for_timeout(100)
    faults = "[...document.querySelectorAll('audio, video')].map((e) => e.error && e.error.message)"
    raise AssertionError(script, page.evaluate(faults))


@pytest.fixture
def author(visit):
    """Signs somebody up; answers the page, on their desk."""

    def sign_up(name, **wishes):
        page = visit(**wishes)
        page.goto("/account/signup/")
        page.fill("[name=username]", name)
        page.fill("[name=password1]", PASSWORD)
        page.fill("[name=password2]", PASSWORD)
        page.click(".entrance form button[type=submit]")
        page.wait_for_url("**/account")
        return page

    return sign_up


def preview(page, file):
    page.set_input_files("#file", file)
    page.click("button[value=preview]")
    page.wait_for_selector("#trial h2")


def released(page, file, *, script=True):
    page.goto("/account")
    page.set_input_files("#file", file)
    page.click("form[data-progress] button[type=submit]")
    page.wait_for_url(re.compile("/account/content/"))
    for _ in range(120):
        if page.locator("h1 + .state.met").count():
            return
        page.wait_for_timeout(500)
        if not script:
            page.reload()
    raise AssertionError(page.text_content("h1 + .state"))


@pytest.mark.parametrize(
    ("lang", "width", "dark"), [("zh", 1440, False), ("en", 1280, False), ("zh", 390, True)]
)
def test_staff_try_a_label_before_keeping_it(staff, lang, width, dark):
    page = staff(lang=lang, width=width, dark=dark)
    page.goto("/console/label/")
    until(page, LOADED, ".samples img")
    assert page.locator(".samples figure").count() == 8
    assert page.evaluate(OVER) <= 0
    first = page.get_attribute(".is-dark img", "src")
    page.fill("[name=wording]", "本图由AI生成")
    page.select_option("[name=position]", "top-left")
    page.click("button[value=show]")
    page.wait_for_selector(".held")
    until(page, LOADED, ".samples img")
    assert page.get_attribute(".is-dark img", "src") != first
    assert "本图由AI生成" in page.text_content(".is-dark dl")
    assert page.input_value("[name=wording]") == "本图由AI生成"
    keep(page, "console-label", lang, width, dark=dark)
    page.goto("/console/label/")
    assert page.input_value("[name=wording]") == ""


def test_the_label_page_needs_no_script_and_can_be_heard(staff):
    page = staff(script=False)
    page.goto("/console/label/")
    page.select_option("[name=sound]", "rhythm")
    page.select_option("[name=position]", "bottom-left")
    page.click("button[value=show]")
    assert "at the bottom left" in page.text_content(".is-light dl")
    assert "rhythm" in page.text_content(".is-sound dl")
    sound = page.request.get(page.get_attribute(".is-sound audio", "src"))
    assert sound.headers["content-type"] == "audio/wav"


def test_words_the_law_would_not_have_are_refused_where_they_stand(staff, visit):
    page = staff()
    page.goto("/console/label/")
    page.fill("[name=wording]", "made by robots")
    page.click("button[value=keep]")
    assert "GB 45438-2025" in page.text_content(".of-wording .fault")
    visit.complaints[:] = [said for said in visit.complaints if "422" not in said]


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_a_preview_and_then_before_and_after_of_a_picture(author, plain, lang, width):
    page = author(f"wu-picture-{lang}", lang=lang, width=width)
    preview(page, plain["image"])
    until(page, LOADED, "#trial img")
    assert "AI生成" in page.text_content("#trial")
    # Nothing was sent in, and the file is still the chosen one.
    assert page.evaluate("document.querySelector('#file').files.length") == 1
    assert page.locator("table.list").count() == 0
    look_over(page)
    keep(page, "preview-picture", lang, width)
    released(page, plain["image"])
    until(page, LOADED, ".pair img")
    look_over(page)
    keep(page, "compared-picture", lang, width)
    page.check("[name=view][value=after]")
    assert page.is_hidden("figure.before") and page.is_visible("figure.after")
    reach_by_keyboard(page, "[name=view]")
    page.keyboard.press("ArrowLeft")
    assert page.is_visible("figure.before") and page.is_hidden("figure.after")


@pytest.mark.parametrize("script", [True, False])
def test_a_sound_is_heard_before_and_after(author, plain, script):
    page = author(f"wu-sound-{script}".lower(), script=script)
    preview(page, plain["audio"])
    assert page.locator("#trial audio").count() == 1
    if script:
        until(page, "document.querySelector('#trial audio').duration > 4")
        look_over(page)
        keep(page, "preview-sound", "en", 1280)
    released(page, plain["audio"], script=script)
    assert page.locator(".pair audio").count() == 2
    if script:
        lengths = "[...document.querySelectorAll('.pair audio')].map((e) => e.duration)"
        until(page, f"{lengths}.every((seconds) => seconds > 0)")
        before, after = page.evaluate(lengths)
        assert after > before
        look_over(page)
        keep(page, "compared-sound", "en", 1280)


def test_of_a_text_and_a_film_what_changed_is_shown(author, plain):
    page = author("wu-others")
    released(page, plain["text"])
    assert "本内容由AI生成" in page.text_content(".lines")
    assert page.locator(".lines ins").count() > 3
    look_over(page)
    keep(page, "compared-text", "en", 1280)
    released(page, plain["video"])
    assert page.locator(".pair video").count() == 2
    look_over(page)
    keep(page, "compared-film", "en", 1280)


def test_the_readers_numbers_stand_in_the_details(visit, labelled):
    page = visit()
    page.goto("/verify")
    page.set_input_files("#file", labelled["image"])
    page.wait_for_selector("#result .verdict")
    page.click("#layer-explicit summary")
    assert "AI生成" in page.text_content("#layer-explicit details")
    page.click("#layer-aigc summary")
    look_over(page)
    keep(page, "verified-details", "en", 1280)


def test_a_file_that_will_not_do_is_told_in_place_of_a_preview(author, visit, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 200)
    page = author("wu-broken")
    page.set_input_files("#file", broken)
    page.click("button[value=preview]")
    assert "broken.png" in page.text_content("[role=alert]")
    visit.complaints[:] = [said for said in visit.complaints if "422" not in said]
