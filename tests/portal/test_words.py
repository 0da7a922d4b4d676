"""The catalogue is complete, fresh, compiled, and says nothing it may not."""

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import colophon

from .forbidden import forbidden_in

SOURCE = Path(colophon.__file__).parent
CATALOGUE = SOURCE / "locale/zh_Hans/LC_MESSAGES/django.po"
ENTRY = re.compile(
    r'^msgid ((?:".*"\n)+)(?:msgid_plural ((?:".*"\n)+))?msgstr(?:\[0\])? ((?:".*"\n)+)', re.M
)
TEMPLATES = sorted(SOURCE.glob("portal/templates/**/*.html"))


def entries(path):
    """msgid → msgstr of a catalogue."""

    def text(quoted):
        return "".join(
            line[1:-1].replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
            for line in quoted.strip().splitlines()
        )

    return {
        text(found[1]): text(found[3])
        for found in ENTRY.finditer(path.read_text(encoding="utf-8") + "\n")
        if text(found[1])
    }


def test_nothing_is_untranslated_or_fuzzy():
    said = entries(CATALOGUE)
    assert len(said) > 200
    assert [english for english, chinese in said.items() if not chinese] == []
    assert "fuzzy" not in CATALOGUE.read_text(encoding="utf-8")


def test_places_for_values_are_the_same_in_both_languages():
    place = re.compile(r"%\(\w+\)[sd]")
    for english, chinese in entries(CATALOGUE).items():
        assert sorted(place.findall(english)) == sorted(place.findall(chinese)), english


def test_the_compiled_catalogue_is_of_this_source():
    with CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        known = gettext.GNUTranslations(compiled)._catalog
    # A plural's key is a pair; a context stands before the words, apart by EOT.
    bare = {(key[0] if isinstance(key, tuple) else key): said for key, said in known.items()}
    plain = {key.rpartition("\x04")[2]: said for key, said in bare.items() if key}
    assert plain == entries(CATALOGUE)


@pytest.mark.needs("xgettext")
def test_the_catalogue_holds_exactly_what_the_source_says(tmp_path):
    copy = tmp_path / "colophon"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-obsolete"],
        cwd=copy,
        check=True,
        capture_output=True,
    )
    fresh = entries(copy / CATALOGUE.relative_to(SOURCE))
    assert fresh.keys() - entries(CATALOGUE).keys() == set()
    assert entries(CATALOGUE).keys() - fresh.keys() == set()


def test_no_page_vouches_for_a_content_in_either_language():
    assert TEMPLATES
    found = {path.name: forbidden_in(path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {name: words for name, words in found.items() if words} == {}
    said = entries(CATALOGUE)
    assert [text for text in (*said, *said.values()) if forbidden_in(text)] == []


@pytest.mark.parametrize(
    "sentence",
    ["This photo is real.", "Authentic!", "It is not AI.", "这张照片是真实的", "不是 AI 生成"],
)
def test_the_check_itself_finds_such_words(sentence):
    assert forbidden_in(sentence)


def test_no_page_carries_a_script_or_a_style_inside():
    for path in TEMPLATES:
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page), path
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page), path
