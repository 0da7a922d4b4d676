"""Before and after: for the owner's eyes, and only of what was sent."""

import pytest
from django.test import Client

from colophon.content.models import Content
from colophon.portal import comparing, drawing

from .conftest import named

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(signed_in, provider, run_jobs):
    def release(file, **fields):
        answer = signed_in.post("/account", {"file": file, **fields})
        assert answer.status_code == 302, answer.context["problem"]
        run_jobs()
        content = Content.objects.latest("created")
        assert content.state == "released", content.problem
        return content

    return release


def test_a_picture_stands_beside_itself_with_its_numbers(signed_in, released, picture):
    content = released(picture(), kind="image")
    answer = signed_in.get(f"/account/content/{content.pk}")
    page = answer.content.decode()
    assert f'src="/account/content/{content.pk}/original"' in page
    assert f'src="/account/content/{content.pk}/file"' in page
    numbers = {fact.term: fact for fact in answer.context["numbers"]}
    assert numbers["Height, share of the shortest side"].least == "5.0%"
    assert numbers["Contrast"].tone == "met"


def test_the_original_comes_back_byte_for_byte_and_cannot_act(signed_in, released, picture):
    content = released(picture(), kind="image")
    answer = signed_in.get(f"/account/content/{content.pk}/original")
    assert answer.content == picture().getvalue()
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert "private" in answer["Cache-Control"]


def test_a_sound_has_two_players(signed_in, released):
    content = released(named(drawing.bell(), "bell.wav"), kind="audio")
    page = signed_in.get(f"/account/content/{content.pk}").content.decode()
    assert page.count("<audio controls") == 2


def test_of_a_text_the_first_lines_show_what_was_added(signed_in, released):
    content = released(named(drawing.note("zh"), "note.md"), kind="text")
    answer = signed_in.get(f"/account/content/{content.pk}")
    lines = answer.context["compared"].lines
    added = [line.text for line in lines if line.change == "added"]
    assert any("AIGC" in line for line in added)
    assert any("本内容由AI生成" in line for line in added)
    assert "# 山居秋信" in [line.text for line in lines if line.change == "kept"]
    assert not [line for line in lines if line.change == "gone"]


def test_staff_see_the_content_but_not_the_file_from_before(released, picture, db):
    from colophon.parties.models import Account

    content = released(picture(), kind="image")
    chief = Client(headers={"accept-language": "en"})
    chief.force_login(Account.objects.create_superuser("chief", password="a long password 1"))
    page = chief.get(f"/account/content/{content.pk}")
    assert page.status_code == 200
    assert "/original" not in page.content.decode()
    assert chief.get(f"/account/content/{content.pk}/original").status_code == 404


def test_a_stranger_finds_nothing(released, picture):
    from colophon.parties.models import Account

    content = released(picture(), kind="image")
    stranger = Client()
    stranger.force_login(Account.objects.create_user("stranger", password="a long password 2"))
    assert stranger.get(f"/account/content/{content.pk}/original").status_code == 404
    assert Client().get(f"/account/content/{content.pk}/original").status_code == 302


def test_what_was_made_here_leaves_with_its_label_or_not_at_all(signed_in, provider, run_jobs):
    form = {"editor": "text", "template": "Dear $name", "values": "name = Lin"}
    signed_in.post("/account/produce", form)
    run_jobs()
    content = Content.objects.get()
    assert content.state == "released", content.problem
    assert content.original_sha256
    assert signed_in.get(f"/account/content/{content.pk}/original").status_code == 404
    answer = signed_in.get(f"/account/content/{content.pk}")
    assert answer.context["compared"] is None


def test_what_is_held_has_no_after_to_stand_beside(signed_in, picture):
    signed_in.post("/account", {"file": picture()})
    content = Content.objects.get()
    assert signed_in.get(f"/account/content/{content.pk}").context["compared"] is None


def test_changes_keep_a_little_around_and_leave_the_rest_out():
    before = [f"line {number}" for number in range(30)]
    after = [*before[:15], "new", *before[15:]]
    lines = comparing.changes(before, after)
    assert [line.change for line in lines] == ["gap", *["kept"] * 3, "added", *["kept"] * 3]
    assert comparing.changes(before, before) == ()
    (gone,) = [line for line in comparing.changes(["a", "b"], ["a"]) if line.change == "gone"]
    assert gone.text == "b"
