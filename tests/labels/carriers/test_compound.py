"""Compound files: what each is refused for, labels read, damage named."""

from __future__ import annotations

import io
import random
import struct
import time

import pytest

from colophon.errors import ColophonError, EmptyFile, EncryptedFile, OldOfficeFormat
from colophon.labels import carriers
from colophon.labels.carriers.compound import COMPOUND
from tests.labels.carriers.contract import LABEL, read, write

FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def sectors(data: bytes) -> int:
    return -(-len(data) // 512)


def compound(streams: dict[str, bytes]) -> bytes:
    """A file of version 3 with these streams; small ones in the mini stream."""
    mini, mini_fat, bodies, places = b"", [], [], {}
    for name, data in streams.items():
        if len(data) < 4096:
            first, count = len(mini) // 64, -(-len(data) // 64)
            mini += data.ljust(count * 64, b"\0")
            mini_fat += [*range(first + 1, first + count), END]
            places[name] = first
        else:
            places[name] = None
            bodies.append((name, data))
    mini_table = struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(512, b"\xff")
    root = (len(streams) + 4) // 4
    parts = [
        ("", bytes(512 * root)),
        ("mini table", mini_table),
        ("mini", mini or bytes(64)),
        *bodies,
    ]
    fat, starts = [TABLE], {}
    for name, data in parts:
        starts[name] = len(fat)
        fat += [*range(len(fat) + 1, len(fat) + sectors(data)), END]
    directory = entry("Root Entry", 5, starts["mini"], len(mini))
    for name, data in streams.items():
        place = places[name]
        directory += entry(name, 2, starts[name] if place is None else place, len(data))
    fields = (1, starts[""], 0, 4096, starts["mini table"], 1, END, 0)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6)
    head += bytes(10) + struct.pack("<8I", *fields) + struct.pack("<109I", 0, *[FREE] * 108)
    body = [directory.ljust(512 * root, b"\0"), *(data for _, data in parts[1:])]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    return head + table + b"".join(part.ljust(sectors(part) * 512, b"\0") for part in body)


def entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return (
        raw.ljust(64, b"\0") + struct.pack("<HBB3I", len(raw), kind, 1, FREE, FREE, FREE)
        + bytes(36) + struct.pack("<IQ", start, size)
    )  # fmt: skip


SUMMARY = "\x05DocumentSummaryInformation"


@pytest.mark.parametrize(
    ("stream", "media_type"),
    [
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("Something", "application/x-ole-storage"),
    ],
)
def test_old_office_files_are_named_and_refused(stream: str, media_type: str) -> None:
    data = compound({stream: bytes(5000)})
    found = carriers.recognise(io.BytesIO(data), "a.doc")
    assert found is not None
    assert found.media_type == media_type
    assert read(COMPOUND, data) == []
    with pytest.raises(OldOfficeFormat) as refused:
        write(COMPOUND, data, {"aigc": LABEL})
    assert "docx" in refused.value.remedy("zh")


def test_a_document_behind_a_password_is_named() -> None:
    data = compound({"EncryptionInfo": b"x" * 100, "EncryptedPackage": bytes(9000)})
    for act in (lambda: read(COMPOUND, data), lambda: write(COMPOUND, data, {"aigc": LABEL})):
        with pytest.raises(EncryptedFile):
            act()


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("padding", [0, 301, 6000])
def test_labels_among_the_properties_are_read(codec: str, padding: int) -> None:
    properties = b"\xfe\xff\0\0" + bytes(padding) + LABEL.decode().encode(codec) + bytes(7)
    data = compound({"WordDocument": bytes(4500), SUMMARY: properties})
    (packet,) = read(COMPOUND, data)
    assert packet.form == "text"
    assert LABEL in packet.data


def test_damage_is_named_or_survived() -> None:
    chance = random.Random(45438)
    whole = compound({"WordDocument": bytes(4500), SUMMARY: LABEL})
    damaged = [whole[:cut] for cut in range(0, len(whole), 97)]
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(4):
            data[chance.randrange(chance.choice((90, 1600, len(data))))] = chance.randrange(256)
        damaged.append(bytes(data))
    for data in damaged:
        began = time.monotonic()
        try:
            read(COMPOUND, data)
        except ColophonError as error:
            assert error.code
        with pytest.raises(ColophonError):
            write(COMPOUND, data, {"aigc": LABEL})
        assert time.monotonic() - began < 2
    with pytest.raises(EmptyFile):
        read(COMPOUND, b"")


def test_sectors_in_a_ring_end() -> None:
    whole = bytearray(compound({"WordDocument": bytes(4500), SUMMARY: LABEL.ljust(5000)}))
    for number in range(1, 40):
        struct.pack_into("<I", whole, 512 + 4 * number, number)
    began = time.monotonic()
    with pytest.raises(OldOfficeFormat):
        write(COMPOUND, bytes(whole), {"aigc": LABEL})
    read(COMPOUND, bytes(whole))
    assert time.monotonic() - began < 2
