"""The explicit label of a virtual scene: a plate with words at the edge of its start view.

Source: GB 45438-2025 5.5 (both elements, on the start screen, at an edge or corner, glyphs at
least 5 % of the shortest side). glTF names no start view: some viewers take a camera of the
scene, most frame the whole of it. So every camera of the scene gets a plate of its own, and one
more camera, ours, looks at the whole from the front with a plate that stands just in front of
the content: whoever frames everything sees that plate at an edge (the lower one, unless a
camera's plate stands in its way).

What the scene holds keeps its bytes and its numbers; plates of ours are exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colophon.errors import ColophonError, Lang, MalformedFile
from colophon.labels import placing
from colophon.labels.carriers.edits import pieces_of
from colophon.labels.explicit import opening, scene_plate, scene_views, stamp
from colophon.labels.explicit.manner import USUAL
from colophon.labels.explicit.scene_document import (
    GLB_TYPE,
    GLTF_TYPE,
    VIEW,
    Changes,
    Document,
    opened,
)
from colophon.labels.explicit.scene_plate import Plate
from colophon.labels.explicit.scene_views import Hung, Lens, Survey, View
from colophon.labels.explicit.wording import shorter, words
from colophon.labels.model import ExplicitWritten, Medium, Style
from colophon.labels.remarks import Remark, remark
from colophon.provisions import parameters

if TYPE_CHECKING:
    from colophon.labels.explicit.scene_views import Matrix

MARK = "explicitLabel"
"""Of a node's extras: what the plate says."""
TYPES = frozenset({GLB_TYPE, GLTF_TYPE})
RATIO = "explicit.scene.min_height_ratio"
SPARE = 1.2
"""Ink above the least height, for windows and cameras that are not quite as told."""
WIDEST = 0.94
"""Of the view's width, the most a plate takes."""
_UNLIT = "KHR_materials_unlit"
_FLOAT, _SHORT = 5126, 5123
_VERTICES, _INDICES = 34962, 34963
_LINEAR, _MIPMAPS, _CLAMP = 9729, 9987, 33071


def apply_file(
    source: Path,
    target: Path,
    media_type: str,
    *,
    wording: str | None,
    lang: Lang,
    position: str,
    note: Callable[[Remark], None] = lambda _sentence: None,
    style: Style = USUAL,
    **_unused: Any,
) -> ExplicitWritten | None:
    """The door `dispatch.apply` calls; ``position`` is a corner or edge, ``auto`` the lower edge,
    which every shape of window shows. ``style``: how high the words are; their plate stays.

    None for a scene file that can bear no plate (OBJ, PLY, STL), and for a glTF without a scene.
    Raises EmptyFile, TruncatedFile, MalformedFile, TooLarge, WordingNotCompliant, FontMissing.
    """
    if media_type not in TYPES:
        return None
    text = words(Medium.SCENE, wording, lang)
    where = position if position in stamp.POSITIONS else "bottom"
    with source.open("rb") as stream, named_failures(source.name):
        document = opened(stream, media_type)
        scene = start_scene(document)
        if scene is None:
            return None
        changes = Changes(document)
        written = _labelled(document, changes, scene, text, _Look(where, style.height))
        pieces = pieces_of(changes.edits(), document.size)
        if written.height_ratio is not None and written.height_ratio < (style.height or 0):
            note(remark("lower_words", percent=f"{100 * written.height_ratio:.1f}"))
        with opening.clean_target(target):
            placing.write_pieces(stream, pieces, target)
    return written


@contextmanager
def named_failures(name: str) -> Iterator[None]:
    """What values of the wrong kind raise, as ours; and the file's name on what is ours."""
    import numpy as np

    try:
        with np.errstate(all="ignore"):  # what overflows is refused where it is written
            yield
    except ColophonError as error:
        if name:
            error.details.setdefault("file", name)
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        detail = f"{type(error).__name__} in the glTF"
        raise MalformedFile(file=name, detail=detail) from error


def start_scene(document: Document) -> int | None:
    """The scene that is shown first; None where there is none."""
    scenes = document.all("scenes")
    if not scenes:
        return None
    number = document.tree.get("scene", 0)
    document.one("scenes", number)
    return int(number)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is asked of a plate: its corner or edge, the ink height beside the view's."""

    where: str
    height: float | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A plate before its camera: how high it is, its middle as the camera sees it."""

    view: View
    where: str
    size: float
    middle: tuple[float, float, float]

    def corners(self, plate: Plate) -> Matrix:
        """In the scene."""
        import numpy as np

        x, y, z = self.middle
        wide, high = self.size * plate.aspect / 2, self.size / 2
        quad = np.array([[x + i * wide, y + j * high, z] for i in (-1, 1) for j in (-1, 1)])
        return np.asarray(quad @ self.view.rigid[:3, :3].T + self.view.rigid[:3, 3], np.float64)

    def ratio(self, plate: Plate) -> float:
        """Ink height beside the view's shortest side."""
        return self.size * plate.ink_share / min(self.view.lens.size(-self.middle[2]))


def _labelled(
    document: Document, changes: Changes, scene: int, text: str, look: _Look
) -> ExplicitWritten:
    found = scene_views.survey(document, scene)
    views = [view for view in found.views if not view.own]
    front = scene_views.start_view(found)
    plate = _fitting(text, [view.lens for view in (*views, front)])
    plates = [_before(view, found, plate, look) for view in views]
    plates.append(_clear_of(plates, front, found, plate, look))
    mesh = _mesh(changes, plate)
    for one in plates:
        _add_plate(changes, scene, one, found.plates.get(one.view.plate), (mesh, plate.text))
    _own_camera(changes, scene, front)
    least = min(one.ratio(plate) for one in plates)
    return ExplicitWritten(plate.text, plates[0].where, round(least, 4), round(plate.contrast, 2))


def _before(view: View, found: Survey, plate: Plate, look: _Look) -> _Placed:
    depth = scene_views.depth_of(view, found.box())
    size, x, y = placed(view.lens.size(depth), plate, look.where, look.height)
    return _Placed(view, look.where, size, (x, y, -depth))


def _clear_of(
    others: list[_Placed], front: View, found: Survey, plate: Plate, look: _Look
) -> _Placed:
    """The plate before the whole, at an edge where neither it nor a camera's hides the other."""
    theirs = [(one.view, one.corners(plate)) for one in others]
    usual = _before(front, found, plate, look)
    for name in dict.fromkeys((look.where, "bottom", "top", *stamp.POSITIONS)):
        one = _before(front, found, plate, replace(look, where=name))
        ours = one.corners(plate)
        if not any(_meet(view, ours, it) or _meet(front, ours, it) for view, it in theirs):
            return one
    return usual


def _meet(view: View, one: Matrix, other: Matrix) -> bool:
    """Whether two plates lie over one another in a view."""
    first, second = scene_views.shown(view, one), scene_views.shown(view, other)
    if first is None or second is None:
        return False
    apart = (first[2] <= second[0], second[2] <= first[0], first[3] <= second[1])
    return not (any(apart) or second[3] <= first[1])


def _add_plate(
    changes: Changes, scene: int, one: _Placed, old: Hung | None, shows: tuple[int, str]
) -> None:
    mesh, text = shows
    local = _local(one.view, old.above if old else one.view.above, one.size, one.middle)
    node = {
        "name": one.view.plate,
        "mesh": mesh,
        "matrix": _columns(local),
        "extras": {MARK: {"text": text}},
    }
    number = changes.put("nodes", node, old.node if old else None)
    if not old:
        _hang(changes, scene, one.view.parent, number)


def _hang(changes: Changes, scene: int, parent: int | None, node: int) -> None:
    if parent is None:
        changes.list_in("scenes", scene, "nodes", node)
    else:
        changes.list_in("nodes", parent, "children", node)


def _own_camera(changes: Changes, scene: int, view: View) -> None:
    """Our own camera, where it stands now that the content is known."""
    lens = {"yfov": scene_views.START_FOV, "znear": view.lens.near, "zfar": view.lens.far}
    node = {
        "name": VIEW,
        "camera": changes.put("cameras", {"type": "perspective", "perspective": lens}),
        "translation": [_short(one) for one in view.rigid[:3, 3]],
    }
    number = changes.put("nodes", node, view.node if view.node >= 0 else None)
    if view.node < 0:
        _hang(changes, scene, None, number)


def _fitting(text: str, lenses: list[Lens]) -> Plate:
    """The widest words that fit into the narrowest view, the shortest ones failing that."""
    narrow = min((lens.aspect or 1.0) for lens in lenses)
    plates = [scene_plate.drawn(one) for one in shorter(text)]
    for plate in plates:
        if placed((narrow, 1.0), plate, "bottom")[0] * plate.aspect <= narrow * WIDEST:
            return plate
    return plates[-1]


def placed(
    view: tuple[float, float], plate: Plate, where: str, wanted: float | None = None
) -> tuple[float, float, float]:
    """How high the plate is and where its middle lies, from the middle of a view of this width
    and height, in the same units. ``wanted``: ink beside the view's height, where there is room."""
    wide, high = view
    least = float(parameters.value(RATIO))
    ink = max(least * SPARE, wanted or 0.0) * high
    room = wide * WIDEST * plate.ink_share / plate.aspect
    # Both sides bind: where the window is another's, its height may be the shorter one.
    ink = max(min(ink, room), least * min(wide, high) * 1.001)
    size, margin = ink / plate.ink_share, ink * stamp.MARGIN
    x = max(0.0, (wide - size * plate.aspect) / 2 - margin)
    y = max(0.0, (high - size) / 2 - margin)
    side = 1 if where.endswith("right") else -1 if where.endswith("left") else 0
    over = 0.0 if where in stamp.SIDES else y if where.startswith("top") else -y
    return size, x * side, over


def _local(view: View, above: Matrix, size: float, place: tuple[float, float, float]) -> Matrix:
    """The plate's transform where it hangs, whatever scale that stands under."""
    import numpy as np

    seen = np.diag([size, size, size, 1.0])
    seen[:3, 3] = place
    return np.asarray(np.linalg.solve(above, view.rigid @ seen), np.float64)


def _columns(matrix: Matrix) -> list[float]:
    """As glTF writes a matrix: column by column."""
    numbers = [_short(one) for one in matrix.T.reshape(-1)]
    return [*numbers[:3], 0, *numbers[4:7], 0, *numbers[8:11], 0, *numbers[12:15], 1]


def _short(number: float) -> float:
    """Nine digits: more than the single precision that viewers reckon in. Raises MalformedFile for
    what that precision cannot hold."""
    if not abs(number) <= scene_views.MOST:
        raise MalformedFile(detail="glTF numbers")
    return float(f"{float(number):.9g}") + 0.0


def _mesh(changes: Changes, plate: Plate) -> int:
    """Quad, material and picture; the mesh's number."""
    data = plate.data()
    buffer, start = changes.buffer(data)
    corners, faces, picture = _buffer_views(changes, buffer, start, len(plate.png))
    half = _short(plate.aspect / 2)
    flat = {"bufferView": corners, "componentType": _FLOAT, "count": scene_plate.CORNERS}
    bounds = {"min": [-half, -0.5, 0], "max": [half, 0.5, 0]}
    attributes = {
        "POSITION": changes.put("accessors", {**flat, "type": "VEC3", **bounds}),
        "NORMAL": changes.put("accessors", {**flat, "byteOffset": 12, "type": "VEC3"}),
        "TEXCOORD_0": changes.put("accessors", {**flat, "byteOffset": 24, "type": "VEC2"}),
    }
    indices = {"bufferView": faces, "componentType": _SHORT, "count": 6, "type": "SCALAR"}
    part = {
        "attributes": attributes,
        "indices": changes.put("accessors", indices),
        "material": _material(changes, picture),
    }
    return changes.put("meshes", {"primitives": [part]})


def _buffer_views(changes: Changes, buffer: int, start: int, picture: int) -> tuple[int, int, int]:
    def view(offset: int, length: int, more: dict[str, int]) -> int:
        place = {"buffer": buffer, "byteOffset": start + offset, "byteLength": length}
        return changes.put("bufferViews", {**place, **more})

    corners = scene_plate.CORNERS * scene_plate.STRIDE
    return (
        view(0, corners, {"byteStride": scene_plate.STRIDE, "target": _VERTICES}),
        view(scene_plate.INDICES_AT, 12, {"target": _INDICES}),
        view(scene_plate.PICTURE_AT, picture, {}),
    )


def _material(changes: Changes, picture: int) -> int:
    """Shown in its own colours whatever the light; where that is not known, it glows."""
    image = changes.put("images", {"bufferView": picture, "mimeType": "image/png"})
    filters = {"magFilter": _LINEAR, "minFilter": _MIPMAPS, "wrapS": _CLAMP, "wrapT": _CLAMP}
    sampler = changes.put("samplers", filters)
    texture = {"index": changes.put("textures", {"sampler": sampler, "source": image})}
    changes.use(_UNLIT)
    return changes.put(
        "materials",
        {
            "pbrMetallicRoughness": {
                "baseColorTexture": texture,
                "metallicFactor": 0,
                "roughnessFactor": 1,
            },
            "emissiveTexture": texture,
            "emissiveFactor": [1, 1, 1],
            "alphaMode": "OPAQUE",
            "doubleSided": True,
            "extensions": {_UNLIT: {}},
        },
    )
