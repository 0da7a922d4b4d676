"""A label tried on one's own file: shown, measured, and forgotten."""

import base64
import io
import re

import pytest

from colophon.content.models import Content
from colophon.portal import trying
from colophon.store.models import Event, Job

from .conftest import named

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _one_child():
    """The child that decodes is shared by these tests and gone after them."""
    yield
    trying._worker.close()


def ask(client, file, **fields):
    return client.post("/account", {"file": file, "act": "preview", **fields})


def test_a_picture_is_shown_with_its_label_and_nothing_is_kept(signed_in, provider, picture):
    from PIL import Image, ImageChops

    from colophon.store import folder

    events = Event.objects.count()
    answer = ask(signed_in, picture(), kind="image")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "nothing has been submitted" in page
    assert "Art. 17(1)(5)" in page
    assert answer.context["taken_for"] == "Picture"
    shown = re.search(r'src="data:image/png;base64,([^"]+)"', page)[1]
    labelled = Image.open(io.BytesIO(base64.b64decode(shown))).convert("RGB")
    plain = Image.open(picture())
    assert ImageChops.difference(labelled, plain).getbbox()
    facts = {fact.term: fact for fact in answer.context["numbers"]}
    assert facts["Words"].value == "AI生成"
    assert facts["Contrast"].tone == "met"
    assert not Content.objects.exists()
    assert not Job.objects.exists()
    assert Event.objects.count() == events
    assert list((folder.data() / "tmp").glob("work-*")) == []


def test_the_form_keeps_what_was_chosen(signed_in, provider, picture):
    page = ask(signed_in, picture(), kind="face", action="edited", explicit="on").content.decode()
    assert 'value="face" checked' in page
    assert '<option value="edited" selected>' in page
    assert '<option value="on" selected>' in page


def test_a_duty_that_is_only_offered_puts_no_label_on(signed_in, provider, picture):
    answer = ask(signed_in, picture(), kind="image", action="edited")
    assert answer.context["numbers"] == ()
    page = answer.content.decode()
    assert "offered" in page
    assert "No label that people see or hear" in page


def test_a_sound_can_be_heard_and_a_text_be_read(signed_in, provider):
    from colophon.portal import drawing

    page = ask(signed_in, named(drawing.bell(), "bell.wav"), kind="audio").content.decode()
    assert '<audio controls preload="metadata" src="data:audio/wav;base64,' in page
    page = ask(signed_in, named(drawing.note("zh"), "note.md")).content.decode()
    assert "本内容由AI生成" in page
    assert "at the start" in page


def test_a_document_is_told_in_facts(signed_in, provider):
    docx = pytest.importorskip("docx")
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("山居秋信")
    document.save(out)
    page = ask(signed_in, named(out.getvalue(), "letter.docx"))
    assert page.status_code == 200
    assert "No picture of this kind of file." in page.content.decode()
    assert page.context["layers"]


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [
        (b"", "a.png", 422),
        (b"\x00" * 50, "a.zzz", 415),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 99, "a.png", 422),
    ],
)
def test_what_will_not_do_is_told_by_its_name(signed_in, provider, data, name, status):
    answer = ask(signed_in, named(data, name))
    assert answer.status_code == status
    assert name in answer.content.decode()


def test_what_is_too_large_to_try_is_said_before_any_work(signed_in, provider, monkeypatch):
    monkeypatch.setattr(trying, "MOST_BYTES", 1000)
    answer = ask(signed_in, named(b"\x89PNG" + b"0" * 2000, "big.png"))
    assert answer.status_code == 413


def test_a_preview_that_takes_too_long_is_ended(signed_in, provider, picture, monkeypatch):
    monkeypatch.setattr(trying, "SECONDS", 0.0)
    trying._worker.close()
    answer = ask(signed_in, picture(), kind="image")
    assert answer.status_code == 413
    assert trying._worker._child is None
    assert not trying._turn.locked()


def test_only_so_many_a_minute(signed_in, provider, picture, monkeypatch, settings):
    from django.core.cache import cache

    cache.clear()
    monkeypatch.setattr(trying, "A_MINUTE", 0)
    answers = [ask(signed_in, named(b"", "a.png")).status_code for _ in range(3)]
    assert 429 in answers


def test_words_outside_the_vocabulary_are_refused(signed_in, provider, picture):
    assert ask(signed_in, picture(), kind="moonlight").status_code == 422
    assert ask(signed_in, picture(), explicit="off").status_code in {403, 422}


def test_without_an_operator_it_says_so(signed_in, picture):
    answer = ask(signed_in, picture())
    assert answer.status_code == 503
    assert 'role="alert"' in answer.content.decode()


def test_strangers_are_sent_to_the_sign_in(visitor, picture):
    assert ask(visitor, picture()).status_code == 302


def test_the_field_offers_every_form_a_label_goes_into(signed_in):
    from colophon.labels import carriers

    page = signed_in.get("/account").content.decode()
    offered = re.search(r'accept="([^"]+)"', page)[1].split(",")
    assert carriers.extensions() <= set(offered)
    assert {".docx", ".glb", ".srt", ".zip"} <= set(offered)


def test_the_label_wears_the_operators_style_and_words(signed_in, provider, picture):
    from dataclasses import replace

    from colophon.parties import operator
    from colophon.store import clock

    chosen = replace(
        operator.profile_of(provider), wording="AI合成图", height=0.12, position="top-right"
    )
    operator.establish(chosen, by="test", now=clock.now())
    answer = ask(signed_in, picture(), kind="image")
    facts = {fact.term: fact.value for fact in answer.context["numbers"]}
    assert facts["Words"] == "AI合成图"
    assert facts["Place"] == "at the top right"
    assert float(facts["Height, share of the shortest side"].rstrip("%")) >= 12


def test_rules_of_europe_leave_the_words_open(signed_in, provider):
    from dataclasses import replace

    from colophon.parties import operator
    from colophon.store import clock

    assert "Always in Chinese" in signed_in.get("/account").content.decode()
    chosen = replace(operator.profile_of(provider), profile="eu")
    operator.establish(chosen, by="test", now=clock.now())
    page = signed_in.get("/account").content.decode()
    assert "AI-generated" in page
    assert "Always in Chinese" not in page
