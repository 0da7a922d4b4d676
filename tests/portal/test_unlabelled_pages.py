"""Asking for a version without explicit label on the pages: read, accept, wait, download."""

import pytest
from django.core.cache import cache
from django.test import Client

from colophon.content import duties
from colophon.content.models import Content, UnlabelledVersion
from colophon.store import blobs, clock
from colophon.store.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def content(signed_in, provider, picture, run_jobs):
    signed_in.post("/account", {"file": picture(), "kind": "image"})
    run_jobs()
    return Content.objects.get()


@pytest.fixture
def address(content):
    return f"/account/content/{content.pk}/unlabelled"


def accepted(**more):
    return {"accepted": "yes", "duties": duties.current().sha256("en")} | more


def page_of(client, address):
    return client.get(address).content.decode()


def test_measures_9_from_the_content_s_page_to_the_download(signed_in, content, address, run_jobs):
    door = page_of(signed_in, address.removesuffix("/unlabelled"))
    assert address in door and "Version without explicit label" in door
    page = page_of(signed_in, address)
    assert "Declare and label." in page and "阅读中文文本" in page
    assert f'name="duties" value="{duties.current().sha256("en")}"' in page
    answer = signed_in.post(address, accepted(), follow=True)
    assert "Your acceptance is on record." in answer.content.decode()
    assert "data-watch>" in answer.content.decode() and "Being made" in answer.content.decode()
    run_jobs()
    page = page_of(signed_in, address)
    assert "Ready" in page and "data-watch>" not in page
    file = signed_in.get(address + "/file")
    data = b"".join(file.streaming_content)
    assert "hills-without-explicit-label.png" in file["Content-Disposition"]
    assert b"TC260" in data
    assert data == blobs.path(UnlabelledVersion.objects.get().sha256).read_bytes()
    assert Event.objects.filter(kind="content.unlabelled_given").count() == 1
    assert "Ready" in page_of(signed_in, address.removesuffix("/unlabelled"))


def test_measures_9_without_the_tick_nothing_is_accepted(signed_in, address):
    answer = signed_in.post(address, accepted(accepted=""))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'role="alert"' in page and "duties_not_accepted" in page
    assert "I have read these duties" in page
    assert not UnlabelledVersion.objects.exists()


def test_measures_9_a_text_that_changed_meanwhile_is_shown_and_asked_again(
    signed_in, address, run_jobs, author
):
    old = accepted()
    signed_in.post(address, old)
    run_jobs()
    duties.publish("新的义务", "Entirely new duties", by="test", now=clock.now())
    assert signed_in.post(address, old).status_code == 409
    page = page_of(signed_in, address)
    assert "Entirely new duties" in page and "The duties have changed" in page
    assert signed_in.get(address + "/file").status_code == 409


def test_the_text_is_shown_in_the_page_s_language_and_escaped(signed_in, address):
    duties.publish("第一条\n\n<b>第二条</b>", "One", by="test", now=clock.now())
    page = signed_in.get(address, headers={"accept-language": "zh-CN"}).content.decode()
    shown, other = page.index("第一条"), page.index("<p>One</p>")
    assert shown < other and "&lt;b&gt;第二条" in page
    assert "我已阅读并接受上述义务" in page


def test_a_held_version_says_why_and_is_tried_again(signed_in, content, address, run_jobs):
    signed_in.post(address, accepted())
    path = blobs.path(content.original_sha256)
    data = path.read_bytes()
    path.unlink()
    run_jobs()
    page = page_of(signed_in, address)
    assert "blob_missing" in page and "Try again" in page
    blobs.keep(data)
    version = UnlabelledVersion.objects.get()
    signed_in.post(address, {"accepted": "yes", "duties": version.duties_sha256})
    run_jobs()
    assert "Ready" in page_of(signed_in, address)


def test_what_bears_no_explicit_label_is_said_so(signed_in, provider, picture, run_jobs):
    signed_in.post("/account", {"file": picture(), "kind": "image", "action": "edited"})
    run_jobs()
    address = f"/account/content/{Content.objects.get().pk}"
    assert "This file bears no explicit label as it is." in page_of(signed_in, address)
    assert "No such version is needed" in page_of(signed_in, address + "/unlabelled")
    signed_in.post(address + "/unlabelled", accepted())
    assert not UnlabelledVersion.objects.exists()


def test_before_its_release_there_is_no_door(signed_in, provider, picture):
    signed_in.post("/account", {"file": picture(), "kind": "image"})
    address = f"/account/content/{Content.objects.get().pk}"
    assert "Version without explicit label" not in page_of(signed_in, address)
    assert "Nothing to ask for yet" in page_of(signed_in, address + "/unlabelled")
    assert signed_in.post(address + "/unlabelled", accepted()).status_code == 409


def test_nobody_else_sees_it_staff_too(content, address):
    from colophon.parties.models import Account

    chief = Account.objects.create_superuser("chief", password="a long password 2")
    for account in (chief, Account.objects.create_user("stranger", password="a long password 3")):
        client = Client(headers={"accept-language": "en"})
        client.force_login(account)
        assert client.get(address).status_code == 404
        assert client.post(address, accepted()).status_code == 404
        assert client.get(address + "/file").status_code == 404
    assert Client().get(address).url.startswith("/account/login/")
    seen = Client(headers={"accept-language": "en"})
    seen.force_login(chief)
    assert address not in page_of(seen, address.removesuffix("/unlabelled"))


def test_a_form_from_elsewhere_is_refused(author, address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(author)
    assert browser.post(address, accepted()).status_code == 403
    assert not UnlabelledVersion.objects.exists()


def test_too_many_wait(signed_in, address, settings):
    settings.COLOPHON_INSPECT_PER_MINUTE = 1
    signed_in.post(address, accepted())
    assert signed_in.post(address, accepted()).status_code == 429
