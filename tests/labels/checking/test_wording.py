"""Every requirement has its sentence in both languages."""

import ast
from pathlib import Path

import pytest

from colophon.labels import checking
from colophon.labels.checking import wording
from colophon.labels.model import Requirement

CODES = ("elements", "place", "height", "contrast", "seconds", "rate", "not_mixed")
FOUND = {"elements": "AI生成", "place": "bottom-right", "height": 0.056, "contrast": 5.2}


def test_the_table_has_every_code():
    assert set(wording.TABLE) == set(CODES)


def test_every_code_that_is_used_is_in_the_table():
    folder = Path(wording.__file__).parent
    used = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Requirement":
                used.add(node.args[0].value)
    assert used
    assert used <= set(wording.TABLE)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("met", [True, False, None])
def test_zh_and_en_say_the_same_numbers(code, met):
    one = Requirement(code, "5.2", met, FOUND.get(code, 3.0), 0.05 if code == "height" else 2.0)
    zh, en = checking.words(one, "zh"), checking.words(one, "en")
    assert zh.endswith("（5.2）")
    assert en.endswith("(5.2)")
    assert any("一" <= char <= "鿿" for char in zh)
    assert all("{" not in said and "–" not in said for said in (zh, en))
    assert wording.name(one, "zh") != wording.name(one, "en")
    templates = getattr(wording.TABLE[code], {True: "met", False: "unmet", None: "unknown"}[met])
    assert [("{found}" in said, "{least}" in said) for said in templates] in (
        [(True, True)] * 2,
        [(True, False)] * 2,
        [(False, True)] * 2,
        [(False, False)] * 2,
    )


def test_a_height_as_pages_show_it():
    one = Requirement("height", "5.2", True, 0.056, 0.05, "share of the shortest side")
    assert checking.words(one) == "字高为最短边的 5.6 %，不低于 5 %（5.2）"
    assert "5.6 %" in checking.words(one, "en")


def test_a_film_shorter_than_the_least_time():
    one = Requirement("seconds", "5.4", True, 1.2, 2.0, "seconds")
    assert "自始至终" in checking.words(one)
    assert "1.2 s" in checking.words(one, "en")


def test_places_have_names_in_both_languages():
    for place, (zh, en) in wording.PLACES.items():
        one = Requirement("place", "5.2", True, place)
        assert zh in checking.words(one)
        assert en in checking.words(one, "en")
