"""Whose label a file bears afterwards (Measures Art. 6; GB 45438-2025 Annex E)."""

import pytest

from colophon import labels
from colophon.errors import ExplicitRequired, UsageError
from colophon.labels.model import Acceptance, Label, LabelValue
from tests.labels.made import PRODUCER, picture

PLATFORM = PRODUCER[:-5] + "20001"
ACCEPTED = Acceptance("u-1", "0" * 64, "2026-11-21T00:00:00Z")


def label(data, producer=PRODUCER, number="p-1", value="1", **more):
    given = Label(producer, number, label=value)
    return labels.apply(data, label=given, name="a.jpg", kind="image", **more)


def field(data):
    return labels.inspect(data, name="a.jpg").layers.aigc


@pytest.fixture
def plain():
    return picture("JPEG", (256, 192))


@pytest.mark.parametrize(
    ("value", "verdict", "notice"),
    [("2", "declared", "may_be"), ("3", "suspected", "suspected")],
)
def test_a_platform_marks_what_bears_no_label(plain, value, verdict, notice):
    data = label(plain, PLATFORM, "s-9", value).data
    found = labels.inspect(data, name="a.jpg")
    assert (found.verdict, found.notice) == (verdict, notice)
    assert found.layers.aigc.fields() == (value, "", "", "", PLATFORM, "s-9", "")
    assert found.layers.aigc.deviations == ()


@pytest.mark.parametrize("value", LabelValue)
def test_a_platform_leaves_a_producers_claim(plain, value):
    data = label(label(plain).data, PLATFORM, "s-9", value).data
    found = field(data)
    assert (found.label, found.content_producer, found.produce_id) == ("1", PRODUCER, "p-1")
    assert (found.content_propagator, found.propagate_id) == (PLATFORM, "s-9")


def test_keeping_is_said(plain):
    applied = label(label(plain).data, PLATFORM, "s-9")
    assert [note.code for note in applied.notes] == ["label_kept"]


def test_an_oddly_written_claim_is_written_rightly(plain):
    odd = label(plain).data.replace(b"Label&quot;:&quot;1&quot;", b"Label&quot;:1" + b" " * 12)
    assert field(odd).deviations
    again = field(label(odd, PLATFORM, "s-9", "2").data)
    assert (again.label, again.content_producer, again.deviations) == ("1", PRODUCER, ())


def test_a_later_producer_replaces_a_platforms_guess_and_says_so(plain):
    applied = label(label(plain, PLATFORM, "s-9", "3").data)
    assert [note.code for note in applied.notes] == ["label_replaced"]
    assert field(applied.data).fields()[:3] == ("1", PRODUCER, "p-1")


def test_what_we_said_we_made_no_suspicion_takes_back(plain):
    found = field(label(label(plain).data, PRODUCER, "s-9", "3").data)
    assert (found.label, found.content_producer, found.produce_id) == ("1", PRODUCER, "p-1")


def test_without_words_only_for_who_accepted_the_duties(plain):
    with pytest.raises(ExplicitRequired):
        label(plain, explicit="off")
    applied = label(plain, explicit="off", acceptance=ACCEPTED)
    assert "explicit" not in applied.written
    assert applied.written["acceptance"]["recipient"] == "u-1"
    assert applied.written["acceptance"]["keep_months"] == 6
    assert [note.code for note in applied.notes] == ["without_explicit_label"]
    assert field(applied.data).label == "1"


def test_an_acceptance_without_its_use_is_a_mistake(plain):
    with pytest.raises(UsageError):
        label(plain, acceptance=ACCEPTED)
