"""An operator, people, a small real picture, and jobs run in the test's own thread."""

import io

import pytest
from django.test import Client


@pytest.fixture
def provider(db):
    """The operator whose name and key labels bear."""
    from colophon.labels.provider_code import uscc_check_character
    from colophon.parties import operator, signing
    from colophon.store import clock

    first = "91000000TEAT00000"
    profile = operator.Profile("测试公司", first + uscc_check_character(first), "测试服务")
    found = operator.establish(profile, by="test", now=clock.now())
    signing.ensure("测试公司", now=clock.now())
    return found


@pytest.fixture
def author(db):
    """Somebody with an account."""
    from colophon.parties.models import Account

    return Account.objects.create_user("author", password="a long password 1")


@pytest.fixture
def visitor(db):
    """A browser nobody has signed in with, reading English."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def signed_in(author):
    """The author's browser, reading English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(author)
    return client


@pytest.fixture
def picture():
    """A small PNG as it comes from a form."""
    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(out, "PNG")
    return lambda name="hills.png": named(out.getvalue(), name)


@pytest.fixture
def run_jobs():
    """Does every due job now."""
    from colophon.store import clock, work
    from colophon.store.models import Job

    def run():
        for _ in range(20):
            due = Job.objects.filter(state="queued", due__lte=clock.now()).order_by("id").first()
            if due is None:
                return
            work.run_this(due.pk, "test")

    return run


def named(data, name):
    """Bytes as a file with a name."""
    source = io.BytesIO(data)
    source.name = name
    return source
