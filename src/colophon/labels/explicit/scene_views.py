"""The views of a scene: its cameras, the box its content fills, and what a view shows where.

The box comes from the accessors' bounds under the nodes' transforms; skins and animations are
taken as they stand at rest. Source: glTF 2.0 3.5.3 (transformations), 3.10 (cameras).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from colophon.errors import MalformedFile
from colophon.labels.explicit.scene_document import PLATE, VIEW, Document

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

START_FOV = math.pi / 4
_ROOM = 1.05
"""Of our own start view around the content."""
_GAP = 0.02
"""Between the content and a plate in front of it, beside the content's diagonal."""
_BEHIND_NEAR, _BEFORE_FAR = 1.02, 0.98
_LEAST_NEAR = 1e-3
MOST_VIEWS = 64
MOST = 1e38
"""glTF reckons in single precision."""
_NORMALISED = {5120: 127.0, 5121: 255.0, 5122: 32767.0, 5123: 65535.0}


@dataclass(frozen=True, slots=True)
class Lens:
    """``tangent``: half the height of what is seen, a unit of depth; 0 for a parallel view,
    whose half height is ``half``. ``aspect``: width beside height, None: the window's."""

    tangent: float
    half: float
    aspect: float | None
    near: float
    far: float | None

    def height(self, depth: float) -> float:
        """How high the view is at a depth, in the scene's units."""
        return 2 * (self.tangent * depth if self.tangent else self.half)

    def size(self, depth: float) -> tuple[float, float]:
        """Width and height at a depth; a window of unknown shape counts as square."""
        height = self.height(depth)
        return height * (self.aspect or 1.0), height


@dataclass(frozen=True, slots=True)
class View:
    """A camera's node. ``rigid``: where it is and how it looks, without any scale. ``parent``: the
    node below which its plate hangs (None: the scene), ``above``: that one's transform."""

    node: int
    lens: Lens
    rigid: Matrix
    parent: int | None
    above: Matrix
    own: bool = False

    @property
    def plate(self) -> str:
        """The name of its plate's node."""
        return f"{PLATE}-{'front' if self.own else self.node}"


@dataclass(frozen=True, slots=True)
class Hung:
    """A plate's node in the scene, with the transforms above it and of itself."""

    node: int
    above: Matrix
    world: Matrix


@dataclass(slots=True)
class Survey:
    """What a scene holds: the views, the plates by name, and the content's box (two corners;
    None when empty)."""

    views: list[View] = field(default_factory=list)
    plates: dict[str, Hung] = field(default_factory=dict)
    low: Matrix | None = None
    high: Matrix | None = None

    def add(self, corners: Matrix) -> None:
        import numpy as np

        low, high = corners.min(axis=0), corners.max(axis=0)
        self.low = low if self.low is None else np.minimum(self.low, low)
        self.high = high if self.high is None else np.maximum(self.high, high)

    def box(self) -> Matrix:
        """The eight corners; of an empty scene, a unit cube's."""
        import numpy as np

        low, high = self.low, self.high
        if low is None or high is None or not np.isfinite([low, high]).all():
            low, high = np.full(3, -0.5), np.full(3, 0.5)
        return corners_of(low, high)


def survey(document: Document, scene: int) -> Survey:
    """Raises MalformedFile: parts that are not there, nodes below themselves."""
    found = Survey()
    moving = _moving(document)
    boxes: dict[object, Matrix | None] = {}
    for one in _walk(document, document.one("scenes", scene)):
        name = str(one.node.get("name", ""))
        if name.startswith(PLATE):
            found.plates.setdefault(name, Hung(one.number, one.above, one.world))
            continue
        if "camera" in one.node and len(found.views) < MOST_VIEWS:
            moves = moving is None or one.number in moving
            view = _view(document, one, moves=moves, own=name.startswith(VIEW))
            found.views += [view] if view else []
        mesh = one.node.get("mesh")
        if mesh is not None:
            if mesh not in boxes:
                boxes[mesh] = _box_of(document, mesh)
            box = boxes[mesh]
            if box is not None:
                found.add(box @ one.world[:3, :3].T + one.world[:3, 3])
    return found


def _moving(document: Document) -> set[int] | None:
    """The nodes that animations move; None where they may move any."""
    if "KHR_animation_pointer" in document.tree.get("extensionsUsed", []):
        return None
    channels = (one for clip in document.all("animations") for one in clip.get("channels", []))
    targets = (one.get("target", {}).get("node") for one in channels)
    return {number for number in targets if type(number) is int}


def start_view(found: Survey) -> View:
    """A camera of ours: the whole content seen from the front (from +z, upright); its node is
    -1 where it is not there yet."""
    import numpy as np

    corners = found.box()
    low, high = corners.min(axis=0), corners.max(axis=0)
    radius = float(np.linalg.norm(high - low)) / 2 or 0.5
    away = _ROOM * radius / math.sin(START_FOV / 2)
    world = np.eye(4)
    world[:3, 3] = (low + high) / 2 + np.array([0, 0, away])
    lens = Lens(math.tan(START_FOV / 2), 0.0, None, away / 100, away * 10)
    number = next((view.node for view in found.views if view.own), -1)
    return View(number, lens, world, None, np.eye(4), own=True)


def depth_of(view: View, corners: Matrix) -> float:
    """How far from the camera a plate goes: just in front of the content, so that viewers which
    frame everything frame the same; within the content just behind the near plane."""
    import numpy as np

    lens = view.lens
    local = (corners - view.rigid[:3, 3]) @ view.rigid[:3, :3]
    diagonal = float(np.linalg.norm(corners.max(axis=0) - corners.min(axis=0)))
    nearest = float((-local[:, 2]).min()) - _GAP * diagonal
    least = max(lens.near * _BEHIND_NEAR, 0.0 if lens.tangent else _LEAST_NEAR * (diagonal or 1.0))
    depth = max(nearest, least)
    if lens.far is not None and lens.far * _BEFORE_FAR > least:
        depth = min(depth, lens.far * _BEFORE_FAR)
    return depth


def shown(view: View, corners: Matrix) -> tuple[float, float, float, float] | None:
    """Left, bottom, right and top of some points as a view shows them, from -1 to 1 within it;
    None where its camera is not in front of them all."""
    import numpy as np

    local = (corners - view.rigid[:3, 3]) @ view.rigid[:3, :3]
    if float((-local[:, 2]).min()) < view.lens.near:
        return None
    sizes = np.array([view.lens.size(float(depth)) for depth in -local[:, 2]]) / 2
    (left, bottom), (right, top) = (end(local[:, :2] / sizes, axis=0) for end in (np.min, np.max))
    return float(left), float(bottom), float(right), float(top)


@dataclass(frozen=True, slots=True)
class _Visit:
    """A node met in a scene: what is above it, and its transform."""

    number: int
    node: dict[str, Any]
    parent: int | None
    above: Matrix
    world: Matrix


def _walk(document: Document, scene: dict[str, Any]) -> Iterator[_Visit]:
    import numpy as np

    seen: set[int] = set()
    waiting: list[tuple[int, int | None, Matrix]]
    waiting = [(number, None, np.eye(4)) for number in reversed(_numbers(scene, "nodes"))]
    while waiting:
        number, parent, above = waiting.pop()
        if number in seen:
            raise MalformedFile(detail=f"glTF node {number} is below itself or in two places")
        seen.add(number)
        node = document.one("nodes", number)
        world = above @ local_of(node)
        yield _Visit(number, node, parent, above, world)
        below = reversed(_numbers(node, "children"))
        waiting += [(child, number, world) for child in below]


def _numbers(part: dict[str, Any], name: str) -> list[int]:
    found = part.get(name, [])
    if not isinstance(found, list) or not all(type(one) is int for one in found):
        raise MalformedFile(detail=f"glTF {name}")
    return found


def local_of(node: dict[str, Any]) -> Matrix:
    """A node's own transform. Raises MalformedFile."""
    import numpy as np

    if "matrix" in node:
        return _vector(node["matrix"], 16).reshape(4, 4).T
    x, y, z, w = _vector(node.get("rotation", [0, 0, 0, 1]), 4)
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = turn * _vector(node.get("scale", [1, 1, 1]), 3)
    matrix[:3, 3] = _vector(node.get("translation", [0, 0, 0]), 3)
    return matrix


def _vector(values: object, length: int) -> Matrix:
    import numpy as np

    plain = isinstance(values, list) and all(type(one) in (int, float) for one in values)
    vector = np.array(values if plain else [], np.float64)
    if vector.shape != (length,) or not (np.abs(vector) <= MOST).all():
        raise MalformedFile(detail="glTF numbers")
    return vector


def corners_of(low: Matrix, high: Matrix) -> Matrix:
    """The eight corners of a box."""
    import numpy as np

    ends = (low, high)
    return np.array([[x[0], y[1], z[2]] for x in ends for y in ends for z in ends])


def _box_of(document: Document, mesh: object) -> Matrix | None:
    """The corners of what a mesh's parts fill together."""
    whole = Survey()
    for corners in bounds(document, mesh):
        whole.add(corners)
    return None if whole.low is None else whole.box()


def bounds(document: Document, mesh: object) -> Iterator[Matrix]:
    """The corners of each of a mesh's parts, as its accessor tells them."""
    for part in document.one("meshes", mesh).get("primitives", []):
        position = part.get("attributes", {}).get("POSITION")
        if position is None:
            continue
        accessor = document.one("accessors", position)
        if "min" not in accessor or "max" not in accessor:
            continue
        kind = accessor.get("componentType") if accessor.get("normalized") else None
        scale = _NORMALISED.get(kind, 1.0) if isinstance(kind, int) else 1.0
        low, high = (_vector(accessor[name], 3) / scale for name in ("min", "max"))
        yield corners_of(low, high)


def _view(document: Document, one: _Visit, *, moves: bool, own: bool) -> View | None:
    """A plate hangs beside its camera, below it only where that is moved: there are readers that
    lose what hangs below a camera."""
    lens, rigid = _lens(document.one("cameras", one.node["camera"])), _rigid(one.world)
    if lens is None or rigid is None:
        return None
    if moves:
        return View(one.number, lens, rigid, one.number, one.world, own)
    usable = _rigid(one.above) is not None
    parent, above = (one.parent, one.above) if usable else (one.number, one.world)
    return View(one.number, lens, rigid, parent, above, own)


def _rigid(world: Matrix) -> Matrix | None:
    """Where the camera is and how it is turned; None where its node is squeezed flat."""
    import numpy as np

    if abs(float(np.linalg.det(world[:3, :3]))) < np.finfo(np.float64).tiny:
        return None
    back = world[:3, 2] / np.linalg.norm(world[:3, 2])
    up = world[:3, 1] - back * float(world[:3, 1] @ back)
    up /= np.linalg.norm(up)
    rigid = np.eye(4)
    rigid[:3, :3] = np.stack([np.cross(up, back), up, back], axis=1)
    rigid[:3, 3] = world[:3, 3]
    return rigid if np.isfinite(rigid).all() else None


def _lens(camera: dict[str, Any]) -> Lens | None:
    """None for a camera that can show nothing."""
    if camera.get("type") == "orthographic":
        flat = camera.get("orthographic", {})
        wide, high, near, far = (_number(flat, name) for name in ("xmag", "ymag", "znear", "zfar"))
        if not wide or not high or near is None:
            return None
        return Lens(0.0, abs(high), abs(wide / high), near, far)
    deep = camera.get("perspective", {})
    fov, near = _number(deep, "yfov"), _number(deep, "znear")
    if fov is None or not 0 < fov < math.pi or near is None or near <= 0:
        return None
    aspect = _number(deep, "aspectRatio")
    usual = aspect if aspect and aspect > 0 else None
    return Lens(math.tan(fov / 2), 0.0, usual, near, _number(deep, "zfar"))


def _number(part: dict[str, Any], name: str) -> float | None:
    value = part.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if abs(value) <= MOST else None
