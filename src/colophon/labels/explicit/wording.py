"""Which words a label says, and whether words will do as a label."""

from __future__ import annotations

import re

from colophon import terms
from colophon.errors import Lang, WordingNotCompliant
from colophon.labels.model import Medium

_ENGLISH_SUBJECT = re.compile(r"(?<![A-Za-z])AI(?![A-Za-z])|artificial intelligence")
_ENGLISH_ACT = re.compile(r"generated|synthe[st]i[sz]ed|synthesi[sz]ed|synthetic", re.IGNORECASE)


def is_compliant(text: str) -> bool:
    """Both elements are there: 人工智能 or AI, and 生成 or 合成; or the English for both.

    Source: GB 45438-2025 5.1-5.6. The English serves readers of English; where the Chinese
    standard is due, use Chinese words (`terms.has_required_elements`).
    """
    if terms.has_required_elements(text):
        return True
    return bool(_ENGLISH_SUBJECT.search(text) and _ENGLISH_ACT.search(text))


def words(medium: Medium, wording: str | None, lang: Lang) -> str:
    """The caller's wording on one line, or the standard one. Raises WordingNotCompliant."""
    chosen = " ".join((wording or terms.explicit_words(medium.value, lang)).split())
    if not is_compliant(chosen) or not chosen.isprintable():
        raise WordingNotCompliant(text=chosen[:40])
    return chosen


def shorter(text: str) -> list[str]:
    """The wording, then compliant ones that need less room, widest first."""
    chinese = terms.has_required_elements(text)
    brief = ["AI合成" if "合成" in text and "生成" not in text else "AI生成"]
    if not chinese:
        brief = ["AI-generated"]
    return [text, *(one for one in brief if len(one) < len(text))]
