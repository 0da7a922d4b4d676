"""The contract every carrier keeps, as a test class to inherit.

Inherit ``CarrierContract`` in a class named ``Test…``, set ``carrier`` and give ``samples`` and
``payload``. The other hooks have a default that fits most families::

    class TestPng(CarrierContract):
        carrier = PNG

        def samples(self) -> list[bytes]:
            return [a_png(), an_apng()]

        def payload(self, data: bytes) -> object:
            return pixels_of(data)
"""

from __future__ import annotations

import io
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

import pytest

from colophon.errors import ColophonError
from colophon.labels.carriers.packet import Carrier, Keep, Packet, PacketForm, Piece, Put

LABEL = (
    b'{"Label":"1","ContentProducer":"001191110000MADEM0000Q00000","ProduceID":"p-1",'
    b'"ReservedCode1":"","ContentPropagator":"001191110000MADEM0000Q00000",'
    b'"PropagateID":"p-1","ReservedCode2":""}'
)
"""A strict label of even length."""
OTHER_LABEL = LABEL.replace(b"p-1", b"another-number-22")
XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">'
    "<TC260:AIGC>%s</TC260:AIGC></rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)
SECONDS = 2.0
"""The longest one call may take on a hostile sample, on a busy machine."""


def packets_of(forms: Iterable[PacketForm], label: bytes = LABEL) -> dict[PacketForm, bytes]:
    """One packet a form, all with the same label."""
    packets: dict[PacketForm, bytes] = {}
    for form in forms:
        packets[form] = (XMP % label.decode()).encode() if form == "xmp" else label
    return packets


def render(source: bytes, pieces: Iterable[Piece]) -> bytes:
    """The file that pieces make of a source."""
    return b"".join(p.data if isinstance(p, Put) else source[p.start : p.end] for p in pieces)


def read(carrier: Carrier, data: bytes) -> list[Packet]:
    return carrier.read(io.BytesIO(data))


def write(carrier: Carrier, data: bytes, packets: Mapping[PacketForm, bytes]) -> bytes:
    """The labelled file; also checks that the pieces are in order and in bounds."""
    pieces = carrier.write(io.BytesIO(data), packets)
    check_pieces(pieces, len(data))
    return render(data, pieces)


def check_pieces(pieces: Iterable[Piece], size: int) -> None:
    """Kept ranges go forward, do not overlap and lie inside the source."""
    at = 0
    for piece in pieces:
        if isinstance(piece, Keep):
            assert at <= piece.start <= piece.end <= size
            at = piece.end


def check_reversible(carrier: Carrier, sample: bytes, other: bytes = OTHER_LABEL) -> None:
    """Another label in between leaves no trace: content binding stands on it."""
    first, second = packets_of(carrier.forms), packets_of(carrier.forms, other)
    once = write(carrier, sample, first)
    assert write(carrier, write(carrier, once, second), first) == once
    assert write(carrier, sample, second) == write(carrier, once, second)


class CarrierContract(ABC):
    """Inherit and fill in; every test runs over every sample."""

    carrier: ClassVar[Carrier]
    cuts: ClassVar[int] = 120
    """How many truncations of each sample are tried."""
    flips: ClassVar[int] = 150
    """How many damaged copies of each sample are tried."""
    longest: ClassVar[int] = 70_000
    """Bytes that a long label adds in the test that writing can be undone."""

    @abstractmethod
    def samples(self) -> list[bytes]:
        """Whole, unlabelled, real files, small where possible."""

    @abstractmethod
    def payload(self, data: bytes) -> object:
        """All a file says but its label (pixels, samples, text), read by an independent tool."""

    def replaced(self, sample: bytes) -> int:
        """How many bytes of an unlabelled sample may be rewritten (size fields, flags)."""
        del sample
        return 0

    def same(self, written: bytes, found: bytes) -> bool:
        """Whether a packet read back says what was written."""
        return written == found

    def test_sniffs_its_own(self) -> None:
        for sample in self.samples():
            assert self.carrier.sniff(sample[:4096]) in self.carrier.media_types

    def test_sniffs_nothing_else(self) -> None:
        assert self.carrier.sniff(b"") is None
        assert self.carrier.sniff(bytes(64)) is None

    def test_unlabelled_has_no_label(self) -> None:
        for sample in self.samples():
            for packet in read(self.carrier, sample):
                assert packet.form != "aigc"
                assert b"AIGC" not in packet.data

    def test_what_is_written_is_read(self) -> None:
        packets = packets_of(self.carrier.forms)
        for sample in self.samples():
            self.check_labelled(write(self.carrier, sample, packets), packets)

    def check_labelled(self, labelled: bytes, packets: Mapping[PacketForm, bytes]) -> None:
        """Exactly one packet a form, where it belongs, saying what was written."""
        found = [p for p in read(self.carrier, labelled) if b"AIGC" in p.data or p.form == "aigc"]
        assert len(found) == len(packets)
        for form, data in packets.items():
            place = self.carrier.standard_place(form)
            (packet,) = [p for p in found if p.place == place]
            assert packet.form == form
            assert self.same(data, packet.data)

    def test_writing_twice_is_writing_once(self) -> None:
        packets = packets_of(self.carrier.forms)
        for sample in self.samples():
            once = write(self.carrier, sample, packets)
            assert write(self.carrier, once, packets) == once

    def test_rewriting_replaces(self) -> None:
        first, second = (packets_of(self.carrier.forms, x) for x in (OTHER_LABEL, LABEL))
        for sample in self.samples():
            labelled = write(self.carrier, write(self.carrier, sample, first), second)
            self.check_labelled(labelled, second)
            assert b"another-number-22" not in labelled

    def test_another_label_in_between_leaves_no_trace(self) -> None:
        long = LABEL.replace(b'"ReservedCode1":""', b'"ReservedCode1":"%s"' % (b"x" * self.longest))
        for sample in self.samples():
            for other in (OTHER_LABEL, long):
                check_reversible(self.carrier, sample, other)

    def test_source_is_kept_but_for_what_is_named(self) -> None:
        for sample in self.samples():
            pieces = self.carrier.write(io.BytesIO(sample), packets_of(self.carrier.forms))
            kept = sum(p.end - p.start for p in pieces if isinstance(p, Keep))
            assert len(sample) - kept <= self.replaced(sample)

    def test_media_is_the_same(self) -> None:
        packets = packets_of(self.carrier.forms)
        for sample in self.samples():
            once = write(self.carrier, sample, packets)
            assert self.payload(once) == self.payload(sample)
            again = write(self.carrier, once, packets_of(self.carrier.forms, OTHER_LABEL))
            assert self.payload(again) == self.payload(sample)

    def test_empty_source_is_refused(self) -> None:
        with pytest.raises(ColophonError):
            write(self.carrier, b"", packets_of(self.carrier.forms))
        with pytest.raises(ColophonError):
            read(self.carrier, b"")

    def test_truncations_are_named_or_survived(self) -> None:
        for sample in self._plain_and_labelled():
            for cut in _cuts(len(sample), self.cuts):
                self.survive(sample[:cut])

    def test_damage_is_named_or_survived(self) -> None:
        chance = random.Random(45438)
        for sample in self._plain_and_labelled():
            for _ in range(self.flips):
                self.survive(_damaged(sample, chance))

    def survive(self, data: bytes) -> None:
        """Reading and writing these bytes ends soon, in success or in a named error."""
        packets = packets_of(self.carrier.forms)
        _soon(lambda: read(self.carrier, data))
        _soon(lambda: write(self.carrier, data, packets))

    def _plain_and_labelled(self) -> list[bytes]:
        packets = packets_of(self.carrier.forms)
        samples = self.samples()
        return samples + [write(self.carrier, sample, packets) for sample in samples]


def _soon(act: Callable[[], object]) -> None:
    began = time.monotonic()
    try:
        act()
    except ColophonError as error:
        assert error.code
    assert time.monotonic() - began < SECONDS


def _cuts(size: int, count: int) -> list[int]:
    """Every cut of the first bytes and of the last ones, and some between."""
    edge = min(count // 3, size)
    step = max(1, size // max(1, count - 2 * edge))
    return sorted({*range(edge), *range(size - edge, size), *range(0, size, step)})


def _damaged(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, more often near the head, where the structure lies."""
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        reach = min(len(damaged), chance.choice((64, 512, len(damaged))))
        damaged[chance.randrange(reach)] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
    return bytes(damaged)
