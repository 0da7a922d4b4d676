"""The label page: staff try wording and style on samples, and keep what they like."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.test import Client, override_settings

from colophon.console import samples
from colophon.parties import operator
from colophon.parties.models import Account
from colophon.store import clock
from colophon.store.models import Event

pytestmark = [pytest.mark.django_db]
PAGE = "/console/label/"
PLAIN = {"wording": "", "position": "auto", "height": "", "dress": "auto", "ink": "auto",
         "seconds": "", "sound": "rhythm", "profile": "cn", "system_name": "",
         "system_version": ""}  # fmt: skip


@pytest.fixture(autouse=True)
def _without_second_factor():
    with override_settings(COLOPHON_STAFF_MFA="off"):
        yield


@pytest.fixture
def provider():
    from colophon.labels.provider_code import uscc_check_character

    first = "91000000TEAT00000"
    profile = operator.Profile("测试公司", first + uscc_check_character(first), "测试服务")
    return operator.establish(profile, by="test", now=clock.now())


@pytest.fixture
def chief(provider):
    return Account.objects.create_superuser("chief", password="a long password 1")


@pytest.fixture
def console(chief):
    client = Client(headers={"accept-language": "en"})
    client.force_login(chief)
    return client


def staff(*permissions):
    clerk = Account.objects.create_user("clerk", password="a long password 1", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client(headers={"accept-language": "en"})
    client.force_login(clerk)
    return client


def test_every_sample_is_shown_with_its_clause_and_measured(console):
    page = console.get(PAGE)
    shown = {each.name: each for each in page.context["shown"]}
    assert shown.keys() == samples.ALL.keys()
    clauses = {each.numbers[-1].value for each in shown.values()}
    assert clauses == {f"GB 45438-2025 5.{number}" for number in (1, 2, 3, 4)}
    for name in ("light", "dark", "busy", "portrait", "tiny", "film"):
        numbers = {number.term: number for number in shown[name].numbers}
        assert numbers["Height"].met and numbers["Contrast"].met, name
        assert numbers["Words"].value == "AI生成"
    assert shown["text"].text.startswith("> 本内容由AI生成")
    assert not any(each.problem for each in shown.values())


def test_a_wish_is_drawn_and_nothing_is_kept(console):
    page = console.post(PAGE, PLAIN | {"wording": "AI合成", "position": "top-left"})
    shown = {each.name: each for each in page.context["shown"]}
    numbers = {number.term: number.value for number in shown["dark"].numbers}
    assert (numbers["Words"], numbers["Place"]) == ("AI合成", "at the top left")
    assert "not kept" in page.content.decode()
    assert operator.current().wording == ""
    assert not Event.objects.filter(kind="operator.changed").exists()


def test_a_sample_is_a_picture_on_which_the_label_lies(console):
    from PIL import Image, ImageChops

    at = PAGE + "sample/dark?position={}&dress=auto&ink=auto&sound=rhythm&profile=cn"
    one, other = (
        Image.open(io.BytesIO(console.get(at.format(place)).content)).convert("RGB")
        for place in ("top-left", "bottom-right")
    )
    plain = Image.open(io.BytesIO(samples.dark()))
    left, top, right, bottom = ImageChops.difference(one, plain).getbbox()
    assert right < plain.width / 2 and bottom < plain.height / 2
    left, top, right, bottom = ImageChops.difference(other, plain).getbbox()
    assert left > plain.width / 2 and top > plain.height / 2


def test_the_page_asks_for_what_it_measured(console):
    page = console.post(PAGE, PLAIN | {"wording": "AI合成"})
    for each in page.context["shown"]:
        answer = console.get(each.address)
        assert answer.status_code == 200, each.name
    assert answer["Content-Type"] == "audio/wav"


def test_what_is_kept_goes_into_the_profile_with_an_event(console):
    wish = PLAIN | {"wording": "AI合成", "height": "8", "dress": "plate", "seconds": "whole"}
    assert console.post(PAGE, wish | {"act": "keep"}).status_code == 302
    kept = operator.current()
    assert (kept.wording, kept.dress, kept.seconds, kept.sound) == (
        "AI合成", "plate", "whole", "rhythm")  # fmt: skip
    assert kept.height == pytest.approx(0.08)
    assert kept.name == "测试公司"
    assert Event.objects.get(kind="operator.changed").by.startswith("account:")
    page = console.get(PAGE).content.decode()
    assert 'value="8.0"' in page and 'value="whole" selected' in page


@pytest.mark.parametrize(
    ("wish", "field", "words"),
    [
        ({"wording": "随便"}, "wording", "人工智能"),
        ({"height": "4.9"}, "height", "5"),
        ({"height": "15.1"}, "height", "15"),
        ({"dress": "none"}, "dress", "none"),
        ({"seconds": "1"}, "seconds", "1"),
        ({"profile": "all"}, "system_name", "generating system"),
    ],
)
def test_what_the_law_would_not_have_is_refused_where_it_stands(console, wish, field, words):
    page = console.post(PAGE, PLAIN | wish | {"act": "keep"})
    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
    assert operator.current() == operator.find()
    assert not Event.objects.filter(kind="operator.changed").exists()


def test_rules_of_three_regions_speak_two_languages(console):
    wish = PLAIN | {"profile": "all", "system_name": "Inkwell", "system_version": "2"}
    page = console.post(PAGE, wish)
    light = next(each for each in page.context["shown"] if each.name == "light")
    assert light.numbers[0].value == "AI生成 AI-generated"


def test_an_inspector_looks_and_keeps_nothing(provider):
    client = staff("view_operator")
    page = client.get(PAGE).content.decode()
    assert "Keep it" not in page
    assert client.post(PAGE, PLAIN | {"wording": "AI合成", "act": "keep"}).status_code == 403
    assert operator.current().wording == ""


def test_staff_without_the_operators_papers_see_neither_page_nor_samples(provider):
    client = staff("view_content")
    assert client.get(PAGE).status_code == 403
    assert client.get(PAGE + "sample/dark").status_code == 403


def test_strangers_are_sent_to_the_sign_in(client):
    for path in (PAGE, PAGE + "sample/dark"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "/login/" in answer.url


def test_before_there_is_an_operator_the_samples_are_there_to_see(db):
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.create_superuser("first", password="a long password 1"))
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Keep it" not in page.content.decode()


def test_an_unknown_sample_or_wish_is_not_there(console):
    assert console.get(PAGE + "sample/cat?" + "position=auto").status_code == 404
    wish = "?position=auto&dress=auto&ink=auto&sound=auto&profile=cn&wording=no"
    assert console.get(PAGE + "sample/dark" + wish).status_code == 404


def test_a_style_is_drawn_as_it_was_chosen(console):
    wish = PLAIN | {"height": "10", "dress": "plate", "ink": "dark", "seconds": "whole"}
    shown = {each.name: each for each in console.post(PAGE, wish).context["shown"]}
    numbers = {number.term: number.value for number in shown["dark"].numbers}
    assert numbers["Height"] == "10.0%"
    film = {number.term: number.value for number in shown["film"].numbers}
    assert film["Time"] == f"{samples.FILM_SECONDS:.1f}\u00a0s"
    sound = {number.term: number.value for number in shown["sound"].numbers}
    assert sound["Form"] == "rhythm"
