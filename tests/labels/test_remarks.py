"""The closed list of remarks: both languages, and every place of a sentence filled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from colophon.labels import remarks
from colophon.labels.remarks import remark

SOURCES = Path(remarks.__file__).parents[1]


def _places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("code", remarks.ALL)
def test_both_languages_have_the_same_places(code: str) -> None:
    zh, en = remarks.ALL[code]
    assert _places(zh) == _places(en)
    assert re.search(r"[\u4e00-\u9fff]", zh)
    filled = remark(code, **dict.fromkeys(_places(zh), "X"))
    assert "{" not in filled.words("zh") + filled.words("en")
    assert filled.to_json()["code"] == code


def test_each_is_used_and_each_used_is_listed() -> None:
    used = set()
    for path in SOURCES.rglob("*.py"):
        used |= set(re.findall(r'\bremark\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert used == set(remarks.ALL)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(KeyError):
        remark("of my own making")
