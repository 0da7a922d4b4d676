"""A version without explicit label through the API: duties read, accepted, version fetched."""

import hashlib
import json

import pytest
from django.test import Client

from colophon.content import duties
from colophon.content.models import UnlabelledVersion
from colophon.labels import inspect
from colophon.parties import roles
from colophon.store import clock
from colophon.store.models import Event

from .test_api import call, empty_cache, key_of, post, problem, released

__all__ = ["call", "empty_cache", "released"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(released):
    return f"/api/content/{released.id}/unlabelled"


def accept(call, address, sha256=None, **more):
    sha256 = sha256 or call.get(address).json()["duties"]["sha256"]
    return call.post(
        address, json.dumps({"duties_sha256": sha256}), content_type="application/json", **more
    )


def test_measures_9_from_the_duties_to_the_file(call, address, run_jobs, released):
    asked = call.get(address).json()
    assert (asked["state"], asked["file_url"], asked["recipient"]) == ("not_asked", None, None)
    text = asked["duties"]["text"]
    assert hashlib.sha256(text.encode()).hexdigest() == asked["duties"]["sha256"]
    answer = accept(call, address)
    assert answer.status_code == 202 and answer["Location"] == address
    assert answer.json()["recipient"] == f"account:{released.account.number}"
    run_jobs()
    made = call.get(address).json()
    assert made["state"] == "made" and made["file_url"] == address + "/file"
    assert made["keep_until"] > made["accepted"]
    file = call.get(made["file_url"])
    data = b"".join(file.streaming_content)
    assert hashlib.sha256(data).hexdigest() == made["sha256"]
    assert "a-without-explicit-label.png" in file["Content-Disposition"]
    assert file["Content-Disposition"].startswith("attachment")
    found = inspect(data)
    explicit = found.layers.explicit
    assert found.layers.aigc.present and (explicit is None or not explicit.present)
    assert Event.objects.filter(kind="content.unlabelled_given").count() == 1


def test_the_same_again_is_200_and_one_record(call, address, run_jobs):
    accept(call, address)
    assert accept(call, address).status_code == 202
    run_jobs()
    assert accept(call, address).status_code == 200
    assert UnlabelledVersion.objects.count() == 1


def test_the_duties_come_in_the_callers_language(call, address):
    english = call.get(address).json()["duties"]
    chinese = call.get(address, headers={"accept-language": "zh-CN"}).json()["duties"]
    assert (english["lang"], chinese["lang"]) == ("en", "zh")
    assert "第九条" in chinese["text"] and "Article 9" in english["text"]
    assert accept(call, address, chinese["sha256"]).status_code == 202


def test_measures_9_another_text_than_the_one_that_stands_is_refused(call, address):
    old = call.get(address).json()["duties"]["sha256"]
    duties.publish("新的义务", "New duties", by="test", now=clock.now())
    problem(accept(call, address, old), 409, "duties_not_accepted")
    problem(call.get(address + "/file"), 409, "duties_not_accepted")


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"duties_sha256": "x"}', '"x"'])
def test_a_body_that_names_no_text_is_refused(call, address, body):
    answer = call.post(address, body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == "application/problem+json"
    assert not UnlabelledVersion.objects.exists()


def test_anybody_else_finds_nothing_staff_too(address, other, run_jobs, call):
    accept(call, address)
    run_jobs()
    roles.appoint(other, roles.Role.ADMINISTRATOR)
    stranger = Client(headers={"authorization": f"Bearer {key_of(other)}"})
    for path in (address, address + "/file"):
        problem(stranger.get(path), 404, "content_missing")
    sha256 = duties.current().sha256("zh")
    problem(accept(stranger, address, sha256), 404, "content_missing")
    problem(Client().get(address), 401, "sign_in_needed")
    assert not Event.objects.filter(kind="content.unlabelled_given").exists()


def test_before_its_release_there_is_nothing_to_ask_for(call, provider, png):
    address = post(call, png).json()["url"] + "/unlabelled"
    assert call.get(address).json()["state"] == "not_released"
    problem(accept(call, address), 409, "not_released")
    problem(call.get(address + "/file"), 409, "not_released")


def test_a_file_that_bears_none_is_pointed_at(call, provider, run_jobs, png):
    address = post(call, png, action="edited").json()["url"] + "/unlabelled"
    run_jobs()
    answer = accept(call, address)
    assert answer.status_code == 200
    assert answer.json()["state"] == "not_needed"
    assert answer.json()["file_url"] == address.removesuffix("/unlabelled") + "/file"


def test_headers_alone_are_no_giving(call, address, run_jobs):
    accept(call, address)
    run_jobs()
    answer = call.head(address + "/file")
    assert answer.status_code == 200 and answer.content == b""
    assert not Event.objects.filter(kind="content.unlabelled_given").exists()
    part = call.get(address + "/file", headers={"range": "bytes=1-9"})
    assert part.status_code == 206 and len(b"".join(part.streaming_content)) == 9
    assert Event.objects.filter(kind="content.unlabelled_given").count() == 1


def test_a_session_needs_its_csrf_token(account, address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(account)
    sha256 = duties.current().sha256("zh")
    problem(accept(browser, address, sha256), 403, "permission_missing")


def test_too_many_wait(call, address, settings):
    settings.COLOPHON_INSPECT_PER_MINUTE = 2
    for _ in range(2):
        assert accept(call, address).status_code == 202
    problem(accept(call, address), 429, "too_often")
