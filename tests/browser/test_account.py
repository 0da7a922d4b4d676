"""A user's way: sign up, submit, wait, download, verify what was downloaded; keys."""

import re

import pytest

from .conftest import PASSWORD
from .looking import look_over, reach_by_keyboard


@pytest.fixture
def newcomer(visit, request):
    """Signs somebody up; answers the page, signed in."""

    def sign_up(name, **wishes):
        page = visit(**wishes)
        page.goto("/account/signup/")
        look_over(page) if wishes.get("script", True) else None
        page.fill("[name=username]", name)
        page.fill("[name=password1]", PASSWORD)
        page.fill("[name=password2]", PASSWORD)
        page.click(".entrance form button[type=submit]")
        page.wait_for_url("**/account")
        return page

    return sign_up


def test_from_sign_up_to_a_verified_download(newcomer, plain, tmp_path):
    page = newcomer("lin-one")
    look_over(page)
    page.set_input_files("#file", plain["image"])
    page.check("[name=kind][value=image]")
    page.click("form[data-progress] button[type=submit]")
    page.wait_for_url(re.compile("/account/content/"))
    # The page finds out by itself; nobody reloads it.
    page.wait_for_selector("h1 + .state.met", timeout=60_000)
    assert "Released" in page.text_content("h1 + .state")
    assert page.text_content("#main").count("Found") >= 2
    look_over(page)
    with page.expect_download() as waited:
        page.click("a.button")
    finished = tmp_path / "labelled.png"
    waited.value.save_as(finished)
    page.goto("/verify")
    page.set_input_files("#file", finished)
    page.wait_for_selector("#result .verdict")
    assert page.locator(".seal").count() == 2
    assert page.text_content("#layer-register .state").strip().endswith("On record")


def test_the_page_asks_until_there_is_an_answer(newcomer, plain):
    page = newcomer("lin-patient")
    page.set_input_files("#file", plain["text"])
    page.click("form[data-progress] button[type=submit]")
    page.wait_for_selector("h1 + .state.met", timeout=60_000)
    asked = []

    def still_moving_thrice(route):
        answer = route.fetch()
        asked.append(route.request.resource_type)
        body = answer.text()
        if len(asked) <= 3:
            body = body.replace("<div data-watched>", "<div data-watched><span data-watch></span>")
        route.fulfill(response=answer, body=body)

    page.route("**/account/content/*", still_moving_thrice)
    page.reload()
    page.wait_for_selector("[data-watch]", state="detached", timeout=30_000)
    assert asked == ["document", "fetch", "fetch", "fetch"]


def test_the_same_without_script(newcomer, plain):
    page = newcomer("lin-two", lang="zh", script=False)
    page.set_input_files("#file", plain["text"])
    page.click("form[data-progress] button[type=submit]")
    page.wait_for_url(re.compile("/account/content/"))
    for _ in range(60):
        if page.locator("h1 + .state.met").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert "已放行" in page.text_content("h1 + .state")
    page.goto("/account")
    assert page.locator("table.list tbody tr").count() == 1


def test_what_will_not_do_is_told_where_it_was_sent(newcomer, visit, tmp_path):
    strange = tmp_path / "thing.xyz"
    strange.write_bytes(b"\x00\x01" * 40)
    page = newcomer("lin-three")
    page.set_input_files("#file", strange)
    page.click("form[data-progress] button[type=submit]")
    assert "thing.xyz" in page.text_content("[role=alert]")
    visit.complaints[:] = [said for said in visit.complaints if "415" not in said]


def test_the_text_editor_writes_and_labels(newcomer):
    page = newcomer("lin-four")
    page.goto("/account/produce")
    look_over(page)
    page.click("form:has([value=text]) button[type=submit]")
    page.wait_for_selector("h1 + .state.met", timeout=60_000)
    assert page.text_content("h1").endswith(".md")


def test_a_key_is_issued_copied_and_revoked(newcomer, service):
    page = newcomer("lin-five")
    page.goto("/account/keys")
    page.fill("[name=name]", "nightly")
    page.keyboard.press("Enter")
    secret = page.text_content(".secret code")
    assert secret.startswith("col_")
    look_over(page)
    answer = page.request.get("/api/content", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status != 401
    page.click("table.list form button")
    assert "Revoked" in page.text_content("table.list")
    assert secret not in page.content()


def test_sign_in_is_reached_and_done_by_keyboard_alone(visit):
    page = visit()
    page.goto("/account/login/")
    reach_by_keyboard(page, "[name=login]")
    page.keyboard.type("admin")
    reach_by_keyboard(page, "[name=password]", presses=3)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    assert page.locator("a[href='/console/']").count() == 1


def test_the_second_factor_is_offered_in_the_same_dress(newcomer):
    page = newcomer("lin-six")
    page.goto("/account/2fa/")
    look_over(page)
    page.click("a[href*='totp']")
    if page.locator("[name=password]").count():
        page.fill("[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
    page.wait_for_selector("img.code")
    look_over(page)


def test_a_passkey_is_added_and_signs_in(visit, service):
    page = visit()
    # A passkey belongs to a host with a name.
    base = service.url.replace("127.0.0.1", "localhost")
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                     "hasUserVerification": True, "isUserVerified": True}},
    )  # fmt: skip
    page.goto(base + "/account/signup/")
    page.fill("[name=username]", "lin-seven")
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.click(".entrance form button[type=submit]")
    page.wait_for_url("**/account")
    page.goto(base + "/account/2fa/webauthn/add/")
    if page.locator("[name=password]").count():
        page.fill("[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(re.compile("/account/2fa/(recovery-codes|webauthn/(?!add))"))
    page.goto(base + "/account/logout/")
    page.click("main form button[type=submit]")
    page.goto(base + "/account/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/account")
    assert page.locator("main h1").text_content() == "My content"
