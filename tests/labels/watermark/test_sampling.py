"""Statistical marks: as strong as published ones, and exact in their claims."""

import itertools
import math
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from colophon.labels.watermark import sampling_detect as detectors
from colophon.labels.watermark.key import PUBLIC, MarkKey
from colophon.labels.watermark.sampling import GreenList, Tournament, vllm_class
from colophon.labels.watermark.sampling_draws import Seeds, bits, drawn, is_new
from colophon.labels.watermark.sampling_tail import Group, tail

OTHER = MarkKey(bytes(range(32)))
VOCABULARY = 1000


def entropy(chances):
    return float(-(chances * np.log2(np.maximum(chances, 1e-300))).sum(axis=-1).mean())


def falling(bits_wanted, width=24):
    """Chances that fall by one factor from token to token, of this entropy."""
    factors = np.linspace(0.001, 0.999, 2000)
    rows = factors[:, None] ** np.arange(width)
    rows /= rows.sum(axis=1, keepdims=True)
    found = rows[np.argmin([abs(entropy(row) - bits_wanted) for row in rows])]
    return found[np.newaxis]


def varied(bits_wanted, rng, width=30):
    """400 rows of chances, some nearly certain and some not, of this entropy on average."""
    logits = np.sort(rng.standard_normal((400, width)), axis=1)
    low, high = 0.1, 60.0
    for _ in range(40):
        scale = (low + high) / 2
        chances = np.exp(scale * (logits - logits.max(axis=1, keepdims=True)))
        chances /= chances.sum(axis=1, keepdims=True)
        low, high = (scale, high) if entropy(chances) > bits_wanted else (low, scale)
    return chances


def written(processor, chances, tokens, rng):
    """A text of a model with these chances, over other tokens at every step."""
    ids = rng.integers(0, VOCABULARY, 8).tolist()
    for _ in range(tokens):
        row = chances[rng.integers(len(chances))]
        places = rng.permutation(VOCABULARY)[: len(row)]
        scores = np.full((1, VOCABULARY), -np.inf, np.float32)
        scores[0, places] = np.log(np.maximum(row, 1e-30))
        if processor:
            scores = processor(np.array([ids]), scores)
        marked = np.exp(scores[0, places].astype(float) - scores.max())
        ids.append(int(places[np.searchsorted(marked.cumsum(), rng.random() * marked.sum())]))
    return ids[8:]


def rates(method, detect, chances, tokens, texts, seed):
    """The shares of texts found at false-positive rates of 1 % and 1e-6."""
    rng = np.random.default_rng(seed)
    processor = method(PUBLIC)
    found = [detect(written(processor, chances, tokens, rng), PUBLIC).p_value for _ in range(texts)]
    return np.mean(np.array(found) <= 0.01), np.mean(np.array(found) <= 1e-6)


def test_what_is_drawn_never_changes():
    """Texts out in the world were sampled so: a change here loses them all."""
    seed = Seeds(PUBLIC, "tournament", 4).of(np.arange(4))
    assert hex(seed) == "0xb30e3882b40ea629"
    assert [hex(int(one)) for one in drawn(seed, np.array([0, 149_999]))] == [
        "0x6eb3412a6b1df89b",
        "0x8fd397ed7f6ca09c",
    ]
    assert bits(np.array([5 << 8 | 128], np.uint64), 16).T.tolist() == [
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1]
    ]


def test_published_strength_at_1_31_bits_and_100_tokens():
    """SynthID: 1 and 0.92 at false-positive rates of 1 % and 1e-6."""
    usual, strict = rates(Tournament, detectors.tournament, falling(1.31), 100, 60, 1)
    assert usual == 1
    assert strict >= 0.92


@pytest.mark.slow
def test_published_strength_at_0_41_bits_and_400_tokens():
    """SynthID: 0.99 and 0.26."""
    chances = varied(0.41, np.random.default_rng(5))
    usual, strict = rates(Tournament, detectors.tournament, chances, 400, 60, 2)
    assert usual >= 0.95
    assert strict >= 0.2


def test_the_green_list_is_as_strong_as_published():
    """KGW: 0.97 at 1 %."""
    usual, _ = rates(GreenList, detectors.green_list, falling(1.31), 100, 60, 3)
    assert usual >= 0.93


@pytest.mark.parametrize("detect", [detectors.tournament, detectors.green_list])
def test_texts_without_a_mark_are_taken_as_often_as_stated(detect):
    rng = np.random.default_rng(6)
    texts = rng.integers(0, VOCABULARY, (500, 60))
    found = np.array([detect(text, PUBLIC).p_value for text in texts])
    for rate in (0.3, 0.1, 0.01):
        assert (found <= rate).sum() <= 500 * rate + 3.5 * math.sqrt(500 * rate)
    assert (found <= 0.3).mean() > 0.2
    assert found.min() > 1e-6


def test_another_key_finds_nothing():
    rng = np.random.default_rng(7)
    text = written(Tournament(PUBLIC), falling(3.0), 200, rng)
    assert detectors.tournament(text, PUBLIC).p_value < 1e-20
    assert detectors.tournament(text, OTHER).p_value > 1e-4
    assert detectors.green_list(text, PUBLIC).p_value > 1e-4


def test_a_cut_and_an_edited_text_still_tell():
    rng = np.random.default_rng(8)
    text = np.array(written(Tournament(PUBLIC), falling(2.0), 400, rng))
    assert detectors.tournament(text[137:237], PUBLIC).p_value < 1e-6
    edited = np.where(rng.random(400) < 0.1, rng.integers(0, VOCABULARY, 400), text)
    assert detectors.tournament(edited, PUBLIC).p_value < 1e-9


def test_the_tournament_keeps_the_distribution():
    """On average over contexts every token is as likely as before."""
    rng = np.random.default_rng(9)
    scores = (2 * rng.standard_normal((1, 40))).astype(np.float32)
    before = np.exp(scores[0]) / np.exp(scores[0]).sum()
    contexts = rng.integers(0, 10**6, (6000, 4))
    marked = Tournament(PUBLIC)(contexts, np.repeat(scores, len(contexts), axis=0))
    after = np.exp(marked) / np.exp(marked).sum(axis=1, keepdims=True)
    # No token's chance can vary more than if it were always all or nothing.
    error = np.sqrt(before * (1 - before) / len(contexts))
    assert (np.abs(after.mean(axis=0) - before) < 4 * error).all()
    assert after.std(axis=0).max() > 0.2


def test_the_green_list_adds_its_bias_to_its_share():
    contexts = np.arange(500)[:, None]
    marked = GreenList(PUBLIC, share=0.25, bias=2.0)(contexts, np.zeros((500, 200), np.float32))
    assert set(np.unique(marked)) == {0.0, 2.0}
    assert abs((marked > 0).mean() - 0.25) < 0.01


def test_a_context_is_marked_once():
    scores = np.zeros((1, 50), np.float32)
    processor = Tournament(PUBLIC)
    assert (processor([[9, 1, 2, 3, 4]], scores) != 0).any()
    assert (processor([[1, 2, 3, 4, 9, 1, 2, 3, 4]], scores) == 0).all()
    assert (processor([[1, 2, 3]], scores) == 0).all()


@given(st.lists(st.integers(0, 2), min_size=3, max_size=30), st.integers(1, 3))
@settings(deadline=None)
def test_a_new_context_is_one_that_did_not_stand_before(ids, width):
    last = ids[-width:]
    before = [ids[start : start + width] for start in range(len(ids) - width)]
    assert is_new(ids, width) == (last not in before)


@pytest.mark.parametrize("method", [Tournament, GreenList])
def test_a_later_temperature_is_reckoned_with(method):
    rng = np.random.default_rng(10)
    scores = (3 * rng.standard_normal((1, 300))).astype(np.float32)
    ids = [[5, 6, 7, 8]]
    later = method(PUBLIC, temperature=0.7)(ids, scores) / 0.7
    earlier = method(PUBLIC)(ids, scores / np.float32(0.7))
    taking_part = scores > scores.max() - 6
    assert np.allclose(later[taking_part], earlier[taking_part], atol=1e-3)
    with pytest.raises(ValueError, match="temperature"):
        method(PUBLIC, temperature=0)


@pytest.mark.parametrize("method", [Tournament, GreenList])
def test_forms_of_input_agree_and_stay_as_they_were(method):
    rng = np.random.default_rng(11)
    scores = rng.standard_normal((3, 500)).astype(np.float32)
    ids = rng.integers(0, 500, (3, 12))
    kept = scores.copy()
    marked = method(PUBLIC)(ids, scores)
    assert (scores == kept).all() and marked.dtype == np.float32
    alone = [method(PUBLIC).request(row.tolist(), one) for row, one in zip(ids, scores)]
    assert (np.stack(alone) == marked).all()
    assert method(PUBLIC)(ids, scores.astype(np.float64)).dtype == np.float64


@pytest.mark.parametrize("value", [-np.inf, np.nan, np.inf])
@pytest.mark.parametrize("method", [Tournament, GreenList])
def test_scores_without_a_choice_stay(method, value):
    scores = np.full((1, 20), value, np.float32)
    assert np.array_equal(method(PUBLIC)([[1, 2, 3, 4]], scores), scores, equal_nan=True)
    forced = np.full((1, 20), -np.inf, np.float32)
    forced[0, 3] = 1
    assert (method(PUBLIC)([[1, 2, 3, 4]], forced) == forced).all()


# Neither comes with the tests: both are several times the size of all the rest.
if find_spec("torch"):

    def test_tensors_come_back_as_tensors():
        import torch

        scores = torch.randn(2, 300, generator=torch.Generator().manual_seed(1))
        ids = torch.arange(14).reshape(2, 7)
        marked = Tournament(PUBLIC)(ids, scores)
        assert isinstance(marked, torch.Tensor) and marked.dtype == scores.dtype
        assert (marked.numpy() == Tournament(PUBLIC)(ids.numpy(), scores.numpy())).all()


if find_spec("vllm"):

    def test_vllm_takes_the_class():
        made = vllm_class(lambda temperature: Tournament(PUBLIC, temperature=temperature))
        processor = made(None, None, False)
        assert processor.new_req_logits_processor(SimpleNamespace(temperature=0.0)) is None
        assert callable(processor.new_req_logits_processor(SimpleNamespace(temperature=0.7)))


@given(st.integers(1, 400), st.floats(0.05, 0.95), st.floats(0, 1))
@settings(max_examples=80, deadline=None)
def test_the_tail_of_one_group_is_the_binomial(count, chance, part):
    score = round(part * count)
    exact = stats.binom.sf(score - 1, count, chance)
    assert tail([Group(1, count, chance)], score) == pytest.approx(exact, rel=1e-6)


def test_the_tail_of_several_groups_is_what_counting_gives():
    groups = [Group(3, 4, 0.5), Group(2, 5, 0.5), Group(1, 3, 0.5)]
    weights = [3] * 4 + [2] * 5 + [1] * 3
    sums = np.array([np.dot(weights, won) for won in itertools.product((0, 1), repeat=12)])
    for score in range(-1, 27):
        expected = (sums >= score).mean()
        assert tail(groups, score) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_the_tail_is_exact_where_it_is_tiny():
    assert tail([Group(1, 1000, 0.5)], 1000) == pytest.approx(2.0**-1000, rel=1e-6)
    assert tail([Group(2, 100, 0.25)], 180) == pytest.approx(
        stats.binom.sf(89, 100, 0.25), rel=1e-6
    )
    assert tail([], 0) == 1.0


def test_little_text_is_no_evidence():
    for tokens in ([], [1], [1, 2, 3, 4]):
        assert detectors.tournament(tokens, PUBLIC) == detectors.Evidence(1.0, 0, 0.0)
    assert detectors.green_list([1], PUBLIC).p_value == 1.0


def test_what_stands_twice_counts_once():
    rng = np.random.default_rng(13)
    text = rng.integers(0, VOCABULARY, 50).tolist()
    once = detectors.tournament(text, PUBLIC)
    many = detectors.tournament(text * 40, PUBLIC)
    assert many.tokens <= once.tokens + 4
    assert detectors.green_list(text * 40, PUBLIC).tokens <= 51


def test_a_detection_states_its_confidence():
    found = detectors.Evidence(1e-8, 200, 0.6)
    assert found.detection(1e-6).confidence == 1 - 1e-8
    assert found.detection(1e-6).payload is None
    assert found.detection(1e-9) is None
