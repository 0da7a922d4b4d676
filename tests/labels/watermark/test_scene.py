"""Marks in scenes: read after what tools that open and save a scene do to it, and hardly there."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import skimage.data
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from colophon.errors import ColophonError, TooSmallToMark
from colophon.labels.carriers import glb
from colophon.labels.carriers.gltf import GLB
from colophon.labels.watermark import scene
from colophon.labels.watermark.key import PUBLIC, MarkKey
from tests.labels.carriers.contract import packets_of, read, write

KEY = MarkKey(bytes(range(32)))
PAYLOAD, OTHER = 0xC0105F0DEADBEEF1, 0x0123456789ABCDEF
TURN = trimesh.transformations.random_rotation_matrix(np.array([0.1, 0.6, 0.3]))


def body(detail: int, seed: int = 1) -> trimesh.Trimesh:
    """A closed surface of no symmetry."""
    mesh = trimesh.creation.icosphere(subdivisions=detail)
    rng = np.random.default_rng(seed)
    swell = np.zeros(len(mesh.vertices))
    for number in range(12):
        way = rng.standard_normal(3)
        wave = (2 + number) * (mesh.vertices @ way) / np.linalg.norm(way)
        swell += np.sin(wave + rng.uniform(0, 6)) / (2 + number)
    mesh.vertices *= np.exp(0.5 * swell)[:, None] * np.array([1, 1.6, 0.8])
    return mesh


def panel(picture: Image.Image, form: str = "PNG") -> trimesh.Trimesh:
    """Two triangles under a picture."""
    buffer = io.BytesIO()
    picture.save(buffer, form)
    paint = trimesh.visual.material.PBRMaterial(baseColorTexture=Image.open(buffer))
    ends = [[0, 0], [1, 0], [1, 1], [0, 1]]
    return trimesh.Trimesh(
        [[*end, 0] for end in ends],
        [[0, 1, 2], [0, 2, 3]],
        visual=trimesh.visual.TextureVisuals(uv=ends, material=paint),
    )


def packed(*meshes: trimesh.Trimesh) -> bytes:
    whole = trimesh.Scene()
    for number, mesh in enumerate(meshes):
        place = trimesh.transformations.translation_matrix([3 * number, 0, 0])
        whole.add_geometry(mesh, node_name=f"n{number}", geom_name=f"g{number}", transform=place)
    return bytes(whole.export(file_type="glb"))


def loaded(data: bytes) -> trimesh.Scene:
    return trimesh.load_scene(io.BytesIO(data), file_type="glb")


@cache
def a_body() -> bytes:
    return packed(body(4))


@cache
def marked() -> bytes:
    return scene.embed(a_body(), PAYLOAD, KEY)


def corners(data: bytes) -> list[np.ndarray]:
    return [np.asarray(one.vertices) for one in loaded(data).geometry.values()]


def each(change: Callable[[trimesh.Trimesh], trimesh.Trimesh]) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        return packed(*(change(one) for one in loaded(data).geometry.values()))

    return changed


def plain(points: np.ndarray, faces: np.ndarray) -> trimesh.Trimesh:
    return trimesh.Trimesh(points, faces, process=False)


def shuffled(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    order = np.random.default_rng(1).permutation(len(mesh.vertices))
    faces = np.argsort(order)[mesh.faces]
    return plain(mesh.vertices[order], np.random.default_rng(2).permutation(faces))


def split(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    """Each triangle with corners of its own."""
    return plain(mesh.triangles.reshape(-1, 3), np.arange(mesh.faces.size).reshape(-1, 3))


def joined(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    merged = split(mesh)
    merged.merge_vertices()
    return merged


def quantised(bits: int) -> Callable[[trimesh.Trimesh], trimesh.Trimesh]:
    def change(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
        low = mesh.vertices.min(axis=0)
        step = np.ptp(mesh.vertices, axis=0).max() / (2**bits - 1)
        return plain(low + np.rint((mesh.vertices - low) / step) * step, mesh.faces)

    return change


def moved(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    points = mesh.vertices @ TURN[:3, :3].T * 12.5 + [4, -70, 2]
    return plain(points.astype(np.float32), mesh.faces)


def finer(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    return mesh.subdivide()


ROADS = {
    "saved again": each(lambda mesh: mesh),
    "other order": each(shuffled),
    "corners split": each(split),
    "corners joined": each(joined),
    "turned, scaled and moved": each(moved),
    "16 bits": each(quantised(16)),
    "14 bits": each(quantised(14)),
    "12 bits": each(quantised(12)),
}


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_a_mark_outlives_what_tools_do(road: Callable[[bytes], bytes]) -> None:
    found = scene.detect(road(marked()), KEY)
    assert found is not None
    assert found.payload == PAYLOAD
    assert found.confidence >= 1 - 1e-9


def test_a_finer_surface_keeps_the_mark() -> None:
    found = scene.detect(each(finer)(scene.embed(packed(body(5)), PAYLOAD, KEY)), KEY)
    assert found is not None and found.payload == PAYLOAD


def test_many_small_surfaces_carry_it_together_and_joined_into_one() -> None:
    data = scene.embed(packed(*(body(2, seed) for seed in range(10))), PAYLOAD, KEY)
    whole = loaded(data).to_mesh()
    for one in (data, packed(whole)):
        found = scene.detect(one, KEY)
        assert found is not None and found.payload == PAYLOAD


def test_a_surface_added_later_does_not_hide_it() -> None:
    one = next(iter(loaded(marked()).geometry.values()))
    found = scene.detect(packed(body(4, seed=9), one), KEY)
    assert found is not None and found.payload == PAYLOAD


def test_nobody_sees_it() -> None:
    (before,), (after,) = corners(a_body()), corners(marked())
    way = np.linalg.norm(after - before, axis=1) / np.linalg.norm(np.ptp(before, axis=0))
    assert 0 < way.max() <= 0.001 + 1e-6
    assert way.mean() < 0.0005
    normals = [next(iter(loaded(d).geometry.values())).face_normals for d in (a_body(), marked())]
    turned = np.degrees(np.arccos(np.clip((normals[0] * normals[1]).sum(axis=1), -1, 1)))
    assert turned.mean() < 0.5
    assert turned.max() < 8


def test_without_the_key_or_without_a_mark_there_is_nothing() -> None:
    assert scene.detect(marked(), PUBLIC) is None
    assert scene.detect(marked(), MarkKey(bytes(32))) is None
    for seed in range(4):
        assert scene.detect(packed(body(3, seed)), KEY) is None


def test_marking_again_replaces() -> None:
    found = scene.detect(scene.embed(marked(), OTHER, KEY), KEY)
    assert found is not None and found.payload == OTHER


def test_nothing_but_corners_and_their_bounds_changes() -> None:
    before, after = (glb.opened(io.BytesIO(one)) for one in (a_body(), marked()))
    old, new = json.loads(before.text), json.loads(after.text)
    for one in (*old["accessors"], *new["accessors"]):
        one.pop("min", None)
        one.pop("max", None)
    assert old == new
    view = new["bufferViews"][new["accessors"][position(new)]["bufferView"]]
    start, end = view.get("byteOffset", 0), view.get("byteOffset", 0) + view["byteLength"]
    chunks = [d[g.bin_start : g.bin_end] for d, g in ((a_body(), before), (marked(), after))]
    assert chunks[0][:start] == chunks[1][:start]
    assert chunks[0][end:] == chunks[1][end:]
    assert chunks[0][start:end] != chunks[1][start:end]


def position(tree: dict) -> int:
    return int(tree["meshes"][0]["primitives"][0]["attributes"]["POSITION"])


def test_bounds_are_those_of_the_corners() -> None:
    whole = glb.opened(io.BytesIO(marked()))
    tree = json.loads(whole.text)
    accessor = tree["accessors"][position(tree)]
    (points,) = corners(marked())
    assert accessor["min"] == pytest.approx(points.min(axis=0), rel=1e-7)
    assert accessor["max"] == pytest.approx(points.max(axis=0), rel=1e-7)


def test_a_label_in_the_file_stays() -> None:
    labelled = write(GLB, a_body(), packets_of(GLB.forms))
    after = scene.embed(labelled, PAYLOAD, KEY)
    assert read(GLB, after) == read(GLB, labelled) != []
    found = scene.detect(write(GLB, marked(), packets_of(GLB.forms)), KEY)
    assert found is not None and found.payload == PAYLOAD


def test_open_edges_stay_where_they_are() -> None:
    half = body(4)
    half.update_faces(half.triangles_center[:, 0] > 0)
    half.remove_unreferenced_vertices()
    data = packed(half)
    (before,), (after,) = corners(data), corners(scene.embed(data, PAYLOAD, KEY))
    edges = np.sort(half.edges, axis=1)
    _, first, times = np.unique(edges, axis=0, return_index=True, return_counts=True)
    rim = np.unique(edges[first[times == 1]])
    assert len(rim) > 20
    assert np.array_equal(before[rim], after[rim])
    assert not np.array_equal(before, after)


def whole_numbers(mesh: trimesh.Trimesh) -> bytes:
    """A GLB whose corners are kept in 16 bits each (KHR_mesh_quantization)."""
    low, size = mesh.vertices.min(axis=0), np.ptp(mesh.vertices, axis=0).max()
    points = np.zeros((len(mesh.vertices), 4), "<u2")
    points[:, :3] = np.rint((mesh.vertices - low) / size * 65535)
    faces = mesh.faces.astype("<u4").tobytes()
    accessor = {"bufferView": 0, "componentType": 5123, "normalized": True, "type": "VEC3"}
    accessor |= {"count": len(points)}
    accessor |= {"min": points.min(0)[:3].tolist(), "max": points.max(0)[:3].tolist()}
    ends = {"bufferView": 1, "componentType": 5125, "count": mesh.faces.size, "type": "SCALAR"}
    views = [
        {"buffer": 0, "byteLength": points.nbytes, "byteStride": 8},
        {"buffer": 0, "byteOffset": points.nbytes, "byteLength": len(faces)},
    ]
    tree = {
        "asset": {"version": "2.0"},
        "extensionsUsed": ["KHR_mesh_quantization"],
        "extensionsRequired": ["KHR_mesh_quantization"],
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "scale": [float(size)] * 3, "translation": low.tolist()}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [accessor, ends],
        "bufferViews": views,
        "buffers": [{"byteLength": points.nbytes + len(faces)}],
    }
    return glb_of(tree, points.tobytes() + faces)


def glb_of(tree: dict, chunk: bytes) -> bytes:
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    chunk += bytes(-len(chunk) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text
    body += struct.pack("<II", len(chunk), 0x004E4942) + chunk
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def test_corners_kept_as_whole_numbers() -> None:
    data = whole_numbers(body(4))
    after = scene.embed(data, PAYLOAD, KEY)
    assert len(after) >= len(data) - 64
    for one in (after, ROADS["14 bits"](after)):
        found = scene.detect(one, KEY)
        assert found is not None and found.payload == PAYLOAD


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_texture_carries_it_where_corners_cannot(form: str) -> None:
    data = packed(panel(Image.fromarray(skimage.data.astronaut()), form))
    after = scene.embed(data, PAYLOAD, KEY)
    for one in (after, each(re_encoded)(after)):
        found = scene.detect(one, KEY)
        assert found is not None and found.payload == PAYLOAD
    assert scene.detect(data, KEY) is None


def re_encoded(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    return panel(mesh.visual.material.baseColorTexture.convert("RGB").resize((400, 400)), "JPEG")


def test_transparency_of_a_texture_stays() -> None:
    picture = Image.fromarray(skimage.data.coffee())
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    data = packed(body(3), panel(picture))
    after = scene.embed(data, PAYLOAD, KEY)
    old, new = (texture(one) for one in (data, after))
    assert new.mode == "RGBA"
    assert np.array_equal(np.asarray(old)[..., 3], np.asarray(new)[..., 3])
    assert not np.array_equal(np.asarray(old)[..., :3], np.asarray(new)[..., :3])
    for one, other in zip(corners(data), corners(after), strict=True):
        assert np.allclose(one, other, atol=0.01)


def texture(data: bytes) -> Image.Image:
    (painted,) = (one for one in loaded(data).geometry.values() if len(one.vertices) == 4)
    return painted.visual.material.baseColorTexture


@pytest.mark.parametrize(
    "mesh",
    [
        trimesh.creation.box(),
        trimesh.creation.icosphere(subdivisions=5),
        panel(Image.new("RGB", (16, 16), "red")),
        body(1),
    ],
    ids=["box", "sphere", "speck of a texture", "42 corners"],
)
def test_what_cannot_carry_a_mark_says_so(mesh: trimesh.Trimesh) -> None:
    data = packed(mesh)
    with pytest.raises(TooSmallToMark):
        scene.embed(data, PAYLOAD, KEY)
    assert scene.detect(data, KEY) is None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_have_an_error_with_a_name(data: st.DataObject) -> None:
    damaged = bytearray(small())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(12, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    kept = data.draw(st.sampled_from([len(damaged), len(damaged) - 7]))
    for work in (lambda one: scene.detect(one, KEY), lambda one: scene.embed(one, PAYLOAD, KEY)):
        try:
            work(bytes(damaged[:kept]))
        except ColophonError as error:
            assert error.code


@cache
def small() -> bytes:
    """Mostly JSON, so that damage meets it."""
    return packed(trimesh.creation.box(), panel(Image.new("RGB", (8, 8), "navy")))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("accessors", "count"), 10**9),
        (("accessors", "byteOffset"), -4),
        (("accessors", "bufferView"), 99),
        (("accessors", "componentType"), 5120),
        (("bufferViews", "byteLength"), 2**41),
        (("bufferViews", "byteStride"), 1),
        (("bufferViews", "buffer"), 3),
        (("meshes", "primitives"), {"attributes": []}),
        (("meshes", "primitives"), [{"attributes": {"POSITION": "0"}}] * 3),
    ],
)
def test_numbers_that_lie(place: tuple[str, str], value: object) -> None:
    whole = glb.opened(io.BytesIO(a_body()))
    tree = json.loads(whole.text)
    for one in tree[place[0]]:
        one[place[1]] = value
    data = glb_of(tree, a_body()[whole.bin_start : whole.bin_end])
    with pytest.raises(ColophonError):
        scene.embed(data, PAYLOAD, KEY)
