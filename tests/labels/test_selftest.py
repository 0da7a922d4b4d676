"""The shipped vectors hold here, each is explained, and a wrong one would be noticed."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest

from colophon.labels import deviations, provider_code, selftest
from colophon.labels.carriers.families import FAMILIES

VECTORS = {file.name.removesuffix(".json"): file for file in selftest.cases()}
READMES = {
    folder: (resources.files(folder) / "README.md").read_text(encoding="utf-8")
    for folder in selftest.FOLDERS
}


@pytest.mark.parametrize("result", list(selftest.run()), ids=lambda result: result.name)
def test_vector(result):
    assert result.passed, result.detail


@pytest.mark.parametrize("folder", selftest.FOLDERS)
def test_every_vector_is_explained_and_every_explanation_has_one(folder):
    explained = re.findall(r"^\| (\w+) \| \S.* \|$", READMES[folder], re.MULTILINE)
    lying = [file.name for file in resources.files(folder).iterdir()]
    vectors = [name.removesuffix(".json") for name in lying if name.endswith(".json")]
    assert sorted(name for name in explained if name != "case") == sorted(vectors)


def test_no_name_is_taken_twice():
    assert len(VECTORS) == len(selftest.cases())


def test_providers_are_plainly_invented():
    for file in VECTORS.values():
        for code in re.findall(r"0011[0-9A-Z]{23}", file.read_text(encoding="utf-8")):
            assert "EXAMPLE" in code


def test_most_deviations_have_a_vector():
    shown = set()
    for file in VECTORS.values():
        expect = json.loads(file.read_text(encoding="utf-8"))["expect"]
        for label in expect if isinstance(expect, list) else []:
            shown |= set(label["deviations"])
    codes_only = {"producer_code_extension"}
    assert set(deviations.ALL) - shown <= codes_only


def test_a_difference_is_reported(monkeypatch):
    monkeypatch.setattr(provider_code, "faults", lambda text: ("uscc_check_digit",))
    failed = [result for result in selftest.run() if not result.passed]
    assert failed
    assert all("expected" in result.detail for result in failed)


def test_every_family_has_a_whole_file():
    """So that a self-test on a stranger's machine opens each container once."""
    types = {
        label["media_type"]
        for file in VECTORS.values()
        for label in _labels(file)
        if "media_type" in label
    }
    for family in FAMILIES:
        carrier = family.carrier()
        if carrier.name != "compound":
            assert types & {*carrier.media_types}, family.constant


def _labels(file):
    expect = json.loads(file.read_text(encoding="utf-8"))["expect"]
    return expect if isinstance(expect, list) else []


def test_a_file_that_nobody_knows_fails_by_name(monkeypatch):
    monkeypatch.setattr(selftest.carriers, "recognise", lambda source, name: None)
    failed = {result.name: result.detail for result in selftest.run() if not result.passed}
    assert "UnknownType" in failed["png_xmp"]
