"""The payload: fixed for ever, strong, and never found where it is not."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.labels.watermark import payload as payloads
from colophon.labels.watermark.key import PUBLIC, MarkKey
from colophon.labels.watermark.payload import CODED, decode, decode_many, encode

PAYLOADS = st.integers(0, 2**64 - 1)
KEYS = st.binary(min_size=32, max_size=32).map(MarkKey)
SEEDS = st.integers(0, 2**32 - 1)


def received(number, key, seed, noise=0.0):
    drawn = np.random.default_rng(seed).standard_normal(CODED) * noise
    return (encode(number, key) + drawn).astype(np.float32)


def test_what_is_sent_never_changes():
    """Marks out in the world were sent so: a change here loses them all."""
    assert CODED == 448
    sent = encode(0x0123456789ABCDEF, PUBLIC)
    assert sent.dtype == np.int8 and set(sent.tolist()) == {-1, 1}
    assert hashlib.sha256(sent.tobytes()).hexdigest()[:16] == "559138f0cad544ef"


@given(PAYLOADS, KEYS, st.floats(1e-6, 1e6))
@settings(max_examples=30, deadline=None)
def test_what_is_sent_is_read_at_any_scale(number, key, scale):
    found = decode(encode(number, key).astype(np.float32) * np.float32(scale), key)
    assert found is not None and found.payload == number
    assert found.false_accept < 2e-12


@given(PAYLOADS, KEYS, SEEDS)
@settings(max_examples=30, deadline=None)
def test_noise_stronger_than_the_signs_is_read_through(number, key, seed):
    found = decode(received(number, key, seed, noise=1.1), key)
    assert found is not None and found.payload == number


@given(PAYLOADS, SEEDS, st.integers(0, 45), st.integers(0, 90))
@settings(max_examples=30, deadline=None)
def test_turned_and_missing_signs_are_made_good(number, seed, turned, missing):
    soft = encode(number, PUBLIC).astype(np.float32)
    places = np.random.default_rng(seed).permutation(CODED)
    soft[places[:turned]] *= -1
    soft[places[turned : turned + missing]] = 0
    found = decode(soft, PUBLIC)
    assert found is not None and found.payload == number


@given(PAYLOADS, st.integers(0, CODED - 150))
@settings(max_examples=20, deadline=None)
def test_a_stretch_that_is_lost_is_made_good(number, start):
    soft = encode(number, PUBLIC).astype(np.float32)
    soft[start : start + 150] = 0
    assert decode(soft, PUBLIC).payload == number


@given(PAYLOADS, KEYS, KEYS)
@settings(max_examples=30, deadline=None)
def test_another_key_reads_nothing(number, key, other):
    if key != other:
        assert decode(encode(number, key).astype(np.float32), other) is None


def test_half_the_marks_are_read_where_three_in_ten_signs_are_wrong():
    """At −4 dB; the words of a list must follow each other by likelihood for it."""
    rng = np.random.default_rng(4)
    numbers = [int(one) for one in rng.integers(0, 2**63, 60)]
    sent = np.array([encode(number, PUBLIC) for number in numbers])
    soft = (sent + 10**0.2 * rng.standard_normal(sent.shape)).astype(np.float32)
    assert 0.25 < (np.sign(soft) != sent).mean() < 0.28
    found = decode_many(soft, PUBLIC)
    read = [one.payload == number for one, number in zip(found, numbers) if one is not None]
    assert all(read) and len(read) >= 30


@given(st.integers(1, 20), SEEDS)
@settings(max_examples=10, deadline=None)
def test_many_are_read_as_each_alone(rows, seed):
    numbers = range(rows)
    soft = np.stack([received(number, PUBLIC, seed, noise=1.4) for number in numbers])
    assert decode_many(soft, PUBLIC, 50) == [decode(row, PUBLIC, 50) for row in soft]
    assert decode_many(soft[:0], PUBLIC) == []


@pytest.mark.parametrize("value", [0.0, 1.0, np.nan, np.inf, -np.inf, 3e38, 1e-40])
def test_what_is_no_mark_gives_none(value):
    assert decode(np.full(CODED, value, np.float32), PUBLIC) is None
    spike = np.zeros(CODED, np.float32)
    spike[7] = value
    assert decode(spike, PUBLIC) is None


def test_lost_values_among_good_ones_are_nothing_received():
    soft = encode(77, PUBLIC).astype(np.float32)
    soft[:40] = np.nan
    soft[40:50] = np.inf
    assert decode(soft, PUBLIC).payload == 77


@pytest.mark.parametrize("number", [-1, 2**64])
def test_a_payload_has_64_bits(number):
    with pytest.raises(ValueError, match="64"):
        encode(number, PUBLIC)


def test_more_looks_ask_for_better_evidence():
    soft = received(5, PUBLIC, 1, noise=1.45)
    one, many = decode(soft, PUBLIC), decode(soft, PUBLIC, 300)
    assert one.payload == many.payload == 5
    assert many.false_accept == pytest.approx(300 * one.false_accept)
    assert many.false_accept <= 1e-9
    assert decode(soft, PUBLIC, 10**12) is None


def shapes(rng, rows):
    """Values as content without a mark gives them: even, heavy-tailed, signs only, in bursts."""
    even = rng.standard_normal((rows, CODED))
    yield even
    yield even**3
    yield np.sign(even)
    yield even * (rng.random((rows, CODED)) < 0.3)
    yield even * np.exp(3 * np.sin(np.arange(CODED) / 30))


@pytest.mark.slow
def test_thirty_thousand_words_of_noise_give_nothing():
    rng = np.random.default_rng(9)
    looked = 0
    for _ in range(30):
        for soft in shapes(rng, 200):
            assert not any(decode_many(soft.astype(np.float32), PUBLIC, 300))
            looked += len(soft)
    assert looked == 30_000


@pytest.mark.parametrize(("bits", "rows"), [(6, 400), (10, 1600)])
def test_the_check_bits_let_through_as_many_as_calculated(bits, rows, monkeypatch):
    """With fewer check bits compared, false accepts are common enough to be counted."""
    whole = payloads._checked
    monkeypatch.setattr(payloads, "FALSE_ACCEPT", 1.0)
    monkeypatch.setattr(payloads, "_LIST", 1)
    mask = (1 << bits) - 1
    monkeypatch.setattr(payloads, "_checked", lambda *given: whole(*given) & mask)
    monkeypatch.setattr(payloads, "_CHECK_MASK", mask)
    soft = np.random.default_rng(bits).standard_normal((rows, CODED)).astype(np.float32)
    accepted = sum(one is not None for one in decode_many(soft, PUBLIC))
    expected = rows / 2**bits
    assert abs(accepted - expected) < 4 * expected**0.5 + 1


def test_few_values_are_no_evidence():
    """Seventy values cannot single out one of 2⁶⁴ payloads, whatever the check bits say."""
    soft = encode(5, PUBLIC).astype(np.float32)
    soft[np.random.default_rng(1).permutation(CODED)[70:]] = 0
    assert decode(soft, PUBLIC) is None


def test_values_of_very_unlike_size_are_read():
    """As where a picture is flat in most places and carries little there."""
    rng = np.random.default_rng(2)
    sizes = np.abs(rng.standard_normal(CODED)) ** 1.5
    heard = encode(6, PUBLIC) * sizes + 0.9 * rng.standard_normal(CODED)
    assert decode((heard * sizes).astype(np.float32), PUBLIC, 1000).payload == 6
