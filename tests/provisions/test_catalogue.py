"""The articles as data are the authentic text, whole and unchanged."""

import hashlib
from importlib.resources import files

import pytest

from colophon.errors import ClauseUnknown
from colophon.provisions import catalogue
from colophon.terms import ADDRESSEES

AUTHENTIC = files("colophon.provisions").joinpath("text/zh.txt").read_text(encoding="utf-8")


PARAGRAPHS = list(catalogue.paragraphs())
PASSAGES = [*PARAGRAPHS, *(item for paragraph in PARAGRAPHS for item in paragraph.items)]


def test_25_articles_42_paragraphs_13_items():
    assert len(catalogue.articles()) == 25
    assert len(PARAGRAPHS) == 42
    assert sum(len(paragraph.items) for paragraph in PARAGRAPHS) == 13


def test_the_articles_put_together_are_the_authentic_text():
    lines = [catalogue.title("zh")]
    chapter = None
    for article in catalogue.articles():
        if article.chapter != chapter:
            chapter = article.chapter
            lines.append(f"第{'一二三四五'[chapter.number - 1]}章 {chapter.zh}")
        lines.append(article.zh)
    assert "\n".join(lines) + "\n" == AUTHENTIC


def test_the_authentic_text_is_the_one_promulgated():
    digest = hashlib.sha256(AUTHENTIC.encode()).hexdigest()
    assert digest == "17e1cf51529c6be1cf4d42784b39b5a1ed8f0fc369b1b5f7c95d41d07e3c4735"


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage.id)
def test_hash_is_of_the_chinese_text(passage):
    assert hashlib.sha256(passage.zh.encode()).hexdigest() == passage.sha256


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage.id)
def test_each_passage_is_found_by_its_id_and_speaks_both_languages(passage):
    assert catalogue.clause(passage.id) == passage
    assert passage.en.isascii()
    assert passage.en.strip() == passage.en != ""
    assert set(passage.addressees) <= set(ADDRESSEES)
    assert passage.addressees


@pytest.mark.parametrize(
    ("clause", "addressees"),
    [
        ("3.1", {"authority"}),
        ("5.1", {"industry_organisation"}),
        ("6.1", {"anyone"}),
        ("9.1", {"provider"}),
        ("13.1", {"distribution_platform"}),
        ("14.2", {"provider", "technical_supporter"}),
        ("16.1", {"provider"}),
        ("17.1.3", {"provider"}),
        ("18.1", {"anyone"}),
        ("19.2", {"technical_supporter"}),
        ("23.4", {"none"}),
    ],
)
def test_addressees_are_those_the_chinese_names(clause, addressees):
    assert set(catalogue.clause(clause).addressees) == addressees


@pytest.mark.parametrize("paragraph", PARAGRAPHS, ids=lambda each: each.id)
def test_a_paragraph_that_opens_with_an_addressee_is_addressed_to_it(paragraph):
    openings = {
        "深度合成服务提供者和技术支持者": {"provider", "technical_supporter"},
        "深度合成服务提供者和使用者": {"provider", "user"},
        "任何组织和个人": {"anyone"},
    }
    for opening, who in openings.items():
        if paragraph.zh.startswith(opening) and not paragraph.id.startswith("23."):
            assert who <= set(paragraph.addressees)


@pytest.mark.parametrize("missing", ["26", "0", "16.2", "17.3", "17.1.6", "9.1.1", "99.99.99"])
def test_a_clause_that_is_not_there_is_named_so(missing):
    with pytest.raises(ClauseUnknown) as caught:
        catalogue.clause(missing)
    assert caught.value.exit_code == 2


def test_an_article_without_numbered_paragraphs_answers_to_both_names():
    assert catalogue.clause("16").paragraphs == (catalogue.clause("16.1"),)
    assert catalogue.cite("16.1", "zh") == catalogue.cite("16", "zh") == "第十六条"
    assert catalogue.cite("第十七条第二款") == "Art. 17(2)"
    assert catalogue.cite("17.1.3", "zh") == "第十七条第一款第（三）项"


def test_every_chapter_has_both_names():
    assert [(chapter.number, chapter.en) for chapter in catalogue.chapters()][3] == (
        4,
        "Supervision, Inspection and Legal Liability",
    )
    assert {article.chapter.number for article in catalogue.articles()} == {1, 2, 3, 4, 5}
