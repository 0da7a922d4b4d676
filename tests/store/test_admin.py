"""The staff pages: dead letters with their retry, and the log that nobody can write to."""

import pytest
from django.db import transaction
from django.urls import reverse

from colophon.store import clock, events, jobs, leases
from colophon.store.leases import Outcome
from colophon.store.models import Event, Job
from colophon.store.states import State, Step

pytestmark = pytest.mark.django_db

HAPPENED = events.kind("admin.happened", zh="发生了一件事", en="Something happened")


@jobs.body("admin.nothing")
def nothing(context):
    pass


@pytest.fixture
def dead():
    with transaction.atomic():
        job = jobs.queue("admin.nothing", {}, key="one")
        lease = leases.take_this(job.pk, "here", clock.now(), 15)
    leases.settle(Outcome(lease, Step.GIVE_UP, "disk_full", "0123456789abcdef"), clock.now())
    return job


def choose(client, action, *chosen):
    data = {"action": action, "_selected_action": [job.pk for job in chosen]}
    return client.post(reverse("admin:store_job_changelist"), data, follow=True)


def staff(django_user_model, client, *permissions):
    from django.contrib.auth.models import Permission

    account = django_user_model.objects.create_user("staff", password="x", is_staff=True)
    account.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(account)
    return account


def test_dead_letters_are_seen(admin_client, dead):
    page = admin_client.get(reverse("admin:store_job_changelist"), {"state__exact": "dead"})
    assert page.status_code == 200
    assert "disk_full" in page.content.decode()


def test_a_dead_letter_is_retried_under_the_persons_pseudonym(client, django_user_model, dead):
    account = staff(django_user_model, client, "view_job", "change_job")
    assert choose(client, "retry", dead).status_code == 200
    assert Job.objects.get().state == State.QUEUED
    event = Event.objects.get(kind="job.retried")
    assert event.by == f"account:{account.number}"
    assert "staff" not in event.by


def test_a_waiting_job_is_stopped(admin_client, dead):
    choose(admin_client, "retry", dead)
    choose(admin_client, "stop", dead)
    assert Job.objects.get().state == State.STOPPED


def test_who_may_only_look_cannot_act(client, django_user_model, dead):
    staff(django_user_model, client, "view_job")
    page = client.get(reverse("admin:store_job_changelist"))
    assert page.status_code == 200
    choose(client, "retry", dead)
    assert Job.objects.get().state == State.DEAD
    assert not Event.objects.filter(kind="job.retried").exists()


def test_the_log_is_read_only(admin_client):
    with transaction.atomic():
        event = events.append(HAPPENED, "thing:1", {"size": 3}, by="system", now=clock.now())
    page = admin_client.get(reverse("admin:store_event_changelist"))
    assert "admin.happened" in page.content.decode()
    address = reverse("admin:store_event_change", args=[event.pk])
    shown = admin_client.get(address)
    assert shown.status_code == 200
    assert "&quot;size&quot;: 3" in shown.content.decode()
    assert admin_client.post(address, {"subject": "thing:2"}).status_code == 403
    assert admin_client.get(reverse("admin:store_event_add")).status_code == 403
    delete = reverse("admin:store_event_delete", args=[event.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    assert Event.objects.get(pk=event.pk).subject == "thing:1"
