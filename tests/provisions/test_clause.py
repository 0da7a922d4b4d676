"""The three spellings of a clause are one value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import ClauseUnknown
from colophon.provisions import numerals
from colophon.provisions.clause import Clause

NUMBER = st.integers(min_value=1, max_value=99)


@st.composite
def clauses(draw):
    article = draw(NUMBER)
    paragraph = draw(st.none() | NUMBER)
    return Clause(article, paragraph, draw(st.none() | NUMBER) if paragraph else None)


@given(clauses())
def test_every_spelling_reads_back(clause):
    assert Clause.parse(clause.id) == clause
    assert Clause.parse(clause.zh) == clause
    assert Clause.parse(clause.en) == clause


@pytest.mark.parametrize(
    "spelt",
    [
        "17.1.3",
        "Art. 17.1.3",
        "Art. 17(1)(3)",
        "art 17(1)(3)",
        "Article 17(1)(3)",
        "Article 17 (1) (3)",
        "17¶1(3)",
        "第十七条第一款第(三)项",
        "第十七条第一款第（三）项",
        "第十七条第一款第三项",
        "第17条第1款第3项",
        "第１７条第１款第（３）项",
        "第十七条 第一款 第（三）项",
        " 17.1.3 ",
        "１７．１．３",
    ],
)
def test_accepted_spellings(spelt):
    assert Clause.parse(spelt) == Clause(17, 1, 3)


def test_how_it_is_written():
    clause = Clause(17, 1, 3)
    assert (clause.id, clause.zh, clause.en) == (
        "17.1.3",
        "第十七条第一款第（三）项",
        "Art. 17(1)(3)",
    )
    assert str(Clause(16)) == "16"
    assert Clause(16).zh == "第十六条"
    assert Clause(10, 3).en == "Art. 10(3)"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "x",
        "17.",
        "17.0",
        "0.1",
        "017",
        "17.1.3.1",
        "100",
        "第条",
        "第百条",
        "第十七",
        "第十七条第三项",
        "第十七条第一款第(三项",
        "第一七条",
        "Art.",
        "17()",
        "17(1",
        "-1",
        "1" * 10_000,
        "第" * 10_000,
        "²",
    ],
)
def test_other_spellings_are_refused(wrong):
    with pytest.raises(ClauseUnknown):
        Clause.parse(wrong)


@given(st.text(max_size=80))
def test_any_text_is_either_a_clause_or_refused(text):
    try:
        found = Clause.parse(text)
    except ClauseUnknown:
        return
    assert Clause.parse(found.id) == found


@given(NUMBER)
def test_numerals_read_back(number):
    assert numerals.read(numerals.chinese(number)) == number


@pytest.mark.parametrize(
    ("number", "spelt"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (25, "二十五"), (99, "九十九")],
)
def test_numerals_as_the_law_writes_them(number, spelt):
    assert numerals.chinese(number) == spelt


@pytest.mark.parametrize("number", [0, -1, 100])
def test_numerals_end_at_99(number):
    with pytest.raises(ValueError, match=str(number)):
        numerals.chinese(number)
