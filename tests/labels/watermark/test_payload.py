"""The payload: fixed for ever, strong, and never found where it is not."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.labels.watermark import payload as payloads
from colophon.labels.watermark.key import PUBLIC, MarkKey
from colophon.labels.watermark.payload import CODED, Decoded, decode, decode_many, encode

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
