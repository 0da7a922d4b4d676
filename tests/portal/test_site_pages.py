"""What all pages share: languages, landmarks, errors, the policy of the browser, sign-in."""

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import path

from colophon.site.urls import handler400, handler403, handler404, handler500, urlpatterns

pytestmark = pytest.mark.django_db


def fails(request):
    """A page that breaks."""
    raise RuntimeError("on purpose")


def refuses(request):
    """A page that says no."""
    from django.core.exceptions import PermissionDenied

    raise PermissionDenied


def confuses(request):
    """A page that is asked nonsense."""
    from django.core.exceptions import SuspiciousOperation

    raise SuspiciousOperation


class Urls:
    """The real addresses and three that fail."""

    urlpatterns = [path("t500", fails), path("t403", refuses), path("t400", confuses), *urlpatterns]
    handler400, handler403 = handler400, handler403
    handler404, handler500 = handler404, handler500


@pytest.mark.parametrize("address", ["/", "/verify", "/account/login/", "/account/signup/"])
@pytest.mark.parametrize(("language", "lang"), [("zh-CN", "zh-Hans"), ("en", "en")])
def test_each_page_has_its_language_landmarks_and_one_heading(client, address, language, lang):
    answer = client.get(address, headers={"accept-language": language})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in page
    for part in ("<header", "<main id=", "<footer", "<nav aria-label=", 'class="skip"'):
        assert part in page
    assert len(re.findall("<h1", page)) == 1
    assert "<title>" in page


@pytest.mark.parametrize("address", ["/", "/verify", "/account/login/", "/nothing-here"])
def test_the_policy_lets_nothing_from_elsewhere_in(client, address):
    policy = client.get(address)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_language_can_be_switched_and_stays(client):
    client.get("/", headers={"accept-language": "zh-CN"})
    client.post("/language", {"language": "en", "next": "/verify"})
    page = client.get("/verify", headers={"accept-language": "zh-CN"}).content.decode()
    assert "What is this, and who made it?" in page


def test_the_switch_does_not_lead_to_strangers(client):
    answer = client.post("/language", {"language": "en", "next": "https://example.com/"})
    assert answer.url == "/"


@pytest.mark.parametrize(
    ("address", "status", "zh", "en"),
    [
        ("/nothing-here", 404, "此地址没有内容", "There is nothing at this address"),
        ("/t403", 403, "您无权查看此页", "This page is not open to you"),
        ("/t400", 400, "无法理解这次请求", "could not be understood"),
        ("/t500", 500, "我们这边出了问题", "Something went wrong on our side"),
    ],
)
def test_errors_say_what_to_do_in_both_languages(address, status, zh, en):
    browser = Client(raise_request_exception=False)
    with override_settings(ROOT_URLCONF=Urls):
        for language, words in (("zh-CN", zh), ("en", en)):
            answer = browser.get(address, headers={"accept-language": language})
            assert answer.status_code == status
            assert words in answer.content.decode()
            assert "Traceback" not in answer.content.decode()


def test_a_form_without_its_token_is_told_so(db):
    browser = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    answer = browser.post("/verify", {})
    assert answer.status_code == 403
    assert "This form is out of date." in answer.content.decode()


def test_the_footer_names_the_operator(visitor, provider):
    assert "测试服务" in visitor.get("/").content.decode()


def test_signing_up_and_in_needs_no_script(db):
    browser = Client(headers={"accept-language": "en"})
    person = {
        "username": "lin-2026",
        "password1": "three long words 7",
        "password2": "three long words 7",
    }
    assert browser.post("/account/signup/", person).status_code == 302
    assert browser.get("/account").status_code == 200
    browser.post("/account/logout/")
    answer = browser.post(
        "/account/login/", {"login": "lin-2026", "password": "three long words 7"}
    )
    assert answer.status_code == 302
    assert answer.url == settings.LOGIN_REDIRECT_URL


def test_a_wrong_password_is_told_beside_the_form(visitor):
    answer = visitor.post("/account/login/", {"login": "nobody", "password": "wrong"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in page


@pytest.mark.parametrize(
    "address",
    ["/account/2fa/", "/account/password/change/", "/account/email/", "/account/logout/",
     "/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"],
)  # fmt: skip
def test_the_pages_of_sign_in_wear_the_same_dress(signed_in, address):
    answer = signed_in.get(address, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "colophon/tokens.css" in page
    assert 'id="main"' in page
