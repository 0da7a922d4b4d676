"""Prints of texts on their ways, and the index that finds them."""

import hashlib
import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.labels.fingerprint import text, words
from colophon.labels.fingerprint.words import Texts
from tests.labels.fingerprint import made

KNOWN = {number: made.english(number) for number in range(40)}
KNOWN |= {number: made.chinese(number) for number in range(40, 80)}
KNOWN[80] = made.english(80, 90) + " " + made.chinese(80, 160)


@pytest.fixture(scope="module")
def texts():
    index = Texts()
    for (number, _), print_ in zip(KNOWN.items(), text.of_texts(list(KNOWN.values())), strict=True):
        index.add(number, print_)
    return index


def wide(given):
    return "".join(chr(ord(x) + 0xFEE0) if "!" <= x <= "~" else x for x in given)


SAME = {
    "upper case": str.upper,
    "wide letters": wide,
    "wrapped": lambda given: given.replace(" ", "\n").replace("，", "，\r\n"),
    "zero width": lambda given: "".join(x + "\u200b" for x in given),
    "soft hyphens and joiners": lambda given: given[:9] + "\u00ad\u2060\ufeff" + given[9:],
    "variation selectors": lambda given: given[:5] + "\ufe0e\U000e0101" + given[5:],
    "bold in Markdown": lambda given: f"**{given}**",
    "other punctuation": lambda given: given.replace("，", "、").replace("。", "!"),
    "tabs": lambda given: given.replace(" ", "\t \u3000"),
}


@pytest.mark.parametrize("way", SAME)
@pytest.mark.parametrize("number", [3, 45, 80])
def test_copies_are_the_same(way, number):
    one, other = (text.of_text(given) for given in (KNOWN[number], SAME[way](KNOWN[number])))
    assert (one.sha256, one.sm3) == (other.sha256, other.sm3)
    assert text.alike(one, other) >= 0.9


def edited(given, share, seed):
    rng = random.Random(seed)
    parts = list(given) if "，" in given else given.split(" ")
    for place in rng.sample(range(len(parts)), int(len(parts) * share)):
        parts[place] = "改" if "，" in given else "changed"
    return ("" if "，" in given else " ").join(parts)


EDITS = {
    "one word in thirty": lambda given: edited(given, 0.03, 1),
    "one word in twenty": lambda given: edited(given, 0.05, 2),
    "a sentence before and after": lambda given: "某人说：" + given + " 转发自某处",
    "the last fifth gone": lambda given: given[: len(given) * 4 // 5],
    "the first fifth gone": lambda given: given[len(given) // 5 :],
    "halves exchanged": lambda given: given[len(given) // 2 :] + " " + given[: len(given) // 2],
}


@pytest.mark.parametrize("edit", EDITS)
def test_edited_texts_are_found(texts, edit):
    for number in (0, 11, 40, 61):
        found = texts.find(text.of_text(EDITS[edit](KNOWN[number])))
        assert [hit.id for hit in found] == [number]
        assert found[0].false_match < 1e-12


def test_strangers_are_not(texts):
    for seed in range(200, 230):
        assert texts.find(text.of_text(made.english(seed))) == []
        assert texts.find(text.of_text(made.chinese(seed))) == []


def test_a_short_text_claims_little(texts):
    index = Texts()
    index.add(1, text.of_text("你好"))
    hit = index.find(text.of_text("你好！"))[0]
    assert hit.alike == 1
    assert hit.false_match >= words.STRANGERS


def test_the_estimate_is_the_share():
    base = made.english(500, 400).split(" ")
    for kept in (400, 300, 200):
        other = [*base[:kept], *made.english(501, 400 - kept).split(" ")]
        one, two = (set(zip(x, x[1:], x[2:])) for x in (base, other))
        true = len(one & two) / len(one | two)
        prints = [text.of_text(" ".join(x)) for x in (base, other)]
        assert text.alike(*prints) == pytest.approx(true, abs=0.15)


@pytest.mark.parametrize("empty", ["", "  \n", "\u200b\u2060", "?! …", "\ufe0f\u3164", "\0"])
def test_nothing_to_read(empty):
    assert text.of_text(empty) is None


def test_digests_are_of_the_letters():
    found = text.of_text("Ｈello, 世界!")
    assert found.sha256 == hashlib.sha256("hello世界".encode()).hexdigest()
    assert len(found.sm3) == 64


def test_the_signature_stays_what_it_is():
    """Signatures are kept for years: another rensa, numpy or Unicode must not change them."""
    found = [
        text.of_text(given)
        for given in ("The quick brown fox jumps over it", "敏捷的棕色狐狸跳过了它")
    ]
    digests = [hashlib.sha256(one.signature).hexdigest()[:16] for one in found]
    assert (digests, [one.shingles for one in found]) == (
        ["940a57dc2d97c3ed", "5dd52acfbf6c0b76"],
        [5, 7],
    )


@given(st.lists(st.text(max_size=80), max_size=8))
def test_one_by_one_as_together(given):
    assert text.of_texts(given) == [text.of_text(one) for one in given]


@given(st.text(max_size=60))
def test_compatible_forms_are_the_same(given):
    assert text.of_text(given) == text.of_text(unicodedata.normalize("NFKC", given))


def test_long_and_odd_texts():
    assert text.of_text("\ufdfa" * 300_000).shingles == text.LONGEST // 18 * 3
    long = made.chinese(1, 1_000) * 500
    assert text.of_text(long).shingles == len(long) - long.count("，") - long.count("。") - 4
    assert text.of_text("a" * 1_000_000).shingles == 1
    assert text.of_text("\ud800 lone") is not None


def test_saved_and_removed(tmp_path, texts):
    index = Texts()
    for number, one in list(KNOWN.items())[:50]:
        index.add(number, text.of_text(one), place=number + 1)
    asked = text.of_text(EDITS["one word in thirty"](KNOWN[41]))
    before = index.find(asked)
    index.save(tmp_path / "texts")
    loaded = Texts(tmp_path / "texts")
    assert [(hit.id, hit.place) for hit in before] == [(41, 42)]
    assert (loaded.find(asked), len(loaded), loaded.new) == (before, 50, 0)
    loaded.remove(41)
    assert loaded.find(asked) == []
    loaded.save(tmp_path / "texts")
    assert len(Texts(tmp_path / "texts")) == 49


def test_many_new_ones_are_folded_and_still_found():
    index = Texts()
    known = [" ".join(str(7919 * number + k) for k in range(9)) for number in range(4_500)]
    for number, print_ in enumerate(text.of_texts(known)):
        index.add(number, print_)
    for number in (0, 4_095, 4_096, 4_499):
        assert number in {hit.id for hit in index.find(text.of_text(known[number]), 0.9)}
