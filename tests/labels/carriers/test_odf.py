"""OpenDocument: contract, the user-defined field, encryption and signatures named."""

from __future__ import annotations

import re

import pytest

from colophon.errors import EncryptedFile, SignedFile
from colophon.labels.carriers.odf import ODF
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write
from tests.labels.carriers.packages import entries, odf, others, zipped

QUOTED = OTHER_LABEL.decode().replace('"', "&quot;")
KEPT = '<meta:user-defined meta:name="Client">A &amp; B</meta:user-defined>'


class TestOdf(CarrierContract):
    carrier = ODF
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        return [odf(), odf("spreadsheet", KEPT), odf("presentation"), odf("graphics", None)]

    def payload(self, data: bytes) -> object:
        meta = dict(entries(data)).get("meta.xml", b"").decode()
        fields = re.sub(r'<meta:user-defined meta:name="AIGC".*?</meta:user-defined>', "", meta)
        inner = re.search(r"<office:meta>(.*)</office:meta>", fields)
        return inner[1] if inner else "", others(data, "meta.xml", "META-INF/manifest.xml")

    def replaced(self, sample: bytes) -> int:
        return 4096


def test_there_and_back_gives_the_same_bytes() -> None:
    for sample in (odf(), odf("text", None), odf("text", KEPT)):
        first = write(ODF, sample, {"aigc": LABEL})
        there = write(ODF, first, {"aigc": OTHER_LABEL})
        assert write(ODF, there, {"aigc": LABEL}) == first


def test_the_field_stands_last_and_is_a_string() -> None:
    meta = dict(entries(write(ODF, odf("text", KEPT), {"aigc": LABEL})))["meta.xml"].decode()
    value = LABEL.decode().replace('"', "&quot;")
    assert (
        f'{KEPT}<meta:user-defined meta:name="AIGC" meta:value-type="string">{value}'
        "</meta:user-defined></office:meta>" in meta
    )


def test_mimetype_stays_first_and_stored() -> None:
    labelled = write(ODF, odf(), {"aigc": LABEL})
    assert labelled[30:77] == b"mimetypeapplication/vnd.oasis.opendocument.text"


def test_old_labels_in_other_fields_go() -> None:
    old = (
        f'<meta:user-defined meta:name="aigc">{QUOTED}</meta:user-defined>'
        f"<dc:description>{QUOTED}</dc:description>{KEPT}"
    )
    sample = odf("text", old)
    assert {p.place for p in read(ODF, sample)} == {"odf:meta:aigc", "odf:meta:dc:description"}
    labelled = write(ODF, sample, {"aigc": LABEL})
    (packet,) = read(ODF, labelled)
    assert packet.data == LABEL
    assert KEPT.encode() in dict(entries(labelled))["meta.xml"]


def test_encrypted_documents_are_named() -> None:
    parts = dict(entries(odf()))
    manifest = parts["META-INF/manifest.xml"].replace(
        b'"meta.xml" manifest:media-type="text/xml"/>',
        b'"meta.xml" manifest:media-type="text/xml"><manifest:encryption-data/></manifest:file-entry>',
    )
    sample = zipped(parts | {"META-INF/manifest.xml": manifest, "meta.xml": b"\x91\x07noise"})
    for act in (lambda: read(ODF, sample), lambda: write(ODF, sample, {"aigc": LABEL})):
        with pytest.raises(EncryptedFile):
            act()


def test_signed_documents_are_named() -> None:
    sample = zipped(dict(entries(odf())) | {"META-INF/documentsignatures.xml": "<a/>"})
    with pytest.raises(SignedFile):
        write(ODF, sample, {"aigc": LABEL})
