"""Signing up and in, and the second factor that opens the console to staff."""

import dataclasses

import pytest
from allauth.mfa.models import Authenticator

from colophon.parties import operator
from colophon.parties.models import Account
from colophon.store import clock
from colophon.store.models import Event

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture
def staff(client):
    found = Account.objects.create_superuser("boss", "boss@example.com", PASSWORD)
    client.force_login(found)
    return found


def sign_up(client, name="newcomer"):
    fields = {"username": name, "email": "", "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/account/signup/", fields)


def test_signing_up_opens_an_account_under_a_pseudonym(client):
    assert sign_up(client).status_code == 302
    account = Account.objects.get(username="newcomer")
    entry = bytes(Event.objects.get(kind="account.opened").entry).decode()
    assert str(account.number) in entry and "newcomer" not in entry
    assert not account.is_staff


def test_a_closed_sign_up_opens_none(client, settings):
    settings.COLOPHON_SIGN_UP = False
    assert sign_up(client).status_code == 200
    assert not Account.objects.exists()


@pytest.mark.parametrize("login", ["boss", "boss@example.com"])
def test_name_or_mail_signs_in(client, login):
    Account.objects.create_superuser("boss", "boss@example.com", PASSWORD)
    response = client.post("/account/login/", {"login": login, "password": PASSWORD})
    assert response.status_code == 302 and "_auth_user_id" in client.session


def test_the_console_sends_strangers_to_the_one_sign_in(client):
    assert client.get("/console/login/?next=/console/")["Location"].startswith("/account/login/")


def test_the_demonstration_opens_the_console_without_a_second_factor(client, staff, provider):
    profile = {f.name: getattr(provider, f.name) for f in dataclasses.fields(operator.Profile)}
    operator.establish(
        operator.Profile(**{**profile, "demonstration": True}), by="t", now=clock.now()
    )
    assert client.get("/console/").status_code == 200


def test_a_real_operators_staff_needs_a_second_factor(client, staff, provider):
    assert client.get("/console/")["Location"] == "/account/2fa/"
    Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={})
    assert client.get("/console/").status_code == 200


@pytest.mark.parametrize(("chosen", "status"), [("required", 302), ("requird", 302), ("off", 200)])
def test_the_operator_decides_otherwise(client, staff, provider, settings, chosen, status):
    settings.COLOPHON_STAFF_MFA = chosen
    assert client.get("/console/").status_code == status


@pytest.mark.parametrize(
    "page", ["parties/account", "parties/apikey", "parties/operator", "content/content"]
)
def test_the_rooms_pages_open(client, staff, settings, page):
    settings.COLOPHON_STAFF_MFA = "off"
    assert client.get(f"/console/{page}/").status_code == 200
