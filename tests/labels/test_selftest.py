"""The shipped vectors hold here, each is explained, and a wrong one would be noticed."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest

from colophon.labels import deviations, provider_code, selftest

VECTORS = {file.name.removesuffix(".json"): file for file in selftest.cases()}
README = (resources.files("colophon.labels.vectors") / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("result", list(selftest.run()), ids=lambda result: result.name)
def test_vector(result):
    assert result.passed, result.detail


def test_every_vector_is_explained_and_every_explanation_has_one():
    explained = re.findall(r"^\| (\w+) \| \S.* \|$", README, re.MULTILINE)[1:]
    explained = [name for name in explained if name != "case"]
    assert sorted(explained) == sorted(VECTORS)


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
    elsewhere = {  # shown by the tests of the carriers that find them
        "place_annex_b",
        "place_nonstandard",
        "place_after_data",
        "xpacket_malformed",
        "xmp_not_xml",
        "pdf_dictionary",
        "container_structure",
    }
    codes_only = {"producer_code_extension"}
    assert set(deviations.ALL) - shown <= elsewhere | codes_only


def test_a_difference_is_reported(monkeypatch):
    monkeypatch.setattr(provider_code, "faults", lambda text: ("uscc_check_digit",))
    failed = [result for result in selftest.run() if not result.passed]
    assert failed
    assert all("expected" in result.detail for result in failed)
