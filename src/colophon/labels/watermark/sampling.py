"""Statistical marks for operators who sample: what is said carries the mark, not how it is written.

``Tournament`` keeps the model's distribution: averaged over keys, every token is as likely as
without the mark. Source: S. Dathathri et al., Nature 634 (2024), 818-823 (SynthID-Text).
``GreenList`` prefers a keyed share of the vocabulary and so changes the distribution.
Source: J. Kirchenbauer et al., ICML 2023.

Both are logits processors: of transformers by being called with ``(input_ids, scores)``, and of
vLLM through ``vllm_class``. Tensors are turned to numpy only in the call. They stand before or
after the temperature: tell them which by ``temperature``.

What it survives: everything that leaves most words in their order, in any typesetting and form,
cutting included as long as enough remains (``sampling_detect`` says how much that was). What it
does not: paraphrase, translation, and texts with nothing to choose: code, quotations, short
answers, sampling at temperature zero.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.sampling_draws import Draws, Seeds, below, bits, drawn, is_new

LAYERS = 30
"""Rounds of a tournament."""
CONTEXT = 4
"""Tokens in front of each token, on which its draws depend."""
GREEN_CONTEXT = 1
GREEN_SHARE, GREEN_BIAS = 0.25, 2.0
_MOST = 1024
"""Tokens that take part at most; those far below the likeliest are left as they are."""
_DEPTHS = (9.0, 6.0, 4.0, 2.0)
"""How far below it they may lie, in nats; the first that leaves few enough is taken."""
_LEAST = 1e-30

Row = NDArray[np.float32]
Chances = NDArray[np.float64]


class _Processor(ABC):
    """``temperature``: what the scores given here are divided by later, before sampling."""

    def __init__(self, seeds: Seeds, temperature: float) -> None:
        if not temperature > 0:
            raise ValueError("a mark needs a temperature above 0")
        self._seeds = seeds
        self._temperature = temperature

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """transformers' form: tokens so far and scores, one row for each text; arrays or tensors.

        The scores given are not changed; what comes back has their type.
        """
        rows = _array(scores, np.float32).copy()
        for ids, row in zip(_array(input_ids, np.int64), rows, strict=True):
            self._mark(ids, row)
        return _like(scores, rows)

    def request(self, output: Sequence[int], scores: Any) -> Any:
        """vLLM's form for one request: the tokens it wrote so far and one row of scores.

        What stands in the prompt is left out, as a reader of the text does not have it either.
        """
        row = _array(scores, np.float32).copy()
        self._mark(np.array(output, np.int64), row)
        return _like(scores, row)

    def _mark(self, ids: NDArray[np.int64], row: Row) -> None:
        if len(ids) < self._seeds.width or not self._is_to_mark(ids):
            return
        head = _head(row, self._temperature)
        if len(head) > 1:
            seed = self._seeds.of(ids[len(ids) - self._seeds.width :])
            row[head] += self._temperature * self._gain(
                row[head] / self._temperature, drawn(seed, head)
            )

    def _is_to_mark(self, ids: NDArray[np.int64]) -> bool:
        return bool(len(ids))

    @abstractmethod
    def _gain(self, logits: Row, draws: Draws) -> Row:
        """What is added to the logits of the tokens that take part."""


class Tournament(_Processor):
    """In each round the tokens that drew a one win over those that drew a zero.

    A context that stood before in the text is not marked again, or its draws would repeat.
    """

    def __init__(self, key: MarkKey, *, temperature: float = 1.0) -> None:
        super().__init__(Seeds(key, "tournament", CONTEXT), temperature)

    def _is_to_mark(self, ids: NDArray[np.int64]) -> bool:
        return is_new(ids, CONTEXT)

    def _gain(self, logits: Row, draws: Draws) -> Row:
        before: Chances = np.exp(logits.astype(np.float64) - logits.max())
        before /= before.sum()
        after = before.copy()
        for won in bits(draws, LAYERS).astype(np.float64):
            won += 1 - after @ won
            after *= won
        gain = np.log(np.maximum(after, _LEAST)) - np.log(np.maximum(before, _LEAST))
        return gain.astype(np.float32)


class GreenList(_Processor):
    """Tokens that are green after the one before are preferred by ``bias`` nats."""

    def __init__(
        self,
        key: MarkKey,
        *,
        temperature: float = 1.0,
        share: float = GREEN_SHARE,
        bias: float = GREEN_BIAS,
    ) -> None:
        super().__init__(Seeds(key, f"green {share!r}", GREEN_CONTEXT), temperature)
        self._share = share
        self._bias = np.float32(bias)

    def _gain(self, logits: Row, draws: Draws) -> Row:  # noqa: ARG002
        return np.where(below(draws, self._share), self._bias, np.float32(0))


def vllm_class(make: Callable[[float], _Processor]) -> type:
    """A class for vLLM's ``logits_processors``. ``make``: gives a processor for a temperature.

    Requests with temperature zero are not marked. Needs vLLM's own package.
    """
    from vllm.v1.sample.logits_processor import (  # type: ignore[import-not-found]
        AdapterLogitsProcessor,
    )

    class Marked(AdapterLogitsProcessor):  # type: ignore[misc]
        def is_argmax_invariant(self) -> bool:
            return False

        def new_req_logits_processor(self, params: Any) -> Callable[..., Any] | None:
            return make(params.temperature).request if params.temperature > 0 else None

    return Marked


def _head(row: Row, temperature: float) -> NDArray[np.int64]:
    """The tokens that take part. They are chosen before anything is drawn, which keeps the
    distribution, and hold nearly all of it, so that a vocabulary's size costs nearly nothing.
    """
    top = row.max()
    if not np.isfinite(top):
        return np.empty(0, np.int64)
    for depth in _DEPTHS:
        near = row > top - np.float32(depth * temperature)
        if np.count_nonzero(near) <= _MOST:
            break
    return np.flatnonzero(near)[:_MOST]


def _array(values: Any, kind: type) -> NDArray[Any]:
    """A numpy array of an array, a sequence or a tensor on any device and of any precision."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = (values.float() if kind is np.float32 else values.long()).numpy()
    return np.asarray(values, kind)


def _like(given: Any, rows: NDArray[Any]) -> Any:
    """``rows`` in the type of what was given: a tensor for a tensor, on its device."""
    if hasattr(given, "new_tensor"):
        return given.new_tensor(rows)
    return rows.astype(given.dtype) if hasattr(given, "dtype") else rows
