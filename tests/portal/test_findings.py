"""Findings become words: always five rows, a seal only over proof, and no word too much."""

import itertools
from dataclasses import replace

import pytest
from django.utils import translation

from colophon.labels.model import Integrity, Notice, Requirement, Security, Verdict
from colophon.labels.remarks import remark
from colophon.portal import rows
from colophon.portal.findings import MAX_DEPTH, sheet

from . import samples
from .forbidden import forbidden_in

LANGUAGES = ("zh-hans", "en")


def words_of(page):
    """Every word the page says of a file."""
    said = [page.verdict, page.remark, page.word]
    for row in page.rows:
        said += [row.name, row.word, row.finding, row.by, row.proves, row.limits]
        said += [text for fact in row.facts for text in (fact.term, fact.value)]
    said += [seal.words + seal.caption for seal in page.seals]
    said += [each.words + each.remedy for each in page.deviations]
    return [text for text in said if text]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("made", samples.EVERY)
def test_there_are_five_rows_in_one_order(language, made):
    with translation.override(language):
        page = sheet(made())
    assert [row.key for row in page.rows] == [
        "explicit", "aigc", "credential", "watermark", "register",
    ]  # fmt: skip
    assert all(row.shape in "●◐○–" and row.word and row.finding for row in page.rows)


@pytest.mark.parametrize("made", samples.EVERY)
def test_each_row_that_was_looked_for_says_what_it_proves_and_what_not(made):
    with translation.override("en"):
        page = sheet(made())
    for row in page.rows:
        assert bool(row.proves) == bool(row.limits) == (row.tone != "none")


@pytest.mark.parametrize(
    ("made", "kinds"),
    [
        (samples.plain, []),
        (samples.labelled, []),
        (samples.deviating, []),
        (samples.unknown_signer, []),
        (samples.original, []),
        (samples.altered, []),
        (samples.signed, ["signature"]),
        (samples.recorded, ["record"]),
    ],
)
def test_a_seal_is_stamped_only_over_proof(made, kinds):
    assert [seal.kind for seal in sheet(made()).seals] == kinds


def test_a_manifest_too_large_to_check_is_neither_good_nor_bad():
    from dataclasses import replace

    credential = replace(
        samples.CREDENTIAL, valid=None, trusted=None, issues=("too_large_to_check",)
    )
    layers = replace(samples.signed().layers, credential=credential)
    page = sheet(replace(samples.signed(), layers=layers))
    (row,) = [row for row in page.rows if row.key == "credential"]
    assert row.tone == "gap"
    assert row.word in ("Not checked", "未核验")


def test_a_broken_signature_takes_the_seal_even_when_the_layer_claims_trust():
    from dataclasses import replace

    found = replace(samples.signed(), integrity=Integrity.FORGED)
    assert sheet(found).seals == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_vouches_for_a_content(language):
    combinations = itertools.product(Verdict, Notice, Integrity)
    found = [samples.with_verdict(*each) for each in combinations]
    found += [made() for made in samples.EVERY]
    with translation.override(language):
        said = {text for each in found for text in words_of(sheet(each))}
    assert len(said) > 50
    assert {text for text in said if forbidden_in(text)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_combination_of_the_model_has_a_sentence(language):
    with translation.override(language):
        for each in itertools.product(Verdict, Notice, Integrity):
            page = sheet(samples.with_verdict(*each))
            assert page.verdict and page.remark and page.word and page.shape


def test_chinese_pages_hold_no_english_sentence():
    with translation.override("zh-hans"):
        for made in samples.EVERY:
            page = sheet(made())
            for text in [page.verdict, page.remark, *(row.proves for row in page.rows)]:
                assert not text or any("一" <= letter <= "鿿" for letter in text), text


def test_the_verdict_of_nothing_found_draws_no_conclusion():
    with translation.override("en"):
        page = sheet(samples.plain())
    assert page.verdict == "No label was found in this file."
    assert "does not tell how it was made" in page.remark


def test_deviations_carry_words_remedy_and_clause():
    with translation.override("zh-hans"):
        first, second = sheet(samples.deviating()).deviations
    assert first.code == "label_not_enum"
    assert "Label" in first.words
    assert first.source == "GB 45438-2025 Annex E"
    assert second.remedy


def test_parents_are_a_tree_of_bounded_depth():
    from dataclasses import replace

    ingredient = {"title": "root", "relationship": "parentOf"}
    for depth in range(40):
        ingredient = {"title": f"t{depth}", "relationship": "parentOf", "ingredients": [ingredient]}
    credential = replace(samples.CREDENTIAL, ingredients=(ingredient,))
    layers = replace(samples.signed().layers, credential=credential)
    (parent,) = sheet(replace(samples.signed(), layers=layers)).parents
    depth = 1
    while parent.parents:
        (parent,) = parent.parents
        depth += 1
    assert depth == MAX_DEPTH


def test_an_iptc_trace_is_told_where_the_label_is_missing():
    found = samples.with_verdict(Verdict.SUSPECTED, Notice.SUSPECTED, Integrity.UNVERIFIABLE)
    with translation.override("en"):
        row = sheet(found).rows[1]
    assert (row.tone, row.word) == ("due", "Another field found")


def requirement(**values):
    return replace(Requirement("height", "5.2", met=True, found=0.052, least=0.05), **values)


def test_each_number_of_the_standard_is_told_with_whether_it_is_met():
    short = requirement(met=False, found=0.031)
    unseen = Requirement("contrast", "WCAG 2.2 1.4.3", met=None, least=4.5)
    layer = replace(samples.EXPLICIT, requirements=(short, unseen))
    found = replace(samples.labelled(), layers=replace(samples.labelled().layers, explicit=layer))
    with translation.override("en"):
        row = rows.five(found)[0]
    assert (row.tone, row.word) == ("due", "Found, falls short of the standard")
    told = {fact.term: fact for fact in row.facts}
    assert told["Height"].tone == "bad"
    assert "3.1 %" in told["Height"].value and "5.2" in told["Height"].value
    assert told["Contrast"].tone == "none"
    assert "Height, share of the shortest side" not in told


def test_a_label_in_order_is_found_and_nothing_more():
    layer = replace(samples.EXPLICIT, requirements=(requirement(),))
    found = replace(samples.labelled(), layers=replace(samples.labelled().layers, explicit=layer))
    with translation.override("en"):
        assert rows.five(found)[0].word == "Found"


def signed_label(signature, binding="none", **more):
    security = Security("securitydata", signature, "plain", binding=binding, **more)
    aigc = replace(samples.AIGC, security=security)
    return replace(samples.labelled(), layers=replace(samples.labelled().layers, aigc=aigc))


@pytest.mark.parametrize(
    ("signature", "binding", "tone", "word", "proves"),
    [
        ("valid", "intact", "met", "signed for this content", "named signer"),
        ("unknown_signer", "intact", "met", "Found", "whoever holds that key"),
        ("valid", "none", "met", "Found", "named signer signed this label."),
        ("valid", "altered", "bad", "another content", "differs from this one"),
        ("invalid", "none", "bad", "does not check out", "changed after signing"),
        ("none", "none", "met", "Found", "carries this statement"),
    ],
)
def test_a_labels_signature_proves_what_it_covers(signature, binding, tone, word, proves):
    with translation.override("en"):
        row = rows.five(signed_label(signature, binding, signer="Example", key="ab" * 32))[1]
    assert row.tone == tone
    assert word in row.word and proves in row.proves
    assert row.limits
    told = {fact.term: fact.value for fact in row.facts}
    assert told["Signed by"] == "Example"


def test_the_seal_stands_over_a_label_signed_by_a_known_key_for_this_content():
    with translation.override("en"):
        assert [seal.kind for seal in sheet(signed_label("valid", "intact")).seals] == ["signature"]
        for signature, binding in (("valid", "none"), ("unknown_signer", "intact"),
                                   ("valid", "altered"), ("invalid", "intact")):  # fmt: skip
            assert sheet(signed_label(signature, binding)).seals == ()


def test_the_readers_remarks_are_told_once():
    found = replace(
        samples.original(), notes=(*samples.original().notes, remark("members_labelled", count=3))
    )
    with translation.override("en"):
        told = sheet(found).remarks
    assert len(told) == 1 and "3" in told[0]
