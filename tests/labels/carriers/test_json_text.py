"""JSON: one member more, and the data of all readers the same but for it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import ColophonError, MalformedFile, NoLabelPlace
from colophon.labels import aigc
from colophon.labels.carriers.json_text import JSON
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

WANTED = json.dumps(LABEL.decode())


def labelled(data: bytes, label: bytes = LABEL) -> bytes:
    return write(JSON, data, {"aigc": label})


def text_of(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def values(data: bytes) -> list[Any]:
    """All values one after the other, the label taken out, as Python reads them."""
    text, at, found = text_of(data), 0, []
    decoder = json.JSONDecoder()
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        if isinstance(value, dict):
            value.pop("AIGC", None)
        found.append(value)
    return found


class TestJson(CarrierContract):
    carrier = JSON
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        return [
            b"{}",
            b'{"a":1.50,"b":[{"c":"}\\""}]}\n',
            b'{\r\n  "a": 1e400,\r\n  "b": {"c": null}\r\n}\r\n',
            b'{"a": 1}\n{"a": 2}\n{"a": 3}\n',
            b'\xef\xbb\xbf{"a": true}',
            '\ufeff{"标题": "𝒙"}\n'.encode("utf-16-le"),
            '{"标题": "誠\\n"}'.encode("gb18030"),
            b'{"type":"FeatureCollection","features":[]}',
        ]

    def payload(self, data: bytes) -> object:
        return values(data)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{}", '{"AIGC":%s}'),
        ('{"a":1}', '{"a":1,"AIGC":%s}'),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 2, "AIGC": %s}'),
        ('{\n\t"a": 1\n}\n', '{\n\t"a": 1,\n\t"AIGC": %s\n}\n'),
        ('{"a":1}\n{"a":2}\n', '{"a":1,"AIGC":%s}\n{"a":2}\n'),
    ],
)
def test_the_member_is_written_as_its_neighbours(source: str, expected: str) -> None:
    assert labelled(source.encode()).decode() == expected.replace("%s", WANTED)


def test_comments_and_trailing_commas_stay() -> None:
    source = b'// settings\n{\n  "a": "//no", // one\n  /* two */ "b": [1,],\n}\n'
    out = labelled(source)
    cut = b',\n  "AIGC": ' + WANTED.encode()
    assert out.count(b'"AIGC": ' + WANTED.encode()) == 1
    assert [packet.data for packet in read(JSON, out) if packet.form == "aigc"] == [LABEL]
    assert labelled(labelled(out, OTHER_LABEL)) == out
    assert len(out) - len(source) <= len(cut) + 20
    assert out.startswith(source[: source.index(b"[1,]")])


@pytest.mark.parametrize("value", ["%s", '"%s"', '"aigc": 1, "com.x.AIGC": %s'])
def test_looser_forms_are_read_and_replaced(value: str) -> None:
    if value.startswith('"a'):
        data = b'{"x": 1, "aigc": 1, "com.x.AIGC": ' + OTHER_LABEL + b"}"
        rest = {"x": 1, "aigc": 1}
    else:
        label = OTHER_LABEL.decode()
        inner = label.replace('"', '\\"') if value.startswith('"') else label
        data = ('{"x": 1, "AIGC": ' + value.replace("%s", inner) + "}").encode()
        rest = {"x": 1}
    found = [packet for packet in read(JSON, data) if packet.form == "aigc"]
    assert [packet.data for packet in found] == [OTHER_LABEL]
    out = json.loads(labelled(data))
    assert out.pop("AIGC") == LABEL.decode()
    assert out == rest


@pytest.mark.parametrize("value", ["5", "true", '["a"]', '"yes"'])
def test_content_of_that_name_is_refused(value: str) -> None:
    with pytest.raises(MalformedFile):
        labelled(b'{"AIGC": ' + value.encode() + b"}")
    assert [p.form for p in read(JSON, b'{"AIGC": ' + value.encode() + b"}")] == ["text"]


@pytest.mark.parametrize("source", [b"[]", b"[1, 2]\n", b'"words"', b"17", b"// c\n[1]"])
def test_lists_and_values_have_no_place(source: bytes) -> None:
    with pytest.raises(NoLabelPlace):
        labelled(source)
    assert [packet.form for packet in read(JSON, source)] == ["text"]


def test_a_label_within_the_data_is_read_and_kept() -> None:
    source = b'{"message": {"content": "x", "AIGC": ' + OTHER_LABEL + b"}}"
    (packet,) = read(JSON, source)
    assert aigc.find(packet.data)[0].produce_id == "another-number-22"
    out = labelled(source)
    assert json.loads(out)["message"] == json.loads(source)["message"]
    assert [p.data for p in read(JSON, out) if p.form == "aigc"] == [LABEL]


def test_escaped_quotes_of_the_label_come_back() -> None:
    label = LABEL.replace(b'"ReservedCode1":""', b'"ReservedCode1":"{\\"a\\":\\"b\\"}"')
    out = labelled(b'{"a":1}', label)
    assert json.loads(out)["AIGC"] == label.decode()
    assert read(JSON, out)[0].data == label


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=6).filter(lambda key: "aigc" not in key.lower()), JSONS),
    st.sampled_from([None, 2, "\t"]),
    st.booleans(),
)
def test_any_object_keeps_its_data(value: dict[str, Any], indent: Any, plain: bool) -> None:
    source = json.dumps(value, indent=indent, ensure_ascii=plain).encode("utf-8", "replace")
    out = labelled(source)
    found = json.loads(out)
    assert found.pop("AIGC") == LABEL.decode()
    assert found == json.loads(source)
    assert labelled(labelled(out, OTHER_LABEL)) == out


@pytest.mark.parametrize("piece", ["/*", "{", '{"', "//", '{"a":', ",\n", '"'])
def test_hostile_texts_cost_one_pass(piece: str) -> None:
    TestJson().survive(b'{"a":1,}' + piece.encode() * 100_000)


def test_a_string_that_never_ends_costs_little() -> None:
    data = b'{"a": t' + b'\\",\\"Reserved' * 8_000
    began = time.process_time()
    with pytest.raises(ColophonError):
        write(JSON, data, {"aigc": LABEL})
    assert time.process_time() - began < 1.0
