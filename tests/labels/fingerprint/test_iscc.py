"""ISCC units against the values that iscc-core 1.5 and the package blake3 1.0 give."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from colophon.labels.fingerprint import blake3, iscc, iscc_text
from tests.labels.fingerprint import made


def counted(size):
    return (bytes(range(251)) * (size // 251 + 1))[:size]


@pytest.mark.parametrize(
    ("size", "start"),
    [
        (0, "af1349b9f5f9a1a6a0404dea36dcc949"),
        (1, "2d3adedff11b61f14c886e35afa03673"),
        (1023, "10108970eeda3eb932baac1428c7a216"),
        (1024, "42214739f095a406f3fc83deb889744a"),
        (1025, "d00278ae47eb27b34faecf67b4fe263f"),
        (3072, "b98cb0ff3623be03326b373de6b90952"),
        (5000, "ee78d92070de3df1c57c37002abf0a6b"),
        (1 << 20, "74cb441fd087764ca9c3694da742ebe3"),
        ((1 << 20) + 1, "2f053cd7472cf0cd2f9adaf45c118025"),
        (3 * (1 << 20) + 70_001, "9d0350031001babc4174c4929f70f83d"),
    ],
)
def test_blake3(size, start):
    digest, length = blake3.digest_of(io.BytesIO(counted(size)))
    assert (digest.hex()[:32], length) == (start, size)


@pytest.mark.parametrize(
    ("size", "bits", "code"),
    [
        (0, 64, "ISCC:IAA26E2JXH27TING"),
        (5000, 64, "ISCC:IAA646GZEBYN4PPR"),
        (5000, 256, "ISCC:IAD646GZEBYN4PPRYV6DOABKX4FGWGTFRGWN532NR75MPTZ5T2HSQNQ"),
    ],
)
def test_instance_codes(size, bits, code):
    found = iscc.of_bytes(io.BytesIO(counted(size)), bits)
    assert (found.iscc, found.filesize) == (code, size)
    digest, _size = blake3.digest_of(io.BytesIO(counted(size)))
    assert found.datahash == "1e20" + digest.hex()


def test_instance_codes_read_from_the_start():
    file = io.BytesIO(counted(5000))
    file.seek(100)
    assert iscc.of_bytes(file).iscc == "ISCC:IAA646GZEBYN4PPR"


@pytest.mark.parametrize(
    ("samples", "bits", "code"),
    [
        (np.zeros(1024, np.uint8), 64, "ISCC:EEAQAAAAAAAAAAAA"),
        (np.full(1024, 255, np.uint8), 128, "ISCC:EEBYAAAAAAAAAAAAAAAAAAAAAAAAA"),
        (
            ((np.arange(1024) ** 2 * 7 + np.arange(1024) * 13) % 251).astype(np.uint8),
            128,
            "ISCC:EEB43BE54WPKP4BAOE5RPCUVBKPTU",
        ),
    ],
)
def test_image_codes(samples, bits, code):
    assert iscc.of_samples(samples, bits) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("astronaut", "ISCC:EED4FESMKUZL3X6I2Z3J6DYISCYZXTEUNOSZYSVVMMKQUNPK6NMRVLI"),
        ("coffee", "ISCC:EED3XAZAG5WA6NRXEDGB54XRIM6M64U3GIZWBGJTO7BCOSIOZ63DYPA"),
    ],
)
def test_image_codes_of_photos(name, code):
    assert iscc.of_grey(np.asarray(made.photo(name).convert("L")), 256) == code


def test_image_codes_stay_close():
    def bits(code):
        return base64.b32decode(code[5:] + "=" * (-len(code[5:]) % 8))[2:]

    codes = []
    for name in made.PHOTOS[:4]:
        photo = made.photo(name).convert("L")
        small = photo.resize((photo.width // 2, photo.height // 2), Image.Resampling.BICUBIC)
        one, other = (bits(iscc.of_grey(np.asarray(x), 256)) for x in (photo, small))
        assert made.differ(one, other) < 25
        codes.append(one)
    assert min(made.differ(codes[0], other) for other in codes[1:]) > 60


LONG = "敏捷的棕色狐狸跳过了懒狗，然后又跳了回来。The quick brown fox jumps over the lazy dog. 😀 ñandú"


@pytest.mark.parametrize(
    ("words", "bits", "code"),
    [
        ("", 64, "ISCC:EAASL4F2WZY7KBXB"),
        ("Hello World", 64, "ISCC:EAASKDNZNYGUUF5A"),
        ("Hello World", 256, "ISCC:EADSKDNZNYGUUF5AMFEJLZ5P66CP5YKCOA3X7F36RWE4CIRCBTUWXYY"),
        ("ｈｅｌｌｏ,\u200b wôrld!", 64, "ISCC:EAASKDNZNYGUUF5A"),
        (LONG, 256, "ISCC:EAD6N62JM4RYEV2JRAORJJIA54ARMGIXEYZ65EGLHSPSM6WUWFH5TTI"),
    ],
)
def test_text_codes(words, bits, code):
    assert iscc_text.of_text(words, bits) == code


def test_text_codes_of_long_texts_go_block_by_block(monkeypatch):
    words = made.chinese(1, 3_000) + made.english(1)
    whole = iscc_text.of_text(words, 256)
    monkeypatch.setattr(iscc_text, "_BLOCK", 100)
    assert iscc_text.of_text(words, 256) == whole
