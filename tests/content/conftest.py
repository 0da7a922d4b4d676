"""An operator, an account, small real files, and jobs run by hand in the test's own thread."""

import contextlib

import pytest

from .made import png_bytes


@pytest.fixture
def png():
    return png_bytes()


@pytest.fixture
def account(db):
    from colophon.parties.models import Account

    return Account.objects.create_user("author")


@pytest.fixture
def other(db):
    from colophon.parties.models import Account

    return Account.objects.create_user("stranger")


@pytest.fixture
def provider(db):
    from colophon.labels.provider_code import uscc_check_character
    from colophon.parties import operator, signing
    from colophon.store import clock

    first = "91000000TEAT00000"
    profile = operator.Profile("测试公司", first + uscc_check_character(first), "测试服务")
    found = operator.establish(profile, by="test", now=clock.now())
    signing.ensure("测试公司", now=clock.now())
    return found


@pytest.fixture
def run_jobs(monkeypatch):
    """Does every due job now; a test calls it where a runner's turn would come.

    Leases are not renewed meanwhile: another thread cannot see into the test's transaction.
    """
    from colophon.store import clock, work
    from colophon.store.models import Job

    monkeypatch.setattr(work._heart, "holding", lambda _lease: contextlib.nullcontext())

    def run() -> int:
        done = 0
        while True:
            due = Job.objects.filter(state="queued", due__lte=clock.now()).order_by("id").first()
            if due is None or not work.run_this(due.pk, "test"):
                return done
            done += 1

    return run
