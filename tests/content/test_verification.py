"""The register's layer: the very file, its original, a changed copy, an unknown file."""

import io

import pytest

from colophon.content import submission, verification
from colophon.content.models import Content
from colophon.labels.model import Integrity
from colophon.store import blobs, clock

from .made import png_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(account, provider, run_jobs, png):
    content = submission.submit(
        io.BytesIO(png), "a.png", account=account, by="test", now=clock.now()
    )
    run_jobs()
    return Content.objects.get(pk=content.pk)


def look(data, name="a.png"):
    return verification.inspect_upload(io.BytesIO(data), name)


def test_the_released_bytes_are_known_exactly_and_intact(released):
    found = look(blobs.path(released.labelled_sha256).read_bytes())
    register = found.layers.register
    assert (register.known, register.match, register.distance) == (True, "exact", 0)
    assert register.content_id == str(released.id)
    assert found.integrity is Integrity.INTACT


def test_the_unlabelled_original_is_known_and_told_apart(released, png):
    found = look(png)
    assert found.layers.register.match == "exact"
    assert found.verdict == "unlabelled"
    assert verification.UNLABELLED_ORIGINAL in found.notes


def test_changed_bytes_under_a_known_number_are_not_called_intact(released):
    data = blobs.path(released.labelled_sha256).read_bytes()
    found = look(data + b"\0")
    assert found.layers.register.known and found.layers.register.match == "none"
    assert found.integrity is not Integrity.INTACT
    assert verification.SAME_NUMBER in found.notes


def test_an_unknown_file_is_not_known(released):
    found = look(png_bytes(colour=(1, 2, 3)))
    assert found.to_json()["layers"]["register"]["known"] is False
