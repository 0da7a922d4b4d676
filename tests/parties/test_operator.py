"""The operator is one row, its code is checked, and only changes leave events."""

import dataclasses

import pytest
from django.db import IntegrityError, transaction

from colophon.errors import (
    OperatorMissing,
    ProducerCodeInvalid,
    ProfileIncomplete,
    StyleNotCompliant,
    UsageError,
    WordingNotCompliant,
)
from colophon.labels.model import Style
from colophon.labels.provider_code import uscc_check_character
from colophon.parties import operator, signing
from colophon.parties.models import Operator
from colophon.store import clock
from colophon.store.models import Event

pytestmark = pytest.mark.django_db

FIRST_17 = "91000000TEST00000".replace("S", "A")
USCC = FIRST_17 + uscc_check_character(FIRST_17)
PROFILE = operator.Profile(name="测试公司", uscc=USCC, service="测试服务")


def establish(profile=PROFILE):
    return operator.establish(profile, by="test", now=clock.now())


def test_before_init_there_is_none():
    assert operator.find() is None
    with pytest.raises(OperatorMissing):
        operator.current()


def test_establishing_gives_the_27_character_code():
    code = operator.provider_code(establish())
    assert code == f"0011{USCC}10000" and len(code) == 27


def test_the_same_again_leaves_no_event_and_a_change_leaves_one():
    establish()
    establish()
    establish(dataclasses.replace(PROFILE, service="另一服务"))
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["operator.established", "operator.changed"]
    assert operator.current().service == "另一服务"


@pytest.mark.parametrize(
    "uscc", ["", "123", USCC[:-1] + ("0" if USCC[-1] != "0" else "1"), USCC.lower()]
)
def test_a_wrong_credit_code_is_named_and_nothing_written(uscc):
    with pytest.raises(ProducerCodeInvalid):
        establish(dataclasses.replace(PROFILE, uscc=uscc))
    assert operator.find() is None


def test_a_wrong_extension_is_named():
    with pytest.raises(ProducerCodeInvalid):
        establish(dataclasses.replace(PROFILE, extension="30000"))


@pytest.mark.parametrize("wording", ["随便", "生成", "AI", "AI generated"])
def test_words_that_are_no_label_are_named(wording):
    with pytest.raises(WordingNotCompliant):
        establish(dataclasses.replace(PROFILE, wording=wording))
    assert operator.find() is None


@pytest.mark.parametrize("wording", ["", "人工智能生成", "本图由AI合成"])
def test_compliant_words_are_kept(wording):
    assert establish(dataclasses.replace(PROFILE, wording=wording)).wording == wording


def test_the_console_changes_the_profile_by_the_act(admin_client, settings):
    settings.COLOPHON_STAFF_MFA = "off"
    establish()
    fields = {
        "name": "新名",
        "uscc": USCC,
        "extension": "10000",
        "service": "s",
        "contact": "",
        "wording": "AI合成",
        "position": "auto",
    }
    page = "/console/parties/operator/1/change/"
    assert admin_client.post(page, {**fields, "wording": "随便"}).status_code == 200
    assert admin_client.post(page, {**fields, "uscc": "123"}).status_code == 200
    assert operator.current().name == PROFILE.name
    assert admin_client.post(page, fields).status_code == 302
    assert (operator.current().name, operator.current().wording) == ("新名", "AI合成")
    changed = Event.objects.get(kind="operator.changed")
    assert changed.by.startswith("account:")


def test_the_database_refuses_a_second_operator():
    establish()
    with pytest.raises(IntegrityError), transaction.atomic():
        Operator(id=2, name="x", uscc=USCC, service="x", established=clock.now()).save(
            force_insert=True
        )


@pytest.fixture
def keys_folder(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path / "signing"


def test_a_development_key_is_made_once_and_anew_under_a_new_name(keys_folder):
    assert signing.signer() is None
    first = signing.ensure("甲公司", now=clock.now())
    assert signing.ensure("甲公司", now=clock.now()).chain == first.chain
    second = signing.ensure("乙公司", now=clock.now())
    assert second.name == "乙公司" and second.chain != first.chain
    kept = next(keys_folder.glob("until-*/signer.pem")).read_bytes()
    assert kept == first.chain


def test_a_certificate_the_operator_brought_is_never_replaced(keys_folder, monkeypatch):
    signing.ensure("甲公司", now=clock.now())
    brought = dataclasses.replace(signing.signer(), development=False)
    monkeypatch.setattr("colophon.labels.certificates.load", lambda _folder, **_: brought)
    assert signing.ensure("乙公司", now=clock.now()) is brought


def test_a_style_is_kept_and_handed_to_labels():
    chosen = dataclasses.replace(
        PROFILE, height=0.08, dress="outline", ink="light", seconds="whole", sound="rhythm"
    )
    found = establish(chosen)
    assert operator.style(found) == Style(0.08, "outline", "light", "whole", "rhythm")
    assert operator.style(PROFILE) == Style()
    assert operator.style(dataclasses.replace(PROFILE, seconds="3.5")).seconds == 3.5


@pytest.mark.parametrize(
    "wish", [{"height": 0.01}, {"dress": "none"}, {"ink": "red"}, {"seconds": "soon"},
             {"seconds": "1"}, {"sound": "silence"}]
)  # fmt: skip
def test_a_style_the_standard_would_not_have_is_refused_before_anything_is_written(wish):
    with pytest.raises(StyleNotCompliant):
        establish(dataclasses.replace(PROFILE, **wish))
    assert operator.find() is None


def test_rules_that_name_the_system_want_its_name_and_version():
    wish = dataclasses.replace(PROFILE, profile="all", system_name="Inkwell")
    with pytest.raises(ProfileIncomplete):
        establish(wish)
    found = establish(dataclasses.replace(wish, system_version="2.1"))
    assert operator.system(found) == ("Inkwell", "2.1")
    assert operator.system(PROFILE) is None


def test_words_are_judged_by_the_rules_that_bind():
    english = dataclasses.replace(PROFILE, wording="AI generated")
    with pytest.raises(WordingNotCompliant):
        establish(english)
    assert establish(dataclasses.replace(english, profile="eu")).wording == "AI generated"
    with pytest.raises(UsageError):
        establish(dataclasses.replace(PROFILE, profile="moon"))
