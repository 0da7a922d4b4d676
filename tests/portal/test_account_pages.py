"""A user's own pages: submit, watch, download, keys; nobody else's business."""

import pytest
from django.test import Client

from colophon.content.models import Content

from .conftest import named

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/account", "/account/produce", "/account/keys"])
def test_the_pages_ask_for_a_sign_in(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 302
    assert answer.url.startswith("/account/login/")


def test_a_picture_goes_in_and_comes_back_labelled(signed_in, provider, picture, run_jobs):
    answer = signed_in.post("/account", {"file": picture(), "kind": "image"}, follow=True)
    assert "Received. The labelled file will be here in a moment." in answer.content.decode()
    content = Content.objects.get()
    waiting = signed_in.get(f"/account/content/{content.pk}").content.decode()
    assert "data-watch" in waiting
    run_jobs()
    page = signed_in.get(f"/account/content/{content.pk}").content.decode()
    assert "● </span>" in page.replace("●", "● ") and "Released" in page
    assert "Read back from the finished file" in page
    assert "data-watch>" not in page
    answer = signed_in.get(f"/account/content/{content.pk}/file")
    assert answer["Content-Disposition"].startswith('attachment; filename="hills.png"')
    assert b"TC260" in b"".join(answer.streaming_content)
    listed = signed_in.get("/account").content.decode()
    assert "hills.png" in listed
    assert "Download" in listed


def test_the_form_says_which_words_the_label_will_bear(signed_in, provider):
    page = signed_in.get("/account").content.decode()
    assert "AI生成" in page
    assert "Art. 17(1)(3)" in page


@pytest.mark.parametrize(
    ("data", "name", "status"), [(b"", "a.png", 422), (b"\x00" * 50, "a.zzz", 415)]
)
def test_what_will_not_do_is_refused_kindly_and_leaves_no_row(signed_in, data, name, status):
    answer = signed_in.post("/account", {"file": named(data, name)})
    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()
    assert not Content.objects.exists()


def test_held_content_says_why_and_can_be_tried_again(signed_in, author, picture, run_jobs):
    # No operator: labelling is held until there is one.
    signed_in.post("/account", {"file": picture()})
    content = Content.objects.get()
    Content.objects.filter(pk=content.pk).update(
        state="held",
        problem={
            "code": "operator_missing",
            "clause": "16.1",
            "cause": {"zh": "原因", "en": "The operator's profile is missing."},
            "remedy": {"zh": "办法", "en": "Have the operator run colophon init."},
        },
    )
    page = signed_in.get(f"/account/content/{content.pk}").content.decode()
    assert "profile is missing" in page
    assert "Have the operator run colophon init." in page
    assert "Art. 16(1)" in page
    assert signed_in.get(f"/account/content/{content.pk}/file").status_code == 409
    assert signed_in.post(f"/account/content/{content.pk}").status_code == 302
    content.refresh_from_db()
    assert (content.state, content.problem) == ("labelling", None)


def test_a_strangers_content_is_not_there(signed_in, picture, db):
    from colophon.parties.models import Account

    signed_in.post("/account", {"file": picture()})
    content = Content.objects.get()
    stranger = Client(headers={"accept-language": "en"})
    stranger.force_login(Account.objects.create_user("stranger", password="a long password 2"))
    assert stranger.get(f"/account/content/{content.pk}").status_code == 404
    assert stranger.get(f"/account/content/{content.pk}/file").status_code == 404
    assert stranger.post(f"/account/content/{content.pk}").status_code == 404


def test_the_text_editor_makes_labelled_text(signed_in, provider, run_jobs):
    form = {"editor": "text", "template": "Dear $name", "values": "name = Lin"}
    assert signed_in.post("/account/produce", form).status_code == 302
    run_jobs()
    content = Content.objects.get()
    assert content.state == "released", content.problem
    data = b"".join(signed_in.get(f"/account/content/{content.pk}/file").streaming_content)
    assert b"Dear Lin" in data
    assert "AI生成".encode() in data


def test_wishes_an_editor_cannot_follow_keep_what_was_written(signed_in):
    answer = signed_in.post(
        "/account/produce", {"editor": "text", "template": "Dear $who", "values": "name = Lin"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Dear $who" in page
    assert not Content.objects.exists()


def test_an_unknown_editor_is_refused(signed_in):
    assert signed_in.post("/account/produce", {"editor": "painter"}).status_code == 422


def test_a_key_is_shown_once_works_and_is_revoked(signed_in, author):
    from colophon.parties import keys

    page = signed_in.post("/account/keys", {"name": "nightly"})
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert keys.account_of(secret) == author
    assert secret not in signed_in.get("/account/keys").content.decode()
    key = author.keys.get()
    signed_in.post(f"/account/keys/{key.pk}/revoke")
    assert keys.account_of(secret) is None
    assert "Revoked" in signed_in.get("/account/keys").content.decode()


def test_a_strangers_key_cannot_be_revoked(signed_in, author, db):
    from colophon.parties.models import Account

    signed_in.post("/account/keys", {"name": "nightly"})
    stranger = Client()
    stranger.force_login(Account.objects.create_user("stranger", password="a long password 2"))
    assert stranger.post(f"/account/keys/{author.keys.get().pk}/revoke").status_code == 404
    assert author.keys.get().revoked is None
