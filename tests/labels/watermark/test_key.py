"""The key: fixed for ever, one to one, and telling nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.labels.watermark.key import PUBLIC, MarkKey


def test_what_a_key_draws_never_changes():
    """Marks out in the world were drawn so: a change here loses them all."""
    assert PUBLIC.stream("a mark", 8).hex() == "30ab109179c7de3b"
    assert PUBLIC.payload("1") == 0xD9557DA4C9A8026
    assert PUBLIC.order("a mark", 6).tolist() == [2, 0, 4, 3, 1, 5]
    assert PUBLIC.signs("a mark", 6).tolist() == [-1.0, -1.0, 1.0, 1.0, -1.0, -1.0]


@given(st.text(), st.text())
def test_the_payload_of_a_number_is_its_own_and_the_keys_own(one, two):
    assert (PUBLIC.payload(one) == PUBLIC.payload(two)) == (one == two)
    assert MarkKey(bytes(32)).payload(one) != PUBLIC.payload(one)


def test_a_key_is_not_shown_and_not_short():
    assert "secret" not in repr(MarkKey.drawn())
    with pytest.raises(ValueError, match="32"):
        MarkKey(b"short")
