"""The key: fixed for ever, one to one, and telling nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.labels.watermark.key import PUBLIC, MarkKey

NUMBERS = st.integers(0, 2**64 - 1)


def test_what_a_key_draws_never_changes():
    """Marks out in the world were drawn so: a change here loses them all."""
    assert PUBLIC.stream("a mark", 8).hex() == "30ab109179c7de3b"
    assert PUBLIC.reference(1) == 0x163E3211EE3BBE91
    assert PUBLIC.order("a mark", 6).tolist() == [2, 0, 4, 3, 1, 5]
    assert PUBLIC.signs("a mark", 6).tolist() == [-1.0, -1.0, 1.0, 1.0, -1.0, -1.0]


@given(NUMBERS)
def test_a_reference_leads_back_to_its_number(number):
    assert PUBLIC.number(PUBLIC.reference(number)) == number


@given(NUMBERS)
def test_two_keys_give_two_references(number):
    other = MarkKey(bytes(32))
    assert other.reference(number) != PUBLIC.reference(number)


def test_neighbouring_numbers_have_unlike_references():
    references = np.array([PUBLIC.reference(number) for number in range(500)], np.uint64)
    assert len(set(references.tolist())) == 500
    differing = np.bitwise_count(references[1:] ^ references[:-1])
    assert 30 < differing.mean() < 34


def test_a_key_is_not_shown_and_not_short():
    assert "secret" not in repr(MarkKey.drawn())
    with pytest.raises(ValueError, match="32"):
        MarkKey(b"short")
