"""ZIP archives: contract, everything that is odd about archives, and the descent into members."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import time
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.errors import (
    EncryptedFile,
    MalformedFile,
    NoLabelPlace,
    SignedFile,
    TooLarge,
    TruncatedFile,
)
from colophon.labels.carriers import zip_directory
from colophon.labels.carriers.archive import ZIP, Reach, members
from colophon.labels.carriers.odf import ODF
from colophon.labels.carriers.png import PNG
from tests.labels.carriers.contract import (
    LABEL,
    OTHER_LABEL,
    CarrierContract,
    packets_of,
    read,
    write,
)
from tests.labels.carriers.packages import entries, odf, others, streamed, zipped
from tests.labels.made import picture

ONE = {"a.txt": b"words " * 40, "folder/b.bin": bytes(range(256)), "中文.txt": "文字"}


def wide() -> bytes:
    """An archive with ZIP64 records, as large tools write them for small files too."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in ONE.items():
            with file.open(
                zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), "w", force_zip64=True
            ) as to:
                to.write(data if isinstance(data, bytes) else data.encode())
    return with_end64(out.getvalue())


def with_end64(data: bytes) -> bytes:
    """The end record moved into the ZIP64 one; the old one only points at it."""
    at = data.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", data, at + 10)
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, *[0xFFFFFFFF] * 2, 0)
    return data[:at] + end64 + locator + end


def with_offsets64(data: bytes) -> bytes:
    """The offset of every entry in a ZIP64 field of the directory."""
    out = io.BytesIO(data)
    found = zip_directory.directory_of(out)
    records = []
    for entry in found.entries:
        fields = list(zip_directory.CENTRAL.unpack_from(entry.record))
        names = entry.record[46 : 46 + fields[10]]
        extra = struct.pack("<2HQ", 1, 8, entry.offset)
        fields[11], fields[12], fields[16] = len(extra), 0, 0xFFFFFFFF
        records.append(zip_directory.CENTRAL.pack(*fields) + names + extra)
    directory = b"".join(records)
    end = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, len(records), len(records), len(directory), found.start, 0
    )
    return data[: found.start] + directory + end


class TestZip(CarrierContract):
    carrier = ZIP
    cuts = 60
    flips = 80

    def samples(self) -> list[bytes]:
        return [
            zipped(ONE, comment="注释".encode()),
            streamed(ONE),
            zipped({}),
            wide(),
            with_offsets64(zipped(ONE)),
            b"PK\x03\x04 not an entry, a stub" + zipped(ONE),
        ]

    def payload(self, data: bytes) -> object:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            comment = file.comment
        return others(data, "AIGC.json"), comment

    def replaced(self, sample: bytes) -> int:
        return 1024

    def check_prefixed(self, data: bytes) -> None:
        assert data.startswith(b"PK\x03\x04 not")


@pytest.mark.parametrize("number", range(6))
def test_there_and_back_gives_the_same_bytes(number: int) -> None:
    sample = TestZip().samples()[number]
    first = write(ZIP, sample, {"aigc": LABEL})
    there = write(ZIP, first, {"aigc": OTHER_LABEL})
    assert write(ZIP, there, {"aigc": LABEL}) == first
    assert dict(entries(first))["AIGC.json"] == LABEL


@given(
    parts=st.dictionaries(st.text("abc/é中.", min_size=1, max_size=12), st.binary(max_size=90)),
    stored=st.sets(st.text("abc/é中.", min_size=1, max_size=12)),
    comment=st.binary(max_size=40),
    pipe=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_archive_keeps_its_entries_and_comes_back(parts, stored, comment, pipe) -> None:
    sample = streamed(parts) if pipe else zipped(parts, stored, comment=comment)
    first = write(ZIP, sample, {"aigc": LABEL})
    assert entries(first) == [*entries(sample), ("AIGC.json", LABEL)]
    there = write(ZIP, first, {"aigc": OTHER_LABEL})
    assert entries(there)[:-1] == entries(sample)
    assert write(ZIP, there, {"aigc": LABEL}) == first


@pytest.mark.needs("unzip")
@pytest.mark.parametrize("number", range(5))
def test_unzip_finds_no_error(number: int, tmp_path) -> None:
    assert shutil.which("unzip")
    path = tmp_path / "a.zip"
    path.write_bytes(write(ZIP, TestZip().samples()[number], {"aigc": LABEL}))
    done = subprocess.run(["unzip", "-tq", path], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_bytes_of_other_entries_stay_where_they_are() -> None:
    sample = zipped(ONE)
    start = zip_directory.directory_of(io.BytesIO(sample)).start
    assert write(ZIP, sample, {"aigc": LABEL})[:start] == sample[:start]


def test_an_entry_of_that_name_with_other_content_is_kept() -> None:
    sample = zipped({"aigc.JSON": '{"articles": []}'})
    assert read(ZIP, sample) == []
    with pytest.raises(NoLabelPlace):
        write(ZIP, sample, {"aigc": LABEL})


def test_a_label_in_other_letters_is_replaced() -> None:
    sample = zipped({"aigc.JSON": OTHER_LABEL, "b": "x"})
    labelled = write(ZIP, sample, {"aigc": LABEL})
    assert entries(labelled) == [("b", b"x"), ("AIGC.json", LABEL)]


def test_android_packages_are_signed() -> None:
    data = zipped(ONE)
    start = zip_directory.directory_of(io.BytesIO(data)).start
    block = b"x" * 40 + b"APK Sig Block 42"
    at = data.rindex(b"PK\x05\x06") + 16
    moved = data[:at] + struct.pack("<I", start + len(block)) + data[at + 4 :]
    with pytest.raises(SignedFile):
        write(ZIP, moved[:start] + block + moved[start:], {"aigc": LABEL})


def patched(data: bytes, mark: bytes, offset: int, new: bytes, which: int = 0) -> bytes:
    """Bytes of the record that begins with a mark replaced."""
    at = -1
    for _ in range(which + 1):
        at = data.index(mark, at + 1)
    return data[: at + offset] + new + data[at + offset + len(new) :]


CENTRAL, END = b"PK\x01\x02", b"PK\x05\x06"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda data: data[:-30], TruncatedFile),
        (lambda data: patched(data, END, 16, b"\xff\xff\xff\x7f"), MalformedFile),
        (lambda data: patched(data, END, 10, b"\x09\x00"), MalformedFile),
        (lambda data: patched(data, END, 4, b"\x01\x00"), MalformedFile),
        (lambda data: patched(data, CENTRAL, 42, b"\x00\x00\x00\x00", 1), MalformedFile),
        (lambda data: patched(data, CENTRAL, 20, b"\xff\xff\x00\x00"), MalformedFile),
        (lambda data: patched(data, CENTRAL, 0, b"XX"), MalformedFile),
        (lambda data: patched(data, END, 8, b"\xff\xff\xff\xff"), MalformedFile),
    ],
)
def test_broken_directories_are_named(change, error) -> None:
    with pytest.raises(error):
        write(ZIP, change(zipped(ONE)), {"aigc": LABEL})


def test_too_many_entries_are_refused_before_they_are_read() -> None:
    data = with_end64(zipped(ONE))
    at = data.index(b"PK\x06\x06")
    many = data[: at + 24] + struct.pack("<2Q", 1 << 40, 1 << 40) + data[at + 40 :]
    with pytest.raises(TooLarge):
        read(ZIP, many)


@pytest.mark.slow
def test_sixty_five_thousand_entries_take_a_moment() -> None:
    sample = zipped({f"folder/{n:06}": b"" for n in range(65_533)}, method=zipfile.ZIP_STORED)
    began = time.monotonic()
    labelled = write(ZIP, sample, {"aigc": LABEL})
    (packet,) = read(ZIP, labelled)
    assert packet.data == LABEL
    assert time.monotonic() - began < 4


def test_an_encrypted_label_entry_is_not_taken_for_a_label() -> None:
    sample = write(ZIP, zipped(ONE), {"aigc": LABEL})
    at = sample.rindex(CENTRAL)
    hidden = sample[: at + 8] + b"\x01\x00" + sample[at + 10 :]
    assert read(ZIP, hidden) == []


def labelled_picture() -> bytes:
    return write(PNG, picture("PNG"), packets_of(PNG.forms))


def found(data: bytes, **reach: int) -> list[tuple[str, str | None, int, str]]:
    return [
        (one.name, one.media_type, len(one.packets), one.error.code if one.error else "")
        for one in members(io.BytesIO(data), Reach(**reach))
    ]


def test_members_are_read_where_they_lie() -> None:
    book = write(ODF, odf(), {"aigc": LABEL})
    inner = zipped({"deep.odt": book, "x.unknown": b"\0\1\2"})
    data = zipped({"p.png": labelled_picture(), "folder/": b"", "in.zip": inner}, stored=("p.png",))
    assert found(data) == [
        ("p.png", "image/png", 1, ""),
        ("in.zip", "application/zip", 0, ""),
        ("in.zip/deep.odt", "application/vnd.oasis.opendocument.text", 1, ""),
        ("in.zip/x.unknown", None, 0, ""),
    ]
    first, _, third, _ = members(io.BytesIO(data))
    assert first.packets[0].place == "zip:p.png:png:iTXt:XML:com.adobe.xmp"
    assert third.packets[0].place in third.standard
    assert third.packets[0].data == LABEL


def test_the_descent_ends_at_its_depth() -> None:
    data = zipped({"a.txt": "x"})
    for _ in range(5):
        data = zipped({"in.zip": data})
    assert [code for *_, code in found(data)] == ["", "", "", "too_large"]


def test_the_descent_ends_at_its_number() -> None:
    data = zipped({"in.zip": zipped({f"{n}.txt": "x" for n in range(20)}), "last.txt": "x"})
    reached = found(data, members=5)
    assert len(reached) == 6
    assert reached[-1][3] == "too_large"


def test_a_bomb_costs_little() -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = bomb.compress(bytes(200 << 20)) + bomb.flush()
    head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0x21, 0, len(packed), 1000, 5, 0)
    central = struct.pack(
        "<4s6H3I5H2I", CENTRAL, 20, 20, 0, 8, 0, 0x21, 0, len(packed), 1000, 5, *[0] * 6
    )
    body = head + b"b.txt" + packed
    end = struct.pack("<4s4H2IH", END, 0, 0, 1, 1, len(central) + 5, len(body), 0)
    data = body + central + b"b.txt" + end
    began = time.monotonic()
    assert found(data)[0][3] == "malformed_file"
    assert time.monotonic() - began < 1


def test_all_members_together_have_a_cap() -> None:
    data = zipped({f"{n}.txt": bytes(600) for n in range(4)})
    assert [code for *_, code in found(data, total_bytes=1300)][2:] == ["too_large"] * 2


def test_a_member_with_a_password_is_named() -> None:
    data = zipped({"a.txt": "x", "b.txt": "y"})
    hidden = patched(data, CENTRAL, 8, b"\x01\x00")
    (first, second) = members(io.BytesIO(hidden))
    assert isinstance(first.error, EncryptedFile)
    assert second.error is None
