"""The explicit label of a scene: a plate that start views show, and nothing else changed."""

from __future__ import annotations

import io
import itertools
import json
import math
import random
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image

from colophon.errors import (
    ColophonError,
    EmptyFile,
    MalformedFile,
    TooLarge,
    TruncatedFile,
    WordingNotCompliant,
)
from colophon.labels.carriers import glb
from colophon.labels.carriers.gltf import GLB
from colophon.labels.explicit import contrast, scene, scene_document, scene_finding, scene_plate
from colophon.labels.model import ExplicitLayer, ExplicitWritten
from colophon.provisions import parameters
from tests.labels.carriers.contract import LABEL, XMP, write
from tests.labels.carriers.test_gltf import a_glb, a_gltf, packed

GLB_TYPE, GLTF_TYPE = "model/gltf-binary", "model/gltf+json"
LEAST = float(parameters.value("explicit.scene.min_height_ratio"))
TURN = [0, math.sin(math.pi / 4), 0, math.cos(math.pi / 4)]
DEEP = {"type": "perspective", "perspective": {"yfov": 0.8, "znear": 0.1, "zfar": 50}}
FLAT = {"type": "orthographic", "orthographic": {"xmag": 4, "ymag": 2, "znear": 0, "zfar": 99}}


def labelled(
    folder: Path, data: bytes, kind: str = GLB_TYPE, position: str = "auto", text: str | None = None
) -> tuple[bytes, ExplicitWritten]:
    source, target = folder / "source", folder / "target"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    written = scene.apply_file(source, target, kind, wording=text, lang="zh", position=position)
    assert written is not None
    return target.read_bytes(), written


def tree_of(data: bytes) -> dict[str, Any]:
    text = glb.opened(io.BytesIO(data)).text if data.startswith(b"glTF") else data
    return dict(json.loads(text))


def with_cameras(*nodes: dict[str, Any], cameras: tuple[dict[str, Any], ...] = (DEEP, FLAT),
                 **more: Any) -> bytes:  # fmt: skip
    """A box of 2 x 2 x 2 around the origin, without a texture, and cameras."""
    whole = glb.opened(io.BytesIO(trimesh.creation.box((2, 2, 2)).export(file_type="glb")))
    tree = json.loads(whole.text) | {"cameras": list(cameras)} | more
    first = len(tree["nodes"])
    tree["nodes"] += nodes
    below = {child for node in nodes for child in node.get("children", [])}
    roots = [n for n in range(first, first + len(nodes)) if n not in below]
    tree["scenes"][0]["nodes"] += roots
    data = trimesh.creation.box((2, 2, 2)).export(file_type="glb")
    return packed(json.dumps(tree).encode(), data[whole.bin_start : whole.bin_end])


def found_in(data: bytes, kind: str = GLB_TYPE) -> ExplicitLayer:
    found = scene_finding.in_scene(io.BytesIO(data), kind)
    assert found is not None
    return found


# --- a camera of the test's own: what a viewer would draw -----------------------------------


def transform(node: dict[str, Any]) -> Any:
    if "matrix" in node:
        return np.array(node["matrix"]).reshape(4, 4).T
    x, y, z, w = node.get("rotation", [0, 0, 0, 1])
    matrix = trimesh.transformations.quaternion_matrix([w, x, y, z])
    matrix[:3, :3] *= np.array(node.get("scale", [1, 1, 1]))
    matrix[:3, 3] = node.get("translation", [0, 0, 0])
    return matrix


def worlds(tree: dict[str, Any]) -> dict[int, Any]:
    found: dict[int, Any] = {}

    def go(number: int, above: Any) -> None:
        found[number] = above @ transform(tree["nodes"][number])
        for child in tree["nodes"][number].get("children", []):
            go(child, found[number])

    for root in tree["scenes"][tree.get("scene", 0)]["nodes"]:
        go(root, np.eye(4))
    return found


def ink_rows(data: bytes, tree: dict[str, Any]) -> tuple[float, float]:
    """Top and bottom of the ink in the plate's picture, as shares of its height."""
    (image,) = [one for one in tree["images"] if one["name"] == scene_document.NAME]
    view = tree["bufferViews"][image["bufferView"]]
    start = glb.opened(io.BytesIO(data)).bin_start + view["byteOffset"]
    picture = Image.open(io.BytesIO(data[start : start + view["byteLength"]]))
    assert picture.format == "PNG"
    dark = np.asarray(picture.convert("L")) < 128
    rows = np.flatnonzero(dark.any(axis=1))
    return rows[0] / len(dark), (rows[-1] + 1) / len(dark)


def drawn(data: bytes, camera_node: int, plate_name: str, window: float) -> tuple[float, Any]:
    """Ink height as a share of the shortest side, and the plate's corners, -1 to 1, in a window of
    this shape, by the projection matrices of the specification."""
    tree = tree_of(data)
    world = worlds(tree)
    (plate,) = [n for n, one in enumerate(tree["nodes"]) if one.get("name") == plate_name]
    camera = tree["cameras"][tree["nodes"][camera_node]["camera"]]
    rotation = world[camera_node][:3, :3] / np.linalg.norm(world[camera_node][:3, :3], axis=0)
    accessor = tree["accessors"][
        tree["meshes"][tree["nodes"][plate]["mesh"]]["primitives"][0]["attributes"]["POSITION"]
    ]
    (left, bottom, _), (right, top, _) = accessor["min"], accessor["max"]
    first, last = ink_rows(data, tree)
    points = [(left, bottom), (right, top), (0, top - first), (0, top - last)]
    seen = []
    for x, y in points:
        at = (world[plate] @ [x, y, 0, 1])[:3]
        near = rotation.T @ (at - world[camera_node][:3, 3])
        if camera["type"] == "perspective":
            lens = camera["perspective"]
            assert lens["znear"] <= -near[2] <= lens.get("zfar", math.inf)
            high = -near[2] * math.tan(lens["yfov"] / 2)
            wide = high * window
        else:
            wide, high = camera["orthographic"]["xmag"], camera["orthographic"]["ymag"]
            window = wide / high
        seen.append((near[0] / wide, near[1] / high))
    ink = abs(seen[2][1] - seen[3][1]) / 2
    return ink / min(1.0, window), np.array(seen[:2])


def beside(data: bytes, camera_node: int, window: float) -> Any:
    """Where a scene's camera sees the plate that stands before the whole, if it does."""
    try:
        return drawn(data, camera_node, FRONT, window)[1]
    except AssertionError:
        return None


def overlap(one: Any, other: Any) -> bool:
    low, high = np.maximum(one.min(0), other.min(0)), np.minimum(one.max(0), other.max(0))
    return bool((low < high).all())


def front(tree: dict[str, Any]) -> int:
    (number,) = [n for n, one in enumerate(tree["nodes"]) if one.get("name") == scene_document.VIEW]
    return number


FRONT = f"{scene_document.PLATE}-front"


def same_but_more(old: Any, new: Any) -> bool:
    """Whether all of an old document is in a new one, in its place."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(same_but_more(old[k], new.get(k)) for k in old)
    if isinstance(old, list):
        return len(old) <= len(new) and all(map(same_but_more, old, new))
    return bool(old == new)


@pytest.mark.parametrize("window", [0.6, 1.0, 16 / 9, 3.0])
def test_the_start_view_shows_the_words_at_its_lower_edge(tmp_path: Path, window: float) -> None:
    data, written = labelled(tmp_path, a_glb())
    ink, ((left, bottom), (right, top)) = drawn(data, front(tree_of(data)), FRONT, window)
    assert ink >= LEAST
    assert (written.text, written.where) == ("AI生成", "bottom")
    assert -1 < bottom < -0.9 < top < -0.7
    assert -1 < left < 0 < right < 1


@pytest.mark.parametrize(
    "sizes", [(1, 1, 1), (100, 1, 1), (1, 100, 1), (1, 1, 100), (1e-4, 2e-4, 1e-4), (1e6, 1e6, 1)]
)
def test_whoever_frames_the_whole_sees_it_too(
    tmp_path: Path, sizes: tuple[float, float, float]
) -> None:
    """Viewers without cameras: the bounding sphere of all that is there, from the front."""
    source = trimesh.creation.box(sizes).export(file_type="glb")
    data, _ = labelled(tmp_path, bytes(source))
    loaded = trimesh.load_scene(io.BytesIO(data), file_type="glb")
    low, high = loaded.bounds
    radius, middle = np.linalg.norm(high - low) / 2, (low + high) / 2
    before = np.linalg.norm(sizes) / 2
    assert radius <= before * 1.35
    tree = tree_of(data)
    (node,) = [one for one in tree["nodes"] if one.get("name") == FRONT]
    size, at = node["matrix"][0], np.array(node["matrix"][12:15])
    first, last = ink_rows(data, tree)
    for fov in (0.5, math.pi / 4, 1.0):
        away = radius / math.sin(fov / 2) - (at[2] - middle[2])
        view = 2 * away * math.tan(fov / 2)
        assert size * (last - first) / view >= LEAST
        assert abs(at[1] - middle[1]) + size / 2 <= view / 2
    assert math.isclose(at[1] - size / 2, low[1], rel_tol=1e-5)


@pytest.mark.parametrize("position", ["bottom-right", "top-left", "top", "bottom-left"])
def test_a_place_asked_for_is_taken(tmp_path: Path, position: str) -> None:
    node = {"camera": 0, "translation": [0, 0, 6]}
    wide = json.loads(json.dumps(DEEP))
    wide["perspective"]["aspectRatio"] = 1.5
    data, written = labelled(tmp_path, with_cameras(node, cameras=(wide,)), position=position)
    number = next(n for n, one in enumerate(tree_of(data)["nodes"]) if "camera" in one)
    ink, corners = drawn(data, number, f"{scene_document.PLATE}-{number}", 1.5)
    assert written.where == position == found_in(data).where
    assert ink >= LEAST
    assert np.abs(corners).max() <= 1
    x, y = corners.mean(axis=0)
    assert (y > 0.6) == position.startswith("top")
    assert (x > 0.5) == position.endswith("right")
    assert (x < -0.5) == position.endswith("left")


CAMERAS: dict[str, tuple[dict[str, Any], ...]] = {
    "before": ({"camera": 0, "translation": [0, 0, 6]},),
    "within": ({"camera": 0, "translation": [0.2, 0, 0.3], "rotation": TURN},),
    "looking away": ({"camera": 0, "translation": [0, 0, -6]},),
    "parallel": ({"camera": 1, "translation": [0, 3, 20]},),
    "scaled": (
        {"children": [2], "scale": [3, 3, 3], "rotation": TURN, "translation": [1, 2, 3]},
        {"camera": 0, "translation": [0, 1, 4], "scale": [0.5, 0.5, 0.5]},
    ),
    "scaled unevenly": (
        {"children": [2], "scale": [3, 1, 0.2]},
        {"camera": 0, "translation": [0, 1, 40]},
    ),
    "far": ({"camera": 0, "translation": [0, 0, 500]},),
}


@pytest.mark.parametrize("kind", CAMERAS)
@pytest.mark.parametrize("animated", [False, True])
def test_every_camera_shows_a_plate(tmp_path: Path, kind: str, animated: bool) -> None:
    first = len(tree_of(with_cameras())["nodes"])
    nodes = json.loads(json.dumps(CAMERAS[kind]).replace("[2]", f"[{first + 1}]"))
    number = first + next(n for n, one in enumerate(nodes) if "camera" in one)
    shift = {"target": {"node": number, "path": "translation"}, "sampler": 0}
    more = {"animations": [{"channels": [shift], "samplers": []}]} if animated else {}
    source = with_cameras(*nodes, **more)
    data, _ = labelled(tmp_path, source)
    for window in (0.8, 1.0, 2.0):
        ink, corners = drawn(data, number, f"{scene_document.PLATE}-{number}", window)
        assert ink >= LEAST * 0.999
        assert np.abs(corners).max() <= 1
        assert corners[0][1] < -0.8
        other = beside(data, number, window)
        assert other is None or not overlap(corners, other)
    own = drawn(data, front(tree_of(data)), FRONT, 1.0)[1]
    assert np.abs(own).max(axis=1).min() > 0.6
    tree = tree_of(data)
    name = f"{scene_document.PLATE}-{number}"
    plate = next(n for n, one in enumerate(tree["nodes"]) if one.get("name") == name)
    assert (plate in tree["nodes"][number].get("children", [])) == animated
    assert same_but_more(tree_of(source)["nodes"][number], tree["nodes"][number])
    found = found_in(data)
    assert found.legible
    assert found.where in {"bottom", "top"}


def test_what_was_there_stays(tmp_path: Path) -> None:
    source = with_cameras({"camera": 0, "translation": [0, 0, 6], "name": "mine"})
    data, _ = labelled(tmp_path, source)
    old, new = tree_of(source), tree_of(data)
    for one in (old, new):
        one["buffers"][0].pop("byteLength")
    assert same_but_more(old, new)
    before, after = (glb.opened(io.BytesIO(one)) for one in (source, data))
    held = source[before.bin_start : before.bin_end]
    assert data[after.bin_start : after.bin_end].startswith(held)
    assert new["extensionsUsed"] == ["KHR_materials_unlit"]
    assert "extensionsRequired" not in new


@pytest.mark.parametrize(("kind", "source"), [(GLB_TYPE, a_glb()), (GLTF_TYPE, a_gltf())])
def test_trimesh_loads_the_same_and_the_plate(tmp_path: Path, kind: str, source: bytes) -> None:
    data, _ = labelled(tmp_path, source, kind)
    name = "glb" if kind == GLB_TYPE else "gltf"
    old, new = (
        trimesh.load_scene(io.BytesIO(one), file_type=name, process=False) for one in (source, data)
    )
    assert set(new.geometry) - set(old.geometry) == {scene_document.NAME}
    for mesh in old.geometry:
        assert np.array_equal(old.geometry[mesh].vertices, new.geometry[mesh].vertices)
        assert np.array_equal(old.geometry[mesh].faces, new.geometry[mesh].faces)
    plate = new.geometry[scene_document.NAME]
    picture = np.asarray(plate.visual.material.baseColorTexture.convert("RGB"))
    assert np.array_equal(picture, scene_plate.picture("AI生成"))
    assert np.allclose(plate.face_normals, [0, 0, 1])
    upper = plate.visual.uv[plate.vertices[:, 1] > 0]
    # trimesh turns the picture's axis: its top is 1.
    assert (upper[:, 1] == 1).all()


@pytest.mark.parametrize(("kind", "source"), [(GLB_TYPE, a_glb()), (GLTF_TYPE, a_gltf()),
    (GLB_TYPE, with_cameras({"camera": 0, "translation": [0, 0, 6]})),
    (GLB_TYPE, packed(b'{"asset":{"version":"2.0"},"scenes":[{}]}')),
    (GLB_TYPE, packed(b'{"asset":{"version":"2.0"},"buffers":[{"byteLength":1,"uri":"a.bin"}],'
                      b'"scenes":[{"nodes":[]}]}'))])  # fmt: skip
def test_again_is_once(tmp_path: Path, kind: str, source: bytes) -> None:
    once, _ = labelled(tmp_path, source, kind)
    assert labelled(tmp_path, once, kind)[0] == once
    other, written = labelled(tmp_path, once, kind, text="AI 合成的场景", position="top")
    assert found_in(other, kind).text == written.text == "AI 合成的场景"
    assert json.dumps(tree_of(other)).count("explicitLabel") == json.dumps(tree_of(once)).count(
        "explicitLabel"
    )
    assert labelled(tmp_path, other, kind)[0] == once


def test_the_words_are_legible() -> None:
    plate = scene_plate.drawn("AI生成")
    pixels = scene_plate.picture("AI生成").reshape(-1, 3).astype(np.float32) / 255
    light = contrast.luminance(pixels)
    reached = contrast.ratio(float(light.max()), float(light.min()))
    assert reached >= float(parameters.value("explicit.min_contrast"))
    assert plate.contrast == pytest.approx(reached, abs=0.1)


def test_both_labels_on_one_file(tmp_path: Path) -> None:
    data, _ = labelled(tmp_path, a_glb())
    packets = {"aigc": LABEL, "xmp": (XMP % LABEL.decode()).encode()}
    both = write(GLB, data, packets)  # type: ignore[arg-type]
    assert found_in(both).legible
    assert write(GLB, labelled(tmp_path, both)[0], packets) == both  # type: ignore[arg-type]


def test_finding_nothing_and_finding_less() -> None:
    assert found_in(a_glb()) == ExplicitLayer(present=False)
    assert scene_finding.in_scene(io.BytesIO(b"v 0 0 0"), "model/obj") is None
    assert scene_finding.in_scene(io.BytesIO(a_glb()[:900]), GLB_TYPE) is None


def test_a_plate_made_small_is_not_legible(tmp_path: Path) -> None:
    data, _ = labelled(tmp_path, a_gltf(), GLTF_TYPE)
    tree = tree_of(data)
    (node,) = [one for one in tree["nodes"] if one.get("name") == FRONT]
    for place in (0, 5, 10):
        node["matrix"][place] /= 2
    found = found_in(json.dumps(tree).encode(), GLTF_TYPE)
    assert found.legible is False
    assert [one.code for one in found.requirements if not one.met] == ["height"]
    assert found.height_ratio == pytest.approx(LEAST * scene.SPARE / 2, abs=1e-4)


def test_scenes_that_bear_no_plate(tmp_path: Path) -> None:
    path, target = tmp_path / "a", tmp_path / "b"
    for data, kind in (
        (b'{"asset":{"version":"2.0"}}', GLTF_TYPE),
        (b"v 0 0 0\n", "model/obj"),
        (b"ply\n", "model/ply"),
    ):
        path.write_bytes(data)
        options = {"wording": None, "lang": "zh", "position": "auto"}
        assert scene.apply_file(path, target, kind, **options) is None  # type: ignore[arg-type]
        assert not target.exists()


BAD: list[tuple[bytes, type[ColophonError]]] = [
    (b"", EmptyFile),
    (b'{"asset":{"version":"1.0"},"scenes":{"a":{}}}', MalformedFile),
    (b'{"asset":{"version":"2.0"},"scenes":[{"nodes":[0]}],"nodes":[{"children":[0]}]}',
     MalformedFile),
    (b'{"asset":{"version":"2.0"},"scenes":[{"nodes":[7]}]}', MalformedFile),
    (b'{"asset":{"version":"2.0"},"scenes":[{"nodes":[-1]}],"nodes":[{}]}', MalformedFile),
    (b'{"asset":{"version":"2.0"},"scenes":[{}],"scene":1}', MalformedFile),
    (b'{"asset":{"version":"2.0"},"scenes":[{"nodes":[0]}],"nodes":[{"matrix":["a"]}]}',
     MalformedFile),
    (b'{"asset":{"version":"2.0"},"scenes":[{"nodes":[0]}],"nodes":[{"scale":[1e999,1,1]}]}',
     MalformedFile),
    (
        b'{"asset":{"version":"2.0"},"scenes":[{"nodes":[0]}],"accessors":[{"min":[0,0,0],'
        b'"max":[1,1,1]}],"meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],"nodes":['
        b'{"translation":[1e38,0,0],"children":[1]},{"translation":[1e38,0,0],"mesh":0}]}',
        MalformedFile,
    ),
    (b'{"asset":{"version":"2.0"},"scenes":[{"nodes":[0]}],"nodes":[{"scale":[1e300,1,1]}]}',
     MalformedFile),
    (b'{"asset":{"version":"2.0"},"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0}],"meshes":5}',
     MalformedFile),
    (b'{"asset":{"version":"2.0"},"scenes":[{}],"bufferViews":[{"buffer":0}],"buffers":[]',
     TruncatedFile),
    (b'{"asset":{"version":"2.0"},"scenes":[' + b"{}," * 150_000 + b"{}]}", TooLarge),
    (b'{"asset":{"version":"2.0"},"scenes":[' + b"[" * 9000, MalformedFile),
]  # fmt: skip


@pytest.mark.parametrize(("data", "error"), BAD)
def test_bad_scenes_are_named(tmp_path: Path, data: bytes, error: type[ColophonError]) -> None:
    with pytest.raises(error):
        labelled(tmp_path, data, GLTF_TYPE)
    assert not (tmp_path / "target").exists()


def test_words_without_the_elements_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WordingNotCompliant):
        labelled(tmp_path, a_glb(), text="场景")


def test_damage_is_named_or_survived(tmp_path: Path) -> None:
    chance = random.Random(45438)
    whole = labelled(tmp_path, with_cameras({"camera": 0, "translation": [0, 0, 6]}))[0]
    size = struct.unpack_from("<I", whole, 12)[0]
    for _ in itertools.repeat(None, 150):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(20 + size)] = chance.choice(b'{}[]":,0123456789-eabcnull')
        (tmp_path / "target").unlink(missing_ok=True)
        (tmp_path / "source").write_bytes(data)
        with suppress(ColophonError):
            scene.apply_file(
                tmp_path / "source",
                tmp_path / "target",
                GLB_TYPE,
                wording=None,
                lang="zh",
                position="auto",
            )
        scene_finding.in_scene(io.BytesIO(data), GLB_TYPE)


def test_many_parts_cost_no_more_than_their_number(tmp_path: Path) -> None:
    part = b'{"attributes":{"POSITION":0}}'
    nodes = b",".join([b'{"mesh":0}'] * 5_000)
    chain = b",".join(b'{"children":[%d]}' % n for n in range(5_001, 10_000))
    roots = b",".join(b"%d" % n for n in range(5_001))
    data = (
        b'{"asset":{"version":"2.0"},"accessors":[{"min":[0,0,0],"max":[1,1,1]}],"meshes":['
        b'{"primitives":[' + b",".join([part] * 5_000) + b']}],"nodes":[' + nodes + b"," + chain
        + b',{}],"scenes":[{"nodes":[' + roots + b"]}]}"
    )  # fmt: skip
    began = time.monotonic()
    assert found_in(labelled(tmp_path, data, GLTF_TYPE)[0], GLTF_TYPE).legible
    assert time.monotonic() - began < 8
