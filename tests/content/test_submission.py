"""Content enters whole or not at all, and a retry enters once."""

import io

import pytest
from django.apps import apps

from colophon.content import submission
from colophon.content.models import Content
from colophon.errors import (
    EmptyFile,
    IdempotencyConflict,
    RequestInvalid,
    TooLarge,
    UnknownType,
    WrongExtension,
)
from colophon.store import blobs, clock
from colophon.store.models import Event, Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def submit(account):
    def call(data, name="picture.png", **more):
        more.setdefault("account", account)
        return submission.submit(io.BytesIO(data), name, by="test", now=clock.now(), **more)

    return call


def nothing_entered():
    return not (
        Content.objects.exists()
        or Job.objects.exists()
        or Event.objects.filter(kind="content.received").exists()
    )


def test_row_event_job_and_bytes_are_there_together(submit, png):
    content = submit(png)
    assert content.state == "received" and content.medium == "image"
    assert content.media_type == "image/png" and content.original_size == len(png)
    with blobs.open_(content.original_sha256) as kept:
        assert kept.read() == png
    event = Event.objects.get(kind="content.received")
    assert event.subject == f"content:{content.id}"
    assert Job.objects.get().arguments == {"content_id": str(content.id)}


def test_no_name_of_a_file_or_person_is_in_the_event(submit, png):
    submit(png, "张三的护照.png")
    entry = bytes(Event.objects.get(kind="content.received").entry).decode()
    assert "张三" not in entry and "author" not in entry


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "a.png", EmptyFile),
        (b"\x00\x01\x02\x03" * 20, "a.bin", UnknownType),
        (b"plain words", "noextension", UnknownType),
    ],
)
def test_bytes_that_will_not_do_leave_nothing(submit, data, name, error):
    with pytest.raises(error):
        submit(data, name)
    assert nothing_entered()


def test_a_picture_named_as_sound_is_refused_with_what_it_is(submit, png):
    with pytest.raises(WrongExtension) as refused:
        submit(png, "a.mp3")
    assert refused.value.details["found"] == "image/png"
    assert nothing_entered()


def test_one_byte_over_the_limit_is_refused_and_at_the_limit_taken(submit, png, monkeypatch):
    config = apps.get_app_config("content")
    monkeypatch.setattr(config, "largest_upload", len(png) - 1)
    with pytest.raises(TooLarge):
        submit(png)
    assert nothing_entered()
    monkeypatch.setattr(config, "largest_upload", len(png))
    submit(png)


def test_a_source_that_cannot_seek_is_taken_whole(submit, account, png):
    class Stream:
        def __init__(self, data):
            self._file = io.BytesIO(data)

        def seekable(self):
            return False

        def read(self, size=-1):
            return self._file.read(min(size, 1000) if size > 0 else 1000)

    content = submission.submit(Stream(png), "a.png", account=account, by="test", now=clock.now())
    assert content.original_size == len(png)


@pytest.mark.parametrize(
    "wrong", [{"kind": "soul"}, {"explicit": "never"}, {"lang": "fr"}, {"action": "stolen"}]
)
def test_words_outside_the_vocabulary_are_refused(submit, png, wrong):
    with pytest.raises(RequestInvalid):
        submit(png, **wrong)
    assert nothing_entered()


def test_the_same_request_under_one_key_is_one_content(submit, png):
    first = submit(png, idempotency_key="k1")
    assert submit(png, "other-name.png", idempotency_key="k1") == first
    assert Content.objects.count() == Job.objects.count() == 1


@pytest.mark.parametrize("change", ["bytes", "kind", "explicit", "action"])
def test_another_request_under_the_same_key_is_a_conflict(submit, png, change):
    submit(png, idempotency_key="k1")
    with pytest.raises(IdempotencyConflict):
        if change == "bytes":
            submit(png + b"\0", idempotency_key="k1")
        else:
            words = {"kind": "face", "explicit": "on", "action": "edited"}
            submit(png, idempotency_key="k1", **{change: words[change]})
    assert Content.objects.count() == 1


def test_two_accounts_may_use_the_same_key(submit, png, other):
    assert submit(png, idempotency_key="k").pk != submit(png, idempotency_key="k", account=other).pk


def test_without_a_key_the_same_bytes_are_two_contents(submit, png):
    assert submit(png).pk != submit(png).pk


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\pictures\\a.png", "a.png"),
        ("a\0b.png", "ab.png"),
        ("x" * 400 + ".png", "x" * 251 + ".png"),
    ],
)
def test_names_are_cut_to_their_last_part(submit, png, given, kept):
    assert submit(png, given).name == kept
