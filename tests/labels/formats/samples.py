"""A small real file of every extension, none of them labelled."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image

from tests.labels import made
from tests.labels.carriers import packages
from tests.labels.carriers.av_media import PICTURE, TONE
from tests.labels.carriers.av_media import made as media
from tests.labels.formats.texts import TEXTS

_SIZE = (320, 240)
_LONGER = tuple(word.replace("duration=0.4", "duration=2.4") for word in (*PICTURE, *TONE))
_FILM = _LONGER
_SOUND = tuple(word.replace("duration=0.4", "duration=1") for word in TONE)


@cache
def sample(suffix: str) -> bytes:
    """The file of an extension such as ``.png``. Raises KeyError for one that has none."""
    name = suffix.removeprefix(".")
    for makers in (_PICTURES, _AUDIBLE, _PACKED, _SCENES):
        if name in makers:
            return makers[name](suffix)
    return TEXTS[name].encode()


def _picture(suffix: str) -> bytes:
    return made.picture({".webp": "WEBP", ".png": "PNG"}.get(suffix, "JPEG"), _SIZE)


def _saved(form: str, frames: int = 1, **more: object) -> bytes:
    pictures = [Image.linear_gradient("L").resize(_SIZE).rotate(180 * n) for n in range(frames)]
    first, *others = (one.convert("RGB") for one in pictures)
    out = io.BytesIO()
    if others:
        more |= {"save_all": True, "append_images": others, "duration": 1200}
    first.save(out, form, **more)
    return out.getvalue()


def _high_efficiency(_suffix: str) -> bytes:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(Image.linear_gradient("L").resize(_SIZE).convert("RGB")).save(out)
    return out.getvalue()


def _sequence(suffix: str) -> bytes:
    """A picture whose brand says that it is the first of several."""
    return _high_efficiency(suffix).replace(b"ftypheic", b"ftyphevc", 1)


def _long(_suffix: str) -> bytes:
    import pillow_jxl  # noqa: F401 - registers itself

    from tests.labels.carriers.test_jxl import SIGNATURE, TYPE, box

    return SIGNATURE + TYPE + box(b"jxlc", _saved("JXL", effort=1))


def _negative(_suffix: str) -> bytes:
    from tests.labels.carriers.test_tiff import a_dng

    return a_dng()


def _page(_suffix: str) -> bytes:
    return made.pdf()


_PICTURES = {
    "png": _picture,
    "webp": _picture,
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), _picture),
    "apng": lambda _: _saved("PNG", 3),
    "gif": lambda _: _saved("GIF", 3),
    **dict.fromkeys(("tif", "tiff"), lambda _: _saved("TIFF")),
    "dng": _negative,
    **dict.fromkeys(("bmp", "dib"), lambda _: _saved("BMP")),
    "avif": lambda _: _saved("AVIF", speed=10),
    "avifs": lambda _: _saved("AVIF", 2, speed=10),
    **dict.fromkeys(("heic", "heif", "hif"), _high_efficiency),
    "heics": _sequence,
    "jxl": _long,
    "pdf": _page,
}


def _film(suffix: str, *options: str) -> bytes:
    return media(suffix, "-pix_fmt", "yuv420p", *options, sources=_FILM)


_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
_AUDIBLE = {
    **dict.fromkeys(("mp4", "m4v", "mov"), lambda suffix: _film(suffix, *_H264)),
    "qt": lambda suffix: _film(suffix, *_H264, "-f", "mov"),
    **dict.fromkeys(("m4a", "m4b"), lambda suffix: media(suffix, "-f", "ipod", sources=_SOUND)),
    "avi": lambda suffix: _film(suffix, "-c:v", "mpeg4", "-c:a", "mp3"),
    "mkv": lambda suffix: _film(suffix, *_H264),
    "mk3d": lambda suffix: _film(suffix, *_H264, "-f", "matroska"),
    "webm": lambda suffix: _film(suffix, "-c:v", "libvpx", "-c:a", "libopus"),
    "mka": lambda suffix: media(suffix, "-c:a", "flac", sources=_SOUND),
    "flv": lambda suffix: _film(suffix, *_H264),
    "ogv": lambda suffix: _film(suffix, "-c:v", "libtheora", "-c:a", "libvorbis"),
    "ogg": lambda suffix: media(suffix, "-c:a", "libvorbis", sources=_SOUND),
    "oga": lambda suffix: media(suffix, "-c:a", "flac", sources=_SOUND),
    "opus": lambda suffix: media(suffix, "-c:a", "libopus", sources=_SOUND),
    "spx": lambda suffix: media(suffix, "-c:a", "libspeex", sources=_SOUND),
    "flac": lambda suffix: media(suffix, sources=_SOUND),
    **dict.fromkeys(("aif", "aiff"), lambda suffix: media(suffix, sources=_SOUND)),
    "aifc": lambda suffix: media(suffix, "-f", "aiff", "-c:a", "pcm_alaw", sources=_SOUND),
    "mp3": lambda suffix: media(suffix, sources=_SOUND),
    "aac": lambda suffix: media(suffix, "-f", "adts", sources=_SOUND),
    **dict.fromkeys(("wav", "wave"), lambda _: made.sound()),
}

_WORD, _SHEET, _SLIDES = "wordprocessingml", "spreadsheetml", "presentationml"
_MACROS = {
    "docm": ("ms-word.document", "docx"),
    "dotm": ("ms-word.template", "docx"),
    "xlsm": ("ms-excel.sheet", "xlsx"),
    "xltm": ("ms-excel.template", "xlsx"),
    "pptm": ("ms-powerpoint.presentation", "pptx"),
    "potm": ("ms-powerpoint.template", "pptx"),
    "ppsm": ("ms-powerpoint.slideshow", "pptx"),
}
_TEMPLATES = {
    "dotx": (_WORD, "document", "template", "docx"),
    "xltx": (_SHEET, "sheet", "template", "xlsx"),
    "potx": (_SLIDES, "presentation", "template", "pptx"),
    "ppsx": (_SLIDES, "presentation", "slideshow", "pptx"),
}
_MAIN = {
    "docx": f"openxmlformats-officedocument.{_WORD}.document.main+xml",
    "xlsx": f"openxmlformats-officedocument.{_SHEET}.sheet.main+xml",
    "pptx": f"openxmlformats-officedocument.{_SLIDES}.presentation.main+xml",
}


def _office(suffix: str) -> bytes:
    """A document whose main part is declared as the kind that goes by this extension."""
    name = suffix.removeprefix(".")
    if name in _MACROS:
        word, base = _MACROS[name]
        plural = "Template" if name == "dotm" else ""
        kind = f"{word}.macroEnabled{plural}.main+xml"
    elif name in _TEMPLATES:
        family, before, after, base = _TEMPLATES[name]
        kind = _MAIN[base].replace(f"{family}.{before}", f"{family}.{after}")
    else:
        base, kind = name, _MAIN[name]
    plain = {"docx": packages.docx, "xlsx": packages.xlsx, "pptx": packages.pptx}[base]()
    parts = dict(packages.entries(plain))
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(_MAIN[base].encode(), kind.encode(), 1)
    return packages.zipped(parts)


_OPEN = {"t": "text", "s": "spreadsheet", "p": "presentation", "g": "graphics"}
_BODIES = {
    "spreadsheet": '<table:table table:name="A"><table:table-row><table:table-cell><text:p>a'
    "</text:p></table:table-cell></table:table-row></table:table>",
    "presentation": '<draw:page draw:name="A"/>',
    "graphics": '<draw:page draw:name="A"/>',
    "text": "<text:p>Words</text:p>",
}


def _open_document(suffix: str) -> bytes:
    kind = "formula" if suffix == ".odf" else _OPEN[suffix[-1]]
    named = f"{kind}-template" if suffix.startswith(".ot") else kind
    parts = dict(packages.entries(packages.odf(named, body=_BODIES.get(kind, ""))))
    words = parts["content.xml"].decode()
    element = "drawing" if kind == "graphics" else kind
    for mark in ("<office:", "</office:"):
        words = words.replace(f"{mark}text>", f"{mark}{element}>")
    return packages.zipped(parts | {"content.xml": words}, stored=("mimetype",))


def _archive(_suffix: str) -> bytes:
    return packages.zipped({"a.txt": "words", "pictures/a.png": made.picture("PNG", (64, 48))})


_PACKED = {
    **dict.fromkeys((*_MAIN, *_MACROS, *_TEMPLATES), _office),
    **dict.fromkeys(
        ("odt", "ods", "odp", "odg", "ott", "ots", "otp", "otg", "odf"), _open_document
    ),
    "ofd": lambda _: packages.ofd(),
    "epub": lambda _: packages.epub(),
    "xmind": lambda _: packages.xmind(),
    "usdz": lambda _: packages.usdz("picture.png"),
    "zip": _archive,
}


def _scene(suffix: str) -> bytes:
    from tests.labels.carriers import test_gltf

    scene = test_gltf.boxes()
    if suffix == ".glb":
        return bytes(scene.export(file_type="glb"))
    return bytes(
        scene.export(file_type="gltf", merge_buffers=True, embed_buffers=True)["model.gltf"]
    )


def _shape(suffix: str) -> bytes:
    import trimesh

    made_of = trimesh.creation.icosphere(1).export(file_type=suffix[1:])
    return made_of.encode() if isinstance(made_of, str) else bytes(made_of)


_SCENES = {
    **dict.fromkeys(("glb", "gltf"), _scene),
    **dict.fromkeys(("ply", "stl", "obj"), _shape),
}
