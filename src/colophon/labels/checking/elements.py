"""Which words read by a machine are a label, allowing for the slips of reading.

Source: GB 45438-2025 5.1-5.6.
"""

from __future__ import annotations

import re
import unicodedata

from colophon import terms
from colophon.labels.explicit.wording import is_compliant

LONGEST = 30.0
"""Widths of a Chinese character a label's line has at most; a longer one speaks of AI."""
LATIN_WIDTH = 0.55
"""Of a Chinese character's width."""
_SUBJECT = re.compile(r"AI(?![A-Za-z])|人工智能|artificial intelligence", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_SPACES_IN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")
_SLIPS = (
    (
        re.compile(r"(?<![A-Za-z])[AΑА4] ?[Il1|!iı丨](?=生|合|含|台|牛|[- ]?[Gg]en|[- ]?[Ss]yn)"),
        "AI",
    ),
    (re.compile(r"(?<![A-Za-z])A[Il](?=[Gg]enerated|[Ss]ynth)"), "AI-"),
    (re.compile(r"(?<=由)[AΑА][Il1|!iı丨]"), "AI"),
    (re.compile(r"[人入]工[智知]能"), "人工智能"),
    (re.compile(r"(?<=AI)[生牛][成戍戊咸城]|(?<=人工智能)[生牛][成戍戊咸城]"), "生成"),
    (re.compile(r"(?<=AI)[合含台][成戍戊咸]|(?<=人工智能)[合含台][成戍戊咸]"), "合成"),
)


def label_in(read: str) -> str | None:
    """The label's words where a line is one, put right; else None."""
    words = " ".join(unicodedata.normalize("NFKC", read).split())
    if width(words) > LONGEST:
        return None
    words = _SPACES_IN_CHINESE.sub("", words)
    for slip, right in _SLIPS:
        words = slip.sub(right, words)
    return words if _SUBJECT.search(words) and is_compliant(words) else None


def has_elements(text: str) -> bool:
    """Both elements in the standard's own words."""
    return terms.has_required_elements(text)


def width(text: str) -> float:
    """In widths of a Chinese character."""
    return sum(_width(char) for char in text)


def chinese_spans(text: str) -> list[tuple[float, float]]:
    """Where along a line its Chinese characters stand: shares 0 to 1 of its length."""
    whole, at = max(width(text), 1e-6), 0.0
    spans: list[tuple[float, float]] = []
    for char in text:
        step = _width(char) / whole
        if _HAN.match(char):
            if spans and abs(spans[-1][1] - at) < 1e-9:
                spans[-1] = (spans[-1][0], at + step)
            else:
                spans.append((at, at + step))
        at += step
    return spans


def _width(char: str) -> float:
    return 1.0 if unicodedata.east_asian_width(char) in {"W", "F"} else LATIN_WIDTH
