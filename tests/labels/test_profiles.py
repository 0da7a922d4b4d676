"""Whose rules decide: the duty, the words and what the metadata names, a profile each."""

import itertools

import pytest

from colophon import labels
from colophon.errors import ExplicitRequired, UsageError, WordingNotCompliant
from colophon.labels import profiles, xmp
from colophon.labels.duty import Action
from colophon.labels.model import Kind, Label, LabelValue, Medium
from colophon.terms import has_required_elements
from tests.labels.made import PRODUCER, picture

CASES = list(itertools.product(Kind, Action))
STRICT = {"required": 2, "offered": 1, "none": 0}


def decided(name, kind, action, value=LabelValue.IS):
    return profiles.profile(name).decide(kind, action, value).explicit


@pytest.mark.parametrize(("kind", "action"), CASES)
def test_all_is_as_strict_as_the_strictest(kind, action):
    each = [decided(name, kind, action) for name in ("cn", "eu", "us-ca")]
    assert decided("all", kind, action) == max(each, key=STRICT.get)


@pytest.mark.parametrize(
    ("kind", "action", "expected"),
    [
        (Kind.FACE, Action.CREATED, "required"),
        (Kind.SPEECH, Action.IDENTITY_CHANGED, "required"),
        (Kind.IMAGE, Action.IDENTITY_CHANGED, "required"),
        (Kind.IMAGE, Action.CREATED, "offered"),
        (Kind.TEXT, Action.CREATED, "offered"),
    ],
)
def test_europe_asks_for_likenesses(kind, action, expected):
    assert decided("eu", kind, action) == expected


def test_california_offers_and_leaves_text_out():
    assert {kind: decided("us-ca", kind, Action.CREATED) for kind in Kind} == {
        kind: "none" if kind is Kind.TEXT else "offered" for kind in Kind
    }


@pytest.mark.parametrize("name", profiles.ALL)
@pytest.mark.parametrize("kind", Kind)
def test_a_platforms_label_puts_no_words_on_the_file(name, kind):
    for value in (LabelValue.MAY_BE, LabelValue.SUSPECTED):
        assert decided(name, kind, Action.CREATED, value) == "none"


@pytest.mark.parametrize("medium", Medium)
def test_words_of_the_chinese_profiles_hold_the_elements(medium):
    for name in ("cn", "all"):
        for lang in ("zh", "en"):
            assert has_required_elements(profiles.profile(name).words(medium, lang))


def test_english_words_do_elsewhere_only():
    profiles.profile("eu").check_words("AI-generated")
    with pytest.raises(WordingNotCompliant):
        profiles.profile("cn").check_words("AI-generated")
    with pytest.raises(WordingNotCompliant):
        profiles.profile("us-ca").check_words("made with care")


def test_an_unknown_profile_names_the_known_ones():
    with pytest.raises(UsageError) as caught:
        profiles.profile("mars")
    assert "us-ca" in caught.value.cause()


def apply(profile, *, producer=PRODUCER, **more):
    given = picture("JPEG", (256, 192))
    return labels.apply(given, label=Label(producer, "p-1"), profile=profile, name="a.jpg", **more)


def test_california_names_the_system_in_the_file():
    applied = apply("us-ca", system=("Painter", "2.1"))
    assert b"<Iptc4xmpExt:AISystemUsed>Painter<" in applied.data
    assert b"<Iptc4xmpExt:AISystemVersionUsed>2.1<" in applied.data
    assert "explicit" not in applied.written


def test_california_does_not_go_without_a_system():
    with pytest.raises(UsageError) as caught:
        apply("us-ca")
    assert "system" in caught.value.cause()


def test_europe_takes_a_producers_name_and_english_words():
    applied = apply("eu", producer="Example-GmbH", explicit="on", lang="en")
    assert applied.written["explicit"]["text"] == "AI-generated"
    found = labels.inspect(applied.data, name="a.jpg")
    assert found.layers.aigc.content_producer == "Example-GmbH"
    with pytest.raises(UsageError):
        apply("cn", producer="Example-GmbH")


def test_all_speaks_both_languages():
    applied = apply("all", system=("Painter", "2.1"))
    assert applied.written["explicit"]["text"] == "AI生成 AI-generated"


def test_what_is_required_is_put_on_or_refused():
    with pytest.raises(ExplicitRequired):
        apply("eu", kind="face", explicit="off")


def test_the_source_type_is_written_beside_the_system():
    packet = xmp.write(None, "{}", "http://example.org/made", system=("A", "1"))
    again = xmp.write(packet, "{}", "http://example.org/made", system=("B", "2"))
    assert again.count(b"xmlns:Iptc4xmpExt") == 1
    assert b"AISystemUsed>B<" in again
    assert xmp.read(again).digital_source_type == "http://example.org/made"
