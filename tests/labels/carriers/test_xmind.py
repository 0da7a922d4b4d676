"""XMind: contract, maps of both kinds, passwords named."""

from __future__ import annotations

import json
import re

import pytest

from colophon.errors import EncryptedFile
from colophon.labels.carriers.xmind import XMIND
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write
from tests.labels.carriers.packages import entries, others, xmind, zipped

TOUCHED = ("metadata.json", "manifest.json", "meta.xml", "META-INF/manifest.xml")


class TestXmind(CarrierContract):
    carrier = XMIND
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        return [xmind(old, bare) for old in (False, True) for bare in (False, True)]

    def payload(self, data: bytes) -> object:
        parts = {name: part.decode() for name, part in entries(data)}
        metadata = json.loads(parts.get("metadata.json", "{}"))
        metadata.pop("AIGC", None)
        old = re.search(r"<Author>.*</Author>", parts.get("meta.xml", ""))
        return metadata, old and old[0], others(data, *TOUCHED)

    def replaced(self, sample: bytes) -> int:
        return 2048


def test_there_and_back_gives_the_same_bytes() -> None:
    for sample in (xmind(), xmind(bare=True), xmind(old=True), xmind(old=True, bare=True)):
        first = write(XMIND, sample, {"aigc": LABEL})
        there = write(XMIND, first, {"aigc": OTHER_LABEL})
        assert write(XMIND, there, {"aigc": LABEL}) == first


def test_a_part_that_was_missing_is_registered() -> None:
    parts = dict(entries(write(XMIND, xmind(bare=True), {"aigc": LABEL})))
    assert json.loads(json.loads(parts["metadata.json"])["AIGC"]) == json.loads(LABEL)
    assert "metadata.json" in json.loads(parts["manifest.json"])["file-entries"]
    old = dict(entries(write(XMIND, xmind(old=True, bare=True), {"aigc": LABEL})))
    assert b'full-path="meta.xml"' in old["META-INF/manifest.xml"]


def test_a_stale_copy_for_old_readers_goes() -> None:
    value = OTHER_LABEL.decode().replace('"', "&quot;")
    sample = zipped(dict(entries(xmind())) | {"meta.xml": f"<meta><AIGC>{value}</AIGC></meta>"})
    assert len(read(XMIND, sample)) == 1
    (packet,) = read(XMIND, write(XMIND, sample, {"aigc": LABEL}))
    assert packet.data == LABEL


def test_maps_behind_a_password_are_named() -> None:
    hidden = json.dumps({"file-entries": {"content.json": {"encryption-data": {"type": "x"}}}})
    sample = zipped(dict(entries(xmind())) | {"manifest.json": hidden})
    with pytest.raises(EncryptedFile):
        write(XMIND, sample, {"aigc": LABEL})
