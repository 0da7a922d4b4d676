"""JPEG: the label in XMP, in an APP1 segment before the image data.

Only the segments before the first scan are walked; the scans themselves are never read, so a
large photograph costs no more than a small one, and every image of an MPO file stays.

Source: TC260-PG-20259A (place, Annex B: EXIF UserComment); ITU-T T.81 B.1; Adobe XMP part 3, 1.1.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import InputError, MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers import exif, mpf
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import looks_like_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import at_most, size_of, within_cap

XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
STANDARD_PLACE = "jpeg:APP1:XMP"
PACKET_CAP = 65502
"""Source: Adobe XMP part 3, 1.1.3.1 (the largest packet of one segment)."""

_START = b"\xff\xd8"
_APP0, _APP1, _APP2, _COMMENT, _SCAN, _END = 0xE0, 0xE1, 0xE2, 0xFE, 0xDA, 0xD9
_BARE = {0x01, *range(0xD0, 0xD9)}
"""Markers that have no length and no content."""
_MAX_SEGMENTS = 10_000
_MAX_BEARERS = 500
_MAX_FILL = 1 << 16
_SALVAGE_CAP = 1 << 16
_PADDING = re.compile(rb"(?<![ \t\r\n])[ \t\r\n]++(?=<\?xpacket end)")


@dataclass(frozen=True, slots=True)
class _Segment:
    """``start`` is at the marker, fill bytes before it left out; ``data`` is the content, of
    those segments only that concern us.
    """

    marker: int
    start: int
    end: int
    data: bytes = b""

    @property
    def is_xmp(self) -> bool:
        return self.marker == _APP1 and self.data.startswith(XMP_HEADER)

    @property
    def is_exif(self) -> bool:
        return self.marker == _APP1 and self.data.startswith(exif.PREFIX)

    @property
    def is_index(self) -> bool:
        return self.marker == _APP2 and self.data.startswith(mpf.PREFIX)

    @property
    def is_label_comment(self) -> bool:
        return self.marker == _COMMENT and looks_like_label(self.data.decode("latin-1"))


class Jpeg:
    """The JPEG family; see ``Carrier``."""

    name = "jpeg"
    media_types: tuple[str, ...] = ("image/jpeg",)
    forms: tuple[PacketForm, ...] = ("xmp",)

    def sniff(self, head: bytes) -> str | None:
        # The second half is any marker, or what is left of the first segment of a damaged file.
        return "image/jpeg" if head.startswith((b"\xff\xd8\xff", b"\xff\xd8Exif")) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        segments, fault = _segments(source)
        found = within_cap((p for segment in segments for p in _packets(segment)), "JPEG")
        if fault and not found:
            found = _salvaged(source)
        if fault and not found:
            raise fault
        return found

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        segments, fault = _segments(source)
        if fault:
            raise fault
        packet = _fitting(packets["xmp"])
        old = next((s for s in segments if s.is_xmp), None)
        start, end = (old.start, old.end) if old else (_place(segments),) * 2
        edits = [Edit(start, end, _segment(XMP_HEADER + packet))]
        for segment in segments:
            if segment is not old:
                edits += _without_label(segment)
        edits += [edit for s in segments if s.is_index for edit in _index(s, edits)]
        return pieces_of(edits, size_of(source))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return STANDARD_PLACE


JPEG = Jpeg()


def header_size(source: BinaryIO) -> int:
    """Where the picture's data begin; the whole size where the walk to it fails."""
    segments, fault = _segments(source)
    return size_of(source) if fault else segments[-1].end


def _segments(source: BinaryIO) -> tuple[list[_Segment], InputError | None]:
    """The segments before the first scan, and why the walk ended if not there."""
    size, segments, at = size_of(source), list[_Segment](), len(_START)
    source.seek(0)
    if source.read(at) != _START:
        return segments, MalformedFile(detail="JPEG SOI")
    for _ in range(_MAX_SEGMENTS):
        segment = _segment_at(source, at)
        if isinstance(segment, InputError):
            return segments, segment
        segments.append(segment)
        if segment.data and sum(1 for s in segments if s.data) > _MAX_BEARERS:
            raise TooLarge(detail=f"JPEG > {_MAX_BEARERS} labels")
        if segment.end > size:
            return segments, TruncatedFile(detail=f"JPEG FF{segment.marker:02X} @{segment.start}")
        if segment.marker == _SCAN:
            return segments, None
        if segment.marker == _END:
            return segments, MalformedFile(detail="JPEG: no scan")
        at = segment.end
    raise TooLarge(detail=f"JPEG > {_MAX_SEGMENTS} segments")


def _segment_at(source: BinaryIO, at: int) -> _Segment | InputError:
    source.seek(at)
    head = source.read(4)
    while head[:2] == b"\xff\xff" and source.tell() - at < _MAX_FILL:
        head = head[1:] + source.read(1)
    start = source.tell() - len(head)
    if len(head) < 2 or (head[1] not in _BARE and len(head) < 4 and head[1] != _END):
        return TruncatedFile(detail=f"JPEG @{start}")
    marker = head[1]
    if head[0] != 0xFF or marker in {0x00, 0xFF}:
        return MalformedFile(detail=f"JPEG @{start}")
    if marker in _BARE or marker == _END:
        return _Segment(marker, start, start + 2)
    length = int.from_bytes(head[2:], "big")
    if length < 2:
        return MalformedFile(detail=f"JPEG FF{marker:02X} @{start}")
    end = start + 2 + length
    if marker not in {_APP1, _APP2, _COMMENT}:
        return _Segment(marker, start, end)
    whole = _Segment(marker, start, end, source.read(length - 2))
    concerns = whole.is_xmp or whole.is_exif or whole.is_index or whole.is_label_comment
    return whole if concerns else _Segment(marker, start, end)


def _packets(segment: _Segment) -> Iterator[Packet]:
    if segment.is_xmp:
        yield Packet("xmp", STANDARD_PLACE, segment.data[len(XMP_HEADER) :])
    elif segment.is_exif:
        for comment in exif.label_comments(segment.data):
            yield Packet("aigc", "jpeg:APP1:EXIF:UserComment", comment.text.encode())
    elif segment.is_label_comment:
        yield Packet("aigc", "jpeg:COM", segment.data)


def _place(segments: list[_Segment]) -> int:
    """After the JFIF and EXIF segments, which must come first, and before all others."""
    place = len(_START)
    for segment in segments:
        if segment.marker != _APP0 and not segment.is_exif:
            break
        place = segment.end
    return place


def _fitting(packet: bytes) -> bytes:
    """The packet; without its padding where only so it fits into a segment."""
    if len(packet) > PACKET_CAP:
        packet = _PADDING.sub(b"\n", packet)
    if len(packet) > PACKET_CAP:
        raise TooLarge(detail=f"XMP > {PACKET_CAP} bytes")
    return packet


def _index(segment: _Segment, edits: list[Edit]) -> Iterator[Edit]:
    """The index of pictures, if there is one, after these edits."""
    grown = sum(e.growth for e in edits)
    shifted = sum(e.growth for e in edits if e.start >= segment.end)
    new = mpf.moved(segment.data, grown, shifted)
    if new != segment.data:
        yield Edit(segment.end - len(new), segment.end, new)


def _without_label(segment: _Segment) -> Iterator[Edit]:
    if segment.is_xmp or segment.is_label_comment:
        yield Edit(segment.start, segment.end, b"")
    elif segment.is_exif:
        clean = exif.without_label(segment.data)
        if clean != segment.data:
            yield Edit(segment.start, segment.end, _segment(clean))


def _segment(data: bytes) -> bytes:
    return b"\xff\xe1" + (len(data) + 2).to_bytes(2, "big") + data


def _salvaged(source: BinaryIO) -> list[Packet]:
    """A label in the first bytes of what can no longer be walked as segments."""
    data = at_most(source, 0, _SALVAGE_CAP, "JPEG")
    start = data.find(b'{"AIGC"')
    if start < 0:
        return []
    value = data[start:].partition(b"\0")[0].partition(b"\xff")[0]
    return [Packet("aigc", "jpeg:APP1:EXIF:UserComment", value)]
