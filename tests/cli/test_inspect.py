"""``colophon inspect``, ``verify``, ``articles`` and ``selftest``: the contract's JSON and codes."""

from __future__ import annotations

import jsonschema
import pytest

from tests.cli.conftest import colophon
from tests.labels import made

LAYER = {"type": "object", "required": ["present"]}
INSPECT_SCHEMA = {
    "type": "object",
    "required": [
        "file", "media_type", "medium", "sha256", "verdict", "notice", "integrity", "layers", "seconds",
    ],
    "properties": {
        "sha256": {"pattern": "^[0-9a-f]{64}$"},
        "verdict": {"enum": ["labelled", "declared", "suspected", "unlabelled", "unreadable"]},
        "notice": {"enum": ["is", "may_be", "suspected", "none"]},
        "integrity": {"enum": ["intact", "altered", "forged", "removed", "unverifiable"]},
        "layers": {"type": "object", "properties": {"aigc": LAYER, "credential": LAYER, "iptc": LAYER}},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    source = folder / "a.jpg"
    source.write_bytes(made.picture("JPEG"))
    ran = colophon("label", source, "-o", folder / "b.jpg", "--producer", made.PRODUCER)
    assert ran.code == 0, ran.err
    return folder


def test_one_object_for_one_file_and_a_list_for_several(labelled) -> None:
    one = colophon("inspect", labelled / "b.jpg", "--json")
    assert one.code == 0
    jsonschema.validate(one.json, INSPECT_SCHEMA)
    several = colophon("inspect", labelled / "a.jpg", labelled / "b.jpg", "--json")
    assert several.code == 1
    assert [found["verdict"] for found in several.json] == ["unlabelled", "labelled"]
    assert several.json[0]["layers"]["aigc"] == {"present": False}


def test_the_layer_of_the_contract(labelled) -> None:
    layer = colophon("inspect", labelled / "b.jpg", "--json").json["layers"]["aigc"]
    assert {
        "present", "label", "content_producer", "produce_id", "reserved_code1", "content_propagator",
        "propagate_id", "reserved_code2", "place", "count", "producer", "security", "deviations",
    } <= set(layer)  # fmt: skip
    assert layer["producer"]["uscc_valid"] is True
    assert layer["producer"]["role"] == "generation"


def test_codes(labelled, tmp_path) -> None:
    assert colophon("inspect", labelled / "a.jpg").code == 1
    assert colophon("inspect", tmp_path / "none.jpg").code == 3
    assert colophon("inspect").code == 2
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    ran = colophon("inspect", tmp_path / "cut.png", "--json")
    assert ran.code == 3
    assert ran.json["verdict"] == "unreadable"
    assert ran.json["error"]["remedy"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_never_says_real(labelled, lang) -> None:
    told = colophon("inspect", labelled / "a.jpg", "--lang", lang).out.lower()
    for word in ("authentic", "genuine", "not ai", "is real", "真实", "非ai", "不是ai"):
        assert word not in told


def test_articles() -> None:
    listed = colophon("articles", "--json").json
    assert len(listed) == 25
    one = colophon("articles", "第十七条第一款第（三）项", "--json").json
    assert one["clause"] == "17.1.3"
    assert one["cite"]["en"] == "Art. 17(1)(3)"
    assert colophon("articles", "26").code == 2


def test_selftest() -> None:
    ran = colophon("selftest", "--json")
    assert ran.code == 0
    assert ran.json["passed"] >= 20
    assert ran.json["failed"] == []


def test_every_command_has_help_with_examples() -> None:
    from colophon.cli.__main__ import COMMANDS

    for command in COMMANDS:
        ran = colophon(command, "--help")
        assert ran.code == 0
        assert command == "manage" or f"colophon {command}" in ran.out
