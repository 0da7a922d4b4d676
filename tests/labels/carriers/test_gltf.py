"""glTF and GLB: one label in two places, geometry and neighbours untouched."""

from __future__ import annotations

import base64
import io
import json
import struct
import subprocess
from functools import cache
from pathlib import Path

import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import gathering, xmp
from colophon.labels.carriers import glb, json_spans, recognise
from colophon.labels.carriers.edits import applied
from colophon.labels.carriers.gltf import GLB, GLTF
from colophon.labels.carriers.packet import Carrier
from tests.labels.carriers.contract import (
    LABEL,
    OTHER_LABEL,
    CarrierContract,
    packets_of,
    read,
    write,
)

PLACES = [GLTF.standard_place(form) for form in GLTF.forms]
PLAIN = {"asset": {"version": "2.0"}, "scenes": [{"nodes": []}], "scene": 0}
LD = "KHR_xmp_json_ld"
FULL = {
    "asset": {
        "version": "2.0",
        "generator": "a tool",
        "extras": {"author": "somebody", "n": 1.50},
        "extensions": {LD: {"packet": 1}},
    },
    "extensionsUsed": ["KHR_materials_unlit", LD],
    "extensions": {
        LD: {
            "packets": [
                {"@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:title": "part"},
                {
                    "@context": {"dc": "http://purl.org/dc/elements/1.1/"},
                    "@id": "",
                    "dc:title": {"@language": "zh", "@value": "标题"},
                },
            ]
        },
        "KHR_lights_punctual": {"lights": []},
    },
    "scenes": [{"nodes": [], "extras": {"x": [1, 2]}}],
}


@cache
def boxes() -> trimesh.Scene:
    scene = trimesh.Scene()
    scene.add_geometry(trimesh.creation.box((1, 2, 3)), node_name="box")
    moved = trimesh.transformations.translation_matrix((4, 0, 0))
    scene.add_geometry(trimesh.creation.icosphere(1), node_name="ball", transform=moved)
    return scene


@cache
def a_glb() -> bytes:
    return bytes(boxes().export(file_type="glb"))


@cache
def a_gltf() -> bytes:
    """One file: its buffer in a data URI."""
    parts = boxes().export(file_type="gltf")
    document = json.loads(parts["model.gltf"])
    for buffer in document["buffers"]:
        data = base64.b64encode(parts[buffer["uri"]]).decode()
        buffer["uri"] = f"data:application/octet-stream;base64,{data}"
    return json.dumps(document, indent=2).encode()


def packed(text: bytes, binary: bytes | None = None, pad: bytes = b" ") -> bytes:
    text += pad * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text
    if binary is not None:
        body += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def geometry(data: bytes, kind: str) -> object:
    """What trimesh loads: every mesh's corners and faces, every transform."""
    scene = trimesh.load_scene(io.BytesIO(data), file_type=kind)
    return {
        name: (mesh.vertices.tolist(), mesh.faces.tolist())
        for name, mesh in sorted(scene.geometry.items())
    }, {name: scene.graph[name][0].tolist() for name in sorted(scene.graph.nodes_geometry)}


def bare(document: dict[str, object]) -> object:
    """A document without what a label adds; what is empty then counts as not there."""
    text = json.loads(json.dumps(document))
    text["asset"].get("extras", {}).pop("AIGC", None)
    text["asset"].get("extensions", {}).pop(LD, None)
    packets = text.get("extensions", {}).pop(LD, {}).get("packets", [])
    for one in packets:
        one.pop("TC260:AIGC", None)
        one.get("@context", {}).pop("TC260", None)
    kept = [one for one in packets if set(one) - {"@context", "@id"}]
    used = [one for one in text.pop("extensionsUsed", []) if one != LD]
    for owner, key in ((text["asset"], "extras"), (text["asset"], "extensions")):
        if not owner.get(key):
            owner.pop(key, None)
    if not text.get("extensions"):
        text.pop("extensions", None)
    return text, kept, used


class TestGltf(CarrierContract):
    carrier = GLTF

    def samples(self) -> list[bytes]:
        return [
            a_gltf(),
            json.dumps(PLAIN).encode(),
            b"\xef\xbb\xbf" + json.dumps(PLAIN, indent="\t").encode() + b"\r\n",
            json.dumps(FULL, ensure_ascii=False, separators=(",", ":")).encode(),
            b'{"asset":{"version":"2.0","extras":null,"extensions":{}},"extensionsUsed":[]}',
            b'{"asset":{ } , "extensions":{"KHR_xmp_json_ld":{"packets":[ ]}}}',
        ]

    def payload(self, data: bytes) -> object:
        loaded = json.loads(data.decode("utf-8-sig"))
        if loaded["asset"].get("extras", 0) is None:
            del loaded["asset"]["extras"]
        return bare(loaded), geometry(data, "gltf") if "meshes" in loaded else None

    def replaced(self, sample: bytes) -> int:
        return 4 if b"null" in sample else 1

    def same(self, written: bytes, found: bytes) -> bool:
        if written.startswith(b"{"):
            return written == found
        return xmp.read(written).aigc[0].value == xmp.read(found).aigc[0].value


class TestGlb(CarrierContract):
    carrier = GLB
    same = TestGltf.same

    def samples(self) -> list[bytes]:
        return [
            a_glb(),
            packed(json.dumps(PLAIN).encode()),
            packed(json.dumps(FULL).encode(), b"12345678", pad=b"\0"),
        ]

    def payload(self, data: bytes) -> object:
        size = int.from_bytes(data[12:16], "little")
        assert size % 4 == 0
        assert len(data) == int.from_bytes(data[8:12], "little")
        loaded = json.loads(data[20 : 20 + size].rstrip(b"\0 "))
        return bare(loaded), data[20 + size :], geometry(data, "glb") if "meshes" in loaded else 0

    def replaced(self, sample: bytes) -> int:
        """Two lengths, and the padding behind the JSON: trimesh puts more there than is due."""
        del sample
        return 8 + 4


BOTH: list[tuple[Carrier, bytes]] = [
    *((GLTF, one) for one in TestGltf().samples()),
    *((GLB, one) for one in TestGlb().samples()),
]


@pytest.mark.parametrize(("carrier", "sample"), BOTH)
def test_the_way_there_and_back(carrier: Carrier, sample: bytes) -> None:
    one, other = (packets_of(GLTF.forms, label) for label in (LABEL, OTHER_LABEL))
    first = write(carrier, sample, one)
    assert write(carrier, write(carrier, first, other), one) == first


@pytest.mark.parametrize(("carrier", "sample"), BOTH)
def test_two_places_are_one_label(carrier: Carrier, sample: bytes) -> None:
    found = gathering.layer(read(carrier, write(carrier, sample, packets_of(GLTF.forms))), PLACES)
    assert (found.count, found.deviations, found.produce_id) == (1, (), "p-1")


def test_the_places_are_those_of_the_extension() -> None:
    out = json.loads(write(GLTF, json.dumps(FULL).encode(), packets_of(GLTF.forms)))
    assert out["asset"]["extras"]["AIGC"] == json.loads(LABEL)
    assert out["asset"]["extras"]["author"] == "somebody"
    assert out["asset"]["extensions"][LD] == {"packet": 1}
    packet = out["extensions"][LD]["packets"][1]
    assert packet["@context"]["TC260"] == xmp.NAMESPACE
    assert packet["TC260:AIGC"] == LABEL.decode()
    assert packet["dc:title"] == {"@language": "zh", "@value": "标题"}
    assert out["extensionsUsed"].count(LD) == 1


def test_a_first_packet_is_announced() -> None:
    out = json.loads(write(GLTF, json.dumps(PLAIN).encode(), packets_of(GLTF.forms)))
    assert out["extensionsUsed"] == [LD]
    number = out["asset"]["extensions"][LD]["packet"]
    assert out["extensions"][LD]["packets"][number]["@id"] == ""


def test_the_source_type_crosses_over_and_back() -> None:
    kind = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    packet = xmp.write(None, LABEL.decode(), kind, system=("model & co", "1.0"))
    data = write(GLTF, json.dumps(FULL).encode(), {"aigc": LABEL, "xmp": packet})
    ld = json.loads(data)["extensions"][LD]["packets"][1]
    assert ld["Iptc4xmpExt:DigitalSourceType"] == kind
    assert ld["Iptc4xmpExt:AISystemUsed"] == "model & co"
    (found,) = [one for one in read(GLTF, data) if one.form == "xmp"]
    assert xmp.read(found.data).digital_source_type == kind
    again = xmp.write(found.data, LABEL.decode(), kind)
    assert write(GLTF, data, {"aigc": LABEL, "xmp": again}) == data


VALUES = [json.dumps(OTHER_LABEL.decode()), OTHER_LABEL.decode()]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"asset":{"AIGC":%s,"version":"2.0"}}', "gltf:asset.AIGC"),
        ('{"asset":{"extras":{"a":1,"vendor":%s}}}', "gltf:asset.extras.vendor"),
        ('{"extras":{"aigc":%s},"asset":{}}', "gltf:extras.aigc"),
        ('{"AIGC":%s,"asset":{}}', "gltf:AIGC"),
        ('{"asset":{},"scenes":[{"extras":{"AIGC":%s,"b":2}}]}', "gltf:scenes.extras.AIGC"),
        ('{"asset":{"extras":{"AIGC":%s}}}', "gltf:asset.extras.AIGC"),
    ],
)
def test_labels_in_other_fields_are_read_and_give_way(text: str, place: str, value: str) -> None:
    data = (text % value).encode()
    (packet,) = read(GLTF, data)
    assert (packet.form, packet.place, packet.data) == ("aigc", place, OTHER_LABEL)
    out = write(GLTF, data, packets_of(GLTF.forms))
    assert b"another-number-22" not in out
    assert [one.place for one in read(GLTF, out)] == PLACES


@pytest.mark.parametrize(
    "packet",
    [
        {"@context": {"a": xmp.NAMESPACE}, "a:AIGC": OTHER_LABEL.decode()},
        {xmp.NAMESPACE + "AIGC": OTHER_LABEL.decode()},
        {"@context": "http://example.com/context", "TC260:AIGC": {"@value": OTHER_LABEL.decode()}},
        {"@context": {"TC260": "http://other.example/"}, "TC260:AIGC": OTHER_LABEL.decode()},
    ],
)
@pytest.mark.parametrize("pointed", [True, False])
def test_other_json_ld_is_read_and_replaced(packet: dict[str, object], pointed: bool) -> None:
    extensions = {LD: {"packet": 0}} if pointed else {}
    document = {"asset": {"extensions": extensions}, "extensions": {LD: {"packets": [packet]}}}
    data = json.dumps(document).encode()
    (found,) = read(GLTF, data)
    assert gathering.layer([found], PLACES).produce_id == "another-number-22"
    out = write(GLTF, data, packets_of(GLTF.forms))
    assert b"another-number-22" not in out
    layer = gathering.layer(read(GLTF, out), PLACES)
    assert (layer.count, layer.deviations, layer.produce_id) == (1, (), "p-1")
    assert write(GLTF, out, packets_of(GLTF.forms)) == out


def test_only_what_is_added_differs() -> None:
    data = json.dumps(FULL, indent=3).encode()
    pieces = GLTF.write(io.BytesIO(data), packets_of(GLTF.forms))
    kept = b"".join(data[one.start : one.end] for one in pieces if hasattr(one, "start"))
    assert kept == data


def test_bad_files_are_named() -> None:
    packets = packets_of(GLTF.forms)
    version_1 = b"glTF" + struct.pack("<4I", 1, 24, 4, 0) + b"{}  "
    for carrier, data, error in (
        (GLB, version_1, MalformedFile),
        (GLB, a_glb()[:100], TruncatedFile),
        (GLB, packed(b"{}"), MalformedFile),
        (GLTF, b"{}", MalformedFile),
        (GLTF, b'{"asset":[]}', MalformedFile),
        (GLTF, b'{"asset":{"extras":"words"}}', MalformedFile),
        (GLTF, b'{"asset":{}} more', MalformedFile),
        (GLTF, b'{"asset":{}', TruncatedFile),
        (GLTF, b"words", MalformedFile),
        (GLTF, b"\xff\xfe{\0}\0", MalformedFile),
    ):
        with pytest.raises(error):
            write(carrier, data, packets)


def test_hostile_json_ends_soon() -> None:
    packets = packets_of(GLTF.forms)
    for data in (
        b'{"asset":' + b"[" * 100_000,
        b'{"asset":{"a":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_002,
        b'{"asset":{},"x":[' + b"[]," * 1_500_000 + b"[]]}",
        b'{"asset":{}' + b',"x":1' * 150_000 + b"}",
        b'{"asset":{"extras":{"AIGC":"' + b"\\" * 99_999,
    ):
        with pytest.raises((MalformedFile, TooLarge, TruncatedFile)):
            write(GLTF, data, packets)


def test_a_large_glb_costs_its_json_only(tmp_path: Path) -> None:
    path = tmp_path / "large.glb"
    size = 1 << 31
    text = b'{"asset":{"version":"2.0"},"buffers":[{"byteLength":%d}]}' % size
    head = packed(text, b"")
    length = struct.pack("<I", len(head) + size)
    with path.open("wb") as out:
        out.write(head[:8] + length + head[12:-8] + struct.pack("<I4s", size, b"BIN\0"))
        out.truncate(len(head) + size)
    with path.open("rb") as source:
        pieces = GLB.write(source, packets_of(GLB.forms))
    assert sum(len(one.data) for one in pieces if hasattr(one, "data")) < 2000


def test_recognised_by_name_and_by_bytes() -> None:
    assert recognise(io.BytesIO(a_glb()), "x.glb").media_type == "model/gltf-binary"  # type: ignore[union-attr]
    assert recognise(io.BytesIO(a_gltf()), "x.gltf").media_type == "model/gltf+json"  # type: ignore[union-attr]


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_json(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(write(GLTF, json.dumps(FULL).encode(), packets_of(GLTF.forms)))
    command = ["exiftool", "-j", "-struct", str(path)]
    (found,) = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    asset = found.get("Asset") or {}
    assert json.dumps(asset).count("p-1") == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(
    st.dictionaries(st.text(max_size=6), JSON, max_size=5),
    st.dictionaries(st.text(max_size=6), JSON, max_size=3),
    st.sets(st.integers(0, 4)),
    st.sampled_from([None, 0, 2]),
    st.booleans(),
)
def test_members_change_as_in_a_dictionary(
    document: dict[str, object], values: dict[str, object], gone: set[int], indent: int | None,
    ascii_only: bool,
) -> None:  # fmt: skip
    data = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    )
    root = json_spans.root(data)
    assert [one.name for one in root.members] == list(document)
    drops = [one for place, one in enumerate(root.members) if place in gone]
    written = {name: json.dumps(value).encode() for name, value in values.items()}
    out = applied(data, json_spans.changed(data, root, written, drops))
    dropped = {one.name for one in drops}
    kept = {name: value for name, value in document.items() if name not in dropped}
    assert json.loads(out.decode("utf-8", "surrogatepass")) == kept | values


def test_the_binary_chunk_is_the_same_where_it_now_stands() -> None:
    labelled = write(GLB, a_glb(), packets_of(GLB.forms))
    whole = glb.opened(io.BytesIO(labelled))
    before = glb.opened(io.BytesIO(a_glb()))
    assert labelled[whole.bin_start : whole.bin_end] == a_glb()[before.bin_start : before.bin_end]
