"""PLY: one comment in the header; what follows the header byte for byte."""

from __future__ import annotations

import io
import struct

import pytest
import trimesh

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import gathering
from colophon.labels.carriers import recognise
from colophon.labels.carriers.ply import PLY
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

LINE = b"comment AIGC " + LABEL + b"\n"


def ball(encoding: str) -> bytes:
    return bytes(trimesh.creation.icosphere(1).export(file_type="ply", encoding=encoding))


def big_endian() -> bytes:
    head = (
        b"ply\nformat binary_big_endian 1.0\ncomment made by hand\nobj_info one more\n"
        b"element vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
        b"element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    )
    return head + struct.pack(">9f", *range(9)) + struct.pack(">B3i", 3, 0, 1, 2)


def points(newline: bytes) -> bytes:
    head = (
        b"ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\n"
        b"property float z\nend_header\n0 0 0\n1 2 3\n"
    )
    return head.replace(b"\n", newline)


def body(data: bytes) -> bytes:
    return data[data.index(b"end_header") :]


class TestPly(CarrierContract):
    carrier = PLY

    def samples(self) -> list[bytes]:
        return [ball("binary"), ball("ascii"), big_endian(), points(b"\n"), points(b"\r\n")]

    def payload(self, data: bytes) -> object:
        loaded = trimesh.load(io.BytesIO(data), file_type="ply")
        faces = loaded.faces.tolist() if hasattr(loaded, "faces") else []
        return loaded.vertices.tolist(), faces, body(data)


@pytest.mark.parametrize("sample", TestPly().samples())
def test_the_way_there_and_back(sample: bytes) -> None:
    first = write(PLY, sample, {"aigc": LABEL})
    assert write(PLY, write(PLY, first, {"aigc": OTHER_LABEL}), {"aigc": LABEL}) == first
    layer = gathering.layer(read(PLY, first), [PLY.standard_place("aigc")])
    assert (layer.count, layer.deviations, layer.produce_id) == (1, (), "p-1")


def test_the_line_stands_behind_the_format() -> None:
    assert write(PLY, points(b"\n"), {"aigc": LABEL}).startswith(
        b"ply\nformat ascii 1.0\n" + LINE + b"element vertex 2\n"
    )
    crlf = write(PLY, points(b"\r\n"), {"aigc": LABEL})
    assert crlf.split(b"\r\n")[2] == LINE[:-1]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (b"comment AIGC: %s", "ply:comment:AIGC"),
        (b"obj_info AIGC %s", "ply:obj_info:AIGC"),
        (b"comment vendor.aigc=%s", "ply:comment:vendor.aigc"),
        (b"comment %s  ", "ply:comment"),
    ],
)
def test_other_lines_are_read_and_give_way(line: bytes, place: str) -> None:
    plain = points(b"\n")
    data = plain.replace(b"end_header", line % OTHER_LABEL + b"\nend_header")
    (packet,) = read(PLY, data)
    assert (packet.form, packet.place, packet.data) == ("aigc", place, OTHER_LABEL)
    assert write(PLY, data, {"aigc": LABEL}) == write(PLY, plain, {"aigc": LABEL})


def test_what_looks_like_a_label_behind_the_header_is_data() -> None:
    data = points(b"\n") + LINE
    assert read(PLY, data) == []
    assert write(PLY, data, {"aigc": LABEL}).count(LINE) == 2


def test_bad_files_are_named() -> None:
    for data, error in (
        (b"ply\nformat ascii 1.0\nelement vertex 1\n", TruncatedFile),
        (b"ply\nend_header\n", MalformedFile),
        (b"plywood", MalformedFile),
        (b"ply\nformat ascii 1.0\n" + b"comment x\n" * 120_000, TooLarge),
        (b"ply\nformat ascii 1.0\ncomment " + b" " * 1_100_000, TooLarge),
    ):
        with pytest.raises(error):
            write(PLY, data, {"aigc": LABEL})


def test_recognised_by_bytes() -> None:
    assert recognise(io.BytesIO(big_endian()), "x").media_type == "model/ply"  # type: ignore[union-attr]
