"""UserComment in EXIF blocks: every code and order, damage, and taking a label out."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.labels.carriers import exif
from tests.labels.carriers.contract import LABEL

WRAPPED = '{"AIGC":' + LABEL.decode() + "}"


def block(value: bytes, order: str = "<", kind: int = 7, nested: bool = True) -> bytes:
    """A TIFF block with one UserComment, in the Exif directory or in the first one."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(order + "HHII", 0x9286, kind, len(value), 8 + 18 * (1 + nested))
    directory = struct.pack(order + "H", 1) + entry + bytes(4)
    if nested:
        pointer = struct.pack(order + "HHII", 0x8769, 4, 1, 8 + 18)
        directory = struct.pack(order + "H", 1) + pointer + bytes(4) + directory
    return mark + struct.pack(order + "I", 8) + directory + value


def texts(data: bytes) -> list[str]:
    return [comment.text for comment in exif.label_comments(data)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize(
    "value",
    [
        b"ASCII\0\0\0" + WRAPPED.encode(),
        b"ASCII\0\0\0" + WRAPPED.encode() + b"\0\0  ",
        b"UNICODE\0" + WRAPPED.encode("utf-16-le"),
        b"UNICODE\0" + WRAPPED.encode("utf-16-be"),
        b"UNICODE\0" + WRAPPED.encode(),
        b"JIS\0\0\0\0\0" + WRAPPED.encode(),
        bytes(8) + WRAPPED.encode(),
        WRAPPED.encode(),
    ],
)
def test_every_code_is_read_and_taken_out(order, nested, value):
    data = block(value, order, nested=nested)
    for prefixed in (data, b"Exif\0\0" + data):
        assert texts(prefixed) == [WRAPPED]
        clean = exif.without_label(prefixed)
        assert len(clean) == len(prefixed)
        assert texts(clean) == []
        assert clean[: prefixed.index(value)] == prefixed[: prefixed.index(value)]


def test_a_comment_without_label_is_left_alone():
    data = block(b"ASCII\0\0\0what a fine day")
    assert texts(data) == []
    assert exif.without_label(data) == data


@pytest.mark.parametrize("code", [b"ASCII\0\0\0", b"UNICODE\0"])
def test_what_stands_beside_the_label_stays(code):
    both = json.dumps({"AIGC": json.loads(LABEL), "prompt": "猫"})
    encoding = "utf-16-be" if code == b"UNICODE\0" else "utf-8"
    clean = exif.without_label(block(code + both.encode(encoding), ">"))
    assert texts(clean) == []
    rest = clean[clean.index(code) + 8 :].decode(encoding).rstrip("\0 ")
    assert json.loads(rest) == {"prompt": "猫"}


def test_a_cut_value_is_read_as_far_as_it_goes():
    data = block(b"ASCII\0\0\0" + WRAPPED.encode())
    assert texts(data[:-40]) == [WRAPPED[:-40]]


def test_directories_that_point_at_themselves_end():
    pointer = struct.pack("<HHHII", 1, 0x8769, 4, 1, 8)
    assert texts(b"II*\0" + struct.pack("<I", 8) + pointer) == []


@given(st.binary(max_size=200), st.sampled_from(["<", ">"]), st.data())
def test_any_bytes_are_survived(noise, order, data):
    whole = bytearray(block(b"ASCII\0\0\0" + WRAPPED.encode(), order))
    at = data.draw(st.integers(0, len(whole)))
    whole[at : at + len(noise)] = noise
    for sample in (bytes(whole), noise, b"II*\0" + noise, b"Exif\0\0MM\0*" + noise):
        clean = exif.without_label(sample)
        assert len(clean) == len(sample)
        assert all(not comment.text.startswith('{"AIGC"') for comment in exif.label_comments(clean))
