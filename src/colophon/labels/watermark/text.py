"""An invisible mark in text that is copied: the payload in variation selectors.

Thirteen of the 240 variation selectors U+E0100-U+E01EF, one after another, hold the whole payload
and 38 keyed check bits; such a run stands at places where nobody notices it, as few times as it
takes for any 40 % of the text, and any thousand characters of a longer one, to hold a whole one.
Of all characters that are not seen these disturb least: they belong to the character before them,
so they make no place to break a line or a word, are no letter, space or direction of their own,
take no part in joining, and are ignored in display, by collation and so by searches that collate.

What it survives: copying, also of 40 %, by Chromium, as plain text and as HTML; Markdown
renderers; NFC, NFD, NFKC and NFKD; JSON, HTML and XML, escaped or not; DOCX; edits elsewhere.
What it does not: typing anew, reading aloud, paraphrase and translation, recognition from
pictures, encodings other than Unicode's, and programs that take out characters that are not seen
(NFKC_Casefold is one). So a text without this mark proves nothing.

Where a text has too few places for any 40 % (below some hundred characters, or in one long table
or program), it is marked as often as its places allow.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from bisect import bisect_right
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from colophon.errors import TooSmallToMark
from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.text_places import Place, places

_FIRST, _LAST = "\U000e0100", "\U000e01ef"
_BASE = ord(_LAST) - ord(_FIRST) + 1
LENGTH = 13
"""Characters in one mark."""
_PAYLOADS = 1 << 64
_CHECKS: int = _BASE**LENGTH // _PAYLOADS
"""How many check values there are: 2³⁸·⁷⁸."""
_RUN = re.compile(rf"(?<![{_FIRST}-{_LAST}])[{_FIRST}-{_LAST}]{{{LENGTH}}}(?![{_FIRST}-{_LAST}])")
LEAST = 40
"""Characters a text must have to be marked."""
_SHARE, _REACH = 0.4, 1000
_MOST_LOOKS = 400
"""Different runs looked at, so that a false accept stays less likely than 1e-9."""


def embed(text: str, payload: int, key: MarkKey) -> str:
    """``text`` with the mark; marks under the same key are replaced, others' are left alone.

    Raises TooSmallToMark where it is shorter than ``LEAST`` or has no place for a mark, and
    ValueError for a payload of more than 64 bits.
    """
    if not 0 <= payload < _PAYLOADS:
        raise ValueError("a payload has 64 bits")
    plain = _RUN.sub(lambda run: run[0] if _opened(run[0], key) is None else "", text)
    if len(plain) < LEAST:
        raise TooSmallToMark(detail=f"{len(plain)} < {LEAST}")
    chosen = _chosen(plain)
    if not chosen:
        raise TooSmallToMark(detail="0: .!?,;。，")
    mark = _sealed(payload, key)
    edges = [0, *chosen, len(plain)]
    return mark.join(plain[start:end] for start, end in pairwise(edges))


def detect(text: str, key: MarkKey) -> Detection | None:
    """The payload that most marks in ``text`` give; of equals, the first.

    Its confidence is one less the number of different runs looked at over the number of check
    values.
    """
    answers: dict[str, int | None] = {}
    votes: Counter[int] = Counter()
    for run in _RUN.finditer(text):
        if run[0] not in answers:
            if len(answers) == _MOST_LOOKS:
                continue
            answers[run[0]] = _opened(run[0], key)
        answer = answers[run[0]]
        if answer is not None:
            votes[answer] += 1
    if not votes:
        return None
    return Detection(votes.most_common(1)[0][0], 1 - len(answers) / _CHECKS)


def _sealed(payload: int, key: MarkKey) -> str:
    """The run for a payload: to strangers, any run at all."""
    check = _check(payload, key)
    number = check * _PAYLOADS + (payload ^ _mask(check, key))
    digits = []
    for _ in range(LENGTH):
        number, digit = divmod(number, _BASE)
        digits.append(chr(ord(_FIRST) + digit))
    return "".join(digits)


def _opened(run: str, key: MarkKey) -> int | None:
    number = 0
    for character in reversed(run):
        number = number * _BASE + ord(character) - ord(_FIRST)
    check, masked = number >> 64, number & _PAYLOADS - 1
    if check >= _CHECKS:
        return None
    payload = masked ^ _mask(check, key)
    return payload if _check(payload, key) == check else None


@lru_cache(maxsize=64)
def _secret(key: MarkKey, purpose: str) -> bytes:
    return key.stream(f"text {purpose}", 32)


def _check(payload: int, key: MarkKey) -> int:
    digest = hmac.digest(_secret(key, "check"), payload.to_bytes(8, "big"), hashlib.sha256)
    return int.from_bytes(digest[:16], "big") % _CHECKS


def _mask(check: int, key: MarkKey) -> int:
    digest = hmac.digest(_secret(key, "mask"), check.to_bytes(8, "big"), hashlib.sha256)
    return int.from_bytes(digest[:8], "big")


def _chosen(text: str) -> list[int]:
    """Few places, of the best kinds that suffice; where none do, as near to that as they allow."""
    least = max(2, len(text) // _REACH)
    tried: list[list[int]] = []
    for words in (False, True):
        found = places(text, words=words)
        for count in range(least, least + 12):
            chosen = _spread(found, _window(text, count), len(text) + count * LENGTH)
            if _needed(chosen, len(text)) <= _window(text, len(chosen)):
                return chosen
            tried.append(chosen)
    return min(tried, key=lambda chosen: _needed(chosen, len(text)))


def _window(text: str, count: int) -> int:
    """How many characters of ``text`` with ``count`` marks must hold one."""
    return min(int(_SHARE * (len(text) + count * LENGTH)), _REACH)


def _spread(found: list[Place], window: int, total: int) -> list[int]:
    """Places so far apart that each window of the marked text holds a mark, where there are any."""
    positions = [place.position for place in found]
    chosen: list[int] = []
    start, first = -1, 0
    while first < len(found) and start + 1 + window <= total:
        reach = start + 1 + window - LENGTH * (len(chosen) + 1)
        end = max(bisect_right(positions, reach), first + 1)
        best = _best(found[first:end])
        chosen.append(positions[first + best])
        start = chosen[-1] + LENGTH * (len(chosen) - 1)
        first += best + 1
    return chosen


def _best(within: list[Place]) -> int:
    """The last of the best places in the last two thirds."""
    third = within[0].position + (within[-1].position - within[0].position) // 3
    late = [index for index, place in enumerate(within) if place.position >= third]
    return min(late, key=lambda index: (within[index].rank, -index))


def _needed(chosen: list[int], length: int) -> int:
    """How long an excerpt of the marked text must be to hold a whole mark wherever it starts."""
    starts = [-1, *(place + LENGTH * index for index, place in enumerate(chosen))]
    ends = [*(start + LENGTH for start in starts[1:]), length + LENGTH * len(chosen) + 1]
    return max(end - start for start, end in zip(starts, ends, strict=True)) - 1
