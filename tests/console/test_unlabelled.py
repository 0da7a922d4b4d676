"""Staff see the record and publish the duties; nobody edits or deletes either."""

import io

import pytest
from django.test import Client, override_settings

from colophon.content import duties, submission, unlabelled
from colophon.content.models import Content, DutiesText, UnlabelledVersion
from colophon.parties import roles
from colophon.parties.models import Account
from colophon.store import clock
from colophon.store.models import Event
from tests.content.conftest import account, png, provider, run_jobs

__all__ = ["account", "png", "provider", "run_jobs"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor():
    with override_settings(COLOPHON_STAFF_MFA="off"):
        yield


def staff(role):
    person = Account.objects.create_user(role.name.lower(), password="a long password 1")
    roles.appoint(person, role)
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def version(account, provider, png, run_jobs):
    content = submission.submit(
        io.BytesIO(png), "a.png", account=account, by="test", now=clock.now()
    )
    run_jobs()
    content = Content.objects.get(pk=content.pk)
    sha256 = duties.current().sha256("zh")
    unlabelled.accept(content, sha256, by="test", now=clock.now())
    run_jobs()
    return UnlabelledVersion.objects.get()


LIST = "/console/content/unlabelledversion/"
TEXTS = "/console/content/dutiestext/"


def test_measures_9_the_record_shows_recipient_text_and_time(version):
    inspector = staff(roles.Role.INSPECTOR)
    assert version.recipient[8:16] in inspector.get(LIST).content.decode()
    page = inspector.get(f"{LIST}{version.pk}/change/").content.decode()
    assert version.recipient in page and version.duties_sha256 in page
    assert "保留隐式标识" in page


def test_measures_9_even_a_superuser_cannot_delete_or_edit_a_record(version):
    chief = Account.objects.create_superuser("chief", password="a long password 1")
    client = Client()
    client.force_login(chief)
    assert client.post(f"{LIST}{version.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{LIST}{version.pk}/change/", {"recipient": "x"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert UnlabelledVersion.objects.get() == version


def test_an_administrator_publishes_a_text_that_asks_everybody_again(version):
    administrator = staff(roles.Role.ADMINISTRATOR)
    page = administrator.get(TEXTS + "add/").content.decode()
    assert "Declare and label." in page
    answer = administrator.post(TEXTS + "add/", {"zh": "新的义务", "en": "New duties"})
    assert answer.status_code == 302
    now_due = duties.current()
    assert (now_due.version, now_due.texts["en"]) == (2, "New duties\n")
    assert Event.objects.filter(kind="content.duties_published").count() == 2
    assert unlabelled.standing(version.content).stand == "not_asked"
    row = DutiesText.objects.get(version=2, lang="en")
    shown = administrator.get(f"{TEXTS}{row.pk}/change/").content.decode()
    assert "New duties" in shown
    assert administrator.post(f"{TEXTS}{row.pk}/change/", {"zh": "x", "en": "y"}).status_code == 403
    assert administrator.post(f"{TEXTS}{row.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("words", [{"zh": "", "en": "x"}, {"zh": " ", "en": "x"}, {"zh": "x"}])
def test_a_text_in_one_language_alone_is_refused(db, words):
    administrator = staff(roles.Role.ADMINISTRATOR)
    assert administrator.post(TEXTS + "add/", words).status_code == 200
    assert not DutiesText.objects.exists()


@pytest.mark.parametrize("role", [roles.Role.REVIEWER, roles.Role.INSPECTOR])
def test_who_may_only_look_publishes_nothing(db, role):
    client = staff(role)
    assert client.get(TEXTS).status_code == 200
    assert client.post(TEXTS + "add/", {"zh": "x", "en": "y"}).status_code == 403
    assert not DutiesText.objects.exists()
