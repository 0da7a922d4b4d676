"""A member of staff sets up a second factor in a real browser, and signs in by it."""

import re

import pytest

from tests.site import serving

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.needs("chromium")]
PASSWORD = "three long words 7"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("second") / "data"
    serving.colophon(
        folder,
        "init",
        "--demonstration",
        "--yes",
        "--admin-password-env",
        "SECRET",
        SECRET=PASSWORD,
    )
    server = serving.start(folder, COLOPHON_STAFF_MFA="required")
    # Passkeys belong to a name, not to an address of numbers.
    server.url = server.url.replace("127.0.0.1", "localhost")
    yield server
    server.stop()


@pytest.fixture
def page(service):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=service.url, locale="en-GB")
        opened = context.new_page()
        opened.set_default_timeout(15_000)
        complaints = []
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        yield opened
        browser.close()
    assert complaints == []


def sign_in(page):
    page.goto("/account/login/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("form:has([name=password]) button[type=submit]")


def confirm_password(page):
    if "reauthenticate" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.click("form:has([name=password]) button[type=submit]")


def test_staff_is_sent_to_set_up_a_factor_and_signs_in_by_a_passkey(page):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page)
    page.wait_for_url(re.compile("/account"))
    page.goto("/console/")
    assert page.url.endswith("/account/2fa/")

    page.goto("/account/2fa/webauthn/add/")
    confirm_password(page)
    page.fill("[name=name]", "my key")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(re.compile("/account/2fa/(?!webauthn/add)"))
    page.goto("/console/")
    assert page.url.endswith("/console/")

    page.context.clear_cookies()
    page.goto("/account/login/?next=/console/")
    page.click("#passkey_login")
    page.wait_for_url(re.compile("/console/$"))
