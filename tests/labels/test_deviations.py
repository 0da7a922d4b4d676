"""The closed list: complete in both languages, and nothing outside it is ever reported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import colophon.labels
from colophon.labels import deviations

SOURCES = Path(colophon.labels.__file__).parent


def test_every_code_is_explained_in_both_languages():
    for lang in ("zh", "en"):
        rows = deviations.table(lang)
        assert [row[0] for row in rows] == list(deviations.ALL)
        for code, meaning, source, remedy in rows:
            assert meaning and source and remedy, code
            assert bool(re.search(r"[\u4e00-\u9fff]", meaning)) == (lang == "zh") or lang == "en"


def test_codes_and_meanings_are_unique():
    for column in (1, 3):
        for lang in ("zh", "en"):
            words = [row[column] for row in deviations.table(lang)]
            if column == 1:
                assert len(set(words)) == len(words)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]+", code) for code in deviations.ALL)


def test_a_code_outside_the_list_cannot_be_made():
    with pytest.raises(KeyError):
        deviations.of("invented")
    made = deviations.of("json_spaced", "x")
    assert (made.code, made.detail, made.source) == ("json_spaced", "x", "GB 45438-2025 Annex E")


def test_every_code_named_in_the_room_is_in_the_list():
    named = set()
    for file in SOURCES.rglob("*.py"):
        named |= set(re.findall(r"deviations\.of\(\s*\"(\w+)\"", file.read_text(encoding="utf-8")))
    assert len(named) > 20
    assert named <= set(deviations.ALL)
