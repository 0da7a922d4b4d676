"""What is released bears the operator's words, place, style and rules."""

import dataclasses
import io

import pytest

from colophon.content import submission
from colophon.content.models import Content
from colophon.labels import inspect
from colophon.parties import operator
from colophon.store import blobs, clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(account, provider, run_jobs, png):
    def call(**chosen):
        known = dataclasses.replace(operator.profile_of(operator.current()), **chosen)
        operator.establish(known, by="test", now=clock.now())
        content = submission.submit(
            io.BytesIO(png), "a.png", account=account, by="test", now=clock.now()
        )
        run_jobs()
        return Content.objects.get(pk=content.pk)

    return call


def test_the_operators_place_and_height(released):
    done = released(height=0.12, position="top", dress="plate", ink="dark")
    assert done.state == "released"
    written = done.written["explicit"]
    assert (written["where"], written["height_ratio"] >= 0.12) == ("top", True)


def test_the_operators_rules_name_the_system(released):
    done = released(profile="us-ca", system_name="Example Painter", system_version="2.1")
    assert done.state == "released"
    with blobs.path(done.labelled_sha256).open("rb") as file:
        data = file.read()
    assert b"Example Painter" in data
    found = inspect(blobs.path(done.labelled_sha256))
    assert found.layers.aigc.present and found.layers.credential.valid
