"""The stated chances of false accepts: bounds that hold, and not far from what is counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from colophon.labels.watermark import chance
from colophon.labels.watermark.chance import Chances
from colophon.labels.watermark.key import PUBLIC
from colophon.labels.watermark.payload import CODED, encode

EVEN = np.full(CODED, 1 / CODED, np.float32)


def noise(rng, rows, power):
    """Values of equal sizes (power 0) to very unlike ones, in the scale that is asked for."""
    drawn = rng.standard_normal((rows, CODED))
    soft = np.sign(drawn) * np.abs(drawn) ** power
    return (soft / np.linalg.norm(soft, axis=1, keepdims=True) / CODED**0.5).astype(np.float32)


@pytest.mark.parametrize("power", [0, 1, 3])
def test_words_that_can_be_sent_resemble_noise_no_more_than_bounded(power, monkeypatch):
    """Counted where it is common enough: at smaller tilts, and for one word instead of 2⁶⁴."""
    monkeypatch.setattr(chance, "_TILTS", np.arange(0.02, 0.3, 0.02))
    monkeypatch.setattr(chance, "PAYLOAD_BITS", 0)
    rng = np.random.default_rng(3)
    soft = noise(rng, 300, power)
    sent = np.array([encode(int(one), PUBLIC) for one in rng.integers(0, 2**63, 2500)], float)
    correlations = soft @ sent.T
    for least in (0.05, 0.1, 0.15):
        bound = np.mean([Chances(row, 1).resembling(least) for row in soft])
        assert bound / 14 < (correlations >= least).mean() <= bound


def test_the_bound_is_as_calculated_for_equal_values():
    """Against the binomial distribution: never below it, and not far above."""
    chances = Chances(EVEN, 1)
    for agreeing in (340, 350, 360, 380):
        exact = stats.binom.sf(agreeing - 1, CODED, 0.5) * 2.0**64
        assert exact < chances.resembling(2 * agreeing / CODED - 1) < 60 * exact


def test_the_stated_chance_is_the_smaller_bound_doubled():
    chances = Chances(EVEN, 10)
    assert chances.of(3, 0.55) == pytest.approx(
        2 * 10 * min(3 * 2.0**-40, chances.resembling(0.55))
    )
    assert chances.of(3, 0.5) == pytest.approx(2 * 10 * 3 * 2.0**-40)
    assert chances.of(3, 0.7) == pytest.approx(2 * 10 * chances.resembling(0.7))
    assert chances.of(1, 0.4) == 1.0
    assert Chances(EVEN, 10**9).of(10**9, 0.5) == 1.0


@given(
    st.integers(0, 3),
    st.integers(1, 10**5),
    st.integers(1, 64),
    st.floats(0.2, 0.8),
    st.integers(0, 99),
)
def test_the_limits_are_those_of_the_bound(power, looks, rank, correlation, seed):
    chances = Chances(noise(np.random.default_rng(seed), 1, power)[0], looks)
    least, enough, ranks = chances.limits(1e-9)
    accepted = correlation >= least and (correlation >= enough or rank <= ranks)
    close = min(abs(correlation - least), abs(correlation - enough)) < 1e-6
    assert close or accepted == (chances.of(rank, correlation) <= 1e-9)


def test_nothing_received_is_no_evidence():
    assert Chances(np.zeros(CODED, np.float32), 1).of(1, 0.0) == 1.0
