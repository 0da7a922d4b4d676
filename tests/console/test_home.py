"""The console's front page: for staff only, and its numbers are those of the tables."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client, override_settings
from django.utils import timezone

from colophon.console import board, home
from colophon.content.models import Content
from colophon.parties.models import Account
from colophon.store import clock
from colophon.store.models import Job

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _without_second_factor():
    with override_settings(COLOPHON_STAFF_MFA="off"):
        yield


@pytest.fixture
def chief():
    return Account.objects.create_superuser("chief", password="a long password 1")


@pytest.fixture
def console(chief):
    client = Client(headers={"accept-language": "en"})
    client.force_login(chief)
    return client


def content(account, state, *, days=0, problem=None):
    moment = clock.now() - timedelta(days=days)
    number = uuid4()
    return Content.objects.create(
        id=number,
        account=account,
        name="a.png",
        medium="image",
        media_type="image/png",
        state=state,
        produce_id=number.hex,
        problem=problem,
        created=moment,
        released=moment if state == "released" else None,
        labelled_sha256=number.hex * 2 if state == "released" else "",
    )


def test_a_stranger_is_sent_to_the_one_sign_in(client):
    answer = client.get("/console/")
    assert answer.status_code == 302
    assert "/login/" in answer.url


def test_a_user_who_is_no_staff_sees_nothing(client):
    client.force_login(Account.objects.create_user("user", password="a long password 1"))
    assert client.get("/console/").status_code in {302, 403}


def test_the_numbers_are_those_of_the_tables(chief):
    content(chief, "held", problem={"code": "too_large"})
    content(chief, "held", problem={"code": "read_back_failed"})
    content(chief, "labelling")
    content(chief, "received")
    content(chief, "producing")
    content(chief, "released")
    content(chief, "released", days=2)
    Job.objects.create(kind="t", key="t", state="dead", due=clock.now(), created=clock.now())
    counts = [figure.count for figure in home.figures(clock.now())]
    assert counts == [2, 1, 1, 3, 1, 0]


def test_the_plots_count_by_day_and_forget_what_is_older(chief):
    for days in (0, 0, 3, 13, 14, 40):
        content(chief, "released", days=days)
    released, held = home.plots(clock.now())
    assert [bar.count for bar in released.bars] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2]
    assert (released.total, released.top) == (4, 2)
    assert released.bars[-1].day == timezone.localdate()
    assert released.bars[-1].height == home.PLOT_HEIGHT
    assert held.total == 0


def test_the_board_shows_25_articles_and_claims_nothing():
    tiles = board.strip()
    assert [tile.number for tile in tiles] == list(range(1, 26))
    assert {tile.shape for tile in tiles} == {board.UNMEASURED}
    assert all(tile.title for tile in tiles)


@pytest.mark.parametrize(("language", "word"), [("en", "Last events"), ("zh-CN", "最近事件")])
def test_the_page_speaks_both_languages(console, language, word):
    page = console.get("/console/", headers={"accept-language": language}).content.decode()
    assert word in page
    assert ("开立账号" if language == "zh-CN" else "An account was opened") in page


def test_events_are_for_those_who_may_look(client):
    clerk = Account.objects.create_user("clerk", password="a long password 1", is_staff=True)
    client.force_login(clerk)
    assert client.get("/console/").context["last_events"] == ()
    clerk.user_permissions.add(Permission.objects.get(codename="view_event"))
    assert client.get("/console/").context["last_events"]


def test_every_registered_table_has_a_page_that_opens(console):
    opened = 0
    for model in admin.site._registry:
        label = model._meta
        address = f"/console/{label.app_label}/{label.model_name}/"
        assert console.get(address, follow=True).status_code == 200, address
        opened += 1
    assert opened >= 8


def test_the_sidebar_leads_to_every_table_we_register(console):
    page = console.get("/console/").content.decode()
    for model in admin.site._registry:
        assert f"/console/{model._meta.app_label}/{model._meta.model_name}/" in page
