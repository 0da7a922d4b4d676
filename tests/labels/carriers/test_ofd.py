"""OFD: contract, the custom datum, signatures named."""

from __future__ import annotations

import re

import pytest
from defusedxml.ElementTree import fromstring

from colophon.errors import MalformedFile, SignedFile
from colophon.labels.carriers.ofd import OFD
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write
from tests.labels.carriers.packages import entries, ofd, others, zipped

DATA = '<ofd:CustomDatas>\n <ofd:CustomData Name="Unit">甲</ofd:CustomData>\n</ofd:CustomDatas>'
SPACE = "{http://www.ofdspec.org/2016}"


class TestOfd(CarrierContract):
    carrier = OFD
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        return [ofd(), ofd(DATA), ofd("<ofd:CustomDatas/>")]

    def payload(self, data: bytes) -> object:
        root = dict(entries(data))["OFD.xml"].decode()
        kept = re.sub(r'<ofd:CustomData Name="AIGC">.*?</ofd:CustomData>', "", root)
        return re.sub(r"<ofd:CustomDatas(/|></ofd:CustomDatas)>", "", kept), others(data, "OFD.xml")

    def replaced(self, sample: bytes) -> int:
        return 2048


def test_there_and_back_gives_the_same_bytes() -> None:
    for sample in (ofd(), ofd(DATA)):
        first = write(OFD, sample, {"aigc": LABEL})
        there = write(OFD, first, {"aigc": OTHER_LABEL})
        assert write(OFD, there, {"aigc": LABEL}) == first


def test_a_parser_finds_it_where_the_standard_puts_it() -> None:
    root = fromstring(dict(entries(write(OFD, ofd(DATA), {"aigc": LABEL})))["OFD.xml"])
    info = root.find(f"{SPACE}DocBody/{SPACE}DocInfo")
    assert info is not None
    assert info[-1].tag == f"{SPACE}CustomDatas"
    named = {one.get("Name"): one.text for one in info[-1]}
    assert named == {"Unit": "甲", "AIGC": LABEL.decode()}


def test_a_label_in_the_abstract_is_found_and_replaced() -> None:
    old = OTHER_LABEL.decode().replace('"', "&quot;")
    sample = ofd(f"<ofd:Abstract>{old}</ofd:Abstract>")
    assert [p.place for p in read(OFD, sample)] == ["ofd:DocInfo:ofd:Abstract"]
    (packet,) = read(OFD, write(OFD, sample, {"aigc": LABEL}))
    assert packet.data == LABEL


def test_signed_documents_are_named() -> None:
    signed = ofd(after="<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>")
    with pytest.raises(SignedFile):
        write(OFD, signed, {"aigc": LABEL})
    assert read(OFD, signed) == []


def test_a_document_without_information_is_named() -> None:
    with pytest.raises(MalformedFile):
        write(OFD, zipped({"OFD.xml": "<OFD><DocBody/></OFD>"}), {"aigc": LABEL})
