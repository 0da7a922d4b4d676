"""A user's way to a version without explicit label: read, accept by keyboard, fetch, verify."""

import re

import pytest

from .conftest import PASSWORD
from .looking import SMALL_TARGETS, look_over, reach_by_keyboard
from .test_look import keep


@pytest.fixture
def released(visit, plain):
    """Signs somebody up who has a released picture; answers the page that shows it."""

    def submit(name, **wishes):
        page = visit(**wishes)
        page.goto("/account/signup/")
        page.fill("[name=username]", name)
        page.fill("[name=password1]", PASSWORD)
        page.fill("[name=password2]", PASSWORD)
        page.click(".entrance form button[type=submit]")
        page.wait_for_url("**/account")
        page.set_input_files("#file", plain["image"])
        page.check("[name=kind][value=image]")
        page.click("form[data-progress] button:has-text('Label it'), button:has-text('添加标识')")
        page.wait_for_url(re.compile("/account/content/"))
        until_met(page, "h1 + .state.met", wishes.get("script", True))
        return page

    return submit


def until_met(page, selector, script):
    """Waits for the page's own asking, or asks for it where nothing runs in it."""
    if script:
        page.wait_for_selector(selector, timeout=60_000)
        return
    for _ in range(120):
        if page.locator(selector).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.content())


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_measures_9_read_accept_and_fetch(released, tmp_path, lang, width):
    page = released(f"wei-{lang}", lang=lang, width=width)
    look_over(page)
    keep(page, "without-door", lang, width)
    page.click("a[href$='/unlabelled']")
    look_over(page)
    assert page.evaluate(SMALL_TARGETS) == []
    keep(page, "without-duties", lang, width)
    # The button does nothing before the tick.
    page.click("button.button")
    assert page.locator("#accepted").count() == 1
    reach_by_keyboard(page, "#accepted")
    page.keyboard.press("Space")
    reach_by_keyboard(page, "button.button", presses=3)
    page.keyboard.press("Enter")
    page.wait_for_selector(".state.large.met", timeout=60_000)
    look_over(page)
    keep(page, "without-made", lang, width)
    with page.expect_download() as waited:
        page.click("a[href$='/unlabelled/file']")
    finished = tmp_path / waited.value.suggested_filename
    assert finished.stem.endswith("-without-explicit-label")
    waited.value.save_as(finished)
    page.reload()
    assert page.locator(".facts dd.num").nth(2).text_content().startswith("1 ·")
    page.goto("/verify")
    page.set_input_files("#file", finished)
    page.wait_for_selector("#result .verdict")
    assert page.locator("#layer-aigc .state.met").count() == 1
    assert page.locator("#layer-explicit .state.met").count() == 0
    assert page.locator("#layer-register .state.met").count() == 1
    keep(page, "without-verified", lang, width)


def test_measures_9_the_same_without_script(released):
    page = released("wei-plain", lang="zh", script=False)
    page.click("a[href$='/unlabelled']")
    page.check("#accepted")
    page.click("button.button")
    until_met(page, ".state.large.met", script=False)
    assert "已备好" in page.text_content(".state.large")


def test_staff_see_the_record_and_the_duties(staff):
    for lang in ("en", "zh"):
        page = staff(lang=lang)
        page.goto("/console/content/unlabelledversion/")
        keep(page, "console-without", lang, 1280)
        page.goto("/console/content/dutiestext/add/")
        assert page.locator("textarea").count() == 2
        assert "第九条" in page.input_value("[name=zh]")
        keep(page, "console-duties", lang, 1280)
