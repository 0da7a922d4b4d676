"""EPUB: contract, both versions of the package document, encryption and signatures named."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from defusedxml.ElementTree import fromstring

from colophon.errors import EncryptedFile, MalformedFile, SignedFile
from colophon.labels.carriers.epub import EPUB
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write
from tests.labels.carriers.packages import entries, epub, others, zipped

OPF = "OEBPS/book.opf"
META = re.compile(r'<meta (?:property="AIGC">.*?</meta>|name="AIGC"[^>]*/>)')
ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><enc:EncryptedData '
    'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:CipherData><enc:CipherReference '
    'URI="%s"/></enc:CipherData></enc:EncryptedData></encryption>'
)


class TestEpub(CarrierContract):
    carrier = EPUB
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        return [epub(), epub("2.0"), epub("3.0", '<meta property="dcterms:modified">x</meta>')]

    def payload(self, data: bytes) -> object:
        return META.sub("", dict(entries(data))[OPF].decode()), others(data, OPF)

    def replaced(self, sample: bytes) -> int:
        return 2048


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_there_and_back_gives_the_same_bytes(version: str) -> None:
    first = write(EPUB, epub(version), {"aigc": LABEL})
    there = write(EPUB, first, {"aigc": OTHER_LABEL})
    assert write(EPUB, there, {"aigc": LABEL}) == first


def test_each_version_says_it_in_its_own_form() -> None:
    space = "{http://www.idpf.org/2007/opf}"
    for version in ("2.0", "3.0"):
        root = fromstring(dict(entries(write(EPUB, epub(version), {"aigc": LABEL})))[OPF])
        (meta,) = root.findall(f"{space}metadata/{space}meta")
        if version == "2.0":
            assert (meta.get("name"), meta.get("content")) == ("AIGC", LABEL.decode())
        else:
            assert (meta.get("property"), meta.text) == ("AIGC", LABEL.decode())


def test_mimetype_stays_first_and_stored() -> None:
    with zipfile.ZipFile(io.BytesIO(write(EPUB, epub(), {"aigc": LABEL}))) as file:
        first = file.infolist()[0]
    assert (first.filename, first.header_offset, first.compress_type) == ("mimetype", 0, 0)


def test_one_label_is_left_of_several() -> None:
    old = OTHER_LABEL.decode().replace('"', "&quot;")
    extra = (
        f'<meta name="AIGC" content="{old}"/><meta property="x:aigc">{old}</meta>'
        f'<dc:description>{old}</dc:description><meta name="cover" content="c"/>'
    )
    sample = epub("3.0", extra)
    assert len(read(EPUB, sample)) == 3
    labelled = write(EPUB, sample, {"aigc": LABEL})
    (packet,) = read(EPUB, labelled)
    assert packet.data == LABEL
    assert b'<meta name="cover" content="c"/>' in dict(entries(labelled))[OPF]


def test_encrypted_fonts_are_no_hindrance_and_an_encrypted_package_is() -> None:
    fonts = epub(**{"META-INF/encryption.xml": ENCRYPTION % "OEBPS/font.otf"})
    assert len(read(EPUB, write(EPUB, fonts, {"aigc": LABEL}))) == 1
    with pytest.raises(EncryptedFile):
        write(EPUB, epub(**{"META-INF/encryption.xml": ENCRYPTION % OPF}), {"aigc": LABEL})


def test_signed_books_are_named() -> None:
    with pytest.raises(SignedFile):
        write(EPUB, epub(**{"META-INF/signatures.xml": "<signatures/>"}), {"aigc": LABEL})


def test_a_container_without_a_book_is_named() -> None:
    parts = dict(entries(epub())) | {
        "META-INF/container.xml": "<container><rootfiles/></container>"
    }
    with pytest.raises(MalformedFile):
        read(EPUB, zipped(parts))
