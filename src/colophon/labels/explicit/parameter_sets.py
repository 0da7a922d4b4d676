"""Parameter sets of H.264 and HEVC: two encoders' pictures in one stream that decodes as one.

A stream that is encoded anew only at its start needs the sets of both encoders side by side,
under numbers that differ (Source: ISO/IEC 14496-15 5.3.3 and 8.3.3, ITU-T H.265 7.3).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

AVC_SPS, AVC_IDR = 7, 5
HEVC_IRAP, HEVC_IDR, HEVC_CRA = range(16, 24), (19, 20), 21
HEVC_VPS, HEVC_SPS, HEVC_PPS = 32, 33, 34
SETS_MOST = 31
OWN_HEVC_SET, OWN_HEVC_PPS = 9, 15
"""The number 15 takes 9 bits where 0 takes 1: slices grow by a whole byte, and what follows
keeps its place in the byte."""
OWN_HEVC_PPS_BITS, OWN_HEVC_SET_BITS = "000010000", "0001010"
PROFILE_BITS = 96
"""Of profile, tier and level when there are no sub-layers."""
END_OF_SEQUENCE = b"\x48\x01"

_START = re.compile(rb"\x00\x00\x01")


class CannotJoin(ValueError):
    """The two streams cannot be one; the caller encodes the whole."""


def units(annex_b: bytes) -> Iterator[bytes]:
    """NAL units between start codes."""
    marks = [match.end() for match in _START.finditer(annex_b)]
    for place, start in enumerate(marks):
        end = marks[place + 1] - 3 if place + 1 < len(marks) else len(annex_b)
        yield annex_b[start:end].rstrip(b"\x00") if place + 1 < len(marks) else annex_b[start:end]


def lengths(packet: bytes, width: int) -> Iterator[bytes]:
    """NAL units behind length fields. Raises CannotJoin."""
    at = 0
    while at + width <= len(packet):
        size = int.from_bytes(packet[at : at + width], "big")
        at += width
        if size > len(packet) - at:
            raise CannotJoin("a unit is longer than its packet")
        yield packet[at : at + size]
        at += size


def packed(nals: list[bytes], width: int) -> bytes:
    """NAL units with length fields before them. Raises CannotJoin."""
    if any(len(nal) >> (8 * width) for nal in nals):
        raise CannotJoin("a unit is too long for its length field")
    return b"".join(len(nal).to_bytes(width, "big") + nal for nal in nals)


class Avc:
    """H.264: the configuration record of the source, ours joined to it."""

    def __init__(self, record: bytes) -> None:
        if len(record) < 7 or record[0] != 1:
            raise CannotJoin("no avcC record")
        self.record = record
        self.width = (record[4] & 3) + 1
        self.sps, at = _counted(record, 6, record[5] & 31)
        if at >= len(record):
            raise CannotJoin("no picture parameter sets")
        self.pps, self.rest = _counted(record, at + 1, record[at])
        used = {_first_number(_plain(nal[4:])) for nal in self.sps}
        used |= {_first_number(_plain(nal[1:])) for nal in self.pps}
        free = [number for number in range(SETS_MOST, -1, -1) if number not in used]
        if not free or len(self.sps) >= SETS_MOST or len(self.pps) >= 255:
            raise CannotJoin("no number is free")
        self.number = free[0]

    def joined(self, extradata: bytes) -> bytes:
        """The record with the encoder's sets added, its level no lower than either."""
        own = list(units(extradata))
        sps = [*self.sps, *(nal for nal in own if nal[0] & 31 == AVC_SPS)]
        pps = [*self.pps, *(nal for nal in own if nal[0] & 31 == AVC_SPS + 1)]
        head = bytearray(self.record[:6])
        head[3] = max(nal[3] for nal in sps)
        head[5] = head[5] & 0xE0 | len(sps)
        return (
            bytes(head)
            + b"".join(struct.pack(">H", len(nal)) + nal for nal in sps)
            + bytes([len(pps)])
            + b"".join(struct.pack(">H", len(nal)) + nal for nal in pps)
            + self.record[self.rest :]
        )

    def packet(self, annex_b: bytes) -> bytes:
        """An encoder's packet as this stream keeps them."""
        return packed([nal for nal in units(annex_b) if nal[0] & 31 not in {7, 8, 9}], self.width)

    def last(self, packet: bytes) -> bytes:
        """The last packet before the source's own: nothing to add."""
        return packet

    def enters(self, packet: bytes) -> bool:
        """True if decoding can start here with nothing before it."""
        return any(nal and nal[0] & 31 == AVC_IDR for nal in lengths(packet, self.width))


class Hevc:
    """HEVC: the encoder's sets and slices under numbers of their own."""

    def __init__(self, record: bytes) -> None:
        if len(record) < 23 or record[0] != 1:
            raise CannotJoin("no hvcC record")
        self.record = record
        self.width = (record[21] & 3) + 1
        self.arrays: list[tuple[int, list[bytes]]] = []
        at = 23
        for _ in range(record[22]):
            if at + 3 > len(record):
                raise CannotJoin("the hvcC record is cut off")
            kind, count = record[at], struct.unpack_from(">H", record, at + 1)[0]
            nals, at = _counted(record, at + 3, count)
            self.arrays.append((kind, nals))
        used = [nal for kind, nals in self.arrays if kind & 63 == HEVC_PPS for nal in nals]
        if any(_first_number(_plain(nal[2:])) == OWN_HEVC_PPS for nal in used):
            raise CannotJoin("no number is free")

    def joined(self, extradata: bytes) -> bytes:
        """The record with the encoder's sets added."""
        own = [_renumbered(nal) for nal in units(extradata)]
        arrays = b""
        for kind, nals in self.arrays:
            nals = [*nals, *(nal for nal in own if nal[0] >> 1 == kind & 63 and kind & 63 < 35)]
            arrays += struct.pack(">BH", kind, len(nals))
            arrays += b"".join(struct.pack(">H", len(nal)) + nal for nal in nals)
        head = bytearray(self.record[:23])
        levels = [_plain(nal[2:])[12] for nal in own if nal[0] >> 1 == HEVC_SPS]
        head[12] = max([head[12], *levels])
        return bytes(head) + arrays

    def packet(self, annex_b: bytes) -> bytes:
        """An encoder's packet as this stream keeps them."""
        kept = [nal for nal in units(annex_b) if nal[0] >> 1 < 32 or nal[0] >> 1 in {39, 40}]
        return packed([_renumbered(nal) for nal in kept], self.width)

    def last(self, packet: bytes) -> bytes:
        """Ends the encoder's sequence, so that the source's starts as a new one."""
        return packet + packed([END_OF_SEQUENCE], self.width)

    def enters(self, packet: bytes) -> bool:
        """True at pictures that need nothing before them; those shown before them may."""
        kinds = {nal[0] >> 1 & 63 for nal in lengths(packet, self.width) if nal}
        return bool(kinds & {*HEVC_IDR, HEVC_CRA})


class Bare:
    """Codecs whose key pictures bring all they need."""

    def joined(self, _extradata: bytes) -> bytes | None:
        """The source's own record, if any, stays."""
        return None

    def packet(self, data: bytes) -> bytes:
        """As it is."""
        return data

    def last(self, packet: bytes) -> bytes:
        """As it is."""
        return packet

    def enters(self, _packet: bytes) -> bool:
        """What the container says is true."""
        return True


def _counted(record: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    nals = []
    for _ in range(count):
        if at + 2 > len(record):
            raise CannotJoin("the record is cut off")
        (size,) = struct.unpack_from(">H", record, at)
        nals.append(record[at + 2 : at + 2 + size])
        if len(nals[-1]) < max(size, 4):
            raise CannotJoin("the record is cut off")
        at += 2 + size
    return nals, at


def _plain(escaped: bytes) -> bytes:
    return escaped.replace(b"\x00\x00\x03", b"\x00\x00")


def _escaped(plain: bytes) -> bytes:
    whole = re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", plain)
    return whole + b"\x03" if whole.endswith(b"\x00") else whole


def _bits(plain: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in plain)


def _first_number(plain: bytes) -> int:
    """The Exp-Golomb number at the start. Source: ITU-T H.264 9.1."""
    bits = _bits(plain[:8])
    zeros = bits.find("1")
    if zeros < 0 or len(bits) < 2 * zeros + 1:
        raise CannotJoin("no number")
    return int(bits[zeros : 2 * zeros + 1], 2) - 1


def _renumbered(nal: bytes) -> bytes:
    """The unit with our numbers where the encoder wrote 0."""
    kind, plain = nal[0] >> 1 & 63, _plain(nal[2:])
    if kind == HEVC_VPS:
        body = bytes([OWN_HEVC_SET << 4 | plain[0] & 15]) + plain[1:]
    elif kind == HEVC_SPS:
        body = _sps(plain)
    elif kind == HEVC_PPS:
        body = _swapped(plain, 0, "11", OWN_HEVC_PPS_BITS + OWN_HEVC_SET_BITS)
    elif kind < HEVC_VPS:
        flags = 2 if kind in HEVC_IRAP else 1
        first = _bits(plain[:1])
        if first[flags] != "1":
            raise CannotJoin("a slice of another set")
        grown = first[:flags] + OWN_HEVC_PPS_BITS + first[flags + 1 :]
        body = int(grown, 2).to_bytes(2, "big") + plain[1:]
    else:
        return nal
    return nal[:2] + _escaped(body)


def _sps(plain: bytes) -> bytes:
    if plain[0] >> 1 & 7:
        raise CannotJoin("sub-layers")
    own = bytes([OWN_HEVC_SET << 4 | plain[0] & 15]) + plain[1:]
    return _swapped(own, 8 + PROFILE_BITS, "1", OWN_HEVC_SET_BITS)


def _swapped(plain: bytes, at: int, old: str, new: str) -> bytes:
    """A set with some bits replaced, its end put right. Source: ITU-T H.265 7.3.2.11."""
    bits = _bits(plain).rstrip("0")[:-1]
    if not bits.startswith(old, at):
        raise CannotJoin("a set of another number")
    bits = bits[:at] + new + bits[at + len(old) :] + "1"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")
