"""OBJ: one comment as the last line."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
import trimesh

from colophon.errors import MalformedFile, TooLarge
from colophon.labels import gathering
from colophon.labels.carriers import recognise
from colophon.labels.carriers.packet import Keep, Put
from colophon.labels.carriers.wavefront import OBJ
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

LINE = b"# AIGC: " + LABEL
TRIANGLE = b"# by hand\nmtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl red\nf 1 2 3\n"


def ball() -> bytes:
    return str(trimesh.creation.icosphere(1).export(file_type="obj")).encode()


def lines(data: bytes) -> list[bytes]:
    """All but the label's line, and but empty ones."""
    return [one for one in data.splitlines() if one and not one.startswith(b"# AIGC")]


class TestObj(CarrierContract):
    carrier = OBJ
    longest = 60_000

    def samples(self) -> list[bytes]:
        return [
            ball(),
            TRIANGLE,
            TRIANGLE.rstrip(),
            TRIANGLE.replace(b"\n", b"\r\n"),
            TRIANGLE.replace(b"1 2 3", b"1 2 \\\n3"),
            TRIANGLE + "# 一个三角形".encode("gb18030"),
        ]

    def payload(self, data: bytes) -> object:
        loaded = trimesh.load(io.BytesIO(data), file_type="obj", process=False)
        return loaded.vertices.tolist(), loaded.faces.tolist(), lines(data)


@pytest.mark.parametrize("sample", TestObj().samples())
def test_the_way_there_and_back(sample: bytes) -> None:
    first = write(OBJ, sample, {"aigc": LABEL})
    assert first.startswith(sample)
    assert write(OBJ, write(OBJ, first, {"aigc": OTHER_LABEL}), {"aigc": LABEL}) == first
    layer = gathering.layer(read(OBJ, first), [OBJ.standard_place("aigc")])
    assert (layer.count, layer.deviations, layer.produce_id) == (1, (), "p-1")


def test_the_last_line() -> None:
    assert write(OBJ, TRIANGLE, {"aigc": LABEL}) == TRIANGLE + LINE + b"\n"
    assert write(OBJ, TRIANGLE[:-1], {"aigc": LABEL}) == TRIANGLE + LINE
    assert write(OBJ, b"f 1 2 3\\", {"aigc": LABEL}) == b"f 1 2 3\\\n\n" + LINE


@pytest.mark.parametrize("line", [b"# AIGC: %s\n", b"#AIGC=%s\r\n", b"  ## %s\n", b"# x.aigc %s\n"])
def test_comments_anywhere_are_read_and_give_way(line: bytes) -> None:
    data = line % OTHER_LABEL + TRIANGLE
    (packet,) = read(OBJ, data)
    assert (packet.form, packet.place, packet.data) == ("aigc", "obj:comment", OTHER_LABEL)
    assert write(OBJ, data, {"aigc": LABEL}) == write(OBJ, TRIANGLE, {"aigc": LABEL})


def test_a_comment_across_parts_of_a_long_file(tmp_path: Path) -> None:
    """Whatever the distance to the border of a part, it is found once."""
    head, tail = b"v 0 0 0\n" * 131_000, b"v 1 1 1\n" * 140_000
    path = tmp_path / "long.obj"
    for shift in (0, 100, 300, 568, 576, 800):
        path.write_bytes(head + b"#" * shift + b"\n# AIGC: " + OTHER_LABEL + b"\n" + tail)
        with path.open("rb") as source:
            assert [one.data for one in OBJ.read(source)] == [OTHER_LABEL]
            pieces = OBJ.write(source, {"aigc": LABEL})
        assert sum(len(one.data) for one in pieces if isinstance(one, Put)) == len(LINE) + 1
        kept = sum(one.end - one.start for one in pieces if isinstance(one, Keep))
        assert kept == len(head) + shift + 1 + len(tail)


def test_many_labels_are_bounded() -> None:
    many = (b"# AIGC: " + OTHER_LABEL + b"\n") * 10_001
    packets = read(OBJ, many)
    assert len(packets) == 65
    assert packets[-1].place == OBJ.standard_place("aigc")
    with pytest.raises(TooLarge):
        write(OBJ, many, {"aigc": LABEL})


def test_hostile_lines_end_soon() -> None:
    began = time.monotonic()
    for data in (b"#" + b" " * 3_000_000 + b"{", b"# {" * 700_000, b"\n#{" * 700_000):
        write(OBJ, data, {"aigc": LABEL})
    assert time.monotonic() - began < 6


def test_object_code_is_none_of_ours() -> None:
    code = b"\x4c\x01\x02\0" + bytes(200)
    assert recognise(io.BytesIO(code), "a.obj") is None
    with pytest.raises(MalformedFile):
        read(OBJ, code)
    assert recognise(io.BytesIO(TRIANGLE), "a.obj").media_type == "model/obj"  # type: ignore[union-attr]


def test_a_label_that_no_reader_would_find_is_refused() -> None:
    long = LABEL.replace(b'"ReservedCode1":""', b'"ReservedCode1":"%s"' % (b"x" * 70_000))
    with pytest.raises(TooLarge):
        write(OBJ, b"v 0 0 0\n", {"aigc": long})
