"""Accounts leave their event by whichever door they come, and roles bear their permissions."""

import pytest
from django.contrib.auth.models import Group

from colophon.errors import AccountExists, PasswordRefused
from colophon.parties import accounts, keys, roles
from colophon.parties.models import Account
from colophon.store import clock
from colophon.store.models import Event

pytestmark = pytest.mark.django_db


def test_opening_an_account_leaves_one_event_and_a_change_none():
    account = Account.objects.create_user("a", password="x")
    account.first_name = "changed"
    account.save()
    events = Event.objects.filter(kind="account.opened")
    assert [event.subject for event in events] == [f"account:{account.number}"]


def test_pseudonyms_differ_and_are_what_an_account_prints_as():
    one, two = Account.objects.create_user("one"), Account.objects.create_user("two")
    assert one.number != two.number
    assert str(one) == str(one.number)


def test_every_role_may_look_at_every_room():
    for role in roles.Role:
        names = set(
            Group.objects.get(name=role.value).permissions.values_list("codename", flat=True)
        )
        assert {"view_content", "view_account", "view_event", "view_job"} <= names


def test_an_inspector_may_only_look():
    names = Group.objects.get(name="inspector").permissions.values_list("codename", flat=True)
    assert names and all(name.startswith("view_") for name in names)


def test_nobody_but_the_administrator_changes_accounts_and_nobody_deletes():
    may_change = {
        group.name for group in Group.objects.filter(permissions__codename="change_account")
    }
    assert may_change == {"operator administrator"}
    assert not Group.objects.filter(permissions__codename__startswith="delete_").exists()


def test_an_appointed_inspector_sees_the_console_and_may_look():
    account = Account.objects.create_user("i")
    roles.appoint(account, roles.Role.INSPECTOR)
    fresh = Account.objects.get(pk=account.pk)
    assert fresh.is_staff and fresh.has_perm("content.view_content")
    assert not fresh.has_perm("content.change_content")


def test_first_administrator_is_opened_once_and_keeps_its_password():
    first, opened = accounts.ensure_administrator("root", "r@example.com", "correct horse battery")
    again, opened_again = accounts.ensure_administrator("root", "", "another long password")
    assert opened and not opened_again and first == again
    assert again.check_password("correct horse battery") and again.is_superuser


@pytest.mark.parametrize("password", ["short", "password", "12345678901234"])
def test_a_weak_password_is_refused_and_no_account_made(password):
    with pytest.raises(PasswordRefused):
        accounts.ensure_administrator("root", "", password)
    assert not Account.objects.exists()


def test_a_users_name_is_not_made_an_administrators():
    Account.objects.create_user("taken")
    with pytest.raises(AccountExists):
        accounts.ensure_administrator("taken", "", "correct horse battery")


def test_the_console_notes_which_fields_changed_and_never_their_values(admin_client, settings):
    settings.COLOPHON_STAFF_MFA = "off"
    account = Account.objects.create_user("before")
    page = f"/console/parties/account/{account.pk}/change/"
    fields = {"username": "after", "email": "secret@example.com", "is_active": "on"}
    assert admin_client.post(page, fields).status_code == 302
    entry = bytes(Event.objects.get(kind="account.changed").entry).decode()
    assert "email" in entry and "username" in entry
    assert "secret" not in entry and "after" not in entry


def test_keys_are_ended_from_the_console_by_the_act(admin_client, settings):
    settings.COLOPHON_STAFF_MFA = "off"
    account = Account.objects.create_user("holder")
    key, secret = keys.issue(account, "k", by="test", now=clock.now())
    fields = {"action": "revoke", "_selected_action": [key.pk]}
    assert admin_client.post("/console/parties/apikey/", fields).status_code == 302
    assert keys.account_of(secret) is None
    assert Event.objects.filter(kind="key.revoked").count() == 1


def test_an_administrator_who_is_no_superuser_gives_nobody_a_role(client, settings):
    settings.COLOPHON_STAFF_MFA = "off"
    person = Account.objects.create_user("person")
    roles.appoint(person, roles.Role.ADMINISTRATOR)
    client.force_login(person)
    page = f"/console/parties/account/{person.pk}/change/"
    fields = {
        "username": "person",
        "email": "",
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
    }
    assert client.post(page, fields).status_code == 302
    fresh = Account.objects.get(pk=person.pk)
    assert not fresh.is_superuser and fresh.is_staff


def test_an_administrator_who_is_no_superuser_cannot_take_a_superusers_account(client, settings):
    settings.COLOPHON_STAFF_MFA = "off"
    person = Account.objects.create_user("person")
    roles.appoint(person, roles.Role.ADMINISTRATOR)
    top = Account.objects.create_superuser("top", "", "correct horse battery")
    client.force_login(person)
    new = {"password1": "another long password", "password2": "another long password"}
    for page in ("password/", "change/"):
        answer = client.post(f"/console/parties/account/{top.pk}/{page}", {**new, "username": "x"})
        assert answer.status_code == 403
    assert Account.objects.get(pk=top.pk).check_password("correct horse battery")
