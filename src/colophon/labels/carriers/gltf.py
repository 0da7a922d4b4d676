"""glTF, as JSON text and as GLB: the label is ``asset.extras.AIGC`` and in the XMP packet of
the asset, which glTF writes as JSON-LD.

Source: glTF 2.0 (ISO/IEC 12113), KHR_xmp_json_ld. Both places hold the same label. Neither
geometry nor any other part is parsed and printed again; a GLB's binary chunk is only kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import EmptyFile, MalformedFile, TooLarge
from colophon.labels.carriers import glb, gltf_xmp, json_spans
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.gltf_xmp import EXTENSION
from colophon.labels.carriers.json_spans import Array, Member, Object, Span, Tree
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import within_cap

_PLACES: dict[PacketForm, str] = {"aigc": f"gltf:asset.extras.{FIELD}", "xmp": f"gltf:{EXTENSION}"}
_OTHER_XMP = f"gltf:{EXTENSION}.packets"
_UTF8 = b"\xef\xbb\xbf"
_WORDS = (
    b'"asset"', b'"accessors"', b'"bufferViews"', b'"buffers"', b'"meshes"', b'"nodes"',
    b'"scene"', b'"scenes"', b'"materials"', b'"images"', b'"extensionsUsed"', b'"cameras"',
)  # fmt: skip
_LONGEST_NAME = 60
_LONGEST_VALUE = 64 * 1024
"""Of a field under another name, how much is looked at."""


class GltfCarrier:
    """Carrier of glTF as text."""

    name = "gltf"
    media_types: tuple[str, ...] = ("model/gltf+json",)
    forms: tuple[PacketForm, ...] = ("aigc", "xmp")
    extensions = (".gltf",)

    def sniff(self, head: bytes) -> str | None:
        text = head.removeprefix(_UTF8).lstrip(b" \t\r\n")
        known = text.startswith(b"{") and any(word in text for word in _WORDS)
        return self.media_types[0] if known else None

    def read(self, source: BinaryIO) -> list[Packet]:
        return _packets(_text(source))

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        text = _text(source)
        return pieces_of(_edits(text, packets), len(text))

    def standard_place(self, form: PacketForm) -> str:
        return _PLACES[form]


class GlbCarrier:
    """Carrier of glTF in one binary file."""

    name = "glb"
    media_types: tuple[str, ...] = ("model/gltf-binary",)
    forms: tuple[PacketForm, ...] = ("aigc", "xmp")
    extensions = (".glb",)

    def sniff(self, head: bytes) -> str | None:
        return self.media_types[0] if head.startswith(glb.MAGIC) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        return _packets(glb.opened(source).text)

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        whole = glb.opened(source)
        return pieces_of(glb.rewritten(whole, _edits(whole.text, packets)), whole.size)

    def standard_place(self, form: PacketForm) -> str:
        return _PLACES[form]


def _text(source: BinaryIO) -> bytes:
    source.seek(0)
    text = source.read(glb.MOST_JSON + 1)
    if not text:
        raise EmptyFile
    if len(text) > glb.MOST_JSON:
        raise TooLarge(detail=f"glTF > {glb.MOST_JSON} bytes")
    return text


@dataclass(frozen=True, slots=True)
class _Field:
    """A label in a field of its own: the object it stands in, and where that is."""

    owner: Object
    member: Member
    place: str


def _packets(data: bytes) -> list[Packet]:
    root = json_spans.root(data)
    fields = [
        Packet("aigc", one.place, gltf_xmp.plain(data, one.member).encode("utf-8", "replace"))
        for one in _fields(data, root)
    ]
    return within_cap([*fields, *_xmp_packets(data, root)], "glTF metadata")


def _fields(data: bytes, root: Object) -> Iterator[_Field]:
    """Every label outside the XMP, in the objects where people put notes."""
    asset = _inner(data, root, "asset")
    for owner, place in ((root, "gltf:"), (asset, "gltf:asset.")):
        yield from _named(owner, place)
    notes = [(asset, "gltf:asset.extras."), (root, "gltf:extras.")]
    notes += [(scene, "gltf:scenes.extras.") for scene in _objects(data, root, "scenes")]
    for owner, place in notes:
        extras = _inner(data, owner, "extras")
        for member in extras.members if extras else ():
            value = data[member.value : min(member.end, member.value + _LONGEST_VALUE)]
            if holds_label(member.name, value.decode("utf-8", "replace").lstrip('"')):
                yield _Field(extras or root, member, place + member.name[:_LONGEST_NAME])


def _named(owner: Object | None, place: str) -> Iterator[_Field]:
    for member in owner.members if owner else ():
        if owner and holds_label(member.name, ""):
            yield _Field(owner, member, place + member.name[:_LONGEST_NAME])


def _xmp_packets(data: bytes, root: Object) -> Iterator[Packet]:
    about_asset = _asset_packet(data, root)
    for number, packet in enumerate(_ld_objects(data, root)):
        found = list(gltf_xmp.properties(data, packet)) if packet else []
        labels = any(holds_label(one.name, "") for one in found)
        if labels or (found and number == about_asset):
            place = _PLACES["xmp"] if number == about_asset else _OTHER_XMP
            yield Packet("xmp", place, gltf_xmp.as_packet(found))


def _edits(data: bytes, packets: Mapping[PacketForm, bytes]) -> list[Edit]:
    """Raises MalformedFile where the text is no glTF."""
    root = json_spans.root(data)
    if _inner(data, root, "asset") is None:
        raise MalformedFile(detail="glTF without asset")
    standard = _PLACES["aigc"]
    stale = [one for one in _fields(data, root) if one.place != standard]
    drops = [one.member for one in stale]
    number, tree, edits = _ld_edits(data, root, gltf_xmp.wanted(packets["xmp"]))
    pointer: Tree = {EXTENSION: {"packet": str(number).encode()}}
    asset: Tree = {"extras": {FIELD: packets["aigc"]}, "extensions": pointer}
    whole: dict[str, bytes | Tree] = {"asset": asset, **tree}
    used = root.get("extensionsUsed")
    if used is not None and json_spans.is_array(data, used):
        edits += _used(data, json_spans.array_at(data, used.value))
    else:
        whole["extensionsUsed"] = f'["{EXTENSION}"]'.encode()
    return [
        *edits,
        *json_spans.merged(data, root, whole, drops),
        *_cleared_elsewhere(data, stale, drops),
    ]


def _cleared_elsewhere(data: bytes, stale: list[_Field], drops: list[Member]) -> list[Edit]:
    """The removals in objects that ``merged`` does not come by."""
    owners = {
        one.owner.start: one.owner
        for one in stale
        if one.place.startswith(("gltf:extras.", "gltf:scenes."))
    }
    return [
        edit for owner in owners.values() for edit in json_spans.changed(data, owner, {}, drops)
    ]


def _used(data: bytes, used: Array) -> list[Edit]:
    name = f'"{EXTENSION}"'.encode()
    there = any(data[start:end] == name for start, end in used.elements)
    return [] if there else json_spans.appended(data, used, [name])


def _ld_edits(
    data: bytes, root: Object, values: dict[tuple[str, str], str]
) -> tuple[int, Tree, list[Edit]]:
    """The number of the asset's packet, what the root lacks for it, and the edits within."""
    packets = _ld_objects(data, root)
    number = _asset_packet(data, root)
    edits = [
        edit
        for place, packet in enumerate(packets)
        if packet and place != number
        for edit in _without_labels(data, packet)
    ]
    if number is not None:
        return number, {}, [*edits, *gltf_xmp.edited(data, packets[number] or root, values)]
    new = gltf_xmp.fresh(values)
    there = _ld_array(data, root)
    if there is None:
        return 0, {"extensions": {EXTENSION: {"packets": b"[" + new + b"]"}}}, edits
    return len(packets), {}, [*edits, *json_spans.appended(data, there, [new])]


def _without_labels(data: bytes, packet: Object) -> list[Edit]:
    found = gltf_xmp.properties(data, packet)
    labels = [one.member for one in found if holds_label(one.name, "")]
    return json_spans.changed(data, packet, {}, labels) if labels else []


def _ld_array(data: bytes, root: Object) -> Array | None:
    extension = _inner(data, _inner(data, root, "extensions"), EXTENSION)
    packets = extension.get("packets") if extension else None
    if packets is None or not json_spans.is_array(data, packets):
        return None
    return json_spans.array_at(data, packets.value)


def _ld_objects(data: bytes, root: Object) -> list[Object | None]:
    found = _ld_array(data, root)
    return [_object(data, span) for span in found.elements] if found else []


def _asset_packet(data: bytes, root: Object) -> int | None:
    """The number of the packet about the file itself, if there is one."""
    extensions = _inner(data, _inner(data, root, "asset"), "extensions")
    pointer = _inner(data, extensions, EXTENSION)
    member = pointer.get("packet") if pointer else None
    written = data[member.value : min(member.end, member.value + 8)] if member else b""
    packets = _ld_objects(data, root)
    number = int(written) if written.isdigit() else -1
    return number if 0 <= number < len(packets) and packets[number] else None


def _inner(data: bytes, owner: Object | None, name: str) -> Object | None:
    member = owner.get(name) if owner else None
    return _object(data, (member.value, member.end)) if member else None


def _object(data: bytes, span: Span) -> Object | None:
    return json_spans.object_at(data, span[0]) if data[span[0] : span[0] + 1] == b"{" else None


def _objects(data: bytes, root: Object, name: str) -> Iterator[Object]:
    member = root.get(name)
    if member is not None and json_spans.is_array(data, member):
        for span in json_spans.array_at(data, member.value).elements:
            found = _object(data, span)
            if found:
                yield found


GLTF = GltfCarrier()
GLB = GlbCarrier()
