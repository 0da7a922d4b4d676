"""What of a file must be the same before and after: read by others, not by the carriers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator

from PIL import Image, ImageSequence

from tests.labels.carriers import packages
from tests.labels.carriers.av_media import heard_and_seen

Same = Callable[[bytes, bytes, str], bool]


def pixels(before: bytes, after: bytes, _suffix: str) -> bool:
    """Every frame as Pillow decodes it, and the time it is shown."""
    return list(_frames(before)) == list(_frames(after))


def _frames(data: bytes) -> Iterator[tuple[object, ...]]:
    with _opened(data) as image:
        for frame in ImageSequence.Iterator(image):
            digest = hashlib.sha256(frame.tobytes()).hexdigest()
            yield frame.mode, frame.size, frame.info.get("duration"), digest


def _opened(data: bytes) -> Image.Image:
    if data[4:12] in (b"ftypheic", b"ftyphevc", b"ftypmif1"):
        import pillow_heif

        pillow_heif.register_heif_opener()
    if b"JXL " in data[:12]:
        import pillow_jxl  # noqa: F401 - registers itself
    return Image.open(io.BytesIO(data))


def frames(before: bytes, after: bytes, _suffix: str) -> bool:
    """Every frame that FFmpeg decodes, its time, and all other tags."""
    return heard_and_seen(before) == heard_and_seen(after)


def one_insertion(before: bytes, after: bytes, _suffix: str) -> bool:
    """Every byte of the source in its order, and the label in one piece among them."""
    end = len(before)
    kept = next((n for n in range(end) if before[n : n + 1] != after[n : n + 1]), end)
    return len(after) > end and after.endswith(before[kept:])


def beside(before: bytes, after: bytes, _suffix: str) -> bool:
    return before == after


def entries(before: bytes, after: bytes, suffix: str) -> bool:
    """Every part but those that hold the label and list the parts, with its content."""
    but = _LISTS.get(suffix, ("AIGC.json",))
    return packages.others(before, *but) == packages.others(after, *but)


_OFFICE = ("docProps/custom.xml", "[Content_Types].xml", "_rels/.rels")
_LISTS = {
    **{
        f".{kind}": _OFFICE
        for kind in (
            *("docx", "xlsx", "pptx", "dotx", "xltx", "potx", "ppsx", "docm", "xlsm", "pptm"),
            *("dotm", "xltm", "potm", "ppsm"),
        )
    },
    **{
        f".{kind}": ("meta.xml",)
        for kind in ("odt", "ods", "odp", "odg", "ott", "ots", "otp", "otg", "odf")
    },
    ".ofd": ("OFD.xml",),
    ".epub": ("OEBPS/book.opf",),
    ".xmind": ("metadata.json",),
}


def pages(before: bytes, after: bytes, _suffix: str) -> bool:
    """The source as it is, to the last byte, and an increment behind it; pypdf reads the pages."""
    from pypdf import PdfReader

    drawn = [
        [
            (page.mediabox, page.get_contents() and page.get_contents().get_data())
            for page in PdfReader(io.BytesIO(data)).pages
        ]
        for data in (before, after)
    ]
    return after.startswith(before) and drawn[0] == drawn[1]


def shapes(before: bytes, after: bytes, suffix: str) -> bool:
    """Every corner, face and transform that trimesh loads."""
    return _loaded(before, suffix) == _loaded(after, suffix)


def _loaded(data: bytes, suffix: str) -> object:
    import trimesh

    scene = trimesh.load_scene(io.BytesIO(data), file_type=suffix[1:])
    meshes = [
        (name, mesh.vertices.tobytes(), mesh.faces.tobytes())
        for name, mesh in sorted(scene.geometry.items())
    ]
    graph = [
        (name, scene.graph[name][0].tobytes(), scene.graph[name][1])
        for name in sorted(scene.graph.nodes_geometry)
    ]
    return meshes, graph


def strips(before: bytes, after: bytes, _suffix: str) -> bool:
    """The raw pictures and all other tags, as exiftool hashes and lists them."""
    from tests.labels.carriers.av_media import exiftool_says

    told = [
        exiftool_says(one, ".dng", "-api", "requesttags=imagedatahash") for one in (before, after)
    ]
    for one in told:
        for name in [*one]:
            if name.startswith(("File", "SourceFile", "Directory", "XMP", "Aigc", "Digital")):
                del one[name]
    return told[0] == told[1]
