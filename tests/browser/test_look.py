"""Every page on a desktop and on a phone, zh and en, light and dark: pictures to look at,
and a look over for sideways scrolling, contrast, names and headings.
"""

import pytest

from .conftest import SCREENSHOTS
from .looking import SMALL_TARGETS, look_over

WIDTHS = (1280, 390)
OPEN = {
    "home": "/",
    "verify": "/verify",
    "sign-in": "/account/login/",
    "sign-up": "/account/signup/",
}
SIGNED_IN = {"account": "/account", "produce": "/account/produce", "keys": "/account/keys"}


def keep(page, name, lang, width, *, dark=False):
    """Saves a picture of the whole page."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    shade = "-dark" if dark else ""
    page.screenshot(path=SCREENSHOTS / f"{name}-{lang}-{width}{shade}.png", full_page=True)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_open_pages(visit, width, lang, dark):
    page = visit(lang=lang, width=width, dark=dark)
    for name, address in OPEN.items():
        page.goto(address)
        look_over(page)
        assert page.evaluate(SMALL_TARGETS) == []
        keep(page, name, lang, width, dark=dark)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_verified(visit, labelled, plain, width, lang, dark):
    page = visit(lang=lang, width=width, dark=dark)
    shown = {"verified": labelled["image"]}
    if not dark:
        shown |= {"verified-text": labelled["text"], "verified-plain": plain["audio"]}
    for name, file in shown.items():
        page.goto("/verify")
        page.set_input_files("#file", file)
        page.wait_for_selector("#result .verdict")
        page.wait_for_timeout(300)
        look_over(page)
        keep(page, name, lang, width, dark=dark)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_signed_in_pages(staff, width, lang):
    page = staff(lang=lang, width=width)
    for name, address in SIGNED_IN.items():
        page.goto(address)
        look_over(page)
        keep(page, name, lang, width)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_console_home(staff, width, lang):
    page = staff(lang=lang, width=width)
    page.goto("/console/")
    page.wait_for_selector(".figures")
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) <= 0
    keep(page, "console", lang, width)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_missing_page(visit, lang):
    page = visit(lang=lang, width=390)
    page.goto("/nothing-here")
    look_over(page)
    keep(page, "missing", lang, 390)
    visit.complaints.clear()


def test_text_may_grow_to_double_without_sideways_scrolling(visit):
    page = visit(width=640)
    for address in OPEN.values():
        page.goto(address)
        page.evaluate("document.documentElement.style.zoom = 2")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), address
