"""The verify page through its real door: files in, words and statuses out, nothing kept."""

import base64
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from .conftest import named

pytestmark = pytest.mark.django_db


def test_the_question_stands_first_and_no_file_is_needed(visitor):
    page = visitor.get("/verify").content.decode()
    assert "What is this, and who made it?" in page
    assert page.index("<h1>") < page.index('type="file"')


def test_an_unlabelled_picture_is_told_as_that_and_no_more(visitor, picture):
    answer = visitor.post("/verify", {"file": picture()})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "No label was found in this file." in page
    assert page.count('class="layer"') == 5
    assert "seal" not in re.findall(r'class="([^"]*)"', page)
    assert 'src="data:image/png;base64,' in page


def test_the_findings_can_be_taken_along_as_json(visitor, picture):
    page = visitor.post("/verify", {"file": picture()}).content.decode()
    found = re.search(r'href="data:application/json;base64,([^"]+)" download="([^"]+)"', page)
    body = json.loads(base64.b64decode(found[1]))
    assert body["verdict"] == "unlabelled"
    assert found[2].startswith(body["sha256"][:12])


def test_a_script_shows_the_file_itself_and_gets_no_copy_back(visitor, picture):
    page = visitor.post("/verify", {"file": picture(), "preview": "no"}).content.decode()
    assert "data:image" not in page


def test_the_page_speaks_chinese_to_chinese_readers(client, picture):
    page = client.post(
        "/verify", {"file": picture()}, headers={"accept-language": "zh-CN"}
    ).content.decode()
    assert '<html lang="zh-Hans">' in page
    assert "这份文件里没有找到标识。" in page
    assert "What is this" not in page


@pytest.mark.parametrize(
    ("data", "name", "status", "words"),
    [
        (b"", "nothing.png", 422, "nothing.png is empty"),
        (b"\x00\x01\x02\x03" * 9, "thing.xyz", 415, "The type of thing.xyz is not known"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "half.png", 422, "half.png"),
    ],
)
def test_a_file_that_will_not_do_gets_cause_remedy_and_status(visitor, data, name, status, words):
    answer = visitor.post("/verify", {"file": named(data, name)})
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page
    assert 'role="alert"' in page


def test_no_file_at_all_is_a_kind_answer(visitor):
    assert visitor.post("/verify", {}).status_code == 422


@override_settings(COLOPHON_MAX_STRANGERS_UPLOAD=100)
def test_a_file_over_the_limit_is_refused_by_its_size(visitor, picture):
    answer = visitor.post("/verify", {"file": picture()})
    assert answer.status_code == 413
    assert "hills.png" in answer.content.decode()


@override_settings(COLOPHON_INSPECT_PER_MINUTE=1)
def test_too_many_questions_in_a_minute_are_told_when_to_come_back(visitor, picture):
    answers = [visitor.post("/verify", {"file": picture()}) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert "seconds" in answers[-1].content.decode()


def test_a_name_cannot_write_into_the_page(visitor, picture):
    page = visitor.post("/verify", {"file": picture("<b>x</b>\n.png")}).content.decode()
    assert "<b>x</b>" not in page


def test_nothing_of_the_file_stays(visitor, picture):
    from colophon.content.models import Content
    from colophon.store.models import Event

    before = {path for path in Path(settings.DATA).rglob("*") if path.is_file()}
    visitor.post("/verify", {"file": picture()})
    after = {path for path in Path(settings.DATA).rglob("*") if path.is_file()}
    assert {path for path in after - before if "sqlite3" not in path.name} == set()
    assert not Content.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", ["picture", "text"])
def test_the_examples_are_truly_labelled(visitor, provider, name):
    page = visitor.get(f"/verify?example={name}").content.decode()
    assert "AI生成" in page
    assert provider.uscc in page
    data = visitor.get(f"/verify/examples/{name}").content
    assert provider.uscc.encode() in data


@pytest.mark.needs("espeak-ng")
def test_the_sound_example_can_be_heard_and_is_drawn(visitor, provider):
    page = visitor.get("/verify?example=sound").content.decode()
    assert '<audio controls preload="metadata" src="/verify/examples/sound">' in page
    assert page.count("<rect") == 96


def test_without_an_operator_there_are_no_examples(visitor):
    assert "?example=" not in visitor.get("/verify").content.decode()
    assert visitor.get("/verify?example=picture").status_code == 404
    assert visitor.get("/verify/examples/picture").status_code == 404


def test_a_labelled_file_of_this_service_bears_both_seals(
    signed_in, visitor, provider, picture, run_jobs
):
    from colophon.content.models import Content

    signed_in.post("/account", {"file": picture()})
    run_jobs()
    content = Content.objects.get()
    data = b"".join(signed_in.get(f"/account/content/{content.pk}/file").streaming_content)
    page = visitor.post("/verify", {"file": named(data, "again.png")}).content.decode()
    assert "These bytes are in the register" in page
    assert "The signature checks out" in page
    assert "Declared, proven" in page
