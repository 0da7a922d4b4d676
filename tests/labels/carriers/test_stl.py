"""STL: the label lies beside the file, which stays as it is."""

from __future__ import annotations

import io
import random
import struct
from contextlib import suppress

import pytest
import trimesh

from colophon.errors import ColophonError, EmptyFile, MalformedFile, TruncatedFile
from colophon.labels.carriers import recognise
from colophon.labels.carriers.packet import Keep
from colophon.labels.carriers.stl import STL
from tests.labels.carriers.contract import LABEL, packets_of, read


def ball(kind: str, detail: int = 1) -> bytes:
    data = trimesh.creation.icosphere(detail).export(file_type=kind)
    return data.encode() if isinstance(data, str) else bytes(data)


SAMPLES = [ball("stl"), ball("stl", 3), ball("stl_ascii"), b"solid \nendsolid \n"]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_file_stays(sample: bytes) -> None:
    assert STL.sidecar
    assert STL.write(io.BytesIO(sample), packets_of(STL.forms)) == [Keep(0, len(sample))]
    assert read(STL, sample) == []
    assert STL.standard_place("xmp") == "sidecar:xmp"
    assert recognise(io.BytesIO(sample), "a.stl").media_type == "model/stl"  # type: ignore[union-attr]


def test_a_label_in_a_solids_name_is_read() -> None:
    data = ball("stl_ascii").replace(b"solid \n", b"solid AIGC: " + LABEL + b"\n", 1)
    (packet,) = read(STL, data)
    assert (packet.form, packet.place, packet.data) == ("aigc", "stl:solid:AIGC", LABEL)


def test_a_binary_one_that_says_solid() -> None:
    sample = b"solid " + ball("stl")[6:]
    assert STL.sniff(sample[:4096]) == "model/stl"
    assert STL.write(io.BytesIO(sample), {}) == [Keep(0, len(sample))]


def test_bad_files_are_named() -> None:
    for data, error in (
        (b"", EmptyFile),
        (ball("stl", 3)[:-1], TruncatedFile),
        (ball("stl")[:60], TruncatedFile),
        (ball("stl_ascii")[:5000], TruncatedFile),
        (bytes(500), MalformedFile),
        (bytes(80) + struct.pack("<I", 3) + bytes(1000), MalformedFile),
    ):
        with pytest.raises(error):
            read(STL, data)
        with pytest.raises(error):
            STL.write(io.BytesIO(data), {})
    for head in (b"", bytes(64), bytes(4096), b"words", b"solid ground is what we need"):
        assert STL.sniff(head) is None


def test_damage_is_named_or_survived() -> None:
    chance = random.Random(45438)
    for sample in SAMPLES:
        for _ in range(200):
            data = bytearray(sample)
            data[chance.randrange(min(200, len(data)))] = chance.randrange(256)
            with suppress(ColophonError):
                read(STL, bytes(data))
