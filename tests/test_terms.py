"""The vocabulary is the regulation's own, and the default labels say what they must."""

import pytest

from colophon import terms
from colophon.labels.model import Kind, Medium
from colophon.provisions import catalogue


@pytest.mark.parametrize("term", terms.SERVICES + terms.TECHNOLOGIES, ids=lambda term: term.clause)
def test_services_and_technologies_are_the_words_of_their_item(term):
    item = catalogue.clause(term.clause)
    assert item.zh.rstrip("；。") == term.zh
    assert item.en.rstrip(";.") == term.en


def test_there_are_five_services_and_six_technologies():
    assert [term.clause for term in terms.SERVICES] == [f"17.1.{n}" for n in range(1, 6)]
    assert [term.clause for term in terms.TECHNOLOGIES] == [f"23.2.{n}" for n in range(1, 7)]


@pytest.mark.parametrize("term", terms.DEFINITIONS, ids=lambda term: term.id)
def test_definitions_are_those_of_their_paragraph(term):
    paragraph = catalogue.clause(term.clause)
    assert paragraph.zh.startswith(f"{term.zh}，是指")
    assert paragraph.en.lower().startswith(f'"{term.en.lower()}" means')
    assert terms.term(term.id) is term


@pytest.mark.parametrize("medium", list(Medium))
def test_default_labels(medium):
    assert terms.has_required_elements(terms.explicit_words(medium))
    assert "AI" in terms.explicit_words(medium, "en")
    assert terms.explicit_words(medium, "en").isascii()


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("AI生成", True),
        ("人工智能合成", True),
        ("由AI合成", True),
        ("AI", False),
        ("生成", False),
        ("", False),
    ],
)
def test_required_elements(text, complete):
    assert terms.has_required_elements(text) is complete


def test_unknown_names_are_refused():
    with pytest.raises(KeyError):
        terms.explicit_words("smell")
    with pytest.raises(KeyError):
        terms.term("nobody")


def test_words_are_given_in_the_language_asked_for():
    provider = terms.term("provider")
    assert provider.words("zh") == "深度合成服务提供者"
    assert provider.words("en") == "deep synthesis service provider"


def test_every_kind_has_its_technology():
    assert len(list(Kind)) == 7
    assert {term.id for term in terms.TECHNOLOGIES} >= {
        Kind.TEXT,
        Kind.SPEECH,
        Kind.AUDIO,
        Kind.SCENE,
    }
